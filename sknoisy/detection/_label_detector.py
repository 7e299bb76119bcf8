# SPDX-License-Identifier: BSD-3-Clause
"""The algebra of detectors: scheme, label score, aggregate, threshold."""

import numpy as np

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._aggregates import check_aggregate
from sknoisy.detection._label_scores import check_label_score
from sknoisy.detection._schemes import Precomputed, check_scheme
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.threshold import check_threshold
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._predictions import own_proba


class SchemeDetector(BaseLabelDetector):
    """Base of detectors that judge labels by the predictions of a scheme.

    A subclass says which parts it uses in ``_make_scheme``, ``_make_score`` and
    ``_make_aggregate``; which labels are suspect, its parameter `threshold` says,
    or ``_flag``.
    """

    def _make_aggregate(self):
        return check_aggregate("mean")

    def _make_side_judges(self):
        """List pairs of score and aggregate that the fit keeps beside the quality."""
        return []

    def _keep_raw(self, raw, *beside):
        """Take the aggregated raw scores, and those of the side judges."""

    def _judge(self, rows):
        return self._judge_by(self._make_scheme(), rows)

    def _judge_by(self, scheme, rows):
        self.scheme_ = scheme
        self.score_ = check_label_score(self._make_score(), "label_score")
        aggregate = self._make_aggregate()
        judges = [(self.score_, aggregate), *self._make_side_judges()]
        (raw, *beside), pred_proba = stream_members(scheme, judges, rows)
        self._keep_raw(raw, *beside)
        quality = aggregate.to_quality(raw, self.score_)
        # A row that no member judged has nothing against it.
        quality = np.where(np.isnan(quality), 1.0, quality)
        suspects, noise_rate = self._flag(rows, quality, pred_proba)
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=noise_rate,
            pred_proba=pred_proba,
        )

    def _flag(self, rows, quality, pred_proba):
        suspects = flag_suspects(self, rows, quality, pred_proba)
        return suspects, count_wrong(rows, pred_proba)

    def _score_new(self, X, codes):
        pred_proba = self.scheme_.predict_proba(X)
        if codes is None:
            codes = pred_proba.argmax(axis=1)
        return self.score_.to_quality(self.score_.score(codes, pred_proba))

    @classmethod
    def from_predictions(
        cls, y, pred_proba, *, classes=None, sample_weight=None, trusted=None, **params
    ):
        """Judge labels by probabilities that are already there; nothing is fitted.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_samples, n_classes)
            Out-of-sample probabilities; may be memory-mapped.
        classes : array-like of shape (n_classes,), default=None
            Label of each column; sorted labels by default.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified.
        **params : dict
            Parameters of the detector.

        Returns
        -------
        detector : detector
            Fitted; its `score_samples` takes probabilities in place of X.
        """
        detector = cls(**params)
        rows = check_labelled_rows(
            detector, pred_proba, y, sample_weight, None, trusted, classes=classes
        )
        detector._record(rows, detector._judge_by(Precomputed(), rows))
        return detector


def stream_members(scheme, judges, rows):
    """Aggregate the scores of the members, and their probabilities, one by one.

    Parameters
    ----------
    scheme : BaseScheme
        Fitted in place.
    judges : list of (BaseLabelScore, BaseAggregate)
        Each scores the same members in its own way.
    rows : LabelledRows
        The rows.

    Returns
    -------
    raw : list of ndarray of shape (n_samples,)
        What each judge's aggregate comes to; NaN where no member judged a row.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the members.
    """
    states = [aggregate.start(len(rows)) for _, aggregate in judges]
    mean_proba = _MeanProba()

    def take(member):
        where = slice(None) if member.rows is None else member.rows
        codes = rows.codes[where]
        for (score, aggregate), state in zip(judges, states, strict=True):
            aggregate.update(state, score.score_member(codes, member), where)
        mean_proba.add(member, len(rows))

    scheme.feed(rows, take)
    raw = [
        aggregate.finish(state)
        for (_, aggregate), state in zip(judges, states, strict=True)
    ]
    return raw, mean_proba.result()


def most_probable(codes, pred_proba):
    """Pick the most probable class of each row, the given one if it ties.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities.

    Returns
    -------
    best : ndarray of shape (n_samples,), integer
        Column of the most probable class.
    """
    best = pred_proba.argmax(axis=1)
    tied = own_proba(pred_proba, codes) == own_proba(pred_proba, best)
    return np.where(tied, codes, best)


