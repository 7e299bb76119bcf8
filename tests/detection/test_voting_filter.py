# SPDX-License-Identifier: BSD-3-Clause
"""What the filters that vote have in common."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from sknoisy.detection import CrossValidatedCommittees, EnsembleFilter
from sknoisy.detection._voting_filter import outvoted
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import OnlyPredict, blobs
from tests.detection._evidence import frame, planted, texts


@parametrize_with_checks(
    [
        EnsembleFilter([GaussianNB(), KNeighborsClassifier(3)], vote="majority"),
        CrossValidatedCommittees(GaussianNB(), vote="consensus", cv=4),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def sparse_texts():
    X, y = texts()
    return CountVectorizer().fit_transform(X), y


FILTERS = [EnsembleFilter, CrossValidatedCommittees]


@pytest.mark.parametrize("detector", FILTERS)
def test_planted_errors_are_found(detector):
    X, y, wrong = planted()
    fitted = detector().fit(X, y)
    assert roc_auc_score(wrong, -fitted.label_quality_) > 0.97
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)
    assert fitted.noise_rate_ == pytest.approx(wrong.mean())


@pytest.mark.parametrize("detector", FILTERS)
@pytest.mark.parametrize(
    "data",
    [texts(), frame(pd), frame(pl), frame(pd, with_text=True), sparse_texts()],
    ids=["texts", "pandas", "polars", "pandas with texts", "sparse"],
)
def test_any_container_is_judged(detector, data):
    X, y = data
    quality = detector(vote="majority").fit(X, y).label_quality_
    assert roc_auc_score(np.arange(len(y)) < 2, -quality) > 0.8


@pytest.mark.parametrize("detector", FILTERS)
def test_missing_values_are_judged(detector):
    X, y, wrong = planted()
    X = np.column_stack([X, np.where(np.arange(120) % 4, np.nan, 1.0)])
    quality = detector().fit(X, y).label_quality_
    assert roc_auc_score(wrong, -quality) > 0.97


@pytest.mark.parametrize("detector", FILTERS)
@pytest.mark.parametrize("n_rare", [1, 2])
@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.RareClassWarning")
def test_a_rare_class_is_not_emptied(detector, n_rare):
    X, y, _ = blobs(60, 2)
    y = y.astype("U4")
    y[:n_rare] = "rare"
    assert not detector(vote="majority").fit(X, y).suspect_mask_[:n_rare].all()


def test_classifiers_without_probabilities_vote():
    X, y, wrong = planted()
    learners = [LinearSVC(), OnlyPredict(3)]
    np.testing.assert_array_equal(
        EnsembleFilter(learners).fit(X, y).suspect_mask_, wrong
    )
    committees = CrossValidatedCommittees(OnlyPredict(5)).fit(X, y)
    np.testing.assert_array_equal(committees.suspect_mask_, wrong)


@pytest.mark.parametrize("detector", FILTERS)
def test_the_order_of_discrete_rows_does_not_matter(detector):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, size=(120, 4)).astype(float)
    y = (X[:, 0] > 0).astype(int)
    y[:10] = 1 - y[:10]
    order = rng.permutation(120)
    plain, shuffled = detector().fit(X, y), detector().fit(X[order], y[order])
    np.testing.assert_array_equal(plain.label_quality_[order], shuffled.label_quality_)


def test_the_default_vote_is_the_published_one():
    assert EnsembleFilter().vote == "consensus"
    assert CrossValidatedCommittees().vote == "majority"


def test_majority_is_more_than_half_and_consensus_all():
    quality = np.array([0, 1, 2, 3]) / 3
    np.testing.assert_array_equal(outvoted(quality, "majority"), quality < 0.5)
    np.testing.assert_array_equal(outvoted(quality, "consensus"), quality == 0)
    assert not outvoted(np.array([0.5]), "majority")[0]


def test_predictions_that_are_there_vote():
    y = np.array(["a", "b", "a"])
    sure = np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])
    unsure = np.array([[0.4, 0.6], [0.3, 0.7], [0.3, 0.7]])
    fitted = EnsembleFilter.from_predictions(y, [sure, unsure])
    np.testing.assert_array_equal(fitted.label_quality_, [0.5, 1.0, 0.0])
    np.testing.assert_allclose(fitted.pred_proba_, (sure + unsure) / 2)
    np.testing.assert_array_equal(fitted.suspect_mask_, [False, False, True])
    stacked = EnsembleFilter.from_predictions(y, np.stack([sure, unsure]))
    np.testing.assert_array_equal(stacked.label_quality_, fitted.label_quality_)


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_predictions_of_one_member_vote_alone(container):
    y = np.array(["a", "b", "a"])
    sure = np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])
    unsure = container(np.array([[0.4, 0.6], [0.3, 0.7], [0.3, 0.7]]))
    alone = EnsembleFilter.from_predictions(y, unsure, threshold=0.5)
    np.testing.assert_array_equal(alone.label_quality_, [0.0, 1.0, 0.0])
    # The threshold keeps a row of each class.
    assert alone.score_samples(sure, y).tolist() == [1.0, 1.0, 0.0]


def test_a_threshold_takes_the_place_of_the_vote():
    X, y, _ = planted()
    fitted = EnsembleFilter(threshold=0.9).fit(X, y)
    np.testing.assert_array_equal(fitted.suspect_mask_, fitted.label_quality_ < 0.9)


@pytest.mark.parametrize("detector", FILTERS)
def test_an_unknown_vote_is_refused(detector):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="Did you mean 'majority'"):
        detector(vote="majorty").fit(X, y)


@pytest.mark.parametrize("detector", FILTERS)
def test_new_labels_are_judged_by_the_share_that_agrees(detector):
    X, y, _ = blobs(90)
    fitted = detector().fit(X, y)
    np.testing.assert_array_equal(fitted.score_samples(X, y), 1.0)
    np.testing.assert_array_equal(fitted.score_samples(X, (y + 1) % 3), 0.0)
    np.testing.assert_array_equal(fitted.score_samples(X), 1.0)


def test_folds_of_the_caller_name_his_rows():
    X, y, wrong = planted()
    first = np.arange(120) < 60
    cv = [(np.flatnonzero(first), np.flatnonzero(~first))]
    cv.append(cv[0][::-1])
    fitted = EnsembleFilter([GaussianNB()], cv=cv).fit(X, y)
    expected = GaussianNB().fit(X[first], y[first]).predict_proba(X[~first])
    np.testing.assert_allclose(fitted.pred_proba_[~first], expected)
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)
