# SPDX-License-Identifier: BSD-3-Clause
"""Neural relation graph: the published sums, and whose relations count."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB

from sknoisy.base import with_default_estimator
from sknoisy.detection import NeuralRelationGraph
from sknoisy.detection import _relations as relations
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts
from tests.detection.test_selfclean import embedding

LABELS = np.repeat(["left", "right"], 3)
LEFT = np.array([0.9, 0.85, 0.2, 0.1, 0.15, 0.8])


class KnownProba(ClassifierMixin, BaseEstimator):
    """Predict what is known of the six directions."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        left = LEFT[(X @ embedding().T).argmax(axis=1)]
        return np.column_stack([left, 1 - left])


def golden(**params):
    detector = NeuralRelationGraph(
        KnownProba(), preprocessor="passthrough", cv=3, **params
    )
    return detector.fit(embedding(), LABELS)


def brute_sums(X, y, proba, power, turned=()):
    """Sum the relations that are all held at once."""
    directions = X / np.linalg.norm(X, axis=1, keepdims=True)
    relation = np.maximum(directions @ directions.T, 0) * (proba @ proba.T)
    relation = np.where(relation > 0.03, relation, 0) ** power
    signed = np.where(y[:, None] == y, relation, -relation)
    signed[:, list(turned)] *= -1
    return signed.sum(axis=1), relation.sum(axis=1)


@parametrize_with_checks(
    [
        NeuralRelationGraph(
            LogisticRegression(), temperature=2, max_iter=5, threshold="mixture", cv=3
        )
    ]
)
def test_contract(estimator, check):
    check(estimator)


def test_golden_scores():
    sums = np.array([0.99, 0.873, -0.7376, 1.091, 0.9192, -0.6324])
    detector = golden()
    expected = (1 + sums / sums.max()) / 2
    np.testing.assert_allclose(detector.label_quality_, expected, atol=5e-5)
    np.testing.assert_array_equal(np.flatnonzero(detector.suspect_mask_), [2, 5])
    suggested = ["left", "left", "right", "right", "right", "left"]
    np.testing.assert_array_equal(detector.suggested_labels_, suggested)


def test_golden_scores_before_the_turn():
    sums = np.array([0.5966, 0.4253, -0.3128, 0.5386, 0.4223, -0.2076])
    # No sum is that far below zero, so that nothing is turned.
    detector = golden(min_conflict=0.9)
    expected = (1 + sums / sums.max()) / 2
    np.testing.assert_allclose(detector.label_quality_, expected, atol=1e-4)
    assert not detector.suspect_mask_.any()


def test_blocks_agree_with_all_relations_at_once(monkeypatch):
    X, y, _ = blobs(80, noise=0.2, spread=3.0)
    detector = NeuralRelationGraph(GaussianNB(), preprocessor="passthrough")
    detector.fit(X, y)
    proba = detector.pred_proba_
    first = brute_sums(X, y, proba, 4)[0]
    turned = np.flatnonzero(first < -0.05 * np.abs(first).max())
    assert 0 < len(turned) < 40
    sums = brute_sums(X, y, proba, 4, turned)[0]
    expected = (1 + sums / np.abs(sums).max()) / 2
    np.testing.assert_allclose(detector.label_quality_, expected)
    outlying = brute_sums(X, y, proba, 1)[1]
    np.testing.assert_allclose(detector.outlier_score_, outlying / outlying.max())
    monkeypatch.setattr(relations, "_BLOCK_RELATIONS", 7 * 80)
    again = NeuralRelationGraph(GaussianNB(), preprocessor="passthrough").fit(X, y)
    np.testing.assert_allclose(again.label_quality_, expected)


def test_turns_end_when_beliefs_stay():
    X, y, _ = blobs(150, noise=0.3, spread=2.0)
    detector = NeuralRelationGraph(max_iter=50).fit(X, y)
    longer = NeuralRelationGraph(max_iter=detector.n_iter_ + 1).fit(X, y)
    assert 1 < detector.n_iter_ < 50 and longer.n_iter_ == detector.n_iter_
    np.testing.assert_array_equal(longer.label_quality_, detector.label_quality_)


