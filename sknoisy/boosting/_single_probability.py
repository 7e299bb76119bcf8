# SPDX-License-Identifier: BSD-3-Clause
"""Losses that depend on the probability of the given class alone."""

from abc import abstractmethod
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from sknoisy.boosting._objective import BoostingObjective
from sknoisy.utils._numbers import check_not_negative, check_number


class SingleProbabilityObjective(BoostingObjective):
    """A function of the probability u of the given class.

    Its gradient is that of cross-entropy times ``pull(u) = -u * loss'(u)``, so that
    it trains as cross-entropy with a weight of its own on every row does.
    """

    @property
    def needs_warm_up(self):
        """Whether rows that the model does not believe yet pull at nothing."""
        one_row = np.zeros(1)
        return bool(self._pull_at(one_row, one_row - np.inf)[0] == 0)

    def _gradient(self, at):
        return self._pull(at)[:, None] * (at.p - at.given)

    def _hessian(self, at):
        pull, bend = self._pull(at), self._bend_at(at.u, at.log_u)
        squares = (at.given - at.p) ** 2
        return (bend - pull)[:, None] * squares + pull[:, None] * at.p * (1 - at.p)

    def _loss(self, at):
        return self._loss_at(at.u, at.log_u)

    def _pull(self, at):
        return self._pull_at(at.u, at.log_u)

    @abstractmethod
    def _loss_at(self, u, log_u):
        """Return the loss at probabilities of the given class."""

    @abstractmethod
    def _pull_at(self, u, log_u):
        """Return ``-u * loss'(u)``."""

    @abstractmethod
    def _bend_at(self, u, log_u):
        """Return ``u ** 2 * loss''(u)``."""


@dataclass(frozen=True)
class SoftmaxCrossEntropy(SingleProbabilityObjective):
    """Cross-entropy, LightGBM's own loss, to compare with and to build upon.

    The loss is ``-log(u)`` for the probability ``u`` of the given class.

    See Also
    --------
    NormalizedLoss : Cross-entropy over its sum for all classes.
    LabelSmoothing : Cross-entropy to softer or harder labels.

    Notes
    -----
    Begun at the logarithms of the class shares, it grows the trees that the built-in
    objectives "binary" and "multiclass" grow.

    Examples
    --------
    >>> from sknoisy.boosting import SoftmaxCrossEntropy
    >>> SoftmaxCrossEntropy().loss([1, 0], [0.0, 0.0]).round(3)
    array([0.693, 0.693])
    """

    def _loss_at(self, u, log_u):
        return -log_u

    def _pull_at(self, u, log_u):
        return np.ones_like(u)

    def _bend_at(self, u, log_u):
        return np.ones_like(u)


@dataclass(frozen=True)
class GeneralizedCrossEntropy(SingleProbabilityObjective):
    """Generalized cross-entropy: between cross-entropy and mean absolute error.

    The loss is ``(1 - u ** q) / q`` for the probability ``u`` of the given class.
    Rows whose label the model does not believe pull less, by ``u ** q``.

    Parameters
    ----------
    q : float, default=0.7
        In (0, 1]. Towards 0 it becomes cross-entropy, and 1 is the mean absolute
        error ``1 - u``.

    See Also
    --------
    RobustLGBMClassifier : Trains on it and turns raw scores into probabilities.
    TaylorCrossEntropy : Another way between the two.

    Notes
    -----
    The variant that truncates the loss below a probability is not used.

    The gradient is exact. LightGBM needs second derivatives above zero, which those
    of this loss are not everywhere, so that it gets those of cross-entropy times
    ``u ** q``. `hessian` returns the exact ones.

    References
    ----------
    Zhilu Zhang and Mert R. Sabuncu, "Generalized cross entropy loss for training deep
    neural networks with noisy labels", NeurIPS 2018.

    Examples
    --------
    >>> from lightgbm import LGBMClassifier
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.boosting import GeneralizedCrossEntropy
    >>> X, y = load_iris(return_X_y=True)
    >>> booster = LGBMClassifier(objective=GeneralizedCrossEntropy(q=0.7), verbose=-1)
    >>> scores = booster.fit(X, y).predict(X, raw_score=True)
    >>> bool((scores.argmax(axis=1) == y).mean() > 0.95)
    True
    """

    q: float = 0.7

    def __post_init__(self):
        check_number("q", self.q, 0, 1, closed="right")

    def _loss_at(self, u, log_u):
        return -np.expm1(self.q * log_u) / self.q

    def _pull_at(self, u, log_u):
        return np.exp(self.q * log_u)

    def _bend_at(self, u, log_u):
        return (1 - self.q) * np.exp(self.q * log_u)


