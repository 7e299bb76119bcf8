# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn import config_context

from sknoisy.detection import outre_quality

Y = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 30])
PREDICTIONS = np.array([1.1, 1.9, 3.2, 4.1, 4.8, 6.2, 6.9, 8.3, 9.1, 10])


def noisy_targets(n_samples, seed):
    rng = np.random.default_rng(seed)
    predictions = rng.normal(size=n_samples)
    y = predictions + 0.1 * rng.normal(size=n_samples)
    y[:3] += 4
    return y, predictions


def test_known_values():
    np.testing.assert_allclose(
        outre_quality(Y, PREDICTIONS),
        [0.3203, 0.3882, 0.4215, 0.4484, 0.3554, 0.392, 0.3808, 0.335, 0.3089, 0.0],
        atol=5e-5,
    )


@pytest.mark.parametrize("n_samples", [7, 40, 300])
def test_agrees_with_cleanlab(n_samples):
    rank = pytest.importorskip("cleanlab.regression.rank")
    y, predictions = noisy_targets(n_samples, seed=n_samples)
    np.testing.assert_allclose(
        outre_quality(y, predictions),
        rank.get_label_quality_scores(y, predictions, method="outre"),
        atol=1e-9,
    )


def test_planted_errors_are_worst():
    y, predictions = noisy_targets(200, seed=0)
    assert set(outre_quality(y, predictions).argsort()[:3]) == {0, 1, 2}


def test_a_bias_that_many_rows_share_is_not_held_against_them():
    rng = np.random.default_rng(0)
    y = np.sort(rng.normal(size=100))
    predictions = y + 0.05 * rng.normal(size=100) + np.where(y > 0, 1.0, 0.0)
    quality = outre_quality(y, predictions)
    assert quality[y > 0].mean() > 0.2
    assert np.exp(-np.abs(y - predictions) / 0.05)[y > 0].max() < 1e-3


def test_units_do_not_matter():
    y, predictions = noisy_targets(60, seed=1)
    expected = outre_quality(y, predictions)
    np.testing.assert_allclose(outre_quality(7 * y - 3, 7 * predictions - 3), expected)


def test_rows_may_come_in_any_order_and_in_blocks():
    y, predictions = noisy_targets(3000, seed=2)
    expected = outre_quality(y, predictions)
    order = np.random.default_rng(0).permutation(3000)
    with config_context(working_memory=1):
        shuffled = outre_quality(y[order], predictions[order])
    np.testing.assert_allclose(shuffled, expected[order])


@pytest.mark.parametrize(
    ("y", "predictions"), [(np.ones(6), np.ones(6)), ([3.0], [3.0])]
)
def test_rows_that_cannot_be_told_apart_are_trustworthy(y, predictions):
    np.testing.assert_array_equal(outre_quality(y, predictions), 1)


def test_parameters_change_the_scale_and_the_neighbourhood():
    base = outre_quality(Y, PREDICTIONS)
    assert (outre_quality(Y, PREDICTIONS, residual_scale=1) != base).any()
    assert (outre_quality(Y, PREDICTIONS, neighbors=0.2) != base).any()


@pytest.mark.parametrize(
    ("y", "predictions", "message"),
    [
        (Y, PREDICTIONS[:4], "inconsistent numbers of samples"),
        (Y[:, None], PREDICTIONS[:, None], "one number a row.*ravel"),
        (np.where(Y > 8, np.nan, Y), PREDICTIONS, "y contains NaN"),
        (Y, np.where(Y > 8, np.inf, PREDICTIONS), "predictions contains infinity"),
    ],
)
def test_unusable_targets_are_refused(y, predictions, message):
    with pytest.raises(ValueError, match=message):
        outre_quality(y, predictions)


@pytest.mark.parametrize("neighbors", [0, 1.5, -1])
def test_neighbors_must_be_a_share(neighbors):
    with pytest.raises(ValueError, match=r"share of the rows in \(0, 1\]"):
        outre_quality(Y, PREDICTIONS, neighbors=neighbors)
