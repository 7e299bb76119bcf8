# SPDX-License-Identifier: BSD-3-Clause
from functools import singledispatch

from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sknoisy.detection._join_on_use import join_on_use

JOINING = {"sklearn.ForestClassifier": "sklearn.base:is_classifier"}


def new_dispatch():
    @singledispatch
    def describe(estimator):
        return "unknown"

    return describe


def test_a_subclass_joins_when_it_is_first_met():
    describe = new_dispatch()
    assert join_on_use(describe, JOINING, RandomForestClassifier)
    assert describe(RandomForestClassifier()) is True
    assert not join_on_use(describe, JOINING, RandomForestClassifier)


def test_others_do_not_join():
    describe = new_dispatch()
    assert not join_on_use(describe, JOINING, LogisticRegression)
    assert describe(LogisticRegression()) == "unknown"
