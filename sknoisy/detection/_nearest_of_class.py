# SPDX-License-Identifier: BSD-3-Clause
"""Pull rows towards a class: to the mean of the nearest rows of its label."""

from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from scipy import sparse

from sknoisy.detection._neighbor_search import (
    BLOCK_NEIGHBORS,
    IndexSearch,
    search_allowed,
)
from sknoisy.utils._distances import fit_index
from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_count


class NearestOfClass:
    """Knows the distinct rows of each label, and means of those near other rows.

    Parameters
    ----------
    vectors : ndarray of shape (n_units, n_features)
        Features of the units.
    units : Units
        Distinct rows; a unit is a member of each class that it has a vote for.
    n_neighbors : int or float
        How many are averaged; a float is a share of the members of the class.
    n_jobs : int, default=None
        Searches at the same time, through joblib.
    """

    def __init__(self, vectors, units, n_neighbors, n_jobs=None):
        self.members = {}
        for k, votes in enumerate(units.votes.T):
            voters = np.flatnonzero(votes > 0)
            if len(voters):
                self.members[k] = _Members(
                    voters,
                    votes[voters],
                    vectors[voters],
                    _count(n_neighbors, len(voters)),
                    fit_index(vectors[voters], "euclidean", n_jobs),
                )

    def pull_units(self, vectors, units, codes):
        """Pull each row to the class of its label, by rows that may judge it.

        Parameters
        ----------
        vectors : ndarray of shape (n_units, n_features)
            Features of the units.
        units : Units
            Who may judge whom.
        codes : ndarray of shape (n_samples,), dtype=int
            Class of each row.

        Returns
        -------
        pulled : ndarray of shape (n_samples, n_features)
            Features of the edited rows; NaN where there is nobody to go by.
        """
        pulled = np.full((len(codes), vectors.shape[1]), np.nan)
        for k, members in self.members.items():
            own = codes == k
            asked, place = np.unique(units.unit_of[own], return_inverse=True)
            judges = replace(units, voters=members.voters)
            search = IndexSearch(members.index, vectors)
            means = np.full((len(asked), vectors.shape[1]), np.nan)
            for places, neighbors, _, allowed in search_allowed(
                search, judges, asked, members.count
            ):
                means[places] = members.mean(neighbors, allowed)
            pulled[own] = means[place]
        return pulled

    def pull_new(self, vectors, codes):
        """Pull rows that are not among the units to the classes of their labels.

        Parameters
        ----------
        vectors : ndarray of shape (n_new, n_features)
            Features of the rows.
        codes : ndarray of shape (n_new,), dtype=int
            Class of each row.

        Returns
        -------
        pulled : ndarray of shape (n_new, n_features)
            Features of the edited rows; NaN for a class without members.
        """
        pulled = np.full(vectors.shape, np.nan)
        for k, members in self.members.items():
            own = np.flatnonzero(codes == k)
            search = IndexSearch(members.index, vectors)
            step = max(1, BLOCK_NEIGHBORS // members.count)
            for start in range(0, len(own), step):
                part = own[start : start + step]
                neighbors, _ = search.nearest(part, members.count)
                pulled[part] = members.mean(neighbors, neighbors >= 0)
        return pulled


@dataclass(frozen=True)
class _Members:
    """The units of a class that have any weight in it."""

    voters: np.ndarray
    weight: np.ndarray
    vectors: np.ndarray
    count: int
    index: object

    def mean(self, neighbors, allowed):
        """Average the first that are allowed, by weight."""
        kept = allowed & (np.cumsum(allowed, axis=1) <= self.count)
        weight = np.where(kept, self.weight[neighbors], 0.0)
        starts = np.arange(len(weight) + 1) * weight.shape[1]
        shape = len(weight), len(self.voters)
        share = sparse.csr_array((weight.ravel(), neighbors.ravel(), starts), shape)
        total = weight.sum(axis=1, keepdims=True)
        mean = np.full((len(weight), self.vectors.shape[1]), np.nan)
        return np.divide(share @ self.vectors, total, out=mean, where=total > 0)


def _count(n_neighbors, n_members):
    if isinstance(n_neighbors, Integral):
        check_count("n_neighbors", n_neighbors)
        return int(n_neighbors)
    check_number("n_neighbors", n_neighbors, 0, 1, closed="right")
    return int(np.ceil(n_neighbors * n_members))
