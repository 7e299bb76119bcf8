# SPDX-License-Identifier: BSD-3-Clause
"""Distances between rows of any container, by features that use no labels."""

import numpy as np
from sklearn import config_context
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from sknoisy.utils._sound_model import sound_classifier

# Megabytes of distances held at once, whatever the number of rows.
_WORKING_MEMORY = 64


def distance_space(X, transformer=None, metric="auto"):
    """Choose the features and the metric that distances between rows go by.

    Parameters
    ----------
    X : any container of n_samples rows
        Looked at, never changed.
    transformer : transformer, default=None
        Makes the features. By default numbers are standardised, categories
        one-hot encoded and texts turned into TF-IDF.
    metric : str or callable, default="auto"
        ``"auto"`` is the cosine distance where X is a list of texts, else the
        Euclidean one.

    Returns
    -------
    transformer : transformer
        Unfitted.
    metric : str or callable
        As `NearestNeighbors` takes it.
    """
    sound = sound_classifier(X)[:-1]
    metric = pick_metric(metric, transformer is None and is_all_text(sound))
    if transformer is not None:
        return clone(transformer), metric
    # A word that no other text has tells texts apart, so every word counts.
    every_word = {"min_df": 1, "max_features": None}
    names = sound.get_params()
    for name in names:
        if isinstance(names[name], TfidfVectorizer):
            params = {f"{name}__{key}": value for key, value in every_word.items()}
            sound.set_params(**params)
    return sound, metric


def pick_metric(metric, is_angular):
    """Choose the metric where the caller leaves it to us.

    Parameters
    ----------
    metric : str or callable
        As the caller wrote it; ``"auto"`` is replaced.
    is_angular : bool
        Whether the features are vectors of which only the direction counts.

    Returns
    -------
    metric : str or callable
        As `NearestNeighbors` takes it.
    """
    if isinstance(metric, str) and metric == "auto":
        return "cosine" if is_angular else "euclidean"
    return metric


def is_all_text(preprocessor):
    """Tell whether rows are texts and nothing else.

    Parameters
    ----------
    preprocessor : Pipeline
        All steps but the last of what `sound_classifier` returned.

    Returns
    -------
    all_text : bool
        True if it ends in a TF-IDF.
    """
    return isinstance(preprocessor[-1], TfidfVectorizer)


def fit_index(features, metric, n_jobs=None):
    """Fit the exact search for neighbours.

    Parameters
    ----------
    features : ndarray or sparse matrix of shape (n_samples, n_features)
        Rows to find.
    metric : str or callable
        As `NearestNeighbors` takes it.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Returns
    -------
    index : NearestNeighbors
        Fitted.
    """
    return NearestNeighbors(metric=metric, n_jobs=n_jobs).fit(features)


def nearest(index, features, width):
    """Find the nearest rows, with few distances held at once.

    Parameters
    ----------
    index : NearestNeighbors
        Fitted.
    features : ndarray or sparse matrix of shape (n_asked, n_features)
        Rows that ask.
    width : int
        Number of neighbours wanted.

    Returns
    -------
    distances : ndarray of shape (n_asked, width)
        Nearest first.
    neighbors : ndarray of shape (n_asked, width), dtype=int
        Positions among the rows that the index was fitted on.
    """
    with config_context(working_memory=_WORKING_MEMORY):
        return index.kneighbors(features, width)


def nearest_others(index, features, n_neighbors):
    """Find the nearest rows of each row of an index, itself left out.

    Parameters
    ----------
    index : NearestNeighbors
        Fitted on `features`.
    features : ndarray or sparse matrix of shape (n_samples, n_features)
        The same rows in the same order.
    n_neighbors : int
        Number of neighbours wanted, less than the number of rows.

    Returns
    -------
    distances : ndarray of shape (n_samples, n_neighbors)
        Nearest first.
    neighbors : ndarray of shape (n_samples, n_neighbors), dtype=int
        Their positions.
    """
    distances, neighbors = nearest(index, features, n_neighbors + 1)
    n_rows = len(distances)
    own = neighbors == np.arange(n_rows)[:, None]
    # Among many rows in one place, a row may not be among its own neighbours.
    own[~own.any(axis=1), -1] = True
    shape = n_rows, n_neighbors
    return distances[~own].reshape(shape), neighbors[~own].reshape(shape)
