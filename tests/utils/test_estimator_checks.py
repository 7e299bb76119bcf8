# SPDX-License-Identifier: BSD-3-Clause
"""Each published check fails on an estimator that breaks what it is about."""

import itertools
import random
import sys
from unittest import SkipTest

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_array

from sknoisy import (
    CleanThenFit,
    ConfidentLearning,
    DropSuspects,
    LabelDetector,
    RelabelSuspects,
    ReweightSuspects,
)
from sknoisy.detection import InSample, ResidualDetector
from sknoisy.utils import estimator_checks as checks
from sknoisy.utils import take_rows
from tests._parts import LIGHT


class Detector(ConfidentLearning):
    """Keeps the contract; `_before` and `_after` are where others break it."""

    def __init__(self, estimator=None, *, cv=3):
        super().__init__(estimator, cv=cv)

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y, metadata = self._before(X, y, sample_weight, trusted)
        super().fit(X, y, **metadata)
        self._after(X, y)
        return self

    def _before(self, X, y, sample_weight, trusted):
        return X, y, {"sample_weight": sample_weight, "trusted": trusted}

    def _after(self, X, y):
        pass


class QualityOutOfRange(Detector):
    def _after(self, X, y):
        self.label_quality_ = 2 * self.label_quality_


class MaskOfIntegers(Detector):
    def _after(self, X, y):
        self.suspect_mask_ = self.suspect_mask_.astype(int)


class NoiseRateInPercent(Detector):
    def _after(self, X, y):
        self.noise_rate_ = 10.0


class UnsortedClasses(Detector):
    def _after(self, X, y):
        self.classes_ = self.classes_[::-1]


class OddProba(Detector):
    def _after(self, X, y):
        self.pred_proba_ = self.pred_proba_ + 0.1


class NoSuggestion(Detector):
    def _after(self, X, y):
        self.suggested_labels_ = self.suggested_labels_[:-1]


class ScoresOutOfRange(Detector):
    def score_samples(self, X, y=None):
        return -super().score_samples(X, y)


class ReturnsNothing(Detector):
    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        super().fit(X, y, sample_weight, groups, trusted)


class WrongFeatureCount(Detector):
    def _after(self, X, y):
        self.n_features_in_ += 1


class SetsParameter(Detector):
    def _after(self, X, y):
        self.cv = 4


class FitsTheGivenEstimator(Detector):
    def _after(self, X, y):
        self.estimator.fit(X, y)


class SeedsNumPy(Detector):
    def _after(self, X, y):
        np.random.seed(0)


class DrawsFromRandom(Detector):
    def _after(self, X, y):
        random.random()


class RecordsBeforeItFails(Detector):
    def _before(self, X, y, sample_weight, trusted):
        self.started_ = True
        return super()._before(X, y, sample_weight, trusted)


class FailsAfterFit(Detector):
    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        super().fit(X, y)
        for values in (sample_weight, trusted):
            if values is not None and len(values) != len(y):
                raise ValueError("too short")
        return self


class CutsToLength(Detector):
    def _before(self, X, y, sample_weight, trusted):
        return X[: len(y)], y, {}


class UpsideDown(Detector):
    def _after(self, X, y):
        self.label_quality_ = 1 - self.label_quality_


class SuspectsTheBest(Detector):
    def _after(self, X, y):
        self.suspect_mask_ = self.label_quality_ > np.median(self.label_quality_)


class EmptiesRareClasses(Detector):
    def _after(self, X, y):
        labels, counts = np.unique(y, return_counts=True)
        self.suspect_mask_ = np.isin(y, labels[counts < 4])


class IgnoresTrusted(Detector):
    def _before(self, X, y, sample_weight, trusted):
        return X, y, {"sample_weight": sample_weight}


class RemembersFirstFit(Detector):
    def _before(self, X, y, sample_weight, trusted):
        self._times = getattr(self, "_times", 0) + 1
        return super()._before(X, y, sample_weight, trusted)

    def _after(self, X, y):
        self.label_quality_ = self.label_quality_ / self._times


class KeepsOldAttribute(RemembersFirstFit):
    def _after(self, X, y):
        if self._times > 1:
            self.old_ = True


class LearnsInInit(Detector):
    def __init__(self, estimator=None, *, cv=3):
        super().__init__(estimator, cv=cv)
        self.ready_ = True


