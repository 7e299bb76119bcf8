# SPDX-License-Identifier: BSD-3-Clause
"""Distances to the rows that may judge, in blocks, and the nearest of them."""

import numpy as np
from scipy import sparse
from sklearn.metrics import pairwise_distances

from sknoisy.detection._neighbor_search import IndexSearch, nearest_allowed
from sknoisy.utils._distances import fit_index, pick_metric
from sknoisy.utils._predictions import row_shares

# Distances held at once, whatever the number of rows.
_BLOCK_DISTANCES = 1 << 20


class Neighborhood:
    """The rows that judge, found by their distance.

    Parameters
    ----------
    judges : Queries
        Rows of weight.
    metric : str or callable, default="auto"
        As `NearestNeighbors` takes it; "auto" is the cosine distance for sparse
        features, else the Euclidean one.
    """

    def __init__(self, judges, metric="auto"):
        self.judges = judges
        self.metric = pick_metric(metric, sparse.issparse(judges.features))

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
            allowed = _are_strangers(block, self.judges, slice(None))
            yield part, block, distances, allowed

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
        nearest : ndarray of shape (n_rows, n_neighbors), dtype=int
            Positions among the judges, nearest first.
        counts : ndarray of shape (n_rows, n_neighbors), dtype=bool
            False where there are too few.
        """
        index = fit_index(self.judges.features, self.metric)
        search = IndexSearch(index, queries.features)
        kinship = _Kinship(queries, self.judges)
        everyone = np.arange(len(queries))
        nearest, _ = nearest_allowed(search, kinship, everyone, n_neighbors)
        return np.maximum(nearest, 0), nearest >= 0

    def shares(self, queries, n_neighbors, n_classes):
        """Return the share of each class among the nearest judges of each row.

        Parameters
        ----------
        queries : Queries
            The rows to judge.
        n_neighbors : int
            How many judges to ask.
        n_classes : int
            Number of classes.

        Returns
        -------
        shares : ndarray of shape (n_rows, n_classes)
            Even where there is nobody to ask.
        """
        nearest, counts = self.nearest(queries, n_neighbors)
        votes = counts * self.judges.weight[nearest]
        totals = np.zeros((len(queries), n_classes))
        rows = np.arange(len(queries))[:, np.newaxis]
        np.add.at(totals, (rows, self.judges.codes[nearest]), votes)
        return row_shares(totals)

    def denied(self, queries, n_neighbors):
        """Return the share of the nearest judges that have another label.

        Parameters
        ----------
        queries : Queries
            The rows to judge.
        n_neighbors : int
            How many judges to ask.

        Returns
        -------
        share : ndarray of shape (n_rows,)
            0 where there is nobody to ask.
        """
        nearest, counts = self.nearest(queries, n_neighbors)
        votes = counts * self.judges.weight[nearest]
        differs = self.judges.codes[nearest] != queries.codes[:, np.newaxis]
        whole = votes.sum(axis=1)
        return (votes * differs).sum(axis=1) / np.where(whole > 0, whole, 1)


class _Kinship:
    """Tells a search for neighbours which rows may judge which."""

    def __init__(self, queries, judges):
        self.queries = queries
        self.judges = judges

    def may_judge(self, asked, neighbors):
        strangers = _are_strangers(self.queries.take(asked), self.judges, neighbors)
        return strangers & (neighbors >= 0)


def _are_strangers(block, judges, places):
    """Mask of the judges in some places that are no kin of the rows of a block."""
    strangers = True
    for mine, theirs in zip(block.kin, judges.kin, strict=True):
        strangers = strangers & (mine[:, np.newaxis] != theirs[places])
    return strangers
