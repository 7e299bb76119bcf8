# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from sknoisy.detection._fold_ridge import FoldRidge, fold_model
from sknoisy.utils._labelled_rows import LabelledRows
from tests._data import blobs
from tests.detection._evidence import rows_of


def test_ridge_in_closed_form_is_that_of_scikit_learn():
    X, y = make_classification(80, 4, random_state=0)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 80)
    rows = LabelledRows(X, y, y, np.unique(y), weight)
    test = np.arange(80) % 4 == 1
    train = np.flatnonzero(~test)
    folds = [(train, np.flatnonzero(test)), (np.flatnonzero(test), train)]
    pred_proba = FoldRidge(rows).out_of_fold(folds)
    Z = StandardScaler().fit(X, sample_weight=weight).transform(X)
    ridge = Ridge(1.0).fit(Z[train], np.eye(2)[y[train]], sample_weight=weight[train])
    expected = np.clip(ridge.predict(Z[test]), 0, 1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(pred_proba[test], expected, atol=1e-8)


@pytest.mark.parametrize("estimator", [None, GaussianNB()])
def test_a_model_of_folds_predicts_new_rows_too(estimator):
    X, y, _ = blobs(60, 3)
    fold = np.arange(60) % 2 == 0
    halves = np.flatnonzero(fold), np.flatnonzero(~fold)
    model = fold_model(estimator, rows_of(X, y), None)
    for pred_proba in (
        model.out_of_fold([halves, halves[::-1]]),
        model.finish().predict_proba(X),
    ):
        assert pred_proba.shape == (60, 3)
        np.testing.assert_allclose(pred_proba.sum(axis=1), 1.0)
        assert (pred_proba.argmax(axis=1) == y).mean() > 0.95
