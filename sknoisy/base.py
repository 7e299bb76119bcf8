# SPDX-License-Identifier: BSD-3-Clause
"""What a detector, a threshold, a cleaner and a noise model are."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import column_or_1d, get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from sknoisy.utils._encoding import encode
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows, check_weights
from sknoisy.utils._ranking import keep_each_class
from sknoisy.utils._rows import num_rows


@dataclass(frozen=True)
class Judgement:
    """What a detector makes of the labels it was given.

    Attributes
    ----------
    label_quality : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask : ndarray of shape (n_samples,), dtype=bool
        Rows to act on.
    suggested_codes : ndarray of shape (n_samples,), dtype=int, or None
        Class that the evidence favours; None for targets without classes.
    noise_rate : float
        Estimated fraction of wrong labels.
    pred_proba : ndarray of shape (n_samples, n_classes) or None
        Probabilities behind the judgement, if it has any.
    """

    label_quality: np.ndarray
    suspect_mask: np.ndarray
    suggested_codes: np.ndarray | None
    noise_rate: float
    pred_proba: np.ndarray | None = None


class BaseLabelDetector(BaseEstimator, metaclass=ABCMeta):
    """Base of everything that scores given labels.

    A detector implements ``_judge(rows)``, which returns a `Judgement` of a
    `LabelledRows`, and ``_score_new(X, codes)``. The base checks the input,
    honours `trusted` and sets the fitted attributes.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1], higher is more trustworthy, comparable within one fit.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that the threshold calls wrong.
    suggested_labels_ : ndarray of shape (n_samples,)
        What the evidence says each label is.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    """

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        """Judge the labels out of sample.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the estimator inside as it is.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row. A row of weight zero is judged, but judges none.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified: quality 1, never suspect.

        Returns
        -------
        self : detector
            The fitted detector.
        """
        with fresh_fit(self):
            rows = self._check_rows(X, y, sample_weight, groups, trusted)
            self._record(rows, self._judge(rows))
        return self

    def score_samples(self, X, y=None):
        """Score labels that were not in fit, as when a test set is audited.

        Parameters
        ----------
        X : any container of n_new rows
            Rows that were not in fit; scores of training rows are optimistic.
        y : array-like of shape (n_new,), default=None
            Given labels, all among `classes_`. None scores the label that the
            evidence favours for each row.

        Returns
        -------
        label_quality : ndarray of shape (n_new,)
            In [0, 1]; higher is more trustworthy.
        """
        check_is_fitted(self)
        validate_data(self, X, skip_check_array=True, reset=False)
        if y is None:
            return self._score_new(X, None)
        labels = self._read_labels(column_or_1d(y))
        if len(labels) != num_rows(X):
            raise ValueError(
                f"y has {len(labels)} labels, but X has {num_rows(X)} rows; give one "
                "label per row."
            )
        return self._score_new(X, labels)

    def _read_labels(self, y):
        return encode(y, self.classes_)

    def _check_rows(self, X, y, sample_weight, groups, trusted):
        return check_labelled_rows(self, X, y, sample_weight, groups, trusted)

    @abstractmethod
    def _judge(self, rows):
        """Return a `Judgement` of labelled rows."""

    @abstractmethod
    def _score_new(self, X, codes):
        """Return the quality of new labels, as `_read_labels` read them."""

    def _record(self, rows, judgement):
        quality, suspects = judgement.label_quality, judgement.suspect_mask
        suggested = judgement.suggested_codes
        if rows.trusted is not None:
            quality = np.where(rows.trusted, 1.0, quality)
            suspects = suspects & ~rows.trusted
            if suggested is not None:
                suggested = np.where(rows.trusted, rows.codes, suggested)
        self.label_quality_ = quality
        self.suspect_mask_ = suspects
        self.noise_rate_ = float(judgement.noise_rate)
        if suggested is not None:
            self.classes_ = rows.classes
            self.suggested_labels_ = rows.classes[suggested]
        if judgement.pred_proba is not None:
            self.pred_proba_ = judgement.pred_proba

    def _learner(self):
        """Return the estimator that sees X, or None where a default stands in."""
        return getattr(self, "estimator", None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        copy_input_tags(tags, self._learner())
        return tags


class BaseThreshold(BaseEstimator, metaclass=ABCMeta):
    """Base of everything that turns label quality into a mask of suspects.

    A threshold implements ``_fit(quality, codes, pred_proba, sample_weight)`` and
    ``_suspects(quality, codes, pred_proba, sample_weight)``. The base encodes the
    labels and sees to it that no class loses all its rows.
    """

    def fit(self, quality, y, pred_proba=None, sample_weight=None, classes=None):
        """Find the line between right and wrong.

        Parameters
        ----------
        quality : array-like of shape (n_samples,)
            Label quality; higher is more trustworthy.
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_samples, n_classes), default=None
            Out-of-sample probabilities, which some thresholds need.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        classes : array-like of shape (n_classes,), default=None
            Label of each column of `pred_proba`; sorted labels by default.

        Returns
        -------
        self : threshold
            The fitted threshold.
        """
        with fresh_fit(self):
            self.classes_ = np.unique(y) if classes is None else np.asarray(classes)
            self._fit(*self._read(quality, y, pred_proba, sample_weight))
        return self

    def suspects(self, quality, y, pred_proba=None, sample_weight=None):
        """Flag the labels on the wrong side of the line.

        Parameters
        ----------
        quality : array-like of shape (n_samples,)
            Label quality.
        y : array-like of shape (n_samples,)
            Given labels, all among `classes_`.
        pred_proba : array-like of shape (n_samples, n_classes), default=None
            Out-of-sample probabilities.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        suspect_mask : ndarray of shape (n_samples,), dtype=bool
            True for suspects. At least one row of each class stays unflagged.
        """
        check_is_fitted(self)
        read = self._read(quality, y, pred_proba, sample_weight)
        quality, codes = read[:2]
        return keep_each_class(self._suspects(*read), quality, codes)

    def _read(self, quality, y, pred_proba, sample_weight):
        quality, y = np.asarray(quality, dtype=np.float64), np.asarray(y)
        if quality.shape != y.shape or y.ndim != 1:
            raise ValueError(
                f"quality has shape {quality.shape} and y has shape {y.shape}; give "
                "one number and one label a row."
            )
        if pred_proba is not None:
            pred_proba = np.asarray(pred_proba)
        weight = check_weights(sample_weight, len(y))
        return quality, encode(y, self.classes_), pred_proba, weight

    @abstractmethod
    def _fit(self, quality, codes, pred_proba, sample_weight):
        """Learn from rows; sets attributes that end in an underscore."""

    @abstractmethod
    def _suspects(self, quality, codes, pred_proba, sample_weight):
        """Return the mask of suspects."""


class BaseTransitionEstimator(BaseEstimator, metaclass=ABCMeta):
    """Base of everything that estimates a noise model.

    Attributes
    ----------
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``transition_matrix_[i, j] = P(given = j | true = i)``; rows sum to 1.
    class_prior_ : ndarray of shape (n_classes,)
        Estimated distribution of the true labels.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.
    """

    @abstractmethod
    def fit(
        self,
        y,
        pred_proba=None,
        sample_weight=None,
        *,
        X=None,
        groups=None,
        trusted=None,
    ):
        """Estimate the noise model.

        Every noise model takes the same arguments and uses those that it needs, so
        that one can stand in for another.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_samples, n_classes), default=None
            Out-of-sample probabilities.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        X : any container of n_samples rows, default=None
            The rows, for the noise models that look at them.
        groups : array-like of shape (n_samples,), default=None
            Group of each row, for the noise models that depend on it.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified. Their labels have come about
            without noise, so that what is estimated is the noise of the others.

        Returns
        -------
        self : transition estimator
            The fitted noise model.
        """


class BaseCleaner(BaseEstimator, metaclass=ABCMeta):
    """Base of everything that acts on suspect labels.

    Subclass `BaseRowCleaner` or `BaseReweighter`.
    """

    @abstractmethod
    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        """Judge the labels and decide what to do with each row.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the detector as it is.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified; they are left as they are.

        Returns
        -------
        self : cleaner
            The fitted cleaner.
        """


class BaseRowCleaner(BaseCleaner):
    """Base of cleaners that return other rows or other labels.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_returned,), dtype=int
        Position in the input of each returned row, so that weights, groups and
        anything else held per row can follow.
    """

    @abstractmethod
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        """Clean the training data.

        Parameters
        ----------
        X : any container of n_samples rows
            Training rows.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified; they are left as they are.

        Returns
        -------
        X_clean : same kind as X
            The rows ``sample_indices_`` of X.
        y_clean : same kind as y
            Their labels.
        """


class BaseReweighter(BaseCleaner):
    """Base of cleaners that keep every row and return weights.

    It has no ``fit_resample``, so that a pipeline that cannot carry weights
    refuses it and does not ignore it.
    """

    @abstractmethod
    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        """Weigh the training data.

        Parameters
        ----------
        X : any container of n_samples rows
            Training rows.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row, which multiplies the new weight.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified; they keep their weight.

        Returns
        -------
        weights : ndarray of shape (n_samples,)
            What to pass on as `sample_weight`.
        """


def copy_input_tags(tags, estimator):
    """Let a wrapper claim for X what the estimator inside can take, no more.

    Parameters
    ----------
    tags : Tags
        Tags of the wrapper, changed in place.
    estimator : estimator or None
        The estimator that sees X; None for a default that takes anything.
    """
    if estimator is None:
        tags.input_tags.sparse = tags.input_tags.allow_nan = True
        return
    inner = get_tags(estimator).input_tags
    for name in ("sparse", "allow_nan", "string", "categorical", "positive_only"):
        setattr(tags.input_tags, name, getattr(inner, name))


def copy_common_input_tags(tags, estimators):
    """Let a wrapper claim for X what all the estimators inside can take, no more.

    Parameters
    ----------
    tags : Tags
        Tags of the wrapper, changed in place.
    estimators : iterable of estimators
        Those that see X; none of them for defaults that take anything.
    """
    copy_input_tags(tags, None)
    for estimator in estimators:
        inner = get_tags(estimator).input_tags
        tags.input_tags.sparse &= inner.sparse
        tags.input_tags.allow_nan &= inner.allow_nan


def with_default_estimator(part, estimator):
    """Clone a part and let it use an estimator wherever it was given none.

    A part that wants one has ``_use_default(estimator)``, which sets its own
    parameters and is called on the clone only.

    Parameters
    ----------
    part : detector, cleaner or scheme
        Left as it is.
    estimator : estimator
        The default.

    Returns
    -------
    part : same type as part
        A clone that knows the default.
    """
    part = clone(part)
    if hasattr(part, "_use_default"):
        part._use_default(estimator)
    return part
