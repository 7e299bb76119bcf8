# SPDX-License-Identifier: BSD-3-Clause
"""What several judges make of the same labels, gathered as they come."""

from dataclasses import dataclass

import numpy as np

from sknoisy.detection._label_scores import NormalizedMargin
from sknoisy.utils._shares import WeightedShares, agreement_weights
from sknoisy.utils._weights import effective_rows, mean_and_error

# What a second look gives a contradicted label at least: a judge that hears none of
# the suspects any more could not acquit them.
_LEAST_WEIGHT = 0.02

# Published audits and crowds: from a few per cent to half of the labels.
_PRIOR_RATE, _PRIOR_ERROR = 0.2, 0.2
_LEAST_ERROR = 0.02

_SCORE = NormalizedMargin()

# Boosting is alone of its kind beside several forests. Where it predicts the given
# labels better than all others together, by this many standard errors, it alone
# ranks them.
_VOICES_OF_BOOSTING = 3
_CERTAIN_LEAD = 5.0


@dataclass(frozen=True)
class JointRanking:
    """The mean of several rankings of the same labels.

    Attributes
    ----------
    rankings : list of WeightedShares
        Ranks of the labels by each judge's margins.
    weights : ndarray of shape (n_judges,)
        What each judge counts; they sum to 1.
    """

    rankings: list
    weights: np.ndarray

    def rank(self):
        """Rank the labels that were judged.

        Returns
        -------
        ranks : ndarray of shape (n_samples,)
            Mean rank, in [0, 1]; lower is more suspect.
        """
        ranks = self.weights @ np.array([ranking.shares for ranking in self.rankings])
        return np.round(ranks, 9)

    def rank_new(self, codes, pred_probas):
        """Rank labels of other rows among those that were judged.

        Parameters
        ----------
        codes : ndarray of shape (n_new,), dtype=int
            Column of each label.
        pred_probas : list of ndarray of shape (n_new, n_classes)
            Probabilities of each judge.

        Returns
        -------
        ranks : ndarray of shape (n_new,)
            On the scale of `rank`.
        """
        shares = [
            ranking.of(_SCORE.score(codes, pred_proba))
            for ranking, pred_proba in zip(self.rankings, pred_probas, strict=True)
        ]
        return self.weights @ np.array(shares)


