# SPDX-License-Identifier: BSD-3-Clause
"""Scorers that look through noise, wherever scikit-learn takes a scorer."""

import pickle

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    cross_val_score,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sknoisy.metrics import (
    noise_corrected_accuracy,
    noise_corrected_recall,
    peer_agreement_score,
)
from sknoisy.model_selection import make_noise_corrected_scorer
from sknoisy.noise import inject_noise_from_matrix

MATRIX = np.array([[0.8, 0.15, 0.05], [0.1, 0.8, 0.1], [0.2, 0.05, 0.75]])
NAMES = np.array(["ant", "bee", "cat"])
METRICS = [
    "accuracy",
    "balanced_accuracy",
    "f1",
    "precision",
    "recall",
    "roc_auc",
    "neg_log_loss",
]


@pytest.fixture(scope="module")
def task():
    X, y = make_classification(
        1200, n_informative=5, n_classes=3, class_sep=1.5, random_state=0
    )
    y_given = inject_noise_from_matrix(NAMES[y], MATRIX, random_state=0).y
    return X, NAMES[y], y_given


@pytest.mark.parametrize("metric", METRICS)
def test_scores_on_given_labels_are_those_on_true_ones(metric, task):
    X, y_true, y_given = task
    model = GaussianNB().fit(X[:200], y_true[:200])
    # On true labels the noise model is none.
    clean = make_noise_corrected_scorer(metric, np.eye(3))
    noisy = make_noise_corrected_scorer(metric, MATRIX)
    rest = slice(200, None)
    expected = clean(model, X[rest], y_true[rest])
    plain = clean(model, X[rest], y_given[rest])
    corrected = noisy(model, X[rest], y_given[rest])
    assert abs(corrected - expected) < 0.6 * abs(plain - expected)


def test_without_noise_scores_are_those_of_scikit_learn(task):
    X, y, _ = task
    model = GaussianNB().fit(X, y)
    proba = model.predict_proba(X)
    own = proba[np.arange(len(y)), np.searchsorted(NAMES, y)]
    for metric, expected in {
        "accuracy": accuracy_score(y, model.predict(X)),
        "roc_auc": roc_auc_score(y, proba, multi_class="ovr"),
        "neg_log_loss": np.log(np.maximum(own, 1e-6)).mean(),
        "peer_agreement": peer_agreement_score(y, model.predict(X)),
    }.items():
        matrix = None if metric == "peer_agreement" else np.eye(3)
        scorer = make_noise_corrected_scorer(metric, matrix)
        assert scorer(model, X, y) == pytest.approx(expected, abs=1e-5)


def test_it_chooses_what_true_labels_choose():
    # Nearly half of the labels of class 1 are wrong, so that plain accuracy favours
    # the model that rarely says 1.
    X, y = make_classification(3000, n_informative=4, class_sep=0.6, random_state=1)
    matrix = np.array([[1.0, 0.0], [0.45, 0.55]])
    y_given = inject_noise_from_matrix(y, matrix, random_state=0).y
    thresholds = [0.275, 0.5]
    model = FixedThresholdClassifier(LogisticRegression())
    truth = [
        model.set_params(threshold=at).fit(X, y_given).score(X, y) for at in thresholds
    ]
    assert truth[0] > truth[1] + 0.05
    corrected = make_noise_corrected_scorer("accuracy", matrix)
    for scoring, chosen in (("accuracy", 0.5), (corrected, 0.275)):
        search = GridSearchCV(model, {"threshold": thresholds}, scoring=scoring, cv=3)
        assert search.fit(X, y_given).best_params_ == {"threshold": chosen}


def test_clone_and_pickle(task):
    X, _, y_given = task
    scorer = make_noise_corrected_scorer("recall", MATRIX, pos_label="bee")
    model = GaussianNB().fit(X, y_given)
    value = scorer(model, X, y_given)
    assert clone(scorer)(model, X, y_given) == value
    assert pickle.loads(pickle.dumps(scorer))(model, X, y_given) == value
    assert value == noise_corrected_recall(
        y_given, model.predict(X), MATRIX, pos_label="bee"
    )
    assert "recall" in repr(scorer)


