# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.utils._robust_scale import robust_scale, smallest_scale, weighted_median


@given(
    st.lists(
        st.tuples(st.integers(-50, 50), st.integers(1, 4)), min_size=1, max_size=30
    )
)
def test_whole_weights_equal_repeated_values(pairs):
    values, counts = np.array(pairs, dtype=float).T
    repeated = np.sort(np.repeat(values, counts.astype(int)))
    expected = repeated[(len(repeated) - 1) // 2]
    assert weighted_median(values, counts) == expected
    assert weighted_median(repeated) == expected


def test_the_last_axis_has_the_samples():
    values = np.array([[3.0, 1.0, 2.0], [7.0, 8.0, 9.0]])
    weight = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    np.testing.assert_array_equal(weighted_median(values, weight), [2, 9])


def test_the_scale_is_the_deviation_of_gaussian_errors():
    errors = np.random.default_rng(0).normal(scale=3.0, size=20_000)
    assert robust_scale(errors) == pytest.approx(3.0, rel=0.03)
    errors[:4000] += 1e6
    assert robust_scale(errors) < 4.5


def test_the_smallest_scale_is_positive_and_goes_with_the_targets():
    assert smallest_scale(np.zeros(3)) > 0
    assert smallest_scale(np.array([-1e9, 1.0])) == pytest.approx(2.2e-7, rel=0.01)
