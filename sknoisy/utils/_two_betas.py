# SPDX-License-Identifier: BSD-3-Clause
"""Two beta distributions on the unit interval, fitted to weighted numbers."""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit

_TINY = 1e-12
_EDGE = 1e-4

# A component smaller than this, or as near to the other, is no crowd of its own.
_LEAST_SHARE = 0.01
_LEAST_GAP = 0.05


@dataclass(frozen=True)
class TwoBetas:
    """A mixture of two beta distributions, the one of the lower mean first.

    Attributes
    ----------
    alpha, beta, shares : ndarray of shape (2,)
        Of each component.
    """

    alpha: np.ndarray
    beta: np.ndarray
    shares: np.ndarray

    @property
    def means(self):
        """Mean of each component."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def is_unimodal(self):
        """Whether there is no second crowd: one is too small, or too near."""
        return bool(self.shares.min() < _LEAST_SHARE or np.ptp(self.means) < _LEAST_GAP)

    def upper_posterior(self, x):
        """Return the probability of the upper component, which never falls with x.

        The ratio of two beta densities may turn once near an end. From there on the
        posterior stays as it is.

        Parameters
        ----------
        x : ndarray of shape (n,)
            Numbers in [0, 1].

        Returns
        -------
        posterior : ndarray of shape (n,)
            In [0, 1].
        """
        x = self._within_turn(_inside(x))
        joint = np.log(self.shares) + _log_densities(x, self.alpha, self.beta)
        return expit(joint[:, 1] - joint[:, 0])

    def _within_turn(self, x):
        rise, fall = np.diff(self.alpha)[0], np.diff(self.beta)[0]
        if rise * fall <= 0:
            return x
        turn = rise / (rise + fall)
        return np.minimum(x, turn) if rise > 0 else np.maximum(x, turn)


def fit_two_betas(x, weight, max_iter=50):
    """Fit two beta distributions by expectation-maximization.

    The maximisation matches weighted means and variances.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Numbers in [0, 1].
    weight : ndarray of shape (n,)
        Positive weight of each.
    max_iter : int, default=50
        Number of iterations; ten are not enough to converge.

    Returns
    -------
    mixture : TwoBetas
        The fitted mixture.
    """
    x = _inside(x)
    alpha, beta_, shares = np.array([[1.0, 2.0], [2.0, 1.0], [0.5, 0.5]])
    for _ in range(max_iter):
        densities = np.exp(_log_densities(x, alpha, beta_))
        joint = np.maximum(shares * densities, _TINY)
        resp = joint / joint.sum(axis=1, keepdims=True) * weight[:, None]
        mass = np.maximum(resp.sum(axis=0), _TINY)
        alpha, beta_ = _match_moments(x, resp / mass)
        shares = mass / mass.sum()
    order = np.argsort(alpha / (alpha + beta_), kind="stable")
    return TwoBetas(alpha[order], beta_[order], shares[order])


def _match_moments(x, weight):
    """Find the parameters of beta distributions by weighted mean and variance."""
    mean = x @ weight
    variance = (weight * (x[:, None] - mean) ** 2).sum(axis=0)
    # A variance beyond that of a coin would make the parameters negative.
    widest = mean * (1.0 - mean)
    variance = np.clip(variance, 1e-6, 0.99 * widest)
    alpha = mean * (widest / variance - 1.0)
    return alpha, alpha * (1.0 - mean) / mean


def _log_densities(x, alpha, beta_):
    sides = np.outer(np.log(x), alpha - 1.0) + np.outer(np.log1p(-x), beta_ - 1.0)
    return sides - betaln(alpha, beta_)


def _inside(x):
    return np.clip(x, _EDGE, 1.0 - _EDGE)
