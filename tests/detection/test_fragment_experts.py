# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.detection._fragment_experts import Fragments, agreement


@pytest.mark.parametrize(
    ("count", "pairs"),
    [(4, [(0, 2), (1, 3)]), (6, [(0, 3), (1, 4), (2, 5)])],
)
def test_pairs_are_as_far_apart_as_can_be(count, pairs):
    assert Fragments(0.0, 1 / count, count).pairs() == pairs


def test_levels_outside_of_the_window_are_in_the_nearest_part():
    fragments = Fragments(0.05, 0.225, 4)
    levels = np.array([0.0, 0.05, 0.3, 0.94, 1.0])
    assert fragments.place(levels).tolist() == [0, 0, 1, 3, 3]
    assert fragments.holds(levels).tolist() == [False, True, True, True, False]


def test_memberships_are_sharp_in_the_middle_and_even_on_a_border():
    weights = Fragments(0.0, 0.25, 4).memberships(np.array([0.125, 0.25, 0.9]))
    assert weights[0, 0] > 0.999
    np.testing.assert_allclose(weights[1, :2], 0.5, atol=1e-2)
    assert weights[2].argmax() == 3


@given(st.floats(0, 1))
def test_memberships_sum_to_one(level):
    weights = Fragments(0.02, 0.24, 4).memberships(np.array([level]))
    assert weights.sum() == pytest.approx(1)


def test_a_part_counts_only_next_to_another():
    memberships = np.array([[0.0, 1.0, 0.0, 0.0]] * 4)
    shares = np.array(
        [
            [0.0, 1.0, 0.0, 0.0],
            [1.0, 1.0, 0.0, 0.0],
            [0.0, 1.0, 1.0, 0.0],
            [1.0, 0.0, 1.0, 0.0],
        ]
    )
    assert agreement(memberships, shares).tolist() == [0, 1, 1, 0]
