# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.utils._ranking import flag_lowest, lowest_cutoff


@given(
    scores=st.lists(st.integers(0, 9), min_size=1, max_size=30),
    amount=st.integers(0, 40),
)
def test_weight_one_is_no_weight(scores, amount):
    scores = np.array(scores, dtype=float)
    mask = flag_lowest(scores, amount)
    np.testing.assert_array_equal(
        flag_lowest(scores, amount, np.ones(len(scores))), mask
    )


@given(seed=st.integers(0, 10**6), amount=st.integers(0, 60))
def test_a_weight_repeats_its_row(seed, amount):
    rng = np.random.default_rng(seed)
    scores, weight = rng.integers(0, 12, 20) / 4, rng.integers(0, 4, 20)
    repeated = np.repeat(scores, weight)
    assert lowest_cutoff(scores, amount, weight) == lowest_cutoff(repeated, amount)


@pytest.mark.parametrize(
    ("amount", "flagged"), [(0, 0), (1, 1), (2, 1), (3, 5), (5, 5), (99, 6)]
)
def test_a_block_of_ties_is_taken_if_half_of_it_fits(amount, flagged):
    assert flag_lowest(np.array([2.0, 1, 2, 3, 2, 2]), amount).sum() == flagged


def test_rows_without_weight_do_not_move_the_cutoff():
    scores, weight = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 5.0])
    assert lowest_cutoff(scores, 1, weight) == 1
    assert lowest_cutoff(scores, 1, np.zeros(3)) == -np.inf
