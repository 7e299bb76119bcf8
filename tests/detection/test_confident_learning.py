# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.utils import get_tags

from sknoisy.base import with_default_estimator
from sknoisy.detection import (
    ConfidentLearning,
    LabelDetector,
    Precomputed,
    confident_learning,
    find_label_issues,
    label_quality,
)
from sknoisy.detection._filters import FILTERS
from sknoisy.noise import ConfidentJoint
from sknoisy.threshold import QuantileThreshold
from sknoisy.utils import cross_fit_proba
from tests._data import Recorder, RowNumbers, blobs, golden_a, golden_b

X, Y, TRUTH = blobs(noise=0.2)
WRONG = Y != TRUTH


def suspects(detector):
    return np.flatnonzero(detector.suspect_mask_).tolist()


@pytest.mark.parametrize("filter_by", FILTERS)
def test_golden_a(filter_by):
    y, pred_proba = golden_a()
    found = confident_learning(y, pred_proba, filter_by=filter_by)
    assert suspects(found) == [2, 6, 10]


def test_what_golden_a_says_of_the_noise():
    found = confident_learning(*golden_a())
    np.testing.assert_allclose(found.class_thresholds_, [0.55, 0.5, 0.5875])
    joint = [[3, 1, 0], [1, 3, 0], [0, 1, 3]]
    np.testing.assert_array_equal(found.confident_joint_, joint)
    np.testing.assert_allclose(found.class_prior_, [4 / 12, 5 / 12, 3 / 12])
    np.testing.assert_allclose(
        found.transition_matrix_, [[0.75, 0.25, 0], [0.2, 0.6, 0.2], [0, 0, 1]]
    )
    np.testing.assert_allclose(found.inverse_matrix_, np.array(joint) / 4)
    assert found.noise_rate_ == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("filter_by", "n_suspects"),
    list(zip(FILTERS, [27, 28, 26, 26, 31, 26, 26], strict=True)),
)
def test_golden_b(filter_by, n_suspects):
    y, pred_proba = golden_b()
    found = confident_learning(y, pred_proba, filter_by=filter_by)
    assert len(suspects(found)) == n_suspects
    np.testing.assert_array_equal(
        found.suspect_mask_, find_label_issues(y, pred_proba, filter_by=filter_by)
    )


def test_what_golden_b_says_of_the_noise():
    found = confident_learning(*golden_b())
    np.testing.assert_allclose(
        found.class_thresholds_, [0.38096, 0.50685, 0.41309, 0.45725], atol=5e-6
    )
    np.testing.assert_array_equal(
        found.confident_joint_,
        [[8, 4, 3, 0], [3, 8, 4, 0], [3, 5, 7, 0], [0, 2, 4, 9]],
    )
    np.testing.assert_allclose(
        found.class_prior_, [0.2333, 0.3167, 0.3, 0.15], atol=5e-5
    )


def test_half_the_noise_of_golden_b():
    found = confident_learning(*golden_b(), frac_noise=0.5)
    assert suspects(found) == [3, 4, 14, 17, 27, 30, 32, 41, 43, 45, 48, 58]


def test_fit_is_a_cross_fit_and_its_filter():
    detector = ConfidentLearning(GaussianNB(), cv=4, random_state=3).fit(X, Y)
    pred_proba = cross_fit_proba(GaussianNB(), X, Y, cv=4, random_state=3).pred_proba
    np.testing.assert_array_equal(detector.pred_proba_, pred_proba)
    found = confident_learning(Y, pred_proba)
    for name in ("label_quality_", "suspect_mask_", "confident_joint_"):
        np.testing.assert_array_equal(getattr(detector, name), getattr(found, name))
    joint = ConfidentJoint().fit(Y, pred_proba)
    np.testing.assert_array_equal(detector.confident_joint_, joint.confident_joint_)
    assert detector.noise_rate_ == pytest.approx(joint.noise_rate_)


def test_planted_errors_are_found():
    detector = ConfidentLearning().fit(X, Y)
    assert detector.suspect_mask_[WRONG].mean() > 0.9
    assert detector.suspect_mask_[~WRONG].mean() < 0.05


@pytest.mark.parametrize("filter_by", FILTERS)
def test_clean_labels_of_sure_models_have_no_suspects(filter_by):
    X, y, _ = blobs(60, spread=0.3)
    detector = ConfidentLearning(GaussianNB(), filter_by=filter_by).fit(X, y)
    assert not detector.suspect_mask_.any()


@pytest.mark.parametrize("filter_by", FILTERS)
def test_no_class_is_emptied(filter_by):
    y = np.array([0, 0, 0, 1, 1])
    pred_proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.9, 0.1], [0.8, 0.2]])
    found = confident_learning(y, pred_proba, filter_by=filter_by)
    assert set(y[~found.suspect_mask_]) == {0, 1}


def test_a_threshold_takes_the_place_of_the_filter():
    y, pred_proba = golden_b()
    found = confident_learning(y, pred_proba, threshold=QuantileThreshold(0.1))
    own = pred_proba[np.arange(60), y]
    assert suspects(found) == sorted(own.argsort()[:6])
    assert found.threshold_.quantile == 0.1


def test_the_label_score_ranks_but_does_not_pick():
    y, pred_proba = golden_b()
    found = confident_learning(y, pred_proba, label_score="normalized_margin")
    expected = label_quality(y, pred_proba, score="normalized_margin")
    np.testing.assert_array_equal(found.label_quality_, expected)
    assert len(suspects(found)) == 27


