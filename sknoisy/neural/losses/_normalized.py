# SPDX-License-Identifier: BSD-3-Clause
"""Losses divided by their sum over all classes, and sums of such with others."""

from abc import abstractmethod

from sknoisy.neural.losses._asymmetric import (
    AsymmetricExponentialLoss,
    AsymmetricGeneralizedCrossEntropy,
    AsymmetricUnhingedLoss,
)
from sknoisy.neural.losses._base import RobustLoss
from sknoisy.neural.losses._single_probability import (
    FocalLoss,
    GeneralizedCrossEntropy,
    MeanAbsoluteError,
    ReverseCrossEntropy,
    SingleProbabilityLoss,
    SoftmaxCrossEntropy,
)
from sknoisy.utils._numbers import check_not_negative


class DividedLoss(RobustLoss):
    """A loss of the given class over the sum of that loss for all classes."""

    def _losses(self, at):
        each = self._part._loss_at(at.log_p)
        return at.of_given(each) / each.sum(dim=1)

    def _check(self):
        super()._check()
        self._part = self._make()

    @abstractmethod
    def _make(self):
        """Return the loss to divide."""


class NormalizedLoss(DividedLoss):
    """A loss of the given class over the sum of that loss for all classes.

    Over all labels that a row could be given it sums to 1. A loss whose sum is
    constant is robust to symmetric noise: wrong labels then move its minimum nowhere,
    as long as the true one is more frequent than each other.

    Parameters
    ----------
    objective : loss, default=None
        The loss to divide, one of the probability of the given class alone, such as
        ``GeneralizedCrossEntropy(q=0.1)``. None is `SoftmaxCrossEntropy`.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    NormalizedCrossEntropy : The default.
    ActivePassiveLoss : Adds to it what it lacks in pull.
    sknoisy.boosting.NormalizedLoss : The same for LightGBM.

    Notes
    -----
    Alone it underfits: a row that the model is far from believing hardly pulls.

    The reduction of `objective` plays no part.

    References
    ----------
    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import GeneralizedCrossEntropy, NormalizedLoss
    >>> loss = NormalizedLoss(GeneralizedCrossEntropy(q=0.1), reduction="sum")
    >>> loss(torch.tensor([[0.5, 0.0, -1.0]] * 3), torch.arange(3))
    tensor(1.)
    """

    def __init__(self, objective=None, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.objective = objective
        self._check()

    def _check(self):
        if not isinstance(self.objective, SingleProbabilityLoss | None):
            raise TypeError(
                "objective must be a loss of the probability of the given class, such "
                "as SoftmaxCrossEntropy() or GeneralizedCrossEntropy(q=0.1); got "
                f"{self.objective!r}."
            )
        super()._check()

    def _make(self):
        return SoftmaxCrossEntropy() if self.objective is None else self.objective


class NormalizedCrossEntropy(DividedLoss):
    """Cross-entropy of the given class over its sum for all classes.

    The loss is ``log(p[y]) / sum(log(p))`` for the class probabilities ``p``. Over all
    labels that a row could be given it sums to 1, which makes it robust to symmetric
    noise.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ActivePassiveLoss : Adds to it what it lacks in pull.
    NormalizedLoss : Divides other losses.

    Notes
    -----
    Alone it underfits: a row that the model is far from believing hardly pulls.

    References
    ----------
    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import NormalizedCrossEntropy
    >>> NormalizedCrossEntropy()(torch.zeros(1, 4), torch.tensor([1]))
    tensor(0.2500)
    """

    def __init__(self, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self._check()

    def _make(self):
        return SoftmaxCrossEntropy()


class NormalizedFocalLoss(DividedLoss):
    """Focal loss of the given class over its sum for all classes.

    The loss is ``f(p[y]) / sum(f(p))`` for the class probabilities ``p``, with
    ``f(u) = -(1 - u) ** gamma * log(u)``.

    Parameters
    ----------
    gamma : float, default=0.5
        At least 0, where it is `NormalizedCrossEntropy`.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ActivePassiveLoss : Adds to it what it lacks in pull.

    Notes
    -----
    Alone it underfits: a row that the model is far from believing hardly pulls.

    In their code, the authors hold the factors ``(1 - u) ** gamma`` fixed when they
    differentiate; here they move, as in the formula.

    References
    ----------
    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import NormalizedFocalLoss
    >>> NormalizedFocalLoss(gamma=2.0)(torch.zeros(1, 4), torch.tensor([1]))
    tensor(0.2500)
    """

    def __init__(self, gamma=0.5, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.gamma = gamma
        self._check()

    def _make(self):
        return FocalLoss(self.gamma)


_ACTIVE = {
    "nce": NormalizedCrossEntropy,
    "nfl": NormalizedFocalLoss,
    "ngce": lambda: NormalizedLoss(GeneralizedCrossEntropy(q=0.1)),
}
_PASSIVE = {
    "mae": MeanAbsoluteError,
    "rce": ReverseCrossEntropy,
    "agce": lambda: AsymmetricGeneralizedCrossEntropy(a=6.0, q=1.5),
    "aul": lambda: AsymmetricUnhingedLoss(a=6.3, q=1.5),
    "ael": lambda: AsymmetricExponentialLoss(a=5.0),
}


class ActivePassiveLoss(RobustLoss):
    """A loss that raises the given class plus one that lowers all others.

    The active loss is mostly a normalized one, which is robust but pulls too little;
    the passive one, mean absolute error or reverse cross-entropy, makes up for it and
    is robust too. The loss is ``alpha * active + beta * passive``.

    Parameters
    ----------
    active : {"nce", "nfl", "ngce"} or loss, default="nce"
        `NormalizedCrossEntropy`, `NormalizedFocalLoss`, or `NormalizedLoss` of
        ``GeneralizedCrossEntropy(q=0.1)``.
    passive : {"mae", "rce", "agce", "aul", "ael"} or loss, default="mae"
        `MeanAbsoluteError`, `ReverseCrossEntropy`,
        ``AsymmetricGeneralizedCrossEntropy(a=6, q=1.5)``,
        ``AsymmetricUnhingedLoss(a=6.3, q=1.5)`` or
        ``AsymmetricExponentialLoss(a=5)``.
    alpha : float, default=1.0
        Weight of the active loss.
    beta : float, default=1.0
        Weight of the passive loss.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    GeneralizedCrossEntropy : One loss between two.
    sknoisy.boosting.ActivePassiveLoss : The same for LightGBM.

    Notes
    -----
    For ten classes of images, weights of 1 and 1 were used with all pairs of the first
    paper; for a hundred, 10 and 1 with mean absolute error, 10 and 0.1 with reverse
    cross-entropy. With an asymmetric loss as the passive one, 1 and 4 were used for ten
    classes. The first paper clips the norm of the gradient at 5.

    The reductions of the two losses play no part.

    References
    ----------
    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import ActivePassiveLoss
    >>> ActivePassiveLoss("nce", "rce")(torch.zeros(1, 2), torch.tensor([1]))
    tensor(5.1052)
    """

    def __init__(
        self, active="nce", passive="mae", *, alpha=1.0, beta=1.0, reduction="mean"
    ):
        super().__init__(reduction=reduction)
        self.active = active
        self.passive = passive
        self.alpha = alpha
        self.beta = beta
        self._check()

    def _check(self):
        super()._check()
        check_not_negative(alpha=self.alpha, beta=self.beta)
        self._active = _part("active", self.active, _ACTIVE)
        self._passive = _part("passive", self.passive, _PASSIVE)

    def _losses(self, at):
        active, passive = self._active._losses(at), self._passive._losses(at)
        return self.alpha * active + self.beta * passive


def _part(name, value, known):
    if isinstance(value, RobustLoss):
        return value
    if not isinstance(value, str) or value not in known:
        raise ValueError(
            f"{name}={value!r} must be one of {', '.join(known)}, or a loss such as "
            "NormalizedCrossEntropy()."
        )
    return known[value]()
