# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.review import hierarchy_distance

CLASSES = ["cat", "dog", "oak", "rock"]
EXPECTED = [[0, 2, 5, 4], [2, 0, 5, 4], [5, 5, 0, 5], [4, 4, 5, 0]]
NESTED = {
    "animal": {"cat": None, "dog": {}},
    "plant": {"tree": ["oak"]},
    "thing": {"rock"},
}
PARENTS = {
    "cat": "animal",
    "dog": "animal",
    "oak": "tree",
    "tree": "plant",
    "rock": "thing",
}


@pytest.mark.parametrize("tree", [NESTED, PARENTS, {"root": NESTED}, EXPECTED])
def test_steps_between_classes(tree):
    np.testing.assert_array_equal(hierarchy_distance(tree, CLASSES), EXPECTED)


def test_a_class_may_stand_above_another():
    distance = hierarchy_distance({"b": "a", "c": "b", "a": None}, ["a", "c"])
    np.testing.assert_array_equal(distance, [[0, 2], [2, 0]])


def test_numbers_are_classes_too():
    distance = hierarchy_distance({"low": [0, 1], "high": [7]}, np.array([0, 1, 7]))
    np.testing.assert_array_equal(distance, [[0, 2, 4], [2, 0, 4], [4, 4, 0]])


def test_flat_classes_are_two_steps_apart():
    flat = hierarchy_distance(dict.fromkeys("abc"), list("abc"))
    np.testing.assert_array_equal(flat, 2 - 2 * np.eye(3))


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"animal": ["cat"]}, r"lacks the classes \['dog'\]"),
        ({"animal": ["cat", "dog"], "pet": ["cat"]}, "'cat' in two places"),
        ({"cat": "dog", "dog": "cat"}, "above itself"),
        ({"animal": {"cat": 3, "dog": None}, "plant": ["oak"]}, "3 below 'cat'"),
        ([[0, 1, 1]] * 3, r"shape \(3, 3\), but there are 2"),
        ([[0, 0], [1, 0]], "above 0 elsewhere"),
        ([[1, 1], [1, 0]], "0 on the diagonal"),
        ([[0, np.inf], [1, 0]], "finite"),
    ],
)
def test_errors_name_the_fix(tree, message):
    with pytest.raises(ValueError, match=message):
        hierarchy_distance(tree, ["cat", "dog"])
