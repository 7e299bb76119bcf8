# SPDX-License-Identifier: BSD-3-Clause
"""Two Gaussians on a line, fitted to weighted numbers."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

_LEAST_MASS = 1e-12


@dataclass(frozen=True)
class TwoGaussians:
    """A mixture of two Gaussians, the one of the lower mean first.

    Attributes
    ----------
    shares, means, variances : ndarray of shape (2,)
        Of each component.
    log_likelihood : float
        Weighted sum over the numbers that it was fitted to.
    """

    shares: np.ndarray
    means: np.ndarray
    variances: np.ndarray
    log_likelihood: float = np.nan

    def log_densities(self, x):
        """Return the logarithm of share times density, one column a component."""
        return np.column_stack(
            [self.log_density(x, component) for component in range(len(self.means))]
        )

    def log_density(self, x, component):
        """Return the logarithm of share times density of one component."""
        variance = self.variances[component]
        height = np.log(self.shares[component]) - 0.5 * np.log(2 * np.pi * variance)
        return height - 0.5 / variance * (x - self.means[component]) ** 2

    def upper_posterior(self, x):
        """Return the probability of the upper component, which never falls with x.

        Of two Gaussians the wider one takes over again at one end. From where it
        would, the posterior stays as it is.

        Parameters
        ----------
        x : ndarray of shape (n,)
            Numbers.

        Returns
        -------
        posterior : ndarray of shape (n,)
            In [0, 1].
        """
        joint = self.log_densities(self._within_turn(x))
        return expit(joint[:, 1] - joint[:, 0])

    def _within_turn(self, x):
        """Move numbers beyond the vertex of the log-odds, a parabola, to it."""
        precision = 1.0 / self.variances
        bend = precision[0] - precision[1]
        if abs(bend) <= 1e-12 * precision.max():
            return x
        turn = (self.means[0] * precision[0] - self.means[1] * precision[1]) / bend
        return np.maximum(x, turn) if bend > 0 else np.minimum(x, turn)


def fit_two_gaussians(
    x,
    weight,
    start,
    *,
    max_iter=200,
    tol=1e-6,
    least_variance=0.0,
    added_variance=0.0,
):
    """Fit two Gaussians by expectation-maximization.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Numbers.
    weight : ndarray of shape (n,)
        Positive weight of each.
    start : TwoGaussians
        Where to start.
    max_iter : int, default=200
        Most iterations.
    tol : float, default=1e-6
        Stop once the mean log-likelihood gains less.
    least_variance, added_variance : float, default=0.0
        What keeps a component from shrinking to a point: a floor, or a constant.

    Returns
    -------
    mixture : TwoGaussians
        The fitted mixture.
    """
    total, before, mixture = weight.sum(), -np.inf, start
    for _ in range(max_iter):
        # One row a component: long rows are faster than pairs.
        joint = np.stack([mixture.log_density(x, 0), mixture.log_density(x, 1)])
        evidence = np.logaddexp(*joint)
        log_likelihood = weight @ evidence
        if log_likelihood - before < tol * total:
            break
        before = log_likelihood
        resp = np.exp(joint - evidence) * weight
        mixture = _maximise(x, resp, least_variance, added_variance)
    order = np.argsort(mixture.means, kind="stable")
    return TwoGaussians(
        mixture.shares[order],
        mixture.means[order],
        mixture.variances[order],
        log_likelihood,
    )


def start_from_halves(x, weight, *, least_variance=0.0, added_variance=0.0):
    """Start at two clusters by k-means, whose centres start at the extremes.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Numbers.
    weight : ndarray of shape (n,)
        Positive weight of each.
    least_variance, added_variance : float, default=0.0
        As `fit_two_gaussians` takes them.

    Returns
    -------
    mixture : TwoGaussians
        Its components are the clusters.
    """
    low, high, upper = x.min(), x.max(), np.zeros(len(x), dtype=bool)
    for _ in range(100):
        before, upper = upper, x > (low + high) / 2
        if (upper == before).all():
            break
        low = np.average(x[~upper], weights=weight[~upper])
        high = np.average(x[upper], weights=weight[upper])
    resp = np.stack([~upper, upper]) * weight
    return _maximise(x, resp, least_variance, added_variance)


def start_from_extremes(x, weight, *, least_variance=0.0):
    """Start at the two ends of the unit interval, each as wide as all numbers are.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Numbers in [0, 1].
    weight : ndarray of shape (n,)
        Positive weight of each.
    least_variance : float, default=0.0
        Floor of the variance.

    Returns
    -------
    mixture : TwoGaussians
        Two components of equal shares.
    """
    centre = np.average(x, weights=weight)
    spread = np.average((x - centre) ** 2, weights=weight)
    return TwoGaussians(
        shares=np.array([0.5, 0.5]),
        means=np.array([0.0, 1.0]),
        variances=np.full(2, max(spread, least_variance)),
    )


def _maximise(x, resp, least_variance, added_variance):
    mass = np.maximum(resp.sum(axis=1), _LEAST_MASS)
    means = resp @ x / mass
    spread = np.einsum("ij,ij->i", (x - means[:, np.newaxis]) ** 2, resp)
    variances = np.maximum(spread / mass + added_variance, least_variance)
    return TwoGaussians(mass / mass.sum(), means, variances)
