# SPDX-License-Identifier: BSD-3-Clause
"""How far off a corrected metric may be."""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.exceptions import UndefinedMetricWarning

from sknoisy.metrics._corrected_scores import Losses, RankedScores
from sknoisy.metrics._corrected_tables import LabelTable, PerClass, accuracy
from sknoisy.metrics._noise_corrected import position_of
from sknoisy.metrics._noise_inverse import checked_inverse
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._options import check_option

_TABLE_METRICS = ("accuracy", "balanced_accuracy", "recall", "precision", "f1")
_METRICS = (*_TABLE_METRICS, "roc_auc", "log_loss")

# Half of the central share of a normal distribution within one standard deviation.
_ONE_SIGMA = norm.cdf(1.0) - 0.5


class CorrectedInterval(NamedTuple):
    """A corrected metric and its confidence interval.

    Parameters
    ----------
    estimate : float
        The metric on true labels.
    low, high : float
        Ends of the interval.
    standard_error : float
        Of the estimate, before limits.
    """

    estimate: float
    low: float
    high: float
    standard_error: float


def noise_corrected_interval(
    metric,
    y_given,
    y_pred,
    transition_matrix=None,
    *,
    gold_counts=None,
    confidence=0.95,
    pos_label=None,
    classes=None,
    sample_weight=None,
    n_draws=500,
    random_state=None,
):
    """Estimate a metric on true labels with a confidence interval.

    The interval covers the sampling of the evaluation rows and of their noise, by
    the delta method. With `gold_counts` in place of a matrix it covers as well
    that the matrix is estimated.

    Parameters
    ----------
    metric : {"accuracy", "balanced_accuracy", "recall", "precision", "f1", \
"roc_auc", "log_loss"}
        What to estimate. Those of several classes are means over them.
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_classes)
        Predicted labels; scores for "roc_auc", probabilities for "log_loss".
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        ``transition_matrix[i, j] = P(given = j | true = i)``, known.
    gold_counts : array-like of shape (n_classes, n_classes), default=None
        Number of verified rows of each pair, row = true label, column = given
        label, when the matrix is estimated from them. Give either this or
        `transition_matrix`.
    confidence : float, default=0.95
        Share of such intervals that should hold the true value.
    pos_label : label, default=None
        The class to evaluate alone, for "recall", "precision", "f1" and, of more
        than two classes, "roc_auc".
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of the matrix; by default the sorted
        labels that occur.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.
    n_draws : int, default=500
        Matrices drawn, with `gold_counts`.
    random_state : int, RandomState instance or None, default=None
        Chooses the draws; None always chooses the same.

    Returns
    -------
    interval : CorrectedInterval
        Named tuple of `estimate`, `low`, `high` and `standard_error`. All but
        "log_loss" are limited to [0, 1].

    Raises
    ------
    ValueError
        If the arrays do not fit together, a class has no gold row, or the matrix
        is nearly singular; the message says what can be done.

    Warns
    -----
    UndefinedMetricWarning
        If some class has no true rows by the noise model.

    Notes
    -----
    With gold counts, each row of the matrix is drawn from a Dirichlet distribution
    of its counts plus ``1 / n_classes``, the sampling distributions under the drawn
    matrices are pooled, and half the width of their central 68 % is the standard
    error. In simulations with three classes this covered better than the quantiles
    of the draws themselves, which lean to one side. With some thirty gold rows per
    class or fewer, intervals of metrics that divide by the share of a class may
    be longer than they need be.

    The gold rows must have been drawn at random, or at random within each true
    class, and should not be among the evaluation rows. Rows drawn within each
    given class say P(true | given), which is another matrix.

    The delta method supposes dozens of right and of wrong predictions. It knows
    nothing of noise that depends on more than the class.

    References
    ----------
    Michael A. Hedderich, Dawei Zhu and Dietrich Klakow, "Analysing the noise model
    error for realistic noisy label data", AAAI 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.metrics import noise_corrected_interval
    >>> y_given, y_pred = np.tile([0, 1], 200), np.repeat([0, 1], 200)
    >>> y_given[:160], y_given[240:] = 0, 1
    >>> known = noise_corrected_interval(
    ...     "accuracy", y_given, y_pred, [[0.9, 0.1], [0.1, 0.9]]
    ... )
    >>> estimated = noise_corrected_interval(
    ...     "accuracy", y_given, y_pred, gold_counts=[[45, 5], [5, 45]]
    ... )
    >>> print(f"{known.estimate:.3f} from {known.low:.3f} to {known.high:.3f}")
    1.000 from 0.963 to 1.000
    >>> estimated.low < known.low
    True
    """
    check_option("metric", metric, _METRICS)
    _check_confidence(confidence)
    rows = _read_rows(metric, y_given, y_pred, classes, sample_weight)
    part = _part_of(metric, position_of(pos_label, rows.classes))
    if (transition_matrix is None) == (gold_counts is None):
        raise ValueError(
            "give either transition_matrix, if the noise is known, or gold_counts, if "
            "it was counted on verified rows; for neither, verify some labels."
        )
    n_classes = len(rows.classes)
    if gold_counts is None:
        inverse = checked_inverse(transition_matrix, n_classes)
        value, variance = rows.estimate(part, inverse)
        values, errors = np.array([value]), np.sqrt([variance])
    else:
        counts = _check_counts(gold_counts, n_classes)
        matrix = counts / counts.sum(axis=1, keepdims=True)
        value, _ = rows.estimate(part, checked_inverse(matrix, n_classes))
        values, errors = _estimates_of_draws(
            rows, part, counts, n_draws, np.random.default_rng(seed_from(random_state))
        )
    return _interval(value, values, errors, confidence, metric != "log_loss")


