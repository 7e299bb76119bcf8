# SPDX-License-Identifier: BSD-3-Clause
"""Reliability of labels: how far must one look until the neighbours agree?"""

from numbers import Integral

import numpy as np

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._label_detector import flag_by_threshold, most_probable
from sknoisy.detection._neighbor_finder import NeighborFinder
from sknoisy.detection._neighbor_search import nearest_allowed
from sknoisy.detection._neighbor_votes import Electorate, distinct_units, warn_unjudged
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.threshold import check_threshold
from sknoisy.utils._rows import num_rows


class NeighborhoodReliability(BaseLabelDetector):
    """Score labels by the size of the neighbourhood that agrees with them.

    The neighbourhood of each row grows from `min_neighbors` to `max_neighbors`
    until its label is the most frequent one in it, and the reliability of the label
    is ``min_neighbors`` over that size: 1 where the nearest agree at once, and 0
    where no neighbourhood does.

    Parameters
    ----------
    transformer : transformer, default=None
        Finds neighbours in place of the exact search, as in `Neighbors`; it should
        offer some neighbours more than `max_neighbors`.
    min_neighbors, max_neighbors : int, default=11, 51
        Sizes of the least and of the greatest neighbourhood.
    metric : str or callable, default="auto"
        Metric of the exact search, as in `Neighbors`.
    threshold : str, float or threshold, default=0.1
        Where the line is. By default, and unless neighbourhoods may grow more than
        tenfold, the labels are suspect that none agrees with.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Reliability of the labels.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most frequent label of the least neighbourhood.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Share of each label in the least neighbourhood.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    threshold_ : threshold
        The fitted threshold.
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
    It follows the reliability score that the weighted adaptive nearest neighbour
    classifier gives its training labels before they vote. The abstract of the paper
    names the two sizes; the rule of growth and the inverse size as a score are
    inferred, and so is that a label must have more votes than any other. The
    numbers need not be those of the authors.

    Reliability has one value for each size, so that most right labels tie at 1 and
    most wrong ones at 0. A class of fewer rows than half of a neighbourhood that
    lies amid another is never the most frequent one: give small classes small
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
    >>> float(detector.label_quality_[0]), float(detector.label_quality_[1])
    (0.0, 1.0)
    """

    def __init__(
        self,
        transformer=None,
        *,
        min_neighbors=11,
        max_neighbors=51,
        metric="auto",
        threshold=0.1,
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
        self.threshold_ = check_threshold(self.threshold)
        model = ConfidentJoint(classes=rows.classes)
        model.fit(rows.y, pred_proba, sample_weight=rows.sample_weight)
        return Judgement(
            label_quality=quality,
            suspect_mask=flag_by_threshold(self.threshold_, rows, quality, pred_proba),
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=model.noise_rate_,
            pred_proba=pred_proba,
        )

    def _check_params(self):
        sizes = self.min_neighbors, self.max_neighbors
        are_whole = all(isinstance(size, Integral) for size in sizes)
        if not are_whole or not 1 <= sizes[0] <= sizes[1]:
            raise ValueError(
                f"min_neighbors={sizes[0]!r} and max_neighbors={sizes[1]!r} must be "
                "whole numbers above 0, the lesser first."
            )

    def _grow(self, neighbors, asked, codes):
        """Let neighbourhoods grow; return the reliability, and the first shares.

        Row i has the label ``codes[i]`` and the neighbours ``neighbors[asked[i]]``;
        without labels, it gets the one that its first neighbourhood favours.
        """
        cast, width = self.electorate_.votes, neighbors.shape[1]
        first = min(self.min_neighbors, width)
        votes = sum(_votes_of(found, cast) for found in neighbors.T[:first])
        total = votes.sum(axis=1, keepdims=True)
        shares = (votes / np.where(total > 0, total, 1.0))[asked]
        codes = shares.argmax(axis=1) if codes is None else codes
        reliability = np.zeros(len(asked))
        for size in range(first, width + 1):
            if size > first:
                votes += _votes_of(neighbors[:, size - 1], cast)
            grown = min(1.0, self.min_neighbors / size)
            reliability[_leads(votes, asked, codes) & (reliability == 0)] = grown
        return reliability, shares

    def _score_new(self, X, codes):
        search = self.finder_.search_new(X)
        asked = np.arange(num_rows(X))
        neighbors, _ = search.nearest(asked, self.max_neighbors)
        return self._grow(neighbors[:, : self.max_neighbors], asked, codes)[0]

    def _learner(self):
        return self.transformer


def _votes_of(neighbors, cast):
    return np.where(neighbors[:, None] >= 0, cast[neighbors], 0.0)


def _leads(votes, asked, codes):
    """Mask of the labels that have more votes than any other."""
    runner_up, most = np.partition(votes, -2, axis=1)[:, -2:].T
    return (votes[asked, codes] == most[asked]) & (runner_up < most)[asked]
