# SPDX-License-Identifier: BSD-3-Clause
"""From the distribution of given labels to that of true ones."""

import numpy as np
from scipy.optimize import nnls


def true_class_prior(transition_matrix, given_prior):
    """Find the distribution of true labels that a noise model implies.

    Solves ``class_prior @ transition_matrix = given_prior`` by non-negative least
    squares, so that the result is a distribution for a singular matrix too.

    Parameters
    ----------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    given_prior : ndarray of shape (n_classes,)
        Distribution of the given labels.

    Returns
    -------
    class_prior : ndarray of shape (n_classes,)
        Distribution of the true labels.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import true_class_prior
    >>> T = np.array([[0.8, 0.2], [0.0, 1.0]])
    >>> true_class_prior(T, np.array([0.4, 0.6])).round(3)
    array([0.5, 0.5])
    """
    prior, _ = nnls(transition_matrix.T, given_prior)
    total = prior.sum()
    if total <= 0:
        return np.asarray(given_prior, dtype=np.float64)
    return prior / total
