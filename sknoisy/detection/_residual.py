# SPDX-License-Identifier: BSD-3-Clause
"""Judge numeric targets by out-of-sample residuals."""

from contextlib import suppress

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.utils import RegressorTags

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.threshold import check_threshold
from sknoisy.utils._cross_fit import cross_fit_predict
from sknoisy.utils._labelled_rows import (
    LabelledRows,
    check_groups,
    check_target,
    check_trusted,
    check_weights,
)

# The median absolute residual of Gaussian errors, in standard deviations.
_MAD_OF_GAUSSIAN = 0.6744897501960817

_TINY = 1e-200


class ResidualDetector(BaseLabelDetector):
    """Find wrong targets of a regression by their out-of-sample residuals.

    The quality of a target falls with its residual, measured in robust standard
    deviations: ``exp(-|y - prediction| / scale)``, where the scale is the median
    absolute residual over 0.6745. It knows one scale for all rows, so where the
    spread of the target grows with X it suspects the rows of large spread.

    Parameters
    ----------
    estimator : regressor, default=None
        Any regressor. None is `Ridge`, or the estimator of the wrapper that the
        detector is used in.
    max_deviation : float, default=3.5
        Robust standard deviations from which on a target is suspect.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of `max_deviation`.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Targets further off than `max_deviation`.
    predictions_ : ndarray of shape (n_samples,)
        Out-of-sample predictions.
    scale_ : float
        Robust standard deviation of the residuals.
    noise_rate_ : float
        Fraction of suspects.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from sknoisy.detection import ResidualDetector
    >>> X, y = make_regression(n_samples=200, n_features=5, noise=1, random_state=0)
    >>> y[:3] += 500
    >>> ResidualDetector().fit(X, y).suspect_mask_[:5]
    array([ True,  True,  True, False, False])
    """

    def __init__(
        self,
        estimator=None,
        *,
        max_deviation=3.5,
        threshold=None,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.max_deviation = max_deviation
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _check_rows(self, X, y, sample_weight, groups, trusted):
        y = _as_numbers(check_target(self, X, y))
        return LabelledRows(
            X=X,
            y=y,
            codes=np.zeros(len(y), dtype=np.intp),
            classes=np.zeros(1),
            sample_weight=check_weights(sample_weight, len(y)),
            groups=check_groups(groups, len(y), X),
            trusted=check_trusted(trusted, len(y)),
        )

    def _judge(self, rows):
        self.predictions_, self.estimators_ = cross_fit_predict(
            self._learner(),
            rows.X,
            rows.y,
            cv=self.cv,
            sample_weight=rows.sample_weight,
            groups=rows.groups,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
        deviation = np.abs(rows.y - self.predictions_)
        # A fit that is exact for most rows leaves nothing but rounding errors.
        smallest = np.finfo(np.float64).eps * max(np.abs(rows.y).max(), _TINY)
        self.scale_ = max(_robust_scale(deviation, rows.sample_weight), smallest)
        quality = np.exp(-deviation / self.scale_)
        cut = np.exp(-self.max_deviation) if self.threshold is None else self.threshold
        self.threshold_ = check_threshold(cut)
        self.threshold_.fit(quality, rows.codes, None, rows.sample_weight)
        suspects = self.threshold_.suspects(
            quality, rows.codes, None, rows.sample_weight
        )
        if rows.trusted is not None:
            suspects &= ~rows.trusted
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=None,
            noise_rate=np.average(suspects, weights=rows.sample_weight),
        )

    def score_samples(self, X, y=None):
        """Score targets that were not in fit.

        Parameters
        ----------
        X : any container of n_new rows
            Rows that were not in fit.
        y : array-like of shape (n_new,), default=None
            Their targets. None scores the prediction itself, which is 1.

        Returns
        -------
        label_quality : ndarray of shape (n_new,)
            In [0, 1]; higher is more trustworthy.
        """
        return super().score_samples(X, y)

    def _score_new(self, X, y):
        predictions = np.mean([model.predict(X) for model in self.estimators_], axis=0)
        if y is None:
            return np.ones(len(predictions))
        return np.exp(-np.abs(y - predictions) / self.scale_)

    def _read_labels(self, y):
        return np.asarray(y, dtype=np.float64)

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator

    def _learner(self):
        return Ridge() if self.estimator is None else self.estimator

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags = RegressorTags()
        return tags


def _as_numbers(y):
    if y.dtype.kind in "biufO":
        with suppress(TypeError, ValueError):
            return y.astype(np.float64)
    raise ValueError(
        f"ResidualDetector judges numbers, and y holds {y.dtype}; use "
        "ConfidentLearning for class labels."
    )


def _robust_scale(deviation, sample_weight):
    order = np.argsort(deviation)
    weight = np.ones(len(order)) if sample_weight is None else sample_weight[order]
    reached = np.cumsum(weight)
    median = deviation[order][np.searchsorted(reached, reached[-1] / 2)]
    return median / _MAD_OF_GAUSSIAN
