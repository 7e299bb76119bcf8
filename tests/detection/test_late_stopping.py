# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier

from sknoisy.base import with_default_estimator
from sknoisy.detection import FirstLearned, LabelDetector, LateStopping
from sknoisy.exceptions import WeakEvidenceWarning
from tests._data import blobs
from tests.detection._evidence import found, frame, texts

SGD = SGDClassifier(loss="log_loss", random_state=0)


def course_of(right):
    """Turn a table of stages by rows, 1 where a label is right, into probabilities."""
    own = np.where(np.array(right) > 0, 0.9, 0.1)
    return np.stack([own, 1 - own], axis=-1)


def earliness(right, **params):
    right = np.array(right)
    aggregate = FirstLearned(**params)
    state = aggregate.start(right.shape[1])
    for scores in right:
        aggregate.update(state, scores, slice(None))
    return aggregate.finish(state).tolist()


def test_first_learned_by_hand():
    right = [[1, 0, 0, 1], [1, 1, 0, 0], [1, 1, 0, 1], [1, 1, 1, 1]]
    assert earliness(right) == [1.0, 0.75, 0.25, 1.0]
    assert earliness(right, n_consecutive=2) == pytest.approx([1, 2 / 3, 0, 1 / 3])
    assert earliness(right, n_warm_up=2) == [1.0, 1.0, 0.5, 1.0]
    assert earliness(right, n_warm_up=2, n_consecutive=2) == [1.0, 1.0, 0.0, 1.0]
    assert earliness(right, n_warm_up=9) == [0.0, 0.0, 0.0, 0.0]


def test_first_learned_of_rows_that_no_member_judged():
    aggregate = FirstLearned()
    state = aggregate.start(3)
    aggregate.update(state, np.array([1.0, 0.0]), np.array([0, 2]))
    np.testing.assert_array_equal(aggregate.finish(state), [1.0, np.nan, 0.0])


def test_round_keeps_whole_stages():
    # Rows 0 to 3 are learned at stage 1, rows 4 and 5 at stage 2, row 6 at stage 3.
    stage = np.array([1, 1, 1, 1, 2, 2, 3, 9])
    course = course_of(np.arange(1, 5)[:, None] >= stage)
    kept = {}
    for share in (0.5, 0.55, 0.75, 0.8, 1.0):
        detector = LateStopping.from_predictions(
            [0] * 8, course, classes=[0, 1], n_warm_up=0, keep_share=share
        )
        kept[share] = (~detector.suspect_mask_).sum()
        assert detector.dropped_in_.tolist() == detector.suspect_mask_.tolist()
    assert kept == {0.5: 4, 0.55: 6, 0.75: 6, 0.8: 7, 1.0: 7}
    np.testing.assert_allclose(
        detector.label_quality_, [1, 1, 1, 1, 0.75, 0.75, 0.5, 0.0], atol=1e-3
    )
    assert detector.noise_rate_ == 1 / 8


def test_weights_count_towards_the_share():
    stage = np.array([1, 1, 2, 3])
    course = course_of(np.arange(1, 4)[:, None] >= stage)
    course = np.concatenate([course, course[:, :1, ::-1]], axis=1)
    counted = {"classes": [0, 1], "n_warm_up": 0, "keep_share": 0.75}
    plain = LateStopping.from_predictions([0, 0, 0, 0, 1], course, **counted)
    assert plain.suspect_mask_.tolist() == [False, False, False, True, False]
    weighted = LateStopping.from_predictions(
        [0, 0, 0, 0, 1], course, sample_weight=[1, 1, 1, 5, 1], **counted
    )
    assert not weighted.suspect_mask_.any()


@pytest.mark.parametrize("estimator", [None, SGD])
@pytest.mark.parametrize("noise", [0.1, 0.3])
def test_planted_errors_are_learned_late(estimator, noise):
    X, given, truth = blobs(300, 3, noise=noise)
    wrong = given != truth
    detector = LateStopping(estimator).fit(X, given)
    assert found(detector, wrong) > 0.97
    assert wrong[detector.suspect_mask_].mean() > 0.8


def test_hard_right_labels_are_learned_before_wrong_ones():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 2
    X = rng.normal(size=(600, 2)) + 5 * y[:, None]
    hard = np.arange(600) < 60
    # A small cluster of its own, on the side of the other class.
    X[hard] = rng.normal(scale=0.5, size=(60, 2)) + np.where(
        y[hard][:, None] == 1, [-4, 8], [9, -4]
    )
    given, wrong = y.copy(), np.arange(600) >= 560
    given[wrong] = 1 - given[wrong]
    quality = LateStopping(n_consecutive=(1,)).fit(X, given).label_quality_
    assert np.median(quality[hard]) > np.median(quality[wrong])


