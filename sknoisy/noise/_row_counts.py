# SPDX-License-Identifier: BSD-3-Clause
"""Count rows by weight."""

import numpy as np

from sknoisy.utils._predictions import row_slices


def class_weights(codes, n_classes, sample_weight=None):
    """Weigh the rows of each given class.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    n_classes : int
        Number of columns.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row; None weighs each row 1.

    Returns
    -------
    totals : ndarray of shape (n_classes,)
        Integer counts without weights, else sums of weights.
    """
    totals = np.zeros(n_classes, dtype=np.int64 if sample_weight is None else float)
    for rows in row_slices(len(codes), 1):
        weight = 1 if sample_weight is None else sample_weight[rows]
        np.add.at(totals, codes[rows], weight)
    return totals


def row_unit(sample_weight):
    """Weight that stands for "one row" in rules that speak of a number of rows.

    It is 1 without weights and wherever weights repeat rows, and the mean weight
    where weights are fractions, so that rescaled weights do not change its sense.
    """
    if sample_weight is None:
        return 1
    return min(1.0, sample_weight[sample_weight > 0].mean())
