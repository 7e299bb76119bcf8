# SPDX-License-Identifier: BSD-3-Clause
"""Losses of single rows."""

from torch.nn.functional import cross_entropy, nll_loss


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


def row_losses_of(log_proba, batch):
    """Compute the cross-entropy of each row from log-probabilities that are at hand.

    Parameters
    ----------
    log_proba : tensor of shape (n, n_classes)
        Logarithms of predicted probabilities.
    batch : Batch
        With codes, and with soft targets where the caller gave some.

    Returns
    -------
    losses : tensor of shape (n,)
        One for each row.
    """
    if batch.is_soft:
        return -(batch.targets * log_proba).sum(dim=1)
    return nll_loss(log_proba, batch.codes, reduction="none")
