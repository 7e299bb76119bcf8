# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy to targets that are softer or harder than the given labels."""

import math

from sknoisy.neural.losses._base import RobustLoss
from sknoisy.utils._numbers import check_number


class LabelSmoothing(RobustLoss):
    """Label smoothing, or with a negative rate negative label smoothing.

    The loss is cross-entropy to ``1 - rate`` on the given class, plus
    ``rate / n_classes`` on each.

    Parameters
    ----------
    rate : float, default=0.1
        At most 1. Above 0 it softens the labels. Below 0 it hardens them, which undoes
        the softening that symmetric noise is: for a share ``r`` of wrong labels among
        ``k`` classes and ``e = r * k / (k - 1)``, the rate ``-e / (1 - e)`` is
        `BackwardCorrection` by the matrix of that noise.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    TwoStageLabelSmoothing : Changes the rate while training.
    MaxSup : Lowers the largest logit, not that of the given class.
    sknoisy.neural.MaxLogitPNorm : Ranks the predictions of such a network.
    sknoisy.boosting.LabelSmoothing : The same for LightGBM.

    Notes
    -----
    Networks memorise wrong labels in spite of it. Below 0 the loss has no lower bound:
    begin with epochs of cross-entropy, by `TwoStageLabelSmoothing`.

    Probabilities of a network that was trained with it tell right from wrong
    predictions badly; `MaxLogitPNorm` mends that.

    References
    ----------
    Michal Lukasik, Srinadh Bhojanapalli, Aditya Krishna Menon and Sanjiv Kumar, "Does
    label smoothing mitigate label noise?", ICML 2020.

    Jiaheng Wei, Hangyu Liu, Tongliang Liu, Gang Niu, Masashi Sugiyama and Yang Liu, "To
    smooth or not? When label smoothing meets noisy labels", ICML 2022.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import LabelSmoothing
    >>> LabelSmoothing(0.2)(torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
    tensor(0.4133)
    """

    def __init__(self, rate=0.1, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.rate = rate
        self._check()

    def _check(self):
        super()._check()
        check_number("rate", self.rate, -math.inf, 1, closed="right")

    def _losses(self, at):
        return _smoothed(at, self.rate)


class TwoStageLabelSmoothing(RobustLoss):
    """Label smoothing whose rate changes once, at a point of training.

    Smoothing first and none later keeps the gradients of the first epochs from varying
    much. Cross-entropy first and a negative rate later is how negative label smoothing
    is trained, as that needs a network that has learnt something.

    Parameters
    ----------
    first_rate : float, default=0.1
        Rate of the first epochs, at most 1.
    second_rate : float, default=0.0
        Rate of the others, at most 1.
    first_share : float, default=0.5
        Share of the epochs that are the first ones, in [0, 1].
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    LabelSmoothing : One rate all the time.
    LossSchedule : Tells it the epoch, without which it cannot work.

    Notes
    -----
    With wrong labels, smoothing that ends lets the network learn them by rote.

    Half of the epochs as the first ones is inferred; the authors try several numbers.

    References
    ----------
    Yi Xu, Yuanhong Xu, Qi Qian, Hao Li and Rong Jin, "Towards understanding label
    smoothing", arXiv 2020.

    Jiaheng Wei, Hangyu Liu, Tongliang Liu, Gang Niu, Masashi Sugiyama and Yang Liu, "To
    smooth or not? When label smoothing meets noisy labels", ICML 2022.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import TwoStageLabelSmoothing
    >>> loss = TwoStageLabelSmoothing(first_rate=0.2)
    >>> loss.set_epoch(0, n_epochs=10)
    >>> loss(torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
    tensor(0.4133)
    >>> loss.set_epoch(5, n_epochs=10)
    >>> loss(torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
    tensor(0.3133)
    """

    def __init__(
        self, first_rate=0.1, second_rate=0.0, *, first_share=0.5, reduction="mean"
    ):
        super().__init__(reduction=reduction)
        self.first_rate = first_rate
        self.second_rate = second_rate
        self.first_share = first_share
        self._check()

    def _check(self):
        super()._check()
        for name in ("first_rate", "second_rate"):
            check_number(name, getattr(self, name), -math.inf, 1, closed="right")
        check_number("first_share", self.first_share, 0, 1, closed="both")

    def _losses(self, at):
        is_first = self._is_early(self.first_share)
        return _smoothed(at, self.first_rate if is_first else self.second_rate)


class MaxSup(RobustLoss):
    """Max suppression: cross-entropy plus a penalty on the largest logit.

    The penalty is `rate` times what the largest logit is above the mean logit. Label
    smoothing penalises the logit of the given class by the same, also where the
    network predicts another one.

    Parameters
    ----------
    rate : float, default=0.1
        Weight of the penalty, at least 0. With 0 it is cross-entropy.
    last_rate : float, default=None
        Weight in the last epoch, which is reached in a straight line. It needs
        `set_epoch` or `LossSchedule`. None keeps `rate`.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    LabelSmoothing : Lowers the logit of the given class.
    LossSchedule : Tells it the epoch.

    Notes
    -----
    It is a regularizer, and no cure for wrong labels: nothing is known of what it does
    with them. The authors let the weight grow from 0.1 to 0.2.

    References
    ----------
    Yuxuan Zhou, Heng Li, Zhi-Qi Cheng, Xudong Yan, Yifei Dong, Mario Fritz and Margret
    Keuper, "MaxSup: overcoming representation collapse in label smoothing", NeurIPS
    2025.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import MaxSup
    >>> MaxSup(0.2)(torch.tensor([[0.0, 1.0]]), torch.tensor([0]))
    tensor(1.4133)
    """

    def __init__(self, rate=0.1, *, last_rate=None, reduction="mean"):
        super().__init__(reduction=reduction)
        self.rate = rate
        self.last_rate = last_rate
        self._check()

    def _check(self):
        super()._check()
        check_number("rate", self.rate, 0, math.inf, closed="left")
        if self.last_rate is not None:
            check_number("last_rate", self.last_rate, 0, math.inf, closed="left")

    def _losses(self, at):
        above = at.logits.max(dim=1).values - at.logits.mean(dim=1)
        return at.cross_entropy + self._rate_now() * above

    def _rate_now(self):
        if self.last_rate is None:
            return self.rate
        share = min(self._told_epoch() / max(self.n_epochs - 1, 1), 1)
        return self.rate + share * (self.last_rate - self.rate)


def _smoothed(at, rate):
    return (1 - rate) * at.cross_entropy - rate * at.log_p.mean(dim=1)
