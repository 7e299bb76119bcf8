# SPDX-License-Identifier: BSD-3-Clause
"""Structured transition matrices have the structure and the rate asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise import (
    block_matrix,
    frequency_matrix,
    inject_noise_from_matrix,
    random_flip_matrix,
    random_matrix,
)


@given(
    st.lists(st.sampled_from("abc"), min_size=4, max_size=20),
    st.floats(0, 0.49),
    st.sampled_from(["pair", "symmetric"]),
)
def test_blocks_never_leave_their_superclass(superclasses, rate, within):
    groups = np.array(superclasses)
    matrix = block_matrix(superclasses, rate, within=within)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert not matrix[groups[:, None] != groups].any()
    alone = (groups[:, None] == groups).sum(axis=1) == 1
    np.testing.assert_allclose(np.diag(matrix), np.where(alone, 1, 1 - rate))
    np.testing.assert_allclose(matrix.sum(axis=0), 1)


def test_pairs_inside_a_superclass_run_in_a_circle():
    matrix = block_matrix([7, 3, 7, 3, 7], 0.3)
    moves = {(i, j) for i, j in np.argwhere(np.isclose(matrix, 0.3)).tolist()}
    assert moves == {(0, 2), (2, 4), (4, 0), (1, 3), (3, 1)}


@given(st.integers(3, 20), st.floats(0.01, 0.45), st.integers(1, 2), st.integers(0, 99))
def test_random_flips_go_to_so_many_other_classes(n_classes, rate, n_targets, seed):
    matrix = random_flip_matrix(n_classes, rate, n_targets=n_targets, random_state=seed)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    np.testing.assert_allclose(np.diag(matrix), 1 - rate)
    assert np.all((matrix > 0).sum(axis=1) == n_targets + 1)
    again = random_flip_matrix(n_classes, rate, n_targets=n_targets, random_state=seed)
    np.testing.assert_array_equal(matrix, again)


@given(st.integers(2, 20), st.floats(0, 0.45), st.integers(0, 99))
def test_random_matrix_keeps_the_rest_on_the_diagonal(n_classes, rate, seed):
    matrix = random_matrix(n_classes, rate, random_state=seed)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert matrix.min() >= 0
    assert np.all(np.diag(matrix) >= 1 - rate - 1e-12)


@given(st.lists(st.integers(10, 15), min_size=3, max_size=12), st.floats(0, 0.3))
def test_frequent_classes_get_the_noise_and_stay_as_frequent(counts, rate):
    matrix = frequency_matrix(counts, rate)
    prior = np.array(counts) / np.sum(counts)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    np.testing.assert_allclose(prior @ matrix, prior)
    assert prior @ np.diag(matrix) == pytest.approx(1 - rate)


def test_a_family_is_planted_through_its_matrix():
    y = np.array(["cat", "dog", "car", "van"] * 50)
    matrix = block_matrix(["road", "pet", "pet", "road"], 0.2)
    noisy = inject_noise_from_matrix(
        y, matrix, classes=["car", "cat", "dog", "van"], exact=True, random_state=0
    )
    moves = {(y[i], noisy.y[i]) for i in np.flatnonzero(noisy.flipped)}
    assert moves == {("cat", "dog"), ("dog", "cat"), ("car", "van"), ("van", "car")}
    assert noisy.noise_rate == 0.2


def test_warns_where_the_true_class_does_not_lead():
    with pytest.warns(NoiseModelWarning) as caught:
        block_matrix(list("aabb"), 0.6)
    assert len(caught) == 1
    with pytest.warns(NoiseModelWarning):
        frequency_matrix([90, 10], 0.17)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: block_matrix(["a", "b", "c"], 0.2), "each of the 3 classes alone"),
        (lambda: block_matrix(["a"], 0.2), "at least 2 classes"),
        (lambda: block_matrix(list("aabb"), 0.2, within="circle"), "must be one of"),
        (lambda: random_flip_matrix(3, 0.2, n_targets=3), "from 1 to 2"),
        (lambda: random_matrix(3, 1.0), r"noise_rate must be in \[0, 1\)"),
        (lambda: frequency_matrix([1.0, 0.0], 0.1), "at least two positive"),
        (lambda: frequency_matrix([2, -1, 4], 0.1), "none negative"),
        (lambda: frequency_matrix([90, 10], 0.2), "at most 0.18"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_fix(make, message):
    with pytest.raises(ValueError, match=message):
        make()
