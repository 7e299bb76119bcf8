# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier

from sknoisy.detection import AreaUnderMargin, stages
from sknoisy.detection._threshold_samples import draw_threshold_samples
from tests._data import blobs
from tests.detection._evidence import found, rows_of

BOOSTING = GradientBoostingClassifier(n_estimators=8, max_depth=2, random_state=0)


def margins_by_hand(values, codes):
    own = values[np.arange(len(codes)), codes]
    others = values.copy()
    others[np.arange(len(codes)), codes] = -np.inf
    return own - others.max(axis=1)


def test_margins_of_three_classes_by_hand():
    X, y, _ = blobs(60, 3, noise=0.1)
    detector = AreaUnderMargin(BOOSTING).fit(X, y)
    raw = clone(BOOSTING).fit(X, y).staged_decision_function(X)
    expected = np.mean([margins_by_hand(values, y) for values in raw], axis=0)
    np.testing.assert_allclose(detector.area_under_margin_, expected)
    np.testing.assert_allclose(detector.label_quality_, expit(expected))


def test_margin_of_two_classes_is_the_signed_raw_score():
    X, y, _ = blobs(60, 2, noise=0.1)
    y = np.array(["no", "yes"])[y]
    detector = AreaUnderMargin(BOOSTING).fit(X, y)
    raw = list(clone(BOOSTING).fit(X, y).staged_decision_function(X))
    expected = np.where(y == "yes", 1, -1) * np.mean(raw, axis=0).ravel()
    np.testing.assert_allclose(detector.area_under_margin_, expected)


@pytest.mark.parametrize("estimator", [None, BOOSTING, SGDClassifier()])
def test_planted_errors_are_found(estimator):
    X, given, truth = blobs(200, 3, noise=0.1)
    detector = AreaUnderMargin(estimator).fit(X, given)
    assert found(detector, given != truth) > 0.95
    wrong = given != truth
    assert (detector.suggested_labels_[wrong] == truth[wrong]).mean() > 0.7


def test_negative_areas_are_suspect_at_one_half():
    X, y, _ = blobs(120, 3, noise=0.1)
    detector = AreaUnderMargin(BOOSTING, threshold=0.5).fit(X, y)
    np.testing.assert_array_equal(
        detector.suspect_mask_, detector.area_under_margin_ < 0
    )
    assert detector.suspect_mask_.any()


def test_recorded_probabilities():
    course = np.array(
        [
            [[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]],
            [[0.8, 0.1, 0.1], [0.1, 0.5, 0.4]],
        ]
    )
    detector = AreaUnderMargin.from_predictions(
        ["b", "c"], course, classes=["a", "b", "c"], threshold=0.5
    )
    expected = [
        (np.log(0.25 / 0.5) + np.log(0.1 / 0.8)) / 2,
        (np.log(0.6 / 0.2) + np.log(0.4 / 0.5)) / 2,
    ]
    np.testing.assert_allclose(detector.area_under_margin_, expected)
    np.testing.assert_allclose(detector.score_samples(course[1], ["a", "b"])[0], 8 / 9)


def test_recorded_probabilities_equal_the_training():
    X, y, _ = blobs(60, 3, noise=0.1)
    course = list(clone(BOOSTING).fit(X, y).staged_predict_proba(X))
    recorded = AreaUnderMargin.from_predictions(y, course)
    trained = AreaUnderMargin(BOOSTING).fit(X, y)
    np.testing.assert_allclose(recorded.label_quality_, trained.label_quality_)
    single = AreaUnderMargin.from_predictions(y, course[-1])
    np.testing.assert_allclose(single.pred_proba_, course[-1])


def test_recorded_probabilities_that_do_not_fit():
    with pytest.raises(ValueError, match="pred_proba is empty"):
        AreaUnderMargin.from_predictions([0, 1], [])
    with pytest.raises(ValueError, match="sum to 1"):
        AreaUnderMargin.from_predictions([0, 1], [[[3.0, 1.0], [0.0, 1.0]]])
    with pytest.raises(ValueError, match="threshold_samples=True"):
        AreaUnderMargin.from_predictions(
            [0, 1], [[[0.5, 0.5], [0.0, 1.0]]], threshold_samples=True
        )