class TrustsOnlyIntegers(Detector):
    def _after(self, X, y):
        if np.asarray(y).dtype.kind not in "iu":
            self.label_quality_ = self.label_quality_ / 2


class TakesLabelsForColumns(Detector):
    def _after(self, X, y):
        if y.dtype.kind == "i":
            self.label_quality_ = self.label_quality_ / (1 + np.max(y))


class IgnoresWeights(Detector):
    def _before(self, X, y, sample_weight, trusted):
        return X, y, {"trusted": trusted}


class Converts(Detector):
    def _before(self, X, y, sample_weight, trusted):
        X = X.toarray() if sparse.issparse(X) else np.asarray(X)
        return super()._before(X, y, sample_weight, trusted)


class RefusesNaN(Detector):
    def _before(self, X, y, sample_weight, trusted):
        return super()._before(check_array(X), y, sample_weight, trusted)


class CleanerThatTransforms(DropSuspects):
    def transform(self, X):
        return X[:-1]


class CleanerOfTwoMinds(DropSuspects):
    shifts = itertools.cycle([0, 1])

    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y = super().fit_resample(X, y, sample_weight, groups, trusted)
        return X, np.roll(y, next(self.shifts))


class CleanerWithTwoWays(DropSuspects):
    def fit_reweight(self, X, y):
        return np.ones(len(y))


