# SPDX-License-Identifier: BSD-3-Clause
"""Draws follow their rows wherever these stand."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import kstest

from sknoisy.utils._row_draws import RowDraws

X = np.random.default_rng(0).normal(size=(3000, 3))
CODES = np.arange(3000) % 3


@pytest.mark.parametrize("seed", [0, 1, 2**31])
def test_numbers_are_uniform_and_seeds_unrelated(seed):
    draws = RowDraws(X, CODES)
    numbers, others = draws.uniform(seed), draws.uniform(seed + 1)
    assert kstest(numbers, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(numbers, others)[0, 1]) < 0.07
    np.testing.assert_array_equal(numbers, draws.uniform(seed))


def test_numbers_follow_the_rows():
    order = np.random.default_rng(1).permutation(3000)
    np.testing.assert_array_equal(
        RowDraws(X, CODES).uniform(4)[order],
        RowDraws(X[order], CODES[order]).uniform(4),
    )


def test_copies_share_a_number_if_they_share_the_label():
    twice = np.repeat(X[:500], 2, axis=0)
    numbers = RowDraws(twice, np.repeat(CODES[:500], 2)).uniform(0)
    np.testing.assert_array_equal(numbers[::2], numbers[1::2])
    numbers = RowDraws(twice, np.tile([0, 1], 500)).uniform(0)
    assert np.all(numbers[::2] != numbers[1::2])


def test_rows_of_few_categories_draw_for_themselves():
    numbers = RowDraws(np.ones((1000, 1)), np.zeros(1000, dtype=int)).uniform(0)
    assert kstest(numbers, "uniform").pvalue > 1e-3


def test_rows_of_zeros_draw_anew_for_each_seed():
    draws = RowDraws(sparse.csr_matrix((2, 3)), np.array([0, 1]))
    assert len({draws.uniform(seed)[0] for seed in range(50)}) == 50


@pytest.mark.parametrize(
    "container", [sparse.csr_matrix, pd.DataFrame, np.ndarray.tolist]
)
def test_containers_of_one_content_draw_alike(container):
    np.testing.assert_array_equal(
        RowDraws(container(X), CODES).uniform(0), RowDraws(X, CODES).uniform(0)
    )


def test_rows_that_cannot_be_read_draw_by_place():
    hidden = np.array([1j, 2j, 3j])[:, None]
    numbers = RowDraws(hidden, np.zeros(3, dtype=int)).uniform(0)
    assert len(set(numbers)) == 3
