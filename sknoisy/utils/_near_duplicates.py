# SPDX-License-Identifier: BSD-3-Clause
"""Rows that were recorded twice, exactly or nearly, and the groups they form."""

import re
import unicodedata
from numbers import Real

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.base import BaseEstimator
from sklearn.utils import get_tags
from sklearn.utils.validation import validate_data

from sknoisy.utils._column_values import is_missing
from sknoisy.utils._distances import (
    distance_space,
    fit_index,
    is_all_text,
    nearest_others,
)
from sknoisy.utils._distinct_rows import number_contents
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._options import check_count
from sknoisy.utils._rows import check_some_rows, num_rows, take_rows
from sknoisy.utils._sound_model import sound_classifier

# Pairs that the automatic cut would call near by chance, in the whole of data that
# has no near duplicates.
_FALSE_PAIRS = 0.05

# Parts of the reference distance at which the automatic cut ends. Tables have rows
# that agree in all coarse columns; TF-IDF of rewritten texts is further apart.
_LARGEST_PART = 0.1
_LARGEST_PART_OF_COSINE = 0.25

# Part of it that is put down to rounding.
_SMALLEST_PART = 1e-6

# With fewer neighbours nothing can be said of the distances to expect.
_FEWEST_NEIGHBORS = 4

_NO_WORD = re.compile(r"[\W_]+")


class NearDuplicates(BaseEstimator):
    """Find rows that were recorded twice, exactly or nearly.

    Two rows of the same content are duplicates, in whatever container. Two others
    are near duplicates if they are much closer to each other than the rows around
    them lead one to expect. Duplicates of duplicates form one group. Where fit
    takes `groups`, in detectors, cleaners and estimators of this library,
    ``groups="duplicates"`` stands for the groups that are found by default.

    Parameters
    ----------
    transformer : transformer, default=None
        Makes the features whose distances are measured, as an embedding of images
        does. By default numbers are standardised, with missing ones imputed,
        categories are one-hot encoded and texts turned into TF-IDF of words and
        pairs of words.
    threshold : "auto" or float, default="auto"
        Largest distance between near duplicates. ``"auto"`` finds one for each
        pair by the distances around it; see Notes.
    n_neighbors : int, default=20
        Neighbours of each row that are looked at. Of a set of more rows than that,
        all nearly the same, the automatic threshold sees nothing special.
    metric : str or callable, default="auto"
        Metric as `NearestNeighbors` takes it. ``"auto"`` is the cosine distance
        for a list of texts, else the Euclidean one.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    groups_ : ndarray of shape (n_samples,), dtype=int
        Group of each row, from 0 without gaps: rows of a group are linked by
        pairs. A row that has no duplicate is a group of its own.
    exact_groups_ : ndarray of shape (n_samples,), dtype=int
        The same for exact duplicates alone.
    pairs_ : ndarray of shape (n_pairs, 2), dtype=int
        Positions of two rows that are duplicates of each other, the closest pair
        first. Of exact duplicates, each is paired with the first one only.
    distances_ : ndarray of shape (n_pairs,)
        Distance of each pair; 0 for exact duplicates.
    threshold_ : float
        Largest distance at which a pair may be called near.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    OffTopic : Finds rows that are like no other.

    Notes
    -----
    *Automatic threshold.* Let ``s`` be the distance of a row to its k-th
    neighbour, and m the dimension that the data seem to have. Where rows are
    spread evenly around, a given neighbour of the k is closer than ``r * s`` with
    probability ``r ** m``. So ``r = (0.05 / (n * k)) ** (1 / m)`` lets about 0.05
    pairs pass by chance in all n rows. A pair is near if its distance is at most r
    times the smallest of its two ``s`` and the median ``s``. The dimension comes
    from the median of ``log(s / h)``, where h is the distance to the neighbour
    k / 2: that is ``log(2) / m`` for rows spread evenly. Rounding must not hide
    duplicates, and rows that agree in all coarse columns are not yet duplicates,
    so r is kept between 1e-6 and 0.1 (0.25 for cosine distances). The idea of a
    cut at an expected number of false pairs is that of the SelfClean automatic
    threshold; this cut by local distances, with its constants, is our own.

    In few dimensions random rows come close to each other, and r is small: of two
    columns, rows must agree to within rounding. Tables of people who differ in a
    few coarse columns have near duplicates that are no copies; look at some before
    you drop any. Categories that occur once are not told apart.

    In a table of few categories equal rows are samples of their own, and groups of
    duplicates hold out whole cells: leave `groups` out there.

    Texts count as one if they agree but for case, punctuation and spaces.

    Exact copies are searched for once. Memory grows with the number of rows times
    `n_neighbors`. Time grows with the square of the number of different rows,
    unless they have few columns.

    References
    ----------
    Groeger et al. Intrinsic self-supervision for data quality audits. NeurIPS 2024
    Datasets and Benchmarks.

    Levina and Bickel. Maximum likelihood estimation of intrinsic dimension. NIPS
    2004.

    Examples
    --------
    >>> from sknoisy.detection import NearDuplicates
    >>> texts = ["Win a prize now!", "see you at noon", "win a prize, now", "hello"]
    >>> found = NearDuplicates().fit(texts)
    >>> found.pairs_
    array([[0, 2]])
    >>> bool(found.groups_[0] == found.groups_[2])
    True
    """

    def __init__(
        self,
        transformer=None,
        *,
        threshold="auto",
        n_neighbors=20,
        metric="auto",
        n_jobs=None,
    ):
        self.transformer = transformer
        self.threshold = threshold
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        """Find the duplicates.

        Parameters
        ----------
        X : any container of n_samples rows
            Numbers in any array, dense or sparse, a frame of mixed types, texts, or
            what `transformer` takes.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : NearDuplicates
            The fitted object.
        """
        self._check_params()
        with fresh_fit(self):
            validate_data(self, X, skip_check_array=True)
            check_some_rows(self, X)
            self._find(X)
        return self

    def _check_params(self):
        check_count("n_neighbors", self.n_neighbors)
        if isinstance(self.threshold, str) and self.threshold == "auto":
            return
        if not isinstance(self.threshold, Real) or not 0 <= self.threshold < np.inf:
            raise ValueError(
                f"threshold={self.threshold!r} must be a finite distance of at least "
                '0, or "auto".'
            )

    def _find(self, X):
        self.exact_groups_ = number_contents(X)
        contents = number_contents(plain_content(X))
        _, first = np.unique(contents, return_index=True)
        near, distances = self._near_pairs(take_rows(X, first))
        self.groups_ = _components(near, len(first))[contents]
        copies = np.flatnonzero(first[contents] != np.arange(len(contents)))
        exact = np.column_stack([first[contents[copies]], copies])
        pairs = np.sort(np.concatenate([exact, first[near]]), axis=1)
        distances = np.concatenate([np.zeros(len(exact)), distances])
        order = np.lexsort((pairs[:, 1], pairs[:, 0], distances))
        self.pairs_, self.distances_ = pairs[order], distances[order]

    def _near_pairs(self, X):
        """Return pairs of different rows that are near duplicates."""
        transformer, metric = distance_space(X, self.transformer, self.metric)
        features = transformer.fit_transform(X)
        width = min(self.n_neighbors, num_rows(X) - 1)
        is_auto = isinstance(self.threshold, str)
        self.threshold_ = 0.0 if is_auto else float(self.threshold)
        if width < (_FEWEST_NEIGHBORS if is_auto else 1):
            return np.empty((0, 2), dtype=np.intp), np.empty(0)
        index = fit_index(features, metric, self.n_jobs)
        distances, neighbors = nearest_others(index, features, width)
        if is_auto:
            cosine = isinstance(metric, str) and metric == "cosine"
            largest = _LARGEST_PART_OF_COSINE if cosine else _LARGEST_PART
            cuts = _automatic_cuts(distances, neighbors, largest)
            self.threshold_ = float(cuts.max())
            # Features that cannot tell so many rows apart say nothing about them.
            is_near = (distances <= cuts) & (cuts > 0)
        else:
            is_near = distances <= self.threshold
        return _distinct_pairs(is_near, distances, neighbors)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = None
        if self.transformer is not None:
            inner = get_tags(self.transformer).input_tags
        tags.input_tags.sparse = inner is None or inner.sparse
        tags.input_tags.allow_nan = inner is None or inner.allow_nan
        return tags


