# SPDX-License-Identifier: BSD-3-Clause
"""Noise after noise is reported against the true labels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.noise import (
    inject_hybrid_noise,
    inject_pair_noise,
    inject_symmetric_noise,
)


@given(st.integers(0, 99), st.floats(0, 0.4), st.floats(0, 0.4))
def test_the_report_is_against_the_true_labels(seed, first, second):
    y = np.array(["a", "b", "c"] * 30)
    noisy = inject_hybrid_noise(
        y,
        [
            lambda y: inject_pair_noise(y, first, random_state=seed),
            lambda y: inject_symmetric_noise(y, second, random_state=seed + 1),
        ],
        classes=["a", "b", "c"],
    )
    np.testing.assert_array_equal(noisy.flipped, noisy.y != y)
    assert noisy.noise_rate == noisy.flipped.mean()


def test_matrices_multiply():
    y = np.repeat([0, 1, 2], 20000)
    noisy = inject_hybrid_noise(
        y,
        [
            lambda y: inject_pair_noise(y, 0.3, random_state=0),
            lambda y: inject_symmetric_noise(y, 0.2, random_state=1),
        ],
    )
    assert noisy.transition_matrix[0, 1] == pytest.approx(0.7 * 0.1 + 0.3 * 0.8)
    assert np.abs(noisy.realized_matrix - noisy.transition_matrix).max() < 0.015


def test_containers_survive():
    y = pd.Series(["u", "v"] * 20, index=range(40, 80), name="target")
    noisy = inject_hybrid_noise(
        y, [lambda y: inject_symmetric_noise(y, 0.3, random_state=0)]
    )
    assert noisy.y.index.equals(y.index)
    assert noisy.y.name == "target"


def test_steps_that_do_not_fit_are_refused():
    y = [0, 1, 2] * 5
    with pytest.raises(ValueError, match="steps is empty"):
        inject_hybrid_noise(y, [])
    with pytest.raises(TypeError, match=r"steps\[0\] must return NoisyLabels"):
        inject_hybrid_noise(y, [lambda y: y])
    with pytest.raises(ValueError, match="same classes to every step"):
        inject_hybrid_noise(
            y, [lambda y: inject_symmetric_noise(y, 0.1, classes=range(4))]
        )
