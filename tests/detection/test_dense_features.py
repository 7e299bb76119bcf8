# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from sknoisy.detection._dense_features import fit_dense_features
from tests._data import blobs
from tests.detection._evidence import frame, texts
from tests.detection.test_staged import rows_of


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
