# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from sknoisy.detection._influence_features import (
    FewColumns,
    NumericFeatures,
    last_step,
    split_last_step,
)


def test_pipelines_are_taken_apart():
    scaler, ridge = StandardScaler(), RidgeClassifier()
    pipeline = make_pipeline(scaler, ridge)
    preprocessor, last = split_last_step(pipeline, None)
    assert [step for _, step in preprocessor.steps] == [scaler]
    assert last is ridge
    assert last_step(pipeline) is last_step(ridge) is ridge
    assert split_last_step(ridge, None) == (None, ridge)
    assert split_last_step(make_pipeline(ridge), None) == (None, ridge)
    preprocessor, last = split_last_step(None, ["a text", "another"], ridge)
    assert isinstance(preprocessor[-1], TfidfVectorizer)
    assert last is ridge


def test_preprocessing_counts_weights_and_sees_no_labels():
    X = np.array([[0.0], [1.0], [5.0]])
    weight = np.array([1.0, 1.0, 2.0])
    fitted = NumericFeatures(make_pipeline(StandardScaler())).fit(X, weight)
    repeated = StandardScaler().fit(X[[0, 1, 2, 2]])
    np.testing.assert_allclose(fitted.transform(X), repeated.transform(X))
    supervised = make_pipeline(LogisticRegression())
    with pytest.raises(ValueError, match="y"):
        NumericFeatures(supervised).fit(X, None)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("shape", [(40, 90), (90, 40), (40, 30)])
def test_no_more_directions_than_the_rank_lose_nothing(container, shape):
    X = container(np.random.default_rng(0).normal(size=shape))
    features = FewColumns(None, 40).fit(X, None)
    Z = features.transform(X)
    assert Z.shape[1] <= 40
    assert not sparse.issparse(Z)
    gram = (X @ X.T).toarray() if sparse.issparse(X) else X @ X.T
    np.testing.assert_allclose(Z @ Z.T, gram, atol=1e-6)


@pytest.mark.parametrize("shape", [(60, 200), (200, 60), (1050, 1020)])
def test_few_directions_are_those_that_vary_most(shape):
    rng = np.random.default_rng(0)
    scale = 0.9 ** np.arange(shape[1])
    X = sparse.csr_array(rng.normal(size=shape) * scale)
    weight = rng.uniform(0.5, 2, shape[0])
    Z = FewColumns(None, 10).fit(X, weight).transform(X)
    assert Z.shape == (shape[0], 10)
    kept = np.linalg.svd(np.sqrt(weight)[:, None] * Z, compute_uv=False)
    all_of_them = np.linalg.svd(
        np.sqrt(weight)[:, None] * X.toarray(), compute_uv=False
    )
    np.testing.assert_allclose(kept, all_of_them[:10], rtol=0.01)


def test_new_rows_get_the_same_columns():
    rng = np.random.default_rng(0)
    X, new = rng.normal(size=(20, 50)), rng.normal(size=(5, 50))
    features = FewColumns(make_pipeline(MaxAbsScaler()), 30).fit(X, None)
    scaled = MaxAbsScaler().fit(X)
    expected = scaled.transform(new) @ scaled.transform(X).T
    actual = features.transform(new) @ features.transform(X).T
    np.testing.assert_allclose(actual, expected, atol=1e-8)
