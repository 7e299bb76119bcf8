# SPDX-License-Identifier: BSD-3-Clause
"""Experts that tell two far parts of the range of a target apart."""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from sknoisy.detection._neighbor_search import IndexSearch, nearest_allowed
from sknoisy.exceptions import RareClassWarning
from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._distinct_rows import number_contents
from sknoisy.utils._rows import num_rows

# Added to a distance on the scale from 0 to 1, so that its inverse is finite.
_SMALLEST_DISTANCE = 1e-3


@dataclass(frozen=True)
class Fragments:
    """Parts of equal length of a window on the scale from 0 to 1.

    Attributes
    ----------
    start, length : float
        Where the window begins, and the length of a part.
    count : int
        Number of parts, even.
    """

    start: float
    length: float
    count: int

    def place(self, levels):
        """Return the part of each level, the nearest one outside of the window."""
        parts = np.floor((levels - self.start) / self.length).astype(np.intp)
        return np.clip(parts, 0, self.count - 1)

    def holds(self, levels):
        """Mask of the levels inside of the window."""
        end = self.start + self.count * self.length
        return (levels >= self.start) & (levels <= end)

    def memberships(self, levels):
        """Weigh the parts for each level, sharply, by how near their middle is."""
        middles = self.start + (np.arange(self.count) + 0.5) * self.length
        distances = np.abs(levels[:, np.newaxis] - middles)
        logits = 1 / (distances + _SMALLEST_DISTANCE)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def pairs(self):
        """List the pairs of parts whose nearest ends are as far apart as can be."""
        half = self.count // 2
        return [(part, part + half) for part in range(half)]


class PairExpert:
    """Tells two parts apart: by a classifier, and by the nearest rows.

    Parameters
    ----------
    pair : tuple of int
        The two parts.
    classifier : classifier
        Cross-fitted on the rows of the pair.
    n_neighbors : int
        Rows of the pair that vote.
    """

    def __init__(self, pair, classifier, n_neighbors):
        self.pair = pair
        self.classifier = classifier
        self.n_neighbors = n_neighbors

    def fit(self, rows, parts, weight, units, features, **cross_fit):
        """Learn from the rows of the pair; return what they say of all rows.

        Parameters
        ----------
        rows : LabelledRows
            All rows.
        parts : ndarray of shape (n_samples,), dtype=int
            Part of each given target.
        weight : ndarray of shape (n_samples,)
            0 for rows that no expert learns from.
        units : Units
            The distinct rows.
        features : UnitFeatures
            Where neighbours are looked for.
        **cross_fit : dict
            `cv`, `n_jobs` and `random_state` of the cross-fit.

        Returns
        -------
        by_model, by_neighbors : ndarray of shape (n_samples,)
            Share of the second part.
        """
        weight = np.where(np.isin(parts, self.pair), weight, 0.0)
        is_second = (parts == self.pair[1]).astype(np.intp)
        by_model = self._fit_model(rows, is_second, weight, cross_fit)
        totals = np.bincount(units.unit_of, weights=weight)
        seconds = np.bincount(units.unit_of, weights=weight * is_second)
        voters = np.flatnonzero(totals > 0)
        # Copies are no neighbours, and a table of few categories has little else.
        if len(voters) == 0 or units.copies is not None:
            self.index = None
            return by_model, by_model
        self.votes = seconds[voters] / totals[voters]
        search = features.search(voters, cross_fit["n_jobs"])
        self.index = search.index
        found, _ = nearest_allowed(
            search,
            replace(units, voters=voters),
            np.arange(len(units.first)),
            self.n_neighbors,
        )
        return by_model, self._poll(found)[units.unit_of]

    def _fit_model(self, rows, is_second, weight, cross_fit):
        members = np.flatnonzero(weight > 0)
        self.model, self.constant = None, np.nan
        kin = number_contents(rows.X) if rows.groups is None else rows.groups
        if len(np.unique(kin[members])) < 2 or np.ptp(is_second[members]) == 0:
            if len(members):
                self.constant = np.average(is_second[members], weights=weight[members])
            return np.full(len(rows), self.constant)
        with warnings.catch_warnings():
            # A part that no other row is in has nothing to say for itself.
            warnings.simplefilter("ignore", RareClassWarning)
            self.model = cross_fit_proba(
                self.classifier,
                rows.X,
                is_second,
                classes=[0, 1],
                sample_weight=weight,
                groups=rows.groups,
                **cross_fit,
            )
        second = self.model.pred_proba[:, 1]
        return np.where(self.model.judged, second, 1 - is_second)

    def _poll(self, found):
        """Return the mean vote of the voters that were found."""
        votes = np.where(found >= 0, self.votes[found], 0.0).sum(axis=1)
        n_votes = (found >= 0).sum(axis=1)
        return np.where(n_votes > 0, votes / np.maximum(n_votes, 1), np.nan)

    def of_new(self, X, values):
        """Return what the rows of the pair say of new rows, of the given features."""
        by_model = np.full(num_rows(X), self.constant)
        if self.model is not None:
            by_model = self.model.predict_proba(X)[:, 1]
        if self.index is None:
            return by_model, by_model
        search = IndexSearch(self.index, values)
        found, _ = search.nearest(np.arange(num_rows(X)), self.n_neighbors)
        return by_model, self._poll(found)


def agreement(memberships, shares):
    """Weigh how far the experts agree that rows belong where their targets are.

    Parameters
    ----------
    memberships : ndarray of shape (n_samples, n_parts)
        Weight of each part for each row, by its target.
    shares : ndarray of shape (n_samples, n_parts)
        How far the expert of each part is for it: 0 or 1, or in between.

    Returns
    -------
    agreement : ndarray of shape (n_samples,)
        Sum over the parts, of those that are backed by a part next to them.
    """
    nowhere = np.zeros((len(shares), 1))
    below = np.hstack([nowhere, shares[:, :-1]])
    above = np.hstack([shares[:, 1:], nowhere])
    return (memberships * shares * np.maximum(below, above)).sum(axis=1)
