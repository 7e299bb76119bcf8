# SPDX-License-Identifier: BSD-3-Clause
"""Check numeric targets and what travels with each row."""

from contextlib import suppress

import numpy as np

from sknoisy.utils._labelled_rows import (
    LabelledRows,
    check_groups,
    check_target,
    check_trusted,
    check_weights,
)


def check_target_rows(estimator, X, y, sample_weight=None, groups=None, trusted=None):
    """Check what was passed to the fit of a regression, all rows in one class.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` and `feature_names_in_` where X has them.
    X : any container of n_samples rows
        Only its length is checked.
    y : array-like of shape (n_samples,)
        Numbers.
    sample_weight, groups, trusted : array-like of shape (n_samples,), default=None
        Per-row metadata; groups may be the word "duplicates".

    Returns
    -------
    rows : LabelledRows
        The checked rows, with `y` of floats.

    Raises
    ------
    ValueError
        If y holds anything but numbers.
    """
    y = _as_numbers(estimator, check_target(estimator, X, y))
    return LabelledRows(
        X=X,
        y=y,
        codes=np.zeros(len(y), dtype=np.intp),
        classes=np.zeros(1),
        sample_weight=check_weights(sample_weight, len(y)),
        groups=check_groups(groups, len(y), X),
        trusted=check_trusted(trusted, len(y)),
    )


def _as_numbers(estimator, y):
    if y.dtype.kind in "biufO":
        with suppress(TypeError, ValueError):
            return y.astype(np.float64)
    raise ValueError(
        f"{type(estimator).__name__} judges numbers, and y holds {y.dtype}; use "
        "ConfidentLearning for class labels."
    )
