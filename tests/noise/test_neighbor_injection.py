# SPDX-License-Identifier: BSD-3-Clause
"""Neighbour noise falls where classes mix, and takes its labels from there."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sknoisy.noise import inject_neighbor_noise

RNG = np.random.default_rng(0)
# Classes 0 and 1 overlap, as do 2 and 3; the pairs are far apart.
CENTERS = np.array([[0.0, 0.0], [2.0, 0.0], [50.0, 0.0], [52.0, 0.0]])
Y = np.repeat(np.arange(4), 200)
X = CENTERS[Y] + RNG.normal(size=(800, 2))


@given(st.floats(0, 0.15), st.integers(0, 99))
def test_labels_come_from_near_rows(rate, seed):
    noisy = inject_neighbor_noise(X, Y, rate, random_state=seed)
    assert abs(noisy.noise_rate - rate) < 5 * np.sqrt(rate * (1 - rate) / 800) + 1e-9
    np.testing.assert_array_equal(noisy.flipped, noisy.y != Y)
    np.testing.assert_array_equal(noisy.y // 2, Y // 2)
    assert 1 - np.diag(noisy.transition_matrix).mean() == pytest.approx(rate)
    np.testing.assert_allclose(noisy.transition_matrix.sum(axis=1), 1)


def test_noise_lies_between_the_classes():
    noisy = inject_neighbor_noise(X, Y, 0.1, random_state=0)
    middle = np.abs(X[:, 0] % 50 - 1)
    assert middle[noisy.flipped].mean() < middle[~noisy.flipped].mean() - 0.3


def test_rows_among_their_own_keep_their_labels():
    far = np.array([[0.0, 0.0], [100.0, 0.0]])[Y % 2] + X * 1e-3
    with pytest.raises(ValueError, match="only 0 of the rows"):
        inject_neighbor_noise(far, Y % 2, 0.01)
    unchanged = inject_neighbor_noise(far, Y % 2, 0.0)
    assert not unchanged.flipped.any()


def test_duplicates_are_neighbours_of_each_other():
    # A row is left out of its own neighbours, its duplicate is not.
    twins = np.repeat(np.arange(20.0)[:, None] * 10, 2, axis=0)
    y = np.tile(["a", "b"], 20)
    noisy = inject_neighbor_noise(
        twins, y, 0.9, n_neighbors=1, max_flip_proba=0.9, random_state=0
    )
    assert noisy.noise_rate > 0.6


@pytest.mark.parametrize("container", [sparse.csr_matrix, pd.DataFrame, np.array])
def test_containers(container):
    noisy = inject_neighbor_noise(container(X), Y, 0.1, random_state=0)
    assert 0.05 < noisy.noise_rate < 0.15


def test_texts_and_string_labels():
    texts = ["good film", "fine film", "poor film", "bad plot", "poor plot"] * 8
    y = pd.Series(["pos", "pos", "neg", "neg", "neg"] * 8, index=range(40, 80))
    noisy = inject_neighbor_noise(texts, y, 0.1, random_state=1)
    assert noisy.y.index.equals(y.index)
    assert noisy.flipped.any()


def test_same_seed_same_noise():
    first, again, other = (
        inject_neighbor_noise(X, Y, 0.1, random_state=seed).y for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_neighbors": 800}, "from 1 to 799"),
        ({"noise_rate": 0.95}, "raise it or lower the rate"),
        ({"y": [0, 1]}, "X has 800 rows but y has 2"),
        ({"y": [0] * 800}, "at least 2 classes"),
    ],
)
def test_bad_input_is_refused_with_the_fix(change, message):
    arguments = {"X": X, "y": Y, "noise_rate": 0.1} | change
    with pytest.raises(ValueError, match=message):
        inject_neighbor_noise(**arguments)
