# SPDX-License-Identifier: BSD-3-Clause
"""Detectors that weigh the distance to the own class against that to the others."""

from abc import abstractmethod
from dataclasses import replace

import numpy as np

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._label_detector import flag_suspects
from sknoisy.detection._neighbor_search import (
    BLOCK_NEIGHBORS,
    IndexSearch,
    nearest_allowed,
)
from sknoisy.detection._neighbor_votes import distinct_units, warn_unjudged
from sknoisy.detection._unit_features import FeatureInput, fit_unit_features
from sknoisy.utils._options import check_count
from sknoisy.utils._rows import num_rows


class ClassIndexes:
    """Exact search for neighbours in each class, a class at a time.

    Parameters
    ----------
    features : UnitFeatures
        Features of the units.
    units : Units
        Distinct rows; a unit is a member of each class that it has a vote for.
    n_jobs : int, default=None
        Searches at the same time, through joblib.
    """

    def __init__(self, features, units, n_jobs=None):
        members = [np.flatnonzero(votes > 0) for votes in units.votes.T]
        self.parts = [
            (k, voters, features.index(voters, n_jobs))
            for k, voters in enumerate(members)
            if len(voters)
        ]

    def among_units(self, features, units, n_neighbors):
        """Yield each class and the distances of all units to their nearest in it."""
        everyone = np.arange(len(units.first))
        for k, voters, index in self.parts:
            search = IndexSearch(index, features.values)
            judges = replace(units, voters=voters)
            yield k, nearest_allowed(search, judges, everyone, n_neighbors)[1]

    def among_new(self, values, n_neighbors):
        """Yield each class and the distances of new rows to their nearest in it."""
        for k, _, index in self.parts:
            search = IndexSearch(index, values)
            yield k, search.nearest(slice(None), n_neighbors)[1]

    def farthest(self, features, units, asked):
        """Return the distance of some units to the farthest that may judge them."""
        greatest = np.full(len(asked), -np.inf)
        for _, voters, index in self.parts:
            search = IndexSearch(index, features.values)
            judges = replace(units, voters=voters)
            step = max(1, BLOCK_NEIGHBORS // len(voters))
            for start in range(0, len(asked), step):
                part = slice(start, start + step)
                neighbors, distances = search.nearest(asked[part], len(voters))
                allowed = judges.may_judge(asked[part], neighbors)
                found = np.where(allowed, distances, -np.inf).max(axis=1)
                greatest[part] = np.maximum(greatest[part], found)
        return np.where(np.isneginf(greatest), np.inf, greatest)


def own_and_other(codes, by_class):
    """Average the distances to the nearest of the own class, and of all others.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,), dtype=int
        Class of each row; -1 for none.
    by_class : iterable of (int, ndarray of shape (n_rows, n_found))
        Distances to the nearest of each class, infinite where there are too few.

    Returns
    -------
    own, other : ndarray of shape (n_rows,)
        Mean distances; infinite where there is no neighbour at all.
    closest : ndarray of shape (n_rows,), dtype=int
        The other class whose nearest are nearest; -1 for none.
    """
    own, least = np.full((2, len(codes)), np.inf)
    closest, merged = np.full(len(codes), -1), None
    for k, distances in by_class:
        means, mine = _mean_of_finite(distances), codes == k
        own[mine] = means[mine]
        nearer = ~mine & (means < least)
        least[nearer], closest[nearer] = means[nearer], k
        strangers = np.where(mine[:, None], np.inf, distances)
        merged = strangers if merged is None else _nearest_of(merged, strangers)
    return own, _mean_of_finite(merged), closest


def _nearest_of(some, more):
    width = max(some.shape[1], more.shape[1])
    return np.sort(np.hstack([some, more]), axis=1)[:, :width]


def _mean_of_finite(distances):
    found = np.isfinite(distances)
    counts = found.sum(axis=1)
    totals = np.where(found, distances, 0.0).sum(axis=1)
    means = np.full(len(distances), np.inf)
    return np.divide(totals, counts, out=means, where=counts > 0)


def share_of_other(own, other):
    """Share of the distance to the others in both distances; half if both are 0.

    Parameters
    ----------
    own, other : ndarray of shape (n_rows,)
        Distances.

    Returns
    -------
    share : ndarray of shape (n_rows,)
        In [0, 1].
    """
    both = own + other
    half = np.full(len(own), 0.5)
    return np.divide(other, both, out=half, where=both > 0)


class ClassDistanceDetector(FeatureInput, BaseLabelDetector):
    """Base of detectors that compare the distances to the own and other classes.

    A subclass has the parameters `preprocessor`, `n_neighbors`, `metric`,
    `threshold` and `n_jobs`, and implements ``_compare(own, other)``.
    """

    def _judge(self, rows):
        check_count("n_neighbors", self.n_neighbors)
        units = distinct_units(rows)
        features = fit_unit_features(
            rows.X, units, preprocessor=self.preprocessor, metric=self.metric
        )
        self.indexes_ = ClassIndexes(features, units, self.n_jobs)
        self.features_ = features.without_values()
        found = self.indexes_.among_units(features, units, self.n_neighbors)
        by_class = ((k, distances[units.unit_of]) for k, distances in found)
        own, other, closest = own_and_other(rows.codes, by_class)
        alone = np.flatnonzero(np.isinf(own))
        own[alone] = self._distance_alone(features, units, units.unit_of[alone])
        quality = self._quality(own, other)
        warn_unjudged(np.isinf(own) | np.isinf(other))
        suspects = self._flag(rows, quality)
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=np.where(quality < 0.5, closest, rows.codes),
            noise_rate=np.average(suspects, weights=rows.sample_weight),
        )

    @abstractmethod
    def _compare(self, own, other):
        """Return the quality of labels by two finite distances."""

    def _distance_alone(self, features, units, asked):
        """Return what stands in for the distance to a class without other rows."""
        return np.full(len(asked), np.inf)

    def _quality(self, own, other):
        quality = np.ones(len(own))
        judged = np.isfinite(own) & np.isfinite(other)
        quality[judged] = self._compare(own[judged], other[judged])
        return quality

    def _flag(self, rows, quality):
        return flag_suspects(self, rows, quality)

    def _score_new(self, X, codes):
        values = self.features_.of(X)
        if codes is None:
            nobody = np.full(num_rows(X), -1)
            by_class = self.indexes_.among_new(values, self.n_neighbors)
            codes = own_and_other(nobody, by_class)[2]
        by_class = self.indexes_.among_new(values, self.n_neighbors)
        return self._quality(*own_and_other(codes, by_class)[:2])
