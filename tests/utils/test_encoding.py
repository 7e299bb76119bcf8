# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.utils._encoding import encode, encode_labels


@pytest.mark.parametrize(
    ("y", "classes", "codes"),
    [
        (["b", "a"], ["a", "b"], [1, 0]),
        (["b", "a"], ["c", "b", "a"], [1, 2]),
        ([7, 0, 2], [0, 2, 7], [2, 0, 1]),
        ([True, False], [False, True], [1, 0]),
        ([1.0, 2.0], [2, 1], [1, 0]),
        ([], [1, 2], []),
    ],
)
def test_numbers_labels_by_their_place(y, classes, codes):
    np.testing.assert_array_equal(encode(np.array(y), np.array(classes)), codes)


@given(st.lists(st.integers(-5, 5), min_size=1), st.permutations(range(-5, 6)))
def test_classes_in_any_order_give_the_labels_back(y, classes):
    classes = np.array(classes)
    np.testing.assert_array_equal(classes[encode(np.array(y), classes)], y)


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["a", "zebra"], ["a", "b"]),
        ([1, 9], [1, 2]),
        (["1"], [1, 2]),
        ([1], ["1", "2"]),
    ],
)
def test_a_label_that_classes_lacks_is_named(y, classes):
    with pytest.raises(ValueError, match=f"classes lacks: .*{y[-1]}.*List every label"):
        encode(np.array(y), np.array(classes))


def test_labels_that_cannot_be_ordered_are_refused():
    mixed = np.array(["a", 1], dtype=object)
    with pytest.raises(ValueError, match="cannot be ordered.*one type"):
        encode(mixed, np.array(["a", "b"], dtype=object))
    with pytest.raises(ValueError, match="cannot be ordered.*one type"):
        encode_labels(mixed)


def test_without_classes_they_are_the_sorted_labels():
    codes, classes = encode_labels(["b", "a", "b"])
    np.testing.assert_array_equal(codes, [1, 0, 1])
    np.testing.assert_array_equal(classes, ["a", "b"])


def test_with_classes_their_order_stays():
    codes, classes = encode_labels(["b", "a", "b"], ["c", "b", "a"])
    np.testing.assert_array_equal(codes, [1, 2, 1])
    np.testing.assert_array_equal(classes, ["c", "b", "a"])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([], "y is empty"),
        ([[0], [1]], "one label per row"),
        (["a", 1], "mixes strings and other types"),
        ([0.0, np.nan], "missing labels"),
        (pd.Series(["a", None]), "missing labels"),
        (np.array(["a", None], dtype=object), "missing labels"),
        ([0.5, 1.0], "continuous"),
    ],
)
def test_unusable_labels_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        encode_labels(y)


def test_classes_are_checked_too():
    with pytest.raises(ValueError, match="names a label twice"):
        encode_labels([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="classes is empty"):
        encode_labels([0, 1], [])
