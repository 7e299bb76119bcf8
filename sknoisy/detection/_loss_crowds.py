# SPDX-License-Identifier: BSD-3-Clause
"""Two crowds of numbers, such as the losses of right and of wrong labels."""

from dataclasses import dataclass, replace

import numpy as np

from sknoisy.utils._two_betas import TwoBetas, fit_two_betas
from sknoisy.utils._two_gaussians import (
    TwoGaussians,
    fit_two_gaussians,
    start_from_extremes,
    start_from_halves,
)

# Added to the variances, of numbers scaled to [0, 1], as DivideMix does.
_ADDED_VARIANCE = 5e-4


@dataclass(frozen=True)
class Crowds:
    """Two crowds of numbers, of which the upper one may be missing.

    Attributes
    ----------
    low, width : float
        A number x is modelled as (x - low) / width.
    edge : float
        What is modelled lies between this and one minus this.
    mixture : TwoGaussians, TwoBetas or None
        The crowds; None where there are no two.
    """

    low: float
    width: float
    edge: float = 0.0
    mixture: TwoGaussians | TwoBetas | None = None

    def scale(self, values):
        """Map numbers to the unit interval."""
        scaled = (values - self.low) / self.width
        return np.clip(scaled, self.edge, 1.0 - self.edge)

    def upper(self, values):
        """Return the probability of the upper crowd; 0 where there is none.

        Parameters
        ----------
        values : ndarray of shape (n,)
            Numbers.

        Returns
        -------
        posterior : ndarray of shape (n,)
            It never falls with the number.
        """
        if self.mixture is None:
            return np.zeros(len(values))
        return self.mixture.upper_posterior(self.scale(values))


def gaussian_crowds(values, weight, max_iter=10, tol=1e-2):
    """Fit two Gaussians to numbers scaled to [0, 1], the better one of two fits.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Numbers.
    weight : ndarray of shape (n,)
        Weight of each; those of weight zero have no say.
    max_iter : int, default=10
        Most iterations.
    tol : float, default=1e-2
        Gain of the mean log-likelihood below which to stop.

    Returns
    -------
    crowds : Crowds
        Without a mixture if all numbers are equal.
    """
    values, weight = values[weight > 0], weight[weight > 0]
    crowds = Crowds(values.min(), np.ptp(values))
    if crowds.width <= 1e-12:
        return crowds
    scaled = crowds.scale(values)
    added = {"added_variance": _ADDED_VARIANCE}
    # A number far above all others draws one of two clusters to itself.
    starts = [
        start_from_halves(scaled, weight, **added),
        start_from_extremes(scaled, weight, least_variance=_ADDED_VARIANCE),
    ]
    fits = [
        fit_two_gaussians(scaled, weight, start, max_iter=max_iter, tol=tol, **added)
        for start in starts
    ]
    mixture = max(fits, key=lambda fit: fit.log_likelihood)
    return replace(crowds, mixture=mixture)


def beta_crowds(values, weight, max_iter=50):
    """Fit two beta distributions to the numbers between two percentiles.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Numbers.
    weight : ndarray of shape (n,)
        Weight of each; those of weight zero have no say.
    max_iter : int, default=50
        Number of iterations.

    Returns
    -------
    crowds : Crowds
        Without a mixture if there is a single crowd.
    """
    low, high = weighted_quantiles(values, [0.05, 0.95], weight)
    inside = (values >= low) & (values <= high) & (weight > 0)
    # The offsets are those of the authors' code.
    low += 1e-5
    crowds = Crowds(low, high - low + 1e-6, edge=1e-3)
    if crowds.width <= 1e-5:
        return crowds
    mixture = fit_two_betas(crowds.scale(values[inside]), weight[inside], max_iter)
    return crowds if mixture.is_unimodal else replace(crowds, mixture=mixture)


def weighted_quantiles(values, shares, weight):
    """Find the numbers below or at which given shares of the weight lie.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Numbers.
    shares : list of float
        In (0, 1].
    weight : ndarray of shape (n,)
        Weight of each, not all zero.

    Returns
    -------
    quantiles : ndarray of shape (n_shares,)
        Each is one of the numbers.
    """
    order = np.argsort(values)
    order = order[weight[order] > 0]
    reached = np.cumsum(weight[order])
    # The slack keeps rounded sums of weights from moving a quantile.
    wanted = np.asarray(shares) * reached[-1] * (1 - 1e-12)
    return values[order][np.searchsorted(reached, wanted)]
