# SPDX-License-Identifier: BSD-3-Clause
"""Judge the labels of a table."""

import warnings
from dataclasses import dataclass

import numpy as np

from sknoisy.cli._repeats import Repeats, count_repeats
from sknoisy.detection import ConfidentLearning
from sknoisy.utils._threads import one_thread


@dataclass(frozen=True)
class Findings:
    """What was made of the labels.

    Attributes
    ----------
    labels : ndarray of shape (n_labelled,)
        Given labels.
    suggested : ndarray of shape (n_labelled,)
        What the evidence says each label is.
    quality : ndarray of shape (n_labelled,)
        In [0, 1]; higher is more trustworthy.
    suspects : ndarray of shape (n_suspects,), dtype=int
        Positions of the labels that look wrong, worst first.
    listed : ndarray of shape (n_listed,), dtype=int
        As many of these as the budget allows.
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    noise_rate : float
        Estimated share of wrong labels.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        Estimate of ``P(given = j | true = i)``.
    repeats : Repeats
        How often rows repeat others.
    notes : list of str
        Warnings raised meanwhile.
    """

    labels: np.ndarray
    suggested: np.ndarray
    quality: np.ndarray
    suspects: np.ndarray
    listed: np.ndarray
    classes: np.ndarray
    noise_rate: float
    transition_matrix: np.ndarray
    repeats: Repeats
    notes: list


def judge_labels(
    X, labels, model, *, trusted=None, budget=None, random_state=0, n_jobs=None
):
    """Judge labels by confident learning around a model.

    Parameters
    ----------
    X : data frame or list of str, of n_labelled rows
        What the model sees.
    labels : ndarray of shape (n_labelled,)
        Given labels.
    model : classifier
        Left unfitted.
    trusted : ndarray of shape (n_labelled,), dtype=bool, default=None
        Labels that have been verified.
    budget : int, default=None
        Most suspects to list.
    random_state : int, default=0
        Chooses the folds.
    n_jobs : int, default=None
        Models fitted at the same time.

    Returns
    -------
    findings : Findings
        Judgement of each label.
    """
    detector = ConfidentLearning(
        estimator=model, n_jobs=n_jobs, random_state=random_state
    )
    with warnings.catch_warnings(record=True) as caught, one_thread():
        warnings.simplefilter("default")
        detector.fit(X, labels, trusted=trusted)
    suspects = np.flatnonzero(detector.suspect_mask_)
    worst_first = np.argsort(detector.label_quality_[suspects], kind="stable")
    suspects = suspects[worst_first]
    return Findings(
        labels=labels,
        suggested=detector.suggested_labels_,
        quality=detector.label_quality_,
        suspects=suspects,
        listed=suspects[:budget],
        classes=detector.classes_,
        noise_rate=detector.noise_rate_,
        transition_matrix=detector.transition_matrix_,
        repeats=count_repeats(X, labels),
        notes=list(dict.fromkeys(str(warning.message) for warning in caught)),
    )
