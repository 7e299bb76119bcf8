# SPDX-License-Identifier: BSD-3-Clause
"""Prediction sets from calibration rows with wrong labels."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from sknoisy.estimators import NoiseRobustConformalClassifier
from sknoisy.estimators._conformal_thresholds import (
    CalibrationScores,
    conformal_thresholds,
    expected_excess,
    nonconformity,
)
from sknoisy.exceptions import RareClassWarning, WeakEvidenceWarning
from sknoisy.noise import pair_matrix, symmetric_matrix

CENTRES = np.random.default_rng(42).normal(size=(4, 10)) * 0.75
INCLUSIVE = symmetric_matrix(4, 0.2, inclusive=True)


def draw(n_samples, seed, transition=INCLUSIVE):
    """Draw features, true and given labels of four classes that overlap."""
    rng = np.random.default_rng(seed)
    y_true = rng.integers(4, size=n_samples)
    X = CENTRES[y_true] + rng.normal(size=(n_samples, 10))
    steps = np.cumsum(transition, axis=1)[y_true]
    return X, y_true, (rng.random(n_samples)[:, None] > steps).sum(axis=1)


def coverage_and_size(adjustment, seed, transition=INCLUSIVE, n_samples=4000, **params):
    X, _, y_given = draw(n_samples, seed, transition)
    clf = NoiseRobustConformalClassifier(
        LogisticRegression(),
        adjustment=adjustment,
        transition_matrix=transition,
        **params,
    )
    X_test, y_test, _ = draw(3000, seed + 1000)
    sets = clf.fit(X, y_given).predict_set(X_test)
    return sets[np.arange(len(sets)), y_test].mean(), sets.sum(axis=1).mean()


@pytest.mark.parametrize(
    ("adjustment", "coverage", "size"),
    [("none", 0.982, 2.30), ("adaptive", 0.964, 1.92), ("optimistic", 0.964, 1.90)],
)
def test_coverage_and_size_are_those_reported(adjustment, coverage, size):
    # Four classes, a fifth of the labels drawn anew, 2000 calibration rows.
    found = np.mean(
        [
            coverage_and_size(adjustment, seed, conformity_score="lac")
            for seed in (0, 1)
        ],
        axis=0,
    )
    assert found[0] == pytest.approx(coverage, abs=0.015)
    assert found[1] == pytest.approx(size, abs=0.2)


@pytest.mark.parametrize("transition", [INCLUSIVE, pair_matrix(4, 0.2)])
def test_optimistic_sets_are_the_smallest_and_still_cover(transition):
    plain, adaptive, optimistic = (
        coverage_and_size(adjustment, 3, transition)
        for adjustment in ("none", "adaptive", "optimistic")
    )
    assert optimistic[1] <= min(plain[1], adaptive[1])
    assert optimistic[0] > 0.89


def test_without_noise_sets_cover_as_asked():
    plain, optimistic = (
        coverage_and_size(adjustment, 0, np.eye(4), coverage=0.95)
        for adjustment in ("none", "optimistic")
    )
    assert plain[0] == pytest.approx(0.95, abs=0.02)
    assert optimistic == plain


def test_few_rows_leave_optimistic_sets_as_plain_ones_are():
    plain, adaptive, optimistic = (
        coverage_and_size(adjustment, 0, n_samples=200)[1]
        for adjustment in ("none", "adaptive", "optimistic")
    )
    assert plain == optimistic < adaptive


@pytest.mark.slow
def test_every_class_is_covered_on_average():
    covered = []
    for seed in range(20):
        X, _, y_given = draw(4000, seed)
        clf = NoiseRobustConformalClassifier(
            LogisticRegression(max_iter=300), transition_matrix=INCLUSIVE
        ).fit(X, y_given)
        X_test, y_test, _ = draw(3000, seed + 1000)
        sets = clf.predict_set(X_test)
        held = sets[np.arange(len(sets)), y_test]
        covered.append([held[y_test == k].mean() for k in range(4)])
    assert np.mean(covered, axis=0).min() > 0.9


def test_scores_by_hand():
    pred_proba = np.array([[0.5, 0.2, 0.3]])
    assert np.allclose(nonconformity(pred_proba, "lac", None), [[0.5, 0.8, 0.7]])
    found = nonconformity(pred_proba, "aps", np.array([0.5]))
    assert np.allclose(found, [[0.25, 0.9, 0.65]])


@pytest.mark.parametrize("n_rows", [1, 4, 60])
def test_expected_excess_is_the_mean_over_draws(n_rows):
    uniform = np.sort(np.random.default_rng(0).random((4000, n_rows)), axis=1)
    drawn = (np.arange(1, n_rows + 1) / n_rows - uniform).max(axis=1).mean()
    assert expected_excess(n_rows) == pytest.approx(drawn, rel=0.03)


def test_plain_thresholds_are_the_usual_order_statistic():
    rng = np.random.default_rng(0)
    scores, codes = rng.random((60, 2)), np.repeat([0, 1], [39, 21])
    calibration = CalibrationScores(scores, codes, np.ones(60))
    found = conformal_thresholds(calibration, np.eye(2), 0.9, "none")
    for k, rank in ((0, 36), (1, 20)):
        # ceil(0.9 * (n + 1)) of n + 1
        assert found[k] == np.sort(scores[codes == k, k])[rank - 1]
    few = CalibrationScores(scores[:8], codes[:8], np.ones(8))
    assert (conformal_thresholds(few, np.eye(2), 0.9, "none") == 1).all()


def test_a_weight_of_two_is_two_rows():
    X, _, y = draw(300, 0)
    weight = np.random.default_rng(0).integers(0, 3, 300)
    clf = NoiseRobustConformalClassifier(GaussianNB(), transition_matrix=INCLUSIVE)
    weighted = clone(clf).fit(X, y, sample_weight=weight)
    again = np.repeat(np.arange(300), weight)
    repeated = clone(clf).fit(X[again], y[again])
    assert np.allclose(weighted.thresholds_, repeated.thresholds_)


def test_sets_hang_on_the_row_alone():
    X, _, y = draw(600, 0)
    clf = NoiseRobustConformalClassifier(GaussianNB()).fit(X, y)
    sets = clf.predict_set(X[:50])
    assert np.array_equal(clf.predict_set(X[:50][::-1])[::-1], sets)
    order = np.random.default_rng(0).permutation(600)
    assert np.array_equal(clone(clf).fit(X[order], y[order]).predict_set(X[:50]), sets)
    assert np.array_equal(pickle.loads(pickle.dumps(clf)).predict_set(X[:50]), sets)
    other = clone(clf).set_params(random_state=1).fit(X, y)
    assert not np.array_equal(other.calibration_indices_, clf.calibration_indices_)


@pytest.mark.parametrize("size", [0.5, 0.25, 0.7])
def test_share_of_rows_that_calibrate(size):
    X, _, y = draw(600, 0)
    clf = NoiseRobustConformalClassifier(GaussianNB(), calibration_size=size)
    calibrated = clf.fit(X, y).calibration_indices_
    assert len(calibrated) / 600 == pytest.approx(size, abs=0.02)
    shares = np.bincount(y[calibrated]) / np.bincount(y)
    assert np.allclose(shares, size, atol=0.05)


def test_groups_stay_together():
    X, _, y = draw(600, 0)
    groups = np.random.default_rng(0).integers(60, size=600)
    clf = NoiseRobustConformalClassifier(GaussianNB()).fit(X, y, groups=groups)
    rest = np.setdiff1d(np.arange(600), clf.calibration_indices_)
    assert not np.intersect1d(groups[rest], groups[clf.calibration_indices_]).size


def test_a_frozen_estimator_is_calibrated_on_all_rows():
    X, _, y = draw(600, 0)
    inner = GaussianNB().fit(X[:300], y[:300])
    clf = NoiseRobustConformalClassifier(FrozenEstimator(inner))
    clf.fit(X[300:], y[300:])
    assert np.array_equal(clf.calibration_indices_, np.arange(300))
    assert np.array_equal(clf.predict(X), inner.predict(X))
    with pytest.raises(ValueError, match="rows of all its classes"):
        clone(clf).fit(X[y < 3], y[y < 3])


def test_containers_and_kinds_of_labels():
    X, _, y = draw(400, 0)
    names = np.array(["a", "b", "c", "d"])
    clf = NoiseRobustConformalClassifier(transition_matrix=INCLUSIVE)
    expected = clone(clf).fit(X, y).predict_set(X[:30])
    named = clone(clf).fit(X, names[y])
    assert np.array_equal(named.classes_, names)
    assert np.array_equal(named.predict_set(X[:30]), expected)
    frame = pd.DataFrame(X.copy(), columns=[f"x{j}" for j in range(10)])
    frame["kind"] = np.where(X[:, 0] > 0, "high", "low")
    frame.loc[::7, "x1"] = np.nan
    assert clone(clf).fit(frame, y).predict_set(frame[:30]).shape == (30, 4)
    texts = [f"word{label} word{label} other" for label in y]
    assert clone(clf).fit(texts, y).predict_set(texts[:30]).any(axis=1).all()
    some = sparse.csr_matrix(np.maximum(X, 0))
    assert clone(clf).fit(some, y).predict_set(some[:30]).shape == (30, 4)


def test_a_class_of_one_row_is_learned_and_enters_all_sets():
    X, _, y = draw(400, 0, np.eye(4))
    X, y = np.vstack([X, X[:1] + 9]), np.r_[y, 4]
    clf = NoiseRobustConformalClassifier(GaussianNB(), adjustment="none")
    with pytest.warns(RareClassWarning, match=r"label\(s\) \[4\]"):
        clf.fit(X, y)
    assert np.array_equal(clf.classes_, np.arange(5))
    assert clf.predict_set(X)[:, 4].all()
    assert not clf.predict_set(X)[:, :4].all()


def test_it_scores_and_validates_as_any_classifier():
    X, y_true, y = draw(600, 0)
    clf = NoiseRobustConformalClassifier(GaussianNB())
    assert cross_val_score(clf, X, y_true, cv=3).min() > 0.6
    assert clf.fit(X, y).score(X, y_true) > 0.7


def test_a_matrix_that_cannot_be_undone():
    X, _, y = draw(400, 0)
    flat = np.full((4, 4), 0.25)
    clf = NoiseRobustConformalClassifier(GaussianNB(), transition_matrix=flat)
    with pytest.raises(ValueError, match="Merge those classes"):
        clf.fit(X, y)
    assert clf.set_params(adjustment="none").fit(X, y).adjustment_ == "none"


def test_an_estimated_matrix_that_cannot_be_undone_changes_nothing(monkeypatch):
    X, _, y = draw(400, 0)
    monkeypatch.setattr("sknoisy.estimators._conformal._MAX_CONDITION", 1.0)
    clf = NoiseRobustConformalClassifier(GaussianNB())
    with pytest.warns(WeakEvidenceWarning, match="calibrated as if no label"):
        clf.fit(X, y)
    assert clf.adjustment_ == "none"
    plain = clone(clf).set_params(adjustment="none").fit(X, y)
    assert np.array_equal(clf.thresholds_, plain.thresholds_)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"coverage": 90}, ValueError, "write 0.9 for 90 %"),
        ({"calibration_size": 0}, ValueError, "calibration_size=0 must be between"),
        ({"adjustment": "adaptiv"}, ValueError, "Did you mean 'adaptive'"),
        ({"conformity_score": "raps"}, ValueError, "Did you mean 'aps'"),
        ({"estimator": LinearSVC()}, TypeError, "CalibratedClassifierCV"),
        ({"estimator": LinearRegression()}, TypeError, "must be a classifier"),
        ({"transition_matrix": np.eye(3)}, ValueError, "is for 3 classes"),
    ],
)
def test_bad_parameters_are_refused_with_the_fix(params, error, message):
    X, _, y = draw(100, 0)
    with pytest.raises(error, match=message):
        NoiseRobustConformalClassifier(**params).fit(X, y)
