# SPDX-License-Identifier: BSD-3-Clause
"""Who votes on the label of whom, and how the votes are counted."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils._distinct_rows import combine_numbers, is_coarse, number_contents


@dataclass(frozen=True)
class Units:
    """Rows of the same content, and group, as one neighbour.

    Attributes
    ----------
    first : ndarray of shape (n_units,), dtype=int
        Position of a row of each unit.
    unit_of : ndarray of shape (n_samples,), dtype=int
        Unit of each row.
    content, group : ndarray of shape (n_units,), dtype=int
        Units that agree in either never judge each other; `group` may be None.
    votes : ndarray of shape (n_units, n_classes)
        Weight of each label in each unit.
    voters : ndarray of shape (n_voters,), dtype=int
        The units that have any weight.
    copies : ndarray of shape (n_units,) or None
        Number of rows with weight, where copies are samples of their own.
    """

    first: np.ndarray
    unit_of: np.ndarray
    content: np.ndarray
    group: np.ndarray | None
    votes: np.ndarray
    voters: np.ndarray
    copies: np.ndarray | None

    def may_judge(self, asked, neighbors):
        """Mask of the neighbours that are neither copies nor of the same group."""
        found = self.voters[neighbors]
        allowed = (neighbors >= 0) & (self.content[asked, None] != self.content[found])
        if self.group is not None:
            allowed &= self.group[asked, None] != self.group[found]
        return allowed

    def n_copies(self, asked):
        """Count the copies of a row of each unit that judge it."""
        if self.copies is None:
            return np.zeros(len(asked))
        return np.maximum(self.copies[asked] - 1, 0)

    def votes_of_rows(self, rows, votes, n_votes, nearest):
        """Hand the votes on units to their rows, with those of other copies."""
        votes, n_votes = votes[self.unit_of], n_votes[self.unit_of]
        if self.copies is None:
            return votes, n_votes
        copies = self.votes[self.unit_of]
        weight = 1.0 if rows.sample_weight is None else rows.sample_weight
        copies[np.arange(len(rows)), rows.codes] -= weight
        # Copies count as much as the nearest of the others, if any is needed.
        each = np.where(nearest > 0, nearest, 1.0)[self.unit_of, None]
        votes += each * np.maximum(copies, 0.0)
        return votes, n_votes + self.n_copies(self.unit_of)

    def is_alone(self, rows):
        """Mask of the rows whose class no other row has that may judge them."""
        if self.copies is not None:
            weight = rows.sample_weight
            active = np.ones(len(rows)) if weight is None else weight > 0
            n_rows = np.bincount(rows.codes, weights=active)
            return n_rows[rows.codes] - active == 0
        has_class = self.votes > 0
        n_others = has_class.sum(axis=0)[rows.codes]
        return n_others - has_class[self.unit_of, rows.codes] == 0


def distinct_units(rows):
    """Gather the rows of the same content, and of the same group, if there are any.

    Parameters
    ----------
    rows : LabelledRows
        The rows to judge.

    Returns
    -------
    units : Units
        In an order that does not depend on that of the rows.
    """
    contents, group = number_contents(rows.X), None
    numbers = contents
    if rows.groups is not None:
        group = np.unique(rows.groups, return_inverse=True)[1]
        numbers = combine_numbers(contents, group)
    _, first, unit_of = np.unique(numbers, return_index=True, return_inverse=True)
    weight = 1.0 if rows.sample_weight is None else rows.sample_weight
    votes = np.zeros((len(first), len(rows.classes)))
    np.add.at(votes, (unit_of, rows.codes), weight)
    copies = None
    if group is None and is_coarse(contents):
        active = np.ones(len(rows)) if rows.sample_weight is None else weight > 0
        copies = np.bincount(unit_of, weights=active)
    return Units(
        first=first,
        unit_of=unit_of,
        content=contents[first],
        group=None if group is None else group[first],
        votes=votes,
        voters=np.flatnonzero(votes.any(axis=1)),
        copies=copies,
    )


def warn_unjudged(unjudged):
    """Warn of rows that no neighbour can judge.

    Parameters
    ----------
    unjudged : ndarray of shape (n_samples,), dtype=bool
        True for such rows.
    """
    if unjudged.any():
        warnings.warn(
            f"No neighbour can judge {unjudged.sum()} of {len(unjudged)} rows: their "
            "class has no other rows, or all rows that were found are copies or of "
            "their group. Their labels count as right; give rare classes more rows, "
            "or let the transformer, if one is used, find more neighbours.",
            WeakEvidenceWarning,
            stacklevel=4,
        )


class Electorate:
    """The labels of the units that may be neighbours, and how they are counted.

    Parameters
    ----------
    votes : ndarray of shape (n_voters, n_classes)
        Weight of each label in each unit.
    copies : ndarray of shape (n_voters,) or None
        Rows that each unit stands for; None counts each unit once.
    n_neighbors : int
        Number of neighbours that vote.
    weights : {"uniform", "distance"} or callable
        How much a neighbour counts.
    """

    def __init__(self, votes, copies, n_neighbors, weights):
        self.votes = votes
        self.copies = copies
        self.n_neighbors = n_neighbors
        self.weights = weights

    @property
    def size(self):
        """Number of units."""
        return len(self.votes)

    def empty_poll(self, n_asked):
        """Return arrays for what `tally` returns."""
        return (
            np.zeros((n_asked, self.votes.shape[1])),
            np.zeros(n_asked),
            np.zeros(n_asked),
        )

    def tally(self, neighbors, distances, allowed, n_before=0.0):
        """Let the first allowed neighbours vote.

        Parameters
        ----------
        neighbors, distances : ndarray of shape (n_asked, n_found)
            Nearest first; -1 for none.
        allowed : ndarray of shape (n_asked, n_found), dtype=bool
            Who may vote.
        n_before : ndarray of shape (n_asked,), default=0.0
            Votes that are already there.

        Returns
        -------
        votes : ndarray of shape (n_asked, n_classes)
            Total weight of each label.
        n_votes : ndarray of shape (n_asked,)
            Number of neighbours that voted.
        nearest : ndarray of shape (n_asked,)
            Weight of the one that counts most.
        """
        sizes = allowed.astype(np.float64)
        if self.copies is not None:
            sizes *= self.copies[neighbors]
        before = np.cumsum(sizes, axis=1) - sizes + np.reshape(n_before, (-1, 1))
        sizes[before >= self.n_neighbors] = 0.0
        weight = self._weigh(distances, sizes > 0)
        found = np.maximum(neighbors, 0)
        starts = np.arange(len(found) + 1) * found.shape[1]
        shape = len(found), self.size
        ballots = sparse.csr_array((weight.ravel(), found.ravel(), starts), shape=shape)
        nearest = weight.max(axis=1, initial=0.0)
        return ballots @ self.votes, sizes.sum(axis=1), nearest

    def _weigh(self, distances, chosen):
        if callable(self.weights):
            return np.where(chosen, self.weights(distances), 0.0)
        if self.weights == "uniform":
            return chosen.astype(np.float64)
        at_zero = chosen & (distances == 0)
        inverse = np.zeros(distances.shape)
        np.divide(1.0, distances, out=inverse, where=chosen & ~at_zero)
        return np.where(at_zero.any(axis=1, keepdims=True), at_zero, inverse)
