# SPDX-License-Identifier: BSD-3-Clause
"""Filters that remove outvoted labels round by round."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._distinct import distinct_rows
from sknoisy.detection._label_detector import most_probable
from sknoisy.threshold._cuts import check_share
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._ranking import keep_each_class


@dataclass(frozen=True)
class Ballot:
    """What the models of a round say of some rows.

    Attributes
    ----------
    n_wrong, n_votes : ndarray of shape (n_asked,), dtype=int
        Models that predict another label, and models that know the label.
    n_models : int
        All models, those that do not know the label as well.
    is_confirmed : ndarray of shape (n_asked,), dtype=bool
        What else must be true of a label that is removed.
    pred_proba : ndarray of shape (n_asked, n_classes)
        Mean probabilities of the models.
    """

    n_wrong: np.ndarray
    n_votes: np.ndarray
    n_models: int
    is_confirmed: np.ndarray
    pred_proba: np.ndarray

    @property
    def quality(self):
        """Share of the models that agree, of those that know the label."""
        return 1.0 - self.n_wrong / np.maximum(self.n_votes, 1)

    def is_outvoted(self, vote):
        """Mask of the labels that enough models dispute."""
        needed = self.n_models if vote == "consensus" else self.n_models // 2 + 1
        return self.n_wrong >= needed


class RoundsFilter(BaseLabelDetector):
    """Base of filters that remove the labels that models outvote, and start anew.

    A subclass has the parameters `vote`, `stop_fraction`, `n_quiet` and `max_iter`, and
    `random_state` if it draws. What ``_start(rows)`` prepares is handed to each
    ``_hold_round(prepared, rows, pool, asked, rng)``, which returns a `Ballot`.
    """

    _least = (("n_quiet", 1), ("max_iter", 1))
    _per_row = ("removed_at_",)

    @abstractmethod
    def _start(self, rows):
        """Return what all rounds need."""

    @abstractmethod
    def _hold_round(self, prepared, rows, pool, asked, rng):
        """Fit models on the rows of the pool, and let them vote on those asked."""

    def _set_aside(self, ballot, noisy, codes, pool, rng):
        """Mask of the rows of the pool that need no further rounds."""
        return np.zeros(len(pool), dtype=bool)

    def _too_few(self, codes):
        """Tell whether too few rows are left for another round."""
        return len(np.unique(codes)) < 2

    def _judge(self, rows):
        self._check_params()
        distinct = distinct_rows(rows)
        judgement = self._filter(distinct.rows)
        for name in self._per_row:
            setattr(self, name, getattr(self, name)[distinct.number_of])
        return distinct.expand(judgement)

    def _check_params(self):
        check_option("vote", self.vote, ("majority", "consensus"))
        check_share("stop_fraction", self.stop_fraction)
        for name, least in self._least:
            check_count(name, getattr(self, name), least)

    def _filter(self, rows):
        prepared, weight = self._start(rows), rows.sample_weight
        quality = np.ones(len(rows))
        pred_proba = np.zeros((len(rows), len(rows.classes)))
        self.removed_at_ = np.zeros(len(rows), dtype=np.intp)
        # Rows of weight zero are asked about until they are removed.
        pool, others = np.flatnonzero(weight > 0), np.flatnonzero(weight == 0)
        rng = check_random_state(seed_from(getattr(self, "random_state", None)))
        removed, quiet, self.stopped_by_ = [], 0, "max_iter"
        for number in range(1, self.max_iter + 1):
            asked = np.r_[pool, others]
            ballot = self._hold_round(prepared, rows, pool, asked, rng)
            quality[asked], pred_proba[asked] = ballot.quality, ballot.pred_proba
            noisy = self._outvoted(ballot, rows, asked, len(pool))
            self.removed_at_[asked[noisy]] = number
            removed.append(weight[asked[noisy]].sum())
            quiet = quiet + 1 if removed[-1] <= self.stop_fraction * weight.sum() else 0
            if quiet == self.n_quiet:
                self.stopped_by_ = "quiet"
                break
            good = self._set_aside(ballot, noisy, rows.codes, pool, rng)
            others = others[~noisy[len(pool) :]]
            pool = pool[~noisy[: len(pool)] & ~good]
            if self._too_few(rows.codes[pool]):
                self.stopped_by_ = "few_rows"
                break
        self.n_iter_, self.n_removed_ = number, np.array(removed)
        suspects = self.removed_at_ > 0
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(suspects, weights=weight),
            pred_proba=pred_proba,
        )

    def _outvoted(self, ballot, rows, asked, n_pool):
        """Mask of the rows to remove; the last of a class in the pool stays."""
        noisy = ballot.is_outvoted(self.vote) & ballot.is_confirmed
        if rows.trusted is not None:
            noisy &= ~rows.trusted[asked]
        in_pool = slice(0, n_pool)
        noisy[in_pool] = keep_each_class(
            noisy[in_pool], ballot.quality[in_pool], rows.codes[asked[in_pool]]
        )
        return noisy
