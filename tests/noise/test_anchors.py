# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.noise import AnchorPoints
from sknoisy.noise._anchors import top_weights

T = np.array([[0.7, 0.2, 0.1], [0.0, 0.9, 0.1], [0.3, 0.1, 0.6]])


def noisy_posteriors(n_samples=3000, seed=0):
    """Posteriors of the given labels where each class has rows that are certain."""
    rng = np.random.default_rng(seed)
    clean = rng.dirichlet(np.full(3, 0.2), size=n_samples)
    pred_proba = clean @ T
    steps = np.cumsum(pred_proba, axis=1)
    y = (rng.random(n_samples)[:, None] > steps).sum(axis=1).clip(max=2)
    return y, pred_proba


@pytest.mark.parametrize("rule", ["top", "percentile", "max"])
def test_sure_rows_have_the_rows_of_the_matrix(rule):
    y, pred_proba = noisy_posteriors()
    model = AnchorPoints(rule=rule).fit(y, pred_proba)
    np.testing.assert_allclose(model.transition_matrix_, T, atol=0.02)


def test_percentile_is_the_value_below_that_of_numpy():
    y, pred_proba = noisy_posteriors(201)
    model = AnchorPoints(rule="percentile", share=0.03).fit(y, pred_proba)
    for k in range(3):
        column = pred_proba[:, k]
        limit = np.percentile(column, 97, method="higher")
        anchor = np.flatnonzero(column == column[column < limit].max())
        expected = pred_proba[anchor[0]]
        np.testing.assert_allclose(model.transition_matrix_[k], expected, rtol=1e-12)


def test_top_is_the_mean_of_the_most_probable_rows():
    y, pred_proba = noisy_posteriors(500)
    model = AnchorPoints(share=0.02).fit(y, pred_proba)
    best = np.argsort(pred_proba[:, 1])[-10:]
    expected = pred_proba[best].mean(axis=0)
    np.testing.assert_allclose(model.transition_matrix_[1], expected, rtol=1e-12)


@pytest.mark.parametrize("rule", ["top", "percentile", "max"])
def test_weights_repeat_rows(rule):
    y, pred_proba = noisy_posteriors(300)
    pred_proba = pred_proba.round(2)
    pred_proba[:, 2] = 1 - pred_proba[:, :2].sum(axis=1)
    weight = np.random.default_rng(1).integers(0, 4, size=300)
    repeat = np.repeat(np.arange(300), weight)
    model = AnchorPoints(rule=rule)
    weighted = model.fit(y, pred_proba, weight.astype(float)).transition_matrix_
    repeated = model.fit(y[repeat], pred_proba[repeat]).transition_matrix_
    np.testing.assert_allclose(weighted, repeated, atol=1e-12)


@pytest.mark.parametrize("rule", ["top", "percentile", "max"])
def test_rows_that_tie_are_averaged(rule):
    first = np.repeat([0.6, 0.2], 20)
    second = np.where(np.arange(40) % 2, 0.3, 0.1)
    pred_proba = np.column_stack([first, second, 1 - first - second])
    y = np.tile([0, 1, 2, 2], 10)
    order = np.random.default_rng(0).permutation(40)
    model = AnchorPoints(rule=rule)
    with pytest.warns(UserWarning):
        one = model.fit(y, pred_proba).transition_matrix_
    with pytest.warns(UserWarning):
        other = model.fit(y[order], pred_proba[order]).transition_matrix_
    np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(one[0], [0.6, 0.2, 0.2])


def test_top_takes_a_share_and_at_least_a_row():
    values, weight = np.array([3.0, 1.0, 2.0, 2.0]), np.ones(4)
    np.testing.assert_allclose(top_weights(values, weight, 0.01, 1), [1, 0, 0, 0])
    np.testing.assert_allclose(top_weights(values, weight, 0.5, 1), [1, 0, 0.5, 0.5])
    np.testing.assert_allclose(top_weights(values, weight, 1.0, 1), weight)


def test_a_share_that_is_none_is_refused():
    y, pred_proba = noisy_posteriors(30)
    with pytest.raises(ValueError, match="write 0.01 for 1 %"):
        AnchorPoints(share=1).fit(y, pred_proba)
    with pytest.raises(ValueError, match="Did you mean 'percentile'"):
        AnchorPoints(rule="percentil").fit(y, pred_proba)
