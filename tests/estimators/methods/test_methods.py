# SPDX-License-Identifier: BSD-3-Clause
"""What all methods have in common: any data, any metadata, and no harm."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy import ConfidentLearning, NoiseRobustClassifier
from sknoisy.estimators._robust_targets import METHODS
from sknoisy.estimators.methods import (
    CrossSplit,
    DirichletResampling,
    Distillation,
    EarlyLearningTargets,
    GeneralizedCrossEntropy,
    LabelPropagation,
    NoiseIgnorant,
)
from tests._data import blobs

X, Y, TRUTH = blobs(120, noise=0.2, spread=1.5)
WRONG = Y != TRUTH
X_TEST, _, Y_TEST = blobs(150, seed=1, spread=1.5)
WEIGHT = np.linspace(0.5, 2, len(Y))
NAMES = sorted(METHODS)
# Beside another detector than `AutoDetector`, the first candidate is "soft".
DONE = {name: name for name in NAMES} | {"auto": "soft"}
CORRECTING = sorted(set(NAMES) - {"ni_erm", "backward"})


def robust(method, estimator=None, **params):
    """A classifier that acts on whatever evidence there is."""
    inner = LogisticRegression() if estimator is None else estimator
    options = {"detector": ConfidentLearning(), "min_gain": None}
    return NoiseRobustClassifier(inner, method=method, **(options | params))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_labels_do_not_show(name):
    clf = robust(name).fit(X, Y)
    assert clf.method_ == DONE[name]
    assert clf.score(X_TEST, Y_TEST) > 0.95
    assert clf.targets_.shape == (len(Y), 3)


@pytest.mark.parametrize("name", CORRECTING)
def test_wrong_labels_lose_weight(name):
    weight = robust(name).fit(X, Y).sample_weight_
    assert weight[WRONG].mean() < 0.8 * weight[~WRONG].mean()


@pytest.mark.parametrize("name", NAMES)
def test_clean_labels_are_learned(name):
    plain = LogisticRegression().fit(X, TRUTH).score(X_TEST, Y_TEST)
    for params in ({}, {"min_gain": 1.0}):
        clf = robust(name, **params).fit(X, TRUTH)
        assert clf.score(X_TEST, Y_TEST) > plain - 0.01


@pytest.mark.parametrize("name", NAMES)
def test_trusted_rows_are_fitted_on_their_label(name):
    clf = robust(name, label_share=0).fit(X, Y, trusted=WRONG)
    assert_array_equal(clf.targets_[WRONG], np.eye(3)[Y[WRONG]])


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_does_not_matter(name):
    order = np.random.default_rng(0).permutation(len(Y))
    params = {"sample_weight": WEIGHT, "groups": np.arange(len(Y)) // 2}
    clf = robust(name).fit(X, Y, sample_weight=WEIGHT)
    moved = robust(name).fit(X[order], Y[order], sample_weight=WEIGHT[order])
    assert_allclose(moved.targets_, clf.targets_[order], atol=1e-4)
    assert_allclose(moved.predict_proba(X_TEST), clf.predict_proba(X_TEST), atol=1e-3)
    assert robust(name).fit(X, Y, **params).score(X_TEST, Y_TEST) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_a_weight_of_two_is_two_rows(name):
    weight = 1.0 + (np.arange(len(Y)) % 3 == 0)
    twice = np.repeat(np.arange(len(Y)), weight.astype(int))
    method = name
    if name == "early_learning":
        # The leaves of its default are bounded by rows, whatever their weight.
        trees = GradientBoostingClassifier(n_estimators=20, random_state=0)
        method = EarlyLearningTargets(teacher=trees)
    weighted = robust(method).fit(X, Y, sample_weight=weight)
    repeated = robust(method).fit(X[twice], Y[twice])
    assert_allclose(
        weighted.predict_proba(X_TEST), repeated.predict_proba(X_TEST), atol=0.02
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "estimator",
    [
        KNeighborsClassifier(),
        LinearSVC(dual=False),
        DecisionTreeClassifier(min_samples_leaf=5, random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_classifier_will_do(name, estimator):
    method = name
    if name == "ni_erm" and not isinstance(estimator, LinearSVC):
        parameter = "n_neighbors" if hasattr(estimator, "n_neighbors") else "max_depth"
        method = NoiseIgnorant({parameter: [3, 9]})
    clf = robust(method, estimator).fit(X, Y)
    assert clf.method_ == DONE[name]
    # Clipped, the backward correction does nothing or smooths.
    assert clf.score(X_TEST, Y_TEST) > (0.7 if name == "backward" else 0.8)
    assert hasattr(clf, "predict_proba") == hasattr(estimator, "predict_proba")
    assert hasattr(clf, "decision_function") == hasattr(estimator, "decision_function")


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_any_kind(name):
    labels = np.array(["no", "so", "yes"])
    clf = robust(name).fit(X, labels[Y].tolist())
    by_number = robust(name).fit(X, Y)
    assert_array_equal(clf.classes_, labels)
    assert_array_equal(clf.predict(X_TEST), labels[by_number.predict(X_TEST)])
    assert_array_equal(clf.targets_, by_number.targets_)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_any_kind(name):
    scaled = X - X.min(axis=0)
    frame = pd.DataFrame({"a": X[:, 0], "b": np.where(X[:, 1] > 0, "up", "down")})
    for data in (sparse.csr_array(scaled), frame):
        # None picks a model that suits the columns.
        clf = NoiseRobustClassifier(
            method=name, detector=ConfidentLearning(), min_gain=None
        )
        assert len(clf.fit(data, Y).predict(data)) == len(Y)


@pytest.mark.parametrize("name", NAMES)
def test_texts(name):
    texts = [
        f"good day {i % 7}" if k else f"bad night {i % 7}"
        for i, k in enumerate(TRUTH > 0)
    ]
    labels = np.where((TRUTH > 0) ^ (np.arange(len(Y)) % 10 == 0), "pos", "neg")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    clf = robust(name, model).fit(texts, labels)
    assert clf.predict(["good day 1", "bad night 2"]).tolist() == ["pos", "neg"]


@pytest.mark.parametrize("name", NAMES)
def test_a_rare_class_is_kept(name):
    labels = Y.copy()
    labels[:2] = 3
    clf = robust(name, detector=ConfidentLearning(cv=2), cv=2).fit(X, labels)
    assert_array_equal(clf.classes_, [0, 1, 2, 3])
    assert clf.predict_proba(X).shape == (len(Y), 4)


@pytest.mark.parametrize("name", NAMES)
def test_copies_predict_alike(name):
    clf = robust(name).fit(X, Y)
    copy = pickle.loads(pickle.dumps(clf))
    again = clone(clf).fit(X, Y)
    for other in (copy, again):
        assert_array_equal(other.predict_proba(X_TEST), clf.predict_proba(X_TEST))


@pytest.mark.parametrize("routing", [False, True])
def test_a_search_over_methods(routing):
    with config_context(enable_metadata_routing=routing):
        clf = robust("soft", cv=2)
        metadata = {"sample_weight": WEIGHT, "trusted": WRONG}
        if routing:
            clf.set_fit_request(sample_weight=True, trusted=True)
            clf.set_score_request(sample_weight=True)
        search = GridSearchCV(clf, {"method": NAMES}, cv=2).fit(X, Y, **metadata)
    assert search.best_estimator_.method_ == DONE[search.best_params_["method"]]
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_search_reaches_the_parameters_of_a_method():
    clf = robust(GeneralizedCrossEntropy())
    search = GridSearchCV(clf, {"method__q": [0.1, 0.9]}, cv=2).fit(X, Y)
    assert search.best_params_["method__q"] in (0.1, 0.9)
    assert search.best_estimator_.method_ == "gce"


def test_the_callers_method_is_left_alone():
    method = Distillation(0.8)
    clf = robust(method).fit(X, Y)
    assert clf.method is method
    assert vars(method) == {"alpha": 0.8}
    by_hand = 0.2 * np.eye(3)[Y] + 0.8 * clf.detector_.pred_proba_
    assert_allclose(clf.targets_, by_hand, atol=1e-9)


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        (CrossSplit(0), ValueError, "n_rounds=0 must be a whole number"),
        (CrossSplit(temperature=2), ValueError, "temperature=2"),
        (DirichletResampling(0), ValueError, "alpha=0 .* None to"),
        (DirichletResampling(n_estimators=1.5), ValueError, "n_estimators=1.5"),
        (Distillation(0), ValueError, "plain estimator"),
        (GeneralizedCrossEntropy(q=0), ValueError, "plain estimator"),
        (
            GeneralizedCrossEntropy(proba="insample"),
            ValueError,
            "Did you mean 'in_sample'",
        ),
        (LabelPropagation(alpha=1), ValueError, "alpha=1 must be"),
        (LabelPropagation(0), ValueError, "n_neighbors=0"),
        (GeneralizedCrossEntropy, TypeError, r"Write GeneralizedCrossEntropy\(\)"),
    ],
)
def test_errors_name_the_fix(method, error, words):
    with pytest.raises(error, match=words):
        robust(method).fit(X, Y)
