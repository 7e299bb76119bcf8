# SPDX-License-Identifier: BSD-3-Clause
"""Outlier noise falls on rows that stand apart, at the rate asked for."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sknoisy.noise import inject_outlier_noise

X = np.random.default_rng(0).normal(size=(2000, 3))
Y = np.arange(2000) % 3


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("seed", [0, 1])
def test_rate_and_report(rate, seed):
    noisy = inject_outlier_noise(X, Y, rate, random_state=seed)
    assert abs(noisy.noise_rate - rate) < 4 * np.sqrt(rate * (1 - rate) / 2000) + 1e-9
    np.testing.assert_array_equal(noisy.flipped, noisy.y != Y)
    counts = np.bincount(Y)
    wrong = counts @ (1 - np.diag(noisy.transition_matrix)) / len(Y)
    assert wrong == pytest.approx(rate)


def test_rows_that_stand_apart_are_mislabelled():
    noisy = inject_outlier_noise(X, Y, 0.05, bandwidth=0.05, random_state=0)
    distance = np.linalg.norm(X, axis=1)
    assert np.quantile(distance[noisy.flipped], 0.1) > np.median(distance)


def test_wider_bandwidth_reaches_further():
    distance = np.linalg.norm(X, axis=1)
    narrow, wide = (
        inject_outlier_noise(X, Y, 0.1, bandwidth=bandwidth, random_state=0).flipped
        for bandwidth in (0.1, 1.0)
    )
    assert distance[narrow].mean() > distance[wide].mean() + 0.3


@pytest.mark.parametrize("container", [sparse.csr_matrix, pd.DataFrame])
def test_containers_and_string_labels(container):
    names = np.array(["p", "q", "r"])
    noisy = inject_outlier_noise(container(X[:300]), names[Y[:300]], 0.2)
    assert 0.05 < noisy.noise_rate < 0.4
    assert set(noisy.y) == set(names)


def test_same_seed_same_noise():
    first, again, other = (
        inject_outlier_noise(X[:300], Y[:300], 0.2, random_state=seed).y
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bandwidth": 0}, "bandwidth must be positive"),
        ({"noise_rate": 0.95}, "raise it or lower the rate"),
        ({"y": [0, 1]}, "X has 2000 rows but y has 2"),
    ],
)
def test_bad_input_is_refused_with_the_fix(change, message):
    arguments = {"X": X, "y": Y, "noise_rate": 0.1} | change
    with pytest.raises(ValueError, match=message):
        inject_outlier_noise(**arguments)