def _automatic_cuts(distances, neighbors, largest):
    """Largest distance at which each row and its neighbours are near duplicates."""
    n_rows, width = distances.shape
    half, last = width // 2, width // 2 * 2
    scale, inner = distances[:, last - 1], distances[:, half - 1]
    spread = np.full(n_rows, np.inf)
    np.divide(scale, inner, out=spread, where=inner > 0)
    inverse_dimension = np.log2(np.median(spread))
    part = (_FALSE_PAIRS / (n_rows * width)) ** inverse_dimension
    part = np.clip(part, _SMALLEST_PART, largest)
    scale = np.minimum(scale, np.median(scale))
    return part * np.minimum(scale[:, None], scale[neighbors])


def _distinct_pairs(is_near, distances, neighbors):
    row, place = np.nonzero(is_near)
    pairs = np.sort(np.column_stack([row, neighbors[row, place]]), axis=1)
    pairs, kept = np.unique(pairs, axis=0, return_index=True)
    return pairs, distances[row, place][kept]


def _components(pairs, n_nodes):
    links = np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])
    graph = sparse.coo_array(links, shape=(n_nodes, n_nodes))
    return connected_components(graph, directed=False)[1]


def plain_content(X):
    """Strip texts of what does not change what they say.

    Parameters
    ----------
    X : any container of n_samples rows
        Anything.

    Returns
    -------
    content : list of str, or X
        Texts without case, punctuation and repeated spaces, where X is a
        sequence of texts; a text of nothing else stays as it is.
    """
    if not is_all_text(sound_classifier(X)[:-1]):
        return X
    return ["" if is_missing(text) else _plain(str(text)) for text in X]


def _plain(text):
    words = _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return words or text


def resolve_groups(groups, X):
    """Turn the word "duplicates" into the groups of duplicates of X.

    Parameters
    ----------
    groups : array-like of shape (n_samples,), "duplicates" or None
        What the caller passed as groups.
    X : any container of n_samples rows
        The rows.

    Returns
    -------
    groups : array-like of shape (n_samples,) or None
        Groups by `NearDuplicates` for the word; anything else as it came.

    Raises
    ------
    ValueError
        If it is another word.
    """
    if not isinstance(groups, str):
        return groups
    if groups != "duplicates":
        raise ValueError(
            f"groups={groups!r} is not known; give one group per row, or write "
            'groups="duplicates" to keep duplicates and near duplicates together.'
        )
    return NearDuplicates().fit(X).groups_
