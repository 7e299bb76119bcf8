# SPDX-License-Identifier: BSD-3-Clause
"""NoiseRobustClassifier: fits on what the labels probably should have been."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sknoisy import NoiseRobustClassifier
from sknoisy.detection import (
    AutoDetector,
    ConfidentLearning,
    LabelDetector,
    OutOfFold,
    ResidualDetector,
)
from sknoisy.noise import inject_noise_from_matrix, label_evidence, posterior_labels
from sknoisy.utils import cross_fit_proba, fit_soft_targets
from tests._data import OnlyPredict, blobs
from tests._parts import LIGHT
from tests.estimators.toys import (
    TRUTH,
    WEIGHT,
    WRONG,
    X_TEST,
    Y_TEST,
    Failing,
    Noting,
    X,
    Y,
    learned,
)

METHODS = ["soft", "reweight"]
GIVEN = np.eye(3)[Y]
# A quarter of class 2 is called 0; a tenth of class 0 is called 1.
MATRIX = np.array([[0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.25, 0.0, 0.75]])
LEANING = np.array([[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.45, 0.0, 0.55]])


def robust(estimator=None, **params):
    """A classifier with soft targets that acts on whatever evidence there is."""
    inner = LogisticRegression() if estimator is None else estimator
    options = {"method": "soft", "min_gain": None, "detector": LIGHT}
    return NoiseRobustClassifier(inner, **(options | params))


def posterior(clf, codes, weight=None, trusted=None):
    """Combine predictions and labels as the documentation says."""
    given_prior = np.bincount(codes, weights=weight) / (
        len(codes) if weight is None else weight.sum()
    )
    evidence = label_evidence(codes, clf.transition_matrix_, trusted)
    ratio = clf.class_prior_ / given_prior
    return posterior_labels(clf.detector_.pred_proba_, evidence, ratio)[0]


@pytest.mark.parametrize("matrix", [None, LEANING], ids=["estimated", "given"])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_without_a_share_for_the_label_targets_are_the_posterior(matrix, weight):
    clf = robust(label_share=0, transition_matrix=matrix)
    trusted = np.arange(len(Y)) % 4 == 0
    clf.fit(X, Y, sample_weight=weight, trusted=trusted)
    assert_allclose(clf.targets_, posterior(clf, Y, weight, trusted), atol=1e-12)
    assert_allclose(clf.targets_.sum(axis=1), 1)


def test_a_share_of_each_target_stays_on_the_given_label():
    pure = robust(label_share=0).fit(X, Y).targets_
    mixed = robust(label_share=0.3).fit(X, Y).targets_
    assert_allclose(mixed, 0.7 * pure + 0.3 * GIVEN)


def test_reweighting_weighs_labels_by_the_importance_of_the_truth():
    clf = robust(method="reweight", transition_matrix=LEANING).fit(X, Y)
    ratio = posterior(clf, Y)[np.arange(len(Y)), Y] / np.diag(LEANING)[Y]
    assert_allclose(clf.targets_, GIVEN * (ratio / ratio.mean())[:, None])
    assert clf.sample_weight_[WRONG].mean() < 0.5 * clf.sample_weight_[~WRONG].mean()
    assert_allclose(clf.sample_weight_.mean(), 1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_the_classifier_is_fitted_on_the_targets(method, weight):
    clf = robust(method=method).fit(X, Y, sample_weight=weight)
    by_hand = fit_soft_targets(
        LogisticRegression(), X, clf.targets_, np.arange(3), sample_weight=weight
    )
    assert_array_equal(clf.predict_proba(X_TEST), by_hand.predict_proba(X_TEST))
    assert clf.method_ == method
    own = clf.targets_[np.arange(len(Y)), Y]
    assert_allclose(clf.sample_weight_, own if weight is None else own * weight)


@pytest.mark.parametrize("method", METHODS)
def test_trusted_labels_are_taken_for_true(method):
    clf = robust(method=method, label_share=0).fit(X, Y, trusted=WRONG)
    others = clf.targets_[WRONG] * (1 - GIVEN[WRONG])
    assert_array_equal(others, 0)
    if method == "soft":
        assert_array_equal(clf.targets_[WRONG], GIVEN[WRONG])
    else:
        assert np.ptp(clf.sample_weight_[WRONG]) < 1e-12
    assert not clf.suspect_mask_[WRONG].any()
    assert (clf.label_quality_[WRONG] == 1).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_known_noise_model_is_honoured(method, seed):
    data, _, truth = blobs(600, seed=seed, spread=4.5)
    X_test, _, y_test = blobs(3000, seed=seed + 50, spread=4.5)
    given = inject_noise_from_matrix(truth, LEANING, random_state=seed).y
    plain = LogisticRegression().fit(data, given).score(X_test, y_test)
    clf = robust(
        min_gain=1.0, method=method, label_share=0, transition_matrix=LEANING
    ).fit(data, given)
    assert clf.method_ == method
    assert_array_equal(clf.transition_matrix_, LEANING)
    assert clf.score(X_test, y_test) > plain + 0.05
    realised = np.mean(given != truth)
    assert abs(clf.noise_rate_ - realised) < 0.06
    assert_allclose(clf.class_prior_, 1 / 3, atol=0.1)
    other = robust(method=method, transition_matrix=np.eye(3)).fit(data, given)
    assert abs(other.score(X_test, y_test) - plain) < 0.02


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_nothing_is_done_where_the_evidence_does_not_carry_it(method, weight):
    data, labels, _ = blobs(len(WEIGHT), spread=1.5)
    clf = robust(method=method, min_gain=1.0)
    clf.fit(data, labels, sample_weight=weight)
    plain = LogisticRegression().fit(data, labels, weight)
    assert clf.method_ == "none"
    assert clf.n_iter_ == 1
    assert clf.log_likelihoods_.shape == (2,)
    assert_array_equal(clf.predict_proba(X_TEST), plain.predict_proba(X_TEST))
    assert_array_equal(clf.targets_, np.eye(3)[labels])
    assert_array_equal(clf.sample_weight_, np.ones(120) if weight is None else weight)


def test_the_gain_that_is_asked_for_decides():
    assert robust(min_gain=-1e9).fit(X, Y).method_ == "soft"
    assert robust(min_gain=1e9).fit(X, Y).method_ == "none"
    clf = robust(min_gain=1.0, label_share=0).fit(X, Y)
    assert clf.method_ == "soft"
    assert clf.log_likelihoods_[1] > clf.log_likelihoods_[0]
    unchecked = robust(min_gain=None, label_share=0).fit(X, Y)
    assert_array_equal(clf.targets_, unchecked.targets_)
    assert_allclose(unchecked.log_likelihoods_, clf.log_likelihoods_[:1])


@pytest.mark.parametrize("method", METHODS)
def test_further_rounds_start_from_the_last(method):
    first = robust(method=method, label_share=0, max_iter=1).fit(X, Y)
    second = robust(method=method, label_share=0, max_iter=2).fit(X, Y)
    assert (first.n_iter_, second.n_iter_) == (1, 2)
    pred_proba = cross_fit_proba(
        LogisticRegression(), X, Y, targets=first.targets_
    ).pred_proba
    evidence = label_evidence(Y, second.transition_matrix_)
    again = posterior_labels(pred_proba, evidence)[0]
    if method == "soft":
        assert_allclose(second.targets_, again)
    else:
        ratio = (again / np.diag(second.transition_matrix_))[np.arange(len(Y)), Y]
        # Weights are rounded to nine decimals.
        assert_allclose(second.sample_weight_, ratio / ratio.mean(), atol=1e-9)


def test_rounds_stop_where_they_gain_nothing():
    clf = robust(GaussianNB(), min_gain=1.0, max_iter=40).fit(X, Y)
    assert 2 <= clf.n_iter_ < 40
    assert len(clf.log_likelihoods_) == clf.n_iter_ + 1
    assert (np.diff(clf.log_likelihoods_[: clf.n_iter_]) > 0).all()


class Counting(LogisticRegression):
    """A logistic regression that counts its fits, clones included."""

    n_fits = 0

    def fit(self, X, y, sample_weight=None):
        Counting.n_fits += 1
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize(
    ("params", "n_fits"),
    [
        ({"min_gain": None}, 3 + 1),
        ({"min_gain": -1e9}, 3 + 3 + 1),
        ({"min_gain": None, "max_iter": 2}, 3 + 3 + 1),
        ({"min_gain": 1e9, "max_iter": 5}, 3 + 3 + 1),
    ],
)
def test_no_fit_is_wasted(params, n_fits):
    Counting.n_fits = 0
    NoiseRobustClassifier(Counting(), method="soft", cv=3, **params).fit(X, Y)
    # The folds of the committee serve the check too.
    assert Counting.n_fits == n_fits


def test_it_says_what_became_of_each_row():
    clf = NoiseRobustClassifier(LogisticRegression()).fit(X, Y)
    by_hand = AutoDetector(LogisticRegression()).fit(X, Y)
    assert_array_equal(clf.label_quality_, by_hand.label_quality_)
    assert_array_equal(clf.suspect_mask_, by_hand.suspect_mask_)
    assert clf.noise_rate_ == by_hand.noise_rate_
    assert isinstance(clf.detector_, AutoDetector)
    assert_allclose(clf.transition_matrix_.sum(axis=1), 1)
    assert (np.diag(clf.transition_matrix_) >= 0.1).all()
    assert_allclose(clf.class_prior_.sum(), 1)
    assert clf.targets_.shape == (len(Y), 3)
    assert clf.n_features_in_ == 2
    assert_array_equal(clf.classes_, [0, 1, 2])
    assert is_classifier(clf)


@pytest.mark.parametrize(
    "detector",
    [
        ConfidentLearning(GaussianNB(), filter_by="both"),
        LabelDetector(
            OutOfFold(GaussianNB(), n_repeats=2), label_score="cross_entropy"
        ),
    ],
)
def test_the_detector_makes_the_first_predictions(detector):
    clf = robust(detector=detector, label_share=0).fit(X, Y)
    by_hand = clone(detector).fit(X, Y)
    assert_array_equal(clf.detector_.pred_proba_, by_hand.pred_proba_)
    assert_array_equal(clf.suspect_mask_, by_hand.suspect_mask_)
    assert_allclose(clf.targets_, posterior(clf, Y))
    assert isinstance(clf.estimator_, LogisticRegression)


@pytest.mark.parametrize("detector", [None, ConfidentLearning(cv=3), LabelDetector()])
def test_a_detector_without_an_estimator_judges_with_the_wrappers(detector):
    clf = robust(GaussianNB(), detector=detector).fit(X, Y)
    models = clf.detector_.get_params().values()
    assert any(isinstance(model, GaussianNB) for model in models)
    assert clf.detector is detector


def test_parameters_reach_the_folds():
    splits = [(np.arange(0, 120, 2), np.arange(1, 120, 2))]
    splits.append(splits[0][::-1])
    clf = robust(cv=splits, detector=None).fit(X, Y)
    by_hand = cross_fit_proba(LogisticRegression(), X, Y, cv=splits).pred_proba
    assert_array_equal(clf.detector_.estimator_proba_, by_hand)
    folds = [
        robust(random_state=seed, detector=None).fit(X, Y).detector_.pred_proba_
        for seed in (0, 1, 1)
    ]
    assert (folds[0] != folds[1]).any()
    assert_array_equal(folds[1], folds[2])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "estimator",
    [KNeighborsClassifier(), LinearSVC(), OnlyPredict(), GaussianNB()],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_classifier_will_do(method, estimator):
    for params in ({}, {"min_gain": None}):
        clf = NoiseRobustClassifier(
            estimator, method=method, detector=LIGHT, **params
        ).fit(X, Y)
        assert type(clf.estimator_) is type(estimator)
        assert clf.score(X_TEST, Y_TEST) > 0.7
        assert hasattr(clf, "predict_proba") == hasattr(estimator, "predict_proba")


def test_a_nearest_neighbour_gains_from_soft_targets():
    knn = KNeighborsClassifier(1)
    clf = robust(knn, label_share=0, detector=ConfidentLearning(GaussianNB()))
    plain = clone(knn).fit(X, Y).score(X_TEST, Y_TEST)
    assert clf.fit(X, Y).score(X_TEST, Y_TEST) > plain + 0.02


@pytest.mark.parametrize("method", METHODS)
def test_labels_of_any_kind_give_what_integers_give(method):
    by_number = robust(method=method).fit(X, Y)
    for labels in (["no", "so", "yes"], [0, 2, 7], [-1.0, 0.0, 1.0]):
        labels = np.array(labels)
        clf = robust(method=method).fit(X, labels[Y])
        assert_array_equal(clf.classes_, labels)
        assert_array_equal(clf.predict(X_TEST), labels[by_number.predict(X_TEST)])
        assert_array_equal(clf.targets_, by_number.targets_)
    clf = robust(method=method).fit(X, (Y > 0).tolist())
    assert_array_equal(clf.classes_, [False, True])


def test_texts_reach_the_pipeline_inside_as_they_are():
    texts = ["good day" if label else "bad night" for label in TRUTH > 0]
    labels = np.where((TRUTH > 0) ^ WRONG, "pos", "neg")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    for clf in (NoiseRobustClassifier(model), NoiseRobustClassifier()):
        clf.fit(texts, labels)
        assert clf.predict(["a good one", "bad"]).tolist() == ["pos", "neg"]
        assert_array_equal(clf.suspect_mask_, WRONG)


@pytest.mark.parametrize("method", METHODS)
def test_zero_weights_equal_absent_rows(method):
    weight = (np.arange(len(Y)) % 3 > 0).astype(float)
    present = weight > 0
    clf = robust(method=method)
    weighted = clf.fit(X, Y, sample_weight=weight).predict_proba(X_TEST)
    assert_array_equal(clf.sample_weight_[~present], 0)
    absent = clf.fit(X[present], Y[present]).predict_proba(X_TEST)
    assert_allclose(weighted, absent, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_held_per_row_follows_its_row(method):
    clf = robust(Noting(), method=method).fit(X, Y, note=np.arange(len(Y)))
    inner = clf.estimator_
    assert_array_equal(inner.X_, X[inner.note_])
    entered = np.bincount(inner.note_, weights=inner.sample_weight_)
    assert_allclose(entered, clf.targets_.sum(axis=1), rtol=1e-3)
    assert robust(Noting(), method=method).fit(X, Y, note="a").estimator_.note_ == "a"


def test_groups_reach_every_cross_fit():
    groups = np.arange(len(Y)) % 2
    clf = NoiseRobustClassifier(LogisticRegression()).fit(X, Y, groups=groups)
    by_hand = cross_fit_proba(LogisticRegression(), X, Y, groups=groups).pred_proba
    assert_array_equal(clf.detector_.estimator_proba_, by_hand)
    with pytest.raises(ValueError, match="one group"):
        clf.fit(X, Y, groups=np.zeros(len(Y)))


@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ({"method": "sotf"}, ValueError, "Did you mean 'soft'"),
        ({"method": "trim"}, ValueError, "must be one of .*'reweight', .*'soft'"),
        ({"method": GaussianNB()}, TypeError, "method must be a method or one of"),
        ({"optimize": "acuracy"}, ValueError, "Did you mean 'accuracy'"),
        ({"label_share": 1}, ValueError, "label_share=1 .* is the plain estimator"),
        ({"label_share": -0.1}, ValueError, "at least 0"),
        ({"label_share": "half"}, ValueError, "label_share='half'"),
        ({"max_iter": 0}, ValueError, "max_iter=0 must be a whole number"),
        ({"max_iter": 1.5}, ValueError, "max_iter=1.5"),
        ({"min_gain": "high"}, ValueError, "number of standard errors, or None"),
        ({"cv": 1, "detector": None}, ValueError, "cv >= 2"),
        ({"transition_matrix": np.eye(2)}, ValueError, "is for 2 classes but there"),
        ({"transition_matrix": [0.5, 0.5]}, ValueError, "must be square"),
        ({"transition_matrix": -np.eye(3)}, ValueError, "must hold probabilities"),
        ({"transition_matrix": 2 * np.eye(3)}, ValueError, "sum to 1"),
        ({"transition_matrix": LEANING.T}, ValueError, "pass its transpose"),
        ({"transition_matrix": [[1, 0, 0]] * 3}, ValueError, r"label\(s\) \[1, 2\]"),
        (
            {"method": "reweight", "transition_matrix": np.eye(3)[[1, 2, 0]]},
            ValueError,
            'use method="soft"',
        ),
        ({"detector": "confident"}, TypeError, "must be a label detector"),
        ({"detector": ConfidentLearning}, TypeError, r"Write ConfidentLearning\(\)"),
        ({"detector": GaussianNB()}, TypeError, r"ConfidentLearning\(estimator\)"),
        ({"detector": ResidualDetector()}, TypeError, "use it in CleanThenFit"),
        ({"estimator": LogisticRegression}, TypeError, r"LogisticRegression\(\)"),
        ({"estimator": "logistic"}, TypeError, "must have fit and predict"),
        ({"estimator": StandardScaler()}, TypeError, "must have fit and predict"),
        ({"estimator": Ridge()}, TypeError, "CleanThenFit takes regressors"),
    ],
)
def test_errors_name_the_fix(params, error, words):
    clf = robust().set_params(**params)
    with pytest.raises(error, match=words):
        clf.fit(X, Y)
    assert learned(clf) == set()


@pytest.mark.parametrize("name", ["sample_weight", "groups", "trusted"])
def test_metadata_of_the_wrong_length_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} has 3 entries, but X has 120 rows"):
        robust().fit(X, Y, **{name: [1, 0, 1]})


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="at least 2 classes"):
        robust().fit(X, np.zeros(len(Y)))


def test_the_callers_parts_are_left_alone():
    estimator, detector, matrix = Noting(), ConfidentLearning(), MATRIX.copy()
    clf = robust(estimator, detector=detector, transition_matrix=matrix)
    before = {name: repr(value) for name, value in clf.get_params().items()}
    clf.fit(X, Y, sample_weight=WEIGHT)
    assert clf.estimator is estimator
    assert clf.detector is detector
    assert clf.transition_matrix is matrix
    assert {name: repr(value) for name, value in clf.get_params().items()} == before
    assert learned(estimator) == learned(detector) == set()
    clf.transition_matrix_[:] = 0
    assert_array_equal(matrix, MATRIX)


def test_copies_predict_alike_and_clones_are_unfitted(tmp_path):
    clf = NoiseRobustClassifier(LogisticRegression(), detector=LIGHT).fit(X, Y)
    joblib.dump(clf, tmp_path / "clf.joblib")
    for copy in (
        pickle.loads(pickle.dumps(clf)),
        joblib.load(tmp_path / "clf.joblib"),
        clone(clf).fit(X, Y),
    ):
        assert_array_equal(copy.predict_proba(X_TEST), clf.predict_proba(X_TEST))
        assert_array_equal(copy.targets_, clf.targets_)
    assert learned(clone(clf)) == set()


def test_a_second_fit_forgets_the_first():
    clf = NoiseRobustClassifier(LogisticRegression(), detector=LIGHT)
    clf.fit(pd.DataFrame(X, columns=["a", "b"]), Y)
    before = learned(clf)
    clf.fit(X[:, :1], Y > 0)
    assert before - learned(clf) == {"feature_names_in_"}
    assert clf.n_features_in_ == 1
    assert clf.targets_.shape == (len(Y), 2)
    assert_array_equal(clf.classes_, [False, True])


def test_a_fit_that_fails_leaves_what_was():
    clf = NoiseRobustClassifier(Failing(), detector=LIGHT)
    with pytest.raises(RuntimeError, match="told to fail"):
        clf.fit(X, Y, note="fail")
    assert learned(clf) == set()
    before = clf.fit(X, Y).predict_proba(X_TEST)
    with pytest.raises(RuntimeError, match="told to fail"):
        clf.fit(X[:50, :1], Y[:50], note="fail")
    assert_array_equal(clf.predict_proba(X_TEST), before)
    assert clf.n_features_in_ == 2
    assert len(clf.targets_) == len(Y)
