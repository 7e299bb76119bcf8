# SPDX-License-Identifier: BSD-3-Clause
"""Features of distinct rows: who makes them, and who shapes them."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import get_tags

from sknoisy.detection import SelfClean
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._unit_features import fit_unit_features
from sknoisy.utils._labelled_rows import LabelledRows
from tests.detection._evidence import texts


class FrameOut(TransformerMixin, BaseEstimator):
    """Return a frame, as scikit-learn can be told to."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return pd.DataFrame(2.0 * X, columns=["a", "b"])


def units_of(X, sample_weight=None):
    codes = np.arange(len(X) if isinstance(X, list) else X.shape[0]) % 2
    rows = LabelledRows(X, codes, codes, np.arange(2), sample_weight)
    return distinct_units(rows)


def by_row(features, units):
    return features.values[units.unit_of]


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(30, 2))


def test_numbers_are_standardised_by_the_default(X):
    units = units_of(X)
    features = fit_unit_features(X, units)
    np.testing.assert_allclose(by_row(features, units), (X - X.mean(0)) / X.std(0))
    np.testing.assert_allclose(features.of(X), by_row(features, units))
    assert features.metric == "euclidean"


def test_rows_without_weight_shape_no_feature(X):
    weight = np.r_[np.zeros(10), np.full(20, 3.0)]
    units = units_of(X, weight)
    for preprocessor in (None, StandardScaler()):
        features = fit_unit_features(X, units, preprocessor=preprocessor)
        expected = StandardScaler().fit(X[10:]).transform(X)
        np.testing.assert_allclose(by_row(features, units), expected)


def test_weights_shape_them_as_copies_do(X):
    weight = np.arange(30) % 3 + 1.0
    units = units_of(X, weight)
    once = by_row(fit_unit_features(X, units), units)
    repeat = np.repeat(np.arange(30), weight.astype(int))
    units = units_of(X[repeat])
    many = by_row(fit_unit_features(X[repeat], units), units)
    np.testing.assert_allclose(many, once[repeat])


def test_passthrough_leaves_numbers_as_they_are(X):
    for rows in (X, sparse.csc_array(X), pd.DataFrame(X)):
        units = units_of(rows)
        features = fit_unit_features(rows, units, preprocessor="passthrough")
        values = by_row(features, units)
        is_sparse = sparse.issparse(rows)
        np.testing.assert_array_equal(values.toarray() if is_sparse else values, X)
        assert features.metric == ("cosine" if is_sparse else "euclidean")


def test_texts_are_compared_by_angle():
    X, _ = texts()
    features = fit_unit_features(X, units_of(X))
    assert sparse.issparse(features.values) and features.metric == "cosine"
    assert fit_unit_features(X, units_of(X), metric="manhattan").metric == "manhattan"


def test_frames_of_a_preprocessor_become_arrays(X):
    units = units_of(X)
    features = fit_unit_features(X, units, preprocessor=FrameOut())
    np.testing.assert_array_equal(by_row(features, units), 2 * X)


@pytest.mark.parametrize(
    ("preprocessor", "sparse_too", "nan_too"),
    [
        (None, True, True),
        ("passthrough", True, False),
        (StandardScaler(), False, False),
        (StandardScaler(with_mean=False), True, False),
    ],
)
def test_detectors_claim_what_their_features_can_take(
    preprocessor, sparse_too, nan_too
):
    tags = get_tags(SelfClean(preprocessor)).input_tags
    assert (tags.sparse, tags.allow_nan) == (sparse_too, nan_too)


def test_what_is_not_finite_is_refused(X):
    root = FunctionTransformer(lambda X: np.where(X > 0, np.inf, X))
    with pytest.raises(ValueError, match="features contains infinity"):
        fit_unit_features(X, units_of(X), preprocessor=root)
