# SPDX-License-Identifier: BSD-3-Clause
"""Distances to the rows that may judge, in blocks, and the nearest of them."""

import numpy as np
from scipy import sparse
from sklearn.metrics import pairwise_distances

# Distances held at once, whatever the number of rows.
_BLOCK_DISTANCES = 1 << 20


class Neighborhood:
    """The rows that judge, found by their distance.

    Parameters
    ----------
    judges : Queries
        Rows of weight.
    metric : str or callable, default="auto"
        As `pairwise_distances` takes it; "auto" is the cosine distance for sparse
        features, else the Euclidean one.
    """

    def __init__(self, judges, metric="auto"):
        self.judges = judges
        self.metric = _pick_metric(metric, judges.features)

    def blocks(self, queries):
        """Yield rows block by block, their distances to all judges, and who may judge.

        Parameters
        ----------
        queries : Queries
            The rows to judge.

        Yields
        ------
        part : slice
            The rows of the block.
        block : Queries
            The same rows.
        distances : ndarray of shape (n_block, n_judges)
            Distances to all judges.
        allowed : ndarray of shape (n_block, n_judges), dtype=bool
            False for the row itself, its copies and its group.
        """
        step = max(1, _BLOCK_DISTANCES // len(self.judges))
        for start in range(0, len(queries), step):
            part = slice(start, min(start + step, len(queries)))
            block = queries.take(part)
            distances = pairwise_distances(
                block.features, self.judges.features, metric=self.metric
            )
            yield part, block, distances, self._allow(block)

    def _allow(self, block):
        allowed = np.ones((len(block), len(self.judges)), dtype=bool)
        for mine, theirs in zip(block.kin, self.judges.kin, strict=True):
            allowed &= mine[:, np.newaxis] != theirs
        return allowed

    def nearest(self, queries, n_neighbors):
        """Find the nearest judges of each row.

        Parameters
        ----------
        queries : Queries
            The rows to judge.
        n_neighbors : int
            How many to find.

        Returns
        -------
        nearest : ndarray of shape (n_rows, n_found), dtype=int
            Positions among the judges, in no order.
        counts : ndarray of shape (n_rows, n_found), dtype=bool
            False where there are too few.
        """
        shape = len(queries), min(n_neighbors, len(self.judges))
        nearest, counts = np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=bool)
        for part, _, distances, allowed in self.blocks(queries):
            nearest[part], counts[part] = pick_nearest(distances, allowed, n_neighbors)
        return nearest, counts

    def shares(self, queries, n_neighbors, n_classes):
        """Return the share of each class among the nearest judges of each row."""
        nearest, counts = self.nearest(queries, n_neighbors)
        votes = counts * self.judges.weight[nearest]
        totals = np.zeros((len(queries), n_classes))
        rows = np.arange(len(queries))[:, np.newaxis]
        np.add.at(totals, (rows, self.judges.codes[nearest]), votes)
        whole = totals.sum(axis=1, keepdims=True)
        return np.where(
            whole > 0, totals / np.where(whole > 0, whole, 1), 1 / n_classes
        )


def pick_nearest(distances, allowed, n_neighbors):
    """Pick the nearest of the judges that are allowed.

    Parameters
    ----------
    distances : ndarray of shape (n_rows, n_judges)
        Distances to all judges.
    allowed : ndarray of shape (n_rows, n_judges), dtype=bool
        Who may judge.
    n_neighbors : int
        How many to pick.

    Returns
    -------
    nearest : ndarray of shape (n_rows, n_found), dtype=int
        Positions among the judges, in no order.
    counts : ndarray of shape (n_rows, n_found), dtype=bool
        False where there are too few.
    """
    k = min(n_neighbors, distances.shape[1])
    masked = np.where(allowed, distances, np.inf)
    nearest = np.argpartition(masked, k - 1, axis=1)[:, :k]
    return nearest, np.isfinite(np.take_along_axis(masked, nearest, axis=1))


def _pick_metric(metric, features):
    if isinstance(metric, str) and metric == "auto":
        return "cosine" if sparse.issparse(features) else "euclidean"
    return metric
