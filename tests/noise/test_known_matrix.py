# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.noise import KnownMatrix, symmetric_matrix


def test_what_is_known_is_used():
    T = np.array([[0.8, 0.2], [0.1, 0.9]])
    y = np.repeat(["no", "yes"], [38, 62])
    model = KnownMatrix(T).fit(y)
    np.testing.assert_allclose(model.transition_matrix_, T)
    np.testing.assert_allclose(model.class_prior_, [0.4, 0.6])
    assert model.noise_rate_ == pytest.approx(0.4 * 0.2 + 0.6 * 0.1)


def test_a_few_rows_are_enough():
    model = KnownMatrix(symmetric_matrix(3, 0.3), classes=[1, 2, 3]).fit([2, 2, 1])
    np.testing.assert_array_equal(model.classes_, [1, 2, 3])


def test_a_matrix_is_asked_for():
    with pytest.raises(ValueError, match="estimate one with ConfidentJoint"):
        KnownMatrix().fit([0, 1])
    with pytest.raises(ValueError, match="is for 2 classes but there are 3"):
        KnownMatrix(np.eye(2)).fit([0, 1, 2])
