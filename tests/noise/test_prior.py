# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.noise import true_class_prior


@given(st.integers(0, 1000), st.integers(2, 6))
def test_it_undoes_the_noise(seed, n_classes):
    rng = np.random.default_rng(seed)
    noise = rng.dirichlet(np.ones(n_classes), size=n_classes)
    matrix = 0.7 * np.eye(n_classes) + 0.3 * noise
    prior = rng.dirichlet(np.ones(n_classes))
    np.testing.assert_allclose(true_class_prior(matrix, prior @ matrix), prior)


@given(st.integers(0, 1000))
def test_it_is_a_distribution_for_priors_that_no_truth_explains(seed):
    rng = np.random.default_rng(seed)
    matrix = 0.6 * np.eye(4) + 0.4 * rng.dirichlet(np.ones(4), size=4)
    prior = true_class_prior(matrix, rng.dirichlet(np.full(4, 0.2)))
    assert (prior >= 0).all()
    np.testing.assert_allclose(prior.sum(), 1)


def test_a_singular_matrix_has_a_solution():
    prior = true_class_prior(np.full((2, 2), 0.5), np.array([0.5, 0.5]))
    np.testing.assert_allclose(prior.sum(), 1)


def test_a_prior_that_the_matrix_cannot_make_is_kept():
    matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])
    given_prior = np.array([0.0, 0.0, 1.0])
    np.testing.assert_array_equal(true_class_prior(matrix, given_prior), given_prior)
