# SPDX-License-Identifier: BSD-3-Clause
"""Asymmetric losses: of several labels for one row, the most frequent decides."""

from dataclasses import dataclass

import numpy as np

from sknoisy.boosting._single_probability import SingleProbabilityObjective
from sknoisy.utils._numbers import check_number


@dataclass(frozen=True)
class AsymmetricGeneralizedCrossEntropy(SingleProbabilityObjective):
    """Generalized cross-entropy moved off zero.

    The loss is ``((a + 1) ** q - (a + u) ** q) / q`` for the probability ``u`` of the
    given class.

    Parameters
    ----------
    a : float, default=0.6
        How far it is moved, above 0.
    q : float, default=0.6
        Exponent, above 0.

    See Also
    --------
    ActivePassiveLoss : Takes it as the passive loss.

    Notes
    -----
    The defaults are those used alone for ten classes of images. As the passive loss
    beside normalized cross-entropy, ``a=6`` and ``q=1.5`` with a weight of 4 were used.

    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    ``u * (a + u) ** (q - 1)``.

    References
    ----------
    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> from sknoisy.boosting import AsymmetricGeneralizedCrossEntropy
    >>> AsymmetricGeneralizedCrossEntropy(a=1.0, q=1.0).loss([1, 0], [0.0, 0.0])
    array([0.5, 0.5])
    """

    a: float = 0.6
    q: float = 0.6

    def __post_init__(self):
        check_number("a", self.a, 0, np.inf, closed="neither")
        check_number("q", self.q, 0, np.inf, closed="neither")

    def _loss_at(self, u, log_u):
        return ((self.a + 1) ** self.q - (self.a + u) ** self.q) / self.q

    def _pull_at(self, u, log_u):
        return u * (self.a + u) ** (self.q - 1)

    def _bend_at(self, u, log_u):
        return (1 - self.q) * u**2 * (self.a + u) ** (self.q - 2)


@dataclass(frozen=True)
class AsymmetricUnhingedLoss(SingleProbabilityObjective):
    """A power of what is missing to a number above one.

    The loss is ``((a - u) ** q - (a - 1) ** q) / q`` for the probability ``u`` of the
    given class.

    Parameters
    ----------
    a : float, default=5.5
        Above 1. The larger, the closer to the mean absolute error.
    q : float, default=3.0
        Exponent, above 0; 1 is the mean absolute error.

    See Also
    --------
    ActivePassiveLoss : Takes it as the passive loss.

    Notes
    -----
    The defaults are those used alone for ten classes of images. As the passive loss
    beside normalized cross-entropy, ``a=6.3`` and ``q=1.5`` were used, with a weight
    of 4.

    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    ``u * (a - u) ** (q - 1)``.

    References
    ----------
    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> from sknoisy.boosting import AsymmetricUnhingedLoss
    >>> AsymmetricUnhingedLoss(a=2.0, q=1.0).loss([1, 0], [0.0, 0.0])
    array([0.5, 0.5])
    """

    a: float = 5.5
    q: float = 3.0

    def __post_init__(self):
        check_number("a", self.a, 1, np.inf, closed="neither")
        check_number("q", self.q, 0, np.inf, closed="neither")

    def _loss_at(self, u, log_u):
        return ((self.a - u) ** self.q - (self.a - 1) ** self.q) / self.q

    def _pull_at(self, u, log_u):
        return u * (self.a - u) ** (self.q - 1)

    def _bend_at(self, u, log_u):
        return (self.q - 1) * u**2 * (self.a - u) ** (self.q - 2)


@dataclass(frozen=True)
class AsymmetricExponentialLoss(SingleProbabilityObjective):
    """Exponential loss of the probability of the given class.

    The loss is ``exp(-u / a)`` for that probability ``u``.

    Parameters
    ----------
    a : float, default=2.5
        Above 0. The larger, the closer its shape is to the mean absolute error.

    See Also
    --------
    ActivePassiveLoss : Takes it as the passive loss.

    Notes
    -----
    The default is the one used alone for ten classes of images. As the passive loss
    beside normalized cross-entropy, ``a=5`` with a weight of 4 was used.

    The gradient is exact. LightGBM gets the second derivatives of cross-entropy times
    ``u / a * exp(-u / a)``.

    References
    ----------
    Xiong Zhou, Xianming Liu, Junjun Jiang, Xin Gao and Xiangyang Ji, "Asymmetric loss
    functions for learning with noisy labels", ICML 2021.

    Examples
    --------
    >>> from sknoisy.boosting import AsymmetricExponentialLoss
    >>> AsymmetricExponentialLoss(a=1.0).loss([1, 0], [0.0, 0.0]).round(3)
    array([0.607, 0.607])
    """

    a: float = 2.5

    def __post_init__(self):
        check_number("a", self.a, 0, np.inf, closed="neither")

    def _loss_at(self, u, log_u):
        return np.exp(-u / self.a)

    def _pull_at(self, u, log_u):
        return u / self.a * np.exp(-u / self.a)

    def _bend_at(self, u, log_u):
        return (u / self.a) ** 2 * np.exp(-u / self.a)
