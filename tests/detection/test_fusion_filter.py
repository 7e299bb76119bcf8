# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from sknoisy.detection import IterativeFusionFilter
from sknoisy.detection._fusion_filter import Fusion, noise_scores
from sknoisy.detection._hardness_queries import new_queries
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts
from tests.detection.test_neighborhood import queries


@parametrize_with_checks(
    [
        IterativeFusionFilter(vote="consensus", n_neighbors=3),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def test_planted_errors_are_removed():
    X, y, wrong = planted()
    fitted = IterativeFusionFilter().fit(X, y)
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)
    np.testing.assert_array_equal(fitted.removed_at_ > 0, wrong)
    assert roc_auc_score(wrong, -fitted.label_quality_) == 1
    assert fitted.stopped_by_ == "quiet"


def test_many_errors_are_removed():
    X, given, truth = blobs(300, noise=0.2)
    found = IterativeFusionFilter().fit(X, given).suspect_mask_
    assert found[given != truth].mean() > 0.95
    assert found[given == truth].mean() < 0.05


def slow_scores(X, y, noisy, k):
    """Score by the formulas of the paper, row by row."""

    def neighbors(i):
        order = np.argsort(np.abs(X - X[i]), kind="stable")
        return [j for j in order if j != i][:k]

    def confidence(j):
        times = sum(j in neighbors(i) for i in np.flatnonzero(noisy))
        return 1 / np.sqrt(1 + times**2)

    def cleanness(j):
        n_noisy = sum(noisy[i] for i in neighbors(j))
        return (k + (1 if noisy[j] else -1) * (n_noisy - k)) / (2 * k)

    return [
        sum(
            confidence(j) * cleanness(j) * (-1 if y[i] == y[j] else 1)
            for j in neighbors(i)
        )
        / k
        for i in np.flatnonzero(noisy)
    ]


@pytest.mark.parametrize("k", [1, 3, 5])
def test_noise_scores_are_those_of_the_formulas(k):
    rng = np.random.default_rng(0)
    X, y, noisy = rng.random(25), rng.integers(0, 3, 25), rng.random(25) < 0.3
    judges = queries(X[:, None], y)
    scores = noise_scores(judges, noisy, judges.take(noisy), k)
    np.testing.assert_allclose(scores, slow_scores(X, y, noisy, k))


def test_the_noise_score_of_a_lone_error_among_clean_rows_is_known():
    X = np.arange(7.0)[:, None]
    y = np.array([0, 0, 0, 1, 0, 0, 0])
    noisy = y == 1
    score = noise_scores(queries(X, y), noisy, queries(X, y).take(noisy), 2)
    # Both neighbours have one noisy row that names them: confidence 1 / sqrt(2). One
    # of two neighbours of each is noisy: cleanness 3 / 4.
    np.testing.assert_allclose(score, 0.75 / np.sqrt(2))


def test_a_high_threshold_spares_labels():
    X, y, wrong = planted()
    fitted = IterativeFusionFilter(noise_threshold=0.99).fit(X, y)
    assert not fitted.suspect_mask_.any()
    np.testing.assert_array_equal(np.isfinite(fitted.noise_score_), wrong)
    assert (fitted.noise_score_[wrong] > 0.3).all()


def test_only_outvoted_labels_have_a_score():
    X, given, _ = blobs(150, noise=0.15, spread=3.0)
    fitted = IterativeFusionFilter().fit(X, given)
    removed = fitted.suspect_mask_
    assert (fitted.noise_score_[removed] > 0).all()
    assert np.isnan(fitted.noise_score_[fitted.label_quality_ == 1]).any()


def test_consensus_removes_no_more_than_majority():
    X, given, _ = blobs(150, noise=0.15, spread=3.0)
    once = {"max_iter": 1, "noise_threshold": -1.0}
    majority = IterativeFusionFilter(**once).fit(X, given)
    consensus = IterativeFusionFilter(vote="consensus", **once).fit(X, given)
    assert 0 < consensus.suspect_mask_.sum() < majority.suspect_mask_.sum()
    assert (consensus.label_quality_[consensus.suspect_mask_] == 0).all()


def test_members_do_not_vote_on_classes_they_do_not_know():
    judges = queries(np.arange(8.0)[:, None], np.arange(8) // 4)
    fusion = Fusion(judges, LogisticRegression(), 3)
    new = new_queries(np.array([[0.0], [0.0], [0.0]]), np.arange(3), 1)
    ballot = fusion.vote(new)
    np.testing.assert_array_equal(ballot.n_votes, [3, 3, 0])
    np.testing.assert_array_equal(ballot.n_wrong, [0, 3, 0])
    np.testing.assert_array_equal(ballot.quality, [1, 0, 1])


def test_a_single_class_is_all_they_say():
    judges = queries(np.arange(4.0)[:, None], np.ones(4, dtype=int))
    ballot = Fusion(judges, LogisticRegression(), 2).vote(judges)
    np.testing.assert_array_equal(ballot.pred_proba, [[0, 1]] * 4)


@pytest.mark.parametrize("n_rare", [1, 2])
def test_a_rare_class_is_not_emptied(n_rare):
    X, y, _ = blobs(60, 2)
    y[:n_rare] = 2
    assert not IterativeFusionFilter().fit(X, y).suspect_mask_[:n_rare].all()


@pytest.mark.parametrize("data", [texts(), frame(pd), frame(pd, with_text=True)])
def test_any_container_is_judged(data):
    X, y = data
    quality = IterativeFusionFilter().fit(X, y).label_quality_
    assert roc_auc_score(np.arange(len(y)) < 2, -quality) > 0.9


def test_new_labels_are_judged():
    X, y, _ = blobs(90)
    fitted = IterativeFusionFilter().fit(X, y)
    np.testing.assert_array_equal(fitted.score_samples(X, y), 1)
    np.testing.assert_array_equal(fitted.score_samples(X, (y + 1) % 3), 0)
    np.testing.assert_array_equal(fitted.score_samples(X), 1)


def test_counts_are_checked():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="n_neighbors=0 must be a whole number"):
        IterativeFusionFilter(n_neighbors=0).fit(X, y)


def test_the_noise_threshold_is_checked():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="from -1 to 1"):
        IterativeFusionFilter(noise_threshold=5).fit(X, y)
