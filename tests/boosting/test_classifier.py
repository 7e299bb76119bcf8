# SPDX-License-Identifier: BSD-3-Clause
import pickle
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import softmax
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknoisy.boosting import (
    BackwardCorrection,
    EarlyLearningRegularization,
    ForwardCorrection,
    GeneralizedCrossEntropy,
    LabelSmoothing,
    RobustLGBMClassifier,
    SoftmaxCrossEntropy,
)
from sknoisy.boosting._classifier import OBJECTIVES
from sknoisy.noise import inject_pair_noise, pair_matrix
from sknoisy.utils import estimator_checks as checks
from tests._data import blobs

lightgbm = pytest.importorskip("lightgbm")


def trees(n_estimators=10, **params):
    params = {"min_child_samples": 5, "verbose": -1, "n_jobs": 1} | params
    return lightgbm.LGBMClassifier(n_estimators=n_estimators, **params)


def careful_trees(n_estimators=20):
    """Make trees whose leaves are too large for single wrong labels."""
    return trees(n_estimators, min_child_samples=20)


def leaves_count_rows(estimator):
    reason = "LightGBM counts rows, not weights, in its bins and leaves"
    names = ("dense_data", "sparse_data")
    return {f"check_sample_weight_equivalence_on_{name}": reason for name in names}


@parametrize_with_checks(
    [
        RobustLGBMClassifier(trees()),
        RobustLGBMClassifier(trees(), objective=EarlyLearningRegularization()),
    ],
    expected_failed_checks=leaves_count_rows,
)
def test_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_is_what_lightgbm_brings(n_classes, weighted):
    X, y, _ = blobs(200, n_classes, noise=0.2)
    y = np.array(["ant", "bee", "cat", "dog"])[y]
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 200) if weighted else None
    theirs = trees().fit(X, y, sample_weight=weight)
    ours = RobustLGBMClassifier(trees(), objective="cross_entropy")
    ours.fit(X, y, sample_weight=weight)
    raw = theirs.predict(X, raw_score=True)
    np.testing.assert_allclose(ours.decision_function(X), raw, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("class_weight", ["balanced", {"ant": 3.0, "bee": 1.0}])
def test_class_weights_are_those_of_lightgbm(class_weight):
    X, y, _ = blobs(150, 2, noise=0.2)
    y = np.where(np.arange(150) % 3 == 0, "bee", np.array(["ant", "bee"])[y])
    inner = trees(class_weight=class_weight)
    ours = RobustLGBMClassifier(inner, objective="cross_entropy").fit(X, y)
    theirs = clone(inner).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "objective",
    [*OBJECTIVES, LabelSmoothing(0.3), EarlyLearningRegularization(strength=1.0)],
    ids=str,
)
def test_every_objective_learns(objective, n_classes):
    X, y, truth = blobs(240, n_classes, noise=0.2)
    labels = np.array(["ant", "bee", "cat"])
    clf = RobustLGBMClassifier(careful_trees(), objective=objective)
    clf.fit(X, labels[y])
    assert clf.score(X, labels[truth]) > 0.95
    proba = clf.predict_proba(X)
    assert proba.shape == (240, n_classes)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(clf.classes_[proba.argmax(axis=1)], clf.predict(X))


@pytest.mark.parametrize("correction", [ForwardCorrection, BackwardCorrection])
def test_corrections_see_the_true_probabilities(correction):
    matrix, shares = pair_matrix(3, 0.3), np.array([[2, 4, 4], [5, 3, 2]])
    truth = np.concatenate([np.repeat([0, 1, 2], 30 * each) for each in shares])
    # Every class is given as often as the matrix says, so that shares are exact.
    given = np.where(np.arange(600) % 10 < 7, truth, (truth + 1) % 3)
    X = np.repeat([[0.0], [1.0]], 300, axis=0)
    clf = RobustLGBMClassifier(trees(200), objective=correction(matrix), warm_up=0)
    proba = clf.fit(X, given).predict_proba([[0.0], [1.0]])
    np.testing.assert_allclose(proba, shares / 10, atol=0.01)


def test_forward_correction_beats_plain_training_on_pair_noise():
    X, _, truth = blobs(900, 3, spread=2.0)
    noisy = inject_pair_noise(truth, 0.4, random_state=0).y
    X_test, _, truth_test = blobs(900, 3, seed=1, spread=2.0)
    forward = ForwardCorrection(pair_matrix(3, 0.4))
    scores = [
        RobustLGBMClassifier(trees(60), objective=objective)
        .fit(X, noisy)
        .score(X_test, truth_test)
        for objective in ("cross_entropy", forward)
    ]
    assert scores[1] > scores[0] + 0.05


