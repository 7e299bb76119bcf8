# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy to a mixture of the given labels and the predictions."""

from abc import abstractmethod

from sknoisy.neural.losses._base import RobustLoss
from sknoisy.utils._numbers import check_number


class BootstrappingLoss(RobustLoss):
    """Cross-entropy to labels and to what the model itself says, by shares."""

    def _check(self):
        super()._check()
        check_number("beta", self.beta, 0, 1, closed="both")

    def _losses(self, at):
        return self.beta * at.cross_entropy + (1 - self.beta) * self._own(at)

    @abstractmethod
    def _own(self, at):
        """Return the cross-entropy of each row to what the model says."""


class SoftBootstrapping(BootstrappingLoss):
    """Soft bootstrapping: the target is part label, part predicted probabilities.

    The loss is ``-sum((beta * label + (1 - beta) * p) * log(p))`` for the class
    probabilities ``p``: cross-entropy times `beta`, plus the entropy of the prediction
    times the rest.

    Parameters
    ----------
    beta : float, default=0.95
        Share of the label, in [0, 1]. With 1 it is cross-entropy.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    HardBootstrapping : Takes the predicted class instead.

    Notes
    -----
    The prediction in the target is differentiated too, as in the paper; held fixed, it
    would do nothing but make cross-entropy smaller. With the default, little is changed
    by it.

    References
    ----------
    Scott Reed, Honglak Lee, Dragomir Anguelov, Christian Szegedy, Dumitru Erhan and
    Andrew Rabinovich, "Training deep neural networks on noisy labels with
    bootstrapping", ICLR workshop 2015.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import SoftBootstrapping
    >>> SoftBootstrapping()(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.6931)
    """

    def __init__(self, beta=0.95, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.beta = beta
        self._check()

    def _own(self, at):
        return -(at.p * at.log_p).sum(dim=1)


class HardBootstrapping(BootstrappingLoss):
    """Hard bootstrapping: the target is part label, part predicted class.

    The loss is ``-beta * log(p[y]) - (1 - beta) * max(log(p))`` for the class
    probabilities ``p``.

    Parameters
    ----------
    beta : float, default=0.8
        Share of the label, in [0, 1]. With 1 it is cross-entropy.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    SoftBootstrapping : Takes the predicted probabilities instead.

    References
    ----------
    Scott Reed, Honglak Lee, Dragomir Anguelov, Christian Szegedy, Dumitru Erhan and
    Andrew Rabinovich, "Training deep neural networks on noisy labels with
    bootstrapping", ICLR workshop 2015.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import HardBootstrapping
    >>> HardBootstrapping(beta=0.5)(torch.tensor([[0.0, 9.0]]), torch.tensor([0]))
    tensor(4.5001)
    """

    def __init__(self, beta=0.8, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.beta = beta
        self._check()

    def _own(self, at):
        # Of classes that tie, one is the predicted one.
        return -at.log_p.max(dim=1).values
