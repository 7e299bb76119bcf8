# SPDX-License-Identifier: BSD-3-Clause
"""Choose the rows of smallest loss without waiting for the device."""

import torch


def share_of_small_losses(losses, keep, weight=None, classes=None):
    """Say how far each row belongs to those of smallest loss.

    Parameters
    ----------
    losses : tensor of shape (n_models, n)
        Loss of each row, by each model.
    keep : float
        Share of the total weight that is to be kept, in (0, 1].
    weight : tensor of shape (n,), default=None
        Weight of each row; None weighs each row 1. Rows of weight zero are not kept.
    classes : tuple of (tensor of shape (n,), int), default=None
        Class of each row and the number of classes, to keep that share of each
        class; None to keep it of all rows together, rounded down to whole rows.

    Returns
    -------
    share : tensor of shape (n_models, n)
        1 for rows that are kept, 0 for those that are not, and between them for the
        row on the border, where weights or classes leave no whole rows. Neither all
        rows together nor a class of positive weight are left with nothing.
    """
    losses = losses.detach()
    order = losses.argsort(dim=1)
    if classes is not None:
        codes, n_classes = classes
        by_class = codes[order].argsort(dim=1, stable=True)
        order = order.gather(1, by_class)
    if weight is None:
        weight = losses.new_ones(losses.shape[1])
    ranked = weight[order]
    through = ranked.cumsum(dim=1)
    if classes is None:
        total = through[:, -1:]
        # Sums in single precision may fall short of a whole number.
        kept = (keep * total + 1e-3).floor()
        room = torch.where(kept > 0, kept, keep * total) - (through - ranked)
    else:
        totals = weight.new_zeros(n_classes).scatter_add_(0, codes, weight)
        before = totals.cumsum(0) - totals
        own = codes[order]
        room = (keep * totals + before)[own] - (through - ranked)
    share = (room / ranked.clamp(min=torch.finfo(ranked.dtype).tiny)).clamp_(0, 1)
    share = share * (ranked > 0)
    return torch.empty_like(share).scatter_(1, order, share)
