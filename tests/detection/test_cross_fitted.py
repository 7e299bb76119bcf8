# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sknoisy.detection import (
    BetaMixture,
    ClassPrototypeCleaner,
    GaussianMixture,
    LinearSeparation,
    OutOfFold,
    Tabasco,
)
from sknoisy.detection._cross_fitted import settle_ties
from tests._data import blobs

POSTERIORS = pytest.mark.parametrize(
    "kind",
    [BetaMixture, ClassPrototypeCleaner, GaussianMixture, LinearSeparation, Tabasco],
)


def test_ties_are_settled_by_the_probability():
    posterior = np.array([1.0, 1.0, 0.0, 0.0, 0.5])
    proba = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.1, 0.9], [0.0, 1.0]])
    quality = settle_ties(posterior, np.zeros(5, dtype=int), proba)
    np.testing.assert_allclose(quality, posterior, atol=1e-3)
    assert quality[0] > quality[1]
    assert quality[2] > quality[3]
    # What counts as right by half still does.
    assert quality[4] == 0.5


@POSTERIORS
def test_quality_is_the_posterior_but_for_ties(kind):
    X, given, _ = blobs(150, 3, noise=0.1)
    weight = np.random.default_rng(0).random(150)
    detector = kind(LogisticRegression()).fit(X, given, sample_weight=weight)
    expected = settle_ties(detector.posterior_, given, detector.pred_proba_)
    np.testing.assert_allclose(detector.label_quality_, expected)
    wrong = np.average(1 - detector.posterior_, weights=weight)
    assert detector.noise_rate_ == pytest.approx(wrong)
    np.testing.assert_array_equal(detector.suspect_mask_, expected < 0.5)


@POSTERIORS
def test_threshold_and_folds_of_the_caller(kind):
    X, given, _ = blobs(90, 3, noise=0.1)
    detector = kind(LogisticRegression(), threshold="quantile", cv=3).fit(X, given)
    assert detector.suspect_mask_.sum() == 9
    assert isinstance(detector.scheme_, OutOfFold)
    assert len(detector.scheme_.cross_fits_[0].estimators) == 3
