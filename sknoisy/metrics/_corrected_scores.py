# SPDX-License-Identifier: BSD-3-Clause
"""Metrics of scores and probabilities against true labels, from given ones.

A row with given label j stands for ``inverse[j, k]`` rows of each true class k.
These counts may be negative, but their sums are unbiased.
"""

import warnings

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from sknoisy.metrics._corrected_tables import unit_weights
from sknoisy.utils._encoding import encode_labels
from sknoisy.utils._predictions import check_predictions

# One overconfident row must not decide a mean that has negative terms.
_LEAST_PROBABILITY = 1e-6


class RankedScores:
    """Rows with given labels, ranked by their scores for each class.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels.
    y_score : array-like of shape (n_samples,) or (n_samples, n_classes)
        Score of each class, or for two classes of the second one.
    classes : array-like of shape (n_classes,), default=None
        The label space; the sorted labels of `y_given` by default.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The label space.
    """

    def __init__(self, y_given, y_score, classes=None, sample_weight=None):
        self.codes, self.classes = encode_labels(y_given, classes)
        scores = _check_scores(y_score, len(self.codes), len(self.classes))
        self.weight = unit_weights(sample_weight, len(self.codes))
        self.levels = [np.unique(column, return_inverse=True)[1] for column in scores.T]

    def per_class(self, inverse):
        """Estimate the area under the curve of each class against the rest.

        Parameters
        ----------
        inverse : ndarray of shape (n_classes, n_classes)
            Inverse of the transition matrix.

        Returns
        -------
        areas : ndarray of shape (n_classes,) or (1,)
            NaN where a class or its rest has no true rows. A single one for two
            classes, for both have the same.
        pulls : ndarray of shape (n_areas, n_samples)
            What each row adds to the area, by its first-order term.
        """
        columns = range(len(self.classes)) if len(self.levels) > 1 else [1]
        results = [
            self._area(level, self.weight * inverse[self.codes, k])
            for level, k in zip(self.levels, columns, strict=True)
        ]
        areas, pulls = zip(*results, strict=True)
        return np.array(areas), np.array(pulls)

    def estimate(self, metric, inverse):
        """Evaluate the mean of the areas, or one of them.

        Parameters
        ----------
        metric : int or None
            Position of the class; None for the mean over all that are defined.
        inverse : ndarray of shape (n_classes, n_classes)
            Inverse of the transition matrix.

        Returns
        -------
        value : float
            Not limited to [0, 1].
        variance : float
            Of the sampling of rows, by the delta method.
        """
        areas, pulls = self.per_class(inverse)
        if metric is not None and len(areas) > 1:
            areas, pulls = areas[[metric]], pulls[[metric]]
        defined = ~np.isnan(areas)
        if not defined.all():
            warnings.warn(
                "some class, or all others together, has no true rows by this noise "
                "model, so its ROC AUC is not defined and left out; evaluate on more "
                "rows, or see whether transition_matrix makes these labels too noisy.",
                UndefinedMetricWarning,
                stacklevel=2,
            )
        if not defined.any():
            return np.nan, np.nan
        pull = pulls[defined].mean(axis=0)
        return float(areas[defined].mean()), float(pull @ pull)

    def _area(self, level, own):
        rest = self.weight - own
        total_own, total_rest = own.sum(), rest.sum()
        if min(total_own, total_rest) <= 1e-12:
            return np.nan, np.zeros_like(own)
        # Weight of the rest below each row, and of the class above it; ties by half.
        below = _weight_below(level, rest)[level]
        above = total_own - _weight_below(level, own)[level]
        area = (own @ below) / (total_own * total_rest)
        pull = (own * below + rest * above) / (total_own * total_rest)
        pull -= area * (own / total_own + rest / total_rest)
        return area, pull


def _weight_below(level, weight):
    at = np.bincount(level, weights=weight)
    return np.cumsum(at) - at / 2


def _check_scores(y_score, n_samples, n_classes):
    scores = np.asarray(y_score, dtype=np.float64)
    if scores.ndim == 1:
        scores = scores[:, None]
    if n_classes == 2 and scores.shape[1:] == (2,):
        scores = scores[:, 1:]
    wanted = 1 if n_classes == 2 else n_classes
    if scores.shape != (n_samples, wanted):
        raise ValueError(
            f"y_score has shape {np.shape(y_score)}, but there are {n_samples} given "
            f"labels of {n_classes} classes; give one column per class, or for two "
            "classes the score of the second one. If some class has no given label, "
            "name all of them in classes."
        )
    if not np.isfinite(scores).all():
        raise ValueError(
            "y_score has NaN or infinite values, which have no place in a ranking; "
            "leave those rows out of both arrays."
        )
    return scores


class Losses:
    """Rows with given labels, and the log-loss of each class for each row.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities of the true classes.
    classes : array-like of shape (n_classes,), default=None
        The class of each column; the sorted labels of `y_given` by default.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The label space.
    """

    def __init__(self, y_given, pred_proba, classes=None, sample_weight=None):
        codes, pred_proba, self.classes = check_predictions(
            y_given, pred_proba, classes
        )
        self.codes = codes.astype(np.intp)
        self.weight = unit_weights(sample_weight, len(codes))
        self.proba = np.maximum(pred_proba.astype(np.float64), _LEAST_PROBABILITY)

    def estimate(self, metric, inverse):
        """Evaluate the mean log-loss on true labels.

        Parameters
        ----------
        metric : None
            Not used: there is one only.
        inverse : ndarray of shape (n_classes, n_classes)
            Inverse of the transition matrix.

        Returns
        -------
        value : float
            Unbiased; may be negative.
        variance : float
            Of the sampling of rows.
        """
        losses = -(inverse[self.codes] * np.log(self.proba)).sum(axis=1)
        value = float(self.weight @ losses)
        return value, float(((self.weight * (losses - value)) ** 2).sum())

    def of_given(self, matrix):
        """Evaluate the mean log-loss of the given labels under a noise model.

        Parameters
        ----------
        matrix : ndarray of shape (n_classes, n_classes)
            Transition matrix.

        Returns
        -------
        value : float
            Not negative.
        """
        given = (self.proba * matrix.T[self.codes]).sum(axis=1)
        return float(-self.weight @ np.log(np.maximum(given, _LEAST_PROBABILITY)))
