# SPDX-License-Identifier: BSD-3-Clause
"""Detectors whose verdict is written down, and samplers that can be followed."""

import numpy as np
from sklearn.base import BaseEstimator

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.utils import num_rows, take_rows


class Verdict(BaseLabelDetector):
    """Judge the rows as the parameters say; remember what fit was given.

    Without suggestions it suggests the given labels.
    """

    def __init__(self, quality, suspects, suggested=None, pred_proba=None):
        self.quality = quality
        self.suspects = suspects
        self.suggested = suggested
        self.pred_proba = pred_proba

    def _judge(self, rows):
        self.rows_ = rows
        return Judgement(
            label_quality=np.asarray(self.quality, dtype=np.float64),
            suspect_mask=np.asarray(self.suspects, dtype=bool),
            suggested_codes=rows.codes
            if self.suggested is None
            else np.asarray(self.suggested),
            noise_rate=np.mean(self.suspects),
            pred_proba=None if self.pred_proba is None else np.asarray(self.pred_proba),
        )

    def _score_new(self, X, codes):
        return np.ones(num_rows(X))


class WithoutFirst(BaseEstimator):
    """Drop the first row, as a sampler of another library might."""

    def __init__(self, is_traced=True):
        self.is_traced = is_traced

    def fit_resample(self, X, y):
        rows = np.arange(1, num_rows(X))
        if self.is_traced:
            self.sample_indices_ = rows
        return take_rows(X, rows), take_rows(y, rows)


class Doubled(BaseEstimator):
    """Repeat all rows; `sample_indices_` tells of the input, not of the output."""

    def fit_resample(self, X, y):
        self.sample_indices_ = np.arange(num_rows(X))
        rows = np.tile(self.sample_indices_, 2)
        return take_rows(X, rows), take_rows(y, rows)


class HalveAll(BaseEstimator):
    """A reweighter that knows nothing of the weights that rows already have."""

    def fit_reweight(self, X, y):
        return np.full(num_rows(X), 0.5)
