# SPDX-License-Identifier: BSD-3-Clause
import warnings

import numpy as np
import pytest

from sknoisy.exceptions import NoiseModelWarning, RareClassWarning
from sknoisy.noise._identifiability import warn_unless_identifiable

CLASSES = np.array(["a", "b", "c"])


def test_a_sound_matrix_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_unless_identifiable(np.eye(3) * 0.7 + 0.1, CLASSES, np.full(3, 10.0))


def test_a_class_that_is_mostly_given_another_label():
    matrix = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.0, 0.0, 1.0]])
    with pytest.warns(NoiseModelWarning, match=r"class 'b' .* 'a' \(0.6\)"):
        warn_unless_identifiable(matrix, CLASSES)


@pytest.mark.parametrize("gap", [0.0, 1e-4])
def test_classes_with_the_same_labels(gap):
    matrix = np.array([[0.5, 0.5 - gap, gap], [0.5 - gap, 0.5, gap], [0, 0, 1]])
    with pytest.warns(NoiseModelWarning) as caught:
        warn_unless_identifiable(matrix, CLASSES)
    assert any("Do not invert it" in str(one.message) for one in caught)


def test_too_few_rows():
    with pytest.warns(RareClassWarning, match=r"\['c'\]"):
        warn_unless_identifiable(np.eye(3), CLASSES, np.array([10.0, 12.0, 9.0]))
