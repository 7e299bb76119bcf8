# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.mixture import GaussianMixture

from sknoisy.utils._two_gaussians import (
    TwoGaussians,
    fit_two_gaussians,
    start_from_extremes,
    start_from_halves,
)


def two_crowds(seed=0):
    rng = np.random.default_rng(seed)
    return np.r_[rng.normal(0.2, 0.05, 150), rng.normal(0.7, 0.1, 50)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_equals_scikit_learn_from_the_same_start():
    x = two_crowds()
    weight = np.ones(len(x))
    start = start_from_halves(x, weight, added_variance=5e-4)
    ours = fit_two_gaussians(
        x, weight, start, max_iter=10, tol=-np.inf, added_variance=5e-4
    )
    theirs = GaussianMixture(
        2,
        max_iter=10,
        tol=0,
        reg_covar=5e-4,
        weights_init=start.shares,
        means_init=start.means[:, None],
        precisions_init=(1 / start.variances)[:, None, None],
    ).fit(x[:, None])
    order = np.argsort(theirs.means_[:, 0])
    np.testing.assert_allclose(ours.means, theirs.means_[order, 0])
    np.testing.assert_allclose(ours.shares, theirs.weights_[order])
    np.testing.assert_allclose(ours.variances, theirs.covariances_[order, 0, 0])


def test_halves_are_the_clusters_of_k_means():
    x = two_crowds()
    start = start_from_halves(x, np.ones(len(x)))
    np.testing.assert_allclose(start.shares, [0.75, 0.25], atol=0.02)
    np.testing.assert_allclose(start.means, [0.2, 0.7], atol=0.03)


def test_weight_two_equals_two_numbers():
    x = two_crowds()
    weight = np.random.default_rng(1).integers(1, 4, len(x))
    repeated = np.repeat(x, weight)
    ours, theirs = (
        fit_two_gaussians(x, w, start_from_halves(x, w), added_variance=1e-3)
        for x, w in ((x, weight), (repeated, np.ones(len(repeated))))
    )
    np.testing.assert_allclose(ours.means, theirs.means)
    np.testing.assert_allclose(ours.variances, theirs.variances)
    np.testing.assert_allclose(ours.log_likelihood, theirs.log_likelihood)


def test_equal_numbers_stay_finite():
    x, weight = np.full(5, 0.3), np.ones(5)
    start = start_from_halves(x, weight, added_variance=5e-4)
    mixture = fit_two_gaussians(x, weight, start, added_variance=5e-4)
    assert np.isfinite(mixture.upper_posterior(x)).all()


@given(st.floats(0.01, 0.99), st.floats(0, 1), st.floats(1e-3, 1), st.floats(1e-3, 1))
def test_posterior_never_falls(share, gap, variance, other):
    mixture = TwoGaussians(
        np.array([share, 1 - share]), np.array([0, gap]), np.array([variance, other])
    )
    posterior = mixture.upper_posterior(np.linspace(-2, 3, 401))
    assert (np.diff(posterior) >= -1e-9).all()


def test_start_from_the_extremes():
    start = start_from_extremes(np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    assert start.means.tolist() == [0, 1]
    np.testing.assert_allclose(start.variances, 0.1875)
    narrow = start_from_extremes(np.full(3, 0.5), np.ones(3), least_variance=0.1)
    np.testing.assert_allclose(narrow.variances, 0.1)
