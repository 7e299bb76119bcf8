# SPDX-License-Identifier: BSD-3-Clause
"""Judge what a selection of rows makes of wrong numeric targets."""

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from sknoisy.utils._labelled_rows import check_weights


def error_residual_ratio(y_true, y_given, selected, *, sample_weight=None):
    """Compare the errors among the selected targets with those among all (ERR).

    ``mean |given - true|`` of the selected rows over that of all rows. A selection
    at random has a ratio of 1, one without errors 0. Report the share of rows that
    were selected beside it: few rows are easily right.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True targets.
    y_given : array-like of shape (n_samples,)
        Given targets.
    selected : array-like of shape (n_samples,), dtype=bool
        Rows that were kept, as ``~detector.suspect_mask_``.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    ratio : float
        Lower is better; 0 where no given target is wrong, NaN where no row of
        weight is selected.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `selected` is no mask.

    Notes
    -----
    The mean over the selected rows is what the published code of contrastive
    fragmentation reports; that the ratio divides by the mean over all rows is
    inferred.

    References
    ----------
    Kim, Moon, Moon, Woo and Kim. Sample selection via contrastive fragmentation for
    noisy label regression. NeurIPS 2024.

    Examples
    --------
    >>> from sknoisy.metrics import error_residual_ratio
    >>> y_true = [1.0, 2.0, 3.0, 4.0]
    >>> y_given = [1.0, 2.0, 9.0, 6.0]
    >>> error_residual_ratio(y_true, y_given, [True, True, False, True])
    0.333...
    """
    y_true, y_given = (
        check_array(column_or_1d(y), ensure_2d=False, dtype=np.float64, input_name=name)
        for y, name in ((y_true, "y_true"), (y_given, "y_given"))
    )
    selected = column_or_1d(selected)
    check_consistent_length(y_true, y_given, selected)
    if selected.dtype != bool:
        raise ValueError(
            "selected must be a mask of True and False, one a row; for row numbers "
            "write np.isin(np.arange(n_samples), row_numbers)."
        )
    weight = check_weights(sample_weight, len(y_true))
    weight = np.ones(len(y_true)) if weight is None else weight
    error = np.abs(y_given - y_true)
    if not weight[selected].any():
        return float("nan")
    overall = np.average(error, weights=weight)
    if overall == 0:
        return 0.0
    return float(np.average(error[selected], weights=weight[selected]) / overall)
