# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sknoisy.detection import GaussianMixture, LinearSeparation
from tests._data import blobs
from tests.detection._evidence import found


def with_strangers(seed=0):
    """Blobs, and 90 rows that belong to none and lie apart in a third feature."""
    rng = np.random.default_rng(seed)
    X, y, _ = blobs(600, 3, spread=2.0, seed=seed)
    X = np.hstack([X, rng.normal(size=(600, 3))])
    strangers = np.arange(600) < 90
    X[strangers, :2] = 3 * rng.normal(size=(90, 2))
    X[strangers, 2] += 4
    y[strangers] = rng.integers(0, 3, 90)
    return X, y, strangers


def auroc(posterior, wrong):
    return roc_auc_score(wrong, -posterior)


@pytest.mark.parametrize("seed", [0, 1])
def test_hyperplane_finds_strangers_better_than_the_loss(seed):
    X, y, strangers = with_strangers(seed)
    detector = LinearSeparation(label_aware=False).fit(X, y)
    by_loss = auroc(detector.loss_posterior_, strangers)
    assert auroc(detector.separation_posterior_, strangers) > 0.98 > by_loss
    assert found(detector, strangers) > by_loss
    assert strangers[detector.suspect_mask_].mean() > 0.95


def test_loss_finds_swapped_labels_better_than_one_hyperplane():
    X, given, truth = blobs(600, 3, noise=0.1)
    wrong = given != truth
    plain = LinearSeparation(label_aware=False).fit(X, given)
    assert auroc(plain.loss_posterior_, wrong) > 0.99
    assert auroc(plain.separation_posterior_, wrong) < 0.7
    aware = LinearSeparation().fit(X, given)
    assert auroc(aware.separation_posterior_, wrong) > 0.99
    assert np.mean(aware.suspect_mask_ == wrong) > 0.98


def test_either_judge_saves_a_label():
    X, y, _ = with_strangers()
    detector = LinearSeparation(label_aware=False).fit(X, y)
    by_loss, separation = detector.loss_posterior_, detector.separation_posterior_
    np.testing.assert_allclose(detector.posterior_, np.maximum(by_loss, separation))
    losses = GaussianMixture().fit(X, y).posterior_
    np.testing.assert_allclose(by_loss, losses)
    both = (by_loss < 0.5) & (separation < 0.5)
    np.testing.assert_array_equal(detector.suspect_mask_, both)


def test_few_large_losses_have_no_hyperplane():
    X, given, truth = blobs(120, 3, noise=0.05)
    detector = LinearSeparation().fit(X, given)
    assert detector.separation_ is None
    assert found(detector, given != truth) > 0.99
    np.testing.assert_allclose(detector.posterior_, detector.loss_posterior_)
    assert (detector.score_samples(X, truth) > 0.5).all()
