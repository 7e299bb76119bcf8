# SPDX-License-Identifier: BSD-3-Clause
"""Losses that depend on the probability of the given class alone."""

import math
from abc import abstractmethod
from numbers import Integral

import torch

from sknoisy.neural.losses._base import RobustLoss
from sknoisy.utils._numbers import check_not_negative, check_number

_LOG_ZERO = math.log(1e-4)


class SingleProbabilityLoss(RobustLoss):
    """A function of the probability u of the given class.

    Its gradient by the logits is that of cross-entropy times ``-u * loss'(u)``, so
    that it trains as cross-entropy with a weight of its own on every row does.
    """

    def _losses(self, at):
        if at.is_soft:
            return at.of_given(self._loss_at(at.log_p))
        return self._loss_at(at.of_given(at.log_p))

    @abstractmethod
    def _loss_at(self, log_u):
        """Return the loss at logarithms of the probability of the given class."""


class SoftmaxCrossEntropy(SingleProbabilityLoss):
    """Cross-entropy, to compare with and to build upon.

    The loss is ``-log(u)`` for the probability ``u`` of the given class.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    NormalizedLoss : Cross-entropy over its sum for all classes.
    LabelSmoothing : Cross-entropy to softer or harder labels.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import SoftmaxCrossEntropy
    >>> SoftmaxCrossEntropy()(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.6931)
    """

    def __init__(self, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self._check()

    def _loss_at(self, log_u):
        return -log_u


class MeanAbsoluteError(SingleProbabilityLoss):
    """Mean absolute error between probabilities and labels.

    The loss is ``1 - u`` for the probability ``u`` of the given class, which is half
    of what the probabilities of all classes are off. Over all labels that a row could
    be given it sums to a constant, which makes it robust to symmetric noise.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    GeneralizedCrossEntropy : Learns faster, and is nearly as robust.
    ActivePassiveLoss : Adds what it lacks in pull.

    Notes
    -----
    A row pulls by the probability of its label, which is next to nothing while
    training begins. With many classes it hardly learns.

    The loss of a soft label is the mean of those of the classes, not the absolute
    error to the shares; so it stays linear in the label.

    References
    ----------
    Aritra Ghosh, Himanshu Kumar and P. S. Sastry, "Robust loss functions under label
    noise for deep neural networks", AAAI 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import MeanAbsoluteError
    >>> MeanAbsoluteError()(torch.zeros(1, 4), torch.tensor([1]))
    tensor(0.7500)
    """

    def __init__(self, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self._check()

    def _loss_at(self, log_u):
        return -torch.expm1(log_u)


class GeneralizedCrossEntropy(SingleProbabilityLoss):
    """Generalized cross-entropy: between cross-entropy and mean absolute error.

    The loss is ``(1 - u ** q) / q`` for the probability ``u`` of the given class.
    Rows whose label the model does not believe pull less, by ``u ** q``.

    Parameters
    ----------
    q : float, default=0.7
        In (0, 1]. Towards 0 it becomes cross-entropy, and 1 is the mean absolute
        error ``1 - u``.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    TruncatedGeneralizedCrossEntropy : Leaves out rows that are not believed at all.
    TaylorCrossEntropy : Another way between the two.
    sknoisy.boosting.GeneralizedCrossEntropy : The same for LightGBM.

    Notes
    -----
    With many classes a row pulls little while training begins; a smaller `q` helps.

    References
    ----------
    Zhilu Zhang and Mert R. Sabuncu, "Generalized cross entropy loss for training deep
    neural networks with noisy labels", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from skorch import NeuralNetClassifier
    >>> from sknoisy.neural.losses import GeneralizedCrossEntropy
    >>> net = NeuralNetClassifier(
    ...     torch.nn.Linear,
    ...     module__in_features=2,
    ...     module__out_features=2,
    ...     criterion=GeneralizedCrossEntropy,
    ...     criterion__q=0.5,
    ...     train_split=None,
    ...     verbose=0,
    ... )
    >>> X = torch.randn(20, 2).numpy()
    >>> y = (X[:, 0] > 0).astype("int64")
    >>> bool(abs(net.fit(X, y).predict_proba(X).sum(axis=1) - 1).max() < 1e-6)
    True
    """

    def __init__(self, q=0.7, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.q = q
        self._check()

    def _check(self):
        super()._check()
        check_number("q", self.q, 0, 1, closed="right")

    def _loss_at(self, log_u):
        return _generalized(log_u, self.q)


class TruncatedGeneralizedCrossEntropy(SingleProbabilityLoss):
    """Generalized cross-entropy that in the end stays level below a probability.

    For the probability ``u`` of the given class the loss is ``(1 - u ** q) / q``
    where ``u`` is above `k`, and ``(1 - k ** q) / q`` elsewhere, so that rows whose
    label the model does not believe pull at nothing. Before that, the model is
    trained without truncation until it believes some labels.

    Parameters
    ----------
    q : float, default=0.7
        In (0, 1], as in `GeneralizedCrossEntropy`.
    k : float, default=0.5
        In (0, 1). Probability that a row must have to pull.
    first_share : float, default=1/3
        Share of the epochs in which the loss is not truncated yet. Any above 0 needs
        `set_epoch` or `LossSchedule`, unless `RobustNetClassifier` trains the net;
        give 0 to train on a network that has been trained.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    GeneralizedCrossEntropy : The same without truncation.
    LossSchedule : Tells it the epoch.

    Notes
    -----
    A network that has learnt nothing yet gives no class of several a probability
    above `k`. With ``first_share=0`` it then learns nothing either.

    The authors begin to leave out rows after 40 of 120 epochs; those numbers are
    quoted from memory. That the share is kept where the epochs are others is inferred.

    The authors minimise this loss in turns: they settle which rows are left out,
    train for some epochs, and settle it again. Here it is settled anew in each batch,
    by the loss itself. That choice is inferred.

    References
    ----------
    Zhilu Zhang and Mert R. Sabuncu, "Generalized cross entropy loss for training deep
    neural networks with noisy labels", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import TruncatedGeneralizedCrossEntropy
    >>> loss = TruncatedGeneralizedCrossEntropy(q=1.0, reduction="none")
    >>> logits, given = torch.tensor([[0.0, 0.0], [0.0, 9.0]]), torch.tensor([1, 0])
    >>> loss.set_epoch(0, n_epochs=9)
    >>> loss(logits, given)
    tensor([0.5000, 0.9999])
    >>> loss.set_epoch(3, n_epochs=9)
    >>> loss(logits, given)
    tensor([0.5000, 0.5000])

    `RobustNetClassifier` tells the loss the epoch, and a net of skorch is given a
    callback that does.

    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> net = ready_net(max_epochs=9, criterion=TruncatedGeneralizedCrossEntropy)
    >>> clf = RobustNetClassifier(net, method="ce")
    """

    def __init__(self, q=0.7, k=0.5, *, first_share=1 / 3, reduction="mean"):
        super().__init__(reduction=reduction)
        self.q = q
        self.k = k
        self.first_share = first_share
        self._check()

    def _check(self):
        super()._check()
        check_number("q", self.q, 0, 1, closed="right")
        check_number("k", self.k, 0, 1, closed="neither")
        check_number("first_share", self.first_share, 0, 1, closed="both")

    def _loss_at(self, log_u):
        if not self._is_early(self.first_share):
            log_u = log_u.clamp(min=math.log(self.k))
        return _generalized(log_u, self.q)


class SymmetricCrossEntropy(SingleProbabilityLoss):
    """Symmetric cross-entropy: cross-entropy plus its reverse.

    The reverse one takes the labels for the prediction. As the logarithm of zero
    has to be cut off, at ``log_zero``, it is ``-log_zero * (1 - u)`` for the
    probability ``u`` of the given class: a scaled mean absolute error.

    Parameters
    ----------
    alpha : float, default=0.1
        Weight of cross-entropy.
    beta : float, default=1.0
        Weight of reverse cross-entropy.
    log_zero : float, default=-9.210340371976182
        What the logarithm of zero is taken for, below 0; by default the logarithm
        of 0.0001.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    ReverseCrossEntropy : The second part alone.
    GeneralizedCrossEntropy : Between the two losses, not a sum of them.
    sknoisy.boosting.SymmetricCrossEntropy : The same for LightGBM.

    Notes
    -----
    The defaults of `alpha` and `beta` are those used for ten classes of images; for a
    hundred classes 6 and 0.1 were used. The paper sets `log_zero` to -4, while the code
    that came with it used the default here.

    References
    ----------
    Yisen Wang, Xingjun Ma, Zaiyi Chen, Yuan Luo, Jinfeng Yi and James Bailey,
    "Symmetric cross entropy for robust learning with noisy labels", ICCV 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import SymmetricCrossEntropy
    >>> SymmetricCrossEntropy(log_zero=-4.0)(torch.zeros(1, 2), torch.tensor([1]))
    tensor(2.0693)
    """

    def __init__(self, alpha=0.1, beta=1.0, log_zero=_LOG_ZERO, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.alpha = alpha
        self.beta = beta
        self.log_zero = log_zero
        self._check()

    def _check(self):
        super()._check()
        check_not_negative(alpha=self.alpha, beta=self.beta)
        check_number("log_zero", self.log_zero, -math.inf, 0, closed="neither")

    def _loss_at(self, log_u):
        return -self.alpha * log_u + self.beta * self.log_zero * torch.expm1(log_u)


class ReverseCrossEntropy(SingleProbabilityLoss):
    """Reverse cross-entropy: the prediction is the truth, and the label predicts it.

    With the logarithm of zero cut off at `log_zero`, the loss is
    ``-log_zero * (1 - u)`` for the probability ``u`` of the given class: a scaled
    mean absolute error.

    Parameters
    ----------
    log_zero : float, default=-9.210340371976182
        What the logarithm of zero is taken for, below 0; by default the logarithm
        of 0.0001.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    SymmetricCrossEntropy : Adds it to cross-entropy.
    ActivePassiveLoss : Adds it to a normalized loss.

    Notes
    -----
    The loss of a soft label is the mean of those of the classes, as the labels
    are cut off one by one.

    References
    ----------
    Yisen Wang, Xingjun Ma, Zaiyi Chen, Yuan Luo, Jinfeng Yi and James Bailey,
    "Symmetric cross entropy for robust learning with noisy labels", ICCV 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import ReverseCrossEntropy
    >>> ReverseCrossEntropy(log_zero=-4.0)(torch.zeros(1, 2), torch.tensor([1]))
    tensor(2.)
    """

    def __init__(self, log_zero=_LOG_ZERO, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.log_zero = log_zero
        self._check()

    def _check(self):
        super()._check()
        check_number("log_zero", self.log_zero, -math.inf, 0, closed="neither")

    def _loss_at(self, log_u):
        return self.log_zero * torch.expm1(log_u)


class TaylorCrossEntropy(SingleProbabilityLoss):
    """Cross-entropy by the first terms of its Taylor series.

    The loss is the sum of ``(1 - u) ** i / i`` for i from 1 to `order`, for the
    probability ``u`` of the given class. Being bounded, it is robust where
    cross-entropy is not.

    Parameters
    ----------
    order : int, default=2
        Number of terms, at least 1. One is the mean absolute error ``1 - u``; the
        more, the closer to cross-entropy.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    GeneralizedCrossEntropy : Another way between the two.
    sknoisy.boosting.TaylorCrossEntropy : The same for LightGBM.

    Notes
    -----
    The paper chooses `order` on validation data; from 2 to 6 is usual. That range is
    quoted from memory.

    References
    ----------
    Lei Feng, Senlin Shu, Zhuoyi Lin, Fengmao Lv, Li Li and Bo An, "Can cross entropy
    loss be robust to label noise?", IJCAI 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import TaylorCrossEntropy
    >>> TaylorCrossEntropy(order=2)(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.6250)
    """

    def __init__(self, order=2, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.order = order
        self._check()

    def _check(self):
        super()._check()
        if not isinstance(self.order, Integral) or self.order < 1:
            raise ValueError(
                f"order={self.order!r} must be a whole number, at least 1."
            )

    def _loss_at(self, log_u):
        rest = -torch.expm1(log_u)
        total = torch.full_like(rest, 1 / self.order)
        # Horner's rule takes two operations for a term.
        for i in range(self.order - 1, 0, -1):
            total = total * rest + 1 / i
        return total * rest


class FocalLoss(SingleProbabilityLoss):
    """Cross-entropy that turns away from rows which are already fitted.

    The loss is ``-(1 - u) ** gamma * log(u)`` for the probability ``u`` of the given
    class.

    Parameters
    ----------
    gamma : float, default=0.5
        At least 0, where it is cross-entropy.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    NormalizedFocalLoss : The loss that this is a part of.
    sknoisy.boosting.FocalLoss : The same for LightGBM.

    Notes
    -----
    Alone it is no help against wrong labels: it is they that are not fitted. It is
    here to be normalized. The default is that of the normalized loss; without noise,
    2 is usual.

    The authors of the normalized focal loss hold the factor ``(1 - u) ** gamma``
    fixed in their code when they differentiate; here it moves.

    References
    ----------
    Tsung-Yi Lin, Priya Goyal, Ross Girshick, Kaiming He and Piotr Dollár, "Focal loss
    for dense object detection", ICCV 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import FocalLoss
    >>> FocalLoss(gamma=1.0)(torch.zeros(1, 2), torch.tensor([1]))
    tensor(0.3466)
    """

    def __init__(self, gamma=0.5, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.gamma = gamma
        self._check()

    def _check(self):
        super()._check()
        check_number("gamma", self.gamma, 0, math.inf, closed="left")

    def _loss_at(self, log_u):
        # A root has no slope at 0, where its product with the logarithm has one.
        rest = (-torch.expm1(log_u)).clamp(min=torch.finfo(log_u.dtype).eps)
        return -(rest**self.gamma) * log_u


def _generalized(log_u, q):
    return -torch.expm1(q * log_u) / q
