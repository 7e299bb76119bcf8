# SPDX-License-Identifier: BSD-3-Clause
"""Fitted classifiers that predict together."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from sknoisy.estimators.methods._average import AveragedClassifier
from tests._data import OnlyPredict, blobs

X, Y, _ = blobs(90, spread=2.0)
NAMES = np.array(["no", "so", "yes"])


def averaged(*members, names=NAMES):
    fitted = [each.fit(X, names[Y % len(names)]) for each in members]
    return AveragedClassifier(fitted, names)


def test_probabilities_are_averaged():
    pair = averaged(LogisticRegression(), GaussianNB())
    mean = sum(each.predict_proba(X) for each in pair.estimators) / 2
    assert_allclose(pair.predict_proba(X), mean)
    assert_allclose(np.exp(pair.predict_log_proba(X)), mean)
    assert_array_equal(pair.predict(X), NAMES[mean.argmax(axis=1)])
    assert_array_equal(pair.classes_, NAMES)


def test_decision_values_are_where_there_is_nothing_else():
    pair = averaged(LinearSVC(C=1.0), LinearSVC(C=0.01))
    mean = sum(each.decision_function(X) for each in pair.estimators) / 2
    assert_allclose(pair.decision_function(X), mean)
    assert_array_equal(pair.predict(X), NAMES[mean.argmax(axis=1)])


def test_two_classes_have_one_decision_value():
    pair = averaged(LogisticRegression(), LogisticRegression(C=0.1), names=NAMES[:2])
    values = pair.decision_function(X)
    assert values.shape == (90,)
    assert_array_equal(values > 0, pair.predict(X) == "so")


def test_votes_are_counted_where_members_predict_alone():
    three = averaged(OnlyPredict(), OnlyPredict(), OnlyPredict())
    assert_array_equal(three.predict(X), three.estimators[0].predict(X))


def test_a_class_that_a_member_has_not_seen_has_no_probability_by_it():
    seen = GaussianNB().fit(X[Y < 2], NAMES[Y[Y < 2]])
    whole = GaussianNB().fit(X, NAMES[Y])
    mean = AveragedClassifier([seen, whole], NAMES).predict_proba(X)
    assert_allclose(mean[:, 2], whole.predict_proba(X)[:, 2] / 2)


@pytest.mark.parametrize(
    ("member", "lacks"),
    [
        (KNeighborsClassifier(), ["predict_log_proba", "decision_function"]),
        (LinearSVC(), ["predict_proba", "predict_log_proba"]),
        (GaussianNB(), ["decision_function"]),
    ],
)
def test_it_offers_no_more_than_its_members(member, lacks):
    whole = averaged(member)
    for name in ("predict_proba", "predict_log_proba", "decision_function"):
        assert hasattr(whole, name) == (name not in lacks)
