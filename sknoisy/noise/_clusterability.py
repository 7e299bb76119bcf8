# SPDX-License-Identifier: BSD-3-Clause
"""Estimate noise from how often near rows agree: high-order consensuses (HOC)."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment, minimize
from scipy.special import softmax


@dataclass(frozen=True)
class Consensuses:
    """Frequencies of labels, pairs and triples of labels among near rows.

    Attributes
    ----------
    first : ndarray of shape (n_classes,)
        Frequency of each label.
    second : ndarray of shape (n_classes, n_classes)
        Frequency of each pair, which has no order.
    third : ndarray of shape (n_classes, n_classes, n_classes)
        Frequency of each triple, which has no order.
    """

    first: np.ndarray
    second: np.ndarray
    third: np.ndarray


def count_consensuses(own, nearest, second_nearest, sample_weight=None):
    """Count how often labels of rows and of their two nearest rows come together.

    Parameters
    ----------
    own : ndarray of shape (n_samples,), dtype=int
        Label of each row.
    nearest, second_nearest : ndarray of shape (n_samples, n_classes)
        Shares of the labels of its nearest and second nearest row, which sum to 1.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    consensuses : Consensuses
        Frequencies that sum to 1.
    """
    n_classes = nearest.shape[1]
    weight = np.ones(len(own)) if sample_weight is None else sample_weight
    third = np.zeros((n_classes,) * 3)
    for k in range(n_classes):
        members = np.flatnonzero(own == k)
        weighed = nearest[members] * weight[members, None]
        third[k] = weighed.T @ second_nearest[members]
    third /= third.sum()
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    third = sum(third.transpose(order) for order in orders) / len(orders)
    second = third.sum(axis=2)
    return Consensuses(second.sum(axis=1), second, third)


def solve_consensuses(consensuses, starts=(5.0,)):
    """Find the noise whose three independent labels a row agree as often as counted.

    Parameters
    ----------
    consensuses : Consensuses
        What was counted.
    starts : sequence of float, default=(5.0,)
        How far to favour the diagonal at the beginning. Of several, the one that
        ends with the best fit wins, as strong noise has local optima.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    class_prior : ndarray of shape (n_classes,)
        Distribution of the true labels.
    """
    found = [_minimize_from(start, consensuses) for start in starts]
    best = min(found, key=lambda result: result.fun)
    transition, prior = _unpack(best.x, len(consensuses.first))
    # Any order of the true classes fits as well; the likely one keeps most labels.
    rows, classes = linear_sum_assignment(-transition)
    order = rows[np.argsort(classes)]
    return transition[order], prior[order]


def _minimize_from(start, consensuses):
    n_classes = len(consensuses.first)
    # Squares of small frequencies: the usual tolerances would stop at once.
    return minimize(
        _misfit,
        np.r_[(start * np.eye(n_classes) - 1).ravel(), np.zeros(n_classes)],
        args=(consensuses,),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9},
    )


def _unpack(params, n_classes):
    logits = params[: n_classes**2].reshape(n_classes, n_classes)
    return softmax(logits, axis=1), softmax(params[n_classes**2 :])


def _misfit(params, counted):
    """Sum of the squared differences of all frequencies, and its gradient."""
    T, p = _unpack(params, len(counted.first))
    off1 = p @ T - counted.first
    off2 = (T.T * p) @ T - counted.second
    off3 = np.einsum("i,ia,ib,ic->abc", p, T, T, T, optimize=True) - counted.third
    by_row1, by_row2 = T @ off1, T @ off2
    by_row3 = np.einsum("abc,ib,ic->ia", off3, T, T, optimize=True)
    by_prior = 2 * (by_row1 + (by_row2 * T).sum(axis=1) + (by_row3 * T).sum(axis=1))
    by_matrix = 2 * p[:, None] * (off1 + 2 * by_row2 + 3 * by_row3)
    slope = T * (by_matrix - (by_matrix * T).sum(axis=1, keepdims=True))
    slope_prior = p * (by_prior - by_prior @ p)
    misfit = (off1**2).sum() + (off2**2).sum() + (off3**2).sum()
    return misfit, np.r_[slope.ravel(), slope_prior]
