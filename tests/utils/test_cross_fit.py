# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    KFold,
    LeaveOneGroupOut,
    RepeatedKFold,
    ShuffleSplit,
    TimeSeriesSplit,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC, LinearSVC

from sknoisy.exceptions import RareClassWarning
from sknoisy.utils import cross_fit_proba, fit_weighted
from sknoisy.utils._cross_fit import class_outputs, cross_fit_predict, seed_from
from tests._data import OnlyPredict, Recorder, RowNumbers, blobs, soft_blobs

X, Y, TRUTH = blobs(noise=0.2, spread=1.5)


def numbered(codes):
    """Rows whose only feature is their number."""
    return np.arange(float(len(codes)))[:, None], np.asarray(codes)


def test_a_memorising_classifier_never_sees_its_own_row():
    X, y = numbered(np.arange(40) % 2)
    assert cross_fit_proba(RowNumbers(), X, y).pred_proba[:, 1].max() == 0


def test_a_nearest_neighbour_does_not_confirm_wrong_labels():
    pred_proba = cross_fit_proba(KNeighborsClassifier(1), X, Y).pred_proba
    wrong = Y != TRUTH
    assert pred_proba[wrong, Y[wrong]].mean() < 0.5


def test_exact_duplicates_do_not_leak_their_label():
    X, y = numbered(np.arange(40) % 2)
    twins = np.r_[X, X[:20]]
    fit = cross_fit_proba(RowNumbers(), twins, np.r_[y, 1 - y[:20]])
    assert fit.pred_proba[:, 1].max() == 0


def test_each_fold_may_have_targets_of_its_own():
    folds = list(KFold(3).split(X))
    shifted = [np.roll(np.eye(3)[Y], k, axis=1) for k in range(3)]
    fit = cross_fit_proba(
        LogisticRegression(), X, Y, cv=folds, targets=np.array(shifted)
    )
    probas = list(fit.proba_by_fold(X))
    for targets, (_, test), proba in zip(shifted, folds, probas, strict=True):
        alone = cross_fit_proba(LogisticRegression(), X, Y, cv=folds, targets=targets)
        assert_allclose(fit.pred_proba[test], alone.pred_proba[test])
        assert_allclose(proba[test], fit.pred_proba[test])
    assert_allclose(np.mean(probas, axis=0), fit.predict_proba(X))
    with pytest.raises(ValueError, match="zip"):
        cross_fit_proba(LogisticRegression(), X, Y, cv=4, targets=np.array(shifted))


def test_rows_of_a_group_never_judge_each_other():
    group = np.repeat(np.arange(15), 4)
    y = np.arange(60) % 2
    fit = cross_fit_proba(RowNumbers(), group[:, None] * 1.0, y, groups=group)
    assert fit.pred_proba[:, 1].max() == 0


@pytest.mark.parametrize("kin", ["groups", "duplicates"])
def test_rows_of_weight_zero_are_judged_by_strangers_alone(kin):
    group = np.repeat(np.arange(15), 4)
    y, weight = np.tile([0, 0, 1, 1], 15), np.tile([1.0, 0.0], 30)
    fit = cross_fit_proba(
        RowNumbers(),
        group[:, None] * 1.0,
        y,
        sample_weight=weight,
        groups=group if kin == "groups" else None,
    )
    assert fit.pred_proba[:, 1].max() == 0


def test_columns_follow_the_classes_asked_for():
    labels = np.array(["x", "y", "z"])[Y]
    expected = cross_fit_proba(GaussianNB(), X, Y).pred_proba
    fit = cross_fit_proba(GaussianNB(), X, labels, classes=["z", "w", "x", "y"])
    np.testing.assert_array_equal(fit.classes, ["z", "w", "x", "y"])
    np.testing.assert_array_equal(fit.pred_proba[:, [2, 3, 0]], expected)
    assert (fit.pred_proba[:, 1] == 0).all()


