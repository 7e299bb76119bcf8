# SPDX-License-Identifier: BSD-3-Clause
"""Bins of like weight."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from sknoisy.utils._quantile_bins import QuantileBins


def test_bins_of_like_weight():
    X = np.arange(8.0)[:, None]
    bins = QuantileBins(X, np.ones(8), 4).transform(X).ravel()
    np.testing.assert_array_equal(bins, [0, 0, 1, 1, 2, 2, 3, 3])
    heavy = np.where(np.arange(8) == 0, 8.0, 1.0)
    bins = QuantileBins(X, heavy, 2).transform(X).ravel()
    np.testing.assert_array_equal(bins, [0, 1, 1, 1, 1, 1, 1, 1])


def test_new_numbers_fall_into_the_nearest_bin():
    X = np.arange(8.0)[:, None]
    new = np.array([[-9.0], [1.4], [1.6], [99.0]])
    bins = QuantileBins(X, np.ones(8), 4).transform(new).ravel()
    np.testing.assert_array_equal(bins, [0, 0, 1, 3])


def test_few_numbers_and_nan_stay():
    X = np.array([[3.0, 0.0], [np.nan, 1.0], [7.0, np.nan], [3.0, 2.0], [7.0, 3.0]])
    before = X.copy()
    binned = QuantileBins(X, np.ones(5), 2).transform(X)
    np.testing.assert_array_equal(binned[:, 0], X[:, 0])
    np.testing.assert_array_equal(binned[:, 1], [0, 0, np.nan, 1, 1])
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("max_weight", [1, 3])
def test_bins_of_histogram_boosting(max_weight):
    # Before, its bins did not heed the weights.
    pytest.importorskip("sklearn", minversion="1.9")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    X[rng.random(X.shape) < 0.1] = np.nan
    y = (np.nan_to_num(X[:, 0]) + rng.normal(size=600) > 0).astype(int)
    weight = rng.integers(1, max_weight, 600, endpoint=True).astype(float)
    bins = QuantileBins(X, weight, 20)
    model = HistGradientBoostingClassifier(max_iter=5, max_bins=20)
    own = model.fit(X, y, sample_weight=weight).predict_proba(X)
    binned = bins.transform(X)
    other = model.fit(binned, y, sample_weight=weight).predict_proba(binned)
    np.testing.assert_allclose(own, other)
