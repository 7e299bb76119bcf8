# SPDX-License-Identifier: BSD-3-Clause
"""When a round of the robust loop counts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.dummy import DummyClassifier

from sknoisy.estimators._robust_targets import METHODS
from sknoisy.estimators.methods import NoiseModel, Problem, Rounds
from sknoisy.utils._labelled_rows import check_labelled_rows
from tests._data import blobs

MATRIX = np.array([[0.8, 0.2], [0.3, 0.7]])


def search(
    pred_proba,
    *,
    method="soft",
    weight=None,
    trusted=None,
    is_own=True,
    min_gain=1.0,
    max_iter=1,
):
    """Search with a classifier that has no opinion of its own."""
    X, y, _ = blobs(len(pred_proba), n_classes=2)
    rows = check_labelled_rows(DummyClassifier(), X, y, weight, None, trusted)
    prior = np.full(2, 0.5)
    problem = Problem(
        DummyClassifier(strategy="prior"),
        rows,
        pred_proba,
        NoiseModel(MATRIX, prior, prior),
        own_proba=pred_proba if is_own else None,
        cv=2,
    )
    rounds = Rounds(max_iter, min_gain, label_share=0.0)
    return METHODS[method]().search(problem, rounds), rows


def test_bayes_rule_by_hand():
    found, rows = search(np.tile([0.6, 0.4], (40, 1)), min_gain=None)
    # P(true = k) P(given | true = k), for a given 0 and a given 1.
    joint = np.array([[0.6 * 0.8, 0.4 * 0.3], [0.6 * 0.2, 0.4 * 0.7]])
    expected = joint / joint.sum(axis=1, keepdims=True)
    assert_allclose(found.targets, expected[rows.codes])
    assert found.n_iter == 1
    assert_allclose(found.log_likelihoods, [np.log([0.6, 0.4]).mean()])


def test_reweighting_by_hand():
    found, rows = search(np.tile([0.6, 0.4], (40, 1)), method="reweight", min_gain=None)
    given = np.array([0.6 * 0.8 + 0.4 * 0.3, 0.6 * 0.2 + 0.4 * 0.7])
    importance = (np.array([0.6, 0.4]) / given)[rows.codes]
    own = found.targets[np.arange(40), rows.codes]
    assert_allclose(own, importance / importance.mean())
    assert_array_equal(found.targets[np.arange(40), 1 - rows.codes], 0)


def test_predictions_that_explain_the_labels_are_kept():
    # Even odds through the noise model say less than predictions that are right.
    codes = np.arange(40) % 2
    sure = np.where(codes[:, None] == [0, 1], 0.9, 0.1)
    found, _ = search(sure)
    assert found.targets is None
    assert found.n_iter == 1
    assert_allclose(found.log_likelihoods[0], np.log(0.9))
    assert found.log_likelihoods[1] < found.log_likelihoods[0]


def test_a_gain_is_measured_against_the_estimator_itself():
    # The detector knows every label; the estimator, which is to gain, does not.
    codes = np.arange(40) % 2
    sure = np.where(codes[:, None] == [0, 1], 0.99, 0.01)
    by_detector, _ = search(sure, is_own=True)
    by_estimator, _ = search(sure, is_own=False)
    assert_allclose(by_detector.log_likelihoods[0], np.log(0.99))
    assert_allclose(by_estimator.log_likelihoods[0], np.log(0.5), rtol=0.02)
    assert by_detector.log_likelihoods[1] == by_estimator.log_likelihoods[1]


def test_predictions_that_contradict_the_labels_give_way():
    codes = np.arange(40) % 2
    wrong = np.where(codes[:, None] == [0, 1], 0.1, 0.9)
    found, _ = search(wrong)
    assert found.n_iter == 1
    assert found.log_likelihoods[1] > found.log_likelihoods[0]


def test_weights_decide_whose_likelihood_counts():
    codes = np.arange(40) % 2
    right = np.arange(40) < 20
    mixed = np.where((codes == np.arange(2)[:, None]).T == right[:, None], 0.95, 0.05)
    trusting, _ = search(mixed, weight=np.where(right, 1.0, 1e-3))
    doubting, _ = search(mixed, weight=np.where(right, 1e-3, 1.0))
    assert trusting.targets is None
    assert doubting.targets is not None


def test_whole_weights_count_as_repeated_rows():
    codes = np.arange(40) % 2
    # The gain is uneven: large for a few rows, a small loss for the others.
    own = np.where(np.arange(40) < 6, 0.1, 0.6)
    mixed = np.where(codes[:, None] == [0, 1], own[:, None], 1 - own[:, None])
    gains = [
        search(mixed, weight=np.full(40, float(copies)))[0] for copies in (1, 1000)
    ]
    assert_allclose(*[found.log_likelihoods for found in gains])
    assert np.diff(gains[0].log_likelihoods) > 0
    assert [found.targets is not None for found in gains] == [False, True]


def test_what_was_not_checked_is_not_made():
    wrong = np.where((np.arange(40) % 2)[:, None] == [0, 1], 0.1, 0.9)
    assert search(wrong)[0].cross_fit.pred_proba.shape == (40, 2)
    assert search(wrong, min_gain=None)[0].cross_fit is None
    assert search(1 - wrong)[0].cross_fit is None


@pytest.mark.parametrize(
    "rounds", [Rounds(), Rounds(1, None, 0.0), Rounds(np.int64(3), -1.0, 0.99)]
)
def test_limits_within_their_range_pass(rounds):
    rounds.check()
