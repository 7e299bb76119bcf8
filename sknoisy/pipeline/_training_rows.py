# SPDX-License-Identifier: BSD-3-Clause
"""The training rows on their way through the steps of a pipeline."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy.utils import num_rows, take_rows
from sknoisy.utils._rows import is_per_row


@dataclass
class StepOutput:
    """What one fitted step hands to the steps after it.

    Attributes
    ----------
    step : estimator
        The fitted step.
    X : any container of n_out rows
        Rows that come out.
    y : array-like of shape (n_out,) or None
        Labels that come out.
    indices : ndarray of shape (n_out,) or None
        Rows of the input that the rows of the output are; None if the step left
        the rows as they were, or `is_traced` is False.
    weights : ndarray of shape (n_out,) or None
        New sample weights, if the step made any.
    is_traced : bool
        False if the step does not say which rows of its input came out.
    """

    step: Any
    X: Any
    y: Any
    indices: np.ndarray | None = None
    weights: np.ndarray | None = None
    is_traced: bool = True


def count_rows(X):
    """Count the rows of X, if they can be counted.

    Parameters
    ----------
    X : any container or iterable
        What was passed to fit.

    Returns
    -------
    n_rows : int or None
        None for a generator.
    """
    try:
        return num_rows(X)
    except TypeError:
        return None


class TrainingRows:
    """Rows between two steps, and where they came from.

    Parameters
    ----------
    X : any container of n_given rows
        Rows that fit was given.
    y : array-like of shape (n_given,) or None
        Labels that fit was given.

    Attributes
    ----------
    X, y : containers of n_now rows
        The rows as they are now.
    n_given : int or None
        Number of rows that fit was given.
    indices : ndarray of shape (n_now,) or None
        Rows of the input that remain, in order; None while all do.
    weights : ndarray of shape (n_now,) or None
        Sample weights that a step made; None if no step did.
    untraced_by : str or None
        Name of the step after which nobody knows where the rows came from.
    """

    def __init__(self, X, y):
        self.X = X
        self.y = y
        self.n_given = count_rows(X)
        self.indices = None
        self.weights = None
        self.untraced_by = None

    def advance(self, name, output):
        """Move to what a step has made of the rows.

        Parameters
        ----------
        name : str
            Name of the step.
        output : StepOutput
            What the step handed over.
        """
        self.X, self.y = output.X, output.y
        if not output.is_traced:
            self.untraced_by = name
            if self.weights is not None:
                self._raise_untraced("sample_weight")
        elif output.indices is not None and self.untraced_by is None:
            before = self.indices
            self.indices = output.indices if before is None else before[output.indices]
        if output.weights is not None:
            self.weights = output.weights
        elif self.weights is not None and output.indices is not None:
            self.weights = take_rows(self.weights, output.indices)

    def align(self, name, value):
        """Bring a fit parameter in step with the rows as they are now.

        Parameters
        ----------
        name : str
            Name of the parameter.
        value : object
            Its value as the user gave it, or the weights that a step made.

        Returns
        -------
        value : object
            The entries of the rows that remain, if it held one for each row.

        Raises
        ------
        ValueError
            If it held one entry for each row, and a step has not said which rows
            remain.
        """
        if value is self.weights or not is_per_row(value, self.n_given):
            return value
        if self.untraced_by is not None:
            self._raise_untraced(name)
        return value if self.indices is None else take_rows(value, self.indices)

    def source_rows(self):
        """Say which rows of the input remain.

        Returns
        -------
        indices : ndarray of shape (n_now,) or None
            None if that is not known.
        """
        if self.untraced_by is not None or self.n_given is None:
            return None
        return np.arange(self.n_given) if self.indices is None else self.indices

    def _raise_untraced(self, name):
        raise ValueError(
            f"{name} holds one entry per row, but step {self.untraced_by!r} changed "
            "the rows without saying which of its input they are, so it cannot "
            "follow them. Use a sampler whose sample_indices_ has one entry per "
            f"output row, move the step behind those that need {name}, or fit "
            f"without {name}."
        )
