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
        Weight of each row; None weighs each row 1. Rows of weight zero do not
        move the cutoff.

    Returns
    -------
    cutoff : float
        Rows with ``scores <= cutoff`` are the chosen ones; ``-inf`` if none is.
    """
    n_samples = len(scores)
    if n_samples == 0 or amount <= 0:
        return -np.inf
    # The slack absorbs the rounding of shares and of sums of weights.
    amount = amount * (1 + 1e-12)
    if sample_weight is None:
        return _unweighted_cutoff(scores, amount)
    order = np.argsort(scores, kind="stable")
    order = order[sample_weight[order] > 0]
    if len(order) == 0:
        return -np.inf
    ranked = scores[order]
    ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
    through_block = np.cumsum(sample_weight[order])[ends]
    block = np.diff(through_block, prepend=0.0)
    taken = np.flatnonzero(through_block - block / 2 <= amount)
    return ranked[ends[taken[-1]]] if len(taken) else -np.inf


def _unweighted_cutoff(scores, amount):
    if amount >= len(scores):
        return scores.max()
    straddling = int(np.ceil(amount)) - 1
    last = np.partition(scores, straddling)[straddling]
    below = np.count_nonzero(scores < last)
    tied = np.count_nonzero(scores == last)
    if below + tied / 2 <= amount:
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


def keep_each_class(mask, scores, codes, min_samples=1):
    """Unflag the best rows of a class that a mask would leave with too few.

    Parameters
    ----------
    mask : ndarray of shape (n_samples,), dtype=bool
        Flagged rows.
    scores : ndarray of shape (n_samples,)
        Higher is better.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    min_samples : int, default=1
        Rows of each class that stay unflagged, or all if it has no more. Rows
        tied with the last of them stay too.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        A new mask if it had to change.
    """
    sizes = np.bincount(codes)
    kept = np.bincount(codes[~mask], minlength=len(sizes))
    short = np.flatnonzero(kept < np.minimum(sizes, min_samples))
    if len(short):
        mask = mask.copy()
    for k in short:
        members = np.flatnonzero(codes == k)
        worst_kept = np.sort(scores[members])[-min(min_samples, len(members))]
        mask[members[scores[members] >= worst_kept]] = False
    return mask
