# SPDX-License-Identifier: BSD-3-Clause
"""Copies never judge each other, exact or nearly, where groups are "duplicates"."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_validate
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import LinearSVC

from sknoisy import (
    CleanThenFit,
    ConfidentLearning,
    DropSuspects,
    LabelDetector,
    NoiseRobustClassifier,
    RelabelSuspects,
    ReweightSuspects,
    make_pipeline,
)
from sknoisy.detection import (
    KDisagreeingNeighbors,
    NearDuplicates,
    Neighbors,
    OutOfBag,
    OutOfFold,
    ResidualDetector,
)
from sknoisy.utils import cross_fit_proba, num_rows
from sknoisy.utils.estimator_checks._kinds import judges_numbers
from tests._data import blobs
from tests._parts import quick_parts_that_fit_rows

N_ROWS, N_COPIES = 120, 30


class KnowsCopies(ClassifierMixin, BaseEstimator):
    """Be sure of class 1 where a row close by was in fit, else of class 0."""

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.index_ = NearestNeighbors(n_neighbors=1).fit(X)
        return self

    def predict_proba(self, X):
        seen = self.index_.kneighbors(X)[0][:, 0] < 0.01
        return np.column_stack([~seen, seen]).astype(float)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def data():
    """Rows with near copies, all of either label; wrong labels on the copies."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, 6))
    copies = slice(N_ROWS - N_COPIES, N_ROWS)
    X[copies] = X[:N_COPIES] + 1e-3 * rng.normal(size=(N_COPIES, 6))
    y = rng.integers(2, size=N_ROWS)
    y[copies] = y[:N_COPIES]
    return X, y


def test_copies_straddle_folds_without_groups(data):
    X, y = data
    assert cross_fit_proba(KnowsCopies(), X, y).pred_proba[:, 1].sum() > N_COPIES


@pytest.mark.parametrize("cv", [2, 5])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_fit_keeps_copies_together(data, cv, weighted):
    X, y = data
    weight = None
    if weighted:
        weight = np.ones(N_ROWS)
        weight[::7] = 0
    fit = cross_fit_proba(
        KnowsCopies(), X, y, cv=cv, groups="duplicates", sample_weight=weight
    )
    assert not fit.pred_proba[:, 1].any()


@pytest.mark.parametrize(
    "scheme",
    [OutOfFold(KnowsCopies()), OutOfBag(KnowsCopies(), n_estimators=30)],
    ids=["fold", "bag"],
)
def test_schemes_keep_copies_together(data, scheme):
    X, y = data
    detector = LabelDetector(scheme)
    assert detector.fit(X, y).pred_proba_[:, 1].any()
    assert not detector.fit(X, y, groups="duplicates").pred_proba_[:, 1].any()


@pytest.mark.parametrize(
    "detector",
    [
        LabelDetector(Neighbors(n_neighbors=1, smoothing=0)),
        KDisagreeingNeighbors(n_neighbors=1),
    ],
    ids=["scheme", "detector"],
)
def test_neighbors_that_are_copies_do_not_vote(data, detector):
    X, y = data
    copies = np.r_[:N_COPIES, N_ROWS - N_COPIES : N_ROWS]
    agree = detector.fit(X, y).label_quality_[copies]
    np.testing.assert_array_equal(agree, 1)
    agree = detector.fit(X, y, groups="duplicates").label_quality_[copies]
    assert agree.mean() < 0.8


@pytest.mark.parametrize("cleaner", [DropSuspects, RelabelSuspects, ReweightSuspects])
def test_cleaners_take_the_word(data, cleaner):
    X, y = data
    fitted = cleaner(ConfidentLearning(KnowsCopies())).fit(X, y, groups="duplicates")
    assert not fitted.detector_.pred_proba_[:, 1].any()


def test_clean_then_fit(data):
    X, y = data
    clf = CleanThenFit(KnowsCopies()).fit(X, y, groups="duplicates")
    assert not clf.cleaner_.detector_.estimator_proba_[:, 1].any()


