# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.detection import stages
from sknoisy.detection._gradients_variance import VarianceOfGradients
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts

NETWORK = MLPClassifier(
    (8,), batch_size=20, learning_rate_init=0.02, activation="tanh", random_state=0
)


def slope_of_log_proba(network, x, y):
    """Differentiate the log-probability of a class by the features, by the rules."""
    hidden = np.tanh(x @ network.coefs_[0] + network.intercepts_[0])
    z = hidden @ network.coefs_[1] + network.intercepts_[1]
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    pull = (np.arange(len(p)) == y) - p
    return network.coefs_[0] @ ((1 - hidden**2) * (network.coefs_[1] @ pull))


def test_variance_is_that_of_the_slopes():
    X, y, _ = blobs(60, 3, noise=0.1)
    X = StandardScaler().fit_transform(X)
    detector = VarianceOfGradients(NETWORK, epsilon=1e-4, n_epochs=5).fit(X, y)
    directions = detector.steps_ / 1e-4
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0)
    for i in (0, 10, 33):
        slopes = [
            directions @ slope_of_log_proba(stage.model, X[i], y[i])
            for stage in stages(NETWORK, X, y, n_epochs=5)
        ]
        expected = np.var(slopes, axis=0).mean()
        np.testing.assert_allclose(detector.variance_[i], expected, rtol=1e-2)


def test_quality_is_standardised_within_classes_or_over_all():
    X, y, _ = blobs(90, 3, noise=0.1)
    detector = VarianceOfGradients().fit(X, y)
    for k in range(3):
        part = detector.variance_[y == k]
        expected = expit(-(part - part.mean()) / part.std())
        np.testing.assert_allclose(detector.label_quality_[y == k], expected)
    detector = VarianceOfGradients(per_class=False).fit(X, y)
    order = np.argsort(detector.variance_)
    assert (np.diff(detector.label_quality_[order]) <= 0).all()


@pytest.mark.parametrize("per_class", [True, False])
def test_planted_errors_are_found(per_class):
    X, y, wrong = planted()
    detector = VarianceOfGradients(per_class=per_class).fit(X, y)
    assert detector.label_quality_[wrong].max() < detector.label_quality_[~wrong].min()
    X, given, truth = blobs(300, 3, noise=0.2, spread=2.0)
    wrong = given != truth
    detector = VarianceOfGradients(per_class=per_class).fit(X, given)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.85
    assert wrong[detector.suspect_mask_].mean() > 0.6


def test_a_linear_model_has_one_slope_everywhere():
    X, y, _ = blobs(60, 2, noise=0.1)
    model = SGDClassifier(loss="log_loss", random_state=0)
    variance = VarianceOfGradients(model).fit(X, y).variance_
    for k in range(2):
        np.testing.assert_allclose(variance[y == k], variance[y == k][0], rtol=1e-6)


def test_texts_frames_and_pipelines():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        quality = VarianceOfGradients(n_epochs=15).fit(X, y).label_quality_
        assert set(np.argsort(quality)[:4]) >= {0, 1}
    X, y, wrong = planted()
    piped = VarianceOfGradients(make_pipeline(StandardScaler(), NETWORK)).fit(X, y)
    assert roc_auc_score(wrong, -piped.label_quality_) > 0.95


def test_new_rows_are_watched_in_the_same_training():
    X, y, _ = blobs(120, 3, noise=0.1)
    detector = VarianceOfGradients().fit(X, y)
    np.testing.assert_allclose(
        detector.score_samples(X, y), detector.label_quality_, atol=1e-6
    )
    new, given, truth = blobs(60, 3, noise=0.2, seed=1)
    quality = detector.score_samples(new, given)
    assert roc_auc_score(given != truth, -quality) > 0.95
    assert detector.score_samples(new).mean() > quality.mean()


def test_a_class_of_one_row_survives():
    X, y, _ = blobs(60, 2)
    y[0] = 2
    detector = VarianceOfGradients().fit(X, y)
    assert detector.label_quality_[0] == 0.5
    assert not detector.suspect_mask_[0]


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match="not known to be trained in stages"):
        VarianceOfGradients(GaussianNB()).fit(X, y)
    for name in ("n_epochs", "n_directions", "epsilon"):
        with pytest.raises(ValueError, match=f"{name}=0"):
            VarianceOfGradients(**{name: 0}).fit(X, y)
