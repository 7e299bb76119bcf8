# SPDX-License-Identifier: BSD-3-Clause
"""What a fit gains over another, by given labels and by trusted ones."""

import numpy as np

from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._weights import mean_and_error, row_counts

# A given label tells less of the true one than a verified label, but not nothing.
_LEAST_WORTH = 0.1

# How far given labels may mislead, as a part of the rows whose prediction changes.
_MISLED = 1.0


def score_gains(problem, pred_proba):
    """Compare the hits of out-of-fold predictions with those of the plain fit.

    Where there are trusted rows, they are judged by themselves. The given labels of
    the others show a part of the gain where noise is symmetric, and elsewhere may
    mislead wherever predictions have changed. The two estimates are averaged, each
    counting by the inverse of its variance.

    Parameters
    ----------
    problem : Problem
        Whose labels they are.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-fold probabilities.

    Returns
    -------
    accuracy, balanced_accuracy : tuple of (float, float, float or None)
        Mean gain, its standard error, and the mean on trusted rows alone.
    """
    rows = problem.rows
    now, before = likeliest(pred_proba), likeliest(problem.plain_proba)
    hits = (now == rows.codes).astype(float)
    hits -= before == rows.codes
    known, gains, repeats = problem.known, [], row_counts(weights_of(rows))
    others = np.setdiff1d(np.flatnonzero(weights_of(rows) > 0), known)
    for weights in (_weights, _even_weights):
        if len(known) == 0:
            gains.append((*mean_and_error(hits, weights(rows)), None))
            continue
        told = _cautious_mean(hits[known], weights(rows, known), repeats[known])
        gain, error = told
        if len(others):
            weight = weights(rows, others)
            shown, shown_error = _cautious_mean(hits[others], weight, repeats[others])
            worth = _worth(problem)
            misled = _MISLED * np.average((now != before)[others], weights=weight)
            guess = shown / worth, np.hypot(shown_error / worth, misled)
            gain, error = _join(told, guess)
        gains.append((gain, error, told[0]))
    return gains


def likeliest(pred_proba):
    """Return the most probable class of each row.

    Parameters
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype=int
        The first of those that are equally probable.
    """
    # Rounded, so that ties do not hang on the last digit.
    return np.round(pred_proba, 9).argmax(axis=1)


def _worth(problem):
    """Say how much of a gain the given labels show if noise is symmetric."""
    n_classes = len(problem.rows.classes)
    return max(1 - problem.noise_rate * n_classes / (n_classes - 1), _LEAST_WORTH)


def _weights(rows, part=slice(None)):
    return weights_of(rows)[part]


def _even_weights(rows, part=slice(None)):
    """Weigh rows so that all classes among them weigh the same."""
    weight, codes = weights_of(rows)[part], rows.codes[part]
    totals = np.bincount(codes, weights=weight, minlength=len(rows.classes))
    return np.divide(weight, totals[codes], out=np.zeros(len(codes)), where=weight > 0)


def _cautious_mean(values, weight, repeats):
    """Return mean and standard error, as if one row more had changed for sure.

    Where none of a few rows has changed, the error would else be 0.
    """
    mean = np.average(values, weights=weight)
    n_rows = weight.sum() ** 2 / (weight**2 / repeats).sum()
    squares = n_rows * np.average((values - mean) ** 2, weights=weight) + 1
    return mean, np.sqrt(squares / (n_rows + 1) / n_rows)


def _join(one, other):
    """Average two estimates, each counting by the inverse of its variance."""
    (mean, error), (mean_other, error_other) = one, other
    share = error_other**2 / (error**2 + error_other**2)
    joined = share * mean + (1 - share) * mean_other
    return joined, error * error_other / np.hypot(error, error_other)
