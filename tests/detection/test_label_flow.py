# SPDX-License-Identifier: BSD-3-Clause
"""What reaches a row in one to three hops, beside powers of the dense graph."""

import numpy as np

from sknoisy.detection import _label_flow
from sknoisy.detection._label_flow import LabelFlow


def random_neighbors(n_voters, n_neighbors, seed=0):
    rng = np.random.default_rng(seed)
    others = [np.delete(np.arange(n_voters), i) for i in range(n_voters)]
    return np.array([rng.choice(o, n_neighbors, replace=False) for o in others])


def dense_graph(neighbors):
    graph = np.zeros((len(neighbors), len(neighbors)))
    for i, found in enumerate(neighbors):
        graph[i, found[found >= 0]] = 1
    graph = np.maximum(graph, graph.T)
    roots = np.sqrt(graph.sum(axis=1))
    return graph / roots / roots[:, None], roots


def test_powers_without_their_diagonal(monkeypatch):
    monkeypatch.setattr(_label_flow, "_BLOCK_ROWS", 7)
    neighbors = random_neighbors(30, 4)
    neighbors[3, 2:] = -1
    messages = np.random.default_rng(1).random((30, 3))
    arrivals = LabelFlow(neighbors, np.arange(30), messages).arrivals
    graph, _ = dense_graph(neighbors)
    for hop, arrived in enumerate(arrivals, start=1):
        power = np.linalg.matrix_power(graph, hop)
        np.fill_diagonal(power, 0)
        np.testing.assert_allclose(arrived, power @ messages)


def test_units_without_weight_hear_and_say_nothing():
    inner = random_neighbors(20, 3)
    voters = np.arange(1, 21)
    neighbors = np.vstack([[0, 5, 9], inner])
    messages = np.random.default_rng(1).random((20, 2))
    flow = LabelFlow(neighbors, voters, messages)
    alone = LabelFlow(inner, np.arange(20), messages)
    graph, roots = dense_graph(inner)
    edges = np.zeros(20)
    edges[[0, 5, 9]] = 1 / np.sqrt(3) / roots[[0, 5, 9]]
    for hop in range(3):
        np.testing.assert_allclose(flow.arrivals[hop][1:], alone.arrivals[hop])
        expected = edges @ np.linalg.matrix_power(graph, hop) @ messages
        np.testing.assert_allclose(flow.arrivals[hop][0], expected)
    for old, new in zip(flow.arrivals, flow.reach(np.array([[0, 5, 9]])), strict=True):
        np.testing.assert_allclose(new[0], old[0])


def test_a_unit_without_neighbours_hears_nothing():
    neighbors = np.array([[1], [0], [-1]])
    flow = LabelFlow(neighbors, np.arange(3), np.ones((3, 1)))
    np.testing.assert_array_equal(np.ravel([a[2] for a in flow.arrivals]), 0)
