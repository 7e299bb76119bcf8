# SPDX-License-Identifier: BSD-3-Clause
import numpy as np

from sknoisy.detection import LabelDetector, Precomputed
from sknoisy.review._evidence import Evidence, read_evidence


def test_columns_and_codes_follow_the_classes_of_the_queue():
    pred_proba = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    detector = LabelDetector(Precomputed(["c", "a"])).fit(pred_proba, ["c", "a", "a"])
    evidence = read_evidence(detector, np.array(["a", "b", "c"]))
    np.testing.assert_array_equal(evidence.suggested, [2, 0, 2])
    np.testing.assert_allclose(
        evidence.pred_proba, [[0.1, 0, 0.9], [0.8, 0, 0.2], [0.3, 0, 0.7]]
    )


def test_doubt_falls_with_quality_and_has_no_end():
    evidence = Evidence(np.array([0.0, 0.5, 1.0]), None, None, 0.1)
    low, middle, high = evidence.doubt
    assert np.isfinite([low, high]).all()
    np.testing.assert_allclose([middle, low], [0, -high], atol=1e-12)
    assert low > high


def test_a_detector_may_have_a_quality_alone():
    class Bare:
        label_quality_ = np.ones(2)
        noise_rate_ = 0.1

    evidence = read_evidence(Bare(), np.array(["a", "b"]))
    assert evidence.suggested is None and evidence.pred_proba is None
