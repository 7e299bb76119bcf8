# SPDX-License-Identifier: BSD-3-Clause
"""The measures by distances, against what they are in words, the slow way."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.metrics import pairwise_distances

from sknoisy.detection import KDisagreeingNeighbors, instance_hardness
from sknoisy.detection._hardness_distances import Surroundings, spanning_edges
from tests._data import blobs

NAMES = ("kdn", *Surroundings.names, "n1")


@pytest.fixture(scope="module")
def data():
    X, y, _ = blobs(50, 3, noise=0.2, spread=3.0)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def local_set(distances, y, i):
    enemies = np.flatnonzero(y != y[i])
    near = distances[i] < distances[i, enemies].min()
    return np.flatnonzero(near & (y == y[i]))


def slow_measures(X, y, i):
    distances = pairwise_distances(X)
    friends = np.flatnonzero((y == y[i]) & (np.arange(len(y)) != i))
    enemies = np.flatnonzero(y != y[i])
    neighbors = np.argsort(distances[i])[1:6]
    friend, enemy = distances[i, friends].min(), distances[i, enemies].min()
    n_useful = sum(i in local_set(distances, y, j) for j in friends)
    nearest_enemies = [
        np.where(y != y[j], distances[j], np.inf).argmin() for j in enemies
    ]
    return {
        "kdn": np.mean(y[neighbors] != y[i]),
        "n2": 1 - 1 / (1 + friend / enemy),
        "lsc": 1 - len(local_set(distances, y, i)) / np.sum(y == y[i]),
        "lsr": 1 - min(1, enemy / distances[i, friends].max()),
        "u": 1 - n_useful / (np.sum(y == y[i]) - 1),
        "h": np.mean(np.array(nearest_enemies) == i),
    }


def test_measures_are_what_they_are_in_words(data):
    X, y = data
    fast = instance_hardness(X, y, measures=NAMES)
    for i in range(len(y)):
        slow = slow_measures(X, y, i)
        assert {name: fast[name][i] for name in slow} == pytest.approx(slow)


def test_kdn_is_that_of_the_detector(data):
    X, y = data
    kdn = instance_hardness(X, y, measures="kdn", n_neighbors=7)["kdn"]
    detector = KDisagreeingNeighbors(n_neighbors=7).fit(X, y)
    np.testing.assert_allclose(kdn, 1 - detector.label_quality_)


def test_n1_counts_the_edges_of_the_minimum_spanning_tree(data):
    X, y = data
    tree = minimum_spanning_tree(pairwise_distances(X)).toarray() > 0
    edges = tree | tree.T
    expected = [np.mean(y[edges[i]] != y[i]) for i in range(len(y))]
    np.testing.assert_allclose(instance_hardness(X, y, measures="n1")["n1"], expected)


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan"])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_the_spanning_tree_has_the_least_weight(metric, container):
    X = np.random.default_rng(0).random((40, 3)) + 0.1
    distances = pairwise_distances(X, metric=metric)
    one, other = spanning_edges(container(X), metric)
    expected = minimum_spanning_tree(distances).sum()
    assert distances[one, other].sum() == pytest.approx(expected)


def test_copies_do_not_judge_each_other(data):
    X, y = data
    rows = np.r_[np.arange(50), 3, 3]
    labels = np.r_[y, y[3], (y[3] + 1) % 3]
    alone = instance_hardness(X, y, measures="kdn")["kdn"]
    copied = instance_hardness(X[rows], labels, measures=NAMES)
    assert copied["kdn"][3] == copied["kdn"][50] == alone[3]
    assert all(np.isfinite(values).all() for values in copied.values())


def test_rows_of_a_group_do_not_judge_each_other():
    X = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 5.2])[:, None]
    y = np.array([0, 1, 0, 1, 1, 1])
    groups = np.array([0, 0, 1, 2, 3, 4])
    apart = instance_hardness(X, y, measures="kdn", n_neighbors=1)["kdn"]
    kin = instance_hardness(X, y, measures="kdn", n_neighbors=1, groups=groups)["kdn"]
    assert (apart[0], kin[0]) == (1, 0)


@pytest.mark.parametrize("blocks", [1, 130])
def test_blocks_of_any_size_give_the_same(data, monkeypatch, blocks):
    X, y = data
    whole = instance_hardness(X, y, measures=NAMES)
    name = "sknoisy.detection._neighborhood._BLOCK_DISTANCES"
    monkeypatch.setattr(name, blocks)
    parts = instance_hardness(X, y, measures=NAMES)
    for name in NAMES:
        np.testing.assert_allclose(parts[name], whole[name])


def test_rows_of_weight_zero_are_measured_but_measure_none(data):
    X, y = data
    weight = np.where(np.arange(50) < 5, 0.0, 1.0)
    with_them = instance_hardness(X, y, measures=NAMES, sample_weight=weight)
    without = instance_hardness(X[5:], y[5:], measures=NAMES)
    for name in NAMES:
        np.testing.assert_allclose(with_them[name][5:], without[name], atol=1e-9)
        assert np.isfinite(with_them[name][:5]).all()


def test_distances_of_zero_divide_nothing():
    X = np.repeat([["x"], ["y"]], 10, axis=0)
    measured = instance_hardness(X, np.arange(20) % 2, measures=NAMES)
    np.testing.assert_array_equal(measured["n2"], 0.5)
    assert all(np.isfinite(values).all() for values in measured.values())