def test_noise_robust_classifier(data):
    X, y = data
    clf = NoiseRobustClassifier(KnowsCopies()).fit(X, y, groups="duplicates")
    assert not clf.detector_.estimator_proba_[:, 1].any()


def test_pipeline(data):
    X, y = data
    pipeline = make_pipeline(
        DropSuspects(ConfidentLearning(KnowsCopies())), LinearSVC(dual=False)
    ).fit(X, y, groups="duplicates")
    detector = pipeline[0].detector_
    assert not detector.pred_proba_[:, 1].any()


def test_pipeline_of_two_cleaners(data):
    X, y = data
    detector = ConfidentLearning(LogisticRegression())
    pipeline = make_pipeline(
        DropSuspects(detector),
        CleanThenFit(LogisticRegression(), DropSuspects(detector)),
    ).fit(X, y, groups="duplicates")
    assert num_rows(pipeline[-1].sample_weight_) == len(pipeline.sample_indices_)


def test_regression(data):
    X, _ = data
    detector = ResidualDetector().fit(X, X[:, 0], groups="duplicates")
    assert len(detector.label_quality_) == N_ROWS


def test_other_words_are_refused(data):
    X, y = data
    with pytest.raises(ValueError, match='groups="duplicates"'):
        LabelDetector().fit(X, y, groups="copies")


def test_texts(data):
    _, y = data
    rng = np.random.default_rng(0)
    words = np.array([f"w{i}" for i in range(300)])
    texts = [" ".join(rng.choice(words, size=12)) for _ in range(N_ROWS - N_COPIES)]
    texts += [f"{text.upper()}!" for text in texts[:N_COPIES]]
    alone = LabelDetector().fit(texts, y).label_quality_[:N_COPIES]
    apart = LabelDetector().fit(texts, y, groups="duplicates")
    assert apart.label_quality_[:N_COPIES].mean() < alone.mean()


def test_pipeline_with_metadata_routing(data):
    X, y = data
    cleaner = DropSuspects(ConfidentLearning(KnowsCopies()))
    with config_context(enable_metadata_routing=True):
        cleaner.set_fit_request(groups=True)
        pipeline = make_pipeline(cleaner, LinearSVC(dual=False))
        pipeline.fit(X, y, groups="duplicates")
    assert not pipeline[0].detector_.pred_proba_[:, 1].any()


def test_cross_validation_hands_the_groups_to_each_fit(data):
    X, y = data
    groups = NearDuplicates().fit(X).groups_
    scores = cross_validate(
        CleanThenFit(KnowsCopies()),
        X,
        y,
        cv=KFold(3),
        params={"groups": groups},
        return_estimator=True,
    )
    for fitted in scores["estimator"]:
        assert not fitted.cleaner_.detector_.estimator_proba_[:, 1].any()


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.SknoisyWarning")
@pytest.mark.parametrize(
    "estimator",
    quick_parts_that_fit_rows(),
    ids=lambda estimator: type(estimator).__name__,
)
def test_the_word_equals_the_groups_it_stands_for(estimator):
    X, y, _ = blobs(45, 3, noise=0.1)
    X[:4] = X[30:34] + 1e-9
    if judges_numbers(estimator):
        y = X.sum(axis=1)
    groups = NearDuplicates().fit(X).groups_
    assert len(np.unique(groups)) == 41
    by_word = clone(estimator).fit(X, y, groups="duplicates")
    by_groups = clone(estimator).fit(X, y, groups=groups)
    for fitted in (by_word, by_groups):
        # What calibrates sets flags no label, but predicts.
        if not hasattr(fitted, "suspect_mask_"):
            fitted.suspect_mask_ = fitted.predict_set(X)
    np.testing.assert_array_equal(by_word.suspect_mask_, by_groups.suspect_mask_)
    np.testing.assert_allclose(
        getattr(by_word, "label_quality_", 0), getattr(by_groups, "label_quality_", 0)
    )
