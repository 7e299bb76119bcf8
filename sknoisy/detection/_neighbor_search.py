# SPDX-License-Identifier: BSD-3-Clause
"""Find neighbours: by an exact search, or in a graph that is already there."""

import numpy as np
from scipy import sparse

from sknoisy.utils._distances import nearest

# Neighbours held at once, whatever the number of rows.
BLOCK_NEIGHBORS = 1 << 18

# Cosine distances below this are rounding.
_SMALLEST_COSINE = 1e-12


class IndexSearch:
    """Exact neighbours of rows, a block of them at a time."""

    def __init__(self, index, features):
        self.index = index
        self.features = features
        self.widest = index.n_samples_fit_

    def nearest(self, asked, width):
        """Return the positions and distances of neighbours, nearest first."""
        block = self.features[asked]
        distances, neighbors = nearest(self.index, block, min(width, self.widest))
        if self.index.effective_metric_ == "cosine":
            distances[distances < _SMALLEST_COSINE] = 0.0
        return neighbors, distances


class GraphSearch:
    """Neighbours that a transformer has already found."""

    widest = 0

    def __init__(self, graph, n_columns):
        if not sparse.issparse(graph) or graph.shape[1] != n_columns:
            raise ValueError(
                "transformer must return a sparse matrix of distances with a column "
                f"for each of the {n_columns} rows that it was fitted on, as "
                "KNeighborsTransformer does; got "
                f"{type(graph).__name__} of shape {np.shape(graph)}."
            )
        graph = graph.tocsr()
        sizes = np.diff(graph.indptr)
        row_of = np.repeat(np.arange(len(sizes)), sizes)
        order = np.lexsort((graph.data, row_of))
        place = np.arange(len(order)) - np.repeat(graph.indptr[:-1], sizes)
        self.neighbors = np.full((len(sizes), sizes.max(initial=0)), -1)
        self.distances = np.full(self.neighbors.shape, np.inf)
        self.neighbors[row_of, place] = graph.indices[order]
        self.distances[row_of, place] = graph.data[order]

    def nearest(self, asked, width):
        """Return all neighbours there are, nearest first."""
        return self.neighbors[asked], self.distances[asked]

    def joined(self, other, order):
        """Append the rows of another search, and put all in order."""
        for name, fill in (("neighbors", -1), ("distances", np.inf)):
            mine, more = getattr(self, name), getattr(other, name)
            width = max(mine.shape[1], more.shape[1])
            both = np.full((len(mine) + len(more), width), fill, dtype=mine.dtype)
            both[: len(mine), : mine.shape[1]] = mine
            both[len(mine) :, : more.shape[1]] = more
            setattr(self, name, both[order])
        return self


def search_allowed(search, units, asked, n_neighbors, width=None):
    """Yield neighbours block by block, wider ones where kin fill the search.

    Parameters
    ----------
    search : IndexSearch or GraphSearch
        Looks among the units that vote.
    units : Units
        Who may judge whom.
    asked : ndarray of shape (n_asked,), dtype=int
        Units whose neighbours are wanted.
    n_neighbors : int
        How many of them that may judge are wanted.
    width : int, default=None
        How many to look for at first.

    Yields
    ------
    places : ndarray of shape (n_block,), dtype=int
        Positions in `asked`, each in one block.
    neighbors, distances : ndarray of shape (n_block, n_found)
        Positions among the voters, nearest first; -1 for none.
    allowed : ndarray of shape (n_block, n_found), dtype=bool
        Which of them may judge: `n_neighbors` or more, or all there are.
    """
    width = n_neighbors + 1 if width is None else width
    step = max(1, BLOCK_NEIGHBORS // width)
    for start in range(0, len(asked), step):
        places = np.arange(start, min(start + step, len(asked)))
        neighbors, distances = search.nearest(asked[places], width)
        allowed = units.may_judge(asked[places], neighbors)
        short = allowed.sum(axis=1) < n_neighbors
        if short.any() and width < search.widest:
            wider = search_allowed(
                search, units, asked[places[short]], n_neighbors, 2 * width
            )
            for among, *found in wider:
                yield places[short][among], *found
            enough = ~short
            places, allowed = places[enough], allowed[enough]
            neighbors, distances = neighbors[enough], distances[enough]
        if len(places):
            yield places, neighbors, distances, allowed


def nearest_allowed(search, units, asked, n_neighbors):
    """Find the nearest neighbours that may judge.

    Parameters
    ----------
    search, units, asked, n_neighbors
        As in `search_allowed`.

    Returns
    -------
    neighbors : ndarray of shape (n_asked, n_neighbors), dtype=int
        Positions among the voters, nearest first; -1 where there are too few.
    distances : ndarray of shape (n_asked, n_neighbors)
        Infinite where there are too few.
    """
    shape = len(asked), n_neighbors
    nearest, closeness = np.full(shape, -1), np.full(shape, np.inf)
    for places, neighbors, distances, allowed in search_allowed(
        search, units, asked, n_neighbors
    ):
        first = np.argsort(~allowed, axis=1, kind="stable")[:, :n_neighbors]
        width = first.shape[1]
        kept = np.take_along_axis(allowed, first, axis=1)
        found = np.take_along_axis(neighbors, first, axis=1)
        nearest[places, :width] = np.where(kept, found, -1)
        found = np.take_along_axis(distances, first, axis=1)
        closeness[places, :width] = np.where(kept, found, np.inf)
    return nearest, closeness
