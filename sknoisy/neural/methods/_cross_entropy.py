# SPDX-License-Identifier: BSD-3-Clause
"""Plain training."""

from torch import nn

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod


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
    rows, as those of torch do by ``reduction="none"``. With soft targets it must be a
    `torch.nn.CrossEntropyLoss` or skorch's default, `torch.nn.NLLLoss`. A criterion
    that has ``set_epoch(epoch, n_epochs)`` is told of each epoch.

    Examples
    --------
    >>> from sknoisy.neural.methods import CrossEntropy
    >>> CrossEntropy().n_networks
    1
    """

    alias = "ce"

    def start(self, run):
        criterion = run.network.net.criterion_
        takes_soft = isinstance(criterion, (nn.CrossEntropyLoss, nn.NLLLoss))
        if run.targets is not None and not takes_soft:
            raise TypeError(
                f"soft_targets need torch.nn.CrossEntropyLoss as the criterion of the "
                f"net; got {type(criterion).__name__}."
            )
        if run.weight is not None and not hasattr(criterion, "reduction"):
            raise TypeError(
                f"sample_weight needs a criterion that has a parameter reduction; "
                f"{type(criterion).__name__} has none."
            )

    def begin_epoch(self, run):
        criterion = run.network.net.criterion_
        if hasattr(criterion, "set_epoch"):
            criterion.set_epoch(run.epoch, run.n_epochs)

    def loss(self, run, batch):
        net, output = run.network.net, run.network.output(batch.x)
        if not batch.is_soft and batch.weight is None:
            return net.get_loss(output, batch.codes, X=batch.x, training=True)
        class_weight = getattr(net.criterion_, "weight", None)
        if batch.is_soft and isinstance(net.criterion_, nn.NLLLoss):
            logits = run.network.logits_of(output)
            losses = row_losses(logits, batch, class_weight=class_weight)
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
        target = batch.targets if batch.is_soft else batch.codes
        losses = net.get_loss(output, target, X=batch.x, training=True)
    finally:
        criterion.reduction = reduction
    if losses.shape != batch.codes.shape:
        raise TypeError(
            f"sample_weight needs a criterion that returns one loss a row by "
            f'reduction="none"; {type(criterion).__name__} returns '
            f"{tuple(losses.shape)} for {tuple(batch.codes.shape)} rows."
        )
    return losses
