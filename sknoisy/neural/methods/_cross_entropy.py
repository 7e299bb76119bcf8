# SPDX-License-Identifier: BSD-3-Clause
"""Plain training."""

from torch import nn

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod

# Criteria whose loss of single rows, weighted and with soft targets, is known.
_PLAIN = (nn.CrossEntropyLoss, nn.NLLLoss)


class CrossEntropy(BaseMethod):
    """Plain training on the given labels, by the criterion of the net.

    The baseline that every other method is to be measured against. Mostly the
    criterion is cross-entropy; whatever criterion the net has is used.

    See Also
    --------
    EarlyLearningRegularization : Keeps the network from learning wrong labels by rote.

    Notes
    -----
    With sample weights the criterion must be able to return the losses of single
    rows, as those of torch do by ``reduction="none"``. With soft targets it must be
    `torch.nn.CrossEntropyLoss` or skorch's default, `torch.nn.NLLLoss`.

    Examples
    --------
    >>> from sknoisy.neural.methods import CrossEntropy
    >>> CrossEntropy().n_networks
    1
    """

    alias = "ce"

    def start(self, run):
        criterion = run.network.net.criterion_
        if run.targets is not None and type(criterion) not in _PLAIN:
            raise TypeError(
                f"soft_targets need torch.nn.CrossEntropyLoss as the criterion of the "
                f"net; got {type(criterion).__name__}."
            )
        if run.weight is not None and not hasattr(criterion, "reduction"):
            raise TypeError(
                f"sample_weight needs a criterion that has a parameter reduction; "
                f"{type(criterion).__name__} has none."
            )

    def loss(self, run, batch):
        net, output = run.network.net, run.network.output(batch.x)
        criterion = net.criterion_
        if not batch.is_soft and batch.weight is None:
            return net.get_loss(output, batch.codes, X=batch.x, training=True)
        class_weight = getattr(criterion, "weight", None)
        if type(criterion) in _PLAIN:
            losses = row_losses(
                run.network.logits_of(output),
                batch,
                label_smoothing=getattr(criterion, "label_smoothing", 0.0),
                class_weight=class_weight,
            )
        else:
            losses = _unreduced(net, output, batch)
        if class_weight is None or batch.is_soft:
            return batch.mean(losses)
        # As torch does it: relative to the weights of the classes in the batch.
        return batch.mean(losses) / class_weight[batch.codes].mean()


def _unreduced(net, output, batch):
    criterion = net.criterion_
    reduction, criterion.reduction = criterion.reduction, "none"
    try:
        losses = net.get_loss(output, batch.codes, X=batch.x, training=True)
    finally:
        criterion.reduction = reduction
    if losses.shape != batch.codes.shape:
        raise TypeError(
            f"sample_weight needs a criterion that returns one loss a row by "
            f'reduction="none"; {type(criterion).__name__} returns '
            f"{tuple(losses.shape)} for {tuple(batch.codes.shape)} rows."
        )
    return losses
