# SPDX-License-Identifier: BSD-3-Clause
"""What can be known of the noise without the network that is to be trained."""

from functools import cached_property

import numpy as np
from scipy import sparse

from sknoisy.detection import ConfidentLearning
from sknoisy.noise import ConfidentJoint


class Evidence:
    """Estimates of the noise in some labels, made when they are first asked for.

    A classifier of scikit-learn that suits X is cross-fitted once, and everything
    comes from its predictions, by confident learning.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, ...)
        Rows that are trained on.
    codes : ndarray of shape (n_rows,), dtype=int
        Their given labels.
    n_classes : int
        Number of classes, some of which may have no rows.
    sample_weight : ndarray of shape (n_rows,), default=None
        Positive weights.
    trusted : ndarray of shape (n_rows,), dtype=bool, default=None
        Rows whose label has been verified.
    random_state : int, default=0
        Chooses the folds.

    Notes
    -----
    Rows of more than two dimensions are flattened, which does images little justice.
    """

    def __init__(
        self, X, codes, n_classes, sample_weight=None, trusted=None, random_state=0
    ):
        self.X = X if sparse.issparse(X) else X.reshape(len(X), -1)
        self.codes, self.n_classes = codes, n_classes
        self.sample_weight, self.trusted = sample_weight, trusted
        self.random_state = random_state

    @cached_property
    def detector(self):
        """Confident learning, fitted."""
        return ConfidentLearning(random_state=self.random_state).fit(
            self.X, self.codes, self.sample_weight, trusted=self.trusted
        )

    @property
    def noise_rate(self):
        """Estimated fraction of wrong labels."""
        return self.detector.noise_rate_

    @property
    def label_quality(self):
        """How likely each given label is right, as an array on the host."""
        return self.detector.label_quality_

    @cached_property
    def pred_proba(self):
        """Out-of-sample probabilities, as an array on the host."""
        pred_proba = np.zeros((len(self.codes), self.n_classes))
        pred_proba[:, self.detector.classes_] = self.detector.pred_proba_
        return pred_proba

    @cached_property
    def transition_matrix(self):
        """``[i, j] = P(given = j | true = i)``, as an array on the host."""
        matrix = np.eye(self.n_classes)
        if self.trusted is not None and self.trusted.all():
            return matrix
        classes = self.detector.classes_
        joint = ConfidentJoint(classes=classes).fit(
            self.codes,
            self.detector.pred_proba_,
            self.sample_weight,
            trusted=self.trusted,
        )
        matrix[np.ix_(classes, classes)] = joint.transition_matrix_
        return matrix
