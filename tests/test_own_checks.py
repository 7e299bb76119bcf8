# SPDX-License-Identifier: BSD-3-Clause
"""The published checks, on every kind of part and on the parts put together."""

from itertools import product

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from sknoisy import (
    AutoDetector,
    CleanThenFit,
    ConfidentLearning,
    DropSuspects,
    LabelDetector,
    NoiseRobustClassifier,
    RelabelSuspects,
    ReweightSuspects,
)
from sknoisy.detection import (
    InSample,
    OutOfFold,
    ResidualDetector,
)
from sknoisy.detection._filters import FILTERS
from sknoisy.detection._label_scores import LABEL_SCORES
from sknoisy.detection._training_dynamics import TrainingDynamicsDetector
from sknoisy.estimators._robust_targets import METHODS
from sknoisy.threshold import THRESHOLDS
from sknoisy.utils.estimator_checks import (
    check_estimator,
    check_failed_fit_leaves_no_trace,
    check_flipped_labels_are_told_apart,
    check_integer_weights_equal_repeated_rows,
    check_permuted_rows_give_permuted_scores,
    check_planted_errors_rank_lowest,
    check_zero_weight_equals_absent_row,
    parametrize_with_checks,
)
from tests._parts import (
    LIGHT,
    long_defaults_that_fit_rows,
    quick_parts_that_fit_rows,
    skip_what_ties_decide,
)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Fits this small take longer on several threads."""
    with threadpool_limits(1):
        yield


DROP = DropSuspects(LIGHT)

SCHEMES = [
    OutOfFold(LogisticRegression(), cv=3, n_repeats=2, random_state=0),
    InSample(GaussianNB()),
]
DETECTORS = [
    *(LabelDetector(scheme) for scheme in SCHEMES),
    *(LabelDetector(label_score=score) for score in LABEL_SCORES),
    *(LabelDetector(threshold=threshold) for threshold in [*THRESHOLDS, 0.3]),
    *(LabelDetector(SCHEMES[0], aggregate=a) for a in ("minimum", "maximum")),
    *(ConfidentLearning(filter_by=name) for name in FILTERS),
    ConfidentLearning(threshold="mixture"),
    ConfidentLearning(make_pipeline(StandardScaler(), LogisticRegression())),
    ConfidentLearning(KNeighborsClassifier()),
    ConfidentLearning(LinearSVC(dual=False)),
    ResidualDetector(Ridge(alpha=0.1), threshold="mixture", cv=3),
]
CLEANERS = [
    RelabelSuspects(LIGHT, otherwise="drop", min_confidence=0.9),
    ReweightSuspects(LIGHT, scope="all", min_weight=0.1),
    *(
        cleaner(LabelDetector(SCHEMES[0], threshold="mixture"))
        for cleaner in (DropSuspects, RelabelSuspects, ReweightSuspects)
    ),
    DropSuspects(LIGHT, max_fraction=0.05, min_samples_per_class=3),
    DropSuspects(ResidualDetector()),
    ReweightSuspects(ResidualDetector()),
]
ROBUST = [
    *(
        CleanThenFit(LogisticRegression(), cleaner)
        for cleaner in (DROP, RelabelSuspects(LIGHT), ReweightSuspects(LIGHT))
    ),
    CleanThenFit(make_pipeline(StandardScaler(), LogisticRegression()), DROP),
    CleanThenFit(KNeighborsClassifier(), DROP),
    CleanThenFit(LinearSVC(dual=False), DROP),
    CleanThenFit(DecisionTreeClassifier(random_state=0), DROP),
    CleanThenFit(Ridge()),
    CleanThenFit(Ridge(), ReweightSuspects(ResidualDetector())),
    *(
        NoiseRobustClassifier(
            LogisticRegression(), method=method, min_gain=min_gain, detector=LIGHT
        )
        for method, min_gain in product(("soft", "reweight"), (1.0, None))
    ),
    NoiseRobustClassifier(KNeighborsClassifier(), detector=LIGHT),
    NoiseRobustClassifier(LinearSVC(dual=False), detector=LIGHT),
]
BOOSTED = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5)
BOOSTING = [
    ConfidentLearning(BOOSTED),
    CleanThenFit(BOOSTED, DROP),
    NoiseRobustClassifier(BOOSTED, detector=LIGHT),
]


def leaves_count_rows(estimator):
    reason = "HistGradientBoosting counts rows, not weights, in bins and leaves"
    return {"check_integer_weights_equal_repeated_rows": reason}


def taught_by_boosting(estimator):
    """Say what fails where a classifier without stages is taught by boosting."""
    return leaves_count_rows(estimator) if estimator.method == "early_learning" else {}


def reasons_of_parts(estimator):
    """Say what parts with few rounds fail; the default `AutoDetector` does not."""
    if isinstance(estimator, TrainingDynamicsDetector):
        return leaves_count_rows(estimator)
    if isinstance(estimator, AutoDetector):
        reason = "a low budget has no use for the estimator, even one that refuses"
        return {"check_failed_fit_leaves_no_trace": reason}
    return {}


@parametrize_with_checks(
    quick_parts_that_fit_rows(), expected_failed_checks=reasons_of_parts
)
def test_every_part(estimator, check):
    skip_what_ties_decide(estimator, check)
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        check_failed_fit_leaves_no_trace,
        check_flipped_labels_are_told_apart,
        check_integer_weights_equal_repeated_rows,
        check_permuted_rows_give_permuted_scores,
        check_planted_errors_rank_lowest,
        check_zero_weight_equals_absent_row,
    ],
    ids=lambda check: check.__name__,
)
@pytest.mark.parametrize(
    "estimator", long_defaults_that_fit_rows(), ids=lambda each: type(each).__name__
)
def test_what_many_rounds_could_spoil(estimator, check):
    check(type(estimator).__name__, estimator)


@parametrize_with_checks(DETECTORS)
def test_detectors(estimator, check):
    check(estimator)


@parametrize_with_checks(CLEANERS)
def test_cleaners(estimator, check):
    check(estimator)


@parametrize_with_checks(ROBUST)
def test_robust_estimators(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [
        NoiseRobustClassifier(
            LogisticRegression(), method=method, min_gain=None, detector=LIGHT
        )
        for method in sorted(set(METHODS) - {"soft", "reweight"})
    ],
    expected_failed_checks=taught_by_boosting,
)
def test_methods(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(BOOSTING, expected_failed_checks=leaves_count_rows)
def test_around_boosting(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "estimator",
    [
        LabelDetector(),
        ResidualDetector(),
        DROP,
        CleanThenFit(cleaner=DROP),
        NoiseRobustClassifier(detector=LIGHT),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_no_check_is_skipped(estimator):
    results = check_estimator(estimator, on_skip=None)
    assert {result["status"] for result in results} == {"passed"}