def test_threshold_samples_are_two_disjoint_sets():
    X, y, _ = blobs(90, 3)
    weight = np.ones(90)
    weight[:6] = 0.0
    first, second = draw_threshold_samples(rows_of(X, y, weight))
    assert first.sum() == second.sum() == 84 // 4
    assert not (first & second).any()
    assert not (first | second)[:6].any()
    other, _ = draw_threshold_samples(rows_of(X, y, weight), seed=1)
    assert (other != first).any()


def test_threshold_samples_do_not_depend_on_the_order():
    X, y, _ = blobs(90, 3)
    order = np.random.default_rng(0).permutation(90)
    first, second = draw_threshold_samples(rows_of(X, y))
    shuffled = draw_threshold_samples(rows_of(X[order], y[order]))
    np.testing.assert_array_equal(shuffled[0], first[order])
    np.testing.assert_array_equal(shuffled[1], second[order])


def test_copies_of_a_row_are_not_all_drawn_together():
    X = np.repeat([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], 40, axis=0)
    y = np.tile([0, 1], 60)
    first, _ = draw_threshold_samples(rows_of(X, y))
    assert np.count_nonzero(first.reshape(3, 40).sum(axis=1)) == 3


def test_threshold_samples_spare_the_last_row_of_a_class():
    X, y, _ = blobs(60, 2)
    y[0] = 2
    for seed in range(20):
        first, second = draw_threshold_samples(rows_of(X, y), seed)
        assert not first[0] and not second[0]
    with pytest.raises(ValueError, match="can be spared"):
        draw_threshold_samples(rows_of(X[:4], np.array([0, 1, 2, 2])))


def test_threshold_samples_by_hand():
    X, y, _ = blobs(120, 3, noise=0.1)
    labels = np.array(["ant", "bee", "cat"])[y]
    detector = AreaUnderMargin(BOOSTING, threshold_samples=True).fit(X, labels)
    masks = draw_threshold_samples(rows_of(X, labels))
    lead, times = np.zeros(120), np.zeros(120)
    for fake, line in zip(masks, detector.area_thresholds_, strict=True):
        codes = np.where(fake, 3, y)
        course = [stage.logits for stage in stages(BOOSTING, X, codes)]
        areas = np.mean([margins_by_hand(values, codes) for values in course], axis=0)
        np.testing.assert_allclose(line, np.percentile(areas[fake], 99))
        lead[~fake] += areas[~fake] - line
        times[~fake] += 1
    assert times.min() == 1
    np.testing.assert_allclose(detector.label_quality_, expit(lead / times))
    np.testing.assert_array_equal(detector.suspect_mask_, lead < 0)
    np.testing.assert_allclose(detector.pred_proba_.sum(axis=1), 1.0)
    assert detector.noise_rate_ == detector.suspect_mask_.mean()


def test_threshold_samples_find_errors_among_many_classes():
    X, given, truth = blobs(600, 8, noise=0.1, spread=0.5)
    boosting = GradientBoostingClassifier(n_estimators=10, max_depth=3, random_state=0)
    detector = AreaUnderMargin(boosting, threshold_samples=True).fit(X, given)
    wrong = given != truth
    assert found(detector, wrong) > 0.95
    assert detector.suspect_mask_[wrong].mean() > 0.8
    assert detector.suspect_mask_[~wrong].mean() < 0.2
    quality = detector.score_samples(X[:5], truth[:5])
    assert quality.shape == (5,) and (quality > 0.5).all()


def test_clone_keeps_params():
    detector = AreaUnderMargin(BOOSTING, threshold_samples=True, max_stages=3)
    assert clone(detector).get_params()["threshold_samples"] is True
    assert clone(detector).max_stages == 3
