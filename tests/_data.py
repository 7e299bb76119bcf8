# SPDX-License-Identifier: BSD-3-Clause
"""Small data and toy estimators whose effect can be worked out by hand."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.validation import check_is_fitted

from sknoisy.utils import num_rows


def blobs(n_samples=90, n_classes=3, noise=0.0, seed=0, spread=1.0):
    """Draw well separated blobs; return X, given labels and true labels."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * np.arange(n_classes) / n_classes
    centres = 6 * np.column_stack([np.cos(angle), np.sin(angle)])
    truth = np.arange(n_samples) % n_classes
    X = centres[truth] + spread * rng.normal(size=(n_samples, 2))
    given = truth.copy()
    wrong = rng.permutation(n_samples)[: int(noise * n_samples)]
    given[wrong] = (truth[wrong] + 1) % n_classes
    return X, given, truth


def golden_a():
    """Twelve rows of three classes, of which rows 2, 6 and 10 are wrong."""
    y = np.repeat([0, 1, 2], 4)
    first = [0.9, 0.6, 0.2, 0.5, 0.1, 0.3, 0.7, 0.2, 0.1, 0.05, 0.1, 0.45]
    second = [0.05, 0.3, 0.7, 0.3, 0.8, 0.6, 0.2, 0.4, 0.1, 0.15, 0.6, 0.1]
    third = [0.05, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.4, 0.8, 0.8, 0.3, 0.45]
    return y, np.column_stack([first, second, third])


def golden_b():
    """Sixty rows of four classes by a formula."""
    i, k = np.arange(60)[:, None], np.arange(4)
    y = np.arange(60) % 4
    logits = 1.5 * (k == y[:, None]) + 2 * np.sin(1.3 * i + 2.1 * k)
    odds = np.exp(logits)
    return y, odds / odds.sum(axis=1, keepdims=True)


def soft_blobs(n_samples=60, n_classes=3, seed=0):
    """Draw rows with soft targets, none of them one-hot."""
    X, y, _ = blobs(n_samples, n_classes, seed=seed, spread=3.0)
    rng = np.random.default_rng(seed)
    targets = rng.dirichlet(np.ones(n_classes), size=n_samples)
    targets[np.arange(n_samples), y] += 1.0
    return X, targets / targets.sum(axis=1, keepdims=True)


class Recorder(ClassifierMixin, BaseEstimator):
    """Predict class shares, and remember what fit was given."""

    def fit(self, X, y, sample_weight=None):
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.X_, self.y_, self.sample_weight_ = X, np.asarray(y), sample_weight
        totals = np.bincount(codes, weights=sample_weight)
        self.shares_ = totals / totals.sum()
        return self

    def predict_proba(self, X):
        check_is_fitted(self)
        return np.tile(self.shares_, (num_rows(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class RowNumbers(ClassifierMixin, BaseEstimator):
    """Call a row 'seen' if its number, in the first column, was in fit."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.seen_ = np.unique(np.asarray(X)[:, 0])
        return self

    def predict_proba(self, X):
        seen = np.isin(np.asarray(X)[:, 0], self.seen_)
        return np.column_stack([~seen, seen]).astype(float)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class OnlyPredict(ClassifierMixin, BaseEstimator):
    """Nearest neighbours that offer neither probabilities nor decision values."""

    def __init__(self, n_neighbors=1):
        self.n_neighbors = n_neighbors

    def fit(self, X, y):
        self.knn_ = KNeighborsClassifier(self.n_neighbors).fit(X, y)
        self.classes_ = self.knn_.classes_
        return self

    def predict(self, X):
        return self.knn_.predict(X)
