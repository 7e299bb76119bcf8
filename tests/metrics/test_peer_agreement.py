# SPDX-License-Identifier: BSD-3-Clause
"""Agreement beyond chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.metrics import peer_agreement_score
from tests.metrics._noisy_tables import noisy_task, rows_of


@given(st.floats(0.0, 0.45), st.floats(0.0, 0.45))
def test_two_classes_shrink_it_by_one_minus_the_rates(first, second):
    joint = np.array([[0.4, 0.1], [0.15, 0.35]])
    matrix = np.array([[1 - first, first], [second, 1 - second]])
    clean = peer_agreement_score(*rows_of(joint, 20_000))
    noisy = peer_agreement_score(*rows_of(matrix.T @ joint, 20_000))
    assert noisy == pytest.approx((1 - first - second) * clean, abs=5e-4)


def test_it_is_accuracy_beyond_chance():
    y_true, y_given, y_pred = noisy_task(500, 0)
    chance = sum((y_given == k).mean() * (y_pred == k).mean() for k in range(3))
    expected = (y_given == y_pred).mean() - chance
    assert peer_agreement_score(y_given, y_pred) == pytest.approx(expected)
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 3, 500)
    rows = np.repeat(np.arange(500), weight)
    assert peer_agreement_score(y_given, y_pred, sample_weight=weight) == pytest.approx(
        peer_agreement_score(y_given[rows], y_pred[rows])
    )


def test_constant_predictions_score_nothing():
    y_given = np.array(["a", "a", "a", "b"])
    assert peer_agreement_score(y_given, np.full(4, "a")) == 0
    assert peer_agreement_score(y_given, y_given) == pytest.approx(1 - 10 / 16)
    assert peer_agreement_score(y_given, y_given, classes=["a", "b", "c"]) > 0
