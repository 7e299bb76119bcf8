# SPDX-License-Identifier: BSD-3-Clause
"""SimiFeat: labels that similar features do not share, without any training."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._label_detector import flag_suspects, most_probable
from sknoisy.detection._neighbor_search import IndexSearch, nearest_allowed
from sknoisy.detection._neighbor_votes import distinct_units, warn_unjudged
from sknoisy.detection._soft_labels import own_weights, poll_similar, soft_labels
from sknoisy.detection._unit_features import FeatureInput, fit_unit_features
from sknoisy.noise._clusterability import count_consensuses, solve_consensuses
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._predictions import own_proba
from sknoisy.utils._ranking import flag_lowest, keep_each_class

# Triples of classes are counted; of more classes the confident joint is.
_MAX_HOC_CLASSES = 30


class SimiFeat(FeatureInput, BaseLabelDetector):
    """Find labels that rows of similar features do not share.

    Each row gets a soft label: the labels of the row and of its nearest neighbours,
    each with one minus its cosine distance for weight, scaled to length 1. The
    entry of the given label is its quality. Suspects are either the labels that
    lose the vote, or in each class as many of the lowest as are estimated to be
    wrong by how often the labels of near rows agree (HOC). Nothing is trained.

    Parameters
    ----------
    preprocessor : transformer or "passthrough", default=None
        Turns X into features, without labels. None picks a scaler, encoder or
        TF-IDF that suits the columns of X; "passthrough" takes X for features.
    n_neighbors : int, default=10
        Rows that vote, the row itself among them.
    method : {"rank", "vote"}, default="rank"
        "rank" flags the estimated share of each class, and "vote" the labels that
        are not the most frequent in their soft label.
    rate_bounds : tuple of two floats, default=(0.0, 0.95)
        Least and greatest share of a class that "rank" flags. The authors' code
        has 0.05 for the least, which flags labels of clean data too.
    n_rounds : int, default=1
        How often to judge all labels. From 2 rounds on, each sees a random draw of
        the features, and suspects are what more than half of the rounds flag.
    max_features : float, default=0.8
        Share of the features that each of several rounds sees.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of `method`.
    n_jobs : int, default=None
        Searches at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Draws the features; None always draws the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Entry of the given label in the soft label, averaged over the rounds.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that are flagged. One row of each class never is.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most frequent label among the neighbours.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Share of each label among the neighbours, without the row itself.
    noise_rate_ : float
        Fraction of wrong labels by `transition_matrix_`.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(given = j | true = i)`` by HOC, averaged over the rounds. Of more than
        30 classes, by the confident joint of `pred_proba_`.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels, from the same source.
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
        If a parameter is out of range.

    Warns
    -----
    WeakEvidenceWarning
        If some rows have no neighbour that may judge them.

    See Also
    --------
    Neighbors : Votes of neighbours as a part of other detectors.
    KDisagreeingNeighbors : Plain counts of the neighbours that agree.

    Notes
    -----
    HOC takes the label of a row and those of its two nearest neighbours for three
    independent draws from the noise around one true label. Where near rows often
    are of different classes, noise is overestimated; `method="vote"` does not use
    it, nor does the ranking. Here all rows are counted at once, pairs and triples
    in all orders, and the squared differences are minimised, where the authors
    sample rows in rounds and minimise their root. They also shake the estimated
    rates at random, which is left out, and draw other images in each round, where
    features are drawn here.

    The weight of the row itself is not 1 but extrapolated from its two nearest
    neighbours: at distances d1 and d2 it is ``1 - (2 * d1 - d2)``. Rows at more
    than a right angle do not vote. Copies of a row are one neighbour, with the
    labels of all in proportion to their weights, and do not judge each other.

    References
    ----------
    Zhu, Dong and Liu. Detecting corrupted labels without training a model to
    predict. ICML, 2022.

    Zhu, Song and Liu. Clusterability as an alternative to anchor points when
    learning with noisy labels. ICML, 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import SimiFeat
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = SimiFeat().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        preprocessor=None,
        *,
        n_neighbors=10,
        method="rank",
        rate_bounds=(0.0, 0.95),
        n_rounds=1,
        max_features=0.8,
        threshold=None,
        n_jobs=None,
        random_state=None,
    ):
        self.preprocessor = preprocessor
        self.n_neighbors = n_neighbors
        self.method = method
        self.rate_bounds = rate_bounds
        self.n_rounds = n_rounds
        self.max_features = max_features
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        units = distinct_units(rows)
        features = fit_unit_features(
            rows.X, units, preprocessor=self.preprocessor, metric="cosine"
        )
        self.features_ = features.without_values()
        labels = units.votes[units.voters]
        labels = labels / labels.sum(axis=1, keepdims=True)
        self.rounds_, findings = [], []
        for columns in self._draw_columns(features.values.shape[1]):
            seen = features.with_columns(columns)
            search = seen.search(units.voters, self.n_jobs)
            self.rounds_.append((columns, search.index, labels))
            findings.append(self._run_round(rows, units, search, labels))
        quality, pred_proba, flagged, transition, prior = (
            np.mean(part, axis=0) for part in zip(*findings, strict=True)
        )
        self.transition_matrix_, self.class_prior_ = transition, prior
        return Judgement(
            label_quality=quality,
            suspect_mask=self._flag(rows, quality, pred_proba, flagged > 0.5),
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=1 - prior @ np.diag(transition),
            pred_proba=pred_proba,
        )

    def _check_params(self):
        if not isinstance(self.n_neighbors, Integral) or self.n_neighbors < 2:
            raise ValueError(
                f"n_neighbors={self.n_neighbors!r} must be a whole number above 1: "
                "the row itself is one of them."
            )
        check_count("n_rounds", self.n_rounds)
        if not isinstance(self.max_features, Real) or not 0 < self.max_features <= 1:
            raise ValueError(f"max_features={self.max_features!r} must lie in (0, 1].")
        check_option("method", self.method, ("rank", "vote"))
        low, high = self.rate_bounds
        if not 0 <= low <= high <= 1:
            raise ValueError(
                f"rate_bounds={self.rate_bounds!r} must be two shares between 0 and "
                "1, the lower one first."
            )

    def _draw_columns(self, n_columns):
        if self.n_rounds == 1:
            return [np.arange(n_columns)]
        rng = check_random_state(seed_from(self.random_state))
        size = max(1, round(self.max_features * n_columns))
        draws = (rng.permutation(n_columns)[:size] for _ in range(self.n_rounds))
        return [np.sort(draw) for draw in draws]

    def _run_round(self, rows, units, search, labels):
        """Judge all labels by some of the features."""
        everyone = np.arange(len(units.first))
        neighbors, distances = nearest_allowed(
            search, units, everyone, self._n_sought()
        )
        votes = self._poll(neighbors, distances, labels)[units.unit_of]
        soft = soft_labels(votes, rows.codes, own_weights(distances)[units.unit_of])
        total = votes.sum(axis=1, keepdims=True)
        warn_unjudged(total[:, 0] == 0)
        given = np.eye(len(rows.classes))[rows.codes]
        pred_proba = np.divide(votes, total, out=given, where=total > 0)
        nearest = neighbors[units.unit_of, :2]
        transition, prior = _estimate_noise(rows, nearest, labels, pred_proba)
        quality = own_proba(soft, rows.codes)
        if self.method == "vote":
            flagged = most_probable(rows.codes, soft) != rows.codes
        else:
            flagged = self._flag_share(rows, quality, transition, prior)
        return quality, pred_proba, flagged, transition, prior

    def _n_sought(self):
        # Two are needed to extrapolate, whether or not they vote.
        return max(self.n_neighbors - 1, 2)

    def _poll(self, neighbors, distances, labels):
        n_voters = self.n_neighbors - 1
        return poll_similar(neighbors[:, :n_voters], distances[:, :n_voters], labels)

    def _flag_share(self, rows, quality, transition, prior):
        """Flag the lowest of each class, as many as the noise makes of others."""
        weight = weights_of(rows)
        totals = np.bincount(rows.codes, weights=weight, minlength=len(rows.classes))
        shares = totals / totals.sum()
        right = np.diag(transition) * prior
        right = np.divide(right, shares, out=np.ones(len(shares)), where=shares > 0)
        rates = np.clip(1 - right, *self.rate_bounds)
        flagged = np.zeros(len(rows), dtype=bool)
        for k, rate in enumerate(rates):
            members = np.flatnonzero(rows.codes == k)
            # What is solved for is no exact number of rows.
            amount = np.round(rate * totals[k], 6)
            flagged[members] = flag_lowest(quality[members], amount, weight[members])
        return flagged

    def _flag(self, rows, quality, pred_proba, flagged):
        if self.threshold is not None:
            return flag_suspects(self, rows, quality, pred_proba)
        return keep_each_class(flagged, quality, rows.codes)

    def _score_new(self, X, codes):
        values = self.features_.of(X)
        scores = []
        for columns, index, voted in self.rounds_:
            search = IndexSearch(index, values[:, columns])
            neighbors, distances = search.nearest(slice(None), self._n_sought())
            votes = self._poll(neighbors, distances, voted)
            labels = votes.argmax(axis=1) if codes is None else codes
            soft = soft_labels(votes, labels, own_weights(distances))
            scores.append(own_proba(soft, labels))
        return np.mean(scores, axis=0)


def _estimate_noise(rows, nearest, labels, pred_proba):
    """Estimate the noise, and the true classes, from the labels of near rows."""
    judged = np.flatnonzero((nearest >= 0).all(axis=1))
    weight = rows.sample_weight
    if len(rows.classes) > _MAX_HOC_CLASSES or len(judged) == 0:
        model = ConfidentJoint(classes=rows.classes)
        model.fit(rows.y, pred_proba, sample_weight=weight)
        return model.transition_matrix_, model.class_prior_
    counted = count_consensuses(
        rows.codes[judged],
        *(labels[near] for near in nearest[judged].T),
        None if weight is None else weight[judged],
    )
    return solve_consensuses(counted)
