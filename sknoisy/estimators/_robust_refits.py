# SPDX-License-Identifier: BSD-3-Clause
"""Refit a regressor robustly, and tell from noisy targets whether that helps."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sknoisy.utils._cross_fit import cross_fit_predict
from sknoisy.utils._ranking import flag_lowest
from sknoisy.utils._robust_scale import robust_scale, smallest_scale
from sknoisy.utils._weights import mean_and_error, supports_sample_weight

# In robust standard deviations: where Huber's weights begin to fall (at 95 % of the
# efficiency on Gaussian errors) and Tukey's reach 0 (at 85 %), from where on rows are
# trimmed, how far a new target may be from the prediction, and from where on an
# error counts no more.
_HUBER = 1.345
_TUKEY = 3.44
_TRIM = 2.5
_RELABEL = 2.0
_CAP = 3.0

# From how many robust standard deviations on a target is suspect, and how far the
# suspects may go with the plain predictions. Wrong targets are found at any level;
# a spread that grows with the level has its far targets at one end.
MAX_DEVIATION = 3.5
_MAX_CORRELATION = 0.2

# Part of the plain error that a gain must come to. Right targets that are a little
# skewed show smaller ones, and these are not worth a refit.
_LEAST_GAIN = 0.02

# Shares of rows that the search leaves out.
_SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


@dataclass(frozen=True)
class Candidate:
    """One way to fit, and what it predicts out of fold.

    Attributes
    ----------
    name : str
        What was done.
    targets : ndarray of shape (n_samples,)
        What the regressor is fitted to.
    factors : ndarray of shape (n_samples,) or None
        What the weight of each row is multiplied by; None for 1.
    predictions : ndarray of shape (n_samples,)
        Out-of-fold predictions.
    """

    name: str
    targets: np.ndarray
    factors: np.ndarray | None
    predictions: np.ndarray


@dataclass(frozen=True)
class RobustRefits:
    """Ways to refit, each by the residuals of the last, and the choice among them.

    Parameters
    ----------
    estimator : regressor
        Cross-fitted for each candidate.
    rows : LabelledRows
        Training rows.
    max_iter, cv, n_jobs, random_state
        As in `NoiseRobustRegressor`.
    """

    estimator: object
    rows: object
    max_iter: int
    cv: object
    n_jobs: int | None
    random_state: object

    @cached_property
    def plain(self):
        """The fit to the targets as given."""
        return self._candidate("none", self.rows.y)

    def candidates(self, method, suspects=None):
        """List what a method has to offer.

        Parameters
        ----------
        method : {"auto", "huber", "tukey", "trim", "relabel", "drop"}
            As in `NoiseRobustRegressor`.
        suspects : ndarray of shape (n_samples,), dtype=bool, default=None
            Rows that a detector calls wrong.

        Returns
        -------
        candidates : list of Candidate
            At least one.
        """
        if method == "drop":
            return self._dropped(suspects)
        if method != "auto":
            return self._rounds(method)
        takes_weights = supports_sample_weight(self.estimator)
        found = self._rounds("tukey" if takes_weights else "trim")
        return found if suspects is None else found + self._dropped(suspects)

    def scale_of(self, candidate):
        """Return the robust standard deviation of the residuals of a candidate."""
        scale = robust_scale(self._residuals(candidate), self.rows.sample_weight)
        return float(max(scale, smallest_scale(self.rows.y)))

    def loss_of(self, candidate):
        """Return the absolute error of each row, capped alike for all candidates."""
        cap = _CAP * self.scale_of(self.plain)
        return np.minimum(np.abs(self._residuals(candidate)), cap)

    def mean_loss(self, candidate):
        """Return the weighted mean of `loss_of`."""
        loss = self.loss_of(candidate)
        return float(np.average(loss, weights=self.rows.sample_weight))

    def suspects_of(self, candidate):
        """Mask of the targets that are far from what a candidate predicts."""
        far = np.abs(self._residuals(candidate))
        suspects = far > MAX_DEVIATION * self.scale_of(candidate)
        if self.rows.trusted is not None:
            suspects &= ~self.rows.trusted
        return suspects

    def counts(self, candidate, min_gain):
        """Tell whether the gain is clear, and not that of a skewed spread."""
        return self._gains(candidate, min_gain) and not self._is_level_bound(candidate)

    def _is_level_bound(self, candidate):
        suspects = self.suspects_of(candidate).astype(np.float64)
        correlation = _rank_correlation(
            suspects, self.plain.predictions, self.rows.sample_weight
        )
        return abs(correlation) > _MAX_CORRELATION

    def _gains(self, candidate, n_errors):
        plain = self.loss_of(self.plain)
        gain = plain - self.loss_of(candidate)
        weight = self.rows.sample_weight
        mean, error = mean_and_error(gain, weight)
        # What is exact but for rounding has nothing to gain.
        least = _LEAST_GAIN * np.average(plain, weights=weight)
        return mean > max(n_errors * error, least, smallest_scale(self.rows.y))

    def _rounds(self, method):
        """Refit by weights or targets that the residuals of the last fit call for."""
        found, lowest = [], self.mean_loss(self.plain)
        for n_iter in range(self.max_iter):
            # Tukey's weights leave far rows out, for which they need good residuals.
            is_first = n_iter == 0 and self.max_iter > 1
            name = "huber" if method == "tukey" and is_first else method
            found.append(self._refit(name, found[-1] if found else self.plain))
            loss = self.mean_loss(found[-1])
            if loss >= lowest:
                break
            lowest = loss
        return found

    def _refit(self, name, last):
        residuals, scale = self._residuals(last), self.scale_of(last)
        if self.rows.trusted is not None:
            residuals = np.where(self.rows.trusted, 0.0, residuals)
        if name == "relabel":
            reach = _RELABEL * scale
            moved = residuals - np.clip(residuals, -reach, reach)
            return self._candidate(name, self.rows.y - moved)
        distances = np.abs(residuals) / scale
        if name == "trim":
            factors = (distances <= _TRIM).astype(np.float64)
        elif name == "huber":
            factors = np.minimum(1.0, _HUBER / np.maximum(distances, _HUBER))
        else:
            factors = np.maximum(1 - (distances / _TUKEY) ** 2, 0.0) ** 2
        # Trees split elsewhere for the last digit, which hangs on the order of sums.
        return self._candidate(name, self.rows.y, np.round(factors, 9))

    def _dropped(self, suspects):
        if suspects is not None:
            return [self._without(suspects)]
        # Rounding must not decide which of two equal residuals is larger.
        smallest = smallest_scale(self.rows.y)
        distances = np.round(np.abs(self._residuals(self.plain)) / smallest)
        weight = self.rows.sample_weight
        total = len(self.rows) if weight is None else weight.sum()
        amounts = (np.round(share * total, 9) for share in _SHARES)
        return [self._without(flag_lowest(-distances, a, weight)) for a in amounts]

    def _without(self, suspects):
        if self.rows.trusted is not None:
            suspects = suspects & ~self.rows.trusted
        return self._candidate("drop", self.rows.y, np.where(suspects, 0.0, 1.0))

    def _candidate(self, name, targets, factors=None):
        candidate = Candidate(name, targets, factors, None)
        predictions, _ = cross_fit_predict(
            self.estimator,
            self.rows.X,
            targets,
            cv=self.cv,
            sample_weight=self.weights_of(candidate),
            groups=self.rows.groups,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
        return replace(candidate, predictions=predictions)

    def weights_of(self, candidate):
        """Return the weights of a fit; None where neither caller nor method has any."""
        if candidate.factors is None or (candidate.factors == 1).all():
            return self.rows.sample_weight
        if self.rows.sample_weight is None:
            return candidate.factors
        return candidate.factors * self.rows.sample_weight

    def _residuals(self, candidate):
        return self.rows.y - candidate.predictions


def _rank_correlation(flags, values, sample_weight):
    """Correlate flags with the ranks of values; 0 where either does not vary."""
    weight = np.ones(len(flags)) if sample_weight is None else sample_weight
    _, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights=weight)
    ranks = (np.cumsum(mass) - mass / 2)[place] / weight.sum()
    flags, ranks = (part - np.average(part, weights=weight) for part in (flags, ranks))
    spreads = (np.average(part**2, weights=weight) for part in (flags, ranks))
    scale = np.sqrt(np.prod(list(spreads)))
    return np.average(flags * ranks, weights=weight) / scale if scale > 0 else 0.0
