# SPDX-License-Identifier: BSD-3-Clause
"""Filters: the members of a committee vote on each label."""

import numpy as np

from sknoisy.detection._distinct import DistinctRowsDetector
from sknoisy.detection._given_members import GivenMembers, list_members
from sknoisy.detection._label_detector import flag_suspects
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._options import check_option
from sknoisy.utils._ranking import keep_each_class

_VOTES = ("majority", "consensus")

# Shares of votes are means of zeros and ones, which are rounded.
SLACK = 1e-9


class VotingFilter(DistinctRowsDetector):
    """Base of filters whose quality is the share of members that agree.

    A subclass has the parameters `vote` and `threshold`, and makes a committee in
    ``_make_scheme``. One with another rule than `vote` has it in ``_check_rule`` and
    ``_outvoted``.
    """

    def _make_score(self):
        return "correctness"

    def _judge(self, rows):
        self._check_rule()
        return super()._judge(rows)

    def _check_rule(self):
        check_option("vote", self.vote, _VOTES)

    def _outvoted(self, quality):
        return outvoted(quality, self.vote)

    def _flag(self, rows, quality, pred_proba):
        if self.threshold is None:
            suspects = self._outvoted(quality)
            suspects = keep_each_class(suspects, quality, rows.codes)
        else:
            suspects = flag_suspects(self, rows, quality, pred_proba)
        return suspects, float(np.average(suspects, weights=rows.sample_weight))

    def _score_new(self, X, codes):
        if not hasattr(self.scheme_, "member_probas"):
            return super()._score_new(X, codes)
        if codes is None:
            codes = self.scheme_.predict_proba(X).argmax(axis=1)
        agree = [
            self.score_.score(codes, pred_proba)
            for pred_proba in self.scheme_.member_probas(X)
        ]
        return np.mean(agree, axis=0)

    @classmethod
    def from_predictions(
        cls, y, pred_proba, *, classes=None, sample_weight=None, trusted=None, **params
    ):
        """Let predictions that are already there vote; nothing is fitted.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_samples, n_classes) or list of these
            Out-of-sample probabilities, of each member.
        classes : array-like of shape (n_classes,), default=None
            Label of each column; sorted labels by default.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified.
        **params : dict
            Parameters of the detector.

        Returns
        -------
        detector : detector
            Fitted; its `score_samples` takes the probabilities of one member in
            place of X.
        """
        members = list_members(pred_proba)
        detector = cls(**params)
        detector._check_rule()
        rows = check_labelled_rows(
            detector, members[0], y, sample_weight, None, trusted, classes=classes
        )
        detector._record(rows, detector._judge_by(GivenMembers(members), rows))
        return detector


def outvoted(quality, vote):
    """Mask of the labels that a vote goes against.

    Parameters
    ----------
    quality : ndarray of shape (n_samples,)
        Share of the members that agree with each label.
    vote : {"majority", "consensus"}
        Whether more than half of the members must disagree, or all.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        True for labels that are outvoted.
    """
    return quality < (0.5 - SLACK if vote == "majority" else SLACK)
