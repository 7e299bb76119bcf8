# SPDX-License-Identifier: BSD-3-Clause
"""Aggregates: from one score a member to one score a row, in O(n) memory."""

from abc import ABCMeta, abstractmethod

import numpy as np
from sklearn.base import BaseEstimator

from sknoisy.utils._options import resolve_part


class BaseAggregate(BaseEstimator, metaclass=ABCMeta):
    """Base of aggregates, which take the scores of one member after another."""

    @abstractmethod
    def start(self, n_samples):
        """Return the state of an aggregate that has seen no member.

        Parameters
        ----------
        n_samples : int
            Number of rows.

        Returns
        -------
        state : object
            Passed on to `update` and `finish`.
        """

    @abstractmethod
    def update(self, state, scores, rows):
        """Take in the scores of one member, in place.

        Parameters
        ----------
        state : object
            What `start` returned.
        scores : ndarray of shape (n_judged,)
            Scores of the member; higher is more trustworthy.
        rows : ndarray of shape (n_judged,), dtype=int, or slice
            The rows that the member judges.
        """

    @abstractmethod
    def finish(self, state):
        """Return one score a row; NaN where no member judged it.

        Parameters
        ----------
        state : object
            The state after the last member.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Higher is more trustworthy.
        """

    def to_quality(self, scores, score):
        """Map the aggregated scores to [0, 1].

        Parameters
        ----------
        scores : ndarray of shape (n_samples,)
            What `finish` returned.
        score : BaseLabelScore
            The label score that was aggregated.

        Returns
        -------
        quality : ndarray of shape (n_samples,)
            Higher is more trustworthy.
        """
        return score.to_quality(scores)


class Mean(BaseAggregate):
    """Mean over the members that judge a row.

    Examples
    --------
    >>> from sknoisy.detection import LabelDetector, Mean
    >>> LabelDetector(aggregate=Mean()).aggregate
    Mean()
    """

    def start(self, n_samples):
        return {"total": np.zeros(n_samples), "times": np.zeros(n_samples)}

    def update(self, state, scores, rows):
        state["total"][rows] += scores
        state["times"][rows] += 1

    def finish(self, state):
        times = state["times"]
        return np.where(times > 0, state["total"] / np.maximum(times, 1), np.nan)


class Minimum(BaseAggregate):
    """The worst score that any member gives a row.

    Examples
    --------
    >>> from sknoisy.detection import LabelDetector, Minimum
    >>> LabelDetector(aggregate=Minimum()).aggregate
    Minimum()
    """

    def start(self, n_samples):
        return np.full(n_samples, np.nan)

    def update(self, state, scores, rows):
        state[rows] = np.fmin(state[rows], scores)

    def finish(self, state):
        return state


class Maximum(BaseAggregate):
    """The best score that any member gives a row.

    Examples
    --------
    >>> from sknoisy.detection import LabelDetector, Maximum
    >>> LabelDetector(aggregate=Maximum()).aggregate
    Maximum()
    """

    def start(self, n_samples):
        return np.full(n_samples, np.nan)

    def update(self, state, scores, rows):
        state[rows] = np.fmax(state[rows], scores)

    def finish(self, state):
        return state


class Variability(BaseAggregate):
    """How steady the members are about a row: minus the standard deviation.

    Steadiness alone does not tell a sure right label from a sure wrong one; it
    is meant for rankings beside a mean, as in dataset cartography. Computed by
    Welford's streaming update.

    Examples
    --------
    >>> from sknoisy.detection import LabelDetector, OutOfFold, Variability
    >>> detector = LabelDetector(OutOfFold(n_repeats=5), aggregate=Variability())
    """

    def start(self, n_samples):
        return {
            "times": np.zeros(n_samples),
            "mean": np.zeros(n_samples),
            "squares": np.zeros(n_samples),
        }

    def update(self, state, scores, rows):
        state["times"][rows] += 1
        step = scores - state["mean"][rows]
        state["mean"][rows] += step / state["times"][rows]
        state["squares"][rows] += step * (scores - state["mean"][rows])

    def finish(self, state):
        times = state["times"]
        deviation = np.sqrt(state["squares"] / np.maximum(times, 1))
        return np.where(times > 0, -deviation, np.nan)

    def to_quality(self, scores, score):
        return np.exp(scores)


AGGREGATES = {
    "mean": Mean,
    "minimum": Minimum,
    "maximum": Maximum,
    "variability": Variability,
}


def check_aggregate(aggregate):
    """Turn an alias into an aggregate.

    Parameters
    ----------
    aggregate : str or BaseAggregate
        What the caller wrote.

    Returns
    -------
    aggregate : BaseAggregate
        The object.
    """
    return resolve_part(
        "aggregate", aggregate, AGGREGATES, BaseAggregate, "an aggregate"
    )