def test_classes_without_rows_keep_their_column():
    y, pred_proba = golden_a()
    wide = np.column_stack([pred_proba, np.zeros(12)])
    found = confident_learning(y, wide, classes=[0, 1, 2, 3])
    assert suspects(found) == [2, 6, 10]
    assert found.transition_matrix_.shape == (4, 4)
    np.testing.assert_allclose(found.transition_matrix_.sum(axis=1), 1)


def test_trusted_rows_are_right():
    y, pred_proba = golden_a()
    found = confident_learning(y, pred_proba, trusted=np.arange(12) == 6)
    assert suspects(found) == [2, 10]
    assert found.label_quality_[6] == 1
    assert found.suggested_labels_[6] == 1


@pytest.mark.parametrize("filter_by", FILTERS)
def test_whole_weights_equal_repeated_rows(filter_by):
    counts = np.random.default_rng(0).integers(0, 4, size=90)
    rows = np.repeat(np.arange(90), counts)
    detector = ConfidentLearning(GaussianNB(), filter_by=filter_by)
    weighted = clone(detector).fit(X, Y, sample_weight=counts)
    repeated = clone(detector).fit(X[rows], Y[rows])
    np.testing.assert_array_equal(weighted.suspect_mask_[rows], repeated.suspect_mask_)
    np.testing.assert_allclose(weighted.label_quality_[rows], repeated.label_quality_)
    np.testing.assert_allclose(weighted.transition_matrix_, repeated.transition_matrix_)


def test_sample_weight_reaches_every_fit():
    weight = np.linspace(1, 2, 90)
    detector = ConfidentLearning(Recorder(), cv=KFold(3))
    detector.fit(X, Y, sample_weight=weight)
    models = detector.scheme_.cross_fits_[0].estimators
    for model, (train, _) in zip(models, KFold(3).split(X), strict=True):
        np.testing.assert_array_equal(model.sample_weight_, weight[train])


def test_groups_never_judge_each_other():
    group = np.repeat(np.arange(15), 4)
    detector = ConfidentLearning(RowNumbers())
    detector.fit(group[:, None] * 1.0, np.arange(60) % 2, groups=group)
    assert detector.pred_proba_[:, 1].max() == 0


@settings(max_examples=10)
@given(st.randoms(use_true_random=False), st.sampled_from(FILTERS))
def test_permuting_rows_permutes_the_findings(random, filter_by):
    order = list(range(90))
    random.shuffle(order)
    detector = ConfidentLearning(KNeighborsClassifier(7), filter_by=filter_by)
    expected = clone(detector).fit(X, Y)
    shuffled = clone(detector).fit(X[order], Y[order])
    np.testing.assert_array_equal(shuffled.suspect_mask_, expected.suspect_mask_[order])
    np.testing.assert_allclose(shuffled.label_quality_, expected.label_quality_[order])


def test_strings_equal_integers():
    labels = np.array(["no", "yes", "zero"])
    plain = ConfidentLearning(GaussianNB()).fit(X, Y)
    named = ConfidentLearning(GaussianNB()).fit(X, labels[Y])
    np.testing.assert_array_equal(named.suspect_mask_, plain.suspect_mask_)
    np.testing.assert_array_equal(
        named.suggested_labels_, labels[plain.suggested_labels_]
    )


def test_a_classifier_without_probabilities():
    detector = ConfidentLearning(LinearSVC()).fit(X, Y)
    assert detector.suspect_mask_[WRONG].mean() > 0.9
    assert detector.score_samples(X, TRUTH).mean() > 0.7


def test_new_labels_are_scored():
    detector = ConfidentLearning(GaussianNB()).fit(X, Y)
    new, _, truth = blobs(30, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > wrong.max()


def test_a_grid_search_runs_inside():
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)
    detector = ConfidentLearning(search, cv=2).fit(X, Y)
    assert detector.suspect_mask_[WRONG].mean() > 0.8


def test_a_default_estimator_fills_only_an_empty_place():
    empty, own = ConfidentLearning(), ConfidentLearning(KNeighborsClassifier())
    default = GaussianNB()
    assert isinstance(with_default_estimator(empty, default).estimator, GaussianNB)
    filled = with_default_estimator(own, default)
    assert isinstance(filled.estimator, KNeighborsClassifier)
    assert empty.estimator is None


def test_tags_are_those_of_the_estimator():
    tags = get_tags(ConfidentLearning(HistGradientBoostingClassifier())).input_tags
    assert tags.allow_nan and not tags.sparse


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"filter_by": "both_"}, "filter_by='both_' is not known.*mean 'both'"),
        ({"frac_noise": 1.5}, r"frac_noise=1.5 must lie in \(0, 1\]"),
        ({"min_samples_per_class": -1}, "min_samples_per_class=-1 must be at least 0"),
        ({"label_score": "marginal"}, "label_score='marginal' is not known"),
        ({"cv": 1}, "cv=1 leaves no row out"),
    ],
)
def test_unusable_parameters_name_the_fix(params, message):
    with pytest.raises(ValueError, match=message):
        ConfidentLearning(GaussianNB(), **params).fit(X, Y)


@pytest.mark.parametrize("y", [np.linspace(0, 1, 90), np.zeros(90)])
def test_targets_without_classes_are_refused(y):
    with pytest.raises(ValueError, match="continuous|at least 2 classes"):
        ConfidentLearning(GaussianNB()).fit(X, y)


def test_probabilities_in_place_of_x():
    y, pred_proba = golden_a()
    by_class = LabelDetector(Precomputed()).fit(pred_proba, y)
    assert suspects(by_class) == [2, 6, 10]
