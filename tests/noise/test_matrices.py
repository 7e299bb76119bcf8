# SPDX-License-Identifier: BSD-3-Clause
"""Transition matrices say what their names say, and refuse what makes no sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise import asymmetric_matrix, pair_matrix, symmetric_matrix
from sknoisy.noise._matrices import check_transition_matrix


@given(st.integers(2, 30), st.floats(0, 0.49))
def test_rows_are_distributions_with_the_rate_off_the_diagonal(n_classes, rate):
    for make in (symmetric_matrix, pair_matrix):
        matrix = make(n_classes, rate)
        assert matrix.min() >= 0
        np.testing.assert_allclose(matrix.sum(axis=1), 1)
        np.testing.assert_allclose(np.diag(matrix), 1 - rate)


@given(st.integers(2, 30), st.floats(0, 0.9))
def test_inclusive_rate_is_the_share_drawn_anew(n_classes, rate):
    matrix = symmetric_matrix(n_classes, rate, inclusive=True)
    expected = (1 - rate) * np.eye(n_classes) + rate / n_classes
    np.testing.assert_allclose(matrix, expected, atol=1e-12)


def test_pair_follows_the_permutation():
    matrix = pair_matrix(3, 0.2, permutation=[2, 0, 1])
    np.testing.assert_allclose(
        matrix, [[0.8, 0, 0.2], [0.2, 0.8, 0], [0, 0.2, 0.8]], atol=1e-12
    )


@pytest.mark.parametrize("permutation", [[0, 2, 1], [1, 1, 0], [1, 0], [[1, 2, 0]]])
def test_pair_refuses_what_does_not_move_every_class(permutation):
    with pytest.raises(ValueError, match="permutation must hold each of 0..2 once"):
        pair_matrix(3, 0.2, permutation=permutation)


def test_asymmetric_leaves_unnamed_classes_alone():
    matrix = asymmetric_matrix([3, 5, 9], {5: 3, 9: 3}, 0.25)
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0.25, 0.75, 0], [0.25, 0, 0.75]])


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({}, "at least one entry"),
        ([("a", "b")], "must be a dict"),
        ({"a": "z"}, "'z', which is not a class"),
        ({"a": "a"}, "leave it out"),
    ],
)
def test_asymmetric_refuses_bad_mappings(mapping, message):
    with pytest.raises(ValueError, match=message):
        asymmetric_matrix(["a", "b"], mapping, 0.25)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 20, np.nan])
def test_rate_must_be_a_share(rate):
    with pytest.raises(ValueError, match=r"write 0.2 for 20 %"):
        symmetric_matrix(3, rate)


@pytest.mark.parametrize("rate", ["0.2", None, True, [0.1, 0.2]])
def test_rate_must_be_a_number(rate):
    with pytest.raises(TypeError, match="noise_rate must be a number"):
        pair_matrix(3, rate)


def test_one_class_has_no_noise():
    with pytest.raises(ValueError, match="name all of them in classes"):
        symmetric_matrix(1, 0.2)
    with pytest.raises(TypeError, match="n_classes must be an int"):
        symmetric_matrix(2.0, 0.2)


@pytest.mark.parametrize(
    ("make", "rate"), [(symmetric_matrix, 2 / 3), (pair_matrix, 0.5)]
)
def test_warns_from_the_rate_at_which_classes_are_lost(make, rate):
    make(3, rate - 0.01)
    with pytest.warns(NoiseModelWarning, match="lower the noise rate"):
        make(3, rate)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 0]], "must be square"),
        ([[1.1, -0.1], [0, 1]], "negative"),
        ([[np.nan, 1], [0, 1]], "NaN"),
        ([[0.9, 0.3], [0.1, 0.7]], "pass its transpose"),
        ([[8, 2], [1, 9]], "row 0 sums to 10; divide each row"),
        (np.eye(3), "for 3 classes but there are 2"),
    ],
)
def test_bad_matrices_are_refused_with_the_fix(matrix, message):
    with pytest.raises(ValueError, match=message):
        check_transition_matrix(matrix, n_classes=2)


def test_checking_copies_and_mends_rounding():
    matrix = np.array([[0.3333333, 0.6666666], [0.0, 1.0]])
    checked = check_transition_matrix(matrix)
    np.testing.assert_allclose(checked.sum(axis=1), 1, rtol=1e-15)
    assert not np.shares_memory(checked, matrix)
