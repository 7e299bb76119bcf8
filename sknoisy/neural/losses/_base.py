# SPDX-License-Identifier: BSD-3-Clause
"""What a loss on logits is."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import torch
from sklearn.base import BaseEstimator
from torch import nn

_REDUCTIONS = ("mean", "sum", "none")


@dataclass(frozen=True)
class Judged:
    """Logits of rows, and the labels they are judged by.

    Attributes
    ----------
    logits : tensor of shape (n, n_classes)
        Of single precision at least.
    target : tensor of shape (n,) or (n, n_classes)
        Given classes, or the share of each class.
    """

    logits: torch.Tensor
    target: torch.Tensor

    @property
    def is_soft(self):
        """Whether the labels are shares of classes."""
        return self.target.ndim == 2

    @property
    def n_classes(self):
        """Number of classes."""
        return self.logits.shape[1]

    @cached_property
    def log_p(self):
        """Logarithms of the class probabilities."""
        return torch.log_softmax(self.logits, dim=1)

    @cached_property
    def p(self):
        """Class probabilities."""
        return self.log_p.exp()

    @cached_property
    def cross_entropy(self):
        """Cross-entropy of each row."""
        return -self.of_given(self.log_p)

    def of_given(self, values):
        """Take from each row what belongs to its label.

        Parameters
        ----------
        values : tensor of shape (n, n_classes)
            A number for each class.

        Returns
        -------
        taken : tensor of shape (n,)
            That of the given class, or the mean by the shares of a soft label.
        """
        if self.is_soft:
            return (self.target * values).sum(dim=1)
        return values.gather(1, self.target[:, None]).squeeze(1)


class RobustLoss(BaseEstimator, nn.CrossEntropyLoss, metaclass=ABCMeta):
    """Base of the losses: a criterion for torch and skorch, on logits.

    It is an `nn.CrossEntropyLoss`, so that skorch knows that the outputs of the
    network are logits and turns them into probabilities, and it has the parameters of
    a scikit-learn estimator, so that it can be cloned and searched over.

    A subclass implements ``_losses(at)``, which returns the loss of each row. `at` has
    the `logits`, their `log_p` and `p`, the `cross_entropy` of each row, and
    ``of_given(values)``, which takes from a value for each class that of the label.
    Where it has parameters to check, it does so in ``_check()``, which it calls when
    they are set.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch. "none" returns them.

    See Also
    --------
    GeneralizedCrossEntropy : Mostly the first to try.
    LossSchedule : Tells losses that change over training the epoch.

    Notes
    -----
    The class weights, the ignored class and the smoothing of `nn.CrossEntropyLoss`
    are not offered. Half precision is computed in single precision, under autocast
    too.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import RobustLoss
    >>> class Brier(RobustLoss):
    ...     def _losses(self, at):
    ...         return (at.p**2).sum(dim=1) - 2 * at.of_given(at.p) + 1
    >>> Brier()(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.5000)
    """

    # Told by `set_epoch`.
    epoch = None
    n_epochs = None

    def __init__(self, *, reduction="mean"):
        super().__init__(reduction=reduction)

    def set_params(self, **params):
        """Change parameters.

        Parameters
        ----------
        **params : dict
            Names and values; those of a part are named ``part__name``.

        Returns
        -------
        self : RobustLoss
            The same loss.
        """
        super().set_params(**params)
        self._check()
        return self

    def set_epoch(self, epoch, n_epochs):
        """Tell the loss, and the losses it is made of, how far training is.

        Losses that stay the same all the time take no notice.

        Parameters
        ----------
        epoch : int
            Epoch that begins, the first one being 0.
        n_epochs : int
            Number of epochs of this training.
        """
        for part in self.modules():
            part.epoch, part.n_epochs = epoch, n_epochs

    def forward(self, logits, target):
        """Compute the loss of a batch.

        Parameters
        ----------
        logits : tensor of shape (n, n_classes)
            What the network puts out, before any softmax.
        target : tensor of shape (n,) or (n, n_classes)
            Given classes, 0 to ``n_classes - 1``, or for soft labels the share of
            each class. The loss of a soft label is the mean of those of the classes
            by their shares, where the loss does not say otherwise.

        Returns
        -------
        loss : tensor of shape () or (n,)
            One number, or one for each row by ``reduction="none"``.
        """
        _check_shapes(logits, target)
        if torch.finfo(logits.dtype).bits < 32:
            logits = logits.float()
        target = target.to(logits.dtype) if target.ndim == 2 else target.long()
        with torch.autocast(logits.device.type, enabled=False):
            losses = self._losses(Judged(logits, target))
        if self.reduction == "none":
            return losses
        return losses.mean() if self.reduction == "mean" else losses.sum()

    @abstractmethod
    def _losses(self, at):
        """Return the loss of each row."""

    def _check(self):
        """Refuse wrong parameters, and prepare what depends on them."""
        if self.reduction not in _REDUCTIONS:
            raise ValueError(
                f"reduction={self.reduction!r} must be one of {', '.join(_REDUCTIONS)}."
            )

    def _told_epoch(self):
        """Return the epoch, which a loss that changes over training has to know."""
        if self.epoch is None:
            raise RuntimeError(
                f"{type(self).__name__} changes over training and was not told the "
                "epoch: give the net callbacks=[LossSchedule()], or call "
                "set_epoch(epoch, n_epochs) as each epoch begins."
            )
        return self.epoch

    def _is_early(self, share):
        """Tell whether the epoch belongs to the given first share of all epochs."""
        return share > 0 and self._told_epoch() < share * self.n_epochs


def as_array(values):
    """Take numbers off the device, if they are a tensor.

    Parameters
    ----------
    values : array-like or tensor
        Numbers.

    Returns
    -------
    values : array-like
        No tensor.
    """
    return values.detach().cpu().numpy() if torch.is_tensor(values) else values


def _check_shapes(logits, target):
    if logits.ndim != 2 or logits.shape[1] < 2:
        raise ValueError(
            "logits must have a column for each of two or more classes; got shape "
            f"{tuple(logits.shape)}. Let the last layer of the network have as many "
            "outputs as there are classes."
        )
    is_soft = target.ndim == 2 and target.shape == logits.shape
    is_hard = target.shape == logits.shape[:1] and not target.is_floating_point()
    if not is_soft and not is_hard:
        raise ValueError(
            f"target must be whole numbers of shape ({len(logits)},), or shares of "
            f"shape {tuple(logits.shape)}; got {target.dtype} of shape "
            f"{tuple(target.shape)}."
        )
