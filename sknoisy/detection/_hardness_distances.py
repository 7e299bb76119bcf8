# SPDX-License-Identifier: BSD-3-Clause
"""Hardness by distances: neighbours, local sets and the minimum spanning tree."""

from functools import cached_property

import numpy as np
from scipy import sparse
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import normalize

from sknoisy.detection._neighborhood import Neighborhood

# The distance from a to b is that from b to a up to rounding.
_SLACK = 1e-9


class NearestRows:
    """Measure kDN: neighbours that have another label.

    Parameters
    ----------
    n_neighbors : int
        Number of neighbours to ask.
    metric : str or callable
        As `Neighborhood` takes it.
    """

    names = ("kdn",)

    def __init__(self, n_neighbors, metric):
        self.n_neighbors = n_neighbors
        self.metric = metric

    def fit(self, judges, n_classes):
        """Remember the rows that judge."""
        self.near, self.n_classes = Neighborhood(judges, self.metric), n_classes
        return self

    def measure(self, queries):
        """Return kDN."""
        return {"kdn": self.near.denied(queries, self.n_neighbors)}

    def predict_proba(self, queries):
        """Return the share of each class among the neighbours of some rows."""
        return self.near.shares(queries, self.n_neighbors, self.n_classes)


class Surroundings:
    """Measures by the distances from each row to all others, in blocks.

    Parameters
    ----------
    metric : str or callable
        As `Neighborhood` takes it.
    wanted : collection of str
        Names of the measures to take; the others cost nothing.
    """

    names = ("n2", "lsc", "lsr", "u", "h")

    def __init__(self, metric, wanted):
        self.metric = metric
        self.wanted = [name for name in self.names if name in wanted]

    def fit(self, judges, n_classes):
        """Remember the rows that judge, and how far each is from its enemies."""
        self.near = Neighborhood(judges, self.metric)
        self.reach = np.full(len(judges), np.inf)
        if {"u", "h"} & set(self.wanted):
            for part, *block in self.near.blocks(judges):
                self.reach[part] = _View(judges, None, *block).enemy
        return self

    def measure(self, queries):
        """Return the measures wanted of some rows, by name."""
        measures = {name: np.zeros(len(queries)) for name in self.wanted}
        for part, *block in self.near.blocks(queries):
            view = _View(self.near.judges, self.reach, *block)
            for name, values in measures.items():
                values[part] = getattr(view, name)()
        return measures


class _View:
    """What a block of rows sees around it: friends have its label, enemies another."""

    def __init__(self, judges, reach, block, distances, allowed):
        same = block.codes[:, np.newaxis] == judges.codes
        self.own_weight, self.weight = block.weight, judges.weight
        self.reach, self.distances = reach, distances
        self.friends, self.enemies = allowed & same, allowed & ~same

    @cached_property
    def friend(self):
        """Distance to the nearest friend."""
        return np.where(self.friends, self.distances, np.inf).min(axis=1)

    @cached_property
    def enemy(self):
        """Distance to the nearest enemy."""
        return np.where(self.enemies, self.distances, np.inf).min(axis=1)

    def n2(self):
        """Share of the way to the nearest friend in that to friend and enemy."""
        total = self.friend + self.enemy
        known = np.isfinite(total)
        way = np.where(known, self.friend, 0.0)
        share = _ratio(way, np.where(known, total, 1.0), 0.5)
        return np.where(np.isinf(self.friend), 1.0, share)

    def lsc(self):
        """Friends that are no nearer than the nearest enemy."""
        local = self.friends & (self.distances < _below(self.enemy)[:, np.newaxis])
        n_friends = self.friends @ self.weight
        return 1 - (self.own_weight + local @ self.weight) / (
            self.own_weight + n_friends
        )

    def lsr(self):
        """Nearness of the nearest enemy, by the distance to the farthest friend."""
        farthest = np.where(self.friends, self.distances, 0.0).max(axis=1)
        # Where all is in one place, an enemy is as near as can be.
        radius = _ratio(self.enemy, farthest, np.where(self.enemy > 0, 1, 0))
        return 1 - np.minimum(radius, 1)

    def u(self):
        """Friends that do not have the row in their local set."""
        useful = self.friends & (self.distances < _below(self.reach))
        return 1 - _ratio(useful @ self.weight, self.friends @ self.weight, 0.0)

    def h(self):
        """Enemies of which the row is the nearest enemy."""
        harmful = self.enemies & (self.distances <= self.reach * (1 + _SLACK) + _SLACK)
        return _ratio(harmful @ self.weight, self.enemies @ self.weight, 0.0)


