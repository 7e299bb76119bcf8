# SPDX-License-Identifier: BSD-3-Clause
"""A fit starts from a clean slate, and one that raises leaves none of its own."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from sknoisy import CleanThenFit, DropSuspects, LabelDetector, NoiseRobustClassifier
from sknoisy.threshold import ConfidentCounts
from sknoisy.utils._fresh_fit import fresh_fit


class Learner(BaseEstimator):
    def __init__(self, param=1):
        self.param = param


def test_what_was_learned_is_forgotten_and_the_rest_is_kept():
    learner = Learner()
    learner.learned_ = 1
    learner._private = 2
    learner.dunder__ = 3
    with fresh_fit(learner):
        assert vars(learner) == {"param": 1, "_private": 2, "dunder__": 3}
        learner.other_ = 4
    assert vars(learner) == {"param": 1, "_private": 2, "dunder__": 3, "other_": 4}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_was_learned_comes_back_after_an_error(error):
    learner = Learner()
    learner.learned_ = first = object()
    with pytest.raises(error), fresh_fit(learner):
        learner.learned_ = learner.other_ = learner._private = None
        raise error
    assert vars(learner) == {"param": 1, "learned_": first}


X = np.arange(40.0).reshape(20, 2)
Y = np.repeat([0, 1], 10)


@pytest.mark.parametrize(
    "estimator",
    [
        LabelDetector(),
        DropSuspects(),
        CleanThenFit(LogisticRegression()),
        NoiseRobustClassifier(LogisticRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_failed_fit_does_not_count_as_fitted(estimator):
    with pytest.raises(ValueError, match="inconsistent"):
        estimator.fit(X, Y[:-1])
    assert not hasattr(estimator, "n_features_in_")
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)


def test_a_threshold_that_fails_is_not_fitted():
    threshold = ConfidentCounts()
    with pytest.raises(ValueError, match="pred_proba"):
        threshold.fit(np.ones(20), Y)
    with pytest.raises(NotFittedError):
        threshold.suspects(np.ones(20), Y)


def test_parts_of_other_parameters_do_not_outlive_a_second_fit():
    detector = LabelDetector(threshold="mixture").fit(X, Y)
    detector.earlier_ = True
    assert not hasattr(detector.fit(X, Y), "earlier_")
