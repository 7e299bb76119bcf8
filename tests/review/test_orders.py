# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.review import hierarchy_distance
from sknoisy.review._orders import ORDERS, Prospect, check_hierarchy

CLASSES = np.array(["cat", "dog", "oak"])
TREE = {"animal": ["cat", "dog"], "plant": ["oak"]}


def prospect(**changes):
    pred_proba = np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.4, 0.35, 0.25]])
    values = {
        "codes": np.zeros(3, dtype=int),
        "classes": CLASSES,
        "error_proba": 1 - pred_proba[:, 0],
        "pred_proba": pred_proba,
        "gain_per_cost": np.ones(3),
        "distance": hierarchy_distance(TREE, CLASSES),
        "gamma": 1,
    }
    return Prospect(**values | changes)


@pytest.mark.parametrize(
    ("gamma", "expected"), [(1, [1.8, 3.6, 1.2]), (0, [0.9, 0.9, 0.6])]
)
def test_hierarchy_multiplies_doubt_by_distance(gamma, expected):
    value = ORDERS["hierarchy"](prospect(gamma=gamma))
    np.testing.assert_allclose(value, expected)


def test_near_classes_come_first_below_zero():
    near, far, _ = ORDERS["hierarchy"](prospect(gamma=-1))
    assert near == 2 * far


@pytest.mark.parametrize("order", ["expected_errors", "hierarchy"])
def test_weights_and_costs_count_where_errors_are_expected(order):
    gain = np.array([2.0, 1.0, 0.5])
    plain, weighed = (
        ORDERS[order](prospect()),
        ORDERS[order](prospect(gain_per_cost=gain)),
    )
    np.testing.assert_allclose(weighed, gain * plain)


def test_label_cleaning_prefers_noisy_to_ambiguous():
    first, second, ambiguous = ORDERS["active_label_cleaning"](prospect())
    assert first == pytest.approx(second) and ambiguous < first


def test_activelab_ranks_by_the_probability_of_the_label():
    own = np.array([0.2, 0.7, 0.4])
    pred_proba = np.column_stack([own, 1 - own, 0 * own])
    value = ORDERS["activelab"](prospect(pred_proba=pred_proba))
    assert np.argsort(-value).tolist() == [0, 2, 1]


def test_hierarchy_is_read_only_where_it_is_used():
    assert check_hierarchy("expected_errors", "no tree", CLASSES) is None
    np.testing.assert_array_equal(
        check_hierarchy("hierarchy", TREE, CLASSES), prospect().distance
    )
    with pytest.raises(ValueError, match="needs hierarchy"):
        check_hierarchy("hierarchy", None, CLASSES)
