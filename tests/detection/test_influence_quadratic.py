# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.detection import _influence_quadratic
from sknoisy.detection._influence_quadratic import Quadratic


def problem(n_outputs=2, n_rows=30, n_columns=4, n_targets=1):
    """A quadratic loss of several outputs, and the weights where it is least."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(n_rows, n_columns))
    half = rng.normal(size=(n_rows, n_outputs, n_outputs))
    curvature = half @ half.transpose(0, 2, 1)
    pull = rng.normal(size=(n_rows, n_outputs, n_targets))
    penalty = np.r_[np.full(n_columns - 1, 0.5), 0.0]
    return Z, curvature, pull, penalty


def minimum(Z, curvature, pull, penalty):
    """Weights that minimise the sum of o' S o / 2 + pull' o, by brute force."""
    n_outputs, n_columns = curvature.shape[1], Z.shape[1]
    size = n_outputs * n_columns
    hessian = np.kron(np.eye(n_outputs), np.diag(penalty))
    slope = np.zeros((size, pull.shape[2]))
    for z, s, r in zip(Z, curvature, pull, strict=True):
        hessian += np.kron(s, np.outer(z, z))
        slope += np.kron(r, z[:, None])
    weights = -np.linalg.solve(hessian, slope)
    return weights.reshape(n_outputs, n_columns, -1), hessian


def outputs_of(Z, weights):
    return np.einsum("ij,kjt->ikt", Z, weights)


def at_optimum(**shape):
    Z, curvature, pull, penalty = problem(**shape)
    weights, hessian = minimum(Z, curvature, pull, penalty)
    residual = pull + curvature @ outputs_of(Z, weights)
    quadratic = Quadratic(Z, curvature, residual, penalty)
    return quadratic, weights, hessian, (Z, curvature, pull, penalty)


def test_hessian_and_inverse():
    quadratic, _, hessian, _ = at_optimum(n_outputs=1)
    np.testing.assert_allclose(quadratic.hessian.reshape(hessian.shape), hessian)
    np.testing.assert_allclose(
        quadratic.inverse.reshape(hessian.shape), np.linalg.inv(hessian)
    )


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("n_left_out", [1, 3, 12])
def test_shift_is_that_of_the_minimum_without_the_rows(n_outputs, n_left_out):
    quadratic, weights, _, given = at_optimum(n_outputs=n_outputs, n_targets=2)
    gone = np.arange(n_left_out) * 2
    kept = np.setdiff1d(np.arange(30), gone)
    Z, curvature, pull, penalty = given
    others = minimum(Z[kept], curvature[kept], pull[kept], penalty)[0]
    new = np.random.default_rng(1).normal(size=(6, 4))
    expected = outputs_of(new, others) - outputs_of(new, weights)
    if n_outputs > 1:
        # The weights of the intercepts of several outputs get a little curvature.
        quadratic.hessian = minimum(*given)[1].reshape(quadratic.hessian.shape)
        size = n_outputs * 4
        quadratic.inverse = np.linalg.inv(
            quadratic.hessian.reshape(size, size)
        ).reshape(quadratic.hessian.shape)
    actual = quadratic.shift_without(new, gone)
    np.testing.assert_allclose(actual, expected, atol=1e-6)
    if n_left_out == 1:
        one = quadratic.shift_without_one(new, np.zeros(6, dtype=int))
        np.testing.assert_allclose(one, expected, atol=1e-6)


def test_blocks_change_nothing(monkeypatch):
    quadratic = at_optimum(n_outputs=3)[0]
    lost = np.arange(30)
    whole = quadratic.shift_without_one(quadratic.Z, lost)
    monkeypatch.setattr(_influence_quadratic, "_BLOCK", 70)
    assert len(list(quadratic.blocks(30))) > 3
    np.testing.assert_allclose(quadratic.shift_without_one(quadratic.Z, lost), whole)


def test_equal_columns_without_a_penalty_can_be_solved():
    Z = np.ones((10, 2))
    ones = np.ones((10, 1, 1))
    quadratic = Quadratic(Z, ones, -ones, np.zeros(2))
    assert np.isfinite(quadratic.inverse).all()
