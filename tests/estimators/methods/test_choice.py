# SPDX-License-Identifier: BSD-3-Clause
"""Choosing among methods and doing nothing."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeClassifier

from sknoisy import ConfidentLearning, NoiseRobustClassifier
from sknoisy.detection import AutoDetector
from sknoisy.estimators.methods import (
    DirichletResampling,
    HardDrop,
    HardRelabel,
    MethodChoice,
    NoiseIgnorant,
    PosteriorTargets,
    QualityTargets,
    Rounds,
    TrustedTargets,
)
from sknoisy.estimators.methods._choice import Candidate
from sknoisy.estimators.methods._judges import HalfJudge
from sknoisy.estimators.methods._rounds import Found, one_round
from tests._data import blobs
from tests.estimators.methods.toys import PAIR, judged_problem, problem, targets_of

X, Y, TRUTH = blobs(150, noise=0.2, spread=2.0)
WRONG = Y != TRUTH
TWO = [HardDrop(), PosteriorTargets()]


class AsGiven(HardDrop):
    """Fits on given labels."""

    def targets(self, problem, pred_proba, posterior):
        return problem.given


class Misled(HardDrop):
    """Fits on the next class."""

    def targets(self, problem, pred_proba, posterior):
        return np.roll(problem.given, 1, axis=1)


def robust(method="auto", **params):
    defaults = {"estimator": LogisticRegression(), "detector": ConfidentLearning()}
    return NoiseRobustClassifier(method=method, **(defaults | params))


def candidate(accuracy=0.0, balanced=0.0, likelihood=0.0, **more):
    gains = (accuracy, 0.01, balanced, 0.02, likelihood, 0.1)
    return Candidate(HardDrop(), *gains, **more)


@pytest.mark.parametrize(
    ("gains", "accuracy", "both", "balanced"),
    [
        ((0.02, 0.05, 0.1), 2.0, 2.25, 2.5),
        ((0.04, 0.00, 0.1), 4.0, 2.0, 0.0),
        ((0.03, 0.0, 0.1), 3.0, 0.0, 0.0),
        ((0.015, 0.05, 0.1), 0.0, 2.0, 2.5),
        ((0.05, -0.01, 0.1), 5.0, 2.25, 0.0),
        ((0.05, -0.03, 0.1), 5.0, 0.0, 0.0),
        ((-0.02, 0.1, 0.1), 0.0, 0.0, 5.0),
        ((0.014, 0.03, 0.09), 0.0, 0.0, 0.0),
        ((0.019, 0.045, -0.5), 0.0, 2.075, 2.25),
        ((0.019, 0.041, -0.5), 0.0, 0.0, 2.05),
    ],
)
def test_gains_are_weighed_by_what_is_asked_for(gains, accuracy, both, balanced):
    found = candidate(*gains)
    assert_allclose(found.gain("accuracy"), accuracy)
    assert_allclose(found.gain("both"), both)
    assert_allclose(found.gain("balanced_accuracy"), balanced)


def test_fewer_standard_errors_may_be_asked_for():
    found = candidate(0.01, 0.02, 0.05)
    assert found.gain("both") == 0
    assert_allclose(found.gain("both", min_gain=0.5), 1.0)


def test_as_many_must_be_gained_as_are_asked_for():
    for times in (1.0, 1.5, 2.5):
        for factor, is_enough in ((0.99, False), (1.01, True)):
            gains = (0.01 * times * factor, 0.02 * times * factor, 0.1)
            found = candidate(*gains, errors_asked=times)
            assert (found.gain("both") > 0) == is_enough


def test_calibrated_likelihood_will_do():
    gains = (0.01, 0.02, -0.5)
    for information, is_enough in ((0.09, False), (0.11, True)):
        told = {"information_gain": information, "information_error": 0.1}
        found = candidate(*gains, errors_asked=1.0, **told)
        assert (found.gain("both") > 0) == is_enough
        assert candidate(*gains, errors_asked=1.1, **told).gain("both") == 0


@pytest.mark.parametrize(
    ("scores", "information", "is_mild", "is_enough"),
    [
        (0.6, 0.21, True, True),
        (0.4, 0.21, True, False),
        (0.6, 0.19, True, False),
        (0.6, 0.21, False, False),
    ],
)
def test_less_is_asked_of_a_mild_method(scores, information, is_mild, is_enough):
    told = {"information_gain": information, "information_error": 0.1}
    gains = (0.01 * scores, 0.02 * scores, 0.2)
    found = candidate(*gains, is_mild=is_mild, **told)
    assert (found.gain("both") > 0) == is_enough
    # One who asks more of the likelihood asks more of all.
    assert found.gain("both", min_gain=1.3) == 0


def test_only_blind_judges_are_mild():
    for cv, is_blind in ((list(KFold(5).split(X)), False), (5, True)):
        task = replace(judged_problem(X, Y), cv=cv)
        choice = MethodChoice([Misled()], fallback=Misled())
        found = choice.search(task, Rounds()).candidates
        assert [each.is_mild for each in found] == [False, is_blind]


def test_candidates_say_what_was_asked_of_them():
    task = judged_problem(X, Y)
    for noise_rate, asked in ((0.0, 2.0), (0.5, 0.0)):
        task.detector.noise_rate_ = noise_rate
        choice = MethodChoice([Misled()], fallback=Misled())
        both = choice.search(task, Rounds()).candidates
        assert [each.errors_asked for each in both] == [asked] * 2


def test_gains_are_those_of_halves():
    task = judged_problem(X, Y)
    found = MethodChoice([HardDrop()]).search(task, Rounds()).candidates[0]
    judge = HalfJudge(task)
    found_by_hand = one_round(HardDrop(), task, Rounds())
    proba = judge.cross_fit(found_by_hand, Rounds()).pred_proba
    hits = [
        (each.argmax(axis=1) == Y).mean() for each in (proba, judge.judged.plain_proba)
    ]
    assert_allclose(found.accuracy_gain, hits[0] - hits[1], atol=1e-9)
    information = judge.information_gain(proba).mean()
    assert_allclose(found.information_gain, information, atol=1e-9)
    assert found.information_error > 0


def test_models_of_folds_are_kept_and_those_of_halves_are_not():
    for cv, are_kept in ((list(KFold(5).split(X)), True), (5, False)):
        task = replace(judged_problem(X, Y), cv=cv)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Candidate, "gain", lambda *args: 1.0)
            found = MethodChoice([HardDrop()]).search(task, Rounds())
        assert (found.cross_fit is not None) == are_kept


def test_the_candidates_can_be_read():
    clf = robust(MethodChoice(TWO)).fit(X, Y)
    methods = [type(each.method) for each in clf.candidates_]
    assert methods == [HardDrop, PosteriorTargets]
    gains = [each.gain("both") for each in clf.candidates_]
    best = TWO[int(np.argmax(gains))].alias if max(gains) > 0 else "none"
    assert clf.method_ == best
    for each in clf.candidates_:
        assert -1 < each.accuracy_gain < 1
        assert each.log_likelihood_error >= 0


def test_what_misleads_is_not_taken():
    clf = robust(MethodChoice([Misled()])).fit(X, Y)
    assert clf.method_ == "none"
    assert clf.candidates_[0].accuracy_gain < -0.3
    plain = LogisticRegression().fit(X, Y)
    assert_array_equal(clf.predict_proba(X), plain.predict_proba(X))


def test_nothing_gains_nothing():
    clf = robust(MethodChoice([AsGiven()])).fit(X, Y)
    assert clf.method_ == "none"
    assert clf.candidates_[0].accuracy_gain == 0
    assert clf.candidates_[0].balanced_accuracy_gain == 0


def test_without_a_check_the_first_candidate_is_taken():
    for first in (HardRelabel(), HardDrop()):
        clf = robust(MethodChoice([first, *TWO]), min_gain=None).fit(X, Y)
        by_hand = robust(first, min_gain=None).fit(X, Y)
        assert clf.method_ == first.alias
        assert not hasattr(clf, "candidates_")
        assert_array_equal(clf.targets_, by_hand.targets_)
        assert_array_equal(clf.predict_proba(X), by_hand.predict_proba(X))


def test_the_fallback_is_tried_where_no_candidate_gains():
    task, _ = problem(matrix=PAIR)
    # The plain fit is wrong on two rows of three, so that all but the misled gain.
    given = np.eye(3)[task.rows.codes]
    is_hit = np.arange(len(given))[:, None] % 3 == 0
    plain = np.where(is_hit, given, np.roll(given, 1, axis=1))
    task = replace(task, own_proba=0.8 * plain + 0.1)
    choice = MethodChoice([Misled()], fallback=PosteriorTargets())
    found = choice.search(task, Rounds())
    assert found.chosen.alias == "soft"
    assert [each.method.alias for each in found.candidates] == ["drop", "soft"]
    assert choice.search(task, Rounds(min_gain=1e3)).targets is None
    choice = MethodChoice([PosteriorTargets()], fallback=Misled())
    assert len(choice.search(task, Rounds()).candidates) == 1


def test_the_milder_method_is_the_posterior_alone():
    task = replace(judged_problem(X, Y), detector=AutoDetector())
    fallback = MethodChoice()._to_try(task)[1]
    assert (fallback.drop_share, fallback.posterior_share) == (0.0, 1.0)
    assert MethodChoice()._to_try(judged_problem(X, Y))[1] is None
    assert MethodChoice(TWO)._to_try(task)[1] is None


def test_a_method_that_swaps_the_estimator_is_fitted_with_it():
    method = NoiseIgnorant({"C": [1e-3]})
    clf = robust(MethodChoice([method]), min_gain=None).fit(X, Y)
    assert (clf.method_, clf.estimator_.C) == ("ni_erm", 1e-3)


def test_choices_may_be_nested():
    clf = robust(MethodChoice([MethodChoice(TWO)]), min_gain=None).fit(X, Y)
    assert clf.method_ == "drop"
    assert clf.score(X, TRUTH) > 0.9


def aliases(**changes):
    """Name the candidates that a problem brings in."""
    task = replace(judged_problem(X, Y), **changes)
    return [each.alias for each in MethodChoice()._to_try(task)[0]]


def with_trusted(trusted):
    return replace(judged_problem(X, Y).rows, trusted=trusted)


def test_candidates_suit_the_problem():
    auto = AutoDetector()
    assert aliases() == ["soft"]
    assert aliases(detector=auto) == ["quality"] * 3
    assert aliases(detector=auto, matrix_is_known=True) == ["soft"]
    trusted = with_trusted(WRONG)
    assert aliases(detector=auto, rows=trusted) == ["trusted", *["quality"] * 3]
    assert aliases(rows=trusted) == ["trusted"]
    few = with_trusted(np.arange(len(Y)) < 5)
    assert aliases(rows=few) == ["soft"]
    nobody = with_trusted(np.zeros(len(Y), dtype=bool))
    assert aliases(detector=auto, rows=nobody) == ["quality"] * 3


def test_trusted_rows_count_more():
    trusted = np.arange(120) % 4 == 0
    gains = []
    for verified in (None, trusted):
        task, truth = problem(matrix=PAIR, trusted=verified)
        # The plain fit is right on trusted rows alone.
        right = np.eye(3)[task.rows.codes]
        plain = np.where(trusted[:, None], right, np.roll(right, 1, axis=1))
        task = replace(task, own_proba=0.8 * plain + 0.1)
        found = MethodChoice([Misled()]).search(task, Rounds())
        gains.append(found.candidates[0].accuracy_gain)
    assert gains[1] < gains[0] < 0


def test_less_is_asked_for_where_trusted_rows_speak():
    assert candidate(0.003, 0.003).gain("both") == 0
    told = replace(candidate(0.003, 0.003), trusted_accuracy_gain=0.02)
    assert_allclose(told.gain("both"), 0.003)
    assert told.gain("both", min_gain=3.0) == 0
    assert replace(told, balanced_accuracy_gain=-0.021).gain("both") == 0
    assert replace(told, accuracy_gain=-0.01).gain("both") == 0


def test_the_gains_on_trusted_rows_can_be_read():
    for trusted, speaks in ((WRONG, True), (np.arange(len(Y)) < 5, False)):
        clf = robust(MethodChoice(TWO)).fit(X, Y, trusted=trusted)
        for each in clf.candidates_:
            assert (each.trusted_accuracy_gain is not None) == speaks
            assert (each.trusted_balanced_accuracy_gain is not None) == speaks


def test_a_known_noise_model_is_used():
    clf = robust(detector=None, transition_matrix=PAIR).fit(X, Y)
    assert [each.method.alias for each in clf.candidates_] == ["soft"]


def test_noise_is_acted_on_and_its_absence_is_not():
    clf = robust(detector=None)
    data, given, truth = blobs(240, noise=0.35, spread=4.0)
    X_test, _, y_test = blobs(900, seed=1, spread=4.0)
    noisy = clf.fit(data, given)
    plain = LogisticRegression().fit(data, given).score(X_test, y_test)
    assert noisy.method_ in {"quality", "none"}
    assert noisy.score(X_test, y_test) >= plain - 0.005
    assert all(isinstance(c.method, QualityTargets) for c in noisy.candidates_)
    clean = blobs(240, spread=1.0)
    assert clf.fit(*clean[:2]).method_ == "none"


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(0).permutation(len(Y))
    clf = robust(MethodChoice(TWO)).fit(X, Y)
    moved = robust(MethodChoice(TWO)).fit(X[order], Y[order])
    assert moved.method_ == clf.method_
    for one, other in zip(clf.candidates_, moved.candidates_, strict=True):
        assert_allclose(other.accuracy_gain, one.accuracy_gain, atol=1e-9)
        assert_allclose(other.log_likelihood_gain, one.log_likelihood_gain, atol=1e-4)


def test_labels_of_any_kind():
    labels = np.array(["no", "so", "yes"])
    clf = robust(MethodChoice(TWO)).fit(X, labels[Y])
    by_number = robust(MethodChoice(TWO)).fit(X, Y)
    assert clf.method_ == by_number.method_
    assert_array_equal(clf.predict(X), labels[by_number.predict(X)])


def test_errors_name_the_fix():
    with pytest.raises(TypeError, match=r"'soft', which is no method; .*Targets\(\)"):
        robust(MethodChoice(["soft"])).fit(X, Y)
    with pytest.raises(TypeError, match="fallback holds 'soft', which is no method"):
        robust(MethodChoice(TWO, fallback="soft")).fit(X, Y)
    with pytest.raises(ValueError, match="drop_share=2"):
        robust(MethodChoice([QualityTargets(drop_share=2)])).fit(X, Y)


class NotingTree(DecisionTreeClassifier):
    """Learns every wrong label, so that leaving some out gains much."""

    def __init__(self):
        super().__init__(random_state=0)

    def fit(self, X, y, sample_weight=None, note=None):
        self.note_ = note
        return super().fit(X, y, sample_weight)


def on_trees(note=None, **params):
    data, given, _ = blobs(300, noise=0.3, spread=2.0)
    clf = robust(MethodChoice([HardDrop()], **params), estimator=NotingTree())
    return clf.fit(data, given) if note is None else clf.fit(data, given, note=note)


def test_the_models_of_the_folds_predict_with_the_last():
    X_new = blobs(60, spread=2.0, seed=1)[0]
    together = on_trees()
    alone = on_trees(ensemble=False)
    assert together.method_ == alone.method_ == "drop"
    members = together.estimator_.estimators
    assert len(members) == 6
    by_member = [each.predict_proba(X_new) for each in members]
    assert_array_equal(by_member[-1], alone.predict_proba(X_new))
    assert_allclose(together.predict_proba(X_new), np.mean(by_member, axis=0))
    assert len({each.tobytes() for each in by_member}) > 3


def test_the_last_model_alone_has_parameters_of_fit():
    assert on_trees(note="here").estimator_.note_ == "here"
    assert len(on_trees().estimator_.estimators) == 6


def test_what_was_not_checked_predicts_alone():
    for method in (MethodChoice(TWO), MethodChoice([NoiseIgnorant({"C": [1.0]})])):
        clf = robust(method, min_gain=None).fit(X, Y)
        assert isinstance(clf.estimator_, LogisticRegression)
    plain = robust(MethodChoice([Misled()])).fit(X, Y)
    assert isinstance(plain.estimator_, LogisticRegression)


def test_an_ensemble_is_not_put_into_another():
    clf = robust(MethodChoice([DirichletResampling()])).fit(X, Y)
    assert clf.method_ == "rent"
    kinds = {type(each) for each in clf.estimator_.estimators}
    assert kinds == {LogisticRegression}


@pytest.mark.parametrize("chosen", [PosteriorTargets(), TrustedTargets()])
def test_no_model_that_predicts_misses_a_trusted_row(chosen):
    trusted = np.arange(120) % 4 == 0
    task, _ = problem(estimator=NotingTree(), trusted=trusted)
    targets = targets_of(chosen, task)
    targets[trusted] = task.given[trusted]
    found = Found(targets, 1, [], chosen=chosen, candidates=[])
    members = MethodChoice([chosen]).fit_estimator(task, found).estimators
    assert len(members) == 6
    answers = [each.predict_proba(task.rows.X) for each in members]
    for answer in answers:
        assert_array_equal(answer[trusted], task.given[trusted])
    # Of the others each misses some.
    assert not any(np.allclose(each, answers[-1]) for each in answers[:-1])