def _read_rows(metric, y_given, y_pred, classes, sample_weight):
    kind = {"roc_auc": RankedScores, "log_loss": Losses}.get(metric, LabelTable)
    return kind(y_given, y_pred, classes, sample_weight)


def _part_of(metric, position):
    if metric == "accuracy":
        return accuracy
    if metric in _TABLE_METRICS:
        name = "recall" if metric == "balanced_accuracy" else metric
        return PerClass(name, position)
    return position


def _estimates_of_draws(rows, part, counts, n_draws, rng):
    # One row's worth of prior for each class, spread over all labels.
    counts = counts + 1 / len(counts)
    drawn = rng.standard_gamma(counts, size=(n_draws, *counts.shape))
    drawn /= drawn.sum(axis=2, keepdims=True)
    with warnings.catch_warnings():
        # Said once, of the estimate itself.
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        found = np.array([rows.estimate(part, np.linalg.inv(m)) for m in drawn])
    found = found[np.isfinite(found).all(axis=1)]
    return found[:, 0], np.sqrt(found[:, 1])


def _interval(value, values, errors, confidence, limit):
    if len(values) == 0 or not np.isfinite(value):
        return CorrectedInterval(np.nan, np.nan, np.nan, np.nan)
    # By quantiles, for a few nearly singular draws would ruin a standard deviation.
    low, high = (
        _mixture_quantile(values, errors, 0.5 + side * _ONE_SIGMA) for side in (-1, 1)
    )
    error = (high - low) / 2
    reach = norm.ppf((1 + confidence) / 2) * error
    figures = np.array([value, value - reach, value + reach])
    if limit:
        figures = np.clip(figures, 0.0, 1.0)
    return CorrectedInterval(*figures.tolist(), float(error))


def _mixture_quantile(means, errors, share):
    """Find the quantile of normal distributions that are pooled."""
    errors = np.maximum(errors, 1e-12)
    ends = means + norm.ppf(share) * errors
    low, high = ends.min(), ends.max()
    if high - low < 1e-12:
        return float(low)
    return brentq(
        lambda x: norm.cdf((x - means) / errors).mean() - share, low - 1e-9, high + 1e-9
    )


def _check_counts(gold_counts, n_classes):
    counts = np.asarray(gold_counts, dtype=np.float64)
    if counts.shape != (n_classes, n_classes):
        raise ValueError(
            f"gold_counts has shape {counts.shape}, but there are {n_classes} classes; "
            "count the verified rows of each pair (true, given), for instance with "
            "confusion_matrix(y_true, y_given, labels=classes), and name all classes "
            "in classes."
        )
    if not (counts >= 0).all():
        raise ValueError("gold_counts must hold counts, got a negative value or NaN.")
    empty = np.flatnonzero(counts.sum(axis=1) == 0)
    if len(empty):
        raise ValueError(
            f"gold_counts has no verified row of the true class(es) at {empty.tolist()}"
            ", so nothing is known of their noise; verify some, or merge the classes."
        )
    return counts


def _check_confidence(confidence):
    if not 0 < confidence < 1:
        raise ValueError(
            f"confidence must be between 0 and 1, got {confidence!r}; write 0.95 for "
            "95 %."
        )
