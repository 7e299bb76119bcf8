# SPDX-License-Identifier: BSD-3-Clause
"""Fit any regressor so that wrong targets do little harm."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, is_classifier
from sklearn.linear_model import Ridge

from sknoisy.base import with_default_estimator
from sknoisy.cleaning._base import check_detector
from sknoisy.estimators._delegation import DelegatingMixin
from sknoisy.estimators._fit_params import estimator_fit_params
from sknoisy.estimators._robust_refits import RobustRefits
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._sound_regressor import sound_regressor
from sknoisy.utils._target_rows import check_target_rows
from sknoisy.utils._weights import fit_weighted

_METHODS = ("auto", "tukey", "huber", "trim", "relabel", "drop")


class NoiseRobustRegressor(DelegatingMixin, RegressorMixin, BaseEstimator):
    """Fit a regressor so that wrong targets do little harm.

    The regressor is cross-fitted, and each target is judged by its out-of-fold
    residual. The regressor is then refitted with less weight on the rows of large
    residuals, without them, or on targets that are moved towards the predictions.

    Before it acts it checks: the refit is cross-fitted too, and unless it predicts
    the given targets clearly better, by an absolute error in which far targets
    count no more than near ones, the plain regressor is fitted and `method_` says
    "none".

    Parameters
    ----------
    estimator : regressor, default=None
        Any regressor. None picks a ridge regression that suits the columns of X.
    method : {"auto", "tukey", "huber", "trim", "relabel", "drop"}, default="auto"
        What to do about large residuals, in robust standard deviations. "huber"
        gives weights in inverse proportion to residuals beyond 1.345. "tukey"
        begins with a round of these, then lets weights fall to 0 at 3.44. "trim"
        leaves out rows beyond 2.5. "relabel" moves targets to at most 2 from the
        prediction. "drop" leaves out the share of rows, up to 0.3, that is best by
        the check; or, of a `detector`, its suspects. "auto" takes what is best of
        the rounds of "tukey", or of "trim" for a regressor that takes no weights,
        and of leaving out the suspects of a `detector`, if there is one.
    detector : detector, default=None
        Finds the suspects, as `ResidualDetector` does. None judges by the residuals
        of the fit that was chosen.
    max_iter : int, default=4
        Rounds of refitting by the residuals of the last round; none follows one that
        was no better than those before.
    min_gain : float or None, default=3.0
        Standard errors by which the error must fall for a refit to count; it must
        fall by 2 % at least. None acts without checking: it takes the best refit,
        though the plain fit may be better.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    estimator_ : regressor
        The fitted regressor, which predicts.
    method_ : str
        What was done: "tukey", "huber", "trim", "relabel" or "drop", or "none"
        where the evidence did not carry it.
    targets_ : ndarray of shape (n_samples,)
        Target of each row in the last fit.
    sample_weight_ : ndarray of shape (n_samples,)
        Weight of each row in the last fit.
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1], higher is more trustworthy: ``exp(-|y - prediction| / scale_)``,
        or by the detector.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Targets more than 3.5 scales from their prediction, or by the detector.
    noise_rate_ : float
        Fraction of suspects.
    predictions_ : ndarray of shape (n_samples,)
        Out-of-fold predictions by the fit that was chosen.
    scale_ : float
        Robust standard deviation of their residuals.
    losses_ : dict of str to float
        Mean capped absolute error of the plain fit, as "none", and of the best
        refit of each kind.
    n_iter_ : int
        Refits that were cross-fitted.
    detector_ : detector
        The fitted detector, if one was given.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    CleanThenFit : Drops or weighs the suspects of any detector; takes regressors.
    VeracityScore : Searches for the share of wrong targets by R^2.

    Notes
    -----
    The check compares errors row by row, each capped at 3 robust standard
    deviations of the plain residuals. The rows that a refit leaves out count in it
    as all others. It needs no true target, but takes what most targets say for
    true. Where right targets are skewed and spread more at one end of their range,
    as counts are, robust fits lean to the more frequent side and lose by the
    squared error what they gain by the absolute one. So a refit does not count
    either if the targets that it finds suspect go with the plain predictions, at a
    rank correlation beyond 0.2. Errors that depend on the level of the target, as a
    limit of the instrument makes them, are left alone for the same reason.

    Weights by residuals are those of M-estimators, here for any regressor and out
    of fold, so that a flexible one cannot fit its own errors. That combination,
    the check and its constants are our own.

    References
    ----------
    Huber. Robust estimation of a location parameter. Annals of Mathematical
    Statistics 35(1), 1964.

    Beaton and Tukey. The fitting of power series, meaning polynomials, illustrated
    on band-spectroscopic data. Technometrics 16(2), 1974.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from sknoisy import NoiseRobustRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> y_noisy = y[:300].copy()
    >>> y_noisy[::5] += 500
    >>> plain = Ridge(alpha=0.1)
    >>> robust = NoiseRobustRegressor(plain).fit(X[:300], y_noisy)
    >>> robust.method_, round(robust.noise_rate_, 1)
    ('tukey', 0.2)
    >>> gain = robust.score(X[300:], y[300:])
    >>> gain -= plain.fit(X[:300], y_noisy).score(X[300:], y[300:])
    >>> bool(gain > 0.3)
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        method="auto",
        detector=None,
        max_iter=4,
        min_gain=3.0,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.detector = detector
        self.max_iter = max_iter
        self.min_gain = min_gain
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None, **fit_params):
        """Judge the targets and fit the regressor robustly, if that is better.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the regressor as it is.
        y : array-like of shape (n_samples,)
            Given targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row, at every stage.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose target has been verified; they keep target and weight.
        **fit_params : dict
            Passed to the last fit of the regressor; values held per row follow
            their rows.

        Returns
        -------
        self : NoiseRobustRegressor
            The fitted regressor.
        """
        with fresh_fit(self):
            self._fit(X, y, sample_weight, groups, trusted, fit_params)
        return self

    def _fit(self, X, y, sample_weight, groups, trusted, fit_params):
        self._check_params()
        self._check_inner()
        fit_params = estimator_fit_params(self, fit_params)
        rows = check_target_rows(self, X, y, sample_weight, groups, trusted)
        inner = self._estimator_for(X)
        suspects = None
        if self.detector is not None:
            self.detector_ = self._fit_detector(inner, rows)
            suspects = self.detector_.suspect_mask_
        refits = RobustRefits(
            estimator=inner,
            rows=rows,
            max_iter=self.max_iter,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
        chosen = self._choose(refits, suspects)
        self.estimator_ = fit_weighted(
            inner, X, chosen.targets, refits.weights_of(chosen), fit_params=fit_params
        )
        self._explain(rows, refits, chosen)

    def _check_params(self):
        check_option("method", self.method, _METHODS)
        check_count("max_iter", self.max_iter)
        if self.min_gain is not None and not isinstance(self.min_gain, Real):
            raise ValueError(
                f"min_gain={self.min_gain!r} must be a number of standard errors, or "
                "None to act without checking."
            )

    def _check_inner(self):
        super()._check_inner()
        if is_classifier(self._inner()):
            raise TypeError(
                f"estimator must be a regressor; got {self.estimator!r}, which "
                "predicts classes. NoiseRobustClassifier takes classifiers."
            )

    def _fit_detector(self, inner, rows):
        detector = with_default_estimator(check_detector(self.detector), inner)
        return detector.fit(
            rows.X,
            rows.y,
            sample_weight=rows.sample_weight,
            groups=rows.groups,
            trusted=rows.trusted,
        )

    def _choose(self, refits, suspects):
        """Take the candidate of the lowest error, if it is clearly low enough."""
        candidates = refits.candidates(self.method, suspects)
        self.n_iter_ = len(candidates)
        self.losses_ = {"none": refits.mean_loss(refits.plain)}
        best, lowest = refits.plain, np.inf
        for candidate in candidates:
            loss = refits.mean_loss(candidate)
            known = self.losses_.get(candidate.name, np.inf)
            self.losses_[candidate.name] = min(loss, known)
            counts = self.min_gain is None or refits.counts(candidate, self.min_gain)
            if loss < lowest and counts:
                best, lowest = candidate, loss
        return best

    def _explain(self, rows, refits, chosen):
        """Say what was done, and what became of each row."""
        self.method_ = chosen.name
        self.targets_ = chosen.targets
        weights = refits.weights_of(chosen)
        self.sample_weight_ = np.ones(len(rows)) if weights is None else weights
        self.predictions_ = chosen.predictions
        self.scale_ = refits.scale_of(chosen)
        if self.detector is not None:
            self.label_quality_ = self.detector_.label_quality_
            self.suspect_mask_ = self.detector_.suspect_mask_
            self.noise_rate_ = self.detector_.noise_rate_
            return
        distances = np.abs(rows.y - self.predictions_) / self.scale_
        if rows.trusted is not None:
            distances[rows.trusted] = 0.0
        self.label_quality_ = np.exp(-distances)
        self.suspect_mask_ = refits.suspects_of(chosen)
        share = np.average(self.suspect_mask_, weights=rows.sample_weight)
        self.noise_rate_ = float(share)

    def _inner(self):
        return Ridge() if self.estimator is None else self.estimator

    def _estimator_for(self, X):
        return sound_regressor(X) if self.estimator is None else self.estimator
