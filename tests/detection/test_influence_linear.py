# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB

from sknoisy.detection._influence_linear import linear_fit
from tests.detection.test_leave_one_out import overlapping

any_classes = pytest.mark.parametrize("n_classes", [2, 3])
any_intercept = pytest.mark.parametrize("fit_intercept", [True, False])


@any_classes
@any_intercept
def test_ridge_is_that_of_scikit_learn(n_classes, fit_intercept):
    X, y = overlapping(n_classes)
    weight = np.arange(len(y)) % 3 + 0.5
    ridge = RidgeClassifier(0.7, fit_intercept=fit_intercept)
    fit = linear_fit(ridge, None, X, y, weight)
    expected = clone(ridge).fit(X, y, weight).decision_function(X)
    values = fit.decision_values(fit.outputs(fit.design(X)))
    np.testing.assert_allclose(values, expected.reshape(values.shape), atol=1e-6)


@any_classes
@any_intercept
def test_logistic_regression_is_that_of_scikit_learn(n_classes, fit_intercept):
    X, y = overlapping(n_classes)
    model = LogisticRegression(
        C=0.2,
        fit_intercept=fit_intercept,
        class_weight="balanced",
        solver="newton-cholesky",
        tol=1e-9,
    )
    fit = linear_fit(model, None, X, y, None)
    expected = clone(model).fit(X, y).predict_proba(X)
    proba = fit.proba(fit.outputs(fit.design(X)))
    np.testing.assert_allclose(proba, expected, atol=1e-5)


@any_classes
def test_derivatives_are_those_of_the_loss(n_classes):
    X, y = overlapping(n_classes)
    fit = linear_fit(LogisticRegression(), None, X, y, None)
    outputs = fit.outputs(fit.design(X))
    proba = fit.proba(outputs)
    residual, curvature = fit.residual(proba, y), fit.curvature(proba)

    def loss(shift):
        shifted = fit.proba(outputs + shift[:, np.newaxis])
        return -np.log(shifted[np.arange(len(y)), y])

    def slope(shift):
        return fit.residual(fit.proba(outputs + shift[:, np.newaxis]), y)

    for k in range(residual.shape[1]):
        step = 1e-5 * (np.arange(residual.shape[1]) == k)
        by_loss = (loss(step) - loss(-step)) / 2e-5
        np.testing.assert_allclose(residual[:, k], by_loss, atol=1e-6)
        by_slope = (slope(step) - slope(-step)) / 2e-5
        np.testing.assert_allclose(curvature[:, :, k], by_slope, atol=1e-6)


def test_an_intercept_may_be_penalised():
    X, y = overlapping(2)
    free = linear_fit(LogisticRegression(C=0.01), None, X, y, None)
    bound = linear_fit(
        LogisticRegression(C=0.01), None, X, y, None, free_intercept=False
    )
    Z = np.column_stack([X, np.ones(len(X))])
    expected = LogisticRegression(C=0.01, fit_intercept=False, tol=1e-9).fit(Z, y)
    np.testing.assert_allclose(bound.coef[:, 0, 0], expected.coef_.ravel(), atol=1e-4)
    assert abs(bound.coef[-1, 0, 0]) < abs(free.coef[-1, 0, 0])


def test_other_classifiers_are_refused():
    X, y = overlapping(2)
    with pytest.raises(TypeError, match="GaussianNB has no closed form"):
        linear_fit(GaussianNB(), None, X, y, None)
