# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.utils._numbers import check_not_negative, check_number


@pytest.mark.parametrize(
    "closed, inside, outside",
    [
        ("both", [0, 0.5, np.float32(1)], [-0.1, 1.1]),
        ("left", [0, 0.5], [1]),
        ("right", [1, 0.5], [0]),
        ("neither", [0.5], [0, 1]),
    ],
)
def test_ends_of_an_interval(closed, inside, outside):
    for value in inside:
        check_number("rate", value, 0, 1, closed=closed)
    for value in [*outside, "0.5", None, float("nan")]:
        with pytest.raises(ValueError, match="rate=.* must be a number in"):
            check_number("rate", value, 0, 1, closed=closed)


def test_error_shows_the_interval():
    with pytest.raises(ValueError, match=r"a=2 must be a number in \(0, 1\]\."):
        check_number("a", 2, 0, 1, closed="right")
    with pytest.raises(ValueError, match=r"in \[0, inf\)\."):
        check_number("a", -1, 0, np.inf, closed="left")


def test_weights_of_two_parts():
    check_not_negative(alpha=0, beta=0.1)
    with pytest.raises(ValueError, match="alpha and beta are 0"):
        check_not_negative(alpha=0, beta=0.0)
    with pytest.raises(ValueError, match="beta=-1 must be"):
        check_not_negative(alpha=1, beta=-1)
