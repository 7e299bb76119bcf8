# SPDX-License-Identifier: BSD-3-Clause
"""Asymmetric losses: of several labels for one row, the most frequent decides."""

import math

from sknoisy.neural.losses._single_probability import SingleProbabilityLoss
from sknoisy.utils._numbers import check_number


class AsymmetricGeneralizedCrossEntropy(SingleProbabilityLoss):
    """Generalized cross-entropy moved off zero.

    The loss is ``((a + 1) ** q - (a + u) ** q) / q`` for the probability ``u`` of the
    given class.

    Parameters
    ----------
    a : float, default=0.6
        How far it is moved, above 0.
    q : float, default=0.6
        Exponent, above 0.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ActivePassiveLoss : Takes it as the passive loss.
    sknoisy.boosting.AsymmetricGeneralizedCrossEntropy : The same for LightGBM.

    Notes
    -----
    The defaults are those used alone for ten classes of images. As the passive loss
    beside normalized cross-entropy, ``a=6`` and ``q=1.5`` with a weight of 4 were used.

    References
    ----------
    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import AsymmetricGeneralizedCrossEntropy
    >>> loss = AsymmetricGeneralizedCrossEntropy(a=1.0, q=1.0)
    >>> loss(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.5000)
    """

    def __init__(self, a=0.6, q=0.6, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.a = a
        self.q = q
        self._check()

    def _check(self):
        super()._check()
        check_number("a", self.a, 0, math.inf, closed="neither")
        check_number("q", self.q, 0, math.inf, closed="neither")

    def _loss_at(self, log_u):
        return ((self.a + 1) ** self.q - (self.a + log_u.exp()) ** self.q) / self.q


class AsymmetricUnhingedLoss(SingleProbabilityLoss):
    """A power of what is missing to a number above one.

    The loss is ``((a - u) ** q - (a - 1) ** q) / q`` for the probability ``u`` of the
    given class.

    Parameters
    ----------
    a : float, default=5.5
        Above 1. The larger, the closer to the mean absolute error.
    q : float, default=3.0
        Exponent, above 0; 1 is the mean absolute error.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ActivePassiveLoss : Takes it as the passive loss.
    sknoisy.boosting.AsymmetricUnhingedLoss : The same for LightGBM.

    Notes
    -----
    The defaults are those used alone for ten classes of images. As the passive loss
    beside normalized cross-entropy, ``a=6.3`` and ``q=1.5`` were used, with a weight
    of 4.

    References
    ----------
    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import AsymmetricUnhingedLoss
    >>> AsymmetricUnhingedLoss(a=2.0, q=1.0)(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.5000)
    """

    def __init__(self, a=5.5, q=3.0, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.a = a
        self.q = q
        self._check()

    def _check(self):
        super()._check()
        check_number("a", self.a, 1, math.inf, closed="neither")
        check_number("q", self.q, 0, math.inf, closed="neither")

    def _loss_at(self, log_u):
        return ((self.a - log_u.exp()) ** self.q - (self.a - 1) ** self.q) / self.q


class AsymmetricExponentialLoss(SingleProbabilityLoss):
    """Exponential loss of the probability of the given class.

    The loss is ``exp(-u / a)`` for that probability ``u``.

    Parameters
    ----------
    a : float, default=2.5
        Above 0. The larger, the closer its shape is to the mean absolute error.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ActivePassiveLoss : Takes it as the passive loss.
    sknoisy.boosting.AsymmetricExponentialLoss : The same for LightGBM.

    Notes
    -----
    The default is the one used alone for ten classes of images. As the passive loss
    beside normalized cross-entropy, ``a=5`` with a weight of 4 was used.

    References
    ----------
    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import AsymmetricExponentialLoss
    >>> AsymmetricExponentialLoss(a=1.0)(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.6065)
    """

    def __init__(self, a=2.5, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.a = a
        self._check()

    def _check(self):
        super()._check()
        check_number("a", self.a, 0, math.inf, closed="neither")

    def _loss_at(self, log_u):
        return (-log_u.exp() / self.a).exp()
