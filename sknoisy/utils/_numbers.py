# SPDX-License-Identifier: BSD-3-Clause
"""Check the numbers that losses are made with."""

from numbers import Real

import numpy as np


def check_number(name, value, low, high, *, closed):
    """Refuse a value outside an interval.

    Parameters
    ----------
    name : str
        Name of the parameter, for the error.
    value : float
        What the caller wrote.
    low, high : float
        Ends of the interval.
    closed : {"left", "right", "both", "neither"}
        Which ends belong to it.

    Raises
    ------
    ValueError
        If the value is no number, or outside.
    """
    begin = "[" if closed in ("left", "both") else "("
    end = "]" if closed in ("right", "both") else ")"
    if not isinstance(value, Real) or not (
        (low <= value if begin == "[" else low < value)
        and (value <= high if end == "]" else value < high)
    ):
        raise ValueError(
            f"{name}={value!r} must be a number in {begin}{low:g}, {high:g}{end}."
        )


def check_not_negative(**weights):
    """Refuse weights of two parts of a loss that make no loss.

    Parameters
    ----------
    **weights : float
        At least 0, not all of them 0.

    Raises
    ------
    ValueError
        If one is negative, or all are 0.
    """
    for name, value in weights.items():
        check_number(name, value, 0, np.inf, closed="left")
    if not any(weights.values()):
        raise ValueError(
            f"{' and '.join(weights)} are 0, which leaves no loss; raise one of them."
        )
