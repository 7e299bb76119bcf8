# SPDX-License-Identifier: BSD-3-Clause
"""Find neighbours: by an exact search, or in a graph that is already there."""

import numpy as np
from scipy import sparse
from sklearn import config_context

# Megabytes of distances held at once, whatever the number of rows.
_WORKING_MEMORY = 64


class IndexSearch:
    """Exact neighbours of rows, a block of them at a time."""

    def __init__(self, index, features):
        self.index = index
        self.features = features
        self.widest = index.n_samples_fit_

    def nearest(self, asked, width):
        """Return the positions and distances of neighbours, nearest first."""
        block = self.features[asked]
        with config_context(working_memory=_WORKING_MEMORY):
            found = self.index.kneighbors(block, min(width, self.widest))
        return found[1], found[0]


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
