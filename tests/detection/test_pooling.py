# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sknoisy.detection import ema_pool, softmin_pool

GOLDEN = [0.9, 0.2, 0.6, 0.95]
scores = arrays(float, array_shapes(min_dims=1, max_dims=3), elements=st.floats(0, 1))


def test_known_values():
    assert ema_pool(GOLDEN) == pytest.approx(0.2924, abs=1e-12)
    assert softmin_pool(GOLDEN) == pytest.approx(0.20821685, abs=1e-8)


def test_each_row_is_pooled_by_itself():
    rows = np.array([GOLDEN, GOLDEN[::-1], [1, 1, 1, 1]])
    np.testing.assert_allclose(ema_pool(rows), [0.2924, 0.2924, 1])
    np.testing.assert_allclose(softmin_pool(rows)[:2], 0.20821685)
    assert ema_pool(np.stack([rows, rows])).shape == (2, 3)


@given(scores)
def test_the_pool_lies_between_the_worst_and_the_best(scores):
    for pool in (ema_pool, softmin_pool):
        pooled = pool(scores)
        assert pooled.shape == scores.shape[:-1]
        assert (pooled >= scores.min(axis=-1) - 1e-12).all()
        assert (pooled <= scores.max(axis=-1) + 1e-12).all()


@given(scores)
def test_the_softmin_is_at_most_the_mean(scores):
    assert (softmin_pool(scores) <= scores.mean(axis=-1) + 1e-12).all()


@given(scores)
def test_extreme_parameters(scores):
    lowest, mean = scores.min(axis=-1), scores.mean(axis=-1)
    np.testing.assert_array_equal(ema_pool(scores, alpha=1), lowest)
    np.testing.assert_array_equal(ema_pool(scores, alpha=0), scores.max(axis=-1))
    np.testing.assert_allclose(softmin_pool(scores, temperature=1e6), mean, atol=1e-5)


def test_a_single_score_stays():
    assert ema_pool([0.3]) == softmin_pool([0.3]) == 0.3


def test_scores_near_zero_do_not_overflow():
    assert softmin_pool([0.0, 1.0], temperature=1e-6) == 0


@pytest.mark.parametrize("alpha", [-0.1, 1.1, np.nan])
def test_alpha_must_be_a_weight(alpha):
    with pytest.raises(ValueError, match=r"alpha=.* must lie in \[0, 1\]; write 1"):
        ema_pool(GOLDEN, alpha)


@pytest.mark.parametrize("temperature", [0, -1, np.nan])
def test_temperature_must_be_positive(temperature):
    with pytest.raises(ValueError, match="must be positive; for the minimum"):
        softmin_pool(GOLDEN, temperature)


@pytest.mark.parametrize("empty", [[], np.zeros((3, 0)), 0.5])
@pytest.mark.parametrize("pool", [ema_pool, softmin_pool])
def test_a_row_needs_a_score(pool, empty):
    with pytest.raises(ValueError, match="at least one score per row"):
        pool(empty)
