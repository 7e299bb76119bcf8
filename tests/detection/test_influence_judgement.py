# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.detection import SelfInfluence
from sknoisy.detection._influence_judgement import judge_by_threshold, mean_above_zero
from sknoisy.threshold import FixedThreshold
from tests._data import golden_a
from tests.detection._evidence import rows_of


@pytest.mark.parametrize(
    ("values", "weight", "expected"),
    [([1.0, 3.0], None, 2.0), ([1.0, 3.0], [3.0, 1.0], 1.5), ([0.0, 0.0], None, 1.0)],
)
def test_mean_is_above_zero(values, weight, expected):
    assert mean_above_zero(np.array(values), weight) == expected


def test_judgement_goes_by_the_threshold_of_the_detector():
    y, pred_proba = golden_a()
    quality = pred_proba[np.arange(12), y]
    detector = SelfInfluence(threshold=0.31)
    judgement = judge_by_threshold(detector, rows_of(None, y), quality, pred_proba)
    assert np.flatnonzero(judgement.suspect_mask).tolist() == [2, 6, 10]
    assert isinstance(detector.threshold_, FixedThreshold)
    assert judgement.suggested_codes[[2, 6, 10]].tolist() == [1, 0, 1]
    assert 0 < judgement.noise_rate < 1
