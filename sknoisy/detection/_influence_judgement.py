# SPDX-License-Identifier: BSD-3-Clause
"""From the influence of rows to a judgement of their labels."""

import numpy as np

from sknoisy.base import Judgement
from sknoisy.detection._label_detector import (
    count_wrong,
    flag_suspects,
    most_probable,
)


def mean_above_zero(values, weight):
    """Return the weighted mean of some values, or 1 if it is zero.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        At least zero.
    weight : ndarray of shape (n_rows,) or None
        Weights.

    Returns
    -------
    mean : float
        Above zero.
    """
    mean = np.average(values, weights=weight)
    return mean if mean > 0 else 1.0


def judge_by_threshold(detector, rows, quality, pred_proba):
    """Flag, count and suggest, from quality and probabilities that are there.

    Parameters
    ----------
    detector : detector
        Its parameter `threshold` says where the line is; gets `threshold_`.
    rows : LabelledRows
        The rows.
    quality : ndarray of shape (n_samples,)
        Their label quality.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Their probabilities.

    Returns
    -------
    judgement : Judgement
        All that a detector is asked for.
    """
    return Judgement(
        label_quality=quality,
        suspect_mask=flag_suspects(detector, rows, quality, pred_proba),
        suggested_codes=most_probable(rows.codes, pred_proba),
        noise_rate=count_wrong(rows, pred_proba),
        pred_proba=pred_proba,
    )
