# SPDX-License-Identifier: BSD-3-Clause
"""Put the numbers of a column into bins of like weight."""

import numpy as np


class QuantileBins:
    """Replace each number by that of its bin, where a column has many numbers.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Numbers that say where the bins are; NaN is in none.
    weight : ndarray of shape (n_samples,)
        Positive weight of each row.
    n_bins : int
        A column of no more distinct numbers is left as it is.
    """

    def __init__(self, X, weight, n_bins):
        self._edges = [_edges(column, weight, n_bins) for column in X.T]

    def transform(self, X):
        """Replace the numbers by those of their bins.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers; NaN stays NaN.

        Returns
        -------
        binned : ndarray of shape (n_samples, n_features)
            A copy.
        """
        binned = np.array(X, dtype=np.float64)
        for column, edges in zip(binned.T, self._edges, strict=True):
            if edges is not None:
                known = ~np.isnan(column)
                column[known] = np.searchsorted(edges, column[known])
        return binned


def _edges(column, weight, n_bins):
    """Greatest number of each bin but the last; None where no bins are needed."""
    known = ~np.isnan(column)
    column, weight = column[known], weight[known]
    if len(np.unique(column)) <= n_bins:
        return None
    order = np.argsort(column)
    column, through = column[order], np.cumsum(weight[order])
    total = through[-1]
    wanted = total * np.arange(1, n_bins) / n_bins
    # The slack absorbs the rounding of sums of weights.
    slack = 1e-12 * total
    lower = np.searchsorted(through, wanted - slack)
    upper = np.searchsorted(through, wanted + slack, side="right")
    # Where a share is met exactly, the edge is amid the numbers on both sides.
    return np.unique((column[lower] + column[upper]) / 2)
