# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.base import with_default_estimator
from sknoisy.detection import LabelDetector
from sknoisy.detection._bags import bag_rows
from sknoisy.detection._leave_one_out import LeaveOneOut, outputs_without_kin
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import found, frame, mean_proba, planted, rows_of, texts
from tests.detection.test_neighbors import brute_votes

PRECISE = LogisticRegression(C=0.3, solver="newton-cholesky", tol=1e-9)


@parametrize_with_checks(
    [
        LabelDetector("leave_one_out"),
        LabelDetector(LeaveOneOut(LogisticRegression())),
        LabelDetector(LeaveOneOut(KNeighborsClassifier(9))),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def overlapping(n_classes, n_samples=45):
    X, y, _ = blobs(n_samples, n_classes, noise=0.1, spread=3.0)
    rng = np.random.default_rng(0)
    return np.column_stack([X, rng.normal(size=(n_samples, 3))]), y


def left_out(scheme, rows):
    """Fit a scheme, and return the raw outputs of each row without its kin."""
    list(scheme.members(rows))
    Z = scheme.model_.design(rows.X)
    outputs = outputs_without_kin(scheme.model_, Z, bag_rows(rows))
    return outputs.reshape(len(rows), -1)


def refits(estimator, X, y, weight, kin):
    """Compute the same by a fit for each set of kin."""
    values = [None] * len(y)
    for number in np.unique(kin):
        out = kin == number
        train = ~out & (weight > 0)
        model = clone(estimator).fit(X[train], y[train], weight[train])
        for i in np.flatnonzero(out):
            values[i] = model.decision_function(X[[i]]).ravel()
    return np.array(values)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("size", [1, 4, 20])
def test_ridge_equals_refits(n_classes, size):
    X, y = overlapping(n_classes)
    X[8] = X[9]
    weight = np.arange(len(y)) % 4 + 0.5
    groups = np.arange(len(y)) // size
    kin = np.where(groups == 9, 8, groups) if size == 1 else groups
    ridge = RidgeClassifier(2.0)
    rows = rows_of(X, y, weight, None if size == 1 else groups)
    expected = refits(ridge, X, y, weight, kin)
    np.testing.assert_allclose(left_out(LeaveOneOut(ridge), rows), expected, atol=1e-7)


def test_rows_of_weight_zero_lose_their_kin_too():
    X, y = overlapping(3)
    weight = (np.arange(len(y)) % 3 > 0).astype(float)
    groups = np.arange(len(y)) // 5
    ridge = RidgeClassifier()
    expected = refits(ridge, X, y, weight, groups)
    actual = left_out(LeaveOneOut(ridge), rows_of(X, y, weight, groups))
    np.testing.assert_allclose(actual, expected, atol=1e-7)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("size", [1, 4])
def test_logistic_step_comes_close_to_refits(n_classes, size):
    X, y = overlapping(n_classes, 90)
    weight, groups = np.ones(len(y)), np.arange(len(y)) // size
    expected = refits(PRECISE, X, y, weight, groups)
    rows = rows_of(X, y, None, groups)
    actual = left_out(LeaveOneOut(PRECISE), rows)
    in_sample = clone(PRECISE).fit(X, y).decision_function(X).reshape(len(y), -1)
    moved = np.abs(in_sample - expected).max()
    assert np.abs(actual - expected).max() < 0.25 * moved


def test_more_columns_than_rows_lose_nothing():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 1200)), np.arange(30) % 2
    ridge = RidgeClassifier(10.0)
    expected = refits(ridge, X, y, np.ones(30), np.arange(30))
    for rows in (X, sparse.csr_array(X)):
        actual = left_out(LeaveOneOut(ridge), rows_of(rows, y))
        np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_class_weight_and_no_intercept():
    X, y = overlapping(2)
    y = np.where(y == 0, "ant", "bee")
    params = {"class_weight": {"ant": 3.0}, "fit_intercept": False}
    expected = refits(RidgeClassifier(**params), X, y, np.ones(45), np.arange(45))
    actual = left_out(LeaveOneOut(RidgeClassifier(**params)), rows_of(X, y))
    np.testing.assert_allclose(actual, expected, atol=1e-7)
    balanced = RidgeClassifier(class_weight="balanced")
    n_ants = np.count_nonzero(y == "ant")
    by_hand = {"ant": 45 / (2 * n_ants), "bee": 45 / (2 * (45 - n_ants))}
    named = RidgeClassifier(class_weight=by_hand)
    np.testing.assert_allclose(
        left_out(LeaveOneOut(balanced), rows_of(X, y)),
        left_out(LeaveOneOut(named), rows_of(X, y)),
    )


