# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from sknoisy.utils._two_betas import TwoBetas, fit_two_betas


def golden():
    rng = np.random.default_rng(0)
    return np.r_[rng.beta(2, 12, 700), rng.beta(8, 3, 300)], np.arange(1000) >= 700


@pytest.mark.parametrize(
    ("max_iter", "alpha", "beta_", "shares", "accuracy"),
    [
        (10, (2.404, 3.083), (16.782, 1.491), (0.65, 0.35), 0.979),
        (50, (2.097, 7.976), (13.43, 2.894), (0.695, 0.305), 0.99),
    ],
)
def test_golden_vector(max_iter, alpha, beta_, shares, accuracy):
    x, upper = golden()
    mixture = fit_two_betas(x, np.ones(len(x)), max_iter)
    np.testing.assert_allclose(mixture.alpha, alpha, atol=6e-4)
    np.testing.assert_allclose(mixture.beta, beta_, atol=6e-4)
    np.testing.assert_allclose(mixture.shares, shares, atol=6e-4)
    found = mixture.upper_posterior(x) > 0.5
    assert np.mean(found == upper) == pytest.approx(accuracy, abs=6e-4)
    assert not mixture.is_unimodal


def test_posterior_by_hand():
    mixture = TwoBetas(np.array([2.0, 5.0]), np.array([6.0, 2.0]), np.array([0.7, 0.3]))
    x = np.array([0.1, 0.4, 0.6])
    lower, upper = 0.7 * beta.pdf(x, 2, 6), 0.3 * beta.pdf(x, 5, 2)
    np.testing.assert_allclose(mixture.upper_posterior(x), upper / (lower + upper))


def test_components_are_ordered_by_mean():
    x = 1 - golden()[0]
    mixture = fit_two_betas(x, np.ones(len(x)))
    assert mixture.means[0] < mixture.means[1]
    assert mixture.shares[0] < mixture.shares[1]


def test_weight_two_equals_two_numbers():
    x, _ = golden()
    weight = np.random.default_rng(1).integers(1, 4, len(x))
    repeated = np.repeat(x, weight)
    ours, theirs = (
        fit_two_betas(x, weight),
        fit_two_betas(repeated, np.ones_like(repeated)),
    )
    np.testing.assert_allclose(ours.alpha, theirs.alpha)
    np.testing.assert_allclose(ours.beta, theirs.beta)


def test_one_crowd_is_told():
    x = np.random.default_rng(0).normal(0.5, 0.02, 500)
    assert fit_two_betas(x, np.ones(500)).is_unimodal
    few = TwoBetas(np.array([1.0, 9.0]), np.array([9.0, 1.0]), np.array([0.995, 0.005]))
    assert few.is_unimodal


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_equal_numbers_stay_finite(value):
    mixture = fit_two_betas(np.full(6, value), np.ones(6))
    assert np.isfinite(mixture.upper_posterior(np.array([0.0, 0.5, 1.0]))).all()
    assert mixture.is_unimodal


def test_coin_has_positive_parameters():
    x = np.r_[np.zeros(50), np.ones(50)]
    mixture = fit_two_betas(x, np.ones(100))
    assert (mixture.alpha > 0).all()
    assert (mixture.beta > 0).all()


@given(*[st.floats(0.1, 20)] * 4, st.floats(0.01, 0.99))
def test_posterior_never_falls(a, b, c, d, share):
    alpha, beta_ = np.array([a, c]), np.array([b, d])
    order = np.argsort(alpha / (alpha + beta_), kind="stable")
    mixture = TwoBetas(alpha[order], beta_[order], np.array([share, 1 - share]))
    posterior = mixture.upper_posterior(np.linspace(0, 1, 301))
    assert (np.diff(posterior) >= -1e-9).all()
