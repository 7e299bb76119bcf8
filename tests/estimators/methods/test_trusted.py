# SPDX-License-Identifier: BSD-3-Clause
"""Targets from what trusted rows say of the others."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from sknoisy import ConfidentLearning, NoiseRobustClassifier
from sknoisy.estimators.methods import PosteriorTargets, TrustedTargets
from sknoisy.estimators.methods._trusted import _best_powers, _noise_matrix
from tests._data import blobs
from tests.estimators.methods.toys import PAIR, problem, targets_of

N_ROWS = 600


def ruled(seed=0):
    """Blobs whose labels come from a rule: all on one side are called class 0."""
    X, _, truth = blobs(N_ROWS, seed=seed, spread=1.5)
    centre = X[truth == 1].mean(axis=0)
    side = (X - centre) @ (X[truth == 1] - centre)[0] > 0
    return X, np.where((truth == 1) & side, 0, truth), truth


X, Y, TRUTH = ruled()
X_TEST, _, Y_TEST = ruled(seed=1)
TRUSTED = np.random.default_rng(0).random(N_ROWS) < 0.1
VERIFIED = np.where(TRUSTED, TRUTH, Y)


def robust(method="auto", estimator=None, **params):
    inner = LogisticRegression() if estimator is None else estimator
    options = {"detector": ConfidentLearning(), "min_gain": None}
    return NoiseRobustClassifier(inner, method=method, **(options | params))


def test_noise_that_follows_a_rule_is_seen_through():
    plain = LogisticRegression().fit(X, VERIFIED).score(X_TEST, Y_TEST)
    soft = robust("soft").fit(X, VERIFIED, trusted=TRUSTED).score(X_TEST, Y_TEST)
    clf = robust("trusted").fit(X, VERIFIED, trusted=TRUSTED)
    assert clf.method_ == "trusted"
    assert clf.score(X_TEST, Y_TEST) > max(plain, soft) + 0.03
    wrong = (Y != TRUTH) & ~TRUSTED
    right = clf.targets_[np.arange(N_ROWS), TRUTH]
    assert right[wrong].mean() > 0.5


def test_it_is_chosen_where_the_given_labels_mislead():
    clf = robust(min_gain=1.0).fit(X, VERIFIED, trusted=TRUSTED)
    assert clf.method_ == "trusted"
    assert clf.score(X_TEST, Y_TEST) > 0.95
    assert clf.candidates_[0].trusted_accuracy_gain > 0
    # The given labels alone would have spoken against it.
    assert clf.candidates_[0].log_likelihood_gain < 0
    assert robust(min_gain=1.0).fit(X, VERIFIED).method_ != "trusted"


def test_trusted_rows_are_fitted_on_their_label():
    targets = robust("trusted").fit(X, VERIFIED, trusted=TRUSTED).targets_
    assert_array_equal(targets[TRUSTED], np.eye(3)[VERIFIED[TRUSTED]])


def test_no_row_is_judged_by_what_its_own_label_has_taught():
    noise = np.random.default_rng(0).normal(size=(200, 5))
    y = np.arange(200) % 2
    trusted = np.arange(200) % 3 == 0
    clf = robust(min_gain=1.0, estimator=KNeighborsClassifier(1))
    clf.fit(noise, y, trusted=trusted)
    assert abs(clf.candidates_[0].trusted_accuracy_gain) < 0.25


def test_targets_of_a_fold_know_nothing_of_its_rows():
    task, _ = problem(noise=0.4, trusted=np.arange(120) % 4 == 0)
    targets = targets_of(TrustedTargets(), task)
    honest = TrustedTargets().cross_fit(task, targets).pred_proba
    rows = np.arange(120)[task.rows.trusted]
    leaky = task.cross_fit(targets).pred_proba
    own = task.rows.codes[rows]
    assert honest[rows, own].mean() < leaky[rows, own].mean()


@pytest.mark.parametrize(
    "trusted",
    [None, np.zeros(120, dtype=bool), np.arange(120) < 9, "one class"],
    ids=["none", "nobody", "few", "one class"],
)
def test_without_enough_trusted_rows_it_is_the_posterior(trusted):
    if isinstance(trusted, str):
        trusted = problem()[0].rows.codes == 0
    task, _ = problem(trusted=trusted)
    assert_array_equal(
        targets_of(TrustedTargets(), task), targets_of(PosteriorTargets(), task)
    )


def test_a_classifier_that_asks_for_more_rows_is_not_fitted_on_few():
    picky = CalibratedClassifierCV(LinearSVC(), cv=20)
    task, _ = problem(estimator=picky, trusted=np.arange(120) % 6 == 0)
    assert task.trusted_fit is None
    assert_array_equal(
        targets_of(TrustedTargets(), task), targets_of(PosteriorTargets(), task)
    )


def test_shares_move_towards_even_ones():
    trusted = np.arange(120) % 4 == 0
    rare = (np.arange(120) % 12 == 0) & ~trusted
    task, _ = problem(trusted=trusted, sample_weight=np.where(rare, 5.0, 1.0))
    spread = []
    for balance in (0.0, 0.5, 1.0):
        targets = targets_of(TrustedTargets(balance), task)
        shares = np.average(targets, axis=0, weights=task.rows.sample_weight)
        spread.append(np.ptp(shares))
    assert spread[0] > spread[1] > spread[2]


@pytest.mark.parametrize(
    ("optimize", "balance"),
    [("accuracy", 0.0), ("both", 0.15), ("balanced_accuracy", 0.3)],
)
def test_balance_suits_what_the_caller_asks_for(optimize, balance):
    clf = robust("trusted", optimize=optimize).fit(X, VERIFIED, trusted=TRUSTED)
    told = robust(TrustedTargets(balance)).fit(X, VERIFIED, trusted=TRUSTED)
    assert_array_equal(clf.targets_, told.targets_)


def test_powers_follow_the_better_opinion():
    rng = np.random.default_rng(0)
    codes = rng.integers(3, size=200)
    sure = 0.7 * np.eye(3)[codes] + 0.1
    blind = rng.dirichlet(np.ones(3), size=200)
    weight = np.ones(200)
    first, second = _best_powers([sure, blind], codes, weight)
    assert first >= 1 and second == 0
    assert _best_powers([blind, sure], codes, weight)[0] == 0
    nobody = np.arange(0)
    assert _best_powers([sure[:0], blind[:0]], nobody, weight[:0]) == (0, 1)


def test_the_noise_model_comes_from_trusted_rows():
    trusted = np.arange(120) % 2 == 0
    task, _ = problem(matrix=np.eye(3), trusted=trusted)
    given = (task.rows.codes + 1) % 3
    task.pred_proba[:] = np.eye(3)[given]
    matrix = _noise_matrix(task, trusted)
    assert_array_equal(matrix.argmax(axis=1), [1, 2, 0])
    assert_allclose(matrix.sum(axis=1), 1)


def test_a_known_noise_model_is_kept():
    clf = robust("trusted", transition_matrix=PAIR)
    clf.fit(X, VERIFIED, trusted=TRUSTED)
    assert_array_equal(clf.transition_matrix_, PAIR)
    assert clf.score(X_TEST, Y_TEST) > 0.6


def test_labels_of_any_kind():
    labels = np.array(["no", "so", "yes"])
    by_name = robust("trusted").fit(X, labels[VERIFIED], trusted=TRUSTED)
    by_number = robust("trusted").fit(X, VERIFIED, trusted=TRUSTED)
    assert_array_equal(by_name.predict(X), labels[by_number.predict(X)])


@pytest.mark.parametrize("balance", [-0.1, 1.1, "both"])
def test_errors_name_the_fix(balance):
    with pytest.raises(ValueError, match="must be a number from 0 to 1"):
        robust(TrustedTargets(balance)).fit(X, Y)
