# SPDX-License-Identifier: BSD-3-Clause
"""Turn a ranking of labels into the probability that each is right."""

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, log_softmax, logit, softmax

from sknoisy.utils._predictions import own_proba
from sknoisy.utils._shares import WeightedShares

_LOWEST_PROBA = 1e-4
_LOG_TEMPERATURES = (-3.0, 3.0)

# Both chosen by the reliability over all benchmark data sets, which hardly changes
# from 1.2 to 1.4, nor where a model of the noise may exceed what is contradicted.
_SHARPNESS = 1.3
_LARGEST_FACTOR = 1.5

# A share of the rank, so that no two labels tie whose ranks differ.
_RANK_SHARE = 0.01


def fit_temperature(codes, pred_proba, sample_weight=None):
    """Find the sharpening under which labels are most likely.

    Averages of many models are flatter than the labels warrant, and those of
    overfitted ones steeper. One number for all rows puts that right, whether the
    labels are right or not.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    inverse_temperature : float
        What to multiply the logarithms by; above 1 sharpens.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger. On calibration of modern neural networks. ICML
    2017.
    """
    log_proba = np.log(np.maximum(pred_proba, _LOWEST_PROBA))

    def loss(log_inverse):
        scaled = log_softmax(np.exp(log_inverse) * log_proba, axis=1)
        return -np.average(own_proba(scaled, codes), weights=sample_weight)

    found = minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded")
    return float(np.exp(found.x))


def sharpen(pred_proba, inverse_temperature):
    """Raise probabilities to a power and normalise them.

    Parameters
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities.
    inverse_temperature : float
        The power.

    Returns
    -------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Rows sum to 1.
    """
    log_proba = np.log(np.maximum(pred_proba, _LOWEST_PROBA))
    return softmax(inverse_temperature * log_proba, axis=1)


def contradiction_matrix(codes, favoured, noise_rate, n_classes, sample_weight=None):
    """Model the noise by what the evidence contradicts, scaled to a known rate.

    Contradictions are noise and mistakes of the evidence in unknown parts, and
    those of a rare class are few. So half of the model is symmetric noise.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Column of each given label.
    favoured : ndarray of shape (n_samples,), dtype=int
        Column that the evidence favours.
    noise_rate : float
        Share of wrong labels, in [0, 1).
    n_classes : int
        Number of classes.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``.
    """
    pairs = np.bincount(
        favoured * n_classes + codes, weights=sample_weight, minlength=n_classes**2
    ).reshape(n_classes, n_classes)
    identity = np.eye(n_classes)
    totals = pairs.sum(axis=1, keepdims=True)
    seen = np.where(totals > 0, pairs / np.where(totals > 0, totals, 1), identity)
    contradicted = 1 - np.trace(pairs) / pairs.sum()
    factor = noise_rate / contradicted if contradicted > 0 else 0.0
    scaled = np.maximum(identity + min(factor, _LARGEST_FACTOR) * (seen - identity), 0)
    # Beyond this rate labels would say nothing of the classes any more.
    rate = min(noise_rate, (n_classes - 1) / n_classes - 0.05)
    even = (1 - identity) / (n_classes - 1)
    mixed = (scaled + (1 - rate) * identity + rate * even) / 2
    return mixed / mixed.sum(axis=1, keepdims=True)


def probability_right(
    codes, pred_proba, transition_matrix, noise_rate, sample_weight=None
):
    """Give each label its probability of being right under a noise model.

    Probabilities of the *given* label, passed back through the model, tell those of
    the true one, and Bayes' rule tells how likely each given label is the true one.
    The result is sharpened, since what ranks the labels knows more than the mean
    probabilities do, and shifted on the logit scale until wrong labels have the
    share that was asked for.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Calibrated out-of-sample probabilities of the given labels.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``.
    noise_rate : float
        Share of wrong labels, at least 0.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    probability : ndarray of shape (n_samples,)
        In [0, 1]; the mean is one minus `noise_rate`.
    """
    if noise_rate <= 0:
        return np.ones(len(codes))
    clean = np.maximum(pred_proba @ np.linalg.pinv(transition_matrix), 0)
    kept = own_proba(clean, codes) * np.diag(transition_matrix)[codes]
    given = np.einsum("ij,ij->i", clean, transition_matrix.T[codes])
    right = kept / np.maximum(given, _LOWEST_PROBA**2)
    return _shift_to_mean(right, 1 - noise_rate, sample_weight)


def _shift_to_mean(probability, mean, sample_weight):
    scores = _SHARPNESS * logit(np.clip(probability, 1e-3, 1 - 1e-3))

    def excess(shift):
        return np.average(expit(scores + shift), weights=sample_weight) - mean

    return expit(scores + brentq(excess, -50, 50))


class QualityScale:
    """Map ranks of labels to probabilities of being right, and keep their order.

    The lowest rank gets the lowest probability, and so on: order comes from the
    ranks, and how many labels are how doubtful comes from the probabilities.

    Parameters
    ----------
    ranks : ndarray of shape (n_samples,)
        Higher is more trustworthy.
    probability : ndarray of shape (n_samples,)
        Probabilities of being right, in any order.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.
    """

    def __init__(self, ranks, probability, sample_weight=None):
        self._ranks = WeightedShares(ranks, sample_weight)
        self._probability = WeightedShares(probability, sample_weight)

    def quality(self, ranks):
        """Look up the quality that belongs to ranks.

        Parameters
        ----------
        ranks : ndarray of shape (n,)
            Known or new ones.

        Returns
        -------
        label_quality : ndarray of shape (n,)
            In [0, 1].
        """
        share = self._ranks.of(ranks)
        probability = self._probability.quantile(share)
        return (1 - _RANK_SHARE) * probability + _RANK_SHARE * share
