# SPDX-License-Identifier: BSD-3-Clause
"""Estimate the noise from the labels of near rows, without any model."""

import warnings

import numpy as np

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise._clusterability import count_consensuses, solve_consensuses
from sknoisy.noise._near_labels import two_nearest
from sknoisy.noise._transition_estimator import MatrixEstimator, NoiseEstimate

# Triples of labels are counted in a cube of this many classes a side.
_MAX_CLASSES = 100

_LEAST_CLUSTERABILITY = 0.9

# The usual beginning, and one that believes the labels less.
_STARTS = (5.0, 2.0)


class HOC(MatrixEstimator):
    """Estimate the noise from high-order consensuses of near rows (HOC).

    If a row and its two nearest rows share their true class, then their given labels
    are three independent draws from one row of the transition matrix. How often which
    triples of labels come together then determines the matrix, without a model and
    without rows that are certain.

    Parameters
    ----------
    classes : array-like of shape (n_classes,), default=None
        All labels, in the order of the rows and columns wanted; ``np.unique(y)`` by
        default.
    preprocessor : transformer, "passthrough" or None, default=None
        Makes the features that distances go by. None standardises numbers, encodes
        categories and turns texts into TF-IDF; ``"passthrough"`` takes X as it is,
        which suits an embedding.
    metric : str or callable, default="auto"
        Distance as `NearestNeighbors` takes it. ``"auto"`` is the cosine distance for
        texts and the Euclidean one otherwise; with ``"precomputed"``, X is a matrix
        of distances, or a graph of the nearest rows such as `KNeighborsTransformer`
        makes with ``mode="distance"``.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    consensus_shares_ : ndarray of shape (n_classes, n_classes, n_classes)
        How often each triple of labels came together, in any order.
    clusterability_ : float
        Share of the rows that `pred_proba` puts into the class of both of their
        nearest rows; only if `pred_proba` was given.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(given = j | true = i)`` at ``[i, j]``; rows sum to 1.
    class_prior_ : ndarray of shape (n_classes,)
        Estimated distribution of the true labels.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the matrix is close to singular, does not favour the true class, or near
        rows are predicted to differ in class too often (`clusterability_` below 0.9).
    RareClassWarning
        If a class has fewer than 10 rows.

    See Also
    --------
    sknoisy.detection.SimiFeat : Finds wrong labels among near rows.
    ConfidentJoint : Better where near rows often differ in class.

    Notes
    -----
    The rows of the matrix come in no order; they are matched to classes so that as
    many labels as possible are right. The paper averages over random subsamples and
    minimises norms by Adam from one start; this counts all rows once and minimises
    squares by L-BFGS from two, which is inferred to be the same estimate with less
    variance.

    On the digits, whose pixels put 98 % of the rows next to two of their own class, it
    is the best of the noise models here under pair noise of 40 %: the mean absolute
    error of a row of the matrix adds up to 0.09, that of the confident joint to 0.18
    or more. Under symmetric noise of 50 % it is the worse of the two, 0.31 to 0.18.

    A weight counts a row's triple so many times. A row of weight 0 is nobody's
    neighbour, but one of weight 2 is not its own. Memory and time grow with the third
    power of the number of classes and more.

    References
    ----------
    Zhaowei Zhu, Yiwen Song and Yang Liu, "Clusterability as an alternative to anchor
    points when learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import HOC, inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.2, exact=True, random_state=0)
    >>> bool(abs(HOC().fit(noisy.y, X=X).noise_rate_ - 0.2) < 0.1)
    True
    """

    _needs = ("X",)

    def __init__(self, classes=None, *, preprocessor=None, metric="auto", n_jobs=None):
        self.classes = classes
        self.preprocessor = preprocessor
        self.metric = metric
        self.n_jobs = n_jobs

    def _estimate(self, rows):
        if rows.n_classes > _MAX_CLASSES:
            raise ValueError(
                f"HOC counts triples of classes, {rows.n_classes} are too many; use "
                f"ConfidentJoint, or up to {_MAX_CLASSES} classes."
            )
        members = np.flatnonzero(rows.weight > 0)
        if len(members) < 3:
            raise ValueError(
                f"HOC needs 3 rows with weight or more, got {len(members)}."
            )
        neighbors = two_nearest(
            rows.X, members, self.preprocessor, self.metric, self.n_jobs
        )
        has_both = (neighbors >= 0).all(axis=1)
        if not has_both.any():
            raise ValueError(
                "no row has two neighbours in the graph; make it with n_neighbors of 2 "
                "or more."
            )
        members, neighbors = members[has_both], neighbors[has_both]
        if rows.pred_proba is not None:
            self._check_clusterability(rows, members, neighbors)
        labels = np.eye(rows.n_classes)[rows.codes]
        counted = count_consensuses(
            rows.codes[members],
            labels[neighbors[:, 0]],
            labels[neighbors[:, 1]],
            rows.weight[members],
        )
        self.consensus_shares_ = counted.third
        matrix, prior = solve_consensuses(counted, starts=_STARTS)
        # Labels that hardly occur do not say which true class is theirs.
        shares = np.minimum(prior, counted.first)
        n_judged = rows.weight[members].sum() / rows.unit
        return NoiseEstimate(matrix, prior, rows_per_class=shares * n_judged)

    def _check_clusterability(self, rows, members, neighbors):
        best = rows.pred_proba.argmax(axis=1)
        same = (best[neighbors] == best[members, None]).all(axis=1)
        self.clusterability_ = float(np.average(same, weights=rows.weight[members]))
        if self.clusterability_ < _LEAST_CLUSTERABILITY:
            warnings.warn(
                f"only {self.clusterability_:.0%} of the rows are predicted to be of "
                "the class of both of their nearest rows, so what neighbours disagree "
                "on is not all noise; give better features, or use ConfidentJoint.",
                NoiseModelWarning,
                stacklevel=4,
            )
