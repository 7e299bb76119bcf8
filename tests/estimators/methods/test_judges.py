# SPDX-License-Identifier: BSD-3-Clause
"""Predicting rows by what a method would fit."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, PredefinedSplit
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import ConfidentLearning
from sknoisy.estimators.methods import (
    HardDrop,
    NoiseIgnorant,
    PosteriorTargets,
    Rounds,
)
from sknoisy.estimators.methods._judges import (
    FoldJudge,
    HalfJudge,
    judge_for,
    part_of,
)
from sknoisy.estimators.methods._rounds import one_round
from sknoisy.utils import cross_fit_proba
from tests._data import blobs
from tests.estimators.methods.toys import PAIR, judged_problem, problem

X, Y, TRUTH = blobs(150, noise=0.2, spread=2.0)


def predictions(judge, method):
    found = one_round(method, judge.problem, Rounds())
    return judge.cross_fit(found, Rounds()).pred_proba


def test_a_half_is_judged_by_what_has_not_seen_it():
    task = judged_problem(X, Y)
    judge = HalfJudge(task)
    before = predictions(judge, HardDrop())
    train, test = judge.folds[0]
    assert_array_equal(np.sort(np.r_[train, test]), np.arange(len(Y)))
    # New labels for one half change what is said of the other alone.
    given = Y.copy()
    given[test] = (Y[test] + 1) % 3
    moved = judged_problem(X, given)
    moved_judge = HalfJudge(moved)
    moved_judge.folds = judge.folds
    moved_judge.halves = [part_of(moved, rows) for rows, _ in judge.folds]
    after = predictions(moved_judge, HardDrop())
    assert_allclose(after[test], before[test])
    assert np.abs(after[train] - before[train]).max() > 0.1
    # Folds are not blind to them.
    by_folds = [predictions(FoldJudge(each), HardDrop()) for each in (task, moved)]
    assert np.abs(by_folds[1] - by_folds[0])[test].max() > 0.1


def test_a_half_is_fitted_on_its_own_targets():
    task = judged_problem(X, Y)
    judge = HalfJudge(task)
    found = predictions(judge, HardDrop())
    for half, (train, test) in zip(judge.halves, judge.folds, strict=True):
        assert_array_equal(half.rows.y, Y[train])
        kept = ~half.detector.suspect_mask_
        assert 0 < kept.sum() < len(train)
        fitted = LogisticRegression().fit(X[train][kept], Y[train][kept])
        assert_allclose(found[test], fitted.predict_proba(X[test]), atol=1e-3)


def test_the_plain_fit_sees_half_of_the_rows_too():
    judge = HalfJudge(judged_problem(X, Y))
    plain = cross_fit_proba(LogisticRegression(), X, Y, cv=judge.folds).pred_proba
    assert_array_equal(judge.judged.plain_proba, plain)
    assert_array_equal(judge.judged.rows.codes, judge.problem.rows.codes)


def test_folds_judge_by_the_cross_fit_of_the_method():
    task = judged_problem(X, Y)
    judge = FoldJudge(task)
    found = one_round(HardDrop(), task, Rounds())
    assert_array_equal(
        judge.cross_fit(found, Rounds()).pred_proba,
        task.cross_fit(found.targets).pred_proba,
    )
    assert judge.judged is task


def gains_on_random_labels(seed):
    """Seeming gains, in points, where there is nothing to learn."""
    rng = np.random.default_rng(seed)
    data, labels = rng.normal(size=(300, 2)), rng.integers(2, size=300)
    detector = ConfidentLearning(KNeighborsClassifier(10)).fit(data, labels)
    task = replace(
        judged_problem(data, labels),
        estimator=KNeighborsClassifier(1),
        detector=detector,
    )
    gains = []
    for judge in (FoldJudge(task), HalfJudge(task)):
        proba = (predictions(judge, HardDrop()), judge.judged.plain_proba)
        hits = [np.mean(each.argmax(axis=1) == labels) for each in proba]
        gains.append(100 * (hits[0] - hits[1]))
    return gains


def test_random_labels_seem_to_be_learned_by_folds_but_not_by_halves():
    folds, halves = np.mean(
        [gains_on_random_labels(seed) for seed in range(10)], axis=0
    )
    assert folds > 5
    assert abs(halves) < 2.5


@pytest.mark.parametrize("changes", [{}, {"cv": KFold(3)}, {"cv": 4}])
def test_halves_judge_where_they_can(changes):
    assert isinstance(judge_for(replace(judged_problem(X, Y), **changes)), HalfJudge)


def fixed_folds():
    return list(KFold(3).split(X))


@pytest.mark.parametrize(
    "changes",
    [
        {"cv": PredefinedSplit(np.arange(150) % 3)},
        {"cv": fixed_folds()},
        {"detector": ConfidentLearning(LogisticRegression(), cv=fixed_folds())},
    ],
)
def test_folds_given_as_positions_are_kept(changes):
    judge = judge_for(replace(judged_problem(X, Y), **changes))
    assert type(judge) is FoldJudge


def test_verified_rows_are_judged_by_folds():
    trusted = np.arange(len(Y)) % 5 == 0
    assert type(judge_for(judged_problem(X, Y, trusted=trusted))) is FoldJudge
    few = np.arange(len(Y)) < 5
    assert type(judge_for(judged_problem(X, Y, trusted=few))) is HalfJudge


def test_too_few_rows_for_halves_are_judged_by_folds():
    class Demanding(ConfidentLearning):
        def fit(self, X, y, **metadata):
            if len(y) < 100:
                raise ValueError("100 rows at least")
            return super().fit(X, y, **metadata)

    task = judged_problem(X, Y)
    demanding = replace(task, detector=Demanding(LogisticRegression()))
    assert type(judge_for(demanding)) is FoldJudge
    many_neighbors = replace(task, estimator=KNeighborsClassifier(100))
    assert type(judge_for(many_neighbors)) is FoldJudge


@pytest.mark.parametrize(
    ("kind", "noise_rate", "asked"),
    [
        (HalfJudge, 0.0, 2.0),
        (HalfJudge, 0.1, 1.0),
        (HalfJudge, 0.2, 0.0),
        (HalfJudge, 0.9, 0.0),
        (FoldJudge, 0.0, 2.5),
        (FoldJudge, 0.1, 2.0),
        (FoldJudge, 0.9, 1.5),
    ],
)
def test_fewer_are_asked_for_where_many_labels_are_wrong(kind, noise_rate, asked):
    task = judged_problem(X, Y)
    task.detector.noise_rate_ = noise_rate
    assert_allclose(kind(task).errors_asked, asked)


def test_a_part_has_what_its_rows_have():
    metadata = {
        "sample_weight": 1.0 + (np.arange(150) % 2),
        "groups": np.arange(150) // 3,
        "trusted": np.arange(150) < 5,
    }
    task = judged_problem(X, Y, **metadata)
    positions = np.arange(0, 150, 2)
    part = part_of(task, positions)
    assert_array_equal(part.rows.X, X[positions])
    for name, values in metadata.items():
        assert_array_equal(getattr(part.rows, name), values[positions])
    alone = ConfidentLearning(LogisticRegression()).fit(
        X[positions], Y[positions], **{k: v[positions] for k, v in metadata.items()}
    )
    assert_array_equal(part.detector.label_quality_, alone.label_quality_)
    assert part.own_proba is None


def test_a_part_without_a_class_does_without_it():
    task, _ = problem(matrix=PAIR)
    positions = np.flatnonzero(task.rows.codes != 1)
    part = part_of(task, positions)
    assert_array_equal(part.rows.classes, [0, 2])
    assert set(part.rows.codes) == {0, 1}
    assert_allclose(part.noise_model.transition_matrix, [[1, 0], [0.2, 0.8]])
    assert_allclose(part.noise_model.class_prior, [0.5, 0.5])
    assert part.pred_proba.shape == (len(positions), 2)
    with pytest.raises(ValueError, match="the same label"):
        part_of(task, np.flatnonzero(task.rows.codes == 1))


def test_a_class_of_one_row_a_half_is_no_hindrance():
    labels = np.array(["a", "b", "c"])[Y]
    labels[:2] = "z"
    task = judged_problem(X, labels)
    proba = predictions(HalfJudge(task), PosteriorTargets())
    assert proba.shape == (len(Y), 4)
    assert_allclose(proba.sum(axis=1), 1)


def test_what_a_method_fits_in_place_of_the_estimator_is_judged():
    task = judged_problem(X, Y)
    strong, weak = (
        predictions(HalfJudge(task), NoiseIgnorant({"C": [value]}))
        for value in (1e-6, 1.0)
    )
    assert strong.std() < 0.2 * weak.std()


def test_few_rows_will_do():
    data, labels = make_classification(30, random_state=0)
    judge = HalfJudge(judged_problem(data, labels))
    assert np.isfinite(predictions(judge, PosteriorTargets())).all()


@pytest.mark.parametrize("kind", [FoldJudge, HalfJudge])
def test_only_what_predictions_tell_apart_is_information(kind):
    judge = kind(judged_problem(X, Y))
    plain = judge.judged.plain_proba
    assert_array_equal(judge.information_gain(plain), 0)
    surer = plain**2 / (plain**2).sum(axis=1, keepdims=True)
    assert abs(judge.information_gain(surer).mean()) < 0.05
    assert judge.information_gain(0.9 * judge.problem.given + 0.03).mean() > 0.1
    assert judge.information_gain(np.roll(plain, 1, axis=0)).mean() < -0.3


def test_predictions_are_calibrated_by_other_rows_of_the_same_model():
    judge = HalfJudge(judged_problem(X, Y))
    judged = [rows for _, rows in judge._calibration_folds]
    assert_array_equal(np.sort(np.concatenate(judged)), np.arange(len(Y)))
    for learned, rows in judge._calibration_folds:
        assert len(np.intersect1d(learned, rows)) == 0
        together = np.r_[learned, rows]
        assert any(np.isin(together, test).all() for _, test in judge.folds)


def test_one_group_can_be_calibrated():
    folds = list(KFold(3).split(X))
    rows = judged_problem(X, Y, groups=np.zeros(len(Y))).rows
    judge = judge_for(replace(judged_problem(X, Y), rows=rows, cv=folds))
    assert isinstance(judge, FoldJudge)
    assert np.isfinite(judge.information_gain(judge.problem.given)).all()
