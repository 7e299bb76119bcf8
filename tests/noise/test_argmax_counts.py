# SPDX-License-Identifier: BSD-3-Clause
import warnings

import numpy as np
import pytest

from sknoisy.exceptions import RareClassWarning
from sknoisy.noise import ArgmaxCounts, DualT

T = np.array([[0.8, 0.2], [0.3, 0.7]])


def sure_predictions(n_samples=4000, seed=0, confidence=0.99):
    """Rows whose true class is predicted, and labels with noise."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, size=n_samples)
    y = np.where(rng.random(n_samples) < T[truth, truth], truth, 1 - truth)
    one = np.where(truth == 1, confidence, 1 - confidence)
    return y, np.column_stack([1 - one, one])


def test_counts_of_right_predictions_are_the_noise():
    y, pred_proba = sure_predictions()
    model = ArgmaxCounts().fit(y, pred_proba)
    np.testing.assert_allclose(model.transition_matrix_, T, atol=0.03)
    assert model.counts_.sum() == 4000
    np.testing.assert_allclose(model.class_prior_, [0.5, 0.5], atol=0.03)
    assert model.noise_rate_ == pytest.approx(0.25, abs=0.02)


def test_a_label_that_ties_is_the_predicted_one():
    y = np.repeat([0, 1], 10)
    model = ArgmaxCounts().fit(y, np.full((20, 2), 0.5))
    np.testing.assert_array_equal(model.counts_, [[10, 0], [0, 10]])


def test_two_factors_state_the_noise_twice_unless_overconfident():
    y, pred_proba = sure_predictions()
    overconfident = DualT().fit(y, pred_proba)
    np.testing.assert_allclose(overconfident.transition_matrix_, T, atol=0.04)
    calibrated = np.where(pred_proba[:, :1] > 0.5, T[0], T[1])
    twice = DualT().fit(y, calibrated)
    np.testing.assert_allclose(twice.transition_matrix_, T @ T, atol=0.04)
    np.testing.assert_allclose(twice.anchor_matrix_, T)
    np.testing.assert_allclose(twice.count_matrix_, T, atol=0.03)


@pytest.mark.parametrize("estimator", [ArgmaxCounts(), DualT()])
def test_a_class_that_is_never_predicted_counts_as_clean(estimator):
    y = np.repeat([0, 1, 2], [40, 40, 2])
    pred_proba = np.tile([0.5, 0.4, 0.1], (82, 1))
    pred_proba[40:] = [0.3, 0.6, 0.1]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = estimator.fit(y, pred_proba)
    assert any(issubclass(one.category, RareClassWarning) for one in caught)
    matrix = getattr(model, "count_matrix_", model.transition_matrix_)
    np.testing.assert_array_equal(matrix[2], [0, 0, 1])
