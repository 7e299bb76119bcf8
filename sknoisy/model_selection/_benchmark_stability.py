# SPDX-License-Identifier: BSD-3-Clause
"""How the ranking of models hangs on test labels that may be wrong."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import rankdata

from sknoisy.model_selection._model_predictions import read_models
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._encoding import encode, encode_labels
from sknoisy.utils._predictions import check_predictions


@dataclass(frozen=True, eq=False)
class BenchmarkStability:
    """What corrections of the test labels would do to a ranking of models.

    Attributes
    ----------
    names : list of str
        The models, in the order of all arrays.
    given_accuracy : ndarray of shape (n_models,)
        On the labels as they are given.
    accuracies : ndarray of shape (n_draws, n_models)
        On each drawn correction of the labels.
    ranks : ndarray of shape (n_draws, n_models)
        1 for the best of each draw; models that tie share the mean of their ranks.
    win_probability : ndarray of shape (n_models, n_models)
        Share of draws in which the model of the row beats that of the column; ties
        count one half.
    rank_probability : ndarray of shape (n_models, n_models)
        Share of draws in which the model of the row takes each place, from the
        first; models that tie share their places.
    best_changes : float
        Share of draws in which none of the models that lead on the given labels
        is among the best.
    noise_rate : float
        Mean share of labels that the draws change.
    """

    names: list
    given_accuracy: np.ndarray
    accuracies: np.ndarray
    ranks: np.ndarray
    win_probability: np.ndarray
    rank_probability: np.ndarray
    best_changes: float
    noise_rate: float

    def interval(self, confidence=0.9):
        """Bound the accuracy of each model.

        Parameters
        ----------
        confidence : float, default=0.9
            Share of the draws between the bounds.

        Returns
        -------
        bounds : ndarray of shape (n_models, 2)
            Low and high end.
        """
        if not 0 < confidence < 1:
            raise ValueError(
                f"confidence must be between 0 and 1, got {confidence!r}; write 0.9 "
                "for 90 %."
            )
        tail = (1 - confidence) / 2
        return np.quantile(self.accuracies, [tail, 1 - tail], axis=0).T


def benchmark_stability(
    predictions,
    y_given,
    label_posterior=None,
    *,
    label_quality=None,
    suggested_labels=None,
    noise_rate=None,
    classes=None,
    n_draws=1000,
    resample=False,
    random_state=None,
):
    """Judge how far the ranking of models hangs on wrong test labels.

    Label vectors that the true one may be are drawn, and all models are ranked on
    each. No test row is left out and none is relabelled for good: what comes back
    is the spread of the result.

    Parameters
    ----------
    predictions : dict of str to array-like of shape (n_samples,)
        Predicted labels of each model on the test rows.
    y_given : array-like of shape (n_samples,)
        Given labels of the test rows.
    label_posterior : array-like of shape (n_samples, n_classes), default=None
        Probability of each true label of each row, given all that is known of it.
    label_quality : array-like of shape (n_samples,), default=None
        In place of a posterior, the probability that each given label is right,
        such as ``detector.score_samples(X, y)``; if it is wrong, the suggested
        label is right.
    suggested_labels : array-like of shape (n_samples,), default=None
        With `label_quality`, the alternative of each row. Where it is the given
        label, that stays.
    noise_rate : float, default=None
        With `label_quality`, the mean probability that a given label is wrong. The
        log-odds of all rows are shifted to meet it, since a quality need not be a
        probability. None takes the quality as it is.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `label_posterior`; by default the sorted given
        labels.
    n_draws : int, default=1000
        Label vectors drawn.
    resample : bool, default=False
        Whether to draw the test rows anew as well, with replacement, so that the
        spread includes that the test set is small.
    random_state : int, RandomState instance or None, default=None
        Chooses the draws; None always chooses the same.

    Returns
    -------
    stability : BenchmarkStability
        Accuracies and ranks over the draws, the probability that one model beats
        another, and that the best one changes.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or it is not said what the true labels
        may be.

    See Also
    --------
    rank_change_curve : Where true labels are known, how many wrong ones it takes.

    Notes
    -----
    The labels of different rows are drawn independently. Evidence from one of the
    models would favour it: take a detector of another kind, or the answers of
    people.

    Examples
    --------
    >>> from sknoisy.model_selection import benchmark_stability
    >>> y_given = ["cat"] * 4 + ["dog"] * 4
    >>> predictions = {
    ...     "old": ["cat"] * 4 + ["dog"] * 3 + ["cat"],
    ...     "new": ["cat"] * 3 + ["dog"] * 5,
    ... }
    >>> quality = [0.9, 0.9, 0.9, 0.2, 0.9, 0.9, 0.9, 0.9]
    >>> suggested = ["cat"] * 3 + ["dog"] * 5
    >>> found = benchmark_stability(
    ...     predictions, y_given, label_quality=quality, suggested_labels=suggested
    ... )
    >>> found.given_accuracy
    array([0.875, 0.875])
    >>> float(found.win_probability[1, 0].round(1))
    0.9
    """
    names, predicted = read_models(predictions, len(np.asarray(y_given)))
    if label_posterior is not None:
        labels = _Posterior(y_given, label_posterior, classes)
        _refuse_quality(label_quality, suggested_labels, noise_rate)
    else:
        labels = _Alternatives(
            y_given, label_quality, suggested_labels, noise_rate, classes
        )
    hits = labels.hits(predicted)
    rng = np.random.default_rng(seed_from(random_state))
    accuracies, changed = _draw(labels, hits, n_draws, resample, rng)
    given = hits[labels.given].mean(axis=0)
    return _summary(names, given, accuracies, changed)


class _Posterior:
    """Labels of which every class has a probability."""

    def __init__(self, y_given, label_posterior, classes):
        codes, proba, self.classes = check_predictions(
            y_given, label_posterior, classes
        )
        self.steps = np.cumsum(np.asarray(proba, dtype=np.float64), axis=1)
        self.steps /= self.steps[:, -1:]
        self.given = np.arange(len(codes)), codes.astype(np.intp)

    def hits(self, predicted):
        return np.stack(
            [labels[:, None] == self.classes[None, :] for labels in predicted], axis=2
        )

    def draw(self, level):
        return (level[:, None] > self.steps).sum(axis=1)


class _Alternatives:
    """Labels that are right, or else another one is."""

    def __init__(self, y_given, label_quality, suggested_labels, noise_rate, classes):
        if label_quality is None or suggested_labels is None:
            raise ValueError(
                "nothing says what the true labels may be; pass label_posterior, or "
                "label_quality and suggested_labels, as a detector gives them."
            )
        self.labels = np.asarray(y_given), np.asarray(suggested_labels)
        codes, known = encode_labels(y_given, classes)
        for name, values in (
            ("label_quality", np.asarray(label_quality)),
            ("suggested_labels", self.labels[1]),
        ):
            if values.shape != codes.shape:
                raise ValueError(
                    f"{name} has shape {values.shape}, but there are {len(codes)} "
                    "given labels; give one entry per row."
                )
        if classes is not None:
            encode(self.labels[1], known)
        quality = np.asarray(label_quality, dtype=np.float64)
        if not ((quality >= 0) & (quality <= 1)).all():
            raise ValueError("label_quality must lie in [0, 1], without NaN.")
        wrong = np.where(self.labels[0] == self.labels[1], 0.0, 1 - quality)
        self.wrong = wrong if noise_rate is None else _tilt(wrong, noise_rate)
        self.given = np.arange(len(codes)), np.zeros(len(codes), dtype=np.intp)

    def hits(self, predicted):
        return np.stack(
            [np.stack([y == p for y in self.labels], axis=1) for p in predicted], axis=2
        )

    def draw(self, level):
        return (level < self.wrong).astype(np.intp)


def _tilt(wrong, noise_rate):
    """Shift probabilities on the scale of log-odds until they have the mean wanted."""
    open_rows = wrong > 0
    highest = open_rows.mean()
    if not 0 <= noise_rate < highest:
        raise ValueError(
            f"noise_rate={noise_rate!r} must be at least 0 and below {highest:.3g}, "
            "the share of rows whose suggested label is another than the given one; "
            "give other suggestions, or a label_posterior."
        )
    if noise_rate == 0:
        return np.zeros_like(wrong)
    odds = logit(np.clip(wrong[open_rows], 1e-9, 1 - 1e-9))
    target = noise_rate * len(wrong)
    shift = brentq(lambda s: expit(odds + s).sum() - target, -100, 100)
    tilted = np.zeros_like(wrong)
    tilted[open_rows] = expit(odds + shift)
    return tilted


def _refuse_quality(*given):
    if any(value is not None for value in given):
        raise ValueError(
            "give either label_posterior, or label_quality with suggested_labels, "
            "not both."
        )


def _draw(labels, hits, n_draws, resample, rng):
    n_samples, _, n_models = hits.shape
    if n_draws < 1:
        raise ValueError(f"n_draws={n_draws!r} must be a whole number, at least 1.")
    rows, given = labels.given
    accuracies = np.empty((n_draws, n_models))
    changed = np.zeros(n_draws)
    for draw in range(n_draws):
        true = labels.draw(rng.random(n_samples))
        changed[draw] = np.mean(true != given)
        used = rng.integers(n_samples, size=n_samples) if resample else rows
        accuracies[draw] = hits[used, true[used]].mean(axis=0)
    return accuracies, changed


def _summary(names, given, accuracies, changed):
    # Shares of the same number of rows may differ in the last digit.
    accuracies = accuracies.round(12)
    ranks = rankdata(-accuracies, axis=1)
    ahead = accuracies[:, :, None] - accuracies[:, None, :]
    wins = (ahead > 0).mean(axis=0) + 0.5 * (ahead == 0).mean(axis=0)
    np.fill_diagonal(wins, 0.5)
    leads_given = given.round(12) == given.round(12).max()
    leads = accuracies == accuracies.max(axis=1, keepdims=True)
    return BenchmarkStability(
        names=names,
        given_accuracy=given,
        accuracies=accuracies,
        ranks=ranks,
        win_probability=wins,
        rank_probability=_place_shares(accuracies),
        best_changes=float(np.mean(~(leads & leads_given).any(axis=1))),
        noise_rate=float(changed.mean()),
    )


def _place_shares(accuracies):
    """Count how often each model takes each place, where ties share places."""
    first = rankdata(-accuracies, method="min", axis=1)
    last = rankdata(-accuracies, method="max", axis=1)
    places = np.arange(1, accuracies.shape[1] + 1)
    inside = (first[..., None] <= places) & (places <= last[..., None])
    return (inside / (last - first + 1)[..., None]).mean(axis=0)
