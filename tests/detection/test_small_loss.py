# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB

from sknoisy.base import with_default_estimator
from sknoisy.detection import SmallLoss
from sknoisy.utils import cross_fit_proba
from tests._data import blobs
from tests.detection._evidence import found


def test_quality_is_exp_of_minus_the_loss():
    X, y, _ = blobs(60, 3, noise=0.1)
    detector = SmallLoss(GaussianNB(), cv=None).fit(X, y)
    loss = -np.log(detector.label_quality_)
    expected = log_loss(y, GaussianNB().fit(X, y).predict_proba(X))
    np.testing.assert_allclose(loss.mean(), expected)


def test_losses_are_out_of_fold_by_default():
    X, y, _ = blobs(60, 3, noise=0.1)
    detector = SmallLoss(LogisticRegression(), cv=3).fit(X, y)
    proba = cross_fit_proba(LogisticRegression(), X, y, cv=3).pred_proba
    np.testing.assert_allclose(detector.label_quality_, proba[np.arange(60), y])


@pytest.mark.parametrize("cv", [None, 5])
def test_planted_errors_are_found(cv):
    X, given, truth = blobs(200, 3, noise=0.1)
    assert found(SmallLoss(cv=cv).fit(X, given), given != truth) > 0.95


def test_wrappers_lend_their_estimator():
    lent = with_default_estimator(SmallLoss(), RandomForestClassifier())
    assert isinstance(lent.estimator, RandomForestClassifier)
    own = with_default_estimator(SmallLoss(GaussianNB()), RandomForestClassifier())
    assert isinstance(own.estimator, GaussianNB)
