# SPDX-License-Identifier: BSD-3-Clause
"""Choose the lowest-scored rows without letting row order decide."""

import numpy as np


def lowest_cutoff(scores, amount, sample_weight=None):
    """Find the score up to which rows together weigh about `amount`.

    Rows with equal scores stand or fall together, so the choice depends neither
    on the order of the rows nor on whether a row of weight two is given once or
    twice. The block of ties that straddles `amount` is taken if at least half of
    its weight fits.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,)
        Lower is taken first.
    amount : float
        Total weight wanted.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row; None weighs each row 1.

    Returns
    -------
    cutoff : float
        Rows with ``scores <= cutoff`` are the chosen ones; ``-inf`` if none is.
    """
    n_samples = len(scores)
    if n_samples == 0 or amount <= 0:
        return -np.inf
    if sample_weight is None:
        return _unweighted_cutoff(scores, int(np.floor(amount)))
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
    through_block = np.cumsum(sample_weight[order])[ends]
    block = np.diff(through_block, prepend=0.0)
    # The slack absorbs the rounding of sums of fractional weights.
    taken = np.flatnonzero(through_block - block / 2 <= amount * (1 + 1e-12))
    return ranked[ends[taken[-1]]] if len(taken) else -np.inf


def _unweighted_cutoff(scores, count):
    if count >= len(scores):
        return scores.max()
    if count == 0:
        return -np.inf
    last = np.partition(scores, count - 1)[count - 1]
    below = np.count_nonzero(scores < last)
    tied = np.count_nonzero(scores == last)
    if below + tied / 2 <= count:
        return last
    return scores[scores < last].max() if below else -np.inf


def flag_lowest(scores, amount, sample_weight=None):
    """Mask of the lowest-scored rows that together weigh about `amount`.

    See `lowest_cutoff` for how ties are settled.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,)
        Lower is flagged first.
    amount : float
        Total weight to flag.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row; None weighs each row 1.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        True for the flagged rows.
    """
    return scores <= lowest_cutoff(scores, amount, sample_weight)