@pytest.mark.parametrize("classifier", [GaussianNB(), LinearSVC(), OnlyPredict()])
def test_a_class_missing_from_a_training_fold_keeps_its_column(classifier):
    X, y, _ = blobs(60)
    third = np.flatnonzero(y == 2)
    rest = np.random.default_rng(0).permutation(np.flatnonzero(y < 2))
    halves = [(np.r_[rest[::2], third], rest[1::2]), (rest[1::2], rest[::2])]
    cv = [*halves, (np.r_[rest, third[::2]], third[1::2])]
    cv.append((np.r_[rest, third[1::2]], third[::2]))
    pred_proba = cross_fit_proba(classifier, X, y, cv=cv).pred_proba
    assert pred_proba.shape == (60, 3)
    np.testing.assert_array_equal(pred_proba.argmax(axis=1), y)
    np.testing.assert_allclose(pred_proba.sum(axis=1), 1)


def test_a_class_of_one_row_cannot_be_judged():
    X, y = np.r_[blobs(60, 2)[0], [[0.0, 20.0]]], np.r_[np.arange(60) % 2, 7]
    with pytest.warns(RareClassWarning, match=r"class\(es\) \[.*7.*more rows"):
        fit = cross_fit_proba(GaussianNB(), X, y)
    np.testing.assert_array_equal(np.flatnonzero(~fit.judged), [60])
    np.testing.assert_array_equal(fit.pred_proba[60], [0, 0, 1])
    np.testing.assert_array_equal(fit.classes, [0, 1, 7])


def test_classes_of_fewer_rows_than_folds_are_judged():
    X, y, _ = blobs(63, 3)
    keep = np.r_[np.flatnonzero(y < 2), np.flatnonzero(y == 2)[:2]]
    fit = cross_fit_proba(KNeighborsClassifier(1), X[keep], y[keep], cv=10)
    assert fit.judged.all()
    np.testing.assert_array_equal(fit.pred_proba.argmax(axis=1), y[keep])


def test_a_training_fold_of_one_class_predicts_it():
    X, y, _ = blobs(20, 2)
    by_class = [np.flatnonzero(y == k) for k in (0, 1)]
    cv = [(by_class[0], by_class[1]), (by_class[1], by_class[0])]
    with pytest.warns(RareClassWarning):
        fit = cross_fit_proba(LogisticRegression(), X, y, cv=cv)
    np.testing.assert_array_equal(fit.predict_proba(X), np.full((20, 2), 0.5))
    assert not fit.judged.any()


@pytest.mark.parametrize(
    "labels",
    [np.array(["no", "yes", "zero"]), np.array([0, 2, 7]), np.array([-1.0, 0.0, 1.0])],
    ids=["strings", "gaps", "floats"],
)
def test_labels_of_any_kind_equal_integers(labels):
    expected = cross_fit_proba(LogisticRegression(), X, Y).pred_proba
    fit = cross_fit_proba(LogisticRegression(), X, labels[Y])
    np.testing.assert_array_equal(fit.pred_proba, expected)
    np.testing.assert_array_equal(fit.classes, labels)


def test_booleans_equal_integers():
    X, y, _ = blobs(40, 2)
    expected = cross_fit_proba(GaussianNB(), X, y).pred_proba
    fit = cross_fit_proba(GaussianNB(), X, y == 1)
    np.testing.assert_array_equal(fit.pred_proba, expected)


def test_labels_outside_classes_are_refused():
    with pytest.raises(ValueError, match=r"classes lacks: \[2\]"):
        cross_fit_proba(GaussianNB(), X, Y, classes=[0, 1])


def test_sample_weight_reaches_every_fit():
    weight = np.linspace(1, 2, len(Y))
    fit = cross_fit_proba(Recorder(), X, Y, sample_weight=weight, cv=KFold(3))
    for model, (train, _) in zip(fit.estimators, KFold(3).split(X), strict=True):
        np.testing.assert_array_equal(model.sample_weight_, weight[train])


WEIGHED = [
    LogisticRegression(tol=1e-10, max_iter=1000),
    GaussianNB(),
    KNeighborsClassifier(3),
    make_pipeline(GaussianNB()),
]


