# SPDX-License-Identifier: BSD-3-Clause
"""Early-learning targets: what the stages of a training agree on."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import NoiseRobustClassifier
from sknoisy.detection import stages
from sknoisy.estimators.methods import EarlyLearningTargets
from sknoisy.utils._cross_fit import training_folds
from tests.estimators.methods.toys import problem, targets_of

BOOSTING = GradientBoostingClassifier(n_estimators=12, random_state=0)


def watched_by_hand(task, beta):
    """Average the stages of each fold, a row at a time."""
    rows = task.rows
    average, last = np.zeros_like(task.given), np.zeros_like(task.given)
    folds = training_folds(5, rows.X, rows.codes, None, None, 0)
    for train, test in folds:
        course = stages(BOOSTING, rows.X[train], rows.y[train], judged=rows.X[test])
        for stage in course:
            p = np.exp(stage.logits - stage.logits.max(axis=1, keepdims=True))
            p = np.clip(p / p.sum(axis=1, keepdims=True), 1e-4, 1 - 1e-4)
            last[test] = p / p.sum(axis=1, keepdims=True)
            average[test] = beta * average[test] + (1 - beta) * last[test]
    return average, last


def test_targets_by_hand():
    task, _ = problem(estimator=BOOSTING)
    average, last = watched_by_hand(task, beta=0.8)
    assert_allclose(average.sum(axis=1), 1 - 0.8**12)
    agreement = (average * last).sum(axis=1, keepdims=True)
    # Two cross-entropies: to the label, and to what average and prediction agree on.
    pull = 2.0 * agreement / (1 - agreement)
    expected = (task.given + pull * average * last / agreement) / (1 + pull)
    targets = targets_of(EarlyLearningTargets(beta=0.8, strength=2.0), task)
    assert_allclose(targets, expected, atol=1e-8)


def test_the_gradient_is_that_of_the_regularized_loss():
    task, _ = problem(estimator=BOOSTING)
    average, p = watched_by_hand(task, beta=0.7)
    targets = targets_of(EarlyLearningTargets(), task)
    weight = 1 + 3.0 * (average * p).sum(axis=1) / (1 - (average * p).sum(axis=1))

    def loss(scores):
        q = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        held = np.log(1 - (average * q).sum(axis=1))
        return -np.log(task.of_given(q)) + 3.0 * held

    for k in range(3):
        step = 1e-6 * np.eye(3)[k]
        slope = (loss(np.log(p) + step) - loss(np.log(p) - step)) / 2e-6
        assert_allclose(weight * (p - targets)[:, k], slope, atol=1e-5)


def weights_of_labels(teacher):
    """Average the weight of right and of wrong labels."""
    task, truth = problem(300)
    weight = task.of_given(targets_of(EarlyLearningTargets(teacher=teacher), task))
    is_right = task.rows.codes == truth
    return weight[is_right].mean(), weight[~is_right].mean()


@pytest.mark.parametrize(
    "teacher",
    [
        BOOSTING,
        HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5),
        SGDClassifier(loss="log_loss", random_state=0),
        make_pipeline(StandardScaler(), MLPClassifier((20,), random_state=0)),
        None,
    ],
    ids=lambda teacher: type(teacher).__name__,
)
def test_wrong_labels_lose_weight(teacher):
    right, wrong = weights_of_labels(teacher)
    assert wrong < 0.75 * right


def test_lightgbm_can_teach():
    lightgbm = pytest.importorskip("lightgbm")
    trees = lightgbm.LGBMClassifier(
        n_estimators=20, num_leaves=4, min_child_samples=5, n_jobs=1, verbose=-1
    )
    right, wrong = weights_of_labels(trees)
    assert wrong < 0.5 * right


def test_labels_are_corrected():
    task, truth = problem(300)
    targets = targets_of(EarlyLearningTargets(teacher=BOOSTING), task)
    assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    assert np.mean(targets.argmax(axis=1) == truth) > 0.97
    assert np.mean(task.rows.codes == truth) < 0.85


def test_little_strength_leaves_the_labels():
    task, _ = problem(estimator=BOOSTING)
    targets = targets_of(EarlyLearningTargets(strength=1e-9), task)
    assert_allclose(targets, task.given, atol=1e-4)


def test_the_teacher_is_the_classifier_unless_it_has_no_stages():
    by_itself = targets_of(EarlyLearningTargets(), problem(estimator=BOOSTING)[0])
    named = EarlyLearningTargets(teacher=BOOSTING)
    rigid, _ = problem(estimator=LogisticRegression())
    assert_array_equal(targets_of(named, rigid), by_itself)
    assert np.abs(targets_of(EarlyLearningTargets(), rigid) - by_itself).max() > 0.01


def test_a_lone_wrong_label_is_outweighed():
    X = np.linspace(0, 1, 80)[:, np.newaxis]
    y = (X[:, 0] > 0.5).astype(int)
    y[10] = 1
    clf = NoiseRobustClassifier(BOOSTING, method="early_learning", min_gain=None)
    clf.fit(X, y)
    assert clf.method_ == "early_learning"
    assert clf.targets_[10].argmax() == 0
    assert clf.sample_weight_[10] < 0.2 < np.quantile(clf.sample_weight_, 0.1)


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        (EarlyLearningTargets(1.0), ValueError, "beta=1.0 must be at least 0 and"),
        (EarlyLearningTargets(strength=0), ValueError, "plain estimator"),
        (EarlyLearningTargets(n_epochs=0), ValueError, "n_epochs=0"),
        (
            EarlyLearningTargets(teacher=KNeighborsClassifier()),
            TypeError,
            "KNeighborsClassifier.* not known to be trained in stages. Use boosting",
        ),
    ],
)
def test_errors_name_the_fix(method, error, words):
    with pytest.raises(error, match=words):
        method.check(LogisticRegression())
