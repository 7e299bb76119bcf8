# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from sknoisy.detection._loss_crowds import (
    beta_crowds,
    gaussian_crowds,
    weighted_quantiles,
)


def losses_of_two_crowds(seed=0):
    rng = np.random.default_rng(seed)
    return np.r_[5 * rng.beta(1, 12, 300), 5 * rng.beta(8, 3, 100)]


def test_gaussians_are_those_of_dividemix():
    losses = losses_of_two_crowds()
    ours = gaussian_crowds(losses, np.ones(400)).upper(losses)
    scaled = ((losses - losses.min()) / np.ptp(losses))[:, None]
    theirs = GaussianMixture(2, max_iter=10, tol=1e-2, reg_covar=5e-4, random_state=0)
    expected = theirs.fit(scaled).predict_proba(scaled)[:, theirs.means_.argmax()]
    assert np.abs(ours - expected).mean() < 2e-3
    assert np.mean((ours > 0.5) == (expected > 0.5)) > 0.99


@pytest.mark.parametrize("fit", [gaussian_crowds, beta_crowds])
def test_crowds_are_told_apart(fit):
    losses = losses_of_two_crowds()
    upper = fit(losses, np.ones(400)).upper(losses)
    assert np.mean(upper[300:] > 0.5) > 0.97
    assert np.mean(upper[:300] < 0.5) > 0.97


def test_a_single_large_loss_is_no_crowd_of_its_own():
    rng = np.random.default_rng(0)
    losses = np.r_[0.3 * rng.beta(1, 3, 114), 2.2, 3.1, 3.1, 3.2, 3.3, 7.2]
    upper = gaussian_crowds(losses, np.ones(120)).upper(losses)
    assert ((upper > 0.5) == (losses > 1)).all()


@pytest.mark.parametrize("fit", [gaussian_crowds, beta_crowds])
def test_posterior_never_falls_with_the_loss(fit):
    losses = losses_of_two_crowds()
    crowds = fit(losses, np.ones(400))
    assert (np.diff(crowds.upper(np.linspace(0, 9, 500))) >= -1e-12).all()


@pytest.mark.parametrize("fit", [gaussian_crowds, beta_crowds])
def test_weights_repeat_and_remove_losses(fit):
    losses = losses_of_two_crowds()
    weight = np.random.default_rng(1).integers(0, 4, 400)
    weighted = fit(losses, weight).upper(losses)
    repeated = np.repeat(losses, weight)
    expected = fit(repeated, np.ones(len(repeated))).upper(losses)
    np.testing.assert_allclose(weighted, expected, atol=1e-9)


@pytest.mark.parametrize("fit", [gaussian_crowds, beta_crowds])
@pytest.mark.parametrize("losses", [[0.3], [0.3, 0.3, 0.3]])
def test_equal_losses_are_one_crowd(fit, losses):
    losses = np.array(losses)
    crowds = fit(losses, np.ones(len(losses)))
    assert crowds.mixture is None
    assert (crowds.upper(losses) == 0).all()


def test_quantiles_by_hand():
    values, weight = np.array([3.0, 1.0, 2.0, 9.0]), np.array([1.0, 2.0, 1.0, 0.0])
    quantiles = weighted_quantiles(values, [0.5, 0.75, 1.0], weight)
    assert quantiles.tolist() == [1.0, 2.0, 3.0]