@pytest.mark.parametrize("classifier", WEIGHED, ids=lambda clf: type(clf).__name__)
@pytest.mark.parametrize("cv", [4, np.int64(4)])
def test_whole_weights_equal_repeated_rows(classifier, cv):
    counts = np.random.default_rng(0).integers(0, 4, size=len(Y))
    rows = np.repeat(np.arange(len(Y)), counts)
    repeated = cross_fit_proba(classifier, X[rows], Y[rows], cv=cv).pred_proba
    fit = cross_fit_proba(classifier, X, Y, cv=cv, sample_weight=counts)
    np.testing.assert_allclose(fit.pred_proba[rows], repeated, atol=1e-6)


def test_a_row_of_weight_zero_equals_an_absent_row_and_is_judged():
    weight = np.where(np.arange(len(Y)) % 4 == 0, 0.0, 1.0)
    present = weight > 0
    fit = cross_fit_proba(GaussianNB(), X, Y, sample_weight=weight)
    absent = cross_fit_proba(GaussianNB(), X[present], Y[present])
    np.testing.assert_allclose(fit.pred_proba[present], absent.pred_proba)
    np.testing.assert_allclose(
        fit.pred_proba[~present], absent.predict_proba(X[~present])
    )
    assert fit.judged.all()


def test_weights_of_zero_train_no_model_under_any_splitter():
    weight = np.where(np.arange(len(Y)) % 4 == 0, 0.0, 1.0)
    fit = cross_fit_proba(Recorder(), X, Y, sample_weight=weight, cv=KFold(3))
    for model, (train, _) in zip(fit.estimators, KFold(3).split(X), strict=True):
        np.testing.assert_array_equal(model.X_, X[train[weight[train] > 0]])


def test_all_weights_zero_are_refused():
    with pytest.raises(ValueError, match="zero for every row"):
        cross_fit_proba(GaussianNB(), X, Y, sample_weight=np.zeros(len(Y)))


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_permuting_rows_permutes_the_probabilities(random):
    order = list(range(len(Y)))
    random.shuffle(order)
    expected = cross_fit_proba(GaussianNB(), X, Y).pred_proba
    shuffled = cross_fit_proba(GaussianNB(), X[order], Y[order]).pred_proba
    np.testing.assert_allclose(shuffled, expected[order], atol=1e-9)


def test_seeds_choose_the_folds():
    knn = KNeighborsClassifier(1)
    first = cross_fit_proba(knn, X, Y, random_state=1).pred_proba
    again = cross_fit_proba(knn, X, Y, random_state=1).pred_proba
    other = cross_fit_proba(knn, X, Y, random_state=2).pred_proba
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_none_is_a_seed_and_generators_advance():
    assert seed_from(None) == seed_from(None)
    generator = np.random.RandomState(0)
    assert seed_from(generator) != seed_from(generator)


def test_the_global_random_state_is_left_alone():
    state = np.random.get_state()[1].copy()
    cross_fit_proba(KNeighborsClassifier(), X, Y, sample_weight=np.linspace(1, 2, 90))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_two_processes_find_what_one_finds():
    forest = RandomForestClassifier(n_estimators=3, random_state=0)
    alone = cross_fit_proba(forest, X, Y, cv=2).pred_proba
    np.testing.assert_array_equal(
        cross_fit_proba(forest, X, Y, cv=2, n_jobs=2).pred_proba, alone
    )


def test_the_estimator_of_the_caller_stays_unfitted():
    classifier = RandomForestClassifier(n_estimators=2)
    before = vars(classifier).copy()
    cross_fit_proba(classifier, X, Y, cv=2)
    assert vars(classifier) == before


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "classifier",
    [LinearSVC(), RidgeClassifier(), SVC(), OnlyPredict(7)],
    ids=lambda clf: type(clf).__name__,
)
def test_decisions_and_predictions_become_probabilities(classifier, n_classes):
    X, y, truth = blobs(90, n_classes, noise=0.1)
    fit = cross_fit_proba(classifier, X, y)
    np.testing.assert_allclose(fit.pred_proba.sum(axis=1), 1)
    assert (fit.pred_proba.argmax(axis=1) == truth).mean() > 0.95
    assert fit.pred_proba[np.arange(90), truth].mean() > 0.75
    new = fit.predict_proba(X)
    assert (new.argmax(axis=1) == truth).mean() > 0.95