class Recorder:
    """Remember the scores of each round."""

    def __init__(self, seen):
        self.seen = seen

    def __deepcopy__(self, memo):
        # LightGBM copies its parameters.
        return self

    def __call__(self, y_true, y_pred, weight=None):
        self.seen.append((y_true, y_pred.copy(), weight))
        return SoftmaxCrossEntropy()(y_true, y_pred, weight)


def test_any_callable_is_called_after_the_warm_up():
    X, y, _ = blobs(90, 3)
    seen = []
    clf = RobustLGBMClassifier(trees(), objective=Recorder(seen), warm_up=0.3)
    clf.fit(X, y)
    assert len(seen) == 7
    three_rounds = RobustLGBMClassifier(trees(3), objective="cross_entropy").fit(X, y)
    np.testing.assert_allclose(seen[0][1], three_rounds.decision_function(X), rtol=1e-9)
    np.testing.assert_array_equal(seen[0][0], y)


def test_training_starts_at_the_class_shares():
    X, y, _ = blobs(90, 3)
    seen, weight = [], np.where(y == 1, 4.0, 1.0)
    clf = RobustLGBMClassifier(trees(), objective=Recorder(seen))
    clf.fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(softmax(seen[0][1], axis=1)[0], [1 / 6, 4 / 6, 1 / 6])
    np.testing.assert_allclose(seen[0][2], weight)
    np.testing.assert_allclose(softmax(clf.init_score_), [1 / 6, 4 / 6, 1 / 6])


@pytest.mark.parametrize(
    ("objective", "warm"),
    [("gce", True), ("mae", True), ("nce_mae", False), (LabelSmoothing(-1.0), True)],
)
def test_warm_up_by_itself(objective, warm):
    X, y, _ = blobs(120, 3, noise=0.3)
    auto = RobustLGBMClassifier(trees(), objective=objective).fit(X, y)
    same = clone(auto).set_params(warm_up=0.1 if warm else 0.0).fit(X, y)
    other = clone(auto).set_params(warm_up=0.0 if warm else 0.1).fit(X, y)
    scores = auto.decision_function(X)
    np.testing.assert_array_equal(same.decision_function(X), scores)
    assert not np.allclose(other.decision_function(X), scores)


def test_all_rounds_warm_up_is_cross_entropy():
    X, y, _ = blobs(120, 3, noise=0.3)
    warm = RobustLGBMClassifier(trees(), warm_up=1.0).fit(X, y)
    plain = RobustLGBMClassifier(trees(), objective="cross_entropy").fit(X, y)
    np.testing.assert_array_equal(warm.predict_proba(X), plain.predict_proba(X))


def test_rows_of_weight_zero_are_absent():
    X, y, _ = blobs(120, 3, noise=0.2)
    weight = np.where(np.arange(120) % 4 == 0, 0.0, 1.5)
    kept = weight > 0
    whole = RobustLGBMClassifier(trees()).fit(X, y, sample_weight=weight)
    part = RobustLGBMClassifier(trees()).fit(X[kept], y[kept], weight[kept])
    np.testing.assert_array_equal(whole.predict_proba(X), part.predict_proba(X))


def test_a_class_without_weight_is_absent():
    X, y, _ = blobs(120, 3)
    clf = RobustLGBMClassifier(trees()).fit(X, y, sample_weight=(y != 1) * 1.0)
    np.testing.assert_array_equal(clf.classes_, [0, 2])
    assert set(clf.predict(X)) == {0, 2}


def test_a_class_of_one_row():
    X, y, _ = blobs(90, 2)
    y[0] = 7
    clf = RobustLGBMClassifier(trees()).fit(X, y)
    assert clf.predict_proba(X).shape == (90, 3)


def test_containers():
    X, y, _ = blobs(120, 2, noise=0.1)
    X[::7, 0] = np.nan
    clf = RobustLGBMClassifier(trees())
    expected = clf.fit(X, y).predict_proba(X)
    frame = pd.DataFrame(X, columns=["a", "b"])
    for same in (frame, sparse.csr_matrix(X), sparse.coo_array(X)):
        np.testing.assert_allclose(clf.fit(same, y).predict_proba(same), expected)
    frame["kind"] = pd.Categorical(np.where(y == 1, "u", "v"))
    clf.fit(frame, y)
    assert clf.score(frame, y) == 1
    assert clf.feature_names_in_.tolist() == ["a", "b", "kind"]


