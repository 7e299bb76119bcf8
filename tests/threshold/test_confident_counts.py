# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.detection import find_label_issues, label_quality
from sknoisy.threshold import ConfidentCounts
from tests._data import golden_a, golden_b


@pytest.fixture(params=["golden A", "golden B"])
def case(request):
    y, pred_proba = golden_a() if request.param == "golden A" else golden_b()
    return pred_proba[np.arange(len(y)), y], y, pred_proba


def test_it_flags_what_prune_by_class_flags(case):
    quality, y, pred_proba = case
    threshold = ConfidentCounts().fit(quality, y, pred_proba)
    np.testing.assert_array_equal(
        threshold.suspects(quality, y, pred_proba),
        find_label_issues(y, pred_proba, filter_by="prune_by_class"),
    )


def test_counts_are_the_off_diagonal_of_the_joint():
    y, pred_proba = golden_b()
    quality = pred_proba[np.arange(60), y]
    threshold = ConfidentCounts().fit(quality, y, pred_proba)
    np.testing.assert_array_equal(threshold.counts_, [7, 7, 8, 6])


def test_any_quality_is_ranked():
    y, pred_proba = golden_b()
    quality = label_quality(y, pred_proba, score="confidence_weighted_entropy")
    mask = ConfidentCounts().fit(quality, y, pred_proba).suspects(quality, y)
    np.testing.assert_array_equal(np.bincount(y[mask]), [7, 7, 8, 6])
    for k in range(4):
        members = y == k
        assert quality[members & mask].max() <= quality[members & ~mask].min()


def test_a_share_of_the_counted_errors():
    y, pred_proba = golden_b()
    quality = pred_proba[np.arange(60), y]
    half = ConfidentCounts(0.5).fit(quality, y, pred_proba)
    mask = half.suspects(quality, y, pred_proba)
    np.testing.assert_array_equal(np.bincount(y[mask]), [4, 4, 4, 3])


def test_rows_to_keep_are_kept():
    y, pred_proba = golden_b()
    quality = pred_proba[np.arange(60), y]
    careful = ConfidentCounts(min_samples_per_class=12).fit(quality, y, pred_proba)
    mask = careful.suspects(quality, y, pred_proba)
    np.testing.assert_array_equal(np.bincount(y[mask]), [3, 3, 3, 3])


def test_a_label_that_the_model_favours_is_no_suspect():
    y, pred_proba = golden_b()
    quality = 1 - pred_proba[np.arange(60), y]
    mask = (
        ConfidentCounts().fit(quality, y, pred_proba).suspects(quality, y, pred_proba)
    )
    assert (pred_proba.argmax(axis=1)[mask] != y[mask]).all()


def test_classes_that_hold_no_row_have_no_cut():
    y, pred_proba = golden_a()
    wide = np.column_stack([pred_proba, np.zeros(12)])
    quality = pred_proba[np.arange(12), y]
    threshold = ConfidentCounts().fit(quality, y, wide, classes=[0, 1, 2, 3])
    assert threshold.cutoffs_[3] == -np.inf
    assert np.flatnonzero(threshold.suspects(quality, y, wide)).tolist() == [2, 6, 10]
