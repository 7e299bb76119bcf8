# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.review import ReviewQueue
from sknoisy.review._parameters import check_cost, check_parameters


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"order": "expected_error"}, "Did you mean 'expected_errors'"),
        ({"batch_size": 0}, "at least 1"),
        ({"batch_size": 2.5}, "whole number"),
        ({"budget": 0}, "above 0"),
        ({"budget": np.inf}, "None for no limit"),
        ({"gamma": None}, "as 1, 0 or -1"),
        ({"audit_fraction": 1.1}, r"audit_fraction=1.1 must be a share in \[0, 1\]"),
        ({"hidden_fraction": -0.1}, r"hidden_fraction=-0.1 must be a share"),
        ({"confidence": 1.0}, "confidence=1.0 must lie between 0.5 and 1"),
        ({"confidence": 0.5}, "confidence=0.5 must lie between 0.5 and 1"),
        ({"stop_precision": 0}, "or be None"),
    ],
)
def test_errors_name_the_fix(params, message):
    with pytest.raises(ValueError, match=message):
        check_parameters(ReviewQueue(**params))


def test_sound_parameters_pass():
    check_parameters(ReviewQueue(budget=2.5, stop_precision=None, gamma=-1))


def test_costs():
    np.testing.assert_array_equal(check_cost(None, 3), np.ones(3))
    np.testing.assert_array_equal(check_cost([1, 2, 3], 3), [1.0, 2.0, 3.0])
    for wrong in ([1, 2], [1, 2, 0], [1, 2, np.nan]):
        with pytest.raises(ValueError, match="above 0 for each of the 3 rows"):
            check_cost(wrong, 3)