class _MeanProba:
    """Mean probabilities over members; those of a single member are not copied."""

    def __init__(self):
        self.only = self.total = None

    def add(self, member, n_samples):
        if self.only is None and self.total is None and member.rows is None:
            self.only = member.pred_proba
            return
        if self.total is None:
            self.total = np.zeros((n_samples, member.pred_proba.shape[1]))
            self.times = np.zeros((n_samples, 1))
            if self.only is not None:
                self.total += self.only
                self.times += 1
        where = slice(None) if member.rows is None else member.rows
        self.total[where] += member.pred_proba
        self.times[where] += 1

    def result(self):
        if self.total is None:
            return self.only
        return self.total / np.maximum(self.times, 1)


class LabelDetector(SchemeDetector):
    """Score labels by any scheme, label score and aggregate.

    evidence = scheme (whose predictions) x label score (how well they agree with
    the label) x aggregate (over the members of the scheme). A threshold then
    turns the evidence into suspects. Published methods are presets of these
    parts, and a grid search can search over each.

    Parameters
    ----------
    scheme : {"out_of_fold", "out_of_bag", "leave_one_out", "neighbors", \
            "staged", "in_sample", "precomputed"} or scheme, default="out_of_fold"
        Whose predictions judge the labels.
    label_score : {"self_confidence", "normalized_margin", "cross_entropy", \
            "confidence_weighted_entropy", "logit_margin", "correctness"} or label \
            score, default="self_confidence"
        How well a prediction agrees with a label.
    aggregate : {"mean", "minimum", "maximum", "variability", "forgetting"} or \
            aggregate, default="mean"
        How the scores of several members become one.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the members.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    scheme_ : scheme
        The fitted scheme.
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
    ConfidentLearning : Confident learning with all its filters.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.detection import LabelDetector, OutOfFold
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = LabelDetector(
    ...     OutOfFold(LogisticRegression(max_iter=1000)),
    ...     label_score="normalized_margin",
    ... ).fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        scheme="out_of_fold",
        *,
        label_score="self_confidence",
        aggregate="mean",
        threshold="confident_counts",
    ):
        self.scheme = scheme
        self.label_score = label_score
        self.aggregate = aggregate
        self.threshold = threshold

    def _make_scheme(self):
        return check_scheme(self.scheme)

    def _make_score(self):
        return self.label_score

    def _make_aggregate(self):
        return check_aggregate(self.aggregate)

    def _check_rows(self, X, y, sample_weight, groups, trusted):
        # Only probabilities that come with the data fix the order of the columns.
        classes = getattr(self.scheme, "classes", None)
        return check_labelled_rows(
            self, X, y, sample_weight, groups, trusted, classes=classes
        )

    def _use_default(self, estimator):
        self.scheme = check_scheme(self.scheme)
        self.scheme._use_default(estimator)

    def _learner(self):
        return None if isinstance(self.scheme, str) else self.scheme


def flag_by_threshold(threshold, rows, quality, pred_proba):
    """Fit a threshold and flag the suspects of the same rows.

    Parameters
    ----------
    threshold : BaseThreshold
        Fitted in place.
    rows : LabelledRows
        The rows.
    quality : ndarray of shape (n_samples,)
        Their label quality.
    pred_proba : ndarray of shape (n_samples, n_classes) or None
        Their probabilities.

    Returns
    -------
    suspect_mask : ndarray of shape (n_samples,), dtype=bool
        True for suspects.
    """
    threshold.fit(quality, rows.y, pred_proba, rows.sample_weight, classes=rows.classes)
    return threshold.suspects(quality, rows.y, pred_proba, rows.sample_weight)


def flag_suspects(detector, rows, quality, pred_proba=None):
    """Flag the suspects by the parameter `threshold` of a detector.

    Parameters
    ----------
    detector : detector
        Gets the fitted threshold as `threshold_`.
    rows : LabelledRows
        The rows.
    quality : ndarray of shape (n_samples,)
        Their label quality.
    pred_proba : ndarray of shape (n_samples, n_classes), default=None
        Their probabilities.

    Returns
    -------
    suspect_mask : ndarray of shape (n_samples,), dtype=bool
        True for suspects.
    """
    detector.threshold_ = check_threshold(detector.threshold)
    return flag_by_threshold(detector.threshold_, rows, quality, pred_proba)


def count_wrong(rows, pred_proba):
    """Estimate the fraction of wrong labels by the confident joint.

    Parameters
    ----------
    rows : LabelledRows
        The rows.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Their probabilities, out of sample.

    Returns
    -------
    noise_rate : float
        Estimated fraction.
    """
    model = ConfidentJoint(classes=rows.classes)
    model.fit(rows.y, pred_proba, sample_weight=rows.sample_weight)
    return model.noise_rate_
