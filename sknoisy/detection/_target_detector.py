# SPDX-License-Identifier: BSD-3-Clause
"""What the detectors of wrong numbers have in common."""

import numpy as np
from sklearn.utils import RegressorTags

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.threshold import check_threshold
from sknoisy.utils._target_rows import check_target_rows


class TargetDetector(BaseLabelDetector):
    """Base of detectors that judge the numeric targets of a regression."""

    def _check_rows(self, X, y, sample_weight, groups, trusted):
        return check_target_rows(self, X, y, sample_weight, groups, trusted)

    def _read_labels(self, y):
        return np.asarray(y, dtype=np.float64)

    def _flag(self, rows, quality, cut):
        """Fit the threshold, or a cut in its place, and judge by it."""
        self.threshold_ = check_threshold(cut)
        self.threshold_.fit(quality, rows.codes, None, rows.sample_weight)
        suspects = self.threshold_.suspects(
            quality, rows.codes, None, rows.sample_weight
        )
        return self._judgement(rows, quality, suspects)

    def _judgement(self, rows, quality, suspects):
        if rows.trusted is not None:
            suspects = suspects & ~rows.trusted
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=None,
            noise_rate=np.average(suspects, weights=rows.sample_weight),
        )

    def score_samples(self, X, y=None):
        """Score targets that were not in fit.

        Parameters
        ----------
        X : any container of n_new rows
            Rows that were not in fit.
        y : array-like of shape (n_new,), default=None
            Their targets. None scores what the evidence says the targets are,
            which is 1.

        Returns
        -------
        label_quality : ndarray of shape (n_new,)
            In [0, 1]; higher is more trustworthy.
        """
        return super().score_samples(X, y)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags = RegressorTags()
        return tags
