# SPDX-License-Identifier: BSD-3-Clause
"""Judge numeric targets by out-of-sample residuals."""

import numpy as np
from sklearn.linear_model import Ridge

from sknoisy.detection._target_detector import TargetDetector
from sknoisy.utils._cross_fit import cross_fit_predict
from sknoisy.utils._robust_scale import robust_scale, smallest_scale
from sknoisy.utils._rows import num_rows


class ResidualDetector(TargetDetector):
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
        scale = robust_scale(deviation, rows.sample_weight)
        self.scale_ = float(max(scale, smallest_scale(rows.y)))
        quality = np.exp(-deviation / self.scale_)
        cut = np.exp(-self.max_deviation) if self.threshold is None else self.threshold
        return self._flag(rows, quality, cut)

    def _score_new(self, X, y):
        if y is None:
            return np.ones(num_rows(X))
        predictions = np.mean([model.predict(X) for model in self.estimators_], axis=0)
        return np.exp(-np.abs(y - predictions) / self.scale_)

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator

    def _learner(self):
        return Ridge() if self.estimator is None else self.estimator