def test_calibration_heeds_weights():
    weight = np.where(Y == TRUTH, 1.0, 0.0)
    fit = cross_fit_proba(LinearSVC(), X, Y, sample_weight=weight)
    present = weight > 0
    expected = cross_fit_proba(LinearSVC(), X[present], Y[present]).pred_proba
    np.testing.assert_allclose(fit.pred_proba[present], expected, atol=1e-4)


def test_one_against_one_decisions_become_probabilities():
    svc = SVC(decision_function_shape="ovo")
    pred_proba = cross_fit_proba(svc, *blobs(80, 4)[:2]).pred_proba
    assert pred_proba.shape == (80, 4)
    np.testing.assert_array_equal(pred_proba.argmax(axis=1), np.arange(80) % 4)


def test_outputs_are_aligned_to_more_classes():
    model = GaussianNB().fit(X, Y + 1)
    outputs = class_outputs(model, X, np.arange(5))
    np.testing.assert_array_equal(outputs[:, [0, 4]], 0)
    np.testing.assert_array_equal(outputs[:, 1:4], model.predict_proba(X))
    decisions = LinearSVC().fit(X, Y + 1)
    outputs = class_outputs(decisions, X, np.arange(5))
    np.testing.assert_array_equal(outputs[:, 1:4], decisions.decision_function(X))
    np.testing.assert_array_equal(outputs[:, 0], outputs[:, 1:4].min(axis=1))


def test_texts_pass_through():
    words = np.array([["red apple", "ripe pear"], ["fast car", "old truck"]])
    texts = [str(words[k, i % 2]) + f" {i}" for i, k in enumerate([0, 1] * 10)]
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    fit = cross_fit_proba(model, texts, np.array([0, 1] * 10))
    np.testing.assert_array_equal(fit.pred_proba.argmax(axis=1), [0, 1] * 10)


@pytest.mark.parametrize("library", [pd, pl])
def test_mixed_frames_pass_through(library):
    colour = np.array(["red", "green", "blue"])[TRUTH].tolist()
    frame = library.DataFrame({"size": X[:, 0].tolist(), "colour": colour})
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["colour"]), remainder="passthrough"
    )
    fit = cross_fit_proba(make_pipeline(encoder, GaussianNB()), frame, Y)
    assert (fit.pred_proba.argmax(axis=1) == TRUTH).all()


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
def test_sparse_matrices_equal_dense_ones(kind):
    dense = np.where(np.abs(X) < 1, 0, X)
    fit = cross_fit_proba(
        LogisticRegression(), sparse.coo_array(dense).asformat(kind), Y
    )
    expected = cross_fit_proba(LogisticRegression(), dense, Y).pred_proba
    np.testing.assert_allclose(fit.pred_proba, expected, atol=1e-4)


def test_missing_values_reach_an_estimator_that_takes_them():
    holes = np.column_stack([X, X])
    holes[::7, 0] = np.nan
    boosting = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=2)
    pred_proba = cross_fit_proba(boosting, holes, Y).pred_proba
    assert (pred_proba.argmax(axis=1) == TRUTH).mean() > 0.8


def test_an_iterable_of_folds_is_used_as_it_is():
    pairs = list(KFold(4).split(X))
    fit = cross_fit_proba(KNeighborsClassifier(1), X, Y, cv=iter(pairs))
    for train, test in pairs:
        model = KNeighborsClassifier(1).fit(X[train], Y[train])
        np.testing.assert_array_equal(
            fit.pred_proba[test], model.predict_proba(X[test])
        )