def test_later_rounds_train_on_what_is_left():
    X, given, _ = blobs(300, 3, noise=0.3)
    detector = LateStopping(n_consecutive=(1, 1)).fit(X, given)
    first = LateStopping(n_consecutive=(1,)).fit(X, given)
    dropped = first.suspect_mask_
    assert ((detector.dropped_in_ == 1) == dropped).all()
    assert (detector.dropped_in_ == 2).any()
    left = LateStopping(n_consecutive=(1,)).fit(X, given, sample_weight=1.0 - dropped)
    np.testing.assert_allclose(
        detector.label_quality_,
        (first.label_quality_ + left.label_quality_) / 2,
        atol=1e-3,
    )


def test_rounds_may_be_an_array():
    X, given, _ = blobs(60, 3, noise=0.1)
    by_array = LateStopping(SGD, n_consecutive=np.array([1, 2])).fit(X, given)
    by_tuple = LateStopping(SGD, n_consecutive=(1, 2)).fit(X, given)
    np.testing.assert_array_equal(by_array.dropped_in_, by_tuple.dropped_in_)


def test_clean_labels_are_left_alone():
    X, y, _ = blobs(300, 3)
    assert not LateStopping().fit(X, y).suspect_mask_.any()


def test_threshold_in_place_of_rounds():
    X, given, _ = blobs(200, 3, noise=0.2)
    detector = LateStopping(threshold=0.5).fit(X, given)
    expected = detector.label_quality_ < 0.5
    assert (detector.suspect_mask_ == expected).all()


def test_new_labels_are_judged_by_the_last_model():
    X, given, _ = blobs(200, 3, noise=0.1)
    detector = LateStopping().fit(X, given)
    fresh, labels, truth = blobs(60, 3, noise=0.2, seed=5)
    quality = detector.score_samples(fresh, labels)
    proba = detector.scheme_.predict_proba(fresh)
    np.testing.assert_allclose(quality, proba[np.arange(60), labels])
    assert quality[labels != truth].max() < quality[labels == truth].min()


def test_too_few_stages():
    X, given, _ = blobs(60, 3)
    short = GradientBoostingClassifier(n_estimators=3, random_state=0)
    with pytest.warns(WeakEvidenceWarning, match="train for more stages"):
        detector = LateStopping(short).fit(X, given)
    assert not detector.suspect_mask_.any()


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.RareClassWarning")
def test_no_class_is_emptied():
    X, given, _ = blobs(120, 3)
    given[:2] = 7
    detector = LateStopping(n_consecutive=(1, 1, 2, 2)).fit(X, given)
    assert not detector.suspect_mask_[:2].all()


def test_any_container():
    X, y = texts()
    assert LateStopping(cv=3).fit(X, y).label_quality_[:2].max() < 0.5
    X, y = frame(pd)
    assert LateStopping(cv=3).fit(X, y).label_quality_[:2].max() < 0.5
    X, given, _ = blobs(120, 3, noise=0.1)
    names = np.array(["ant", "bee", "cat"])
    assert set(LateStopping().fit(X, names[given]).suggested_labels_) == set(names)


def test_trusted_labels_train_every_round():
    X, given, truth = blobs(200, 3, noise=0.1)
    wrong = given != truth
    detector = LateStopping().fit(X, given, trusted=wrong)
    assert (detector.dropped_in_[wrong] == 0).all()
    assert (detector.label_quality_[wrong] == 1).all()


def test_as_parts():
    X, given, truth = blobs(200, 3, noise=0.1)
    detector = LabelDetector(
        "staged", label_score="correctness", aggregate=FirstLearned(2, 3), threshold=0.5
    ).fit(X, given)
    assert found(detector, given != truth) > 0.95
    lent = with_default_estimator(LateStopping(), SGD)
    assert isinstance(lent.estimator, SGDClassifier)
    own = with_default_estimator(LateStopping(), LogisticRegression())
    assert own.estimator is None


@pytest.mark.parametrize(
    "params",
    [
        {"keep_share": 0},
        {"keep_share": 1.1},
        {"n_consecutive": ()},
        {"n_consecutive": 3},
        {"n_consecutive": (1, 0)},
        {"n_consecutive": (1.5,)},
        {"n_warm_up": -1},
    ],
)
def test_parameters_are_checked(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        LateStopping(**params).fit(*blobs(30)[:2])