def _below(distances):
    return distances * (1 - _SLACK) - _SLACK


def _ratio(part, whole, otherwise):
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), otherwise)


class SpanningTree:
    """Measure N1: edges of the minimum spanning tree to other labels.

    Parameters
    ----------
    metric : str or callable
        As `Neighborhood` takes it.
    """

    names = ("n1",)

    def __init__(self, metric):
        self.metric = metric

    def fit(self, judges, n_classes):
        """Grow the tree, exactly, with one row of distances at a time."""
        self.near = Neighborhood(judges, self.metric)
        one, other = spanning_edges(judges.features, self.near.metric)
        strangers = np.ones(len(one), dtype=bool)
        for numbers in judges.kin:
            strangers &= numbers[one] != numbers[other]
        differs = strangers & (judges.codes[one] != judges.codes[other])
        ends = np.r_[one, other]
        n_edges = np.bincount(ends, np.r_[strangers, strangers], len(judges))
        n_differing = np.bincount(ends, np.r_[differs, differs], len(judges))
        self.share = _ratio(n_differing, n_edges, 0.0)
        return self

    def measure(self, queries):
        """Return N1; a row outside the tree has one edge, to its nearest row."""
        n1 = self.share[queries.places]
        outside = np.flatnonzero(queries.places < 0)
        if len(outside):
            n1[outside] = self.near.denied(queries.take(outside), 1)
        return {"n1": n1}


def spanning_edges(features, metric):
    """List the edges of a minimum spanning tree, by Prim's algorithm.

    Parameters
    ----------
    features : ndarray or sparse matrix of shape (n_rows, n_features)
        The vertices.
    metric : str or callable
        As `pairwise_distances` takes it.

    Returns
    -------
    one, other : ndarray of shape (n_rows - 1,), dtype=int
        The ends of each edge.
    """
    distances_from = _distances_from(features, metric)
    n_rows = features.shape[0]
    closest, parent = np.full(n_rows, np.inf), np.zeros(n_rows, dtype=np.intp)
    is_out = np.ones(n_rows, dtype=bool)
    last, order = 0, []
    for _ in range(n_rows - 1):
        is_out[last] = False
        distances = distances_from(last)
        nearer = is_out & (distances < closest)
        closest[nearer], parent[nearer] = distances[nearer], last
        closest[last] = np.inf
        last = int(np.where(is_out, closest, np.inf).argmin())
        order.append(last)
    other = np.array(order, dtype=np.intp)
    return parent[other], other


def _distances_from(features, metric):
    """Return a function from a vertex to something that ranks as its distances."""
    if metric == "cosine":
        features, metric = normalize(features), "euclidean"
    if metric != "euclidean":
        return lambda i: pairwise_distances(
            features[[i]], features, metric=metric
        ).ravel()
    if sparse.issparse(features):
        features = features.tocsr()
        squares = np.asarray(features.multiply(features).sum(axis=1)).ravel()
        return lambda i: (
            squares + squares[i] - 2 * (features @ features[[i]].T).toarray().ravel()
        )
    squares = np.einsum("ij,ij->i", features, features)
    return lambda i: squares + squares[i] - 2 * (features @ features[i])
