# SPDX-License-Identifier: BSD-3-Clause
"""Rows that are like no other: strays, noise, other topics."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.utils.validation import check_is_fitted, validate_data

from sknoisy.base import copy_input_tags
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._distances import (
    distance_space,
    fit_index,
    nearest,
    nearest_others,
)
from sknoisy.utils._distinct_rows import number_contents
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._row_hash import hash_rows
from sknoisy.utils._rows import check_some_rows, take_rows

_METHODS = ("neighbors", "local_outlier_factor", "isolation_forest")

# Robust standard deviations above the median from which on a row is off-topic.
_MAX_DEVIATION = 3.5

# The median of the deviations of Gaussian values, in standard deviations.
_MAD_OF_GAUSSIAN = 0.6744897501960817


class OffTopic(OutlierMixin, BaseEstimator):
    """Find rows that are like no other, as records of another kind.

    Labels are not looked at: whatever such a row is called, it may not belong in
    the data.

    Parameters
    ----------
    method : {"neighbors", "local_outlier_factor", "isolation_forest"}, \
            default="neighbors"
        How rows are scored: by the mean distance to the nearest other rows, by
        `LocalOutlierFactor`, which compares it with that of the neighbours, or by
        `IsolationForest`, which needs no distances.
    transformer : transformer, default=None
        Makes the features, as in `NearDuplicates`.
    contamination : "auto" or float, default="auto"
        Share of the rows to call off-topic, up to 0.5. ``"auto"`` calls those
        off-topic whose score is far above the others; there may be none.
    n_neighbors : int, default=10
        Number of neighbours; of different content each.
    metric : str or callable, default="auto"
        Metric as `NearestNeighbors` takes it. ``"auto"`` is the cosine distance
        for a list of texts, else the Euclidean one.
    n_jobs : int, default=None
        Searches at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Seed of the isolation forest; None always chooses the same.

    Attributes
    ----------
    outlier_score_ : ndarray of shape (n_samples,)
        Higher is more off-topic: the mean distance to the neighbours in units of
        its median, the local outlier factor, or the anomaly score of the forest.
    typicality_ : ndarray of shape (n_samples,)
        The same in [0, 1], higher is more typical: ``exp(-score)``,
        ``1 / max(score, 1)`` or ``1 - score``.
    outlier_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows whose typicality is below `offset_`.
    offset_ : float
        Where the line is.
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
    NearDuplicates : Finds rows that are too much like another.

    Notes
    -----
    Copies of a row are not its neighbours, so that a stray that was recorded twice
    remains one. A few strays of the same kind do hide each other from
    "neighbors"; more neighbours find them.

    The automatic line is drawn at 3.5 robust standard deviations above the median
    of the logarithm of the score, where the spread is that of the upper half; of
    the negative logarithm of the mean similarity for cosine distances. It is our
    own choice, made because cuts by low quantiles, as that of SelfClean, find
    nothing once more than about one row in a hundred is off-topic. On short texts,
    which have few words in common anyway, it flags next to nothing: sort by
    `typicality_`, or set `contamination`.

    The score by neighbours follows Kuan and Mueller, but for the Euclidean
    distance between tables of standardised columns.

    References
    ----------
    Kuan and Mueller. Back to the basics: revisiting out-of-distribution detection
    baselines. ICML 2022 Workshop on Principles of Distribution Shift.

    Breunig, Kriegel, Ng and Sander. LOF: identifying density-based local outliers.
    SIGMOD 2000.

    Liu, Ting and Zhou. Isolation forest. ICDM 2008.

    Iglewicz and Hoaglin. How to detect and handle outliers. ASQC Quality Press,
    1993.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import OffTopic
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> X[7] = 20
    >>> found = OffTopic().fit(X)
    >>> np.flatnonzero(found.outlier_mask_)
    array([7])
    >>> found.predict([[0.0] * 5, [-20.0] * 5])
    array([ 1, -1])
    """

    def __init__(
        self,
        method="neighbors",
        *,
        transformer=None,
        contamination="auto",
        n_neighbors=10,
        metric="auto",
        n_jobs=None,
        random_state=None,
    ):
        self.method = method
        self.transformer = transformer
        self.contamination = contamination
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y=None):
        """Score each row by the others.

        Parameters
        ----------
        X : any container of n_samples rows
            Numbers in any array, dense or sparse, a frame of mixed types, texts, or
            what `transformer` takes.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : OffTopic
            The fitted object.
        """
        self._check_params()
        with fresh_fit(self):
            validate_data(self, X, skip_check_array=True)
            check_some_rows(self, X)
            contents = number_contents(X)
            _, first = np.unique(contents, return_index=True)
            # In the order of their fingerprints, as the contents are numbered.
            self.known_ = hash_rows(take_rows(X, first))
            self._judge(take_rows(X, first), contents)
        return self

    def _check_params(self):
        check_option("method", self.method, _METHODS)
        check_count("n_neighbors", self.n_neighbors)
        if isinstance(self.contamination, str) and self.contamination == "auto":
            return
        share = self.contamination
        if not isinstance(share, Real) or not 0 < share <= 0.5:
            raise ValueError(
                f'contamination={share!r} must be "auto" or a share of the rows above '
                "0 and up to 0.5."
            )

    def _judge(self, X, contents):
        transformer, metric = distance_space(X, self.transformer, self.metric)
        self.transformer_ = transformer
        features = transformer.fit_transform(X)
        scorers = {
            "neighbors": _MeanDistance(self.n_neighbors, metric, self.n_jobs),
            "local_outlier_factor": _LocalFactor(self.n_neighbors, metric, self.n_jobs),
            "isolation_forest": _Isolation(seed_from(self.random_state), self.n_jobs),
        }
        self.scorer_ = scorers[self.method]
        known = self.scorer_.fit(features)
        self.known_typicality_ = self.scorer_.typicality(known)
        self.outlier_score_ = known[contents]
        self.typicality_ = self.known_typicality_[contents]
        if isinstance(self.contamination, str):
            line = self.scorer_.typicality(self.scorer_.line(self.outlier_score_))
        else:
            line = np.percentile(self.typicality_, 100 * self.contamination)
        self.offset_ = float(line)
        self.outlier_mask_ = self.typicality_ < self.offset_

    def score_samples(self, X):
        """Score rows by how typical of the data they are.

        Parameters
        ----------
        X : any container of n_new rows
            New rows. What is equal to a row of fit gets the score of that row,
            which was judged by the others.

        Returns
        -------
        typicality : ndarray of shape (n_new,)
            In [0, 1]; higher is more typical.
        """
        check_is_fitted(self)
        features = self.transformer_.transform(X)
        validate_data(self, X, skip_check_array=True, reset=False)
        score = self.scorer_.score(features)
        typicality = self.scorer_.typicality(score)
        hashes = hash_rows(X)
        if hashes is None or self.known_ is None:
            return typicality
        last = len(self.known_) - 1
        place = np.minimum(np.searchsorted(self.known_, hashes), last)
        is_known = self.known_[place] == hashes
        return np.where(is_known, self.known_typicality_[place], typicality)

    def decision_function(self, X):
        """Say how far rows are on the typical side of the line.

        Parameters
        ----------
        X : any container of n_new rows
            As in `score_samples`.

        Returns
        -------
        decision : ndarray of shape (n_new,)
            Typicality less `offset_`; below 0 for off-topic rows.
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X):
        """Tell off-topic rows from the others, as scikit-learn's detectors do.

        Parameters
        ----------
        X : any container of n_new rows
            As in `score_samples`.

        Returns
        -------
        is_inlier : ndarray of shape (n_new,), dtype=int
            -1 for off-topic rows, 1 for the others.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        copy_input_tags(tags, self.transformer)
        return tags


class _MeanDistance:
    """Mean distance to the nearest rows, in units of its median."""

    def __init__(self, n_neighbors, metric, n_jobs):
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.n_jobs = n_jobs

    def fit(self, features):
        n_rows = features.shape[0]
        self.index = fit_index(features, self.metric, self.n_jobs)
        self.width = min(self.n_neighbors, n_rows - 1)
        if self.width == 0:
            self.unit = 1.0
            return np.zeros(n_rows)
        mean = nearest_others(self.index, features, self.width)[0].mean(axis=1)
        # Where most rows are in one place, any distance is a large one.
        self.unit = max(np.median(mean), 100 * np.finfo(np.float64).eps)
        return mean / self.unit

    def score(self, features):
        distances, _ = nearest(self.index, features, max(self.width, 1))
        return distances.mean(axis=1) / self.unit

    def typicality(self, score):
        return np.exp(-score)

    def line(self, score):
        if not (isinstance(self.metric, str) and self.metric == "cosine"):
            return np.exp(_upper_end(_log(score)))
        similarity = np.clip(1 - score * self.unit, 0, 1)
        return (1 - np.exp(-_upper_end(-_log(similarity)))) / self.unit


class _LocalFactor:
    """Mean distance to the nearest rows as compared with theirs."""

    def __init__(self, n_neighbors, metric, n_jobs):
        self.params = {"metric": metric, "n_jobs": n_jobs, "novelty": True}
        self.n_neighbors = n_neighbors

    def fit(self, features):
        self.model = None
        width = min(self.n_neighbors, features.shape[0] - 1)
        if width == 0:
            return np.ones(1)
        self.model = LocalOutlierFactor(width, **self.params).fit(features)
        return -self.model.negative_outlier_factor_

    def score(self, features):
        if self.model is None:
            return np.ones(features.shape[0])
        return -self.model.score_samples(features)

    def typicality(self, score):
        return 1 / np.maximum(score, 1)

    def line(self, score):
        return np.exp(_upper_end(_log(score)))


class _Isolation:
    """How few random cuts set a row apart."""

    def __init__(self, seed, n_jobs):
        self.model = IsolationForest(random_state=seed, n_jobs=n_jobs)

    def fit(self, features):
        self.model.fit(features)
        return self.score(features)

    def score(self, features):
        return -self.model.score_samples(features)

    def typicality(self, score):
        return 1 - score

    def line(self, score):
        return min(np.exp(_upper_end(_log(score))), 1.0)


def _log(values):
    with np.errstate(divide="ignore"):
        return np.log(values)


def _upper_end(values):
    """Where values end that spread above their median as most of them do."""
    median = np.median(values)
    above = values[values > median]
    if len(above) == 0 or not np.isfinite(median):
        return np.inf
    return median + _MAX_DEVIATION / _MAD_OF_GAUSSIAN * np.median(above - median)
