# SPDX-License-Identifier: BSD-3-Clause
"""Small steps whose effect can be worked out by hand."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, check_X_y

from sknoisy.utils import num_rows, take_rows


def given(**metadata):
    return {key: value for key, value in metadata.items() if value is not None}


class DropEvery(BaseEstimator):
    """Drop rows 0, step, 2 * step, ... but never a trusted one."""

    def __init__(self, step=3):
        self.step = step

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        self.seen_ = given(sample_weight=sample_weight, groups=groups, trusted=trusted)
        self.n_features_in_ = X.shape[1] if hasattr(X, "shape") else 1
        keep = np.arange(num_rows(X)) % self.step != 0
        if trusted is not None:
            keep |= np.asarray(trusted)
        self.sample_indices_ = np.flatnonzero(keep)
        return self

    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        self.fit(X, y, sample_weight, groups, trusted)
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class DropWeightless(BaseEstimator):
    """Drop rows of weight zero; checks its input as estimators do."""

    def fit_resample(self, X, y, sample_weight=None):
        X, y = check_X_y(X, y, accept_sparse="csr", multi_output=True)
        weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
        if weight.ndim != 1 or not (weight > 0).any():
            raise ValueError("sample_weight must be 1D, and not all zero.")
        self.sample_indices_ = np.flatnonzero(weight > 0)
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class DropWithoutMetadata(BaseEstimator):
    """Drop the first row; takes X and y alone, as imbalanced-learn's samplers do."""

    def fit_resample(self, X, y):
        self.sample_indices_ = np.arange(1, num_rows(X))
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)


class RelabelAll(BaseEstimator):
    """Give every row the first of the labels, but for the last row."""

    def fit_resample(self, X, y):
        self.sample_indices_ = np.arange(num_rows(X))
        y = np.array(y)
        y[:-1] = y[0]
        return X, y


class Repeat(BaseEstimator):
    """Repeat all rows, and say which are which or not."""

    def __init__(self, is_traced=False):
        self.is_traced = is_traced

    def fit_resample(self, X, y):
        rows = np.tile(np.arange(num_rows(X)), 2)
        if self.is_traced:
            self.sample_indices_ = rows
        return take_rows(X, rows), take_rows(y, rows)


class Reweight(BaseEstimator):
    """Weigh the rows 1, 2, 3, ... times their weight."""

    def fit(self, X, y, sample_weight=None, trusted=None):
        self.seen_ = given(sample_weight=sample_weight, trusted=trusted)
        self.weights_ = np.arange(1.0, num_rows(X) + 1)
        if sample_weight is not None:
            self.weights_ = self.weights_ * np.asarray(sample_weight)
        return self

    def fit_reweight(self, X, y, sample_weight=None, trusted=None):
        return self.fit(X, y, sample_weight, trusted).weights_


class RecordingScaler(TransformerMixin, BaseEstimator):
    """Divide by the largest value; remember what fit was given."""

    def fit(self, X, y=None, sample_weight=None, note=None):
        self.X_, self.y_ = X, y
        self.seen_ = given(sample_weight=sample_weight, note=note)
        self.largest_ = np.abs(np.asarray(X)).max()
        return self

    def transform(self, X):
        check_is_fitted(self)
        return np.asarray(X) / self.largest_


class ShiftInFit(TransformerMixin, BaseEstimator):
    """Add 1 to the rows that are fitted on, and to no others."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X) + 1

    def transform(self, X):
        check_is_fitted(self)
        return X

    def get_feature_names_out(self, input_features=None):
        return input_features


class FitThenTransform(BaseEstimator):
    """Subtract the mean; has no fit_transform."""

    def fit(self, X, y=None):
        self.mean_ = np.asarray(X).mean(axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self)
        return X - self.mean_


class Recorder(ClassifierMixin, BaseEstimator):
    """Predict the first label; remember what fit was given."""

    def fit(self, X, y, sample_weight=None, groups=None, note=None):
        self.X_, self.y_ = X, y
        self.seen_ = given(sample_weight=sample_weight, groups=groups, note=note)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], num_rows(X))
