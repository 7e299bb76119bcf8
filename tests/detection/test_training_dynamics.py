# SPDX-License-Identifier: BSD-3-Clause
"""The contract of detectors, kept by those that watch a training."""

import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    parametrize_with_checks as parametrize_with_sklearn_checks,
)
from threadpoolctl import threadpool_limits

from sknoisy import CleanThenFit, DropSuspects
from sknoisy.base import with_default_estimator
from sknoisy.detection import (
    AreaUnderMargin,
    DatasetCartography,
    ForgettingEvents,
    LabelDetector,
    SmallLoss,
    Stage,
    Staged,
    stages,
)
from sknoisy.utils.estimator_checks import parametrize_with_checks
from sknoisy.utils.estimator_checks._inner import ContainerClassifier
from tests._data import blobs


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Fits this small take longer on several threads."""
    with threadpool_limits(1):
        yield


@pytest.fixture(autouse=True)
def staged_containers():
    """Let the classifier of the checks join, which sees what container X is."""

    def in_two_stages(estimator, X, y, *, sample_weight=None, judged=None, n_epochs=1):
        model = clone(estimator).fit(X, y, sample_weight)
        for _ in range(2):
            pred_proba = model.predict_proba(X if judged is None else judged)
            yield Stage(model, pred_proba=pred_proba)

    stages.register(ContainerClassifier, in_two_stages)
    yield
    stages.register(ContainerClassifier, stages.dispatch(object))


DYNAMICS = (AreaUnderMargin, DatasetCartography, ForgettingEvents)
DETECTORS = [
    AreaUnderMargin(make_pipeline(StandardScaler(), SGDClassifier()), threshold=0.5),
    DatasetCartography(cv=3),
    LabelDetector(Staged(), label_score="logit_margin"),
    SmallLoss(LogisticRegression(), cv=None, threshold="mixture"),
]


def expected_failures(estimator):
    failures = {}
    if not isinstance(estimator, SmallLoss):
        name = "check_integer_weights_equal_repeated_rows"
        failures[name] = "bins, leaves and epochs count rows, not weights"
    return failures


@parametrize_with_checks(DETECTORS, expected_failed_checks=expected_failures)
def test_keeps_the_contract(estimator, check):
    check(estimator)


@parametrize_with_sklearn_checks(
    [AreaUnderMargin(SGDClassifier()), AreaUnderMargin(threshold_samples=True)]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("part", DYNAMICS)
def test_wrappers_lend_their_estimator_if_it_has_stages(part):
    assert with_default_estimator(part(), LogisticRegression()).estimator is None
    lent = with_default_estimator(part(), SGDClassifier()).estimator
    assert isinstance(lent, SGDClassifier)
    X, y, _ = blobs(60, 2, noise=0.1)
    clf = CleanThenFit(LogisticRegression(), DropSuspects(part())).fit(X, y)
    assert clf.label_quality_.shape == (60,)


@pytest.mark.parametrize("part", DYNAMICS)
def test_clone_and_params(part):
    params = {"max_stages": 3, "n_epochs": 5, "cv": 2, "threshold": 0.4}
    detector = clone(part(**params))
    assert {name: getattr(detector, name) for name in params} == params
    X, y, _ = blobs(60, 3, noise=0.1)
    assert len(detector.fit(X, y).scheme_.models_) == 2
