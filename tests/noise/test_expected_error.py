# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.noise import expected_squared_error

T = np.full((4, 4), 0.1) + 0.6 * np.eye(4)
T[2] = [0, 0.5, 0.5, 0]
PRIOR = np.array([0.5, 0.3, 0.15, 0.05])


def simulate(n_samples, unseen=None, n_draws=4000, seed=0):
    """Mean squared error of counts of rows drawn at random."""
    rng = np.random.default_rng(seed)
    sizes = rng.multinomial(n_samples, PRIOR, size=n_draws)
    unseen = np.zeros((4, 4)) if unseen is None else unseen
    errors = np.zeros(n_draws)
    for k, row in enumerate(T):
        counts = rng.multinomial(sizes[:, k], row)
        total = sizes[:, k, None]
        guess = np.where(total > 0, counts / np.maximum(total, 1), unseen[k])
        errors += ((guess - row) ** 2).sum(axis=1)
    return errors.mean()


@pytest.mark.parametrize(
    ("n_samples", "published"), [(10, 1.171), (30, 0.598), (100, 0.184), (500, 0.0322)]
)
def test_random_sample_has_the_error_of_simulation(n_samples, published):
    error = expected_squared_error(T, n_samples=n_samples, class_prior=PRIOR)
    assert error == pytest.approx(published, rel=0.02)
    assert error == pytest.approx(simulate(n_samples), rel=0.03)


def test_known_numbers_have_the_closed_form():
    assert expected_squared_error(T, [20] * 4) == pytest.approx(0.0970)
    expected = (T * (1 - T)).sum(axis=1) @ (1 / np.array([5, 10, 20, 40]))
    assert expected_squared_error(T, [5, 10, 20, 40]) == pytest.approx(expected)


def test_what_stands_in_for_missing_classes_counts():
    eye = np.eye(4)
    error = expected_squared_error(T, n_samples=10, class_prior=PRIOR, unseen=eye)
    assert error == pytest.approx(simulate(10, unseen=eye), rel=0.03)
    assert expected_squared_error(T, [9, 9, 9, 0], unseen=T) == pytest.approx(
        (T * (1 - T)).sum(axis=1)[:3].sum() / 9
    )


def test_a_finite_population_is_known_once_all_is_verified():
    sizes = np.array([50, 30, 15, 5])
    assert expected_squared_error(T, sizes, population=sizes) == 0
    assert expected_squared_error(T, n_samples=100, population=sizes) == 0
    half = expected_squared_error(T, [25, 15, 7, 2], population=sizes)
    assert half < expected_squared_error(T, [25, 15, 7, 2])


def test_a_random_sample_of_a_finite_population():
    rng = np.random.default_rng(0)
    population = np.array([30, 20])
    truth = np.repeat([0, 1], population)
    # The population's own matrix is exact, so its labels are counted out.
    given = np.r_[np.repeat([0, 1], [24, 6]), np.repeat([0, 1], [5, 15])]
    matrix = np.array([[0.8, 0.2], [0.25, 0.75]])
    errors = []
    for _ in range(4000):
        drawn = rng.permutation(50)[:8]
        counts = np.zeros((2, 2))
        np.add.at(counts, (truth[drawn], given[drawn]), 1)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        errors.append(((share - matrix) ** 2).sum())
    error = expected_squared_error(matrix, n_samples=8, population=population)
    assert error == pytest.approx(np.mean(errors), rel=0.04)


def test_large_samples_are_summed_in_no_time():
    error = expected_squared_error(T, n_samples=10**7, class_prior=PRIOR)
    expected = (T * (1 - T)).sum(axis=1) @ (1 / (10**7 * PRIOR))
    assert error == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "either class_counts"),
        ({"class_counts": [1] * 4, "n_samples": 4}, "either class_counts"),
        ({"class_counts": [1, 2]}, "each of the 4 classes"),
        ({"class_counts": [1, 2, 3, -1]}, "whole numbers"),
        ({"n_samples": 5}, "give class_prior"),
        ({"n_samples": 0, "class_prior": PRIOR}, "above 0"),
        ({"n_samples": 5, "class_prior": PRIOR * 2}, "divide by its sum"),
        ({"n_samples": 5, "class_prior": [0.5, 0.5]}, "each of the 4 classes"),
        ({"class_counts": [9] * 4, "population": [9, 9, 9, 8]}, "class index 3"),
        ({"n_samples": 40, "population": [9] * 4}, "population of 36 rows"),
        ({"class_counts": [9] * 4, "unseen": np.eye(3)}, "unseen must have"),
    ],
)
def test_errors_name_the_fix(given, message):
    with pytest.raises(ValueError, match=message):
        expected_squared_error(T, **given)
