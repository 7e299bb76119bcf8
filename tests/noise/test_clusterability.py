# SPDX-License-Identifier: BSD-3-Clause
"""High-order consensuses: counted right, and solved for the noise behind them."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import softmax

from sknoisy.noise import _clusterability
from sknoisy.noise._clusterability import (
    Consensuses,
    _misfit,
    count_consensuses,
    solve_consensuses,
)

NOISE = np.array(
    [
        [0.6, 0.2, 0.1, 0.1],
        [0.1, 0.7, 0.1, 0.1],
        [0.0, 0.4, 0.6, 0.0],
        [0.2, 0.1, 0.15, 0.55],
    ]
)
PRIOR = np.array([0.4, 0.3, 0.2, 0.1])


def expected(noise, prior):
    return Consensuses(
        prior @ noise,
        np.einsum("i,ia,ib->ab", prior, noise, noise),
        np.einsum("i,ia,ib,ic->abc", prior, noise, noise, noise),
    )


def three_labels(n_samples, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, n_samples, p=PRIOR)
    steps = np.cumsum(NOISE, axis=1)[truth]
    return [(rng.random(n_samples)[:, None] > steps).sum(axis=1) for _ in range(3)]


def test_exact_frequencies_give_the_noise_back():
    noise, prior = solve_consensuses(expected(NOISE, PRIOR))
    np.testing.assert_allclose(noise, NOISE, atol=1e-3)
    np.testing.assert_allclose(prior, PRIOR, atol=1e-3)


def test_labels_without_noise_have_none():
    noise, prior = solve_consensuses(expected(np.eye(3), np.array([0.5, 0.3, 0.2])))
    np.testing.assert_allclose(noise, np.eye(3), atol=1e-2)
    np.testing.assert_allclose(prior, [0.5, 0.3, 0.2], atol=1e-2)


@pytest.mark.parametrize(("n_samples", "error"), [(1000, 0.2), (100_000, 0.02)])
def test_error_falls_with_the_number_of_rows(n_samples, error):
    own, nearest, second = three_labels(n_samples)
    counted = count_consensuses(own, np.eye(4)[nearest], np.eye(4)[second])
    noise, _ = solve_consensuses(counted)
    assert np.abs(noise - NOISE).sum(axis=1).mean() < error
    np.testing.assert_allclose(noise.sum(axis=1), 1)


def test_pairs_and_triples_have_no_order():
    own, nearest, second = three_labels(500)
    some = count_consensuses(own, np.eye(4)[nearest], np.eye(4)[second])
    others = count_consensuses(second, np.eye(4)[own], np.eye(4)[nearest])
    np.testing.assert_allclose(some.third, others.third)
    np.testing.assert_allclose(some.second, some.second.T)
    counts = sum(np.bincount(labels, minlength=4) for labels in (own, nearest, second))
    np.testing.assert_allclose(some.first, counts / 1500)


def test_weights_count_rows():
    own, nearest, second = (np.array(labels) for labels in three_labels(200))
    weight = np.random.default_rng(0).integers(0, 4, size=200)
    repeat = np.repeat(np.arange(200), weight)
    eye = np.eye(4)
    weighted = count_consensuses(own, eye[nearest], eye[second], weight.astype(float))
    repeated = count_consensuses(own[repeat], eye[nearest[repeat]], eye[second[repeat]])
    np.testing.assert_allclose(weighted.third, repeated.third)


def test_gradient_is_that_of_the_misfit():
    counted = expected(NOISE, PRIOR)
    params = np.random.default_rng(0).normal(size=20)
    slope = approx_fprime(params, lambda at: _misfit(at, counted)[0], 1e-7)
    np.testing.assert_allclose(_misfit(params, counted)[1], slope, atol=1e-6)


@pytest.mark.slow
def test_error_falls_with_the_root_of_the_number_of_rows():
    sizes, published = (1000, 5000, 20_000, 100_000), (0.094, 0.047, 0.017, 0.008)
    errors = []
    for n_samples in sizes:
        found = []
        for seed in range(5):
            own, *near = three_labels(n_samples, seed)
            counted = count_consensuses(own, *(np.eye(4)[labels] for labels in near))
            noise, _ = solve_consensuses(counted)
            found.append(np.abs(noise - NOISE).sum(axis=1).mean())
        errors.append(np.mean(found))
    # Measured for another matrix of four classes with as much noise.
    np.testing.assert_allclose(errors, published, rtol=0.5)
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)


def test_of_several_starts_the_best_fit_wins(monkeypatch):
    counted = expected(NOISE, PRIOR)
    ends = {1.0: 0.3, 2.0: 0.1, 3.0: 0.2}

    def end(start, consensuses):
        params = np.r_[(start * np.eye(4)).ravel(), np.zeros(4)]
        return SimpleNamespace(fun=ends[start], x=params)

    monkeypatch.setattr(_clusterability, "_minimize_from", end)
    noise, _ = solve_consensuses(counted, starts=ends)
    np.testing.assert_allclose(noise, softmax(2 * np.eye(4), axis=1))
