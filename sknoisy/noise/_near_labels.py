# SPDX-License-Identifier: BSD-3-Clause
"""Find the two nearest rows of each row."""

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_array

from sknoisy.utils._distances import distance_space, fit_index, nearest_others
from sknoisy.utils._rows import take_rows


def two_nearest(X, members, preprocessor, metric, n_jobs):
    """Find the two nearest others of some rows among them.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows, or with a precomputed metric a graph of distances.
    members : ndarray of shape (n_members,), dtype=int
        Rows that ask and answer.
    preprocessor, metric, n_jobs
        As `HOC` has them.

    Returns
    -------
    neighbors : ndarray of shape (n_members, 2), dtype=int
        Positions in X; -1 where a graph has fewer neighbours.
    """
    if isinstance(metric, str) and metric == "precomputed":
        return _two_in_graph(X, members)
    features, metric = _features(take_rows(X, members), preprocessor, metric)
    index = fit_index(features, metric, n_jobs)
    return members[nearest_others(index, features, 2)[1]]


def _features(X, preprocessor, metric):
    if isinstance(preprocessor, str):
        if preprocessor != "passthrough":
            raise ValueError(
                f"preprocessor={preprocessor!r} is not known; give a transformer, "
                '"passthrough" for rows that are features already, or None.'
            )
        values = X
        metric = "euclidean" if isinstance(metric, str) and metric == "auto" else metric
    else:
        preprocessor, metric = distance_space(X, preprocessor, metric)
        values = clone(preprocessor).fit_transform(X)
    return check_array(
        values, accept_sparse="csr", dtype=[np.float64, np.float32]
    ), metric


def _two_in_graph(graph, members):
    """Read neighbours from a graph, the row itself and strangers left out."""
    n_samples = graph.shape[0]
    if graph.shape != (n_samples, n_samples):
        raise ValueError(
            "with metric='precomputed', X must hold the distances between all rows, "
            f"(n_samples, n_samples); got shape {graph.shape}."
        )
    if not sparse.issparse(graph):
        return _two_in_distances(graph, members)
    graph = graph.tocoo()
    allowed = np.zeros(n_samples, dtype=bool)
    allowed[members] = True
    kept = allowed[graph.row] & allowed[graph.col] & (graph.row != graph.col)
    row, column, distance = graph.row[kept], graph.col[kept], graph.data[kept]
    order = np.lexsort((column, distance, row))
    row, column = row[order], column[order]
    first = np.searchsorted(row, members)
    last = np.searchsorted(row, members, side="right")
    neighbors = np.full((len(members), 2), -1)
    for place in range(2):
        has = first + place < last
        neighbors[has, place] = column[first[has] + place]
    return neighbors


def _two_in_distances(distances, members):
    among = np.array(distances, dtype=np.float64)[np.ix_(members, members)]
    np.fill_diagonal(among, np.inf)
    return members[np.argsort(among, axis=1, kind="stable")[:, :2]]
