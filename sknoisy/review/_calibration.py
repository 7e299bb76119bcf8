# SPDX-License-Identifier: BSD-3-Clause
"""Turn doubt in a label into a probability that it is wrong, learning from answers."""

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit

# Standard deviations of the prior: of the level and the slope of the log-odds, and of
# how much a class, given or suggested, differs from the others.
_LEVEL, _SLOPE, _CLASS = 1.5, 0.5, 0.5

# No estimate of the share of wrong labels, or of right ones, is as good as zero.
_LOWEST_RATE = 1e-3


def error_probability(
    doubt, given, suggested, n_classes, noise_rate, answered, sample_weight=None
):
    """Estimate how likely each label is wrong.

    A logistic regression on the doubt, the given and the suggested class, with a
    prior in place of many answers: before the first one, the log-odds are the doubt
    itself, shifted so that the share of wrong labels is the estimated noise rate.

    Parameters
    ----------
    doubt : ndarray of shape (n_samples,)
        Log-odds against each label, by the detector.
    given, suggested : ndarray of shape (n_samples,), dtype=int
        Codes; a suggestion that equals the given label says nothing of its own.
    n_classes : int
        Number of classes.
    noise_rate : float
        Estimated share of wrong labels.
    answered : tuple of ndarray of shape (n_answered,)
        Doubt, given and suggested code of answered rows, as they were when the row
        was asked, and whether the label was wrong.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row in the share of wrong labels.

    Returns
    -------
    probability : ndarray of shape (n_samples,)
        Of a wrong label.
    """
    level = _level_for(doubt, noise_rate, sample_weight)
    *asked, is_wrong = answered
    centre = np.concatenate([[level, 1.0], np.zeros(2 * n_classes)])
    spread = np.concatenate([[_LEVEL, _SLOPE], np.full(2 * n_classes, _CLASS)])
    if len(is_wrong):
        terms = _Terms(*asked, n_classes)
        centre = _most_likely(terms, is_wrong, centre, spread)
    return expit(_Terms(doubt, given, suggested, n_classes).log_odds(centre))


def _level_for(doubt, noise_rate, sample_weight):
    """Find the shift that makes the mean probability the noise rate."""
    if not np.isfinite(noise_rate):
        return 0.0
    wanted = np.clip(noise_rate, _LOWEST_RATE, 1 - _LOWEST_RATE)
    reach = np.abs(doubt).max() - logit(_LOWEST_RATE) + 1.0

    def excess(level):
        return np.average(expit(doubt + level), weights=sample_weight) - wanted

    return brentq(excess, -reach, reach)


def _most_likely(terms, is_wrong, centre, spread):
    def loss(weights):
        odds = terms.log_odds(weights)
        off = (weights - centre) / spread
        value = np.logaddexp(0.0, odds).sum() - odds[is_wrong].sum() + off @ off / 2
        return value, terms.transpose(expit(odds) - is_wrong) + off / spread

    return minimize(loss, centre, jac=True, method="L-BFGS-B").x


class _Terms:
    """The linear terms of some rows, without a column for each class in memory."""

    def __init__(self, doubt, given, suggested, n_classes):
        self.doubt, self.given, self.suggested = doubt, given, suggested
        self.n_classes = n_classes
        self.differs = (given != suggested).astype(np.float64)

    def log_odds(self, weights):
        of_given, of_suggested = np.split(weights[2:], 2)
        return (
            weights[0]
            + weights[1] * self.doubt
            + of_given[self.given]
            + of_suggested[self.suggested] * self.differs
        )

    def transpose(self, values):
        n = self.n_classes
        return np.concatenate(
            [
                [values.sum(), values @ self.doubt],
                np.bincount(self.given, values, minlength=n),
                np.bincount(self.suggested, values * self.differs, minlength=n),
            ]
        )
