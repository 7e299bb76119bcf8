# SPDX-License-Identifier: BSD-3-Clause
"""Veracity scores: residuals in units of the uncertainty of each prediction."""

import numpy as np

from sknoisy.detection._target_detector import TargetDetector
from sknoisy.utils._cross_fit import cross_fit_predict, seed_from
from sknoisy.utils._options import check_count
from sknoisy.utils._ranking import flag_lowest
from sknoisy.utils._robust_scale import smallest_scale, weighted_median
from sknoisy.utils._rows import num_rows
from sknoisy.utils._sound_regressor import sound_regressor
from sknoisy.utils._weights import mean_and_error

# Shares to drop that are tried first, and how many between two of them then.
_COARSE_SHARES = (0.01, 0.05, 0.1, 0.15, 0.2)
_FINE_STEPS = 4


class VeracityScore(TargetDetector):
    """Find wrong targets by residuals, after a search for how many to leave out.

    The rows of the largest out-of-fold residuals are left out of training, as many
    as makes the predictions of all targets best: the share k of rows at which R^2,
    on all rows, is highest. A residual of the model without them then counts in
    units of what is uncertain about its prediction, so that rows that are hard to
    predict are not suspected for that alone. The share k of lowest quality is
    suspect; where leaving rows out improves nothing, none is.

    Parameters
    ----------
    estimator : regressor, default=None
        Any regressor. None picks a ridge regression that suits the columns of X.
    n_repeats : int, default=5
        Repeats of twofold cross-fitting, whose spread is the uncertainty of the
        model. 0 leaves it out.
    aleatoric : bool, default=True
        Whether to add the spread of the residuals that X explains.
    min_gain : float, default=0.0
        Standard errors by which the mean squared error must fall, against leaving
        nothing out, for a share to count. 0 takes any that is better, as published,
        which on right targets is often one by chance.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of the searched share.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; the median quality is ``exp(-1)``.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        The searched share of the rows of lowest quality.
    suspect_share_ : float
        The share k that was found, from 0 to 0.2.
    predictions_ : ndarray of shape (n_samples,)
        Predictions by models that saw neither the row nor those left out.
    uncertainty_ : ndarray of shape (n_samples,)
        In the units of the target.
    noise_rate_ : float
        Fraction of suspects.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    ResidualDetector : One cross-fit, one scale for all rows.
    NeighborResidual : Scales by the spread of the targets nearby; no model.

    Notes
    -----
    The search fits up to 11 times `cv` models, the uncertainty ``2 * n_repeats``
    and `cv` more. At most a fifth of the rows is ever suspect. As R^2 is measured on
    all given targets, wrong ones included, the search stops early where wrong
    targets all err to one side.

    The steps, the shares that are tried and the scaling to the median are those of
    the implementation in cleanlab. `min_gain`, rows tied at the cut that are left
    out together, and the median uncertainty of new rows are our own.

    References
    ----------
    Zhou, Mueller, Kumar, Wang and Lei. Detecting errors in numerical data via any
    regression model. arXiv 2305.16583, 2023.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from sknoisy.detection import VeracityScore
    >>> X, y = make_regression(n_samples=200, n_features=5, noise=1, random_state=0)
    >>> y[:3] += 500
    >>> detector = VeracityScore().fit(X, y)
    >>> sorted(detector.label_quality_.argsort()[:3].tolist())
    [0, 1, 2]
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_repeats=5,
        aleatoric=True,
        min_gain=0.0,
        threshold=None,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.n_repeats = n_repeats
        self.aleatoric = aleatoric
        self.min_gain = min_gain
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        check_count("n_repeats", self.n_repeats, least=0)
        model = self.estimator
        search = _Search(
            sound_regressor(rows.X) if model is None else model,
            rows,
            cv=self.cv,
            n_jobs=self.n_jobs,
            seed=seed_from(self.random_state),
        )
        self.suspect_share_, self.predictions_, self.estimators_ = search.best(
            self.min_gain
        )
        residual = self.predictions_ - rows.y
        self.uncertainty_ = np.full(len(rows), smallest_scale(rows.y))
        if self.n_repeats:
            repeats = search.repeats(self.n_repeats)
            self.uncertainty_ += np.std([*repeats, self.predictions_], axis=0)
        if self.aleatoric:
            self.uncertainty_ += search.explained_spread(residual)
        deviation = np.abs(residual) / self.uncertainty_
        median = float(weighted_median(deviation, rows.sample_weight))
        # Where most rows are met exactly, deviations divided by this stay finite.
        self.median_deviation_ = max(median, np.finfo(np.float64).eps)
        quality = np.exp(-deviation / self.median_deviation_)
        if self.threshold is not None:
            return self._flag(rows, quality, self.threshold)
        amount = search.amount(self.suspect_share_)
        suspects = flag_lowest(quality, amount, rows.sample_weight)
        return self._judgement(rows, quality, suspects)

    def _score_new(self, X, y):
        if y is None:
            return np.ones(num_rows(X))
        predictions = np.mean([model.predict(X) for model in self.estimators_], axis=0)
        deviation = np.abs(y - predictions) / np.median(self.uncertainty_)
        return np.exp(-deviation / self.median_deviation_)

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator


class _Search:
    """The search for the share of rows to leave out, and the refits around it."""

    def __init__(self, model, rows, *, cv, n_jobs, seed):
        self.model, self.rows = model, rows
        self.cv, self.n_jobs, self.seed = cv, n_jobs, seed
        given = rows.sample_weight
        self.weight = np.ones(len(rows)) if given is None else given
        predictions, models = self._fit()
        # Rounding must not decide which of two equal residuals is larger.
        smallest = smallest_scale(rows.y)
        self.deviation = np.round(np.abs(rows.y - predictions) / smallest) * smallest
        self.found = {0.0: (self._r2(predictions), predictions, models)}

    def best(self, min_gain):
        """Return the best share, and the predictions and models without it."""
        for share in _COARSE_SHARES:
            self._try(share)
        coarse = max(_COARSE_SHARES, key=lambda share: self.found[share][0])
        place = _COARSE_SHARES.index(coarse)
        for other in _COARSE_SHARES[max(place - 1, 0) : place + 2]:
            for share in np.linspace(coarse, other, _FINE_STEPS, endpoint=False)[1:]:
                self._try(float(share))
        # Shares in ascending order, so that of equal ones the smallest is taken.
        share = max(sorted(self.found), key=lambda share: self.found[share][0])
        if not self._gains(self.found[share][1], min_gain):
            share = 0.0
        return share, *self.found[share][1:]

    def amount(self, share):
        """Weight of a share of the rows, in whole rows where weights count rows."""
        amount = np.round(share * self.weight.sum(), 9)
        counts_rows = (self.weight == np.round(self.weight)).all()
        return np.ceil(amount) if counts_rows else amount

    def repeats(self, n_repeats):
        """Yield predictions of all targets by twofold cross-fitting."""
        for repeat in range(n_repeats):
            yield self._cross_fit(
                self.rows.y, self.rows.sample_weight, 2, self.seed + 1 + repeat
            )[0]

    def explained_spread(self, residual):
        """Spread of the residuals that X explains, out of sample."""
        predicted, _ = self._cross_fit(
            residual, self.rows.sample_weight, self.cv, self.seed
        )
        mean = np.average(predicted, weights=self.weight)
        return np.sqrt(np.average((predicted - mean) ** 2, weights=self.weight))

    def _try(self, share):
        amount = self.amount(share)
        dropped = flag_lowest(-self.deviation, amount, self.rows.sample_weight)
        if self.rows.trusted is not None:
            dropped &= ~self.rows.trusted
        kept = np.where(dropped, 0.0, self.weight)
        if np.count_nonzero(kept) < 2:
            self.found[share] = (-np.inf, None, None)
            return
        predictions, models = self._fit(kept if dropped.any() else None)
        self.found[share] = (self._r2(predictions), predictions, models)

    def _fit(self, weight=None):
        weight = self.rows.sample_weight if weight is None else weight
        return self._cross_fit(self.rows.y, weight, self.cv, self.seed)

    def _cross_fit(self, y, weight, cv, seed):
        return cross_fit_predict(
            self.model,
            self.rows.X,
            y,
            cv=cv,
            sample_weight=weight,
            groups=self.rows.groups,
            n_jobs=self.n_jobs,
            random_state=seed,
        )

    def _gains(self, predictions, n_errors):
        """Tell whether squared errors fall by more than so many standard errors."""
        plain, better = (self.rows.y - p for p in (self.found[0.0][1], predictions))
        mean, error = mean_and_error(plain**2 - better**2, self.weight)
        return mean > n_errors * error

    def _r2(self, predictions):
        """R^2 but for the scale, which is the same for all shares."""
        errors = (self.rows.y - predictions) ** 2
        return -np.average(errors, weights=self.weight)