def test_planted_errors_are_found():
    X, y, truth = blobs(200, noise=0.1)
    detector = NeuralRelationGraph().fit(X, y)
    assert roc_auc_score(y != truth, -detector.label_quality_) > 0.99
    np.testing.assert_array_equal(detector.suspect_mask_, y != truth)
    np.testing.assert_array_equal(detector.suggested_labels_, truth)


def test_outliers_are_related_to_few():
    rng = np.random.default_rng(0)
    truth = np.arange(120) % 3
    X = 8.0 * np.eye(8)[truth] + rng.normal(size=(120, 8))
    X[:4] = 8.0 * np.eye(8)[4:] + rng.normal(size=(4, 8))
    score = NeuralRelationGraph(preprocessor="passthrough").fit(X, truth).outlier_score_
    assert score[:4].max() < score[4:].min()


@pytest.mark.parametrize("in_groups", [False, True])
def test_copies_and_rows_of_a_group_are_no_evidence(in_groups):
    X, y, _ = blobs(40, 2, spread=3.0)
    rows = np.r_[np.arange(40), np.zeros(5, dtype=int)]
    near = X[rows] + in_groups * 1e-3 * np.random.default_rng(0).normal(size=(45, 2))
    detector = NeuralRelationGraph(
        DummyClassifier(strategy="uniform"), preprocessor="passthrough"
    )
    detector.fit(near, y[rows], groups=rows if in_groups else None)
    proba = np.full((40, 2), 0.5)
    all_relations = brute_sums(X, y, proba, 1)[1]
    # Relations to other rows are those without the copies, for the first row alone.
    ratio = detector.outlier_score_[0] / detector.outlier_score_[1]
    to_copies = brute_sums(X[[1, 0]], y[[1, 0]], proba[:2], 1)[1][0] - 0.5
    expected = all_relations[0] / (all_relations[1] + 5 * to_copies)
    np.testing.assert_allclose(ratio, expected, rtol=1e-2)


def test_trusted_labels_are_not_turned():
    X, y, wrong = planted(60, n_wrong=3)
    near = ~wrong & (y == y[wrong][0])
    plain = NeuralRelationGraph().fit(X, y).label_quality_
    trusted = NeuralRelationGraph().fit(X, y, trusted=wrong).label_quality_
    np.testing.assert_array_equal(trusted[wrong], 1.0)
    assert near.any() and not np.allclose(plain[near], trusted[near], atol=1e-6)


@pytest.mark.parametrize("X_y", [texts(), frame(pd), frame(pd, with_text=True)])
def test_errors_in_other_containers_rank_low(X_y):
    X, y = X_y
    quality = NeuralRelationGraph().fit(X, y).label_quality_
    assert quality[:2].max() < np.median(quality[2:])


def test_sparse_rows_are_judged_as_dense_ones():
    X, y, _ = planted()
    linear = LogisticRegression(tol=1e-10)
    detector = NeuralRelationGraph(linear, preprocessor="passthrough")
    dense = detector.fit(X, y).label_quality_
    thin = detector.fit(sparse.csr_matrix(X), y).label_quality_
    np.testing.assert_allclose(thin, dense, atol=1e-6)


def test_new_labels_are_scored_by_the_rows_of_fit():
    X, y, _ = planted()
    detector = NeuralRelationGraph().fit(X, y)
    new, truth, _ = blobs(40, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > 0.5 > wrong.max()
    np.testing.assert_array_equal(detector.score_samples(new), right)


def test_wrappers_lend_their_estimator():
    lent = with_default_estimator(NeuralRelationGraph(), GaussianNB())
    assert isinstance(lent.estimator, GaussianNB)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"temperature": 0}, "temperature=0 must be a number above 0"),
        ({"min_relation": 1}, r"min_relation=1 must lie in \[0, 1\)"),
        ({"max_iter": 0}, "max_iter=0 must be a whole number above 0"),
    ],
)
def test_parameters_out_of_range_are_refused(params, message):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match=message):
        NeuralRelationGraph(**params).fit(X, y)
