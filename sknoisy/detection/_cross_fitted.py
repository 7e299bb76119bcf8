# SPDX-License-Identifier: BSD-3-Clause
"""What the detectors that judge by one cross-fit have in common."""

from abc import abstractmethod

import numpy as np

from sknoisy.base import Judgement
from sknoisy.detection._label_detector import (
    SchemeDetector,
    flag_suspects,
    most_probable,
    stream_members,
)
from sknoisy.detection._schemes import InSample, OutOfFold
from sknoisy.utils._predictions import own_proba

# Part of the quality that ranks labels of equal posterior.
_TIE_SHARE = 1e-3


class CrossFittedDetector(SchemeDetector):
    """Base of detectors that judge by out-of-fold or in-sample probabilities."""

    def __init__(
        self, estimator=None, *, threshold=0.5, cv=5, n_jobs=None, random_state=None
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        if self.cv is None:
            return InSample(self.estimator)
        return OutOfFold(
            self.estimator,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator


class PosteriorDetector(CrossFittedDetector):
    """Base of detectors that tell how probable it is that a label is right.

    A subclass implements ``_fit_posterior(rows, pred_proba)`` for the rows of fit,
    and ``_posterior(X, codes, pred_proba)`` for new ones. Posteriors are often 0 or
    1 to the last digit; a small part of the quality, the probability of the label,
    ranks what they leave tied.
    """

    def _judge_by(self, scheme, rows):
        self.scheme_ = scheme
        _, pred_proba = stream_members(scheme, [], rows)
        self.posterior_ = self._fit_posterior(rows, pred_proba)
        quality = settle_ties(self.posterior_, rows.codes, pred_proba)
        suspects = flag_suspects(self, rows, quality, pred_proba)
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(1 - self.posterior_, weights=rows.sample_weight),
            pred_proba=pred_proba,
        )

    def _score_new(self, X, codes):
        pred_proba = self.scheme_.predict_proba(X)
        if codes is None:
            codes = pred_proba.argmax(axis=1)
        posterior = self._posterior(X, codes, pred_proba)
        return settle_ties(posterior, codes, pred_proba)

    @abstractmethod
    def _fit_posterior(self, rows, pred_proba):
        """Return the probability that the label of each row is right."""

    @abstractmethod
    def _posterior(self, X, codes, pred_proba):
        """Return the probability that each new label is right."""


def settle_ties(posterior, codes, pred_proba):
    """Rank labels of equal posterior, or of another such score, by probability.

    Parameters
    ----------
    posterior : ndarray of shape (n_samples,)
        In [0, 1].
    codes : ndarray of shape (n_samples,), dtype=int
        Column of each label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities.

    Returns
    -------
    quality : ndarray of shape (n_samples,)
        The posterior but for a thousandth.
    """
    # In this form a posterior of one half or more stays there.
    own = (1 + own_proba(pred_proba, codes)) / 2
    return posterior + _TIE_SHARE * (own - posterior)