class CleanerThatFitsOtherwise(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        output = super().fit_resample(X, y, sample_weight, groups, trusted)
        self.label_quality_ = self.label_quality_ / 2
        return output


class CleanerOfOtherRows(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y = super().fit_resample(X, y, sample_weight, groups, trusted)
        self.sample_indices_ = self.sample_indices_[::-1].copy()
        return X, y


class CleanerWithoutCount(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y = super().fit_resample(X, y, sample_weight, groups, trusted)
        self.sample_indices_ = self.sample_indices_[1:]
        return X, y


class CleanerWithMask(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y = super().fit_resample(X, y, sample_weight, groups, trusted)
        self.sample_indices_ = ~self.acted_mask_
        return X, y


class CleanerToArrays(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y = super().fit_resample(X, y, sample_weight, groups, trusted)
        return np.asarray(X), np.asarray(y)


class CleanerToDouble(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X_clean, y = super().fit_resample(X, y, sample_weight, groups, trusted)
        return (X_clean if isinstance(X, list) else X_clean.astype(float)), y


class CleanerOfTheTrusted(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        super().fit_resample(X, y, sample_weight, groups, trusted)
        self.sample_indices_ = np.flatnonzero(
            ~self.acted_mask_ if trusted is None else ~trusted
        )
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)


class RelabellerOfTheTrusted(RelabelSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        X, y_clean = super().fit_resample(X, y, sample_weight, groups, trusted)
        return X, y_clean if trusted is None else np.zeros_like(y_clean)


class DropsRareClasses(DropSuspects):
    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        super().fit_resample(X, y, sample_weight, groups, trusted)
        labels, counts = np.unique(y, return_counts=True)
        keep = np.isin(y, labels[counts > 3])
        return X[keep], y[keep]


class WeighsRareClassesNothing(ReweightSuspects):
    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        weights = super().fit_reweight(X, y, sample_weight, groups, trusted)
        labels, counts = np.unique(y, return_counts=True)
        return weights * np.isin(y, labels[counts > 3])


class WeighsTheTrustedDown(ReweightSuspects):
    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        weights = super().fit_reweight(X, y, sample_weight, groups, trusted)
        return weights if trusted is None else weights * np.where(trusted, 0.5, 1)


class ForgetsGivenWeights(ReweightSuspects):
    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        return super().fit_reweight(X, y, None, groups, trusted)


class NegativeWeights(ReweightSuspects):
    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        return super().fit_reweight(X, y, sample_weight) - 1


class NoWeights(ReweightSuspects):
    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        return np.zeros(len(y))


class DropsInPredict(CleanThenFit):
    def predict(self, X):
        return super().predict(X)[:-1]


class PredictsRelatively(CleanThenFit):
    def predict(self, X):
        return np.roll(super().predict(X), 1)


class PredictsOtherwise(CleanThenFit):
    def predict_proba(self, X):
        return 1 - super().predict_proba(X)


class CleansInScore(CleanThenFit):
    def score(self, X, y, sample_weight=None):
        right = ~self.suspect_mask_
        return super().score(X[right], y[right])


class CleansInScoreAlone(BaseEstimator):
    """Has no `estimator_`, so that its score is compared with its predictions."""

    def fit(self, X, y):
        self.model_ = LogisticRegression().fit(X, y)
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def score(self, X, y):
        return 1.0


class LosesRareClasses(CleanThenFit):
    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        labels, counts = np.unique(y, return_counts=True)
        keep = np.isin(y, labels[counts > 3])
        super().fit(X[keep], y[keep])
        self.suspect_mask_ = np.zeros(len(y), dtype=bool)
        return self


class WeighsTrustedLess(CleanThenFit):
    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        super().fit(X, y, sample_weight, groups, trusted)
        self.sample_weight_ = self.sample_weight_ / 2
        return self


class NeitherKind(CleanThenFit):
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = None
        return tags


MEMORISER = LabelDetector(InSample(DecisionTreeClassifier(random_state=0)))
BROKEN = [
    (checks.check_fitted_attributes, QualityOutOfRange(), "map it to .0, 1."),
    (checks.check_fitted_attributes, MaskOfIntegers(), "finite booleans"),
    (checks.check_fitted_attributes, NoiseRateInPercent(), "fraction"),
    (checks.check_fitted_attributes, UnsortedClasses(), "sorted labels"),
    (checks.check_fitted_attributes, OddProba(), "sum to 1"),
    (checks.check_fitted_attributes, NoSuggestion(), "suggested_labels_"),
    (checks.check_fitted_attributes, ScoresOutOfRange(), "score_samples"),
    (checks.check_fitted_attributes, ReturnsNothing(), "return self"),
    (checks.check_fitted_attributes, WrongFeatureCount(), "n_features_in_"),
    (checks.check_params_stay_unchanged, SetsParameter(), "parameter cv"),
    (
        checks.check_params_stay_unchanged,
        FitsTheGivenEstimator(LogisticRegression()),
        "parameter estimator",
    ),
    (checks.check_global_random_state_is_left_alone, SeedsNumPy(), "NumPy"),
    (checks.check_global_random_state_is_left_alone, DrawsFromRandom(), "random mod"),
    (checks.check_failed_fit_leaves_no_trace, RecordsBeforeItFails(), "started_"),
    (checks.check_failed_fit_leaves_no_trace, FailsAfterFit(), "that raises"),
    (checks.check_failed_fit_leaves_no_trace, CutsToLength(), "another length"),
    (checks.check_planted_errors_rank_lowest, UpsideDown(), "lowest tenth"),
    (checks.check_planted_errors_rank_lowest, MEMORISER, "lowest tenth"),
    (checks.check_flipped_labels_are_told_apart, UpsideDown(), "AUROC of 0.0"),
    (checks.check_flipped_labels_are_told_apart, MEMORISER, "AUROC of 0.5"),
    (checks.check_suspects_are_worse, SuspectsTheBest(), "higher than"),
    (checks.check_rare_class_survives, EmptiesRareClasses(), "empties a class"),
    (checks.check_rare_class_survives, DropsRareClasses(), "empties a class"),
    (checks.check_rare_class_survives, WeighsRareClassesNothing(), "empties a class"),
    (checks.check_rare_class_survives, LosesRareClasses(), "empties a class"),
    (checks.check_trusted_rows_are_left_alone, IgnoresTrusted(), "suspects trusted"),
    (checks.check_trusted_rows_are_left_alone, CleanerOfTheTrusted(), "drops trusted"),
    (checks.check_trusted_rows_are_left_alone, RelabellerOfTheTrusted(), "relabels"),
    (checks.check_trusted_rows_are_left_alone, WeighsTheTrustedDown(), "weight of tru"),
    (checks.check_trusted_rows_are_left_alone, WeighsTrustedLess(), "lowers the weig"),
    (checks.check_refit_does_not_leak, RemembersFirstFit(), "label_quality_"),
    (checks.check_refit_does_not_leak, KeepsOldAttribute(), "old_"),
    (checks.check_clone_of_fitted_equals_fresh, SetsParameter(), "other parameters"),
    (checks.check_clone_of_fitted_equals_fresh, LearnsInInit(), "ready_"),
    (checks.check_labels_of_any_kind, TrustsOnlyIntegers(), "'bumblebee'"),
    (checks.check_labels_of_any_kind, TakesLabelsForColumns(), "bumblebee|7"),
    (
        checks.check_permuted_rows_give_permuted_scores,
        Detector(cv=KFold(3)),
        "where they stand",
    ),
    (checks.check_zero_weight_equals_absent_row, IgnoresWeights(), "weight zero"),
    (checks.check_integer_weights_equal_repeated_rows, IgnoresWeights(), "weight two"),
    (checks.check_text_passes_through, Converts(), "ndarray in place of a list"),
    (checks.check_sparse_passes_through, Converts(), "in place of a csr_matrix"),
    (checks.check_missing_values_pass_through, RefusesNaN(), "contains NaN"),
    (checks.check_pandas_passes_through, Converts(), "in place of a DataFrame"),
    (checks.check_polars_passes_through, Converts(), "in place of a DataFrame"),
    (checks.check_cleaner_acts_in_fit_alone, CleanerThatTransforms(), "transform"),
    (checks.check_cleaner_acts_in_fit_alone, CleanerOfTwoMinds(), "otherwise than"),
    (checks.check_cleaner_has_one_way_to_act, CleanerWithTwoWays(), "fit_reweight"),
    (checks.check_cleaner_has_one_way_to_act, CleanerThatFitsOtherwise(), "decides"),
    (checks.check_sample_indices_match_rows, CleanerOfOtherRows(), "are not those"),
    (checks.check_sample_indices_match_rows, CleanerWithoutCount(), "as many"),
    (checks.check_sample_indices_match_rows, CleanerWithMask(), "row positions"),
    (checks.check_container_types_are_kept, CleanerToArrays(), "for a list"),
    (checks.check_container_types_are_kept, CleanerToDouble(), "dtype"),
    (checks.check_weights_multiply_sample_weight, ForgetsGivenWeights(), "multiply"),
    (checks.check_weights_multiply_sample_weight, NegativeWeights(), "at least zero"),
    (checks.check_weights_multiply_sample_weight, NoWeights(), "every row"),
    (checks.check_predict_is_unaffected_by_cleaning, DropsInPredict(), "90 of 91"),
    (checks.check_predict_is_unaffected_by_cleaning, PredictsRelatively(), "beside"),
    (checks.check_predict_is_unaffected_by_cleaning, PredictsOtherwise(), "estimator_"),
    (checks.check_score_leaves_no_row_out, CleansInScore(), "never clean"),
    (checks.check_score_leaves_no_row_out, CleansInScoreAlone(), "never clean"),
    (checks.check_is_classifier_or_regressor, NeitherKind(), "neither"),
]


def with_light_parts(estimator):
    """Put light parts where it would take default ones."""
    light = {"cleaner": DropSuspects(LIGHT), "detector": LIGHT}
    names = light.keys() & estimator.get_params(deep=False)
    return clone(estimator).set_params(**{name: light[name] for name in names})


@pytest.mark.parametrize(
    "check, estimator, message",
    BROKEN,
    ids=[f"{check.__name__}-{type(est).__name__}" for check, est, _ in BROKEN],
)
def test_check_fails_on_what_breaks_it(check, estimator, message):
    estimator = with_light_parts(estimator)
    with pytest.raises((AssertionError, ValueError), match=message):
        check(type(estimator).__name__, estimator)


ONE_OF_EACH_KIND = [
    Detector(),
    DropSuspects(LIGHT),
    ReweightSuspects(LIGHT),
    CleanThenFit(LogisticRegression(), DropSuspects(LIGHT)),
]


def test_every_check_is_known_to_fail_on_something():
    all_checks = set().union(*map(checks.checks_for, ONE_OF_EACH_KIND))
    assert all_checks == {check for check, _, _ in BROKEN}


def test_every_check_is_exported():
    all_checks = set().union(*map(checks.checks_for, ONE_OF_EACH_KIND))
    names = {check.__name__ for check in all_checks}
    names |= {"check_estimator", "checks_for", "parametrize_with_checks"}
    assert names == set(checks.__all__)


@checks.parametrize_with_checks(ONE_OF_EACH_KIND)
def test_what_keeps_the_contract_passes(estimator, check):
    check(estimator)


class NeedsLogisticRegression(Detector):
    def _before(self, X, y, sample_weight, trusted):
        if not isinstance(self.estimator, (LogisticRegression, type(None))):
            raise TypeError("use LogisticRegression")
        return super()._before(X, y, sample_weight, trusted)


def test_what_refuses_the_estimator_of_the_check_judges_with_its_own():
    checks.check_text_passes_through("name", NeedsLogisticRegression())
    with pytest.raises(SkipTest, match="takes no estimator"):
        checks.check_text_passes_through(
            "name", NeedsLogisticRegression(LogisticRegression())
        )


class NoMetadata(BaseEstimator):
    """A detector of somebody else's, which takes X and y alone."""

    def fit(self, X, y):
        self.detector_ = ConfidentLearning(LogisticRegression()).fit(X, y)
        self.label_quality_ = self.detector_.label_quality_
        self.suspect_mask_ = self.detector_.suspect_mask_
        return self

    def score_samples(self, X, y=None):
        return self.detector_.score_samples(X, y)


@pytest.mark.parametrize(
    "check, estimator",
    [
        (checks.check_trusted_rows_are_left_alone, NoMetadata()),
        (checks.check_zero_weight_equals_absent_row, NoMetadata()),
        (checks.check_text_passes_through, NoMetadata()),
        (checks.check_labels_of_any_kind, ResidualDetector()),
        (checks.check_planted_errors_rank_lowest, CleansInScoreAlone()),
    ],
)
def test_check_is_skipped_where_it_does_not_apply(check, estimator):
    with pytest.raises(SkipTest):
        check(type(estimator).__name__, estimator)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_check_is_skipped_without_its_package(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    check = getattr(checks, f"check_{package}_passes_through")
    with pytest.raises(SkipTest, match=f"{package} is not installed"):
        check("Detector", Detector())


def test_check_estimator_raises_by_the_first_failure():
    with pytest.raises(AssertionError, match="map it to"):
        checks.check_estimator(QualityOutOfRange())


class BrokenForeigner(NoMetadata):
    def fit(self, X, y):
        super().fit(X, y)
        self.label_quality_ = 2 * self.label_quality_
        return self


def test_check_estimator_warns_of_failures_and_skips():
    with pytest.warns() as caught:
        checks.check_estimator(BrokenForeigner(), on_fail="warn")
    failed = [w for w in caught if w.category is EstimatorCheckFailedWarning]
    skipped = [w for w in caught if w.category is SkipTestWarning]
    assert "map it to" in str(failed[0].message)
    assert "takes no trusted" in str(skipped[0].message)


def test_check_estimator_knows_expected_failures():
    results = checks.check_estimator(
        QualityOutOfRange(),
        expected_failed_checks={"check_fitted_attributes": "percent are wanted"},
        on_fail=None,
    )
    by_name = {result["check_name"]: result for result in results}
    assert by_name["check_fitted_attributes"]["status"] == "xfail"
    assert "map it to" in str(by_name["check_fitted_attributes"]["exception"])
    assert by_name["check_params_stay_unchanged"]["status"] == "passed"


def test_check_estimator_names_its_options():
    with pytest.raises(ValueError, match="Did you mean 'raise'"):
        checks.check_estimator(Detector(), on_fail="raises")


def test_parametrize_marks_expected_failures():
    mark = checks.parametrize_with_checks(
        [Detector()],
        expected_failed_checks=lambda estimator: {
            "check_fitted_attributes": "for a reason"
        },
    )
    names, cases = mark.mark.args
    assert names == "estimator, check"
    first, second = cases[:2]
    assert [m.kwargs["reason"] for m in first.marks] == ["for a reason"]
    assert not second.marks
    assert first.id == "Detector()-check_fitted_attributes"


@pytest.mark.parametrize(
    "wrong, message",
    [(Detector, r"write Detector\(\)"), (Ridge, "Ridge"), (object(), "Checks are for")],
)
def test_checks_need_an_instance_of_a_known_kind(wrong, message):
    with pytest.raises(TypeError, match=message):
        checks.checks_for(wrong)
