# SPDX-License-Identifier: BSD-3-Clause
"""Any cleaner can be applied, and weights follow its rows or are refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sknoisy.cleaning import DropSuspects, RelabelSuspects, ReweightSuspects
from sknoisy.cleaning._apply import apply_cleaner
from sknoisy.detection import SmallLoss
from tests.cleaning.toys import Doubled, HalveAll, Verdict, WithoutFirst

VERDICT = Verdict([0.1, 0.9, 0.9, 0.9], [1, 0, 0, 0], [1, 0, 1, 1])
X, Y = np.arange(4.0)[:, None], np.array([0, 0, 1, 1])
WEIGHT = np.array([1.0, 2.0, 3.0, 4.0])


def test_rows_that_stay_keep_their_weight():
    cleaned = apply_cleaner(DropSuspects(VERDICT), X, Y, sample_weight=WEIGHT)
    assert_array_equal(cleaned.indices, [1, 2, 3])
    assert_array_equal(cleaned.X, X[1:])
    assert_array_equal(cleaned.y, Y[1:])
    assert_array_equal(cleaned.sample_weight, WEIGHT[1:])


def test_without_weights_there_are_none_afterwards():
    cleaned = apply_cleaner(RelabelSuspects(VERDICT), X, Y)
    assert cleaned.sample_weight is None
    assert_array_equal(cleaned.y, [1, 0, 1, 1])


def test_reweighters_change_weights_alone():
    cleaned = apply_cleaner(ReweightSuspects(VERDICT), X, Y, sample_weight=WEIGHT)
    assert cleaned.X is X
    assert cleaned.y is Y
    assert_allclose(cleaned.sample_weight, [0.1, 2, 3, 4])
    assert_array_equal(cleaned.indices, np.arange(4))


def test_a_reweighter_that_takes_no_weights_loses_none():
    cleaned = apply_cleaner(HalveAll(), X, Y, sample_weight=WEIGHT)
    assert_allclose(cleaned.sample_weight, WEIGHT / 2)
    assert_allclose(apply_cleaner(HalveAll(), X, Y).sample_weight, 0.5)


def test_weights_follow_samplers_that_take_none():
    cleaned = apply_cleaner(WithoutFirst(), X, Y, sample_weight=WEIGHT)
    assert_array_equal(cleaned.sample_weight, WEIGHT[1:])


@pytest.mark.parametrize("sampler", [WithoutFirst(is_traced=False), Doubled()])
def test_weights_that_cannot_follow_are_refused(sampler):
    assert apply_cleaner(sampler, X, Y).indices is None
    with pytest.raises(ValueError, match="sample_indices_.*cannot follow"):
        apply_cleaner(sampler, X, Y, sample_weight=WEIGHT)


@pytest.mark.parametrize("name", ["groups", "trusted"])
def test_what_a_sampler_cannot_honour_is_refused(name):
    with pytest.raises(TypeError, match=f"takes no {name}; use a cleaner of sknoisy"):
        apply_cleaner(WithoutFirst(), X, Y, **{name: np.array([True] * 4)})


@pytest.mark.parametrize(
    ("cleaner", "words"),
    [
        (DropSuspects, r"Write DropSuspects\(\)"),
        (LogisticRegression(), "must have fit_resample or fit_reweight"),
        (SmallLoss(), r"Write DropSuspects\(SmallLoss\(\)\)"),
        (StandardScaler(), "must have fit_resample or fit_reweight"),
        ("drop", "got 'drop'"),
    ],
)
def test_what_cleans_nothing_is_refused(cleaner, words):
    with pytest.raises(TypeError, match=words):
        apply_cleaner(cleaner, X, Y)
