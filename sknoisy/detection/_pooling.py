# SPDX-License-Identifier: BSD-3-Clause
"""Pool the scores of the several labels of a row into one score of the row."""

import numpy as np
from scipy.special import softmax


def ema_pool(scores, alpha=0.8):
    """Pool scores by an exponential moving average from the best to the worst.

    The scores of a row are sorted from high to low, and each in turn is averaged
    with what came before: ``pooled = alpha * score + (1 - alpha) * pooled``. So
    the worst label weighs most, for one wrong label makes the row wrong, and the
    others still settle the order among rows whose worst labels are alike.

    Parameters
    ----------
    scores : array-like of shape (..., n_labels)
        Label quality of each label of a row, as of each class of a multi-label
        problem.
    alpha : float, default=0.8
        Weight of the next worse score, in [0, 1]; 1 is the minimum.

    Returns
    -------
    pooled : ndarray of shape (...)
        Between the lowest and the highest score of the row.

    Raises
    ------
    ValueError
        If `alpha` is out of range, or a row has no scores.

    References
    ----------
    Thyagarajan, Snorrason, Northcutt and Mueller. Identifying incorrect
    annotations in multi-label classification data. arXiv:2211.13895, 2022.

    Examples
    --------
    >>> from sknoisy.detection import ema_pool
    >>> ema_pool([[0.9, 0.2, 0.6, 0.95], [0.9, 0.9, 0.9, 0.9]]).round(4)
    array([0.2924, 0.9   ])
    """
    if not 0 <= alpha <= 1:
        raise ValueError(
            f"alpha={alpha!r} must lie in [0, 1]; write 1 for the minimum, 0.8 for "
            "one that the other labels still move."
        )
    best_first = np.flip(np.sort(_check_scores(scores), axis=-1), axis=-1)
    pooled = best_first[..., 0]
    for j in range(1, best_first.shape[-1]):
        pooled = alpha * best_first[..., j] + (1 - alpha) * pooled
    return pooled


def softmin_pool(scores, temperature=0.1):
    """Pool scores by a mean that weighs low ones exponentially more.

    Each score has the weight ``exp((1 - score) / temperature)``, so that the pool
    lies near the minimum for a low temperature and near the mean for a high one.

    Parameters
    ----------
    scores : array-like of shape (..., n_labels)
        Label quality of each label of a row, as of each class of a multi-label
        problem.
    temperature : float, default=0.1
        Positive; lower is closer to the minimum.

    Returns
    -------
    pooled : ndarray of shape (...)
        Between the lowest and the mean score of the row.

    Raises
    ------
    ValueError
        If `temperature` is not positive, or a row has no scores.

    References
    ----------
    Thyagarajan, Snorrason, Northcutt and Mueller. Identifying incorrect
    annotations in multi-label classification data. arXiv:2211.13895, 2022.

    Examples
    --------
    >>> from sknoisy.detection import softmin_pool
    >>> softmin_pool([[0.9, 0.2, 0.6, 0.95], [0.9, 0.9, 0.9, 0.9]]).round(4)
    array([0.2082, 0.9   ])
    """
    if not temperature > 0:
        raise ValueError(
            f"temperature={temperature!r} must be positive; for the minimum itself "
            "write scores.min(axis=-1)."
        )
    scores = _check_scores(scores)
    weights = softmax((1 - scores) / temperature, axis=-1)
    return (scores * weights).sum(axis=-1)


def _check_scores(scores):
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(
            f"scores has shape {scores.shape}; give at least one score per row, along "
            "the last axis."
        )
    return scores
