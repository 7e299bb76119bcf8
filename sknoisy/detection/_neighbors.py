# SPDX-License-Identifier: BSD-3-Clause
"""Neighbour evidence: each row is judged by the labels of the rows around it."""

from numbers import Real

import numpy as np

from sknoisy.base import copy_input_tags
from sknoisy.detection._label_detector import SchemeDetector
from sknoisy.detection._neighbor_finder import NeighborFinder
from sknoisy.detection._neighbor_search import (
    BLOCK_NEIGHBORS,
    search_allowed,
)
from sknoisy.detection._neighbor_votes import Electorate, distinct_units, warn_unjudged
from sknoisy.detection._schemes import SCHEMES, BaseScheme, Member
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._rows import num_rows

_WEIGHTS = ("uniform", "distance")


class Neighbors(BaseScheme):
    """Nearest neighbours: each row is judged by the labels of those around it.

    The probability of a class is its share among the k nearest other rows. No
    model is fitted, so no label can be memorised.

    Parameters
    ----------
    transformer : transformer, default=None
        Finds neighbours in place of the exact search. It has the interface of
        `KNeighborsTransformer`: `fit_transform` and `transform` return a sparse
        matrix of distances to the rows it was fitted on, the row itself among
        them. It gets X as it is, and should offer some neighbours more than
        `n_neighbors`. A pipeline may end in it.
    n_neighbors : int, default=20
        Number of neighbours that vote.
    metric : str or callable, default="auto"
        Metric of the exact search, as `NearestNeighbors` takes it. ``"auto"`` is
        the cosine distance for texts and sparse matrices, else the Euclidean one.
        Texts and frames are turned into numbers first, and numbers standardised.
    weights : {"uniform", "distance"} or callable, default="uniform"
        How much a neighbour counts, besides its sample weight: alike, by the
        inverse of its distance, or by a function from an array of distances to
        one of weights.
    smoothing : float, default=1.0
        Number of imagined neighbours whose votes are spread evenly over the
        classes. It keeps probabilities off 0 and 1, and ranks rows of equal
        shares by how many neighbours they have. 0 leaves shares as they are.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Label of each column.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `transformer` returns no sparse matrix
        with a column for each row it was fitted on.

    Warns
    -----
    WeakEvidenceWarning
        If some rows have no neighbour that may judge them, or are the only ones
        of their class. Their labels count as right.

    Notes
    -----
    A row is told from its neighbours by its position, never by a distance of zero.
    Exact copies do not judge each other: rows of the same content are one
    neighbour, with the labels and weights of all its copies. In a table of few
    categories, where rows repeat more than five times on average, copies are the
    nearest neighbours of all, and cells are taken whole until at least
    `n_neighbors` rows vote. Rows of one group do not judge each other either; the
    exact search looks for others, `transformer` has only what it returns.

    Memory grows with the number of rows times `n_neighbors`; no matrix of all
    pairs is ever held.

    References
    ----------
    Bahri, Jiang and Gupta. Deep k-NN for noisy labels. ICML 2020.

    Zhu, Dong and Liu. Detecting corrupted labels without training a model to
    predict. ICML 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsTransformer
    >>> from sknoisy.detection import LabelDetector, Neighbors
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = LabelDetector(Neighbors()).fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    >>> raw = Neighbors(KNeighborsTransformer(n_neighbors=25))
    >>> int(LabelDetector(raw).fit(X, y).label_quality_.argmin())
    0
    """

    def __init__(
        self,
        transformer=None,
        *,
        n_neighbors=20,
        metric="auto",
        weights="uniform",
        smoothing=1.0,
        n_jobs=None,
    ):
        self.transformer = transformer
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.weights = weights
        self.smoothing = smoothing
        self.n_jobs = n_jobs

    def members(self, rows):
        self._check_params()
        units = distinct_units(rows)
        self.classes_ = rows.classes
        self.electorate_ = Electorate(
            units.votes[units.voters],
            None if units.copies is None else units.copies[units.voters],
            self.n_neighbors,
            self.weights,
        )
        self.finder_ = NeighborFinder(self.transformer, self.metric, self.n_jobs)
        search = self.finder_.fit(rows.X, units)
        polled = self._poll(search, units)
        votes, n_votes = units.votes_of_rows(rows, *polled)
        pred_proba = self._to_proba(votes, n_votes)
        unjudged = (votes.sum(axis=1) == 0) | units.is_alone(rows)
        warn_unjudged(unjudged)
        pred_proba[unjudged] = np.eye(len(rows.classes))[rows.codes[unjudged]]
        yield Member(pred_proba)

    def _check_params(self):
        check_count("n_neighbors", self.n_neighbors)
        if not isinstance(self.smoothing, Real) or not 0 <= self.smoothing < np.inf:
            raise ValueError(
                f"smoothing={self.smoothing!r} must be a finite number of at least 0."
            )
        if not callable(self.weights):
            check_option("weights", self.weights, _WEIGHTS)

    def _poll(self, search, units):
        """Let the neighbours of all units vote."""
        everyone = np.arange(len(units.first))
        polled = self.electorate_.empty_poll(len(everyone))
        blocks = search_allowed(search, units, everyone, self.n_neighbors)
        for places, neighbors, distances, allowed in blocks:
            tally = self.electorate_.tally(
                neighbors, distances, allowed, units.n_copies(places)
            )
            for whole, piece in zip(polled, tally, strict=True):
                whole[places] = piece
        return polled

    def _to_proba(self, votes, n_votes):
        """Turn votes into shares, of which the imagined neighbours take theirs."""
        total = votes.sum(axis=1, keepdims=True)
        even = np.full(votes.shape[1], 1 / votes.shape[1])
        shares = np.where(total > 0, votes / np.where(total > 0, total, 1), even)
        n_votes = np.where(total[:, 0] > 0, n_votes, 1)[:, np.newaxis]
        return (n_votes * shares + self.smoothing * even) / (n_votes + self.smoothing)

    def predict_proba(self, X):
        search = self.finder_.search_new(X)
        n_rows = num_rows(X)
        votes, n_votes, _ = polled = self.electorate_.empty_poll(n_rows)
        step = max(1, BLOCK_NEIGHBORS // self.n_neighbors)
        for start in range(0, n_rows, step):
            asked = np.arange(start, min(start + step, n_rows))
            neighbors, distances = search.nearest(asked, self.n_neighbors)
            tally = self.electorate_.tally(neighbors, distances, neighbors >= 0)
            for whole, piece in zip(polled, tally, strict=True):
                whole[asked] = piece
        return self._to_proba(votes, n_votes)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        copy_input_tags(tags, self.transformer)
        return tags


class KDisagreeingNeighbors(SchemeDetector):
    """Share of the nearest neighbours that agree with the label (kDN).

    The hardness measure kDN is the share of the k nearest neighbours whose label
    differs; label quality is one minus that. It needs no model, but has only k + 1
    values, and features whose distances mean something.

    Parameters
    ----------
    transformer : transformer, default=None
        Finds neighbours in place of the exact search, as in `Neighbors`.
    n_neighbors : int, default=5
        Number of neighbours that vote.
    metric : str or callable, default="auto"
        Metric of the exact search, as in `Neighbors`.
    threshold : str, float or threshold, default=0.5
        Where the line is. By default labels that most neighbours disagree with are
        suspect.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the neighbours that agree.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most frequent label of the neighbours.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Share of each label among the neighbours.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    scheme_ : Neighbors
        The fitted neighbours.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    Neighbors : Neighbours as a part of other detectors.

    References
    ----------
    Smith, Martinez and Giraud-Carrier. An instance level analysis of data
    complexity. Machine Learning 95, 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import KDisagreeingNeighbors
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = KDisagreeingNeighbors().fit(X, y)
    >>> float(detector.label_quality_[0]), float(detector.label_quality_[1])
    (0.0, 1.0)
    """

    def __init__(
        self,
        transformer=None,
        *,
        n_neighbors=5,
        metric="auto",
        threshold=0.5,
        n_jobs=None,
    ):
        self.transformer = transformer
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.threshold = threshold
        self.n_jobs = n_jobs

    def _make_scheme(self):
        return Neighbors(
            self.transformer,
            n_neighbors=self.n_neighbors,
            metric=self.metric,
            smoothing=0.0,
            n_jobs=self.n_jobs,
        )

    def _make_score(self):
        return "self_confidence"

    def _learner(self):
        return self.transformer


SCHEMES["neighbors"] = Neighbors
