# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.detection import GaussianMixture, SmallLoss, Tabasco
from tests._data import blobs
from tests.detection._evidence import found


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
