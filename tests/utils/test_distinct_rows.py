# SPDX-License-Identifier: BSD-3-Clause
"""Copies share a number, and the order of the rows sets none."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.utils._distinct_rows import combine_numbers, is_coarse, number_contents

NUMBERS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    min_size=1,
    max_size=20,
)


@given(NUMBERS, st.randoms(use_true_random=False))
def test_equal_rows_share_a_number_wherever_they_stand(rows, random):
    X = np.array(rows)
    order = list(range(len(X)))
    random.shuffle(order)
    numbers = number_contents(X)
    np.testing.assert_array_equal(number_contents(X[order]), numbers[order])
    assert set(numbers) == set(range(len(set(rows))))
    assert len({(row, number) for row, number in zip(rows, numbers, strict=True)}) == (
        len(set(rows))
    )


def test_texts_are_numbered_too():
    numbers = number_contents(["a b", "c", "a b"])
    assert numbers[0] == numbers[2] != numbers[1]


def test_what_cannot_be_read_is_numbered_by_position():
    X = np.array([1j, 1j, 2j])
    np.testing.assert_array_equal(number_contents(X), [0, 1, 2])


@given(NUMBERS)
def test_combinations_are_numbered_in_their_order(rows):
    columns = np.array(rows).T
    _, expected = np.unique(np.array(rows), axis=0, return_inverse=True)
    np.testing.assert_array_equal(combine_numbers(*columns), expected.ravel())


def test_coarse_means_more_than_five_rows_of_each_content():
    assert not is_coarse(np.repeat([0, 1], 5))
    assert is_coarse(np.repeat([0, 1], [5, 6]))
