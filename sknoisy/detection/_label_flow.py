# SPDX-License-Identifier: BSD-3-Clause
"""What reaches a row over the edges of a neighbour graph, in one to three hops."""

import numpy as np
from scipy import sparse

N_HOPS = 3

# Rows of a squared graph held at once, whatever their number.
_BLOCK_ROWS = 1 << 12


class LabelFlow:
    """Messages sent along the edges between units and their nearest neighbours.

    The weight of an edge is one over the geometric mean of the degrees of its ends.

    Parameters
    ----------
    neighbors : ndarray of shape (n_units, n_neighbors), dtype=int
        Positions among the voters, nearest first; -1 for none.
    voters : ndarray of shape (n_voters,), dtype=int
        The units that send messages.
    messages : ndarray of shape (n_voters, n_columns)
        What they send.

    Attributes
    ----------
    arrivals : list of N_HOPS ndarrays of shape (n_units, n_columns)
        What arrives at each unit after each hop.
    """

    def __init__(self, neighbors, voters, messages):
        near = _edges(neighbors[voters], len(voters))
        graph = near.maximum(near.T).tocsr()
        self.root_degree = np.sqrt(np.maximum(graph.sum(axis=1), 1))
        graph = _scaled(graph, self.root_degree, self.root_degree)
        sent = [messages]
        for _ in range(N_HOPS):
            sent.append(graph @ sent[-1])
        self.sent = sent[:-1]
        self.arrivals = self.reach(neighbors)
        hops = zip(self.arrivals, sent[1:], _returns(graph), strict=True)
        for arrived, total, returned in hops:
            # No node hears its own message again.
            arrived[voters] = total - returned[:, None] * messages

    def reach(self, neighbors):
        """List what reaches rows outside the graph from their neighbours.

        Parameters
        ----------
        neighbors : ndarray of shape (n_rows, n_neighbors), dtype=int
            Positions among the voters; -1 for none.

        Returns
        -------
        arrivals : list of N_HOPS ndarrays of shape (n_rows, n_columns)
            What arrives after each hop.
        """
        edges = _edges(neighbors, len(self.root_degree))
        degree = np.maximum(edges.sum(axis=1), 1)
        edges = _scaled(edges, np.sqrt(degree), self.root_degree)
        return [edges @ message for message in self.sent]


def _edges(neighbors, n_voters):
    rows, columns = np.nonzero(neighbors >= 0)
    ends = neighbors[rows, columns]
    shape = len(neighbors), n_voters
    return sparse.csr_array((np.ones(len(ends)), (rows, ends)), shape=shape)


def _scaled(edges, row_roots, column_roots):
    return (
        sparse.diags_array(1 / row_roots) @ edges @ sparse.diags_array(1 / column_roots)
    )


def _returns(graph):
    """List the share of each node's message that is back after each hop."""
    twice = graph.multiply(graph).sum(axis=1)
    thrice = np.empty(graph.shape[0])
    for start in range(0, len(thrice), _BLOCK_ROWS):
        block = graph[start : start + _BLOCK_ROWS]
        thrice[start : start + _BLOCK_ROWS] = (
            (block @ graph).multiply(block).sum(axis=1)
        )
    return [np.zeros(len(thrice)), twice, thrice]
