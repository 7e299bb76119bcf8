# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.utils.estimator_checks import check_estimator_cloneable

from sknoisy.detection._calibrated_gaussians import CalibratedGaussians, find_inliers


def gaussians(sizes, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(sizes)), sizes)
    return 8 * np.eye(len(sizes))[y] + rng.normal(size=(len(y), len(sizes))), y


def test_log_likelihoods_are_those_of_the_gaussians():
    X, y = gaussians([150, 150])
    model = CalibratedGaussians().fit(X, y)
    values = model.decision_function(X) * 2
    for k in range(2):
        expected = multivariate_normal(model.means_[k], model.covariances_[k]).logpdf(X)
        np.testing.assert_allclose(values[:, k] - np.log(2 * np.pi), expected)
    assert (model.predict(X) == y).all()


def test_large_classes_keep_their_own_moments():
    X, y = gaussians([400, 400])
    model = CalibratedGaussians().fit(X, y)
    assert not model.is_tail_.any()
    kept = find_inliers(X[:400])
    np.testing.assert_allclose(model.means_[0], X[kept].mean(axis=0))
    np.testing.assert_allclose(model.covariances_[0], np.eye(2), atol=0.25)


def test_outliers_have_no_say():
    X, y = gaussians([200, 200])
    X[:4] = [[60, 60], [-50, 9], [7, -70], [80, -9]]
    assert not np.isin(np.arange(4), find_inliers(X[:200])).any()
    model = CalibratedGaussians().fit(X, y)
    np.testing.assert_allclose(model.means_[0], [8, 0], atol=0.3)


def test_copies_make_no_neighbourhood():
    X, _ = gaussians([60])
    X[0] = 40
    copied = np.repeat(X, 5, axis=0)
    assert set(find_inliers(copied) // 5) == set(find_inliers(X))
    assert 0 not in find_inliers(X)


@pytest.mark.parametrize("n_rows", [1, 2, 4])
def test_few_rows_are_all_inliers(n_rows):
    assert find_inliers(gaussians([n_rows])[0]).tolist() == list(range(n_rows))


def test_small_classes_borrow_from_the_nearest_large_ones():
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [10, 0], [100, 0], [4, 3]])
    y = np.repeat(np.arange(4), [200, 300, 200, 20])
    X = centres[y] + rng.normal(size=(720, 2))
    model = CalibratedGaussians(n_nearest=2).fit(X, y)
    assert model.is_tail_.tolist() == [False, False, False, True]
    alone = CalibratedGaussians(n_nearest=2, own_share=1.0).fit(X, y)
    own, heads = alone.means_[3], alone.means_[:2]
    share = np.array([200, 300]) / np.linalg.norm(heads - own, axis=1)
    # Sizes count all rows, also outliers.
    expected = 0.5 * own + 0.5 * share @ heads / share.sum()
    np.testing.assert_allclose(model.means_[3], expected)
    np.testing.assert_allclose(model.covariances_[3], 1.1 * np.eye(2), atol=0.35)


def test_weights_repeat_rows():
    X, y = gaussians([80, 30, 20])
    weight = np.random.default_rng(1).integers(1, 4, len(X))
    weighted = CalibratedGaussians().fit(X, y, sample_weight=weight)
    repeat = np.repeat(np.arange(len(X)), weight)
    repeated = CalibratedGaussians().fit(X[repeat], y[repeat])
    np.testing.assert_allclose(weighted.means_, repeated.means_)
    np.testing.assert_allclose(weighted.covariances_, repeated.covariances_)


@pytest.mark.parametrize("sizes", [[1, 1], [30, 1], [2, 30, 30]])
def test_single_rows_and_constant_features(sizes):
    X, y = gaussians(sizes)
    X[:, -1] = 1.0
    assert np.isfinite(CalibratedGaussians().fit(X, y).decision_function(X)).all()


def test_is_cloneable():
    check_estimator_cloneable("CalibratedGaussians", CalibratedGaussians(2))
