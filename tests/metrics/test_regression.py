# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.metrics import error_residual_ratio

TRUE = np.array([1.0, 2.0, 3.0, 4.0])
GIVEN = np.array([1.0, 2.0, 9.0, 6.0])


def test_the_ratio_of_mean_errors():
    selected = np.array([True, True, False, True])
    assert error_residual_ratio(TRUE, GIVEN, selected) == pytest.approx((2 / 3) / 2)
    assert error_residual_ratio(TRUE, GIVEN, ~selected) == pytest.approx(6 / 2)


def test_all_rows_have_ratio_one_and_right_rows_zero():
    assert error_residual_ratio(TRUE, GIVEN, np.ones(4, bool)) == 1
    assert error_residual_ratio(TRUE, GIVEN, TRUE == GIVEN) == 0
    assert error_residual_ratio(TRUE, TRUE, np.ones(4, bool)) == 0


def test_nothing_selected_has_no_ratio():
    assert np.isnan(error_residual_ratio(TRUE, GIVEN, np.zeros(4, bool)))
    weightless = [1.0, 1.0, 0.0, 1.0]
    only = np.arange(4) == 2
    ratio = error_residual_ratio(TRUE, GIVEN, only, sample_weight=weightless)
    assert np.isnan(ratio)


def test_whole_weights_equal_repeated_rows():
    counts = np.array([2, 0, 1, 3])
    rows = np.repeat(np.arange(4), counts)
    selected = np.array([True, True, True, False])
    weighted = error_residual_ratio(TRUE, GIVEN, selected, sample_weight=counts)
    repeated = error_residual_ratio(TRUE[rows], GIVEN[rows], selected[rows])
    assert weighted == pytest.approx(repeated)


@given(st.floats(0.01, 1e6), st.floats(-1e6, 1e6))
def test_units_do_not_matter(scale, shift):
    selected = np.array([True, False, True, False])
    ratio = error_residual_ratio(scale * TRUE + shift, scale * GIVEN + shift, selected)
    assert ratio == pytest.approx(1.5, rel=1e-3)


@pytest.mark.parametrize(
    ("y_given", "selected", "message"),
    [
        (GIVEN[:3], np.ones(4, bool), "inconsistent numbers of samples"),
        (GIVEN, np.array([0, 1, 1, 1]), "mask of True and False.*row_numbers"),
        (np.where(GIVEN > 8, np.nan, GIVEN), np.ones(4, bool), "y_given contains NaN"),
    ],
)
def test_unusable_input_is_refused(y_given, selected, message):
    with pytest.raises(ValueError, match=message):
        error_residual_ratio(TRUE, y_given, selected)