@pytest.mark.parametrize(
    "check",
    [
        checks.check_clone_of_fitted_equals_fresh,
        checks.check_failed_fit_leaves_no_trace,
        checks.check_global_random_state_is_left_alone,
        checks.check_integer_weights_equal_repeated_rows,
        checks.check_is_classifier_or_regressor,
        checks.check_labels_of_any_kind,
        checks.check_missing_values_pass_through,
        checks.check_params_stay_unchanged,
        checks.check_permuted_rows_give_permuted_scores,
        checks.check_refit_does_not_leak,
        checks.check_sparse_passes_through,
        checks.check_zero_weight_equals_absent_row,
    ],
    ids=lambda check: check.__name__,
)
def test_own_checks_of_what_reads_numbers(check):
    check("RobustLGBMClassifier", RobustLGBMClassifier(trees()))


def test_pickle_clone_and_search():
    X, y, _ = blobs(90, 3, noise=0.1)
    clf = RobustLGBMClassifier(trees(), objective=EarlyLearningRegularization())
    clf.fit(X, y)
    proba = clf.predict_proba(X)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(X), proba)
    np.testing.assert_array_equal(clone(clf).fit(X, y).predict_proba(X), proba)
    np.testing.assert_array_equal(clf.fit(X, y).predict_proba(X), proba)
    objectives = [GeneralizedCrossEntropy(q) for q in (0.3, 1.0)]
    grid = {"objective": objectives, "estimator__num_leaves": [4]}
    search = GridSearchCV(RobustLGBMClassifier(trees()), grid, cv=2).fit(X, y)
    assert search.best_params_["objective"] in objectives
    assert search.best_estimator_.estimator_.num_leaves == 4
    assert cross_val_score(clf, X, y, cv=3).min() > 0.7


def test_objectives_alone_in_lightgbm():
    X, y, truth = blobs(150, 3, noise=0.2)
    booster = careful_trees().set_params(objective=GeneralizedCrossEntropy(q=0.7))
    twin = clone(booster)
    assert twin.objective == booster.objective
    assert twin.objective is not booster.objective
    fitted = pickle.loads(pickle.dumps(twin.fit(X, y, sample_weight=np.ones(150))))
    scores = fitted.predict(X, raw_score=True)
    assert (scores.argmax(axis=1) == truth).mean() > 0.9
    two = booster.fit(X, np.where(y == 1, "b", "a")).predict(X, raw_score=True)
    assert two.shape == (150,)
    assert ((two > 0) == (truth == 1)).mean() > 0.9


def test_fit_is_silent_and_routes_weights(capfd):
    X, y, _ = blobs(90, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RobustLGBMClassifier(trees()).fit(X, y).predict(X)
    assert capfd.readouterr() == ("", "")
    with config_context(enable_metadata_routing=True):
        RobustLGBMClassifier(trees()).fit(X, y, sample_weight=np.ones(90))


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"objective": "gcee"}, ValueError, "Did you mean 'gce'"),
        ({"objective": 3}, TypeError, "objective must be an objective"),
        (
            {"objective": GeneralizedCrossEntropy},
            TypeError,
            r"Write GeneralizedCrossEntropy\(\)",
        ),
        ({"estimator": LogisticRegression()}, TypeError, "must be an LGBMClassifier"),
        ({"estimator": trees(objective="binary")}, ValueError, "objective of its own"),
        ({"estimator": trees(loss="binary")}, ValueError, r"\['loss'\]"),
        ({"estimator": trees(is_unbalance=True)}, ValueError, "class_weight"),
        ({"estimator": trees(boosting_type="rf")}, ValueError, 'use "gbdt" or "dart"'),
        ({"warm_up": 1.5}, ValueError, "share of the rounds"),
        ({"warm_up": "always"}, ValueError, "share of the rounds"),
        (
            {"objective": ForwardCorrection(pair_matrix(4, 0.2))},
            ValueError,
            "is for 4 classes but there are 3",
        ),
    ],
)
def test_what_cannot_be_done(params, error, message):
    X, y, _ = blobs(60, 3)
    with pytest.raises(error, match=message):
        RobustLGBMClassifier(**params).fit(X, y)


def test_without_lightgbm(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    clf = RobustLGBMClassifier()
    assert "gce" in repr(clf.set_params(objective="gce").get_params())
    with pytest.raises(ImportError, match=r'pip install "sknoisy\[lightgbm\]"'):
        clf.fit([[0.0], [1.0]], [0, 1])
