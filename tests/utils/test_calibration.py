# SPDX-License-Identifier: BSD-3-Clause
"""Likelihood of labels by calibrated probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax

from sknoisy.utils._calibration import _fit_scale, calibrated_log_likelihood

N_ROWS = 2000
HALVES = [
    (np.arange(N_ROWS // 2), np.arange(N_ROWS // 2, N_ROWS)),
    (np.arange(N_ROWS // 2, N_ROWS), np.arange(N_ROWS // 2)),
]
ONES = np.ones(N_ROWS)


def drawn(seed=0, n_classes=3):
    """Probabilities, and labels drawn from them."""
    rng = np.random.default_rng(seed)
    proba = softmax(rng.normal(size=(N_ROWS, n_classes)), axis=1)
    codes = (rng.random(N_ROWS)[:, None] > proba.cumsum(axis=1)).sum(axis=1)
    return proba, codes


PROBA, CODES = drawn()


def likelihood(proba, codes=CODES, folds=HALVES, weight=ONES):
    return calibrated_log_likelihood(proba, codes, folds, weight)


def test_probabilities_that_are_right_stay_as_they_are():
    found = likelihood(PROBA)
    true = np.log(PROBA[np.arange(N_ROWS), CODES])
    assert abs(found.mean() - true.mean()) < 0.005
    assert np.median(np.abs(found - true)) < 0.05


@settings(max_examples=20, deadline=None)
@given(st.floats(0.4, 2.5), st.floats(0.3, 3.0))
def test_neither_sureness_nor_the_share_of_a_class_counts(power, factor):
    other = PROBA**power * [1.0, factor, 1.0]
    other /= other.sum(axis=1, keepdims=True)
    gain = likelihood(other) - likelihood(PROBA)
    # The smallest probabilities are cut off, so that it is not quite the same.
    assert abs(gain.mean()) < 0.01
    assert np.median(np.abs(gain)) < 0.02


def test_the_scale_is_found():
    proba = softmax(3.0 * np.log(PROBA) + [0.0, 1.0, 0.0], axis=1)
    scale = _fit_scale(np.log(proba), CODES, ONES)
    assert_allclose(np.exp(scale[0]), 1 / 3, rtol=0.1)
    assert_allclose(scale[2] - scale[[1, 3]], -1 / 3, atol=0.15)


def test_rows_are_judged_by_the_scale_of_others():
    folds = HALVES[:1]
    learned, judged = folds[0]
    flipped = CODES.copy()
    flipped[judged[1:]] = (CODES[judged[1:]] + 1) % 3
    # Class frequencies stand in for doubt, and they have moved a little.
    same = likelihood(PROBA, flipped, folds)[judged[0]]
    assert_allclose(same, likelihood(PROBA, folds=folds)[judged[0]], atol=1e-2)
    assert_array_equal(likelihood(PROBA, folds=folds)[learned], 0)


def test_what_tells_more_is_likelier():
    dull = softmax(np.log(PROBA) + np.random.default_rng(1).normal(size=PROBA.shape))
    dull /= dull.sum(axis=1, keepdims=True)
    even = np.full_like(PROBA, 1 / 3)
    means = [likelihood(each).mean() for each in (PROBA, dull, even)]
    assert means[0] > means[1] + 0.05 > means[2] + 0.05
    shares = np.bincount(CODES) / N_ROWS
    assert_allclose(means[2], shares @ np.log(shares), atol=0.01)


def test_a_weight_of_two_is_two_rows():
    weight = np.where(np.arange(N_ROWS) % 3 == 0, 2.0, 1.0)
    rows = np.repeat(np.arange(N_ROWS), weight.astype(int))
    folds = [
        tuple(np.flatnonzero(np.isin(rows, part)) for part in fold) for fold in HALVES
    ]
    repeated = likelihood(PROBA[rows], CODES[rows], folds, np.ones(len(rows)))
    assert_allclose(repeated, likelihood(PROBA, weight=weight)[rows], atol=1e-5)
    assert_allclose(likelihood(PROBA, weight=7 * ONES), likelihood(PROBA), atol=1e-9)


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_zeros_cost_little_and_are_bounded(sure):
    proba = np.eye(3)[CODES if sure else (CODES + 1) % 3]
    found = likelihood(proba)
    assert np.isfinite(found).all()
    assert (found > np.log(0.9)).all() == bool(sure)


def test_without_rows_to_learn_from_nothing_is_scaled():
    folds = [(np.arange(0), np.arange(N_ROWS))]
    found = np.exp(likelihood(PROBA, folds=folds))
    shares = np.bincount(CODES) / N_ROWS
    proba = 0.98 * PROBA + 0.02 * shares
    assert_allclose(found, proba[np.arange(N_ROWS), CODES])
    weightless = likelihood(
        PROBA, folds=HALVES, weight=np.r_[np.zeros(1000), np.ones(1000)]
    )
    assert np.isfinite(weightless).all()
