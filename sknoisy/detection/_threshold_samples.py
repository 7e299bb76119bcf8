# SPDX-License-Identifier: BSD-3-Clause
"""Choose rows that are given a label known to be wrong."""

import numpy as np

from sknoisy.utils._folds import tell_copies_apart
from sknoisy.utils._row_hash import fingerprint_rows


def draw_threshold_samples(rows, seed=0):
    """Draw two disjoint sets of rows to be given a fake class.

    Each has n / (K + 1) rows, rounded down, so that the fake class is as large as
    the K real ones are on average. The draw goes by what rows hold, so that it does
    not depend on their order. Rows of weight zero are not drawn, nor is the last
    row of a class in the order of the draw.

    Parameters
    ----------
    rows : LabelledRows
        The rows.
    seed : int, default=0
        Different seeds draw different rows.

    Returns
    -------
    masks : list of two ndarrays of shape (n_samples,), dtype=bool
        True for the rows drawn.

    Raises
    ------
    ValueError
        If there are too few rows.
    """
    order = _random_order(rows, seed)
    if rows.sample_weight is not None:
        order = order[rows.sample_weight[order] > 0]
    size = len(order) // (len(rows.classes) + 1)
    # The last row of each class is the first of its kind from behind.
    _, last = np.unique(rows.codes[order[::-1]], return_index=True)
    order = np.delete(order, len(order) - 1 - last)
    if size == 0 or len(order) < 2 * size:
        raise ValueError(
            f"threshold_samples=True needs two sets of {max(size, 1)} row(s) to give a "
            f"fake class, but only {len(order)} can be spared; use more rows, or "
            "threshold_samples=False."
        )
    masks = np.zeros((2, len(rows)), dtype=bool)
    masks[0, order[:size]] = True
    masks[1, order[size : 2 * size]] = True
    return list(masks)


def _random_order(rows, seed):
    hashes = fingerprint_rows(rows.X, seed)
    # Copies of a row must not share the fake class, or it could be learned.
    return np.argsort(tell_copies_apart(hashes, rows.codes))
