# SPDX-License-Identifier: BSD-3-Clause
"""Losses divided by their sum over all classes, and sums of such with others."""

from dataclasses import dataclass

from sknoisy.boosting._objective import BoostingObjective
from sknoisy.boosting._single_probability import (
    GeneralizedCrossEntropy,
    SingleProbabilityObjective,
    SoftmaxCrossEntropy,
)
from sknoisy.utils._numbers import check_not_negative


@dataclass(frozen=True)
class NormalizedLoss(BoostingObjective):
    """A loss of the given class over the sum of that loss for all classes.

    Over all labels that a row could be given it sums to 1. A loss whose sum is
    constant is robust to symmetric noise: wrong labels then move its minimum nowhere,
    as long as the true one is more frequent than each other.

    Parameters
    ----------
    objective : SoftmaxCrossEntropy, FocalLoss, GeneralizedCrossEntropy, \
            SymmetricCrossEntropy or TaylorCrossEntropy, default=SoftmaxCrossEntropy()
        The loss to divide, one of the probability of the given class alone.

    See Also
    --------
    ActivePassiveLoss : Adds to it what it lacks in pull.

    Notes
    -----
    Alone it underfits: a row that the model is far from believing hardly pulls.

    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    the pull of `objective` over the sum that it is divided by. Beyond normalized
    cross-entropy, that choice is inferred from the one there.

    References
    ----------
    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Examples
    --------
    >>> from sknoisy.boosting import NormalizedLoss
    >>> scores = [[0.5, 0.0, -1.0]] * 3
    >>> float(NormalizedLoss().loss([0, 1, 2], scores).sum().round(9))
    1.0
    """

    objective: SingleProbabilityObjective = SoftmaxCrossEntropy()

    def __post_init__(self):
        if not isinstance(self.objective, SingleProbabilityObjective):
            raise TypeError(
                "objective must be a loss of the probability of the given class, such "
                "as SoftmaxCrossEntropy() or GeneralizedCrossEntropy(q=0.1); got "
                f"{self.objective!r}."
            )

    def _loss(self, at):
        return self.objective._loss(at) / self._total(at)

    def _gradient(self, at):
        share = self._loss(at)[:, None]
        slope = self.objective._gradient(at) - share * self._total_slope(at)
        return slope / self._total(at)[:, None]

    def _hessian(self, at):
        share = self._loss(at)[:, None]
        bend = self.objective._hessian(at) - share * self._total_bend(at)
        bend = bend - 2 * self._gradient(at) * self._total_slope(at)
        return bend / self._total(at)[:, None]

    def _pull(self, at):
        return self.objective._pull(at) / self._total(at)

    def _total(self, at):
        return self.objective._loss_at(at.p, at.log_p).sum(axis=1)

    def _total_slope(self, at):
        pulls = self.objective._pull_at(at.p, at.log_p)
        return at.p * pulls.sum(axis=1, keepdims=True) - pulls

    def _total_bend(self, at):
        pulls = self.objective._pull_at(at.p, at.log_p)
        rest = self.objective._bend_at(at.p, at.log_p) - pulls
        bend = rest * (1 - 2 * at.p) + rest.sum(axis=1, keepdims=True) * at.p**2
        return bend + pulls.sum(axis=1, keepdims=True) * at.p * (1 - at.p)


@dataclass(frozen=True)
class ActivePassiveLoss(BoostingObjective):
    """A loss that raises the given class plus one that lowers all others.

    The active loss is mostly a normalized one, which is robust but pulls too little;
    the passive one, mean absolute error or reverse cross-entropy, makes up for it and
    is robust too.

    Parameters
    ----------
    active : objective, default=NormalizedLoss()
        By default normalized cross-entropy. ``NormalizedLoss(FocalLoss())`` is the
        normalized focal loss.
    passive : objective, default=GeneralizedCrossEntropy(q=1.0)
        By default mean absolute error. ``SymmetricCrossEntropy(alpha=0)`` is reverse
        cross-entropy.
    alpha : float, default=1.0
        Weight of the active loss.
    beta : float, default=1.0
        Weight of the passive loss.

    See Also
    --------
    RobustLGBMClassifier : Trains on it and turns raw scores into probabilities.

    Notes
    -----
    For ten classes of images, weights of 1 and 1 were used with all pairs; for a
    hundred, 10 and 1 with mean absolute error, 10 and 0.1 with reverse cross-entropy.

    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    the weighted sum of what both parts pull.

    References
    ----------
    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Examples
    --------
    >>> from sknoisy.boosting import ActivePassiveLoss, SymmetricCrossEntropy
    >>> with_reverse = ActivePassiveLoss(passive=SymmetricCrossEntropy(alpha=0))
    >>> with_reverse.loss([1, 0], [0.0, 0.0]).round(3)
    array([5.105, 5.105])
    """

    active: BoostingObjective = NormalizedLoss()
    passive: BoostingObjective = GeneralizedCrossEntropy(q=1.0)
    alpha: float = 1.0
    beta: float = 1.0

    def __post_init__(self):
        check_not_negative(alpha=self.alpha, beta=self.beta)
        for name in ("active", "passive"):
            part = getattr(self, name)
            if not isinstance(part, BoostingObjective):
                raise TypeError(
                    f"{name} must be an objective, such as NormalizedLoss() or "
                    f"GeneralizedCrossEntropy(q=1.0); got {part!r}."
                )

    def _loss(self, at):
        return self._sum("_loss", at)

    def _gradient(self, at):
        return self._sum("_gradient", at)

    def _hessian(self, at):
        return self._sum("_hessian", at)

    def _pull(self, at):
        return self._sum("_pull", at)

    def _sum(self, name, at):
        active, passive = getattr(self.active, name), getattr(self.passive, name)
        return self.alpha * active(at) + self.beta * passive(at)