class Opinions:
    """Gather the probabilities of judges, and combine what they say of the labels.

    Only one number a row is kept of each judge, and the sum of the probabilities.

    Parameters
    ----------
    rows : LabelledRows
        The rows that are judged.
    """

    def __init__(self, rows):
        self._codes = rows.codes
        self._weight = rows.sample_weight
        self._trusted = rows.trusted
        self._rankings = []
        self._boosting = self._lead = None
        self._total = np.zeros((len(rows), len(rows.classes)))
        self._common = None

    def add(self, pred_proba):
        """Hear a judge.

        Parameters
        ----------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Out-of-sample probabilities.
        """
        self._rank(pred_proba)
        self._total += pred_proba
        favoured = pred_proba.argmax(axis=1)
        if self._common is None:
            self._common = favoured
        else:
            self._common = np.where(self._common == favoured, favoured, -1)

    def add_boosting(self, in_sample, out_of_fold):
        """Hear boosting, which ranks the labels and does nothing else.

        Parameters
        ----------
        in_sample : ndarray of shape (n_samples, n_classes)
            Mean probabilities of its rounds, by which it ranks.
        out_of_fold : ndarray of shape (n_samples, n_classes)
            What shows how well it predicts the given labels, beside the mean of
            those who were heard before.
        """
        self._boosting = len(self._rankings)
        self._rank(in_sample)
        gain = (out_of_fold.argmax(axis=1) == self._codes).astype(float)
        gain -= self._total.argmax(axis=1) == self._codes
        mean, error = mean_and_error(gain, self._weight)
        self._lead = mean / max(error, 1 / effective_rows(len(gain), self._weight))

    def _rank(self, pred_proba):
        # Labels that tie but for rounding errors must tie.
        margin = np.round(_SCORE.score(self._codes, pred_proba), 9)
        self._rankings.append(WeightedShares(margin, self._weight))

    def mean_proba(self):
        """Average the probabilities.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Mean over the judges.
        """
        return self._total / self._total.sum(axis=1, keepdims=True)

    def joint_ranking(self):
        """Combine the judges' rankings of the labels into one.

        Returns
        -------
        ranking : JointRanking
            Judges that the others support count more, and so does boosting that
            predicts better than they do.
        """
        shares = np.array([ranking.shares for ranking in self._rankings])
        weights = agreement_weights(shares, self._weight)
        if self._boosting is not None:
            weights = self._raise_boosting(weights)
        return JointRanking(self._rankings, weights)

    def _raise_boosting(self, weights):
        others = np.delete(weights, self._boosting)
        share = _VOICES_OF_BOOSTING * weights[self._boosting]
        share = share / (share + others.sum())
        share = max(share, min(self._lead / _CERTAIN_LEAD, 1.0))
        others = (1 - share) * others / others.sum()
        return np.insert(others, self._boosting, share)

    def trust(self):
        """Weigh each label by how well the mean of the judges supports it.

        Returns
        -------
        weight : ndarray of shape (n_samples,)
            Probability of the given label over that of the most probable one; 1 for
            verified labels.
        """
        rows = np.arange(len(self._codes))
        support = self._total[rows, self._codes] / self._total.max(axis=1)
        if self._trusted is not None:
            support[self._trusted] = 1.0
        # Trees that look again split elsewhere for the last digit of a weight.
        return np.round(np.maximum(support, _LEAST_WEIGHT), 7)

    def favoured(self):
        """Find the class that the mean of the judges favours.

        Returns
        -------
        favoured : ndarray of shape (n_samples,), dtype=int
            Its column; the given one where it ties.
        """
        return np.where(self.trust() < 1, self._total.argmax(axis=1), self._codes)

    def dissent(self):
        """Bracket the share of wrong labels by what the judges contradict.

        Returns
        -------
        unanimous : float
            Share of the labels that all judges contradict, all with the same other
            class.
        average : float
            Share of the labels that the mean of the judges contradicts.
        """
        average = self.trust() < 1
        unanimous = average & (self._common >= 0)
        return (
            float(np.average(unanimous, weights=self._weight)),
            float(np.average(average, weights=self._weight)),
        )


def estimate_noise_rate(unanimous, average, n_samples):
    """Estimate the share of wrong labels between two shares of contradicted ones.

    The middle is weighed against what labels are like in general, the more so the
    further the two are apart: rates of 0.2, give or take as much.

    Parameters
    ----------
    unanimous : float
        Share of the labels that all judges contradict with one voice.
    average : float
        Share of the labels that their mean contradicts.
    n_samples : float
        Number of rows that the shares were counted over.

    Returns
    -------
    noise_rate : float
        In the interval.
    interval : tuple of float
        From the lower end of the 95 % interval of `unanimous` to the upper end of
        that of `average`.
    """
    interval = _wilson(unanimous, n_samples)[0], _wilson(average, n_samples)[1]
    variance = ((average - unanimous) / 2 + _LEAST_ERROR) ** 2
    weight = _PRIOR_ERROR**2 / (_PRIOR_ERROR**2 + variance)
    rate = weight * (unanimous + average) / 2 + (1 - weight) * _PRIOR_RATE
    return float(np.clip(rate, *interval)), interval


def _wilson(share, n_samples):
    """Return the 95 % interval of a share."""
    z = 1.96
    middle = share + z**2 / (2 * n_samples)
    spread = z * np.sqrt(share * (1 - share) / n_samples + z**2 / (4 * n_samples**2))
    scale = 1 + z**2 / n_samples
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return max(float(low), 0.0), min(float(high), 1.0)
