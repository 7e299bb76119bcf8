# SPDX-License-Identifier: BSD-3-Clause
import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from scipy.special import softmax
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, Perceptron, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknoisy import DropSuspects, Pipeline
from sknoisy.detection import Stage, stages
from sknoisy.detection._stages import can_be_staged, count_stages, watch_stages
from tests._data import blobs

BOOSTING = [
    GradientBoostingClassifier(n_estimators=5, random_state=0),
    HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5),
]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("estimator", BOOSTING, ids=lambda e: type(e).__name__)
def test_boosting_rounds_are_those_of_scikit_learn(estimator, n_classes):
    X, y, _ = blobs(60, n_classes, noise=0.1)
    fitted = clone(estimator).fit(X, y)
    course = list(stages(estimator, X, y))
    assert len(course) == 5
    for stage, expected in zip(course, fitted.staged_predict_proba(X), strict=True):
        np.testing.assert_allclose(softmax(stage.logits, axis=1), expected, atol=1e-12)
        assert stage.logits.shape == (60, n_classes)


def test_binary_raw_score_is_shared_by_both_columns():
    X, y, _ = blobs(60, 2)
    fitted = GradientBoostingClassifier(n_estimators=3, random_state=0).fit(X, y)
    last = list(stages(clone(fitted), X, y))[-1]
    raw = fitted.decision_function(X)
    np.testing.assert_allclose(last.logits, np.column_stack([-raw / 2, raw / 2]))


def test_exponential_loss_is_half_the_log_odds():
    X, y, _ = blobs(60, 2, noise=0.2, spread=4.0)
    estimator = GradientBoostingClassifier(loss="exponential", random_state=0)
    *_, last = stages(estimator, X, y)
    expected = estimator.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(softmax(last.logits, axis=1), expected, atol=1e-12)


def test_adaboost_gives_probabilities():
    X, y, _ = blobs(60, 3, noise=0.2, spread=4.0)
    estimator = AdaBoostClassifier(n_estimators=4, random_state=0)
    course = list(stages(estimator, X, y))
    expected = list(estimator.fit(X, y).staged_predict_proba(X))
    assert len(course) == len(expected)
    np.testing.assert_allclose(course[-1].pred_proba, expected[-1])
    assert course[-1].logits is None


def test_other_rows_can_be_judged():
    X, y, _ = blobs(60, 3)
    *_, last = stages(BOOSTING[0], X, y, judged=X[:7])
    np.testing.assert_allclose(last.logits, last.model.decision_function(X[:7]))


@pytest.mark.parametrize(
    ("estimator", "n_expected"),
    [
        (SGDClassifier(loss="log_loss"), 30),
        (SGDClassifier(max_iter=4, early_stopping=True, class_weight="balanced"), 4),
        (Perceptron(max_iter=3), 3),
        (MLPClassifier((5,), max_iter=6, learning_rate_init=0.1), 6),
    ],
)
def test_epochs(estimator, n_expected):
    X, y, _ = blobs(60, 3, noise=0.1)
    y = np.array(["ant", "bee", "cat"])[y]
    state = np.random.get_state()[1].copy()
    course = list(stages(estimator, X, y))
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    assert len(course) == n_expected
    final = course[-1].model
    assert (final.predict(X) == y).mean() > 0.5
    for name in ("decision_function", "predict_proba"):
        mine = getattr(course[-1], "logits" if name[0] == "d" else "pred_proba")
        assert (mine is None) != hasattr(final, name)
        if mine is not None:
            np.testing.assert_allclose(mine, getattr(final, name)(X))


def test_epochs_learn():
    X, y, _ = blobs(200, 3)
    first, *_, last = stages(MLPClassifier((8,)), X, y)
    own = np.arange(200), y
    assert last.pred_proba[own].mean() > first.pred_proba[own].mean() + 0.1


@pytest.mark.parametrize(
    "estimator", [SGDClassifier(), make_pipeline(StandardScaler(), SGDClassifier())]
)
def test_order_of_rows_does_not_matter_to_epochs(estimator):
    X, y, _ = blobs(90, 3, noise=0.1)
    order = np.random.default_rng(0).permutation(90)
    *_, last = stages(estimator, X, y)
    *_, shuffled = stages(estimator, X[order], y[order])
    np.testing.assert_allclose(shuffled.logits, last.logits[order], atol=1e-9)


def test_epochs_shuffle_differently():
    X, y, _ = blobs(60, 2, noise=0.2)
    seeds = [s.model.random_state for s in stages(SGDClassifier(max_iter=3), X, y)]
    assert seeds == [0, 1, 2]
    other = SGDClassifier(max_iter=3, random_state=5)
    *_, one = stages(SGDClassifier(max_iter=3), X, y)
    *_, two = stages(other, X, y)
    assert not np.allclose(one.logits, two.logits)
    assert other.random_state == 5


def test_weights_reach_the_epochs():
    X, y, _ = blobs(60, 2, noise=0.3)
    weight = np.where(y == 1, 10.0, 0.1)
    for estimator in (SGDClassifier(max_iter=3), Perceptron(max_iter=3)):
        *_, plain = stages(estimator, X, y)
        *_, weighted = stages(estimator, X, y, sample_weight=weight)
        lead = weighted.logits[:, 1] - plain.logits[:, 1]
        assert lead.mean() > 0


class CountsFits(StandardScaler):
    """Count on the class how often data is transformed."""

    calls = 0

    def transform(self, X, copy=None):
        type(self).calls += 1
        return super().transform(X, copy)


