# SPDX-License-Identifier: BSD-3-Clause
"""Reliability of labels: how far must one look until the neighbours agree?"""

from numbers import Integral

import numpy as np

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._label_detector import (
    count_wrong,
    flag_suspects,
    most_probable,
)
from sknoisy.detection._neighbor_finder import NeighborFinder
from sknoisy.detection._neighbor_search import nearest_allowed
from sknoisy.detection._neighbor_votes import Electorate, distinct_units, warn_unjudged
from sknoisy.utils._ranking import keep_each_class
from sknoisy.utils._rows import num_rows


class NeighborhoodReliability(BaseLabelDetector):
    """Score labels by the size of the neighbourhood that agrees with them.

    The neighbourhood of each row grows from `min_neighbors` rows, by two at a time,
    until the label of the row is the most frequent one in it, or `max_neighbors`
    are reached. The reliability of the label is ``min_neighbors`` over that size: 1
    where the nearest agree at once, and least where no neighbourhood does.

    Parameters
    ----------
    transformer : transformer, default=None
        Finds neighbours in place of the exact search, as in `Neighbors`; it should
        offer some neighbours more than `max_neighbors`.
    min_neighbors, max_neighbors : int, default=11, 51
        Size of the least neighbourhood, and the one that stands for labels that no
        smaller neighbourhood agrees with.
    metric : str or callable, default="auto"
        Metric of the exact search, as in `Neighbors`.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_`. By default the labels are suspect
        that no neighbourhood agrees with.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Reliability of the labels, from ``min_neighbors / max_neighbors`` to 1.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that no neighbourhood agrees with, or on the wrong side of the
        threshold. One row of each class is never suspect.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most frequent label of the least neighbourhood.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Share of each label in the least neighbourhood.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    threshold_ : threshold
        The fitted threshold, where one is used.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If the sizes are out of range.

    Warns
    -----
    WeakEvidenceWarning
        If some rows have no neighbour that may judge them, or are the only ones
        of their class. Their labels count as right.

    See Also
    --------
    KDisagreeingNeighbors : The share of the neighbours that agree, at one size.
    Neighbors : The votes of the neighbours as a part of other detectors.

    Notes
    -----
    It is the reliability score that the weighted adaptive nearest neighbour
    classifier (WANN) gives its training labels before they vote, times
    `min_neighbors`. The authors settle ties by the order of the labels; here a
    label must have more votes than any other. They use no reliability to find
    errors: that the least reliable labels are suspect is a choice of this library.

    Reliability has one value for each size, so that most right labels tie at 1 and
    most wrong ones at the least value. A class of fewer rows than half of a
    neighbourhood that lies amid another never leads one: give small classes small
    sizes. Copies of a row are one neighbour with the labels and weights of all, and
    do not judge each other.

    References
    ----------
    Di Salvo, Doerrich, Rieger and Ledig. An embedding is worth a thousand noisy
    labels. Transactions on Machine Learning Research, 2025.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import NeighborhoodReliability
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = NeighborhoodReliability().fit(X, y)
    >>> detector.label_quality_[:2].round(3)
    array([0.216, 1.   ])
    """

    def __init__(
        self,
        transformer=None,
        *,
        min_neighbors=11,
        max_neighbors=51,
        metric="auto",
        threshold=None,
        n_jobs=None,
    ):
        self.transformer = transformer
        self.min_neighbors = min_neighbors
        self.max_neighbors = max_neighbors
        self.metric = metric
        self.threshold = threshold
        self.n_jobs = n_jobs

    def _judge(self, rows):
        self._check_params()
        units = distinct_units(rows)
        self.finder_ = NeighborFinder(self.transformer, self.metric, self.n_jobs)
        search = self.finder_.fit(rows.X, units)
        everyone = np.arange(len(units.first))
        neighbors, _ = nearest_allowed(search, units, everyone, self.max_neighbors)
        self.electorate_ = Electorate(
            units.votes[units.voters], None, self.max_neighbors, "uniform"
        )
        quality, pred_proba = self._grow(neighbors, units.unit_of, rows.codes)
        unjudged = (neighbors[units.unit_of, 0] < 0) | units.is_alone(rows)
        warn_unjudged(unjudged)
        quality[unjudged] = 1.0
        pred_proba[unjudged] = np.eye(len(rows.classes))[rows.codes[unjudged]]
        return Judgement(
            label_quality=quality,
            suspect_mask=self._flag(rows, quality, pred_proba),
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=count_wrong(rows, pred_proba),
            pred_proba=pred_proba,
        )

    def _check_params(self):
        sizes = self.min_neighbors, self.max_neighbors
        are_whole = all(isinstance(size, Integral) for size in sizes)
        if not are_whole or not 1 <= sizes[0] < sizes[1]:
            raise ValueError(
                f"min_neighbors={sizes[0]!r} and max_neighbors={sizes[1]!r} must be "
                "whole numbers above 0, the lesser one first."
            )

    def _grow(self, neighbors, asked, codes):
        """Let neighbourhoods grow; return the reliability, and the first shares.

        Row i has the label ``codes[i]`` and the neighbours ``neighbors[asked[i]]``;
        without labels, it gets the one that its first neighbourhood favours.
        """
        cast, least = self.electorate_.votes, self.min_neighbors
        votes = _count_votes(neighbors[:, :least], cast)
        total = votes.sum(axis=1, keepdims=True)
        shares = (votes / np.where(total > 0, total, 1.0))[asked]
        codes = shares.argmax(axis=1) if codes is None else codes
        sizes = np.full(len(asked), self.max_neighbors)
        for size in range(least, self.max_neighbors, 2):
            if size > least:
                votes += _count_votes(neighbors[:, size - 2 : size], cast)
            grows = sizes == self.max_neighbors
            sizes[grows & _leads(votes, asked, codes)] = size
        return least / sizes, shares

    def _flag(self, rows, quality, pred_proba):
        if self.threshold is not None:
            return flag_suspects(self, rows, quality, pred_proba)
        suspects = quality <= self.min_neighbors / self.max_neighbors
        return keep_each_class(suspects, quality, rows.codes)

    def _score_new(self, X, codes):
        search = self.finder_.search_new(X)
        asked = np.arange(num_rows(X))
        neighbors, _ = search.nearest(asked, self.max_neighbors)
        return self._grow(neighbors[:, : self.max_neighbors], asked, codes)[0]

    def _learner(self):
        return self.transformer


def _count_votes(neighbors, cast):
    votes = np.zeros((len(neighbors), cast.shape[1]))
    for found in neighbors.T:
        votes += np.where(found[:, None] >= 0, cast[found], 0.0)
    return votes


def _leads(votes, asked, codes):
    """Mask of the labels that have more votes than any other."""
    runner_up, most = np.partition(votes, -2, axis=1)[:, -2:].T
    return (votes[asked, codes] == most[asked]) & (runner_up < most)[asked]
