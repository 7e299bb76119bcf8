# SPDX-License-Identifier: BSD-3-Clause
"""Validation on verified labels alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.naive_bayes import GaussianNB

from sknoisy.model_selection import TrustedSplit


@given(st.integers(0, 100), st.integers(2, 5))
def test_each_trusted_row_is_tested_once_and_others_always_train(seed, n_folds):
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=80)
    trusted = rng.random(80) < 0.4
    trusted[:10], y[:10] = True, np.tile([0, 1], 5)
    tested = np.zeros(80, dtype=int)
    splitter = TrustedSplit(n_folds)
    folds = list(splitter.split(np.zeros((80, 1)), y, groups=trusted))
    for train, test in folds:
        assert trusted[test].all()
        assert np.isin(np.flatnonzero(~trusted), train).all()
        assert np.array_equal(np.sort(np.r_[train, test]), np.arange(80))
        tested[test] += 1
    assert np.array_equal(tested, trusted)
    assert len(folds) == splitter.get_n_splits() == n_folds


def test_folds_of_trusted_rows_are_stratified():
    y, trusted = np.repeat([0, 1], [90, 10]), np.tile([True, False], 50)
    for _, test in TrustedSplit(5, trusted=trusted).split(y, y):
        assert y[test].sum() == 1


@pytest.mark.parametrize("cv", [KFold(4), StratifiedKFold(4, shuffle=True)])
def test_any_splitter_may_split_the_trusted_rows(cv):
    y, trusted = np.tile([0, 1], 20), np.arange(40) < 16
    folds = list(TrustedSplit(cv, trusted=trusted).split(y, y))
    assert len(folds) == 4
    assert all(len(test) == 4 and test.max() < 16 for _, test in folds)


def test_groups_keep_their_meaning_where_the_mask_is_known():
    y, groups = np.tile([0, 1], 20), np.repeat(np.arange(10), 4)
    trusted = np.tile([True, True, False, False], 10)
    splitter = TrustedSplit(GroupKFold(5), trusted=trusted)
    assert splitter.get_n_splits(y, y, groups) == 5
    for train, test in splitter.split(y, y, groups):
        assert not np.intersect1d(groups[train], groups[test]).size
        assert len(train) == 32


class SeesTrusted(ClassifierMixin, BaseEstimator):
    """Classifier that wants to know which rows are trusted."""

    def __init__(self, level=0):
        self.level = level

    def fit(self, X, y, trusted=None):
        self.classes_ = np.unique(y)
        self.n_trusted_ = np.count_nonzero(trusted)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[self.level])


@pytest.fixture(scope="module")
def task():
    X, y = make_classification(300, random_state=0)
    trusted = np.arange(300) % 3 == 0
    wrong = ~trusted & (np.arange(300) % 2 == 0)
    return X, np.where(wrong, 1 - y, y), trusted


def test_in_a_search_and_in_cross_validation(task):
    X, y, trusted = task
    grid = {"var_smoothing": [1e-9, 1.0]}
    by_groups = GridSearchCV(GaussianNB(), grid, cv=TrustedSplit(3))
    by_groups.fit(X, y, groups=trusted)
    by_mask = GridSearchCV(GaussianNB(), grid, cv=TrustedSplit(3, trusted=trusted))
    by_mask.fit(X, y)
    assert by_groups.best_score_ == by_mask.best_score_
    assert by_groups.n_splits_ == 3
    scores = cross_val_score(
        GaussianNB(), X, y, groups=trusted, cv=TrustedSplit(3), scoring="accuracy"
    )
    untrusted = cross_val_score(GaussianNB(), X, y, cv=3)
    assert scores.mean() > untrusted.mean()


def test_the_mask_goes_by_metadata_routing(task):
    X, y, trusted = task
    grid = {"var_smoothing": [1e-9, 1.0]}
    expected = GridSearchCV(GaussianNB(), grid, cv=TrustedSplit(3, trusted=trusted))
    expected.fit(X, y)
    with config_context(enable_metadata_routing=True):
        by_groups = GridSearchCV(GaussianNB(), grid, cv=TrustedSplit(3))
        by_groups.fit(X, y, groups=trusted)
        splitter = TrustedSplit(3).set_split_request(trusted=True, groups=False)
        inner = SeesTrusted().set_fit_request(trusted=True)
        by_name = GridSearchCV(inner, {"level": [0, 1]}, cv=splitter)
        by_name.fit(X, y, trusted=trusted)
    assert by_groups.best_score_ == expected.best_score_
    # The same mask has told the estimator, and one fit saw all rows.
    assert by_name.best_estimator_.n_trusted_ == trusted.sum()
    assert 0.4 < by_name.best_score_ < 0.6


@pytest.mark.parametrize(
    ("trusted", "message"),
    [
        (None, "does not know which rows"),
        (np.zeros(20, dtype=bool), r"0 row\(s\) are trusted"),
        (np.ones(19, dtype=bool), "19 entries, but X has 20 rows"),
        (np.arange(20), "mask of True and False"),
    ],
)
def test_a_mask_that_cannot_be_used_is_refused_with_the_fix(trusted, message):
    y = np.tile([0, 1], 10)
    with pytest.raises(ValueError, match=message):
        list(TrustedSplit().split(y, y, groups=trusted))
    if trusted is not None:
        with pytest.raises(ValueError, match=message):
            list(TrustedSplit(trusted=trusted).split(y, y))
