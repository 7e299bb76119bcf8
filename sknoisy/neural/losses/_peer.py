# SPDX-License-Identifier: BSD-3-Clause
"""A loss that is lowered by what it is for labels that have nothing to do with rows."""

import math
from numbers import Integral

import numpy as np
import torch

from sknoisy.neural.losses._base import RobustLoss, as_array
from sknoisy.utils._numbers import check_number


class PeerLoss(RobustLoss):
    """Cross-entropy, less what it is for the label of another row.

    For a row, a peer row and a peer label are drawn from the batch, independently. The
    loss is the cross-entropy of the row to its label, less `alpha` times that of the
    peer row to the peer label. Agreeing blindly with the labels pays off no more, and
    with a fitting `alpha` the minimum lies where it does without noise, though no noise
    rate is known.

    Parameters
    ----------
    alpha : float, default=1.0
        Weight of what is taken off, at least 0. With 0 it is cross-entropy.
    class_prior : array-like of shape (n_classes,), default=None
        Shares of the given labels. If given, nothing is drawn: the loss is
        ``CE(y) - alpha * sum(class_prior * CE(c))``, over classes ``c``, which is the
        mean over all draws.
    n_first_epochs : int, default=0
        Epochs of cross-entropy to begin with. Any number above 0 for this or
        `n_ramp_epochs` needs `set_epoch` or `LossSchedule`.
    n_ramp_epochs : int, default=0
        Epochs after these over which the weight grows in a straight line to `alpha`.
    eps : float, default=1e-5
        What is added to a probability before the logarithm is taken of it, in the
        part that is taken off. With 0 the loss has no lower bound for `alpha` of 1 or
        more.
    generator : int or torch.Generator, default=None
        What draws the pairs, a number being the seed of one. None is the generator
        that torch itself uses.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ForwardCorrection : For noise that is known.
    LossSchedule : Tells it the epoch.

    Notes
    -----
    The authors draw pairs from all training rows, with loaders of their own; a loss
    sees no other rows than those of the batch. Their code lets `alpha` grow in pieces,
    from 0 after 20 epochs to well above 1 after a hundred; the straight line here, and
    adding `eps` to the part that is taken off alone, are inferred.

    References
    ----------
    Yang Liu and Hongyi Guo, "Peer loss functions: learning from noisy labels without
    knowing noise rates", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import PeerLoss
    >>> loss = PeerLoss(alpha=0.5, class_prior=[0.5, 0.5])
    >>> loss(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.3466)
    """

    def __init__(
        self,
        alpha=1.0,
        *,
        class_prior=None,
        n_first_epochs=0,
        n_ramp_epochs=0,
        eps=1e-5,
        generator=None,
        reduction="mean",
    ):
        super().__init__(reduction=reduction)
        self.alpha = alpha
        self.class_prior = class_prior
        self.n_first_epochs = n_first_epochs
        self.n_ramp_epochs = n_ramp_epochs
        self.eps = eps
        self.generator = generator
        self._check()

    def _check(self):
        super()._check()
        for name in ("alpha", "n_first_epochs", "n_ramp_epochs"):
            check_number(name, getattr(self, name), 0, math.inf, closed="left")
        check_number("eps", self.eps, 0, 1, closed="left")
        if self.class_prior is not None:
            self._shares = torch.from_numpy(_check_shares(self.class_prior))
        self._draws = self.generator
        if isinstance(self.generator, Integral):
            self._draws = torch.Generator().manual_seed(int(self.generator))
        elif not isinstance(self.generator, torch.Generator | None):
            raise TypeError(
                f"generator={self.generator!r} must be a torch.Generator, a whole "
                "number to seed one with, or None."
            )

    def _losses(self, at):
        weight = self.alpha * self._ramp()
        if weight == 0:
            return at.cross_entropy
        return at.cross_entropy - weight * self._taken_off(at)

    def _ramp(self):
        """Return the share of `alpha` that holds in this epoch."""
        if not self.n_first_epochs and not self.n_ramp_epochs:
            return 1.0
        done = self._told_epoch() - self.n_first_epochs
        return float(np.clip((done + 1) / (self.n_ramp_epochs + 1), 0, 1))

    def _taken_off(self, at):
        held = at.log_p
        if self.eps:
            floor = torch.full_like(held, math.log(self.eps))
            held = torch.logaddexp(held, floor)
        if self.class_prior is not None:
            if len(self._shares) != at.n_classes:
                raise ValueError(
                    f"class_prior is for {len(self._shares)} classes, but logits have "
                    f"{at.n_classes} columns."
                )
            return -(held @ self._shares.to(held))
        held, label = held[self._draw(at)], at.target[self._draw(at)]
        if at.is_soft:
            return -(label * held).sum(dim=1)
        return -held.gather(1, label[:, None]).squeeze(1)

    def _draw(self, at):
        device = at.logits.device if self._draws is None else self._draws.device
        size = (len(at.logits),)
        rows = torch.randint(size[0], size, generator=self._draws, device=device)
        return rows.to(at.logits.device, non_blocking=True)


def _check_shares(class_prior):
    shares = np.array(as_array(class_prior), dtype=np.float64)
    if shares.ndim != 1 or not np.all(shares >= 0) or abs(shares.sum() - 1) > 1e-6:
        raise ValueError(
            "class_prior must be the share of each class, at least 0 and 1 in sum; got "
            f"{class_prior!r}. Use numpy.bincount(y) / len(y)."
        )
    return shares
