# SPDX-License-Identifier: BSD-3-Clause
"""A problem to try a method on by itself."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from sknoisy import ConfidentLearning
from sknoisy.estimators.methods import NoiseModel, Problem
from sknoisy.utils import cross_fit_proba
from sknoisy.utils._labelled_rows import check_labelled_rows
from tests._data import blobs

PAIR = np.array([[0.8, 0.2, 0.0], [0.0, 0.8, 0.2], [0.2, 0.0, 0.8]])


def problem(n_samples=120, matrix=PAIR, estimator=None, noise=0.2, **metadata):
    """Blobs of which a fifth is called the next class, and their true labels."""
    X, y, truth = blobs(n_samples, noise=noise, spread=1.5)
    inner = LogisticRegression() if estimator is None else estimator
    rows = check_labelled_rows(inner, X, y, **metadata)
    pred_proba = cross_fit_proba(inner, X, y).pred_proba
    even = np.full(3, 1 / 3)
    return Problem(inner, rows, pred_proba, NoiseModel(matrix, even, even)), truth


def targets_of(method, task):
    """Run the first round of a method."""
    posterior, _ = task.posterior(task.pred_proba)
    return method.targets(task, task.pred_proba, posterior)


def judged_problem(X, y, *, optimize="both", **metadata):
    """A problem of which a detector has judged the labels."""
    inner = LogisticRegression()
    rows = check_labelled_rows(inner, X, y, **metadata)
    detector = ConfidentLearning(inner).fit(X, y, sample_weight=rows.sample_weight)
    even = np.full(len(rows.classes), 1 / len(rows.classes))
    noise_model = NoiseModel(np.eye(len(even)), even, even)
    return Problem(
        inner,
        rows,
        detector.pred_proba_,
        noise_model,
        detector=detector,
        optimize=optimize,
    )
