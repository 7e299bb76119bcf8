# SPDX-License-Identifier: BSD-3-Clause
"""Metrics of true against predicted labels, from given against predicted ones.

Each metric is a smooth function of the table of true and predicted labels, which
is a linear function of the table that was counted. So each comes with its gradient,
from which the sampling error of the corrected metric follows.
"""

import warnings

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from sknoisy.utils._encoding import encode_labels
from sknoisy.utils._labelled_rows import check_weights

# Shares below this are rounding.
_NOTHING = 1e-12


class LabelTable:
    """Rows counted by given and predicted label.

    Parameters
    ----------
    y_given, y_pred : array-like of shape (n_samples,)
        Given and predicted labels.
    classes : array-like of shape (n_classes,), default=None
        The label space; by default the sorted labels of both.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The label space.
    shares : ndarray of shape (n_classes, n_classes)
        Share of the weight of each pair (given, predicted).
    squares : ndarray of shape (n_classes, n_classes)
        Sum of the squared weights of each pair, where all weights sum to 1.
    """

    def __init__(self, y_given, y_pred, classes=None, sample_weight=None):
        given, pred, self.classes = _read_pairs(y_given, y_pred, classes)
        weight = unit_weights(sample_weight, len(given))
        n_classes = len(self.classes)
        cells = given * n_classes + pred
        shape = n_classes, n_classes
        self.shares = np.bincount(cells, weight, n_classes**2).reshape(shape)
        self.squares = np.bincount(cells, weight**2, n_classes**2).reshape(shape)

    def joint(self, inverse):
        """Estimate the shares of each pair (true, predicted).

        Parameters
        ----------
        inverse : ndarray of shape (n_classes, n_classes)
            Inverse of the transition matrix.

        Returns
        -------
        joint : ndarray of shape (n_classes, n_classes)
            Sums to 1; unbiased, so that small shares may come out negative.
        """
        return inverse.T @ self.shares

    def estimate(self, metric, inverse):
        """Evaluate a corrected metric.

        Parameters
        ----------
        metric : callable
            Returns value and gradient for a joint.
        inverse : ndarray of shape (n_classes, n_classes)
            Inverse of the transition matrix.

        Returns
        -------
        value : float
            Not limited to [0, 1].
        variance : float
            Of the sampling of rows, by the delta method.
        """
        value, gradient = metric(self.joint(inverse))
        # What a row of each pair (given, predicted) adds to the value.
        pull = inverse @ gradient
        pull = pull - (self.shares * pull).sum()
        return value, float((self.squares * pull**2).sum())


def unit_weights(sample_weight, n_samples):
    """Return weights that sum to 1.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,) or None
        Non-negative weights.
    n_samples : int
        Number of rows.

    Returns
    -------
    weights : ndarray of shape (n_samples,)
        All equal for None.
    """
    weights = check_weights(sample_weight, n_samples)
    if weights is None:
        return np.full(n_samples, 1 / n_samples)
    return weights / weights.sum()


def _read_pairs(y_given, y_pred, classes):
    y_given, y_pred = np.asarray(y_given), np.asarray(y_pred)
    if y_given.shape != y_pred.shape:
        raise ValueError(
            f"y_given has shape {y_given.shape} and y_pred {y_pred.shape}; give one "
            "predicted label for each given label."
        )
    if classes is None:
        kinds = {labels.dtype.kind in "US" for labels in (y_given, y_pred)}
        if len(kinds) > 1 and "O" not in (y_given.dtype.kind, y_pred.dtype.kind):
            raise ValueError(
                f"y_given holds {y_given.dtype} and y_pred {y_pred.dtype}; convert "
                "both to one type, for instance with astype(str)."
            )
        _, classes = encode_labels(np.concatenate([y_given, y_pred]))
    given, classes = encode_labels(y_given, classes)
    return given, encode_labels(y_pred, classes)[0], classes


def accuracy(joint):
    """Share of rows predicted right.

    Parameters
    ----------
    joint : ndarray of shape (n_classes, n_classes)
        Shares of each pair (true, predicted).

    Returns
    -------
    value : float
        Trace of the joint.
    gradient : ndarray of shape (n_classes, n_classes)
        By the cells of the joint.
    """
    return float(np.trace(joint)), np.eye(len(joint))


class PerClass:
    """Mean over classes of recall, precision or F1.

    Parameters
    ----------
    name : {"recall", "precision", "f1"}
        Which of them.
    position : int, default=None
        The class to evaluate alone; None for the mean over all.
    """

    def __init__(self, name, position=None):
        self.name = name
        self.position = position

    def __call__(self, joint):
        values, counted = self.values(joint)
        if self.position is not None:
            counted = np.arange(len(joint)) == self.position
            counted &= ~np.isnan(values)
        if not counted.any():
            return np.nan, np.zeros_like(joint)
        share = counted / counted.sum()
        value = float(values[counted] @ share[counted])
        return value, self._gradient(joint, share)

    def values(self, joint):
        """Evaluate each class.

        Parameters
        ----------
        joint : ndarray of shape (n_classes, n_classes)
            Shares of each pair (true, predicted).

        Returns
        -------
        values : ndarray of shape (n_classes,)
            NaN where not defined.
        counted : ndarray of shape (n_classes,), dtype=bool
            Classes that enter the mean.
        """
        hits, (parts, scale) = np.diag(joint), self._parts(joint)
        values = np.full(len(joint), np.nan)
        np.divide(scale * hits, parts, out=values, where=parts > _NOTHING)
        if self.name == "precision":
            # As scikit-learn does for a class that is never predicted.
            values[parts <= _NOTHING] = 0.0
        counted = ~np.isnan(values)
        self._warn(counted if self.name != "precision" else parts > _NOTHING)
        return values, counted

    def _parts(self, joint):
        """Return what the hits are divided by, and how often the hits count."""
        true, pred = joint.sum(axis=1), joint.sum(axis=0)
        choices = {"recall": (true, 1), "precision": (pred, 1), "f1": (true + pred, 2)}
        return choices[self.name]

    def _gradient(self, joint, share):
        parts, scale = self._parts(joint)
        used = (share > 0) & (parts > _NOTHING)
        safe = np.where(used, parts, 1.0)
        own = used * share * scale / safe
        other = used * share * scale * np.diag(joint) / safe**2
        gradient = np.diag(own)
        if self.name != "precision":
            gradient = gradient - other[:, None]
        if self.name != "recall":
            gradient = gradient - other[None, :]
        return gradient

    def _warn(self, defined):
        chosen = np.ones(len(defined), dtype=bool)
        if self.position is not None:
            chosen = np.arange(len(defined)) == self.position
        missing = np.flatnonzero(chosen & ~defined)
        if len(missing) == 0:
            return
        if self.name == "precision":
            why = "are never predicted; their precision is set to 0"
        else:
            why = (
                "have no true rows by this noise model, so their "
                f"{self.name} is not defined and left out; evaluate on more rows, or "
                "see whether transition_matrix makes these labels too noisy"
            )
        warnings.warn(
            f"the classes at position(s) {missing.tolist()} {why}.",
            UndefinedMetricWarning,
            stacklevel=2,
        )
