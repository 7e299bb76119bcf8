# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.stats import binom

from sknoisy.noise import (
    HOC,
    ArgmaxCounts,
    GoldLossCorrection,
    counts_interval,
    transition_interval,
)
from tests._data import blobs

T = np.array([[0.8, 0.2], [0.3, 0.7]])


def labels(n_samples, seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, size=n_samples)
    y = np.where(rng.random(n_samples) < T[truth, truth], truth, 1 - truth)
    return y, np.eye(2)[truth] * 0.9 + 0.05


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = 0
    for seed in range(40):
        y, pred_proba = labels(200, seed)
        interval = transition_interval(
            ArgmaxCounts(),
            y,
            pred_proba,
            confidence=0.9,
            n_resamples=50,
            random_state=0,
        )
        low, high = interval.transition_matrix
        held += low[0, 1] <= T[0, 1] <= high[0, 1]
    assert binom.ppf(0.001, 40, 0.87) <= held <= binom.ppf(0.999, 40, 0.93)


def test_shapes_and_draws():
    y, pred_proba = labels(100, 0)
    interval = transition_interval(
        ArgmaxCounts(), y, pred_proba, n_resamples=20, random_state=0
    )
    assert interval.transition_matrix.shape == (2, 2, 2)
    assert interval.class_prior.shape == (2, 2)
    assert interval.matrices.shape == (20, 2, 2)
    assert interval.priors.shape == (20, 2)
    assert interval.noise_rate[0] < interval.noise_rate[1]
    again = transition_interval(
        ArgmaxCounts(), y, pred_proba, n_resamples=20, random_state=0
    )
    np.testing.assert_array_equal(interval.matrices, again.matrices)


def test_more_weight_is_more_certain():
    y, pred_proba = labels(200, 0)
    widths = []
    for weight in (None, np.full(200, 9.0)):
        interval = transition_interval(
            ArgmaxCounts(), y, pred_proba, weight, n_resamples=100, random_state=0
        )
        widths.append(np.diff(interval.noise_rate)[0])
    assert widths[0] / widths[1] == pytest.approx(3, rel=0.3)


def test_what_else_fit_takes_is_passed_on():
    X, y, _ = blobs(150, noise=0.2)
    interval = transition_interval(HOC(), y, n_resamples=5, random_state=0, X=X)
    assert interval.matrices.shape == (5, 3, 3)
    given, _ = labels(100, 0)
    interval = transition_interval(
        GoldLossCorrection(),
        given,
        n_resamples=5,
        random_state=0,
        trusted=np.ones(100, dtype=bool),
        given_labels=given,
    )
    np.testing.assert_allclose(interval.transition_matrix[0], np.eye(2))


@pytest.mark.parametrize("method", ["wilson", "dirichlet"])
def test_intervals_of_counts_hold_the_truth(method):
    rng = np.random.default_rng(0)
    row = np.array([0.7, 0.2, 0.1])
    counts = rng.multinomial(30, row, size=4000)
    low, high = counts_interval(counts, confidence=0.9, method=method)
    held = ((low <= row) & (row <= high)).mean(axis=0)
    np.testing.assert_allclose(held, 0.9, atol=0.05)


def test_bounds_of_shares_of_none_and_all():
    low, high = counts_interval([[10, 0], [0, 0]])
    assert low[0, 1] == 0 and high[0, 0] == 1
    # As published: z ** 2 / (n + z ** 2).
    assert high[0, 1] == pytest.approx(0.2775, abs=1e-4)
    np.testing.assert_allclose([low[1], high[1]], [[0, 0], [1, 1]], atol=1e-9)


def test_errors_name_the_fix():
    y, pred_proba = labels(50, 0)
    with pytest.raises(ValueError, match="write 0.95 for 95 %"):
        transition_interval(ArgmaxCounts(), y, pred_proba, confidence=95)
    with pytest.raises(ValueError, match="n_resamples"):
        transition_interval(ArgmaxCounts(), y, pred_proba, n_resamples=1)
    with pytest.raises(ValueError, match="0 or more"):
        counts_interval([[1, -1], [0, 2]])
    with pytest.raises(ValueError, match="Did you mean 'wilson'"):
        counts_interval(np.eye(2), method="wilsons")
