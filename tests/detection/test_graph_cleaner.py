# SPDX-License-Identifier: BSD-3-Clause
"""GraphCleaner: seven numbers, judged by classifiers that have not seen the row."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.base import with_default_estimator
from sknoisy.detection import GraphCleaner
from sknoisy.utils._row_hash import hash_rows
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, texts


class Remembers(ClassifierMixin, BaseEstimator):
    """Keep the numbers of the rows that it was fitted on."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.seen_, self.y_ = X, y
        return self

    def predict_proba(self, X):
        self.asked_ = X
        return np.tile([0.5, 0.5], (len(X), 1))


@parametrize_with_checks(
    [
        GraphCleaner(
            GaussianNB(),
            mislabel_classifier=LogisticRegression(C=10),
            n_neighbors=6,
            threshold=0.2,
        )
    ]
)
def test_contract(estimator, check):
    check(estimator)


def test_neighbours_add_to_the_probability_of_the_label():
    X, y, truth = blobs(300, noise=0.2, spread=2.5)
    detector = GraphCleaner(DecisionTreeClassifier(random_state=0)).fit(X, y)
    wrong = y != truth
    alone = roc_auc_score(wrong, -detector.pred_proba_[np.arange(300), y])
    found = roc_auc_score(wrong, -detector.label_quality_)
    assert found > max(0.9, alone + 0.1)


def test_neighbours_that_say_nothing_do_no_harm():
    rng = np.random.default_rng(0)
    truth = np.arange(400) % 2
    # The first column tells all, and the neighbours go by the other nine.
    X = np.column_stack([2.0 * truth, rng.normal(size=(400, 9))])
    y = np.where(rng.random(400) < 0.1, 1 - truth, truth)
    detector = GraphCleaner(DecisionTreeClassifier(max_depth=1)).fit(X, y)
    assert roc_auc_score(y != truth, -detector.label_quality_) > 0.95


def test_planted_errors_are_found():
    X, y, truth = blobs(200, noise=0.1)
    detector = GraphCleaner().fit(X, y)
    assert roc_auc_score(y != truth, -detector.label_quality_) > 0.99
    assert detector.suspect_mask_[y != truth].mean() >= 0.9
    assert not detector.suspect_mask_[y == truth].any()
    np.testing.assert_array_equal(detector.suggested_labels_, truth)
    np.testing.assert_allclose(detector.transition_matrix_.sum(axis=1), 1)


def test_no_row_is_judged_by_a_classifier_that_has_seen_it():
    X, y, _ = blobs(100, noise=0.1, spread=3.0)
    detector = GraphCleaner(mislabel_classifier=Remembers(), cv=4).fit(X, y)
    n_asked = 0
    for fitted in detector.mislabel_classifiers_:
        assert fitted.seen_.shape[1] == 7
        # What arrives over the edges tells a row whatever its label is.
        among = np.isin(hash_rows(fitted.asked_), hash_rows(fitted.seen_))
        assert not among.any()
        n_asked += len(fitted.asked_)
    assert n_asked == 100


def test_about_half_of_the_rows_have_planted_errors():
    X, y, _ = blobs(400, noise=0.1)
    shares = {
        rate: np.mean(
            [
                fitted.y_.mean()
                for fitted in GraphCleaner(
                    mislabel_classifier=Remembers(), sample_rate=rate
                )
                .fit(X, y)
                .mislabel_classifiers_
            ]
        )
        for rate in (0.5, 0.2)
    }
    assert abs(shares[0.5] - 0.5) < 0.1 and abs(shares[0.2] - 0.2) < 0.1


def test_a_transformer_finds_the_neighbours():
    X, y, _ = blobs(100, noise=0.1, spread=3.0)
    search = make_pipeline(StandardScaler(), KNeighborsTransformer(n_neighbors=9))
    exact = GraphCleaner(n_neighbors=7).fit(X, y)
    asked = GraphCleaner(transformer=search, n_neighbors=7).fit(X, y)
    np.testing.assert_allclose(asked.label_quality_, exact.label_quality_)
    new, codes, _ = blobs(30, seed=1, spread=3.0)
    scores = [found.score_samples(new, codes) for found in (exact, asked)]
    np.testing.assert_allclose(*scores)


def test_published_cut_is_a_number():
    X, y, truth = blobs(600, noise=0.01)
    detector = GraphCleaner(threshold=0.03).fit(X, y)
    np.testing.assert_array_equal(detector.suspect_mask_, y != truth)


def test_few_rows_without_a_planted_error():
    X, y, _ = blobs(6, 2)
    detector = GraphCleaner(
        DummyClassifier(), sample_rate=1e-9, threshold=0.5, n_neighbors=2, cv=2
    )
    np.testing.assert_array_equal(detector.fit(X, y).label_quality_, 1.0)


@pytest.mark.parametrize("X_y", [texts(), frame(pd), frame(pd, with_text=True)])
def test_errors_in_other_containers_rank_low(X_y):
    X, y = X_y
    quality = GraphCleaner().fit(X, y).label_quality_
    assert quality[:2].max() < np.median(quality[2:])


def test_new_labels_are_scored_by_the_rows_of_fit():
    X, y, _ = blobs(200, noise=0.1)
    detector = GraphCleaner(mislabel_classifier=RandomForestClassifier(20)).fit(X, y)
    new, truth, _ = blobs(40, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > wrong.max()
    np.testing.assert_array_equal(detector.score_samples(new), right)


def test_wrappers_lend_their_estimator():
    lent = with_default_estimator(GraphCleaner(), GaussianNB())
    assert isinstance(lent.estimator, GaussianNB)


def test_parameters_out_of_range_are_refused():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match=r"sample_rate=1 must lie in \(0, 1\)"):
        GraphCleaner(sample_rate=1).fit(X, y)
    with pytest.raises(ValueError, match="n_neighbors=0 must be a whole number"):
        GraphCleaner(n_neighbors=0).fit(X, y)
    with pytest.raises(TypeError, match="which LinearSVC lacks"):
        GraphCleaner(mislabel_classifier=LinearSVC()).fit(X, y)
