# SPDX-License-Identifier: BSD-3-Clause
"""Soft labels: the labels of a row and of those whose features are similar."""

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize


def poll_similar(neighbors, distances, labels):
    """Let neighbours vote, each with the cosine of its angle for weight.

    Parameters
    ----------
    neighbors, distances : ndarray of shape (n_rows, n_neighbors)
        Positions in `labels`, nearest first, -1 for none, and cosine distances.
    labels : ndarray of shape (n_voters, n_classes)
        Shares of the labels of each voter.

    Returns
    -------
    votes : ndarray of shape (n_rows, n_classes)
        Total weight of each label.
    """
    weight = np.where(neighbors >= 0, np.maximum(1 - distances, 0.0), 0.0)
    ends = np.arange(len(weight) + 1) * weight.shape[1]
    found = np.maximum(neighbors, 0).ravel()
    shape = len(weight), len(labels)
    return sparse.csr_array((weight.ravel(), found, ends), shape=shape) @ labels


def own_weights(distances):
    """Extrapolate from its two nearest neighbours how much a row itself counts.

    Parameters
    ----------
    distances : ndarray of shape (n_rows, n_neighbors)
        Cosine distances, the nearest first; infinite for none.

    Returns
    -------
    weights : ndarray of shape (n_rows,)
        One where there is no neighbour.
    """
    nearest = distances[:, 0]
    second = distances[:, min(1, distances.shape[1] - 1)]
    nearest = np.where(np.isfinite(nearest), nearest, 0.0)
    second = np.where(np.isfinite(second), second, nearest)
    return np.maximum(1 - (2 * nearest - second), 0.0)


def soft_labels(votes, codes, weights):
    """Add the labels of the rows themselves to the votes of others.

    Parameters
    ----------
    votes : ndarray of shape (n_rows, n_classes)
        Votes of others.
    codes : ndarray of shape (n_rows,), dtype=int
        Labels.
    weights : ndarray of shape (n_rows,)
        How much each row itself counts.

    Returns
    -------
    soft : ndarray of shape (n_rows, n_classes)
        Of length 1.
    """
    soft = votes.copy()
    soft[np.arange(len(codes)), codes] += weights
    return normalize(soft)
