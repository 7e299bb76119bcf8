# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy that turns away from rows which are already fitted."""

from dataclasses import dataclass

import numpy as np

from sknoisy.boosting._single_probability import SingleProbabilityObjective
from sknoisy.utils._numbers import check_number

# Probabilities that are nearer to 1 than this look like 1.
_LEAST_REST = np.finfo(np.float64).eps


@dataclass(frozen=True)
class FocalLoss(SingleProbabilityObjective):
    """Cross-entropy that turns away from rows which are already fitted.

    The loss is ``-(1 - u) ** gamma * log(u)`` for the probability ``u`` of the given
    class.

    Parameters
    ----------
    gamma : float, default=0.5
        At least 0, where it is cross-entropy.

    See Also
    --------
    NormalizedLoss : ``NormalizedLoss(FocalLoss())`` is the normalized focal loss.
    ActivePassiveLoss : Adds a passive loss to that.

    Notes
    -----
    Alone it is no help against wrong labels: it is they that are not fitted. It is
    here to be normalized. The default is that of the normalized loss; without noise,
    2 is usual.

    The gradient is exact. The authors of the normalized focal loss hold the factor
    ``(1 - u) ** gamma`` fixed in their code when they differentiate; here it moves.
    LightGBM gets the second derivatives of cross-entropy times
    ``(1 - u) ** gamma * (1 - gamma * u * log(u) / (1 - u))``.

    References
    ----------
    Tsung-Yi Lin, Priya Goyal, Ross Girshick, Kaiming He and Piotr Dollár, "Focal loss
    for dense object detection", ICCV 2017.

    Xingjun Ma, Hanxun Huang, Yisen Wang, Simone Romano, Sarah Erfani and James Bailey,
    "Normalized loss functions for deep learning with noisy labels", ICML 2020.

    Examples
    --------
    >>> from sknoisy.boosting import FocalLoss, NormalizedLoss
    >>> FocalLoss(gamma=1.0).loss([1, 0], [0.0, 0.0]).round(3)
    array([0.347, 0.347])
    >>> NormalizedLoss(FocalLoss()).loss([1, 0], [0.0, 0.0])
    array([0.5, 0.5])
    """

    gamma: float = 0.5
    # A row that the model does not believe pulls as it does in cross-entropy.
    needs_warm_up = False

    def __post_init__(self):
        check_number("gamma", self.gamma, 0, np.inf, closed="left")

    def _loss_at(self, u, log_u):
        return -(_rest(log_u) ** self.gamma) * log_u

    def _pull_at(self, u, log_u):
        rest = _rest(log_u)
        return rest**self.gamma * (1 - self.gamma * u * _log_over_rest(log_u, rest))

    def _bend_at(self, u, log_u):
        rest, gamma = _rest(log_u), self.gamma
        odds = u / rest
        turn = 2 - (gamma - 1) * u * _log_over_rest(log_u, rest)
        return rest**gamma * (1 + gamma * odds * turn)


def _rest(log_u):
    """Return ``1 - u``, above 0."""
    rest = -np.expm1(log_u)
    return np.where(rest == 0, _LEAST_REST, rest)


def _log_over_rest(log_u, rest):
    """Return ``log(u) / (1 - u)``, which tends to -1 where u does to 1."""
    return np.where(log_u == 0, -1.0, log_u / rest)
