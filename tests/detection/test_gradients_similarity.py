# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from sknoisy.detection._gradients_similarity import GradientSimilarity
from sknoisy.exceptions import WeakEvidenceWarning
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts
from tests.detection.test_leave_one_out import overlapping


@pytest.mark.parametrize("n_classes", [2, 3])
def test_cosines_are_those_of_the_gradients(n_classes):
    X, y = overlapping(n_classes)
    weight = np.arange(len(y)) % 3 + 1.0
    detector = GradientSimilarity(LogisticRegression(C=0.2))
    similarity = detector.fit(X, y, sample_weight=weight).similarity_
    Z = np.column_stack([X, np.ones(len(X))])
    model = LogisticRegression(C=0.2, fit_intercept=False, tol=1e-9, max_iter=9999)
    error = model.fit(Z, y, weight).predict_proba(Z) - np.eye(n_classes)[y]
    error = error[:, 1:] if n_classes == 2 else error
    gradients = (error[:, :, None] * Z[:, None]).reshape(len(y), -1)
    common = weight @ gradients
    expected = gradients @ common / np.linalg.norm(common)
    expected /= np.linalg.norm(gradients, axis=1)
    np.testing.assert_allclose(similarity, expected, atol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradients_agree_where_the_label_beats_the_expected_score(n_classes):
    X, y = overlapping(n_classes, 90)
    similarity = GradientSimilarity(LogisticRegression()).fit(X, y).similarity_
    Z = np.column_stack([X, np.ones(len(X))])
    model = LogisticRegression(fit_intercept=False, tol=1e-9, max_iter=9999).fit(Z, y)
    scores = model.decision_function(Z).reshape(len(y), -1)
    scores = np.column_stack([-scores, scores]) / 2 if n_classes == 2 else scores
    lead = scores[np.arange(len(y)), y] - (model.predict_proba(Z) * scores).sum(axis=1)
    assert np.array_equal(similarity > 0, lead > 0)


def test_planted_errors_are_suspect():
    X, y, wrong = planted()
    detector = GradientSimilarity().fit(X, y)
    assert np.array_equal(detector.suspect_mask_, wrong)
    assert (detector.similarity_[wrong] < 0).all()
    X, given, truth = blobs(300, 3, noise=0.2, spread=2.0)
    detector = GradientSimilarity().fit(X, given)
    assert roc_auc_score(given != truth, -detector.label_quality_) > 0.9


def test_a_rare_class_is_not_wrong_throughout():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], [30, 870, 20])
    X = (
        rng.normal(size=(920, 4))
        + 4 * StandardScaler().fit_transform(np.eye(3, 4))[truth]
    )
    given = truth.copy()
    given[::20] = (truth[::20] + 1) % 3
    wrong = given != truth
    detector = GradientSimilarity().fit(X, given)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.95
    rare = (truth != 1) & ~wrong
    assert detector.suspect_mask_[rare].mean() < 0.2


def test_texts_and_frames():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        detector = GradientSimilarity().fit(X, y)
        assert set(np.argsort(detector.label_quality_)[:2]) == {0, 1}


def test_new_rows_are_scored_alike():
    X, y, _ = blobs(200, 3, noise=0.1)
    detector = GradientSimilarity().fit(X, y)
    np.testing.assert_allclose(detector.score_samples(X, y), detector.label_quality_)


def test_a_class_of_one_row_counts_as_right():
    X, y, _ = blobs(60, 2)
    y[0] = 2
    with pytest.warns(WeakEvidenceWarning, match="only ones of their class"):
        detector = GradientSimilarity().fit(X, y)
    assert detector.label_quality_[0] == 1
    assert not detector.suspect_mask_[0]
