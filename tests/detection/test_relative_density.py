# SPDX-License-Identifier: BSD-3-Clause
"""Relative density: mean distances to k rows of either side."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import pairwise_distances, roc_auc_score

from sknoisy.detection import RelativeDensity, SelfClean
from sknoisy.exceptions import WeakEvidenceWarning
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


def test_quality_follows_from_the_density():
    X, y, _ = blobs(90, noise=0.2, spread=4.0)
    distances = pairwise_distances(X)
    density = np.empty(len(y))
    for i, label in enumerate(y):
        same = y == label
        same[i] = False
        own = np.sort(distances[i, same])[:7].mean()
        density[i] = own / np.sort(distances[i, y != label])[:7].mean()
    detector = RelativeDensity("passthrough", n_neighbors=7).fit(X, y)
    np.testing.assert_allclose(detector.label_quality_, 1 / (1 + density))
    np.testing.assert_array_equal(detector.suspect_mask_, density > 1)


def test_ranks_as_the_squares_do():
    X, y, _ = blobs(90, noise=0.2, spread=4.0)
    squares = SelfClean(n_neighbors=5).fit(X, y).label_quality_
    plain = RelativeDensity().fit(X, y).label_quality_
    np.testing.assert_array_equal(np.argsort(squares), np.argsort(plain))


def test_planted_errors_are_found():
    X, y, truth = blobs(200, noise=0.1)
    detector = RelativeDensity().fit(X, y)
    assert roc_auc_score(y != truth, -detector.label_quality_) > 0.99
    np.testing.assert_array_equal(detector.suspect_mask_, y != truth)
    np.testing.assert_array_equal(detector.suggested_labels_, truth)
    assert detector.noise_rate_ == 0.1


@pytest.mark.parametrize("X_y", [texts(), frame(pd), frame(pd, with_text=True)])
def test_errors_in_other_containers_rank_low(X_y):
    X, y = X_y
    quality = RelativeDensity().fit(X, y).label_quality_
    assert quality[:2].max() < np.median(quality[2:])


def test_fewer_rows_than_neighbours_are_averaged():
    X = np.array([[0.0], [1.0], [3.0], [9.0]])
    quality = RelativeDensity("passthrough").fit(X, [0, 0, 1, 1]).label_quality_
    np.testing.assert_allclose(quality[0], 6 / (6 + 1))


def test_a_row_alone_in_its_class_counts_as_right():
    X, y, _ = planted(60, n_wrong=3)
    y[5] = 7
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 1 of 60"):
        detector = RelativeDensity().fit(X, y)
    assert detector.label_quality_[5] == 1.0 and detector.suggested_labels_[5] == 7


def test_rows_of_weight_zero_are_judged_and_are_no_neighbours():
    X, y, wrong = planted()
    weight = np.where(wrong, 0.0, 1.0)
    detector = RelativeDensity().fit(X, y, sample_weight=weight)
    expected = RelativeDensity().fit(X[~wrong], y[~wrong]).label_quality_
    np.testing.assert_allclose(detector.label_quality_[~wrong], expected)
    assert detector.label_quality_[wrong].max() < 0.3
