# SPDX-License-Identifier: BSD-3-Clause
"""Losses of single rows."""

from torch.nn.functional import cross_entropy


def row_losses(logits, batch, *, class_weight=None):
    """Compute the cross-entropy of each row of a batch.

    Parameters
    ----------
    logits : tensor of shape (n, n_classes)
        Predictions.
    batch : Batch
        With codes, and with soft targets where the caller gave some.
    class_weight : tensor of shape (n_classes,), default=None
        Weight of each class.

    Returns
    -------
    losses : tensor of shape (n,)
        One for each row.
    """
    return cross_entropy(
        logits,
        batch.targets if batch.is_soft else batch.codes,
        weight=class_weight,
        reduction="none",
    )
