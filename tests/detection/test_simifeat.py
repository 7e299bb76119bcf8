# SPDX-License-Identifier: BSD-3-Clause
"""SimiFeat: the published soft labels, votes and rates."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from sknoisy.detection import SimiFeat
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


def brute_soft_labels(X, y, n_neighbors):
    """Build soft labels row by row."""
    directions = X / np.linalg.norm(X, axis=1, keepdims=True)
    distances = 1 - directions @ directions.T
    np.fill_diagonal(distances, np.inf)
    soft = np.zeros((len(y), y.max() + 1))
    for i in range(len(y)):
        near = np.argsort(distances[i], kind="stable")
        first, second = distances[i, near[:2]]
        soft[i, y[i]] += max(0, 1 - (2 * first - second))
        voters = near[: n_neighbors - 1]
        np.add.at(soft[i], y[voters], np.maximum(0, 1 - distances[i, voters]))
    return soft / np.linalg.norm(soft, axis=1, keepdims=True)


@parametrize_with_checks(
    [
        SimiFeat(method="vote", n_neighbors=6),
        SimiFeat(n_rounds=3, threshold="quantile"),
    ]
)
def test_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("n_neighbors", [2, 5, 10])
def test_quality_is_the_entry_of_the_soft_label(n_neighbors):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 4)), rng.integers(3, size=80)
    detector = SimiFeat("passthrough", n_neighbors=n_neighbors, method="vote")
    soft = brute_soft_labels(X, y, n_neighbors)
    quality = detector.fit(X, y).label_quality_
    np.testing.assert_allclose(quality, soft[np.arange(80), y])
    np.testing.assert_array_equal(detector.suspect_mask_, soft.argmax(axis=1) != y)


def test_probabilities_leave_the_row_itself_out():
    X = np.array([[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1], [0.2, 1]])
    y = [1, 0, 0, 1, 1, 1]
    detector = SimiFeat("passthrough", n_neighbors=3).fit(X, y)
    np.testing.assert_array_equal(detector.pred_proba_[0], [1, 0])
    assert detector.suggested_labels_[0] == 0 and 0 < detector.label_quality_[0] < 0.5


@pytest.mark.parametrize("method", ["rank", "vote"])
@pytest.mark.parametrize("n_rounds", [1, 5])
def test_planted_errors_are_found(method, n_rounds):
    rng = np.random.default_rng(0)
    truth = np.arange(300) % 3
    X = 6.0 * np.eye(5)[truth] + rng.normal(size=(300, 5))
    y = np.where(rng.random(300) < 0.1, (truth + 1) % 3, truth)
    detector = SimiFeat(method=method, n_rounds=n_rounds).fit(X, y)
    wrong = y != truth
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.99
    assert detector.suspect_mask_[wrong].mean() > 0.9
    assert detector.suspect_mask_[~wrong].mean() < 0.05
    np.testing.assert_array_equal(detector.suggested_labels_, truth)


def test_noise_is_estimated_from_near_rows():
    X, truth = load_digits(return_X_y=True)
    flipped = np.random.default_rng(0).random(len(truth)) < 0.3
    y = np.where(flipped, (truth + 1) % 10, truth)
    detector = SimiFeat().fit(X, y)
    assert abs(detector.noise_rate_ - 0.3) < 0.05
    expected = 0.7 * np.eye(10) + 0.3 * np.roll(np.eye(10), 1, axis=1)
    error = np.abs(detector.transition_matrix_ - expected).sum(axis=1).mean()
    assert error < 0.25
    assert detector.suspect_mask_[y != truth].mean() > 0.8


def test_rates_stay_within_their_bounds():
    X, y, _ = blobs(200, 2, spread=2.0)
    clean = SimiFeat().fit(X, y)
    assert clean.suspect_mask_.mean() < 0.03 and clean.noise_rate_ < 0.03
    # Of features that tell nothing, no two soft labels are equal.
    X, y = np.random.default_rng(0).normal(size=(200, 4)), np.arange(200) % 2
    most = SimiFeat(rate_bounds=(0.2, 0.2)).fit(X, y).suspect_mask_
    np.testing.assert_array_equal(np.bincount(y[most]), [20, 20])


def test_many_classes_are_counted_by_the_confident_joint():
    rng = np.random.default_rng(0)
    truth = np.arange(400) % 40
    X = 6.0 * np.eye(40)[truth] + 0.5 * rng.normal(size=(400, 40))
    y = truth.copy()
    y[:40] = (truth[:40] + 1) % 40
    detector = SimiFeat(n_neighbors=6).fit(X, y)
    assert detector.transition_matrix_.shape == (40, 40)
    assert detector.suspect_mask_[:40].mean() > 0.8
    assert detector.suspect_mask_[40:].mean() < 0.02


def test_rounds_see_draws_of_the_features():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 10)), rng.integers(3, size=90)
    one = SimiFeat().fit(X, y).label_quality_
    all_of_them = SimiFeat(n_rounds=3, max_features=1.0).fit(X, y).label_quality_
    np.testing.assert_allclose(all_of_them, one)
    some = SimiFeat(n_rounds=3).fit(X, y).label_quality_
    assert not np.allclose(some, one)
    np.testing.assert_array_equal(SimiFeat(n_rounds=3).fit(X, y).label_quality_, some)
    other = SimiFeat(n_rounds=3, random_state=5).fit(X, y).label_quality_
    assert not np.allclose(other, some)


@pytest.mark.parametrize("X_y", [texts(), frame(pd), frame(pd, with_text=True)])
def test_errors_in_other_containers_rank_low(X_y):
    X, y = X_y
    quality = SimiFeat().fit(X, y).label_quality_
    assert quality[:2].max() < np.median(quality[2:])


def test_copies_do_not_vouch_for_each_other():
    X, y, wrong = planted(60, n_wrong=3)
    copies = np.r_[np.arange(60), np.flatnonzero(wrong)]
    once = SimiFeat().fit(X, y, sample_weight=1.0 + wrong).label_quality_
    twice = SimiFeat().fit(X[copies], y[copies]).label_quality_
    np.testing.assert_allclose(twice, once[copies])
    assert twice[60:].max() < 0.3


def test_rows_without_a_judge_count_as_right():
    X, y, _ = blobs(30)
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 30 of 30"):
        detector = SimiFeat().fit(X, y, groups=np.zeros(30))
    np.testing.assert_array_equal(detector.label_quality_, 1.0)
    assert not detector.suspect_mask_.any()


def test_new_labels_are_scored_by_the_rows_of_fit():
    X, y, _ = planted()
    detector = SimiFeat(n_rounds=2, max_features=1.0).fit(X, y)
    new, truth, _ = blobs(40, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > wrong.max()
    np.testing.assert_array_equal(detector.score_samples(new), right)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_neighbors": 1}, "n_neighbors=1 must be a whole number above 1"),
        ({"n_rounds": 0}, "n_rounds=0 must be a whole number above 0"),
        ({"max_features": 2}, r"max_features=2 must lie in \(0, 1\]"),
        ({"rate_bounds": (0.5, 0.1)}, "must be two shares between 0 and 1"),
        ({"method": "votes"}, "Did you mean 'vote'"),
    ],
)
def test_parameters_out_of_range_are_refused(params, message):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match=message):
        SimiFeat(**params).fit(X, y)
