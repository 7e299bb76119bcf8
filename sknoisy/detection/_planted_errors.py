# SPDX-License-Identifier: BSD-3-Clause
"""Give some rows another label, as an estimated noise would have it."""

import numpy as np

from sknoisy.utils._row_hash import fingerprint_rows, mix


def plant_errors(rows, transition_matrix, *, sample_rate, seed):
    """Change a share of the labels, each to one that the noise might have made.

    The draw goes by what rows hold, so that it does not depend on their order, and
    copies of a row with one label get the same.

    Parameters
    ----------
    rows : LabelledRows
        The rows.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    sample_rate : float
        Share of the rows that get another label.
    seed : int
        Different seeds draw different labels.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype=int
        The labels; those of classes without noise are as given.
    """
    steps, is_noisy = _steps_to_others(transition_matrix)
    bits = _row_bits(rows, seed)
    chosen = (_uniform(bits, 1) < sample_rate) & is_noisy[rows.codes]
    other = (_uniform(bits, 2)[:, None] >= steps[rows.codes]).sum(axis=1)
    return np.where(chosen, other, rows.codes)


def _steps_to_others(transition_matrix):
    """Return the cumulative odds of the other classes, and which classes have any."""
    off = transition_matrix * (1 - np.eye(len(transition_matrix)))
    is_noisy = off.sum(axis=1) > 0
    if not is_noisy.any():
        off = 1 - np.eye(len(off))
        is_noisy[:] = True
    totals = np.where(is_noisy, off.sum(axis=1), 1)
    steps = np.cumsum(off / totals[:, None], axis=1)
    # Rounding must not leave a gap below one, nor reach past the last class.
    return np.where(steps > 1 - 1e-9, np.inf, steps), is_noisy


def _row_bits(rows, seed):
    return fingerprint_rows(rows.X, seed) + mix(
        rows.codes.astype(np.uint64) + np.uint64(1)
    )


def _uniform(bits, number):
    start = mix(np.array([number], dtype=np.uint64))
    return (mix(bits + start) >> np.uint64(11)) / float(1 << 53)
