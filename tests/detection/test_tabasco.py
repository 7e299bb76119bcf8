# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sknoisy.base import with_default_estimator
from sknoisy.detection import GaussianMixture, SmallLoss, Tabasco
from sknoisy.utils import cross_fit_proba
from tests._data import blobs
from tests.detection._evidence import frame, texts
from tests.detection.test_staged import found


def long_tail(seed=0):
    """Draw 1000, 300 and 50 rows of three classes, 40 % with another label."""
    rng = np.random.default_rng(seed)
    truth = np.repeat([0, 1, 2], [1000, 300, 50])
    X = 3 * np.eye(3, 5)[truth] + rng.normal(size=(1350, 5))
    flipped = rng.random(1350) < 0.4
    other = rng.integers(1, 3, 1350)
    return X, np.where(flipped, (truth + other) % 3, truth), truth


@pytest.mark.parametrize("seed", [0, 1])
def test_right_labels_of_the_tail_are_kept(seed):
    X, given, truth = long_tail(seed)
    right_tail = (given == 2) & (truth == 2)
    assert right_tail.sum() < 0.2 * (given == 2).sum()
    kept = {
        type(detector): ~detector.fit(X, given).suspect_mask_
        for detector in (Tabasco(), GaussianMixture(), SmallLoss(threshold=0.5))
    }
    share = {kind: mask[right_tail].mean() for kind, mask in kept.items()}
    assert share[Tabasco] > 0.95
    assert share[Tabasco] > share[GaussianMixture] > share[SmallLoss]
    wrong_tail = (given == 2) & (truth != 2)
    assert kept[Tabasco][wrong_tail].mean() < 0.2


def test_planted_errors_are_found():
    X, given, truth = blobs(300, 3, noise=0.1)
    wrong = given != truth
    detector = Tabasco().fit(X, given)
    assert found(detector, wrong) > 0.99
    assert detector.suspect_mask_[wrong].all()
    assert (detector.suggested_labels_[wrong] == truth[wrong]).mean() > 0.9
    assert len(detector.measures_) == 3


def test_small_classes_count_as_right():
    X, given, _ = blobs(90, 3, noise=0.1)
    given[:4] = 7
    detector = Tabasco().fit(X, given)
    assert detector.measures_[-1] == "none"
    assert not detector.suspect_mask_[:4].any()
    assert (detector.posterior_[:4] >= 0.5).all()


def test_from_predictions_equals_fit():
    X, given, truth = blobs(200, 3, noise=0.1)
    proba = cross_fit_proba(LogisticRegression(), X, given).pred_proba
    fitted = Tabasco(LogisticRegression(), preprocessor="passthrough").fit(X, given)
    given_to = Tabasco.from_predictions(given, proba, X)
    np.testing.assert_allclose(given_to.label_quality_, fitted.label_quality_)
    fresh, labels, _ = blobs(30, 3, seed=4)
    new_proba = fitted.scheme_.predict_proba(fresh)
    np.testing.assert_allclose(
        given_to.score_samples(np.hstack([new_proba, fresh]), labels),
        fitted.score_samples(fresh, labels),
    )


def test_new_labels():
    X, given, _ = blobs(300, 3, noise=0.1)
    detector = Tabasco().fit(X, given)
    fresh, labels, truth = blobs(60, 3, noise=0.2, seed=5)
    quality = detector.score_samples(fresh, labels)
    assert quality[labels != truth].max() < 0.5
    assert (detector.score_samples(fresh) > 0.5).mean() > 0.7


def test_any_container():
    X, y = texts()
    assert Tabasco().fit(X, y).label_quality_[:2].max() < 0.5
    X, y = frame(pd)
    assert Tabasco().fit(X, y).label_quality_[:2].max() < 0.5
    X, given, truth = blobs(120, 3, noise=0.1)
    names = np.array(["ant", "bee", "cat"])
    detector = Tabasco().fit(sparse.csr_array(X), names[given])
    assert found(detector, given != truth) > 0.9
    assert set(detector.suggested_labels_) <= set(names)


def test_metadata():
    X, given, truth = blobs(120, 3, noise=0.1)
    wrong = given != truth
    detector = Tabasco().fit(X, given, groups=np.arange(120) // 4, trusted=wrong)
    assert (detector.label_quality_[wrong] == 1).all()
    detector.fit(X, given, sample_weight=np.where(wrong, 0.0, 1.0))
    assert detector.label_quality_[wrong].max() < 0.5


def test_parts_of_the_caller():
    lent = with_default_estimator(Tabasco(), RandomForestClassifier())
    assert isinstance(lent.estimator, RandomForestClassifier)
    X, given, truth = blobs(120, 3, noise=0.1)
    detector = Tabasco(preprocessor=StandardScaler()).fit(X, given)
    assert found(detector, given != truth) > 0.95
    with pytest.raises(ValueError, match="preprocessor='raw'"):
        Tabasco(preprocessor="raw").fit(X, given)
