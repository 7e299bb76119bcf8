# SPDX-License-Identifier: BSD-3-Clause
"""Noise on numeric targets has the shape and the rate asked for."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.noise import (
    inject_additive_noise,
    inject_censoring,
    inject_group_shift,
    inject_jump_noise,
)

Y = np.random.default_rng(0).gamma(2.0, 3.0, size=2000)


def plant_all(y, seed=0):
    return [
        inject_jump_noise(y, 0.3, random_state=seed),
        inject_jump_noise(y, 0.3, source="others", random_state=seed),
        inject_additive_noise(y, 0.4, noise_rate=0.5, random_state=seed),
        inject_additive_noise(y, 0.4, distribution="student_t", random_state=seed),
        inject_censoring(y, low=2.0, noise_rate=0.5, random_state=seed),
        inject_group_shift(y, np.arange(len(y)) % 2, {1: -0.5}),
    ]


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=40),
    st.integers(0, 99),
)
def test_what_is_reported_is_what_was_done(values, seed):
    y = np.array(values)
    before = y.copy()
    for noisy in plant_all(y, seed):
        np.testing.assert_array_equal(y, before)
        np.testing.assert_array_equal(noisy.changed, noisy.y != y)
        np.testing.assert_array_equal(noisy.shift, noisy.y - y)
        assert noisy.noise_rate == noisy.changed.mean()
        assert np.isfinite(noisy.y).all()


@given(st.floats(0, 1), st.booleans(), st.integers(0, 99))
def test_share_of_wrong_targets(rate, exact, seed):
    for source in ("range", "others"):
        noisy = inject_jump_noise(
            Y, rate, source=source, exact=exact, random_state=seed
        )
        spread = 0.5 if exact else 5 * np.sqrt(rate * (1 - rate) * 2000)
        assert abs(noisy.changed.sum() - rate * 2000) <= spread + 1e-6


def test_jumps_ignore_the_row():
    uniform = inject_jump_noise(Y, 1.0, random_state=0).y
    assert Y.min() <= uniform.min() < uniform.max() <= Y.max()
    assert uniform.mean() == pytest.approx((Y.min() + Y.max()) / 2, rel=0.05)
    others = inject_jump_noise(Y, 1.0, source="others", random_state=0).y
    assert set(others) <= set(Y)
    assert np.all(others != Y)
    for noisy in (uniform, others):
        assert abs(np.corrcoef(noisy, Y)[0, 1]) < 0.08


def test_additive_errors():
    normal = inject_additive_noise(Y, 0.5, random_state=0).shift
    assert normal.std() == pytest.approx(0.5 * Y.std(), rel=0.05)
    assert abs(normal.mean()) < 0.05 * Y.std()
    heavy = inject_additive_noise(
        Y, 0.5, distribution="student_t", random_state=0
    ).shift
    assert np.abs(heavy).max() > 1.5 * np.abs(normal).max()
    assert np.median(np.abs(heavy)) < 1.5 * np.median(np.abs(normal))


def test_errors_grow_with_the_spread():
    spread = np.repeat([1.0, 3.0], 1000)
    shift = inject_additive_noise(Y, 0.5, spread=spread, random_state=0).shift
    assert shift[1000:].std() / shift[:1000].std() == pytest.approx(3, rel=0.1)
    assert (
        not inject_additive_noise(Y, 0.5, spread=spread - 1, random_state=0)
        .changed[:1000]
        .any()
    )


@given(st.floats(0, 20), st.floats(0.1, 20), st.integers(0, 99))
def test_censoring_touches_only_what_lies_beyond(low, width, seed):
    high = low + width
    whole = inject_censoring(Y, low=low, high=high)
    np.testing.assert_array_equal(whole.y, Y.clip(low, high))
    half = inject_censoring(
        Y, low=low, high=high, noise_rate=0.5, exact=True, random_state=seed
    )
    assert abs(half.changed.sum() - whole.changed.sum() / 2) <= 0.5
    assert not half.changed[~whole.changed].any()


def test_shifts_of_the_named_groups():
    groups = np.resize(["a", "b", "c"], 2000)
    noisy = inject_group_shift(Y, groups, {"a": 1.0, "c": -2.0})
    for group, bias in (("a", 1.0), ("b", 0.0), ("c", -2.0)):
        np.testing.assert_allclose(noisy.shift[groups == group], bias)


@pytest.mark.parametrize("seed", [0, 1])
def test_same_seed_same_noise(seed):
    for first, again in zip(plant_all(Y, seed), plant_all(Y, seed), strict=True):
        np.testing.assert_array_equal(first.y, again.y)
    assert np.any(
        inject_jump_noise(Y, 0.3, random_state=seed).y
        != inject_jump_noise(Y, 0.3, random_state=seed + 1).y
    )


def test_containers():
    whole = [3, 5, 8, 13]
    assert all(isinstance(v, float) for v in inject_additive_noise(whole, 0.5).y)
    series = pd.Series(whole, index=list("wxyz"), name="size")
    noisy = inject_additive_noise(series, 0.5, random_state=0)
    assert noisy.y.index.equals(series.index)
    assert (noisy.y.name, noisy.y.dtype) == ("size", np.float64)
    assert noisy.changed.all()
    frame_column = pl.Series("size", [3.0, 5.0, 8.0], dtype=pl.Float32)
    noisy = inject_additive_noise(frame_column, 0.5, random_state=0)
    assert (noisy.y.name, noisy.y.dtype) == ("size", pl.Float32)
    narrow = inject_additive_noise(np.array([1, 2], dtype=np.float32), 0.5)
    assert narrow.y.dtype == np.float32


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (lambda: inject_jump_noise(["a", "b"], 0.1), "one finite number per row"),
        (lambda: inject_jump_noise([1.0, np.nan], 0.1), "rows without a target"),
        (lambda: inject_jump_noise([[1.0], [2.0]], 0.1), r"shape \(2, 1\)"),
        (lambda: inject_jump_noise(Y, 20), "write 0.2 for 20 %"),
        (lambda: inject_jump_noise(Y, 0.1, source="rows"), "must be one of"),
        (lambda: inject_additive_noise(Y, -1), "scale must not be negative"),
        (lambda: inject_additive_noise(Y, 1, df=0), "df must be positive"),
        (lambda: inject_additive_noise(Y, 1, spread=[1.0]), "each of the 2000 rows"),
        (lambda: inject_additive_noise(Y, 1, distribution="t"), "must be one of"),
        (lambda: inject_censoring(Y), "give low, high or both"),
        (lambda: inject_censoring(Y, low=2, high=1), "low being the smaller"),
        (lambda: inject_group_shift(Y, ["a"], {"a": 1}), "has 1 entries but y has"),
        (lambda: inject_group_shift(Y, Y > 1, {"x": 1}), "a group without rows"),
    ],
)
def test_bad_input_is_refused_with_the_fix(plant, message):
    with pytest.raises(ValueError, match=message):
        plant()