def test_neighbors_exclude_the_row_itself():
    X, y, _ = blobs(60, noise=0.2, spread=4.0)
    scheme = LeaveOneOut(make_pipeline(StandardScaler(), KNeighborsClassifier(5)))
    expected = brute_votes(StandardScaler().fit_transform(X), y, 5)
    np.testing.assert_allclose(mean_proba(scheme, X, y), expected)


@pytest.mark.parametrize(
    "estimator", [None, LogisticRegression(), KNeighborsClassifier(9)]
)
def test_planted_errors_rank_lowest(estimator):
    X, y, wrong = planted()
    quality = LabelDetector(LeaveOneOut(estimator)).fit(X, y).label_quality_
    assert quality[wrong].max() < quality[~wrong].min()


def test_probabilities_are_calibrated():
    X, y, _ = blobs(600, 3, noise=0.3, spread=2.0)
    proba = mean_proba(LeaveOneOut(), X, y)
    sure = proba.max(axis=1)
    hit = proba.argmax(axis=1) == y
    assert abs(sure.mean() - hit.mean()) < 0.03


def test_a_copy_with_the_same_wrong_label_does_not_hide_it():
    X, y, wrong = planted()
    twice = np.r_[np.arange(len(y)), np.repeat(np.flatnonzero(wrong), 3)]
    for estimator in (None, LogisticRegression()):
        detector = LabelDetector(LeaveOneOut(estimator)).fit(X[twice], y[twice])
        quality, is_wrong = detector.label_quality_, wrong[twice]
        assert quality[is_wrong].max() < quality[~is_wrong].min()


def test_texts_frames_and_sparse_matrices():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        quality = LabelDetector("leave_one_out").fit(X, y).label_quality_
        assert set(np.argsort(quality)[:2]) == {0, 1}
    X, y = texts()
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    detector = LabelDetector(LeaveOneOut(model)).fit(X, y)
    assert set(np.argsort(detector.label_quality_)[:2]) == {0, 1}
    X = TfidfVectorizer().fit_transform(X)
    detector = LabelDetector("leave_one_out").fit(X, y)
    assert set(np.argsort(detector.label_quality_)[:2]) == {0, 1}


@pytest.mark.parametrize("estimator", [None, LogisticRegression()])
def test_a_class_of_one_row_counts_as_right(estimator):
    X, y, _ = blobs(60, 2)
    y[0] = 2
    detector = LabelDetector(LeaveOneOut(estimator))
    with pytest.warns(WeakEvidenceWarning, match="only ones of their class"):
        detector.fit(X, y)
    assert detector.label_quality_[0] == 1
    assert not detector.suspect_mask_[0]


def test_new_rows_are_judged_by_the_whole_fit():
    X, y, _ = blobs(200, 3, noise=0.1)
    new, given, truth = blobs(100, 3, noise=0.2, seed=1)
    for estimator in (None, LogisticRegression(), KNeighborsClassifier(9)):
        detector = LabelDetector(LeaveOneOut(estimator)).fit(X, y)
        quality = detector.score_samples(new, given)
        assert quality[given != truth].max() < quality[given == truth].min()


def test_wrappers_lend_what_has_a_closed_form():
    lent = with_default_estimator(LeaveOneOut(), LogisticRegression())
    assert isinstance(lent.estimator, LogisticRegression)
    kept = with_default_estimator(LeaveOneOut(), RandomForestClassifier())
    assert kept.estimator is None


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match="use LogisticRegression"):
        LabelDetector(LeaveOneOut(RandomForestClassifier())).fit(X, y)
    with pytest.raises(ValueError, match="use positive=False"):
        LabelDetector(LeaveOneOut(RidgeClassifier(positive=True))).fit(X, y)
    with pytest.raises(ValueError, match="l1_ratio=0.0"):
        LabelDetector(LeaveOneOut(LogisticRegression(l1_ratio=1.0))).fit(X, y)


def test_it_finds_what_cross_fitting_finds():
    X, given, truth = blobs(400, 3, noise=0.2, spread=2.5)
    wrong = given != truth
    folds = found(LabelDetector().fit(X, given), wrong)
    for estimator in (None, LogisticRegression()):
        detector = LabelDetector(LeaveOneOut(estimator)).fit(X, given)
        assert found(detector, wrong) > folds - 0.01
