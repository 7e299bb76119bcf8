# SPDX-License-Identifier: BSD-3-Clause
"""A noise model that is known beforehand."""

import numpy as np

from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.noise._transition_estimator import MatrixEstimator, NoiseEstimate


class KnownMatrix(MatrixEstimator):
    """Use a transition matrix that is known, wherever one can be estimated.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    classes : array-like of shape (n_classes,), default=None
        Label of each row and column; ``np.unique(y)`` by default.

    Attributes
    ----------
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        The matrix; rows sum to 1 up to rounding.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels, from that of the given ones.
    noise_rate_ : float
        Fraction of wrong labels that the matrix makes of that distribution.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the matrix is close to singular, or does not favour the true class.

    See Also
    --------
    symmetric_matrix : The matrix of randomised response, among others.

    Examples
    --------
    >>> from sknoisy.noise import KnownMatrix, symmetric_matrix
    >>> model = KnownMatrix(symmetric_matrix(2, 0.1)).fit(["no", "no", "yes", "no"])
    >>> model.class_prior_.round(4)
    array([0.8125, 0.1875])
    """

    _needs = ()

    def __init__(self, transition_matrix=None, classes=None):
        self.transition_matrix = transition_matrix
        self.classes = classes

    def _estimate(self, rows):
        if self.transition_matrix is None:
            raise ValueError(
                "KnownMatrix needs the matrix that is known: write "
                "KnownMatrix(transition_matrix), or estimate one with ConfidentJoint()."
            )
        matrix = check_transition_matrix(self.transition_matrix, rows.n_classes)
        # What is known rests on no rows.
        return NoiseEstimate(matrix, rows_per_class=np.full(len(matrix), np.inf))
