# SPDX-License-Identifier: BSD-3-Clause
"""Nearest neighbours that may judge, beside the matrix of all distances."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import pairwise_distances

from sknoisy.detection import _neighbor_search
from sknoisy.detection._neighbor_search import (
    GraphSearch,
    nearest_allowed,
    search_allowed,
)
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._unit_features import fit_unit_features
from sknoisy.utils._labelled_rows import LabelledRows


def grouped_units(n_samples=90, n_groups=3, seed=0):
    """Units of which some have no weight, some are copies, and many are kin."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 3))
    X[5:10] = X[5]
    codes = rng.integers(2, size=n_samples)
    groups = rng.integers(n_groups, size=n_samples)
    weight = np.where(np.arange(n_samples) % 4 == 3, 0.0, 1.0)
    rows = LabelledRows(X, codes, codes, np.arange(2), weight, groups)
    return X, distinct_units(rows)


def brute_nearest(values, units, n_neighbors):
    """Return the distances to voters that may judge, and the least of each unit."""
    distances = pairwise_distances(values, values[units.voters])
    kin = units.content[:, None] == units.content[units.voters]
    kin |= units.group[:, None] == units.group[units.voters]
    distances[kin] = np.inf
    return distances, np.sort(distances, axis=1)[:, :n_neighbors]


@pytest.mark.parametrize("n_neighbors", [1, 7, 40])
@pytest.mark.parametrize("block", [1 << 18, 64])
def test_search_widens_until_enough_may_judge(monkeypatch, n_neighbors, block):
    monkeypatch.setattr(_neighbor_search, "BLOCK_NEIGHBORS", block)
    X, units = grouped_units()
    features = fit_unit_features(X, units, preprocessor="passthrough")
    everyone = np.arange(len(units.first))
    found, distances = nearest_allowed(
        features.search(units.voters), units, everyone, n_neighbors
    )
    between, nearest = brute_nearest(features.values, units, n_neighbors)
    np.testing.assert_allclose(distances, nearest)
    # Copies in two groups are as near, so that either may come first.
    there = found >= 0
    np.testing.assert_array_equal(there, np.isfinite(nearest))
    itself = np.take_along_axis(between, np.maximum(found, 0), axis=1)
    np.testing.assert_allclose(itself[there], nearest[there])
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in found)


def test_each_unit_comes_in_one_block(monkeypatch):
    monkeypatch.setattr(_neighbor_search, "BLOCK_NEIGHBORS", 64)
    X, units = grouped_units()
    features = fit_unit_features(X, units, preprocessor="passthrough")
    asked = np.arange(len(units.first))[::-2]
    blocks = search_allowed(features.search(units.voters), units, asked, 6)
    places = np.concatenate([places for places, *_ in blocks])
    np.testing.assert_array_equal(np.sort(places), np.arange(len(asked)))


def test_a_graph_has_only_the_neighbours_it_has():
    X, units = grouped_units(20, n_groups=10)
    n_voters = len(units.voters)
    near = sparse.csr_array(np.eye(len(units.first), n_voters, k=1) * 2.0)
    found, distances = nearest_allowed(
        GraphSearch(near, n_voters), units, np.arange(len(units.first)), 3
    )
    assert (found[:, 1:] == -1).all() and np.isinf(distances[:, 1:]).all()
    assert set(np.unique(distances[:, 0])) == {2.0, np.inf}


def test_a_small_angle_between_equal_directions_is_none():
    X = np.outer([1.0, 3.0, 0.1], [0.3, 0.4, 0.5])
    codes = np.array([0, 1, 0])
    units = distinct_units(LabelledRows(X, codes, codes, np.arange(2)))
    features = fit_unit_features(X, units, preprocessor="passthrough", metric="cosine")
    found = nearest_allowed(features.search(units.voters), units, np.arange(3), 2)
    np.testing.assert_array_equal(found[1], 0.0)
