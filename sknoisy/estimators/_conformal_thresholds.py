# SPDX-License-Identifier: BSD-3-Clause
"""Thresholds on conformity scores, from calibration rows with wrong labels."""

import numpy as np
from scipy.integrate import trapezoid
from scipy.stats import ksone

from sknoisy.utils._row_hash import hash_rows, mix
from sknoisy.utils._rows import num_rows

SCORES = ("aps", "lac")
ADJUSTMENTS = ("optimistic", "adaptive", "none")


def nonconformity(pred_proba, score, level):
    """Score how badly each class fits each row.

    Parameters
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Predicted probabilities.
    score : {"aps", "lac"}
        Probability mass of the classes that are more probable, and a share of that
        of the class itself; or one minus the probability of the class.
    level : ndarray of shape (n_samples,)
        That share, uniform in [0, 1].

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes)
        In [0, 1]; lower fits better.
    """
    if score == "lac":
        return 1 - pred_proba
    order = np.argsort(-pred_proba, axis=1, kind="stable")
    ranked = np.take_along_axis(pred_proba, order, axis=1)
    reached = np.cumsum(ranked, axis=1) - ranked * (1 - level[:, None])
    scores = np.empty_like(pred_proba)
    np.put_along_axis(scores, order, reached, axis=1)
    return np.clip(scores, 0.0, 1.0)


def uniform_levels(X, seed):
    """Draw a number in [0, 1) for each row from its content.

    Parameters
    ----------
    X : any container of n_samples rows
        Equal rows get equal numbers, so that a set does not hang on what other
        rows are predicted with it.
    seed : int
        Other seeds give other numbers.

    Returns
    -------
    levels : ndarray of shape (n_samples,)
        Uniform over different rows.
    """
    hashes = hash_rows(X, seed)
    if hashes is None:
        hashes = np.arange(1, num_rows(X) + 1, dtype=np.uint64) + np.uint64(seed)
    return mix(hashes.copy()) / 2.0**64


class CalibrationScores:
    """Scores of the calibration rows, by given label.

    Parameters
    ----------
    scores : ndarray of shape (n_samples, n_classes)
        Score of each class for each row.
    codes : ndarray of shape (n_samples,), dtype=int
        Given label of each row.
    weights : ndarray of shape (n_samples,)
        How many rows each stands for.
    """

    def __init__(self, scores, codes, weights):
        self.n_classes = scores.shape[1]
        self.counts = np.bincount(codes, weights, minlength=self.n_classes)
        self._parts = []
        for given in range(self.n_classes):
            rows = np.flatnonzero((codes == given) & (weights > 0))
            self._parts.append((scores[rows], weights[rows]))

    def own(self, k):
        """Return the sorted scores of a class on rows given its label.

        Parameters
        ----------
        k : int
            The class.

        Returns
        -------
        scores : ndarray of shape (n_rows,)
            Sorted.
        shares : ndarray of shape (n_rows,)
            Share of these rows up to each.
        """
        scores, weights = self._parts[k]
        order = np.argsort(scores[:, k], kind="stable")
        return scores[order, k], np.cumsum(weights[order]) / weights.sum()

    def share_below(self, given, k, at):
        """Evaluate the distribution of the scores of a class on rows given a label.

        Parameters
        ----------
        given : int
            The given label.
        k : int
            The class whose scores are meant.
        at : ndarray of shape (n_points,)
            Where to evaluate.

        Returns
        -------
        shares : ndarray of shape (n_points,)
            Share of the rows with at most these scores.
        """
        scores, weights = self._parts[given]
        order = np.argsort(scores[:, k], kind="stable")
        totals = np.r_[0.0, np.cumsum(weights[order])] / weights.sum()
        return totals[np.searchsorted(scores[order, k], at, side="right")]


def conformal_thresholds(calibration, unmix, coverage, adjustment):
    """Find the highest score at which each class still enters a set.

    Parameters
    ----------
    calibration : CalibrationScores
        Scores of rows that the classifier has not seen.
    unmix : ndarray of shape (n_classes, n_classes)
        Inverse of P(true = j | given = i).
    coverage : float
        Share of the rows of each true class whose set is to hold it.
    adjustment : {"optimistic", "adaptive", "none"}
        How the noise is accounted for.

    Returns
    -------
    thresholds : ndarray of shape (n_classes,)
        1 where the rows do not suffice, so that the class enters every set.
    """
    thresholds = np.ones(calibration.n_classes)
    for k in range(calibration.n_classes):
        mixed_in = np.abs(unmix[k]) > 1e-12
        mixed_in[k] = True
        needed = mixed_in if adjustment != "none" else np.arange(len(unmix)) == k
        if (calibration.counts[needed] <= 0).any():
            continue
        scores, shares = calibration.own(k)
        # What a plain calibration allows for, so that (n + 1) rows are counted.
        slack = -coverage / calibration.counts[k]
        if adjustment != "none":
            gain = _coverage_gain(calibration, unmix, k, scores)
            gain -= _estimation_error(calibration.counts, unmix, k)
            slack = gain if adjustment == "adaptive" else np.maximum(gain, slack)
        # A rounding error must not cost a row.
        enough = np.flatnonzero(shares + slack >= coverage - 1e-12)
        if len(enough):
            thresholds[k] = scores[enough[0]]
    return thresholds


def _coverage_gain(calibration, unmix, k, scores):
    """Estimate by how much more rows of the true class than given ones are covered."""
    gain = np.zeros(len(scores))
    for given in np.flatnonzero(np.abs(unmix[k]) > 1e-12):
        factor = unmix[k, given] - (given == k)
        gain += factor * calibration.share_below(given, k, scores)
    return gain


def _estimation_error(counts, unmix, k):
    """Bound what the estimated gain may be too high by."""
    n_classes, fewest = len(counts), counts[counts > 0].min()
    others = np.abs(np.delete(unmix[k], k)).sum()
    bound = min(
        n_classes * np.sqrt(np.pi / 2),
        1 / np.sqrt(fewest)
        + np.sqrt((np.log(2 * n_classes) + np.log(max(fewest, 1.0))) / 2),
    )
    return expected_excess(counts[k]) + 2 * others / np.sqrt(fewest) * bound


def expected_excess(n_rows):
    """Compute the mean of the greatest excess of an empirical distribution.

    Parameters
    ----------
    n_rows : float
        Number of uniform numbers drawn.

    Returns
    -------
    excess : float
        ``E[max_i (i / n_rows - U_(i))]``.
    """
    n_rows = max(1, round(n_rows))
    # The tail beyond six asymptotic standard deviations is nothing.
    at = np.linspace(0, min(1.0, 3 / np.sqrt(n_rows)), 400)
    return float(trapezoid(ksone.sf(at, n_rows), at))
