# SPDX-License-Identifier: BSD-3-Clause
"""A Gaussian for each class, robust to wrong labels and to few rows."""

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import LocalOutlierFactor

_MOST_NEIGHBORS = 20
_LEAST_NEIGHBORS = 4

# A class of more rows than this needs no help from others.
_HEAD_ROWS = 100

# Added to the variance of classes that get help, as a share of the mean variance.
_EXTRA = 0.1
_TINY = 1e-12


class CalibratedGaussians(ClassifierMixin, BaseEstimator):
    """Judge rows by how likely they are under the Gaussian of each class.

    Outliers of a class, by their local outlier factor within it, have no say. A
    class that is small borrows mean and covariance from the nearest large ones.

    Parameters
    ----------
    n_nearest : int, default=3
        Large classes that a small one borrows from.
    own_share : float, default=0.5
        Share of its own mean that a small class keeps.
    """

    def __init__(self, n_nearest=3, own_share=0.5):
        self.n_nearest = n_nearest
        self.own_share = own_share

    def fit(self, X, y, sample_weight=None):
        X = np.asarray(X, dtype=np.float64)
        self.classes_, codes = np.unique(y, return_inverse=True)
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        members = [np.flatnonzero(codes == k) for k in range(len(self.classes_))]
        sizes = np.array([weight[own].sum() for own in members])
        inliers = [own[find_inliers(X[own])] for own in members]
        means = np.array([np.average(X[i], axis=0, weights=weight[i]) for i in inliers])
        scatters = [
            _scatter(X[i] - mean, weight[i])
            for i, mean in zip(inliers, means, strict=True)
        ]
        covariances = _shrink(scatters, sizes)
        is_tail = (sizes < np.median(sizes)) & (sizes < _HEAD_ROWS)
        self.means_, self.covariances_ = self._lend(means, covariances, sizes, is_tail)
        self.is_tail_ = is_tail
        return self

    def _lend(self, means, covariances, sizes, is_tail):
        """Let small classes borrow from the nearest large ones."""
        heads = np.flatnonzero(~is_tail)
        lent_means, lent = means.copy(), covariances.copy()
        for k in np.flatnonzero(is_tail):
            distance = np.linalg.norm(means[heads] - means[k], axis=1)
            nearest = np.argsort(distance, kind="stable")[: self.n_nearest]
            share = sizes[heads[nearest]] / (distance[nearest] + _TINY)
            share /= share.sum()
            borrowed = share @ means[heads[nearest]]
            lent_means[k] = self.own_share * means[k] + (1 - self.own_share) * borrowed
            pooled = covariances[np.r_[k, heads[nearest]]].mean(axis=0)
            extra = _EXTRA * np.trace(pooled) / len(pooled)
            lent[k] = pooled + extra * np.eye(len(pooled))
        return lent_means, lent

    def decision_function(self, X):
        """Return the log-likelihood of rows in each class.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        log_likelihood : ndarray of shape (n_samples, n_classes)
            Up to a constant, and divided by the number of features.
        """
        values = np.empty((len(X), len(self.classes_)))
        for k, (mean, covariance) in enumerate(
            zip(self.means_, self.covariances_, strict=True)
        ):
            root = cholesky(covariance, lower=True)
            away = solve_triangular(root, (X - mean).T, lower=True)
            log_volume = 2 * np.log(root.diagonal()).sum()
            values[:, k] = -(np.square(away).sum(axis=0) + log_volume) / 2
        return values / X.shape[1]

    def predict(self, X):
        """Return the class under which each row is likeliest.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        return self.classes_[self.decision_function(X).argmax(axis=1)]


def find_inliers(X):
    """Find the rows of a class that are no local outliers among the others.

    Copies count once, so that they do not make each other's neighbourhood.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of a class.

    Returns
    -------
    inliers : ndarray of shape (n_inliers,), dtype=int
        Positions; all rows where there are too few to tell.
    """
    distinct, place = np.unique(X, axis=0, return_inverse=True)
    n_neighbors = min(_MOST_NEIGHBORS, len(distinct) - 1)
    if n_neighbors < _LEAST_NEIGHBORS:
        return np.arange(len(X))
    is_inlier = LocalOutlierFactor(n_neighbors).fit_predict(distinct) > 0
    return np.flatnonzero(is_inlier[place.ravel()])


def _scatter(away, weight):
    return (away * weight[:, None]).T @ away / weight.sum()


def _shrink(scatters, sizes):
    """Draw covariances towards a sphere, the more the fewer rows there are."""
    n_features = scatters[0].shape[0]
    pooled = np.average(scatters, axis=0, weights=sizes)
    sphere = max(np.trace(pooled) / n_features, _TINY) * np.eye(n_features)
    share = n_features / (n_features + sizes)
    return np.array(
        [(1 - s) * own + s * sphere for own, s in zip(scatters, share, strict=True)]
    )