def test_rows_tested_several_times_get_the_mean():
    cv = RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)
    fit = cross_fit_proba(KNeighborsClassifier(1), X, Y, cv=cv)
    pairs = list(cv.split(X))
    halves = [
        cross_fit_proba(KNeighborsClassifier(1), X, Y, cv=part).pred_proba
        for part in (pairs[:3], pairs[3:])
    ]
    np.testing.assert_allclose(fit.pred_proba, np.mean(halves, axis=0))
    assert len(fit.estimators) == 6


@pytest.mark.parametrize(
    "cv", [TimeSeriesSplit(3), ShuffleSplit(1, random_state=0)], ids=["time", "shuffle"]
)
def test_a_cv_that_leaves_rows_untested_is_refused(cv):
    with pytest.raises(ValueError, match=r"cv leaves \d+ row\(s\) untested.*KFold"):
        cross_fit_proba(GaussianNB(), X, Y, cv=cv)


def test_a_splitter_gets_the_groups():
    groups = np.arange(90) % 4
    fit = cross_fit_proba(GaussianNB(), X, Y, cv=LeaveOneGroupOut(), groups=groups)
    assert len(fit.estimators) == 4


def test_new_rows_get_the_mean_of_the_models():
    new = X[:5] + 0.1
    fit = cross_fit_proba(GaussianNB(), X, Y, cv=3)
    expected = np.mean([model.predict_proba(new) for model in fit.estimators], axis=0)
    np.testing.assert_allclose(fit.predict_proba(new), expected)


def test_soft_targets_train_the_models():
    X, targets = soft_blobs()
    y = targets.argmax(axis=1)
    fit = cross_fit_proba(Recorder(), X, y, targets=targets, cv=KFold(3))
    for model, (train, _) in zip(fit.estimators, KFold(3).split(X), strict=True):
        np.testing.assert_allclose(
            model.shares_, targets[train].mean(axis=0), atol=1e-4
        )


def test_one_hot_targets_equal_labels():
    expected = cross_fit_proba(LogisticRegression(), X, Y).pred_proba
    fit = cross_fit_proba(LogisticRegression(), X, Y, targets=np.eye(3)[Y])
    np.testing.assert_array_equal(fit.pred_proba, expected)


def test_soft_targets_of_a_class_of_one_row_are_not_unjudged():
    X = np.r_[blobs(20, 2)[0], [[0.0, 0.0]]]
    y = np.r_[np.arange(20) % 2, 2]
    targets = np.full((21, 3), 0.1) + 0.7 * np.eye(3)[y]
    fit = cross_fit_proba(LogisticRegression(), X, y, targets=targets)
    assert fit.judged.all()
    assert fit.pred_proba[20, 2] < 1


def test_regressors_predict_out_of_sample():
    y = X[:, 0] * 2
    predictions, models = cross_fit_predict(LinearRegression(), X, y)
    np.testing.assert_allclose(predictions, y)
    assert len(models) == 5
    neighbours, _ = cross_fit_predict(KNeighborsRegressor(1), X, y)
    assert (neighbours != y).all()


def test_regressors_are_weighted():
    y, counts = X[:, 0] * X[:, 1], np.arange(90) % 3
    rows = np.repeat(np.arange(90), counts)
    weight = counts.astype(float)
    weighted, _ = cross_fit_predict(LinearRegression(), X, y, sample_weight=weight)
    repeated, _ = cross_fit_predict(LinearRegression(), X[rows], y[rows])
    np.testing.assert_allclose(weighted[rows], repeated)


def test_fits_are_the_fits_of_fit_weighted():
    weight = np.linspace(0.5, 2, 90)
    fit = cross_fit_proba(GaussianNB(), X, Y, cv=KFold(3), sample_weight=weight)
    train, test = next(KFold(3).split(X))
    model = fit_weighted(GaussianNB(), X[train], Y[train], weight[train])
    np.testing.assert_array_equal(fit.pred_proba[test], model.predict_proba(X[test]))
