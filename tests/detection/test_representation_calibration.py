# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from sknoisy.detection import RepresentationCalibration, SmallLoss
from sknoisy.exceptions import RareClassWarning
from tests._data import blobs
from tests.detection._evidence import found, frame, texts
from tests.detection.test_class_prototype import easy_and_hard


@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_planted_errors_are_found(noise):
    X, given, truth = blobs(300, 3, noise=noise)
    wrong = given != truth
    detector = RepresentationCalibration().fit(X, given)
    assert found(detector, wrong) > 0.99
    assert (detector.suggested_labels_ == truth).mean() > 0.95
    assert detector.noise_rate_ == pytest.approx(noise, abs=0.05)


def test_classes_of_different_width_beat_a_linear_model():
    X, given, truth = easy_and_hard()
    wrong = given != truth
    gaussians = found(RepresentationCalibration().fit(X, given), wrong)
    assert gaussians > found(SmallLoss().fit(X, given), wrong) + 0.03


def test_rare_classes_are_judged():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2, 3], [300, 200, 40, 25])
    X = 5 * np.eye(4, 6)[truth] + rng.normal(size=(565, 6))
    flipped = rng.random(565) < 0.2
    given = np.where(flipped, (truth + rng.integers(1, 4, 565)) % 4, truth)
    detector = RepresentationCalibration().fit(X, given)
    rare = given >= 2
    quality = detector.label_quality_[rare]
    right = (given == truth)[rare]
    assert np.median(quality[right]) > 0.6 > 0.3 > np.median(quality[~right])


def test_new_labels():
    X, given, _ = blobs(200, 3, noise=0.1)
    detector = RepresentationCalibration().fit(X, given)
    fresh, labels, truth = blobs(60, 3, noise=0.2, seed=5)
    quality = detector.score_samples(fresh, labels)
    assert quality[labels != truth].max() < 0.5 < quality[labels == truth].min()
    assert (detector.score_samples(fresh) > 0.5).all()


def test_any_container():
    X, y = texts()
    assert RepresentationCalibration().fit(X, y).label_quality_[:2].max() < 0.5
    X, y = frame(pd)
    assert RepresentationCalibration().fit(X, y).label_quality_[:2].max() < 0.5
    X, given, truth = blobs(120, 3, noise=0.1)
    names = np.array(["ant", "bee", "cat"])
    detector = RepresentationCalibration().fit(sparse.csr_array(X), names[given])
    assert found(detector, given != truth) > 0.95
    assert set(detector.suggested_labels_) == set(names)


def test_features_of_the_caller():
    X, given, _ = blobs(120, 3, noise=0.1)
    default = RepresentationCalibration().fit(X, given)
    scaled = RepresentationCalibration(StandardScaler()).fit(X, given)
    np.testing.assert_allclose(scaled.label_quality_, default.label_quality_)
    raw = RepresentationCalibration("passthrough").fit(X, given)
    np.testing.assert_allclose(raw.label_quality_, default.label_quality_, atol=0.2)
    assert np.abs(raw.label_quality_ - default.label_quality_).max() > 1e-6


def test_metadata():
    X, given, truth = blobs(120, 3, noise=0.1)
    wrong = given != truth
    groups = np.arange(120) // 4
    detector = RepresentationCalibration().fit(X, given, groups=groups, trusted=wrong)
    assert (detector.label_quality_[wrong] == 1).all()
    detector.fit(X, given, sample_weight=np.where(wrong, 0.0, 1.0))
    assert detector.label_quality_[wrong].max() < 0.5


def test_lone_row_of_a_class_counts_as_right():
    X, given, _ = blobs(90, 3, noise=0.1)
    given[0] = 7
    with pytest.warns(RareClassWarning):
        detector = RepresentationCalibration().fit(X, given)
    assert not detector.suspect_mask_[0]


@pytest.mark.parametrize("params", [{"n_nearest": 0}, {"own_share": 1.5}])
def test_parameters_are_checked(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        RepresentationCalibration(**params).fit(*blobs(30)[:2])
