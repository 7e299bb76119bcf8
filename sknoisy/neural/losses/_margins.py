# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy with penalties on logits beyond a margin."""

import math

from sknoisy.neural.losses._base import RobustLoss
from sknoisy.utils._numbers import check_number


class ACLS(RobustLoss):
    """Adaptive and conditional label smoothing.

    To cross-entropy it adds `alpha` times

    - `pos_lambda` times the square of what the largest logit is above `margin`, and
    - `neg_lambda` times the mean over the other classes of the square of what their
      logits are more than `margin` below the largest.

    So logits are held back the more, the further they are out, and not at all before.

    Parameters
    ----------
    margin : float, default=10.0
        How far logits may go at no cost, at least 0.
    alpha : float, default=0.1
        Weight of both penalties, at least 0. With 0 it is cross-entropy.
    pos_lambda : float, default=1.0
        Weight of the penalty on the largest logit, at least 0.
    neg_lambda : float, default=0.1
        Weight of the penalty on the others, at least 0.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    MaxSup : Penalises the largest logit wherever it is.
    LabelSmoothing : Penalises the logit of the given class.

    Notes
    -----
    It makes for calibrated probabilities, and is no cure for wrong labels.

    In the second penalty the largest logit is held fixed, as in the code of the
    authors. Unlike the other losses here, this one is changed by adding a number to all
    logits of a row.

    References
    ----------
    Hyekang Park, Jongyoun Noh, Youngmin Oh, Donghyeon Baek and Bumsub Ham, "ACLS:
    adaptive and conditional label smoothing for network calibration", ICCV 2023.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import ACLS
    >>> ACLS()(torch.tensor([[-2.0, 12.0]]), torch.tensor([1]))
    tensor(0.5600)
    """

    def __init__(
        self,
        margin=10.0,
        *,
        alpha=0.1,
        pos_lambda=1.0,
        neg_lambda=0.1,
        reduction="mean",
    ):
        super().__init__(reduction=reduction)
        self.margin = margin
        self.alpha = alpha
        self.pos_lambda = pos_lambda
        self.neg_lambda = neg_lambda
        self._check()

    def _check(self):
        super()._check()
        for name in ("margin", "alpha", "pos_lambda", "neg_lambda"):
            check_number(name, getattr(self, name), 0, math.inf, closed="left")

    def _losses(self, at):
        largest = at.logits.max(dim=1).values
        high = (largest - self.margin).relu() ** 2
        # The largest logit itself is no distance away, and adds nothing to the sum.
        below = largest.detach()[:, None] - at.logits
        low = ((below - self.margin).relu() ** 2).sum(dim=1) / (at.n_classes - 1)
        penalty = self.pos_lambda * high + self.neg_lambda * low
        return at.cross_entropy + self.alpha * penalty
