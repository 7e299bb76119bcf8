# SPDX-License-Identifier: BSD-3-Clause
"""What a loss needs to train LightGBM."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import log_softmax

# LightGBM divides by sums of second derivatives, which must stay above zero.
_LEAST_CURVATURE = 1e-6


@dataclass(frozen=True)
class Scores:
    """Raw scores of rows, and which class each row was given.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Given class.
    log_p : ndarray of shape (n_samples, n_classes)
        Logarithms of the class probabilities.
    """

    codes: np.ndarray
    log_p: np.ndarray

    @property
    def n_classes(self):
        """Number of classes."""
        return self.log_p.shape[1]

    @cached_property
    def p(self):
        """Class probabilities."""
        return np.exp(self.log_p)

    @cached_property
    def log_u(self):
        """Logarithm of the probability of the given class."""
        return self.log_p[np.arange(len(self.codes)), self.codes]

    @cached_property
    def u(self):
        """Probability of the given class."""
        return np.exp(self.log_u)

    @cached_property
    def given(self):
        """Given classes, one-hot."""
        return np.eye(self.n_classes)[self.codes]


class BoostingObjective(ABC):
    """A loss on raw scores that LightGBM can train on.

    A subclass says for `Scores` what the loss, its gradient and the diagonal of
    its Hessian are, and how strongly it is curved.
    """

    @property
    def needs_warm_up(self):
        """Whether training should begin with rounds of plain cross-entropy."""
        return False

    def start(self):
        """Return what LightGBM is to call in one fit.

        Returns
        -------
        objective : callable
            This object, unless it has to remember something between rounds.
        """
        return self

    def loss(self, y_true, y_pred):
        """Compute the loss of each row.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Given classes, 0 to ``n_classes - 1``.
        y_pred : array-like of shape (n_samples, n_classes) or (n_samples,)
            Raw scores; of two classes, those of the second one alone.

        Returns
        -------
        loss : ndarray of shape (n_samples,)
            Loss of each row.
        """
        return self._loss(scores_of(y_true, y_pred))

    def gradient(self, y_true, y_pred):
        """Compute the first derivatives of the loss by the raw scores.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Given classes, 0 to ``n_classes - 1``.
        y_pred : array-like of shape (n_samples, n_classes) or (n_samples,)
            Raw scores.

        Returns
        -------
        gradient : ndarray, same shape as y_pred
            The derivatives.
        """
        return _of_shape(y_pred, self._gradient(scores_of(y_true, y_pred)))

    def hessian(self, y_true, y_pred):
        """Compute the second derivatives of the loss by each raw score.

        They may be negative, so LightGBM is given others; see `__call__`.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Given classes, 0 to ``n_classes - 1``.
        y_pred : array-like of shape (n_samples, n_classes) or (n_samples,)
            Raw scores.

        Returns
        -------
        hessian : ndarray, same shape as y_pred
            The diagonal of the Hessian.
        """
        return _of_shape(y_pred, self._hessian(scores_of(y_true, y_pred)))

    def __call__(self, y_true, y_pred, weight=None):
        """Compute what LightGBM asks for in each round.

        The gradient is exact. The second derivatives stand in for the exact ones:
        they are those of cross-entropy, as LightGBM scales them, times how strongly
        this loss pulls on the row, and never below a millionth.

        Parameters
        ----------
        y_true : ndarray of shape (n_samples,)
            Given classes, 0 to ``n_classes - 1``.
        y_pred : ndarray of shape (n_samples, n_classes) or (n_samples,)
            Raw scores.
        weight : ndarray of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        gradient : ndarray, same shape as y_pred
            First derivatives.
        hessian : ndarray, same shape as y_pred
            Positive stand-ins for the second derivatives.
        """
        at = scores_of(y_true, y_pred)
        curvature = self._pull(at)[:, None] * at.p * (1 - at.p)
        if np.ndim(y_pred) == 2:
            curvature *= at.n_classes / (at.n_classes - 1)
        curvature = np.maximum(curvature, _LEAST_CURVATURE)
        gradient = self._gradient(at)
        if weight is not None:
            gradient = gradient * weight[:, None]
            curvature = curvature * weight[:, None]
        return _of_shape(y_pred, gradient), _of_shape(y_pred, curvature)

    @abstractmethod
    def _loss(self, at):
        """Return the loss of each row."""

    @abstractmethod
    def _gradient(self, at):
        """Return its derivatives by the raw score of each class."""

    @abstractmethod
    def _hessian(self, at):
        """Return its second derivatives by the raw score of each class."""

    @abstractmethod
    def _pull(self, at):
        """Return how hard it pulls on each row, where cross-entropy is 1."""


def scores_of(y_true, y_pred):
    """Read raw scores as LightGBM passes them.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Given classes, 0 to ``n_classes - 1``.
    y_pred : array-like of shape (n_samples, n_classes) or (n_samples,)
        Raw scores; of two classes, those of the second one alone.

    Returns
    -------
    at : Scores
        With two columns for two classes.

    Raises
    ------
    ValueError
        If labels and scores do not fit together.
    """
    raw = np.asarray(y_pred)
    # Complex scores stay complex, so that derivatives can be checked to the last digit.
    raw = raw.astype(np.result_type(raw, np.float64))
    if raw.ndim == 1:
        # A score for the second class is one against nothing for the first.
        raw = np.column_stack([np.zeros_like(raw), raw])
    codes = np.asarray(y_true).astype(np.intp)
    if codes.shape != raw.shape[:1] or (
        len(codes) and not 0 <= codes.min() <= codes.max() < raw.shape[1]
    ):
        raise ValueError(
            f"y_true must hold one class from 0 to {raw.shape[1] - 1} for each of the "
            f"{len(raw)} rows of y_pred; got shape {codes.shape} with classes "
            f"{np.unique(codes)[:10].tolist()}."
        )
    return Scores(codes, log_softmax(raw, axis=1))


def _of_shape(y_pred, values):
    return values[:, 1] if np.ndim(y_pred) == 1 else values
