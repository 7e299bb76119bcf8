# SPDX-License-Identifier: BSD-3-Clause
"""Check what a review queue was told."""

from numbers import Integral, Real

import numpy as np

from sknoisy.review._orders import ORDERS
from sknoisy.utils._options import check_option


def check_parameters(queue):
    """Check the parameters of a queue that no other part checks.

    Parameters
    ----------
    queue : ReviewQueue
        Not changed.
    """
    check_option("order", queue.order, ORDERS)
    if not isinstance(queue.batch_size, Integral) or queue.batch_size < 1:
        raise ValueError(
            f"batch_size={queue.batch_size!r} must be a whole number of rows, at "
            "least 1."
        )
    check_budget(queue.budget)
    if not _is_number(queue.gamma):
        raise ValueError(f"gamma={queue.gamma!r} must be a number, as 1, 0 or -1.")
    for name in ("audit_fraction", "hidden_fraction"):
        value = getattr(queue, name)
        if not _is_number(value) or not 0 <= value <= 1:
            raise ValueError(f"{name}={value!r} must be a share in [0, 1].")
    if not _is_between(queue.confidence, 0.5, 1):
        raise ValueError(
            f"confidence={queue.confidence!r} must lie between 0.5 and 1, as 0.95."
        )
    if queue.stop_precision is not None and not _is_between(queue.stop_precision, 0, 1):
        raise ValueError(
            f"stop_precision={queue.stop_precision!r} must lie between 0 and 1, or be "
            "None to go on whatever is found."
        )


def check_budget(budget):
    """Check a budget.

    Parameters
    ----------
    budget : float or None
        None for no limit.
    """
    if budget is not None and not (_is_number(budget) and budget > 0):
        raise ValueError(
            f"budget={budget!r} must be a number above 0, or None for no limit."
        )


def check_cost(cost, n_rows):
    """Check the costs: a number above 0 for each row.

    Parameters
    ----------
    cost : array-like of shape (n_rows,) or None
        None for a cost of 1 a row.
    n_rows : int
        Number of rows.

    Returns
    -------
    cost : ndarray of shape (n_rows,)
        The costs.
    """
    if cost is None:
        return np.ones(n_rows)
    cost = np.asarray(cost, dtype=np.float64)
    if cost.shape != (n_rows,) or not np.isfinite(cost).all() or (cost <= 0).any():
        raise ValueError(
            f"cost must hold a number above 0 for each of the {n_rows} rows; got "
            f"{cost.size} numbers, the lowest {cost.min(initial=np.inf):g}."
        )
    return cost


def _is_number(value):
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and np.isfinite(value)


def _is_between(value, low, high):
    return _is_number(value) and low < value < high
