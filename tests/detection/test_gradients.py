# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline

from sknoisy.base import with_default_estimator
from sknoisy.detection import stages
from sknoisy.detection._gradients import TracIn
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts

SLOW = SGDClassifier(
    loss="log_loss", learning_rate="constant", eta0=0.01, random_state=0
)


def loss_of(coef, intercept, x, y, n_classes):
    """Sum the logistic losses of the binary models of the classes."""
    z = coef @ x + intercept
    wanted = np.array([y]) if n_classes == 2 else np.arange(n_classes) == y
    return np.sum(np.log1p(np.exp(-np.where(wanted, z, -z))))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_influence_is_the_mean_squared_length_of_the_gradient(n_classes, fit_intercept):
    X, y, _ = blobs(60, n_classes, noise=0.1, spread=3.0)
    model = clone(SLOW).set_params(fit_intercept=fit_intercept)
    influence = TracIn(model, n_epochs=3).fit(X, y).influence_
    for i in (0, 7, 31):
        expected = 0.0
        for stage in stages(model, X, y, n_epochs=3):
            coef, intercept = stage.model.coef_, stage.model.intercept_
            for place in np.ndindex(coef.shape):
                step = np.zeros(coef.shape)
                step[place] = 1e-5
                slope = loss_of(coef + step, intercept, X[i], y[i], n_classes)
                slope -= loss_of(coef - step, intercept, X[i], y[i], n_classes)
                expected += (slope / 2e-5) ** 2
            for place in range(len(intercept) if fit_intercept else 0):
                step = np.zeros(len(intercept))
                step[place] = 1e-5
                slope = loss_of(coef, intercept + step, X[i], y[i], n_classes)
                slope -= loss_of(coef, intercept - step, X[i], y[i], n_classes)
                expected += (slope / 2e-5) ** 2
        np.testing.assert_allclose(influence[i], expected / 3, rtol=1e-4)


def test_normalized_influence_leaves_the_error_in_probability():
    X, y, _ = blobs(60, 2, noise=0.1)
    detector = TracIn(SLOW, normalize=True, n_epochs=4).fit(X, y)
    gaps = [s.logits[:, 1] - s.logits[:, 0] for s in stages(SLOW, X, y, n_epochs=4)]
    expected = np.mean([(expit(gap) - y) ** 2 for gap in gaps], axis=0)
    np.testing.assert_allclose(detector.influence_, expected)
    np.testing.assert_allclose(detector.scale_, expected.mean())


@pytest.mark.parametrize("normalize", [True, False])
def test_planted_errors_are_found(normalize):
    X, y, wrong = planted()
    detector = TracIn(normalize=normalize).fit(X, y)
    assert detector.label_quality_[wrong].max() < detector.label_quality_[~wrong].min()
    X, given, truth = blobs(300, 3, noise=0.2, spread=2.0)
    wrong = given != truth
    detector = TracIn(normalize=normalize).fit(X, given)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.9
    assert wrong[detector.suspect_mask_].mean() > 0.7


def test_normalizing_helps_where_rows_differ_in_length():
    rng = np.random.default_rng(0)
    X, given, truth = blobs(400, 3, noise=0.2, spread=2.0)
    X = np.column_stack([X, rng.normal(size=(400, 5)) * rng.gamma(0.3, 4, (400, 1))])
    wrong = given != truth
    plain, normal = (
        roc_auc_score(wrong, -TracIn(normalize=n).fit(X, given).label_quality_)
        for n in (False, True)
    )
    assert normal > plain + 0.02


def test_texts_frames_sparse_matrices_and_pipelines():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        quality = TracIn().fit(X, y).label_quality_
        assert set(np.argsort(quality)[:2]) == {0, 1}
    X, y = texts()
    Z = TfidfVectorizer().fit_transform(X)
    piped = TracIn(make_pipeline(TfidfVectorizer(), SLOW)).fit(X, y)
    assert set(np.argsort(piped.label_quality_)[:2]) == {0, 1}
    bare = TracIn(SLOW).fit(sparse.csr_array(Z), y)
    assert set(np.argsort(bare.label_quality_)[:2]) == {0, 1}


def test_new_rows_are_judged_by_the_trained_model():
    X, y, _ = blobs(200, 3, noise=0.1)
    detector = TracIn().fit(X, y)
    new, given, truth = blobs(100, 3, noise=0.2, seed=1)
    quality = detector.score_samples(new, given)
    assert roc_auc_score(given != truth, -quality) > 0.98
    assert (detector.score_samples(new) >= quality - 1e-12).all()


def test_wrappers_lend_a_logistic_sgd():
    assert with_default_estimator(TracIn(), SLOW).estimator.eta0 == 0.01
    assert with_default_estimator(TracIn(), SGDClassifier()).estimator is None


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    for wrong in (SGDClassifier(), LogisticRegression()):
        with pytest.raises(TypeError, match='loss="log_loss"'):
            TracIn(wrong).fit(X, y)
    with pytest.raises(ValueError, match="n_epochs=0"):
        TracIn(n_epochs=0).fit(X, y)
