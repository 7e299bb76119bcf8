# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy to targets that are softer or harder than the given labels."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from sknoisy.boosting._objective import BoostingObjective
from sknoisy.utils._numbers import check_number


class TargetObjective(BoostingObjective):
    """Cross-entropy to fixed targets that sum to 1, some of them maybe negative."""

    def _loss(self, at):
        return -(self._targets(at) * at.log_p).sum(axis=1)

    def _gradient(self, at):
        return at.p - self._targets(at)

    def _hessian(self, at):
        return at.p * (1 - at.p)

    def _pull(self, at):
        return np.ones(len(at.codes))

    @abstractmethod
    def _targets(self, at):
        """Return the target of each row and class."""


@dataclass(frozen=True)
class LabelSmoothing(TargetObjective):
    """Label smoothing, or with a negative rate negative label smoothing.

    The target is ``1 - rate`` on the given class, plus ``rate / n_classes`` on each.

    Parameters
    ----------
    rate : float, default=0.1
        At most 1. Above 0 it softens the labels. Below 0 it hardens them, which undoes
        the softening that symmetric noise is: for a share ``r`` of wrong labels among
        ``k`` classes and ``e = r * k / (k - 1)``, the rate ``-e / (1 - e)`` is
        `BackwardCorrection` by the matrix of that noise.

    See Also
    --------
    BackwardCorrection : The same for any transition matrix.

    Notes
    -----
    Boosting memorises wrong labels in spite of it. Below 0 the loss has no lower bound:
    training then begins with rounds of cross-entropy in `RobustLGBMClassifier`, and few
    rounds are better than many.

    LightGBM gets the exact second derivatives, as it scales those of cross-entropy.

    References
    ----------
    Michal Lukasik, Srinadh Bhojanapalli, Aditya Krishna Menon and Sanjiv Kumar, "Does
    label smoothing mitigate label noise?", ICML 2020.

    Jiaheng Wei, Hangyu Liu, Tongliang Liu, Gang Niu, Masashi Sugiyama and Yang Liu, "To
    smooth or not? When label smoothing meets noisy labels", ICML 2022.

    Examples
    --------
    >>> from sknoisy.boosting import LabelSmoothing
    >>> LabelSmoothing(0.2).gradient([1], [[0.0, 0.0]]).round(3)
    array([[ 0.4, -0.4]])
    """

    rate: float = 0.1

    def __post_init__(self):
        check_number("rate", self.rate, -np.inf, 1, closed="right")

    @property
    def needs_warm_up(self):
        """Whether the loss has no lower bound."""
        return self.rate < 0

    def _targets(self, at):
        return (1 - self.rate) * at.given + self.rate / at.n_classes
