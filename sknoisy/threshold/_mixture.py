# SPDX-License-Identifier: BSD-3-Clause
"""Two overlapping crowds of losses: right labels and wrong ones."""

import numpy as np
from scipy.special import logsumexp

from sknoisy.base import BaseThreshold
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._two_gaussians import (
    TwoGaussians,
    fit_two_gaussians,
    start_from_extremes,
)

_FLOOR = 5e-4  # Smallest variance of a component, on losses scaled to [0, 1].
_MAX_ITER = 200
_MAX_POINTS = 2_000  # More losses than this are fitted as bins of equal width.


class MixtureThreshold(BaseThreshold):
    """Labels that more likely belong to the worse of two Gaussians are suspects.

    Fits two Gaussians to the losses, minus the logarithm of the quality scaled to
    [0, 1], as DivideMix does, and cuts where the one with the larger mean becomes
    more likely than `posterior`. If two Gaussians explain the losses no better
    than one, by the Bayesian information criterion, nothing is suspect.

    The expectation-maximization is our own, since the one of scikit-learn takes
    no sample weights; it starts from the two extremes, so that it is deterministic.

    Parameters
    ----------
    posterior : float, default=0.5
        Probability of being wrong from which on a label is suspect.
    per_class : bool, default=False
        Whether to fit each class by itself.

    Attributes
    ----------
    cutoffs_ : ndarray of shape (n_classes,)
        Quality at or below which a label is suspect, for each class.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.

    References
    ----------
    Li, Socher and Hoi. DivideMix: learning with noisy labels as semi-supervised
    learning. ICLR 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.threshold import MixtureThreshold
    >>> rng = np.random.default_rng(0)
    >>> quality = np.r_[rng.uniform(0.8, 1, 90), rng.uniform(0, 0.1, 10)]
    >>> y = np.arange(100) % 2
    >>> int(MixtureThreshold().fit(quality, y).suspects(quality, y).sum())
    10
    """

    def __init__(self, posterior=0.5, *, per_class=False):
        self.posterior = posterior
        self.per_class = per_class

    def _fit(self, quality, codes, pred_proba, sample_weight):
        if not 0 < self.posterior < 1:
            raise ValueError(
                f"posterior={self.posterior!r} must lie between 0 and 1, both "
                "excluded, as 0.5."
            )
        # The information criterion counts rows, whatever the weights sum to.
        weight = np.ones(len(quality)) if sample_weight is None else sample_weight
        weight = weight / row_unit(sample_weight)
        self.cutoffs_ = np.full(len(self.classes_), -np.inf)
        if not self.per_class:
            self.cutoffs_[:] = _quality_cutoff(quality, weight, self.posterior)
            return
        for k in np.unique(codes):
            members = codes == k
            self.cutoffs_[k] = _quality_cutoff(
                quality[members], weight[members], self.posterior
            )

    def _suspects(self, quality, codes, pred_proba, sample_weight):
        return quality <= self.cutoffs_[codes]


def _quality_cutoff(quality, weight, posterior):
    quality, weight = quality[weight > 0], weight[weight > 0]
    loss = -np.log(np.clip(quality, 1e-12, 1.0))
    low, high = loss.min(initial=np.inf), loss.max(initial=-np.inf)
    if high - low < 1e-12:
        return -np.inf
    x = (loss - low) / (high - low)
    if len(x) > _MAX_POINTS:
        x, weight = _bin(x, weight)
    mixture = _fit_two(x, weight)
    if not _two_beat_one(x, weight, mixture):
        return -np.inf
    cut = _crossing(mixture, posterior)
    return np.exp(-(low + cut * (high - low)))


def _bin(x, weight):
    """Stand in for many points by their means in narrow bins."""
    bins = np.minimum((x * _MAX_POINTS).astype(np.intp), _MAX_POINTS - 1)
    mass = np.bincount(bins, weights=weight)
    held = mass > 0
    mean = np.bincount(bins, weights=weight * x)[held] / mass[held]
    return mean, mass[held]


def _fit_two(x, weight):
    start = start_from_extremes(x, weight, least_variance=_FLOOR)
    return fit_two_gaussians(
        x, weight, start, max_iter=_MAX_ITER, least_variance=_FLOOR
    )


def _two_beat_one(x, weight, two):
    total = weight.sum()
    mean = np.average(x, weights=weight)
    variance = max(np.average((x - mean) ** 2, weights=weight), _FLOOR)
    single = TwoGaussians(np.array([1.0]), np.array([mean]), np.array([variance]))
    log_likelihood_of_one = weight @ single.log_densities(x)[:, 0]
    extra_parameters = 3
    gain = 2 * (two.log_likelihood - log_likelihood_of_one)
    return gain > extra_parameters * np.log(max(total, 2.0))


def _crossing(mixture, posterior):
    """Find the loss between the two means where the worse one takes over."""
    grid = np.linspace(*mixture.means, 1001)
    joint = mixture.log_densities(grid)
    wrong = np.exp(joint[:, 1] - logsumexp(joint, axis=1))
    over = np.flatnonzero(wrong >= posterior)
    return grid[over[0]] if len(over) else mixture.means[1]
