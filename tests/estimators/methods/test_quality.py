# SPDX-License-Identifier: BSD-3-Clause
"""Soft targets by the quality of each label."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from sknoisy import ConfidentLearning, NoiseRobustClassifier
from sknoisy.estimators.methods import QualityTargets
from tests._data import blobs
from tests.estimators.methods.toys import judged_problem, targets_of

# Two thirds of class 1, and a tenth of the others, are called the next class.
X, _, TRUTH = blobs(180, spread=2.5)
MOVED = (np.arange(180) % 3 == 1) & (np.arange(180) % 9 != 1)
MOVED |= np.arange(180) % 30 == 0
Y = np.where(MOVED, (TRUTH + 1) % 3, TRUTH)
GIVEN = np.eye(3)[Y]


def soft(task):
    """What the quality alone makes of each label."""
    quality = task.detector.label_quality_[:, None]
    others = task.pred_proba * (1 - task.given)
    others /= others.sum(axis=1, keepdims=True)
    return quality * task.given + (1 - quality) * others


@pytest.mark.parametrize("balance", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("drop_share", [0.0, 0.5, 1.0])
def test_shares_are_those_that_balance_asks_for(balance, drop_share):
    task = judged_problem(X, Y)
    targets = targets_of(QualityTargets(balance, drop_share=drop_share), task)
    asked = soft(task).mean(axis=0) ** (1 - balance) * GIVEN.mean(axis=0) ** balance
    shares = targets.mean(axis=0) / targets.mean()
    # What a row hardly belongs to is left out.
    assert_allclose(
        shares, (asked / asked.sum()) / np.mean(asked / asked.sum()), atol=0.03
    )


def test_shares_follow_weights():
    weight = np.where(Y == 0, 3.0, 1.0)
    task = judged_problem(X, Y, sample_weight=weight)
    targets = targets_of(QualityTargets(1.0), task)
    shares = np.average(targets, axis=0, weights=weight)
    expected = np.average(GIVEN, axis=0, weights=weight)
    assert_allclose(shares / shares.sum(), expected, atol=0.01)


def test_what_is_judged_by_sets_the_balance():
    by_name = {"accuracy": 0.0, "both": 0.6, "balanced_accuracy": 1.0}
    for optimize, balance in by_name.items():
        own = targets_of(QualityTargets(), judged_problem(X, Y, optimize=optimize))
        said = targets_of(QualityTargets(balance), judged_problem(X, Y))
        assert_array_equal(own, said)


def test_suspects_lose_weight():
    task = judged_problem(X, Y)
    targets = targets_of(QualityTargets(), task)
    own = task.of_given(targets)
    suspects = task.detector.suspect_mask_
    assert own[suspects].mean() < 0.5 * own[~suspects].mean()


def test_only_suspects_are_dropped():
    task = judged_problem(X, Y)
    targets = targets_of(QualityTargets(drop_share=1.0), task)
    suspects = task.detector.suspect_mask_
    assert suspects.any()
    assert_array_equal(targets[suspects], 0)
    assert (task.of_given(targets)[~suspects] > 0).all()
    assert_array_equal(targets * (1 - task.given), 0)


def test_a_part_may_be_the_posterior():
    task = judged_problem(X, Y)
    posterior, quality, mean = (
        targets_of(QualityTargets(drop_share=0.0, posterior_share=share), task)
        for share in (1.0, 0.0, 0.5)
    )
    expected, _ = task.posterior(task.pred_proba, task.noise_model.prior_ratio)
    assert_allclose(posterior, expected, atol=0.02)
    assert_allclose(mean, (posterior + quality) / 2, atol=0.02)
    assert np.abs(posterior - quality).max() > 0.1


def test_a_class_of_suspects_keeps_a_row():
    task = judged_problem(X, Y)
    task.detector.suspect_mask_ = np.ones(len(Y), dtype=bool)
    targets = targets_of(QualityTargets(drop_share=1.0), task)
    assert_array_equal(
        np.unique(targets.argmax(axis=1)[targets.any(axis=1)]), [0, 1, 2]
    )


def rare_problem(n_rare, weight=None):
    """A third class of few rows, all of them doubted."""
    rare = np.flatnonzero(Y == 2)[:n_rare]
    rows = np.flatnonzero(Y < 2)
    rows = np.sort(np.r_[rows, rare])
    task = judged_problem(X[rows], Y[rows], sample_weight=weight)
    task.detector.label_quality_[Y[rows] == 2] = 0.1
    task.detector.suspect_mask_[Y[rows] == 2] = True
    return task, Y[rows] == 2


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_labels_of_a_handful_of_rows_are_not_doubted(share):
    task, rare = rare_problem(9)
    for method in (QualityTargets(drop_share=share), QualityTargets(0.5)):
        targets = targets_of(method, task)
        assert_array_equal(targets[rare], task.given[rare])
        assert (task.of_given(targets)[~rare] < 1).any()


def test_ten_rows_may_be_doubted():
    task, rare = rare_problem(10)
    assert (task.of_given(targets_of(QualityTargets(), task))[rare] < 0.9).all()
    unmoved = targets_of(QualityTargets(min_class_rows=11), task)
    assert_array_equal(unmoved[rare], task.given[rare])


def test_weights_count_rows_of_a_class():
    few = np.ones(len(rare_problem(5)[1]))
    for weight, is_doubted in ((few, False), (2 * few, True), (0.3 * few, False)):
        task, rare = rare_problem(5, weight)
        own = task.of_given(targets_of(QualityTargets(), task))[rare]
        assert (own < 1).all() == is_doubted


def test_a_class_without_weight_gets_none():
    task = judged_problem(X, Y)
    rows = replace(task.rows, sample_weight=(Y > 0).astype(float))
    task = replace(task, rows=rows)
    # The only class of these rows has no share.
    task.detector.label_quality_[Y == 0] = 1.0
    for balance in (0.0, 0.5, 1.0):
        assert np.isfinite(targets_of(QualityTargets(balance), task)).all()


def robust(**params):
    options = {"method": QualityTargets(), "min_gain": None}
    options["detector"] = ConfidentLearning()
    return NoiseRobustClassifier(LogisticRegression(), **(options | params))


def test_trusted_rows_keep_their_label():
    trusted = np.arange(len(Y)) % 2 == 0
    clf = robust().fit(X, Y, trusted=trusted)
    assert_array_equal(clf.targets_[trusted], GIVEN[trusted])


def test_a_weight_of_two_is_two_rows():
    weight = 1.0 + (np.arange(len(Y)) % 3 == 0)
    twice = np.repeat(np.arange(len(Y)), weight.astype(int))
    clf = robust(detector=ConfidentLearning(cv=3))
    weighted = clf.fit(X, Y, sample_weight=weight).predict_proba(X)
    repeated = clf.fit(X[twice], Y[twice]).predict_proba(X)
    assert_allclose(weighted, repeated, atol=0.02)


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(0).permutation(len(Y))
    targets = robust().fit(X, Y).targets_
    assert_allclose(
        robust().fit(X[order], Y[order]).targets_, targets[order], atol=1e-4
    )


def test_a_negative_number_of_rows_is_refused():
    with pytest.raises(ValueError, match="min_class_rows=-1 must be a whole number"):
        robust(method=QualityTargets(min_class_rows=-1)).fit(X, Y)


@pytest.mark.parametrize("value", [-0.1, 1.1, "half", np.nan])
@pytest.mark.parametrize("name", ["balance", "drop_share", "posterior_share"])
def test_errors_name_the_fix(name, value):
    method = QualityTargets().set_params(**{name: value})
    with pytest.raises(ValueError, match=f"{name}=.* must be a number from 0 to 1"):
        robust(method=method).fit(X, Y)
