# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.utils._shares import WeightedShares, agreement_weights

SEEDS = st.integers(0, 10**6)


def test_a_share_is_what_lies_below_and_half_of_the_ties():
    ranks = WeightedShares(np.array([5.0, 2.0, 5.0, 9.0]), np.array([1.0, 3, 2, 2]))
    np.testing.assert_allclose(ranks.shares, [4.5 / 8, 1.5 / 8, 4.5 / 8, 7 / 8])


def test_new_values_are_placed_between_the_known_ones():
    ranks = WeightedShares(np.array([0.0, 1.0, 3.0, 4.0]))
    np.testing.assert_allclose(ranks.of(np.array([3.0, 2.0])), [0.625, 0.5])
    np.testing.assert_array_equal(ranks.of(np.array([-9.0, 9.0])), [0.125, 0.875])


def test_equal_values_share_the_middle():
    ranks = WeightedShares(np.full(5, 3.0))
    np.testing.assert_array_equal(ranks.shares, np.full(5, 0.5))
    assert ranks.of(np.array([7.0])) == 0.5
    assert ranks.quantile(np.array([0.1])) == 3.0


@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_shares_keep_the_order_and_have_the_mean_of_a_half(values):
    values = np.array(values, dtype=float)
    ranks = WeightedShares(values)
    order = np.argsort(values, kind="stable")
    np.testing.assert_array_equal(
        np.sign(np.diff(ranks.shares[order])), np.sign(np.diff(values[order]))
    )
    np.testing.assert_allclose(ranks.shares.mean(), 0.5)


@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_known_values_are_found_again(values):
    ranks = WeightedShares(np.array(values, dtype=float))
    np.testing.assert_array_equal(ranks.of(np.array(values)), ranks.shares)
    np.testing.assert_allclose(ranks.quantile(ranks.shares), values)


@given(seed=SEEDS)
def test_a_weight_repeats_its_row_and_none_leaves_it_out(seed):
    rng = np.random.default_rng(seed)
    values, weight = rng.integers(0, 12, 20) / 4, rng.integers(0, 4, 20)
    weight[0] = 1
    new, shares = rng.uniform(-1, 4, 9), rng.random(9)
    weighted = WeightedShares(values, weight)
    repeated = WeightedShares(np.repeat(values, weight))
    np.testing.assert_allclose(np.repeat(weighted.shares, weight), repeated.shares)
    np.testing.assert_allclose(weighted.of(new), repeated.of(new))
    np.testing.assert_allclose(weighted.quantile(shares), repeated.quantile(shares))


def test_rows_without_weight_have_a_place():
    ranks = WeightedShares(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1, 0, 1]))
    np.testing.assert_array_equal(ranks.shares, [0.0, 0.25, 0.5, 0.75])


def noisy_views(seed, n_views, n_samples=60):
    """Rank the same values, each time with some noise."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n_samples)
    views = truth + 0.5 * rng.normal(size=(n_views, n_samples))
    return np.array([WeightedShares(view).shares for view in views]), rng


@given(seed=SEEDS, n_views=st.integers(1, 6))
def test_agreement_weights_sum_to_one(seed, n_views):
    weights = agreement_weights(noisy_views(seed, n_views)[0])
    assert weights.shape == (n_views,)
    assert (weights > 0).all()
    np.testing.assert_allclose(weights.sum(), 1)


@given(seed=SEEDS)
def test_of_two_rankings_neither_is_the_odd_one_out(seed):
    weights = agreement_weights(noisy_views(seed, 2)[0])
    np.testing.assert_array_equal(weights, [0.5, 0.5])


@given(seed=SEEDS, place=st.integers(0, 3))
def test_pure_noise_counts_least(seed, place):
    shares, rng = noisy_views(seed, 4)
    shares[place] = rng.permutation(shares[place])
    assert agreement_weights(shares).argmin() == place


@given(seed=SEEDS)
def test_weighted_agreement_is_that_of_repeated_rows(seed):
    shares, rng = noisy_views(seed, 4, 20)
    weight = rng.integers(1, 4, 20)
    np.testing.assert_allclose(
        agreement_weights(shares, weight),
        agreement_weights(np.repeat(shares, weight, axis=1)),
    )


def test_the_sharper_the_less_counts_what_agrees_less():
    shares, rng = noisy_views(0, 3)
    shares[1] = rng.permutation(shares[1])
    np.testing.assert_allclose(agreement_weights(shares, sharpness=0.0), 1 / 3)
    few, many = (agreement_weights(shares, sharpness=s)[1] for s in (1.0, 10.0))
    assert many < few < 1 / 3


@pytest.mark.parametrize("n_constant", [2, 3])
def test_rankings_of_ties_alone_agree_with_none(n_constant):
    shares = np.full((3, 50), 0.5)
    shares[n_constant:] = noisy_views(0, 1, 50)[0]
    np.testing.assert_allclose(agreement_weights(shares), 1 / 3)
