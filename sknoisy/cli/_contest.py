# SPDX-License-Identifier: BSD-3-Clause
"""Plain fit, sknoisy and a fit on the truth, on digits with planted errors."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import CleanThenFit, NoiseRobustClassifier
from sknoisy.metrics import detection_report
from sknoisy.noise import inject_instance_noise
from sknoisy.utils._sound_model import sound_classifier

NOISE_RATE = 0.25
_TEST_SHARE = 0.4


@dataclass(frozen=True)
class Draw:
    """Training digits, some with wrong labels, and clean test digits.

    Attributes
    ----------
    X, y_given, y_true : ndarrays of n_train rows
        Training digits.
    X_test, y_test : ndarrays of n_test rows
        Digits with true labels that no fit sees.
    """

    X: np.ndarray
    y_given: np.ndarray
    y_true: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def draw_digits(seed):
    """Split the digits and plant wrong labels in the training part.

    The wrong labels come from a model of another kind than the one that learns
    from them: nearest neighbours tell which digits look alike.

    Parameters
    ----------
    seed : int
        Of the split and the noise.

    Returns
    -------
    draw : Draw
        The data of one round.
    """
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=_TEST_SHARE, stratify=y, random_state=seed
    )
    noisy = inject_instance_noise(
        X_train,
        y_train,
        NOISE_RATE,
        estimator=KNeighborsClassifier(10, weights="distance"),
        random_state=seed,
    )
    return Draw(X_train, noisy.y, y_train, X_test, y_test)


def run_round(draw):
    """Fit each contestant and judge it by the clean test digits.

    Parameters
    ----------
    draw : Draw
        The data of one round.

    Returns
    -------
    accuracies : dict of str to float
        Share of test digits recognised, per contestant.
    detection : dict of str to float
        How well the wrong labels were found.
    """
    model = sound_classifier(draw.X)
    plain = clone(model).fit(draw.X, draw.y_given)
    robust = NoiseRobustClassifier(model).fit(draw.X, draw.y_given)
    cleaned = CleanThenFit(model).fit(draw.X, draw.y_given)
    truth = clone(model).fit(draw.X, draw.y_true)
    contestants = {
        "plain fit": plain,
        "NoiseRobustClassifier": robust,
        "CleanThenFit": cleaned,
        "fit on the true labels": truth,
    }
    accuracies = {
        name: fitted.score(draw.X_test, draw.y_test)
        for name, fitted in contestants.items()
    }
    detection = detection_report(
        draw.y_given != draw.y_true, cleaned.label_quality_, cleaned.suspect_mask_
    )
    return accuracies, detection