@dataclass(frozen=True)
class SymmetricCrossEntropy(SingleProbabilityObjective):
    """Symmetric cross-entropy: cross-entropy plus its reverse.

    The reverse one takes the labels for the prediction. As the logarithm of zero
    has to be cut off, at ``log_zero``, it is ``-log_zero * (1 - u)`` for the
    probability ``u`` of the given class: a scaled mean absolute error.

    Parameters
    ----------
    alpha : float, default=0.1
        Weight of cross-entropy.
    beta : float, default=1.0
        Weight of reverse cross-entropy. With ``alpha=0`` it stands alone.
    log_zero : float, default=-9.210340371976182
        What the logarithm of zero is taken for, below 0; by default the logarithm
        of 0.0001.

    See Also
    --------
    GeneralizedCrossEntropy : Between the two losses, not a sum of them.
    ActivePassiveLoss : Sums of a normalized loss and a passive one.

    Notes
    -----
    The defaults of `alpha` and `beta` are those used for ten classes of images; for a
    hundred classes 6 and 0.1 were used. The paper sets `log_zero` to -4, while the code
    that came with it used the default here.

    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    ``alpha - beta * log_zero * u``.

    References
    ----------
    Yisen Wang, Xingjun Ma, Zaiyi Chen, Yuan Luo, Jinfeng Yi and James Bailey,
    "Symmetric cross entropy for robust learning with noisy labels", ICCV 2019.

    Examples
    --------
    >>> from sknoisy.boosting import SymmetricCrossEntropy
    >>> SymmetricCrossEntropy(log_zero=-4.0).loss([1, 0], [0.0, 0.0]).round(3)
    array([2.069, 2.069])
    """

    alpha: float = 0.1
    beta: float = 1.0
    log_zero: float = float(np.log(1e-4))

    def __post_init__(self):
        check_not_negative(alpha=self.alpha, beta=self.beta)
        check_number("log_zero", self.log_zero, -np.inf, 0, closed="neither")

    def _loss_at(self, u, log_u):
        return -self.alpha * log_u - self.beta * self.log_zero * (1 - u)

    def _pull_at(self, u, log_u):
        return self.alpha - self.beta * self.log_zero * u

    def _bend_at(self, u, log_u):
        return np.full_like(u, self.alpha)


@dataclass(frozen=True)
class TaylorCrossEntropy(SingleProbabilityObjective):
    """Cross-entropy by the first terms of its Taylor series.

    The loss is the sum of ``(1 - u) ** i / i`` for i from 1 to `order`, for the
    probability ``u`` of the given class. Being bounded, it is robust where
    cross-entropy is not.

    Parameters
    ----------
    order : int, default=2
        Number of terms, at least 1. One is the mean absolute error ``1 - u``; the
        more, the closer to cross-entropy.

    See Also
    --------
    GeneralizedCrossEntropy : Another way between the two.

    Notes
    -----
    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    ``1 - (1 - u) ** order``.

    The paper chooses `order` on validation data; from 2 to 6 is usual. That range is
    quoted from memory.

    References
    ----------
    Lei Feng, Senlin Shu, Zhuoyi Lin, Fengmao Lv, Li Li and Bo An, "Can cross entropy
    loss be robust to label noise?", IJCAI 2020.

    Examples
    --------
    >>> from sknoisy.boosting import TaylorCrossEntropy
    >>> TaylorCrossEntropy(order=2).loss([1, 0], [0.0, 0.0])
    array([0.625, 0.625])
    """

    order: int = 2

    def __post_init__(self):
        if not isinstance(self.order, Integral) or self.order < 1:
            raise ValueError(
                f"order={self.order!r} must be a whole number, at least 1."
            )

    def _loss_at(self, u, log_u):
        return sum((1 - u) ** i / i for i in range(1, self.order + 1))

    def _pull_at(self, u, log_u):
        return 1 - (1 - u) ** self.order

    def _bend_at(self, u, log_u):
        return self._pull_at(u, log_u) - self.order * u * (1 - u) ** (self.order - 1)