def test_pipeline_transforms_once():
    X, y, _ = blobs(60, 3)
    CountsFits.calls = 0
    pipeline = make_pipeline(CountsFits(), "passthrough", SGDClassifier(max_iter=7))
    course = list(stages(pipeline, X, y))
    assert len(course) == 7
    assert CountsFits.calls == 1
    np.testing.assert_allclose(
        course[-1].logits, course[-1].model.decision_function(X), atol=1e-12
    )


def test_pipeline_weighs_its_scaler():
    X, y, _ = blobs(60, 2)
    weight = np.random.default_rng(0).integers(1, 5, 60).astype(float)
    pipeline = make_pipeline(StandardScaler(), BOOSTING[0])
    *_, last = stages(pipeline, X, y, sample_weight=weight)
    mean = last.model[0].mean_
    np.testing.assert_allclose(mean, np.average(X, axis=0, weights=weight))


def test_pipelines_that_change_rows_are_refused():
    X, y, _ = blobs(60, 2)
    pipeline = Pipeline([("drop", DropSuspects()), ("model", BOOSTING[0])])
    with pytest.raises(TypeError, match="'drop' of the pipeline, a DropSuspects"):
        next(stages(pipeline, X, y))


def test_sparse_rows():
    X, y, _ = blobs(60, 3)
    *_, last = stages(SGDClassifier(max_iter=5), sparse.csc_matrix(X), y)
    assert (last.logits.argmax(axis=1) == y).mean() > 0.9


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(),
        LogisticRegression(),
        GaussianNB(),
        MLPClassifier(solver="lbfgs"),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
)
def test_what_has_no_stages_is_refused(estimator):
    X, y, _ = blobs(60, 2)
    assert not can_be_staged(estimator)
    with pytest.raises(TypeError, match="stages.register"):
        next(stages(estimator, X, y))


def test_others_can_register():
    class Guess(LogisticRegression):
        pass

    assert not can_be_staged(Guess())

    @stages.register(Guess)
    def _(estimator, X, y, *, sample_weight=None, judged=None, n_epochs=30):
        for C in (0.01, 1.0):
            model = clone(estimator).set_params(C=C).fit(X, y)
            yield Stage(model, pred_proba=model.predict_proba(X))

    X, y, _ = blobs(60, 2)
    pipeline = make_pipeline(FunctionTransformer(), Guess())
    assert can_be_staged(pipeline)
    assert [s.model[-1].C for s in stages(pipeline, X, y)] == [0.01, 1.0]


def watched(estimator, X, y, wanted=lambda i: True, **options):
    """Copy what is seen, which may change afterwards."""
    course = []
    model = watch_stages(
        estimator,
        X,
        y,
        lambda stage: course.append(stage.logits.copy()),
        wanted=wanted,
        **options,
    )
    return course, model


HIST = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "estimator",
    [
        *BOOSTING,
        make_pipeline(StandardScaler(), HIST),
        make_pipeline(StandardScaler(), SGDClassifier(max_iter=4)),
        clone(HIST).set_params(early_stopping=True, random_state=0),
    ],
)
def test_watching_sees_what_the_stages_say(estimator, n_classes):
    X, y, _ = blobs(60, n_classes, noise=0.1)
    y = np.array(["ant", "bee", "cat"])[y]
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 60)
    course, model = watched(estimator, X, y, sample_weight=weight)
    expected = list(stages(estimator, X, y, sample_weight=weight))
    assert len(course) == len(expected)
    for seen, stage in zip(course, expected, strict=True):
        np.testing.assert_allclose(seen, stage.logits, atol=1e-12)
    np.testing.assert_array_equal(
        model.decision_function(X), expected[-1].model.decision_function(X)
    )


def test_only_wanted_stages_are_taken():
    X, y, _ = blobs(60, 3)
    for estimator in (*BOOSTING, SGDClassifier()):
        every, _ = watched(estimator, X, y)
        some, _ = watched(estimator, X, y, wanted=lambda i: i in (0, 2, 3))
        np.testing.assert_array_equal(some, [every[i] for i in (0, 2, 3)])


def test_watched_boosting_predicts_nothing(monkeypatch):
    def refuse(self, X):
        raise AssertionError("predicts the training rows")

    X, y, _ = blobs(60, 2)
    kind = HistGradientBoostingClassifier
    monkeypatch.setattr(kind, "staged_decision_function", refuse)
    assert len(watched(HIST, X, y)[0]) == 5


def test_nobody_watches_after_the_fit():
    X, y, _ = blobs(60, 3)
    _, model = watched(HIST, X, y)
    assert model.get_params() == HIST.get_params()
    again = pickle.loads(pickle.dumps(model))
    expected = clone(HIST).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(again.predict_proba(X), expected)
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), expected)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (GradientBoostingClassifier(n_estimators=7), 7),
        (GradientBoostingClassifier(n_iter_no_change=2), None),
        (make_pipeline(StandardScaler(), clone(HIST)), None),
        (clone(HIST).set_params(early_stopping=False), 5),
        (AdaBoostClassifier(n_estimators=4), 4),
        (SGDClassifier(), 30),
        (MLPClassifier(max_iter=6), 6),
        (DummyClassifier(), None),
    ],
)
def test_number_of_stages_where_it_is_known(estimator, expected):
    assert count_stages(estimator, n_epochs=30) == expected


def test_lightgbm_is_not_imported_for_others():
    code = (
        "import sys, sknoisy.detection as d; from sklearn.linear_model import *\n"
        "next(d.stages(SGDClassifier(), [[0.0], [1.0]], __import__('numpy').arange(2)))"
        "\nprint(any(m.startswith(('lightgbm', 'sknoisy.boosting'))"
        " for m in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == "False"
