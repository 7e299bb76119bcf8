# SPDX-License-Identifier: BSD-3-Clause
"""Hardness by distances: neighbours, local sets and the minimum spanning tree."""

import numpy as np
from scipy import sparse
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import normalize

from sknoisy.detection._neighborhood import Neighborhood, pick_nearest
from sknoisy.utils._predictions import own_proba

# The distance from a to b is that from b to a up to rounding.
_SLACK = 1e-9


class Surroundings:
    """Measures by the distances from each row to all others, in blocks.

    Parameters
    ----------
    n_neighbors : int
        Number of neighbours that kDN asks.
    metric : str or callable
        As `pairwise_distances` takes it; "auto" is the cosine distance for sparse
        features, else the Euclidean one.
    """

    names = ("kdn", "n2", "lsc", "lsr", "u", "h")

    def __init__(self, n_neighbors, metric):
        self.n_neighbors = n_neighbors
        self.metric = metric

    def fit(self, judges, n_classes):
        """Remember the rows that judge, and how far each is from its enemies."""
        self.near, self.n_classes = Neighborhood(judges, self.metric), n_classes
        self.reach = np.full(len(judges), np.inf)
        for part, block, distances, allowed in self.near.blocks(judges):
            self.reach[part] = _least(distances, allowed & ~self._are_friends(block))
        return self

    def measure(self, queries):
        """Return the measures of some rows, by name."""
        measures = {name: np.zeros(len(queries)) for name in self.names}
        for part, *block in self.near.blocks(queries):
            for name, values in self._measure_block(*block).items():
                measures[name][part] = values
        return measures

    def predict_proba(self, queries):
        """Return the share of each class among the neighbours of some rows."""
        return self.near.shares(queries, self.n_neighbors, self.n_classes)

    def _are_friends(self, block):
        return block.codes[:, np.newaxis] == self.near.judges.codes

    def _measure_block(self, block, distances, allowed):
        weight, same = self.near.judges.weight, self._are_friends(block)
        friends, enemies = allowed & same, allowed & ~same
        friend, enemy = _least(distances, friends), _least(distances, enemies)
        farthest = np.where(friends, distances, 0.0).max(axis=1)
        n_friends, n_enemies = friends @ weight, enemies @ weight
        within = friends & (distances < _below(enemy)[:, np.newaxis])
        useful = friends & (distances < _below(self.reach))
        harmful = enemies & (distances <= self.reach * (1 + _SLACK) + _SLACK)
        nearest, counts = pick_nearest(distances, allowed, self.n_neighbors)
        votes = counts * weight[nearest]
        denied = votes * ~np.take_along_axis(same, nearest, axis=1)
        return {
            "kdn": _ratio(denied.sum(axis=1), votes.sum(axis=1), 0.0),
            "n2": _share(friend, enemy),
            "lsc": 1 - (block.weight + within @ weight) / (block.weight + n_friends),
            "lsr": 1
            - np.minimum(_ratio(enemy, farthest, np.where(enemy > 0, 1, 0)), 1),
            "u": 1 - _ratio(useful @ weight, n_friends, 0.0),
            "h": _ratio(harmful @ weight, n_enemies, 0.0),
        }


def _below(distances):
    return distances * (1 - _SLACK) - _SLACK


def _least(distances, mask):
    return np.where(mask, distances, np.inf).min(axis=1)


def _ratio(part, whole, otherwise):
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), otherwise)


def _share(friend, enemy):
    """Share of the way to the nearest friend in that to friend and enemy."""
    total = friend + enemy
    known = np.isfinite(total)
    ways = np.where(known, total, 1.0)
    share = np.where(known, _ratio(np.where(known, friend, 0.0), ways, 0.5), 0.0)
    return np.where(np.isinf(friend), 1.0, share)


class SpanningTree:
    """Measure N1: edges of the minimum spanning tree to other labels.

    Parameters
    ----------
    metric : str or callable
        As `Surroundings` takes it.
    """

    names = ("n1",)

    def __init__(self, metric):
        self.metric = metric

    def fit(self, judges, n_classes):
        """Grow the tree, exactly, with one row of distances at a time."""
        self.near, self.n_classes = Neighborhood(judges, self.metric), n_classes
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
            strays = queries.take(outside)
            shares = self.near.shares(strays, 1, self.n_classes)
            n1[outside] = 1 - own_proba(shares, strays.codes)
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
