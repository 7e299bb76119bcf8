# SPDX-License-Identifier: BSD-3-Clause
"""Boosting that averages its rounds and merges equal rows."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from sknoisy.detection._averaged_boosting import AveragedBoosting
from tests.detection._evidence import planted


@pytest.fixture
def model():
    return AveragedBoosting(max_iter=20, min_samples_leaf=5, early_stopping=False)


def test_wrong_labels_show_in_sample(model):
    X, y, wrong = planted(200)
    own = model.fit(X, y).predict_proba(X)[np.arange(200), y]
    assert roc_auc_score(wrong, -own) > 0.95


def test_mean_of_the_rounds(model):
    X, y, _ = planted(60)
    plain = HistGradientBoostingClassifier(**model.get_params()).fit(X, y)
    mean = np.mean(list(plain.staged_predict_proba(X)), axis=0)
    np.testing.assert_allclose(model.fit(X, y).predict_proba(X), mean)
    np.testing.assert_array_equal(model.predict(X), mean.argmax(axis=1))


def test_order_does_not_matter(model):
    X, y, _ = planted(80)
    order = np.random.default_rng(0).permutation(80)
    other = clone(model).fit(X[order], y[order]).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), other)


def test_weight_of_two_equals_the_row_twice(model):
    X, y, _ = planted(80)
    weight = np.arange(80) % 2 + 1
    twice = np.repeat(np.arange(80), weight)
    other = clone(model).fit(X[twice], y[twice]).predict_proba(X)
    weighted = model.fit(X, y, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(weighted, other)


def test_equal_rows_keep_their_own_labels(model):
    X = np.repeat([[0.0], [1.0]], 40, axis=0)
    y = np.array(["a", "b"])[(np.arange(80) % 4 == 0).astype(int)]
    share = model.set_params(min_samples_leaf=1).fit(X, y).predict_proba(X)[:, 1]
    np.testing.assert_allclose(share, 0.25, atol=1e-6)


def test_bins_are_those_of_boosting():
    X, y, _ = planted(400)
    model = AveragedBoosting(max_iter=1, max_bins=16, early_stopping=False)
    plain = HistGradientBoostingClassifier(**model.get_params()).fit(X, y)
    new = X + 0.1
    np.testing.assert_allclose(
        model.fit(X, y).predict_proba(new), plain.predict_proba(new)
    )
