# SPDX-License-Identifier: BSD-3-Clause
"""Estimators that remember what their fit was given."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from tests._data import blobs

X, Y, TRUTH = blobs(n_samples=120, noise=0.15, spread=2.0)
WRONG = Y != TRUTH
X_TEST, _, Y_TEST = blobs(n_samples=300, seed=1, spread=2.0)
WEIGHT = np.linspace(0.5, 2, len(Y))


class Noting(LogisticRegression):
    """A logistic regression that keeps what it was fitted on."""

    def fit(self, X, y, sample_weight=None, note=None):
        self.X_, self.y_, self.sample_weight_, self.note_ = X, y, sample_weight, note
        return super().fit(X, y, sample_weight)


class Failing(LogisticRegression):
    """A logistic regression that refuses the note "fail"."""

    def fit(self, X, y, sample_weight=None, note=None):
        if note == "fail":
            raise RuntimeError("told to fail")
        return super().fit(X, y, sample_weight)


def learned(estimator):
    """Name what fit has left on an estimator."""
    return {name for name in vars(estimator) if name.endswith("_")}
