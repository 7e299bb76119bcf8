# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sknoisy.detection import instance_hardness
from sknoisy.detection._hardness_overlap import FeatureOverlap, _overlap
from sknoisy.detection._hardness_queries import new_queries

F = FeatureOverlap.names


def measure(X, y, container=np.asarray):
    queries = new_queries(container(np.asarray(X, dtype=float)), np.asarray(y), 1)
    family = FeatureOverlap().fit(queries, int(np.max(y)) + 1)
    return family.measure(queries)


def test_positions_run_from_the_own_side_to_the_other():
    # Class 0 is at 0..4, class 1 at 2..6: the overlap is [2, 4].
    X = np.array([0, 2, 3, 4, 2, 3, 5, 6.0])[:, None]
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    measured = measure(X, y)
    np.testing.assert_array_equal(measured["f1"], [0, 1, 1, 1, 1, 1, 0, 0])
    for name in ("f2", "f3", "f4"):
        np.testing.assert_array_equal(
            measured[name], [0, 0, 0.5, 1, 1, 0.5, 0, 0], err_msg=name
        )


def test_least_mean_and_greatest_over_the_features():
    X = np.array([[0, 0], [4, 1], [3, 2], [6, 3.0]])
    measured = measure(X, [0, 0, 1, 1])
    np.testing.assert_allclose(measured["f1"], [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(measured["f2"], [0, 0, 0, 0])
    np.testing.assert_allclose(measured["f3"], [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(measured["f4"], [0, 1, 1, 0])


def test_classes_that_do_not_overlap_leave_no_row_on_the_wrong_side():
    measured = measure(np.arange(6.0)[:, None], [0, 0, 0, 1, 1, 1])
    for name in F:
        np.testing.assert_array_equal(measured[name], 0)


def test_new_rows_beyond_the_gap_are_on_the_wrong_side():
    family = FeatureOverlap()
    family.fit(new_queries(np.arange(6.0)[:, None], np.arange(6) // 3, 1), 2)
    far = new_queries(np.array([[9.0], [9.0]]), np.array([0, 1]), 1)
    np.testing.assert_array_equal(family.measure(far)["f3"], [1, 0])


def test_constant_features_say_nothing():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), np.arange(30) % 3
    with_constant = np.column_stack([X, np.full(30, 7.0)])
    for name, values in measure(X, y).items():
        np.testing.assert_array_equal(measure(with_constant, y)[name], values)
    for values in measure(np.ones((6, 2)), np.arange(6) % 2).values():
        np.testing.assert_array_equal(values, 0)


def test_a_single_shared_value_is_half_way():
    measured = measure(np.array([0, 1, 1, 2.0])[:, None], [0, 0, 1, 1])
    np.testing.assert_array_equal(measured["f2"], [0, 0.5, 0.5, 0])


def test_several_classes_are_set_against_the_rest():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.arange(40) % 4
    expected = np.zeros(40)
    for k in range(4):
        overlap = _overlap(X, y == k, np.ones(40))
        expected += overlap.position(X, y == k).mean(axis=1) / 4
    np.testing.assert_allclose(measure(X, y)["f3"], expected)


def test_sparse_features_give_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    X = np.where(rng.random((30, 5)) < 0.5, rng.normal(size=(30, 5)), 0.0)
    y = np.arange(30) % 3
    dense = measure(X, y)
    monkeypatch.setattr("sknoisy.detection._hardness_overlap._BLOCK_CELLS", 20)
    for name, values in measure(X, y, sparse.csr_matrix).items():
        np.testing.assert_allclose(values, dense[name])


@pytest.mark.parametrize("name", F)
def test_measures_are_shares(name):
    rng = np.random.default_rng(0)
    values = instance_hardness(rng.normal(size=(60, 4)), np.arange(60) % 3)[name]
    assert ((values >= 0) & (values <= 1)).all()
