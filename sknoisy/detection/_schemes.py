# SPDX-License-Identifier: BSD-3-Clause
"""Schemes: whose predictions judge the labels."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state

from sknoisy.base import copy_input_tags
from sknoisy.utils._cross_fit import class_outputs, cross_fit_proba, seed_from
from sknoisy.utils._options import resolve_part
from sknoisy.utils._predictions import check_predictions, checked_blocks
from sknoisy.utils._sound_model import sound_classifier
from sknoisy.utils._weights import fit_weighted


@dataclass(frozen=True)
class Member:
    """Predictions of one member of an ensemble that judges the labels.

    Attributes
    ----------
    pred_proba : ndarray of shape (n_judged, n_classes)
        Its class probabilities.
    rows : ndarray of shape (n_judged,), dtype=int, or None
        The rows that it judges; None for all.
    logits : ndarray of shape (n_judged, n_classes) or None
        Its raw scores, if it has any: what the probabilities are made of, without
        the rounding near 0 and 1.
    """

    pred_proba: np.ndarray
    rows: np.ndarray | None = None
    logits: np.ndarray | None = None


class BaseScheme(BaseEstimator, metaclass=ABCMeta):
    """Base of schemes: a stream of members, and probabilities for new rows.

    Members come one by one, so that aggregates hold one number a row and not
    one for each member.
    """

    @abstractmethod
    def members(self, rows):
        """Fit and yield the members that judge some rows.

        Parameters
        ----------
        rows : LabelledRows
            The rows to judge.

        Yields
        ------
        member : Member
            Predictions of the next member.
        """

    def feed(self, rows, take):
        """Fit, and call with one member after another.

        It is what detectors use: a scheme that meets its members in the midst of
        a fit can call, but not yield.

        Parameters
        ----------
        rows : LabelledRows
            The rows to judge.
        take : callable
            Called with each member, whose arrays may change after the call.
        """
        for member in self.members(rows):
            take(member)

    @abstractmethod
    def predict_proba(self, X):
        """Predict the class probabilities of rows that were not in fit.

        Parameters
        ----------
        X : any container of n_new rows
            New rows.

        Returns
        -------
        pred_proba : ndarray of shape (n_new, n_classes)
            Mean over the members.
        """

    def _use_default(self, estimator):
        if getattr(self, "estimator", estimator) is None:
            self.estimator = clone(estimator)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        copy_input_tags(tags, getattr(self, "estimator", None))
        return tags


class OutOfFold(BaseScheme):
    """Cross-fitting: each row is judged by models that did not see it.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the scheme is used in.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_repeats : int, default=1
        How often to repeat with other folds; each repeat is one member. Only an
        integer `cv` has other folds.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.detection import LabelDetector, OutOfFold
    >>> X, y = load_iris(return_X_y=True)
    >>> scheme = OutOfFold(LogisticRegression(max_iter=1000), cv=3, n_repeats=2)
    >>> LabelDetector(scheme).fit(X, y).label_quality_.shape
    (150,)
    """

    def __init__(
        self, estimator=None, *, cv=5, n_repeats=1, n_jobs=None, random_state=None
    ):
        self.estimator = estimator
        self.cv = cv
        self.n_repeats = n_repeats
        self.n_jobs = n_jobs
        self.random_state = random_state

    def members(self, rows):
        self.cross_fits_ = []
        for seed in self._seeds():
            cross_fit = cross_fit_proba(
                _estimator_for(self.estimator, rows.X),
                rows.X,
                rows.y,
                cv=self.cv,
                classes=rows.classes,
                sample_weight=rows.sample_weight,
                groups=rows.groups,
                n_jobs=self.n_jobs,
                random_state=seed,
            )
            self.cross_fits_.append(cross_fit)
            yield Member(cross_fit.pred_proba)

    def _seeds(self):
        if self.n_repeats < 1:
            raise ValueError(f"n_repeats={self.n_repeats} must be at least 1.")
        if self.n_repeats == 1:
            return [self.random_state]
        rng = check_random_state(seed_from(self.random_state))
        return rng.randint(np.iinfo(np.int32).max, size=self.n_repeats).tolist()

    def predict_proba(self, X):
        return sum(fit.predict_proba(X) for fit in self.cross_fits_) / len(
            self.cross_fits_
        )


class InSample(BaseScheme):
    """One fit on all rows, which then judges the rows it was fitted on.

    Cheap, and right only for estimators that cannot memorise labels: a strongly
    regularised or early stopped one. A forest agrees with nearly every label it
    has seen, right or wrong.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the scheme is used in.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknoisy.detection import InSample, LabelDetector
    >>> X, y = load_iris(return_X_y=True)
    >>> LabelDetector(InSample(GaussianNB())).fit(X, y).label_quality_.shape
    (150,)
    """

    def __init__(self, estimator=None):
        self.estimator = estimator

    def members(self, rows):
        self.estimator_ = fit_weighted(
            _estimator_for(self.estimator, rows.X), rows.X, rows.y, rows.sample_weight
        )
        if not hasattr(self.estimator_, "predict_proba"):
            raise TypeError(
                f"InSample needs a classifier with predict_proba, which "
                f"{type(self.estimator_).__name__} lacks; use OutOfFold, which "
                "calibrates decision values, or wrap it in CalibratedClassifierCV."
            )
        self.classes_ = rows.classes
        yield Member(self.predict_proba(rows.X))

    def predict_proba(self, X):
        return class_outputs(self.estimator_, X, self.classes_)


class Precomputed(BaseScheme):
    """Probabilities that the caller already has take the place of X.

    They must be out of sample: from cross-validation, or from a model that was
    fitted on other rows.

    Parameters
    ----------
    classes : array-like of shape (n_classes,), default=None
        Label of each column; sorted labels by default.

    Examples
    --------
    >>> from sknoisy.detection import LabelDetector, Precomputed
    >>> pred_proba = [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.1, 0.9]]
    >>> detector = LabelDetector(Precomputed(), threshold=0.5)
    >>> detector.fit(pred_proba, ["no", "yes", "yes", "yes"]).suspect_mask_
    array([False, False,  True, False])
    """

    def __init__(self, classes=None):
        self.classes = classes

    def members(self, rows):
        _, pred_proba, _ = check_predictions(rows.y, rows.X, rows.classes)
        yield Member(pred_proba)

    def predict_proba(self, X):
        pred_proba = np.asarray(X, dtype=np.float64)
        for _ in checked_blocks(pred_proba):
            pass
        return pred_proba

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = False
        return tags


def _estimator_for(estimator, X):
    return sound_classifier(X) if estimator is None else estimator


SCHEMES = {
    "out_of_fold": OutOfFold,
    "in_sample": InSample,
    "precomputed": Precomputed,
}


def check_scheme(scheme):
    """Turn an alias into a scheme, and leave the caller's own one untouched.

    Parameters
    ----------
    scheme : str or BaseScheme
        What the caller wrote.

    Returns
    -------
    scheme : BaseScheme
        A clone.
    """
    kind = "a scheme, as OutOfFold(estimator),"
    return clone(resolve_part("scheme", scheme, SCHEMES, BaseScheme, kind))
