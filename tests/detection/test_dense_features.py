# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sknoisy.base import with_default_estimator
from sknoisy.detection import ClassPrototypeCleaner, LinearSeparation, Tabasco
from sknoisy.detection._dense_features import fit_dense_features
from sknoisy.utils import cross_fit_proba
from tests._data import blobs
from tests.detection._evidence import found, frame, rows_of, texts


def wide(n_samples=40, n_features=90, seed=0):
    return np.random.default_rng(seed).normal(size=(n_samples, n_features))


def test_few_numbers_are_scaled_and_kept():
    X, y, _ = blobs(60)
    features = fit_dense_features(rows_of(X, y)).of(X)
    np.testing.assert_allclose(features, StandardScaler().fit_transform(X))


def test_passthrough_and_a_preprocessor_of_the_caller():
    X, y, _ = blobs(60)
    np.testing.assert_allclose(
        fit_dense_features(rows_of(X, y), "passthrough").of(X), X
    )
    halved = fit_dense_features(rows_of(X, y), StandardScaler(with_std=False)).of(X)
    np.testing.assert_allclose(halved, X - X.mean(axis=0))


def test_many_numbers_are_reduced_to_their_main_directions():
    scale = np.r_[np.full(3, 9.0), np.full(87, 0.1)]
    X = wide() * scale
    y = np.arange(40) % 2
    features = fit_dense_features(rows_of(X, y), "passthrough").of(X)
    assert features.shape == (40, 40)
    np.testing.assert_allclose(
        np.linalg.norm(features, axis=1), np.linalg.norm(X, axis=1)
    )


@pytest.mark.parametrize("n_features", [5, 90])
def test_order_and_weights_of_rows(n_features):
    X, y = wide(n_features=n_features), np.arange(40) % 2
    order = np.random.default_rng(1).permutation(40)
    features = fit_dense_features(rows_of(X, y)).of(X)
    permuted = fit_dense_features(rows_of(X[order], y[order])).of(X)
    np.testing.assert_allclose(permuted @ permuted.T, features @ features.T)
    weight = np.random.default_rng(2).integers(0, 3, 40)
    weighted = fit_dense_features(rows_of(X, y, weight.astype(float))).of(X)
    repeat = np.repeat(np.arange(40), weight)
    repeated = fit_dense_features(rows_of(X[repeat], y[repeat])).of(X)
    np.testing.assert_allclose(repeated @ repeated.T, weighted @ weighted.T, atol=1e-8)


def test_any_container_becomes_dense_numbers():
    X, y = texts()
    assert fit_dense_features(rows_of(X, y)).of(X).shape[0] == 80
    X, y = frame(pd)
    assert np.isfinite(fit_dense_features(rows_of(X, y)).of(X)).all()
    X, y = sparse.csr_array(wide()), np.arange(40) % 2
    assert fit_dense_features(rows_of(X, y)).of(X).shape == (40, 40)


DETECTORS = pytest.mark.parametrize(
    "kind", [ClassPrototypeCleaner, LinearSeparation, Tabasco]
)


@DETECTORS
def test_from_predictions_judges_as_fit(kind):
    X, given, truth = blobs(200, 3, noise=0.1)
    proba = cross_fit_proba(LogisticRegression(), X, given).pred_proba
    fitted = kind(LogisticRegression(), preprocessor="passthrough").fit(X, given)
    given_to = kind.from_predictions(given, proba, X)
    # The folds of what is fitted to the features are others.
    gap = np.abs(given_to.label_quality_ - fitted.label_quality_)
    assert gap.mean() < 0.01
    np.testing.assert_array_equal(given_to.suspect_mask_, fitted.suspect_mask_)
    fresh, labels, _ = blobs(30, 3, seed=4)
    new_proba = fitted.scheme_.predict_proba(fresh)
    np.testing.assert_allclose(
        given_to.score_samples(np.hstack([new_proba, fresh]), labels),
        fitted.score_samples(fresh, labels),
        atol=0.1,
    )


@DETECTORS
def test_new_labels(kind):
    X, given, _ = blobs(300, 3, noise=0.1)
    detector = kind().fit(X, given)
    fresh, labels, truth = blobs(60, 3, noise=0.2, seed=5)
    quality = detector.score_samples(fresh, labels)
    assert quality[labels != truth].max() < 0.5
    assert (detector.score_samples(fresh) > 0.5).mean() > 0.7


@DETECTORS
def test_any_container(kind):
    X, y = texts()
    assert kind().fit(X, y).label_quality_[:2].max() < 0.5
    X, y = frame(pd)
    assert kind().fit(X, y).label_quality_[:2].max() < 0.5
    X, given, truth = blobs(120, 3, noise=0.1)
    names = np.array(["ant", "bee", "cat"])
    detector = kind().fit(sparse.csr_array(X), names[given])
    assert found(detector, given != truth) > 0.9
    assert set(detector.suggested_labels_) <= set(names)


@DETECTORS
def test_metadata(kind):
    X, given, truth = blobs(120, 3, noise=0.1)
    wrong = given != truth
    detector = kind().fit(X, given, groups=np.arange(120) // 4, trusted=wrong)
    assert (detector.label_quality_[wrong] == 1).all()
    detector.fit(X, given, sample_weight=np.where(wrong, 0.0, 1.0))
    assert detector.label_quality_[wrong].max() < 0.5


@DETECTORS
def test_parts_of_the_caller(kind):
    lent = with_default_estimator(kind(), RandomForestClassifier())
    assert isinstance(lent.estimator, RandomForestClassifier)
    X, given, truth = blobs(120, 3, noise=0.1)
    detector = kind(preprocessor=StandardScaler()).fit(X, given)
    assert found(detector, given != truth) > 0.95
    with pytest.raises(ValueError, match="preprocessor='raw'"):
        kind(preprocessor="raw").fit(X, given)
