# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from hypothesis import given as drawn
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier

from sknoisy.detection import Correctness, Forgetting, ForgettingEvents, LabelDetector
from tests._data import blobs
from tests.detection._evidence import found


def course_of(right):
    """Make binary probabilities of label 1 that are right where wanted."""
    own = np.where(np.asarray(right, dtype=bool), 0.8, 0.3)
    return np.stack([1 - own, own], axis=-1)


def test_counts_by_hand():
    right = [
        [1, 0, 0, 1, 0, 1],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 0, 1, 0, 1],
        [1, 1, 0, 0, 1, 0],
    ]
    y = np.ones(6, dtype=int)
    detector = ForgettingEvents.from_predictions(y, course_of(right), classes=[0, 1])
    np.testing.assert_array_equal(detector.n_forgotten_, [0, 0, 0, 2, 0, 2])
    np.testing.assert_array_equal(
        detector.never_learned_, [False, False, True, False, False, False]
    )
    expected = [1, 1, 0, 1 / 3, 1, 1 / 3]
    np.testing.assert_allclose(detector.label_quality_, expected)
    np.testing.assert_array_equal(detector.suspect_mask_, detector.label_quality_ < 0.5)


@drawn(st.integers(0, 10**6), st.integers(1, 8))
def test_streaming_equals_counting_in_the_stack(seed, n_stages):
    right = np.random.default_rng(seed).random((n_stages, 12)) < 0.5
    aggregate = Forgetting()
    state = aggregate.start(12)
    for scores in right.astype(float):
        aggregate.update(state, scores, slice(None))
    events = (right[:-1] & ~right[1:]).sum(axis=0)
    expected = np.where(right.any(axis=0), -events.astype(float), -np.inf)
    np.testing.assert_array_equal(aggregate.finish(state), expected)


def test_rows_that_no_member_judged_count_as_right():
    aggregate = Forgetting()
    state = aggregate.start(3)
    aggregate.update(state, np.array([1.0, 0.0]), np.array([0, 2]))
    raw = aggregate.finish(state)
    assert np.isnan(raw[1])
    np.testing.assert_array_equal(raw[[0, 2]], [0.0, -np.inf])


def test_a_tie_is_not_learned():
    even = np.full((2, 2), 0.5)
    np.testing.assert_array_equal(Correctness().score(np.array([0, 1]), even), [0, 0])


def test_counts_of_a_training():
    X, y, _ = blobs(90, 3, noise=0.2, spread=3.0)
    boosting = GradientBoostingClassifier(n_estimators=20, random_state=0)
    detector = ForgettingEvents(boosting).fit(X, y)
    fitted = clone(boosting).fit(X, y)
    right = np.array([predicted == y for predicted in fitted.staged_predict(X)])
    np.testing.assert_array_equal(
        detector.n_forgotten_, (right[:-1] & ~right[1:]).sum(axis=0)
    )
    np.testing.assert_array_equal(detector.never_learned_, ~right.any(axis=0))
    assert detector.n_forgotten_.any()


def test_planted_errors_are_found():
    X, given, truth = blobs(300, 3, noise=0.1)
    detector = ForgettingEvents().fit(X, given)
    assert found(detector, given != truth) > 0.85
    assert detector.suspect_mask_[given != truth].mean() > 0.7


def test_alias():
    X, y, _ = blobs(60, 3, noise=0.1)
    detector = LabelDetector("staged", label_score="correctness", threshold=0.5)
    detector.set_params(aggregate="forgetting").fit(X, y)
    alone = ForgettingEvents(max_stages=None).fit(X, y)
    np.testing.assert_array_equal(detector.label_quality_, alone.label_quality_)
