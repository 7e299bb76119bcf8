# SPDX-License-Identifier: BSD-3-Clause
"""How many rounds there are, when one counts, and what they have found."""

from dataclasses import dataclass, replace
from numbers import Integral, Real

import numpy as np

from sknoisy.utils._weights import mean_and_error

# Rounds that gain less, in nats a row, change nothing worth a cross-fit.
_LEAST_GAIN = 1e-4


@dataclass(frozen=True)
class Rounds:
    """How long to search, and what a round must gain.

    Attributes
    ----------
    max_iter : int
        Rounds at most.
    min_gain : float or None
        Standard errors by which a round must gain; None does not check.
    label_share : float
        Share of a soft posterior that stays on the given label.
    """

    max_iter: int = 1
    min_gain: float | None = 1.0
    label_share: float = 0.5

    def check(self):
        """Raise a ValueError that names the fix if a value is out of range."""
        if not isinstance(self.label_share, Real) or not 0 <= self.label_share < 1:
            raise ValueError(
                f"label_share={self.label_share!r} must be at least 0 and below 1; at "
                "1 the given labels would never be doubted, which is the plain "
                "estimator."
            )
        if not isinstance(self.max_iter, Integral) or self.max_iter < 1:
            raise ValueError(
                f"max_iter={self.max_iter!r} must be a whole number, at least 1."
            )
        if self.min_gain is not None and not isinstance(self.min_gain, Real):
            raise ValueError(
                f"min_gain={self.min_gain!r} must be a number of standard errors, or "
                "None to act without checking."
            )

    def accept(self, gain, sample_weight):
        """Tell whether a mean gain exceeds so many standard errors.

        Parameters
        ----------
        gain : ndarray of shape (n_samples,)
            What each row has gained.
        sample_weight : ndarray of shape (n_samples,) or None
            Weight of each row.

        Returns
        -------
        accepted : bool
            Always true without a check.
        """
        if self.min_gain is None:
            return True
        mean, error = mean_and_error(gain, sample_weight)
        return bool(mean > max(self.min_gain * error, _LEAST_GAIN))


@dataclass(frozen=True)
class Found:
    """What a method has settled on.

    Attributes
    ----------
    targets : ndarray of shape (n_samples, n_classes) or None
        Weight of each class for each row; None to leave the labels as they are.
    n_iter : int
        Rounds that were run; where the search broke off, the last did not count.
    log_likelihoods : list of float
        Mean log-likelihood of the given labels, plain and after each checked
        round.
    cross_fit : CrossFit or None
        The estimator fitted on the targets of all but one fold; None where nothing
        was checked.
    estimator : classifier or None
        Unfitted, to be fitted in place of the estimator of the problem.
    chosen : BaseMethod or None
        The method whose targets they are, where one was chosen among several.
    candidates : list of Candidate or None
        What it was chosen among.
    """

    targets: np.ndarray | None
    n_iter: int
    log_likelihoods: list
    cross_fit: object = None
    estimator: object = None
    chosen: object = None
    candidates: list | None = None


def one_round(method, problem, rounds):
    """Run a round of a method, without asking what it gains.

    Parameters
    ----------
    method : BaseMethod
        The method.
    problem : Problem
        What it works on.
    rounds : Rounds
        How it would search.

    Returns
    -------
    found : Found
        Always with targets, and with the method that they are from.
    """
    found = method.search(problem, replace(rounds, max_iter=1, min_gain=None))
    chosen = found.chosen or method
    return replace(found, chosen=chosen, cross_fit=None, log_likelihoods=[])