@pytest.mark.parametrize(
    "estimator",
    [GaussianNB(), LinearSVC(), make_pipeline(StandardScaler(), LogisticRegression())],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_classifier_has_a_corrected_area(estimator, task):
    X, _, y_given = task
    scorer = make_noise_corrected_scorer("roc_auc", MATRIX)
    assert cross_val_score(estimator, X, y_given, scoring=scorer, cv=3).min() > 0.7


def test_several_metrics_at_once(task):
    X, _, y_given = task
    scoring = {
        "corrected": make_noise_corrected_scorer("accuracy", MATRIX),
        "plain": "accuracy",
    }
    found = cross_validate(GaussianNB(), X, y_given, scoring=scoring, cv=3)
    assert (found["test_corrected"] > found["test_plain"]).all()


def test_a_class_without_rows_in_a_fold(task):
    X, _, y_given = task
    scorer = make_noise_corrected_scorer("accuracy", MATRIX)
    model = GaussianNB().fit(X, y_given)
    some = y_given != "cat"
    expected = noise_corrected_accuracy(
        y_given[some], model.predict(X[some]), MATRIX, classes=NAMES
    )
    assert scorer(model, X[some], y_given[some]) == expected
    two = GaussianNB().fit(X[some], y_given[some])
    with pytest.raises(ValueError, match=r"knows 2: \['ant', 'bee'\].*Name all"):
        scorer(two, X, y_given)
    for metric in ("accuracy", "roc_auc", "neg_log_loss"):
        named = make_noise_corrected_scorer(metric, MATRIX, classes=NAMES)
        assert np.isfinite(named(two, X, y_given))


@pytest.mark.parametrize("metric", ["accuracy", "roc_auc", "neg_log_loss"])
def test_weights_are_counts_of_rows(metric, task):
    X, _, y_given = task
    model = GaussianNB().fit(X, y_given)
    scorer = make_noise_corrected_scorer(metric, MATRIX)
    weight = np.random.default_rng(0).integers(0, 3, len(X))
    again = np.repeat(np.arange(len(X)), weight)
    assert scorer(model, X, y_given, sample_weight=weight) == pytest.approx(
        scorer(model, X[again], y_given[again])
    )


def test_weights_reach_it_by_metadata_routing(task):
    X, _, y_given = task
    weight = np.where(y_given == "ant", 0.1, 1.0)
    plain = make_noise_corrected_scorer("accuracy", MATRIX)
    without = cross_val_score(GaussianNB(), X, y_given, scoring=plain, cv=3)
    with config_context(enable_metadata_routing=True):
        asked = cross_val_score(
            GaussianNB().set_fit_request(sample_weight=False),
            X,
            y_given,
            scoring=clone(plain).set_score_request(sample_weight=True),
            cv=3,
            params={"sample_weight": weight},
        )
        search = GridSearchCV(
            GaussianNB().set_fit_request(sample_weight=False),
            {"var_smoothing": [1e-9]},
            scoring=plain.set_score_request(sample_weight=True),
            cv=3,
        ).fit(X, y_given, sample_weight=weight)
    assert not np.allclose(asked, without)
    assert search.best_score_ == pytest.approx(asked.mean())


def test_what_cannot_be_scored_is_refused_with_the_fix(task):
    X, _, y_given = task
    with pytest.raises(ValueError, match="Did you mean 'accuracy'"):
        make_noise_corrected_scorer("acuracy", MATRIX)
    with pytest.raises(ValueError, match="ConfidentJoint"):
        make_noise_corrected_scorer("f1")
    with pytest.raises(ValueError, match="takes no transition_matrix"):
        make_noise_corrected_scorer("peer_agreement", MATRIX)
    model = LinearSVC().fit(X, y_given)
    with pytest.raises(TypeError, match="CalibratedClassifierCV"):
        make_noise_corrected_scorer("neg_log_loss", MATRIX)(model, X, y_given)
