# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline

from sknoisy.base import with_default_estimator
from sknoisy.detection._influence import (
    CookDistance,
    RepresenterValues,
    SelfInfluence,
)
from sknoisy.exceptions import WeakEvidenceWarning
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts
from tests.detection.test_leave_one_out import PRECISE, overlapping

DETECTORS = (SelfInfluence, CookDistance, RepresenterValues)

each = pytest.mark.parametrize("kind", DETECTORS, ids=lambda kind: kind.__name__)
any_classes = pytest.mark.parametrize("n_classes", [2, 3])


def own_loss(model, X, y, i):
    return -np.log(model.predict_proba(X[[i]])[0, y[i]])


def weights_of(model):
    return np.column_stack([model.coef_, model.intercept_]).ravel()


def hessian_of(model, X):
    """The Hessian of a binary logistic regression, by its formula."""
    Z = np.column_stack([X, np.ones(len(X))])
    p = model.predict_proba(X)[:, 1]
    ridge = np.diag(np.r_[np.full(X.shape[1], 1 / model.C), 0])
    return Z, p, Z.T @ ((p * (1 - p))[:, None] * Z) + ridge


@any_classes
def test_self_influence_is_the_derivative_of_the_loss_by_the_weight(n_classes):
    X, y = overlapping(n_classes)
    influence = SelfInfluence(PRECISE).fit(X, y).influence_
    for i in range(0, len(y), 7):
        losses = []
        for step in (-1e-2, 1e-2):
            weight = np.ones(len(y))
            weight[i] += step
            model = clone(PRECISE).fit(X, y, weight)
            losses.append(own_loss(model, X, y, i))
        np.testing.assert_allclose(
            (losses[0] - losses[1]) / 2e-2, influence[i], rtol=0.01
        )


@any_classes
def test_self_influence_orders_rows_as_refits_do(n_classes):
    X, y = overlapping(n_classes, 60)
    influence = SelfInfluence(PRECISE).fit(X, y).influence_
    whole, rises = clone(PRECISE).fit(X, y), []
    for i in range(len(y)):
        others = np.arange(len(y)) != i
        model = clone(PRECISE).fit(X[others], y[others])
        rises.append(own_loss(model, X, y, i) - own_loss(whole, X, y, i))
    assert (influence >= 0).all()
    assert spearmanr(influence, rises).statistic > 0.98


def test_cook_distance_is_that_of_pregibon():
    X, y = overlapping(2)
    detector = CookDistance(PRECISE).fit(X, y)
    Z, p, hessian = hessian_of(clone(PRECISE).fit(X, y), X)
    leverage = p * (1 - p) * np.einsum("ij,jk,ik->i", Z, np.linalg.inv(hessian), Z)
    squared_pearson = (y - p) ** 2 / (p * (1 - p))
    expected = squared_pearson * leverage / (1 - leverage) ** 2 / Z.shape[1]
    np.testing.assert_allclose(detector.influence_, expected, rtol=1e-4)


def test_cook_distance_orders_rows_as_refits_do():
    X, y = overlapping(2, 60)
    influence = CookDistance(PRECISE).fit(X, y).influence_
    whole, distances = clone(PRECISE).fit(X, y), []
    hessian = hessian_of(whole, X)[2]
    for i in range(len(y)):
        others = np.arange(len(y)) != i
        model = clone(PRECISE).fit(X[others], y[others])
        moved = weights_of(model) - weights_of(whole)
        distances.append(moved @ hessian @ moved)
    assert spearmanr(influence, distances).statistic > 0.98


@any_classes
def test_representer_values_add_up_to_the_raw_scores(n_classes):
    X, y = overlapping(n_classes)
    detector = RepresenterValues(PRECISE).fit(X, y)
    model = clone(PRECISE).fit(X, y)
    proba = model.predict_proba(X)
    pull = PRECISE.C * (np.eye(n_classes)[y] - proba)
    pull = pull[:, 1:] if n_classes == 2 else pull
    scores = X @ (pull.T @ X).T + model.intercept_
    np.testing.assert_allclose(
        scores, model.decision_function(X).reshape(scores.shape), atol=1e-3
    )
    own = PRECISE.C * (1 - proba[np.arange(len(y)), y]) * (X**2).sum(axis=1)
    np.testing.assert_allclose(detector.influence_, own, rtol=1e-3)


@each
def test_planted_errors_are_found(kind):
    X, y, wrong = planted()
    detector = kind().fit(X, y)
    assert detector.label_quality_[wrong].max() < detector.label_quality_[~wrong].min()
    assert (detector.suggested_labels_[wrong] == (y[wrong] - 1) % 3).all()
    X, given, truth = blobs(300, 3, noise=0.2, spread=2.0)
    wrong = given != truth
    detector = kind().fit(X, given)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.9
    assert wrong[detector.suspect_mask_].mean() > 0.7
    assert abs(detector.noise_rate_ - 0.2) < 0.05


@each
def test_texts_frames_sparse_matrices_and_pipelines(kind):
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        quality = kind().fit(X, y).label_quality_
        assert set(np.argsort(quality)[:2]) == {0, 1}
    X, y = texts()
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    # Copies of a text count once in the frequencies of words.
    piped = kind(model).fit(X, y)
    bare = kind(LogisticRegression()).fit(TfidfVectorizer().fit_transform(X), y)
    np.testing.assert_allclose(piped.influence_, bare.influence_, rtol=0.05)


@each
def test_new_rows_are_scored_alike(kind):
    X, y, _ = blobs(200, 3, noise=0.1)
    detector = kind().fit(X, y)
    np.testing.assert_allclose(detector.score_samples(X, y), detector.label_quality_)
    new, given, truth = blobs(100, 3, noise=0.2, seed=1)
    quality = detector.score_samples(new, given)
    assert roc_auc_score(given != truth, -quality) > 0.99
    assert (detector.score_samples(new) >= quality - 1e-12).all()


@each
def test_a_class_of_one_row_counts_as_right(kind):
    X, y, _ = blobs(60, 2)
    y[0] = 2
    with pytest.warns(WeakEvidenceWarning, match="only ones of their class"):
        detector = kind().fit(X, y)
    assert detector.label_quality_[0] == 1
    assert not detector.suspect_mask_[0]


def test_groups_leave_together_in_the_probabilities():
    X, y = overlapping(3, 90)
    groups = np.arange(90) // 6
    alone = SelfInfluence().fit(X, y)
    together = SelfInfluence().fit(X, y, groups=groups)
    np.testing.assert_allclose(alone.influence_, together.influence_, rtol=1e-6)
    assert np.abs(alone.pred_proba_ - together.pred_proba_).max() > 0.01


def test_wrappers_lend_a_logistic_regression():
    lent = with_default_estimator(SelfInfluence(), LogisticRegression(C=2.0))
    assert lent.estimator.C == 2.0
    kept = with_default_estimator(SelfInfluence(), RandomForestClassifier())
    assert kept.estimator is None


@each
def test_other_models_are_refused(kind):
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match="LogisticRegression.*got RidgeClassifier"):
        kind(RidgeClassifier()).fit(X, y)
