# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sknoisy.noise._simplex import project_rows, simplex_least_squares


@given(arrays(float, (3, 4), elements=st.floats(-5, 5, width=32)))
def test_projection_is_the_nearest_distribution(matrix):
    projected = project_rows(matrix)
    assert (projected >= 0).all()
    np.testing.assert_allclose(projected.sum(axis=1), 1)
    np.testing.assert_allclose(project_rows(projected), projected, atol=1e-9)
    # The way back leads outwards from every corner.
    back = matrix - projected
    corners = back[:, :, None] - (back * projected).sum(axis=1)[:, None, None]
    assert corners.max() < 1e-6


def test_exact_equations_are_solved():
    rng = np.random.default_rng(0)
    matrix = rng.dirichlet(np.ones(5), size=4)
    design = rng.normal(size=(30, 4))
    start = np.full((4, 5), 0.2)
    found = simplex_least_squares(design, design @ matrix, start)
    np.testing.assert_allclose(found, matrix, atol=1e-7)


def test_solution_is_the_best_under_its_bounds():
    rng = np.random.default_rng(1)
    design, targets = rng.normal(size=(12, 3)), rng.normal(size=(12, 4))
    start = np.full((3, 4), 0.25)
    found = simplex_least_squares(design, targets, start)
    slope = design.T @ (design @ found - targets)
    # No entry that is positive could be exchanged for a better one.
    for row, gradient in zip(found, slope, strict=True):
        np.testing.assert_allclose(gradient[row > 1e-6], gradient.min(), atol=1e-5)
