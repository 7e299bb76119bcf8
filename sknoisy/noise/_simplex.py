# SPDX-License-Identifier: BSD-3-Clause
"""Least squares over matrices whose rows are distributions."""

import numpy as np


def project_rows(matrix):
    """Move each row to the nearest distribution.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_columns)
        Any numbers.

    Returns
    -------
    matrix : ndarray of shape (n_rows, n_columns)
        Non-negative rows that sum to 1.
    """
    ranked = -np.sort(-matrix, axis=1)
    excess = np.cumsum(ranked, axis=1) - 1
    place = np.arange(1, matrix.shape[1] + 1)
    n_kept = np.count_nonzero(ranked * place > excess, axis=1)
    shift = excess[np.arange(len(matrix)), n_kept - 1] / n_kept
    return np.maximum(matrix - shift[:, None], 0.0)


def simplex_least_squares(design, targets, start, max_iter=2000, tol=1e-10):
    """Fit a linear model whose matrix of coefficients has distributions as rows.

    Minimises ``((design @ matrix - targets) ** 2).sum()`` by accelerated projected
    gradients.

    Parameters
    ----------
    design : ndarray of shape (n_equations, n_rows)
        Coefficients.
    targets : ndarray of shape (n_equations, n_columns)
        What the products should be.
    start : ndarray of shape (n_rows, n_columns)
        Where to begin, rows that sum to 1.
    max_iter : int, default=2000
        Most steps.
    tol : float, default=1e-10
        Largest change of an entry at which to stop.

    Returns
    -------
    matrix : ndarray of shape (n_rows, n_columns)
        Non-negative rows that sum to 1.
    """
    curvature, slope = design.T @ design, design.T @ targets
    step = 1 / max(np.linalg.norm(curvature, 2), 1e-300)
    matrix = ahead = start
    momentum = 1.0
    for _ in range(max_iter):
        moved = project_rows(ahead - step * (curvature @ ahead - slope))
        change = moved - matrix
        # Begin anew where the momentum leads uphill.
        if np.vdot(ahead - moved, change) > 0:
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + (momentum - 1) / following * change
        matrix, momentum = moved, following
        if np.abs(change).max() < tol:
            break
    return matrix
