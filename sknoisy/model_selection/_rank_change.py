# SPDX-License-Identifier: BSD-3-Clause
"""How many wrong test labels it takes to turn a ranking of models."""

from dataclasses import dataclass

import numpy as np

from sknoisy.model_selection._model_predictions import read_models
from sknoisy.utils._encoding import encode_labels


@dataclass(frozen=True, eq=False)
class RankChangeCurve:
    """Accuracy of models as a function of how many test labels are wrong.

    Attributes
    ----------
    names : list of str
        The models, in the order of all arrays.
    prevalence : ndarray of shape (n_points,)
        Share of the rows whose given label is wrong.
    given_accuracy : ndarray of shape (n_points, n_models)
        On the given labels.
    corrected_accuracy : ndarray of shape (n_points, n_models)
        On the corrected labels.
    base_prevalence : float
        That of the test set as it is.
    crossings : dict of (str, str) to float
        For each pair of models that change places on the corrected labels, the
        prevalence at which they do; first the one that leads below it.
    """

    names: list
    prevalence: np.ndarray
    given_accuracy: np.ndarray
    corrected_accuracy: np.ndarray
    base_prevalence: float
    crossings: dict


def rank_change_curve(predictions, y_given, y_corrected, *, prevalence=None):
    """Follow a ranking of models as wrong labels become more frequent.

    Rows whose given label is right are taken out at random, so that wrong ones
    become a larger share. The accuracies are those expected over all choices of
    rows.

    Parameters
    ----------
    predictions : dict of str to array-like of shape (n_samples,)
        Predicted labels of each model on the test rows.
    y_given : array-like of shape (n_samples,)
        Given labels of the test rows.
    y_corrected : array-like of shape (n_samples,)
        Labels of the same rows after review. Leave out, from all arrays, the rows
        for which review found no label.
    prevalence : array-like of shape (n_points,), default=None
        Shares of wrong labels to evaluate at, in [0, 1]; 51 steps from 0 to 1 by
        default.

    Returns
    -------
    curve : RankChangeCurve
        Accuracies at each prevalence, and where models change places.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or all given labels or none are right.

    See Also
    --------
    benchmark_stability : Where the true labels are not known for certain.

    Notes
    -----
    The published curves begin at the prevalence of the test set, for rows are only
    removed. Here those below it are shown too, as if wrong ones had been removed.
    The mean over removals is a straight line, so nothing is drawn.

    References
    ----------
    Curtis G. Northcutt, Anish Athalye and Jonas Mueller, "Pervasive label errors in
    test sets destabilize machine learning benchmarks", NeurIPS Datasets and
    Benchmarks 2021.

    Examples
    --------
    >>> from sknoisy.model_selection import rank_change_curve
    >>> y_given = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    >>> y_true = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    >>> curve = rank_change_curve(
    ...     {"large": [0] * 10, "small": [0] * 6 + [1] * 4}, y_given, y_true
    ... )
    >>> curve.base_prevalence
    0.2
    >>> {pair: round(at, 2) for pair, at in curve.crossings.items()}
    {('large', 'small'): 0.2}
    """
    encode_labels(y_given)
    y_given, y_corrected = np.asarray(y_given), np.asarray(y_corrected)
    if y_given.shape != y_corrected.shape:
        raise ValueError(
            f"y_corrected has shape {y_corrected.shape} and y_given {y_given.shape}; "
            "give the reviewed label of every row, in the same order."
        )
    names, predicted = read_models(predictions, len(y_given))
    wrong = y_given != y_corrected
    if wrong.all() or not wrong.any():
        which = "every" if wrong.all() else "no"
        raise ValueError(
            f"{which} given label differs from y_corrected, so the share of wrong "
            "labels cannot be varied; pass rows of both kinds."
        )
    shares = _check_prevalence(prevalence)
    hits = np.array([labels == y_corrected for labels in predicted]).T
    given_hits = np.array([labels == y_given for labels in predicted]).T
    corrected = _mix(hits, wrong, shares)
    return RankChangeCurve(
        names=names,
        prevalence=shares,
        given_accuracy=_mix(given_hits, wrong, shares),
        corrected_accuracy=corrected,
        base_prevalence=float(wrong.mean()),
        crossings=_crossings(names, *_ends(hits, wrong)),
    )


def _ends(hits, wrong):
    return hits[~wrong].mean(axis=0), hits[wrong].mean(axis=0)


def _mix(hits, wrong, shares):
    right, erring = _ends(hits, wrong)
    return (1 - shares)[:, None] * right + shares[:, None] * erring


def _crossings(names, right, erring):
    """Find the share of wrong labels at which two straight lines meet."""
    crossings = {}
    for a in range(len(names)):
        for b in range(a + 1, len(names)):
            first, last = right[a] - right[b], erring[a] - erring[b]
            if first * last < 0:
                pair = (a, b) if first > 0 else (b, a)
                crossings[tuple(names[i] for i in pair)] = float(first / (first - last))
    return crossings


def _check_prevalence(prevalence):
    if prevalence is None:
        return np.linspace(0, 1, 51)
    shares = np.asarray(prevalence, dtype=np.float64)
    if shares.ndim != 1 or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(
            "prevalence must be a list of shares in [0, 1], such as "
            f"np.linspace(0, 0.5, 11); got {prevalence!r}."
        )
    return shares
