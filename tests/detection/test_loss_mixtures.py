# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sknoisy.base import with_default_estimator
from sknoisy.detection import BetaMixture, GaussianMixture, SmallLoss
from sknoisy.exceptions import RareClassWarning
from tests._data import blobs
from tests.detection._evidence import found, frame, texts

BOTH = pytest.mark.parametrize("mixture", [GaussianMixture, BetaMixture])


def proba_with_losses(losses):
    own = np.exp(-np.asarray(losses))
    return np.column_stack([own, 1 - own])


@BOTH
def test_quality_is_a_posterior_of_the_loss(mixture):
    X, given, _ = blobs(200, 3, noise=0.2)
    detector = mixture(LogisticRegression()).fit(X, given)
    own = SmallLoss(LogisticRegression()).fit(X, given).label_quality_
    order = np.argsort(own)
    assert (np.diff(detector.label_quality_[order]) >= -1e-12).all()
    expected = 1 - detector.crowds_[0].upper(-np.log(own))
    np.testing.assert_allclose(detector.posterior_, expected)
    np.testing.assert_allclose(detector.label_quality_, expected, atol=1e-3)
    assert detector.noise_rate_ == pytest.approx(1 - expected.mean())


def test_equal_posteriors_are_ranked_by_the_loss():
    rng = np.random.default_rng(0)
    losses = np.r_[0.2 * rng.random(95), 1.5, 3.9, 4.0, 4.1, 4.2]
    detector = GaussianMixture.from_predictions(
        np.zeros(100, dtype=int), proba_with_losses(losses), classes=[0, 1]
    )
    assert detector.posterior_[95] == 1
    order = np.argsort(losses)
    assert (np.diff(detector.label_quality_[order]) < 0).all()


@BOTH
@pytest.mark.parametrize("cv", [None, 3])
def test_planted_errors_are_found(mixture, cv):
    X, given, truth = blobs(300, 3, noise=0.1)
    wrong = given != truth
    detector = mixture(cv=cv).fit(X, given)
    assert found(detector, wrong) > 0.99
    assert np.mean(detector.suspect_mask_ == wrong) > 0.98
    assert (detector.suggested_labels_[wrong] == truth[wrong]).mean() > 0.9
    assert detector.noise_rate_ == pytest.approx(0.1, abs=0.02)


@BOTH
def test_classes_of_different_difficulty(mixture):
    rng = np.random.default_rng(0)
    easy, hard = 0.3 * rng.beta(1, 9, 200), 1.5 + rng.beta(2, 4, 200)
    wrong_hard = 5 + 0.5 * rng.random(40)
    losses = np.r_[easy, 1.5 + 0.5 * rng.random(40), hard, wrong_hard]
    y = np.repeat([0, 1], 240)
    proba = proba_with_losses(losses)
    proba[y == 1] = proba[y == 1, ::-1]
    wrong = np.r_[np.zeros(200), np.ones(40), np.zeros(200), np.ones(40)] > 0
    by_class = mixture.from_predictions(y, proba, per_class=True)
    assert by_class.suspect_mask_[wrong].mean() > 0.95
    assert by_class.suspect_mask_[~wrong].mean() < 0.05
    for_all = mixture.from_predictions(y, proba)
    assert np.mean(for_all.suspect_mask_ == wrong) < 0.95


@BOTH
def test_small_classes_share_a_mixture(mixture):
    X, given, _ = blobs(240, 3, noise=0.2)
    detector = mixture(per_class=True).fit(X, given)
    assert detector.crowds_[0] is detector.crowds_[1] is detector.crowds_[2]
    weight = np.full(240, 2.0)
    detector.fit(X, given, sample_weight=weight)
    assert detector.crowds_[0] is not detector.crowds_[1]


@BOTH
def test_one_crowd_has_no_suspects_but_a_ranking(mixture):
    proba = proba_with_losses(np.full(30, 0.1))
    detector = mixture.from_predictions([0] * 30, proba, classes=[0, 1])
    assert not detector.suspect_mask_.any()
    assert not detector.is_split_.any()
    assert detector.noise_rate_ == 0
    assert (detector.posterior_ == 1).all()
    better, worse = detector.score_samples([[0.9, 0.1], [0.9, 0.1]], [0, 1])
    assert better > worse > 0.99


@BOTH
def test_new_labels_are_judged_by_the_same_mixture(mixture):
    X, given, truth = blobs(300, 3, noise=0.1)
    detector = mixture().fit(X, given)
    fresh, labels, right = blobs(60, 3, noise=0.2, seed=5)
    quality = detector.score_samples(fresh, labels)
    assert quality[labels == right].min() > quality[labels != right].max()
    assert (detector.score_samples(fresh) > 0.5).all()


@BOTH
def test_any_container(mixture):
    X, y = texts()
    assert mixture().fit(X, y).label_quality_[:2].max() < 0.5
    X, y = frame(pd)
    assert mixture().fit(X, y).label_quality_[:2].max() < 0.5
    X, given, _ = blobs(120, 3, noise=0.1)
    names = np.array(["ant", "bee", "cat"])
    dense = mixture(GaussianNB()).fit(X, names[given])
    assert set(dense.suggested_labels_) <= set(names)
    dense = mixture(LogisticRegression()).fit(X, given).label_quality_
    thin = mixture(LogisticRegression()).fit(sparse.csr_array(X), given).label_quality_
    np.testing.assert_allclose(thin, dense, atol=1e-3)


@BOTH
def test_lone_row_of_a_class_counts_as_right(mixture):
    X, given, _ = blobs(90, 3, noise=0.1)
    given[0] = 7
    with pytest.warns(RareClassWarning):
        detector = mixture().fit(X, given)
    assert not detector.suspect_mask_[0]


@BOTH
def test_metadata(mixture):
    X, given, truth = blobs(120, 3, noise=0.1)
    wrong = given != truth
    groups = np.arange(120) // 4
    detector = mixture().fit(X, given, groups=groups, trusted=wrong)
    assert (detector.label_quality_[wrong] == 1).all()
    weight = np.where(wrong, 0.0, 1.0)
    detector.fit(X, given, sample_weight=weight)
    assert detector.label_quality_[wrong].max() < 0.5


@BOTH
def test_wrappers_lend_their_estimator(mixture):
    lent = with_default_estimator(mixture(), RandomForestClassifier())
    assert isinstance(lent.estimator, RandomForestClassifier)


@pytest.mark.parametrize("max_iter", [0, 1.5])
def test_max_iter_is_checked(max_iter):
    with pytest.raises(ValueError, match="max_iter="):
        BetaMixture(max_iter=max_iter).fit(*blobs(30)[:2])
