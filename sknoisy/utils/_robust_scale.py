# SPDX-License-Identifier: BSD-3-Clause
"""Weighted medians, and the standard deviation that wrong targets do not move."""

import numpy as np

# The median absolute residual of Gaussian errors, in standard deviations.
_MAD_OF_GAUSSIAN = 0.6744897501960817

_TINY = 1e-200


def weighted_median(values, sample_weight=None):
    """Find the lowest value up to which lies at least half of the weight.

    Parameters
    ----------
    values : ndarray of shape (..., n_samples)
        Numbers; the median is that of the last axis.
    sample_weight : ndarray of shape (..., n_samples), default=None
        Weight of each; None weighs each 1.

    Returns
    -------
    median : ndarray of shape (...)
        One of the values, so that a weight of two equals a repeated value.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.utils._robust_scale import weighted_median
    >>> float(weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 4.0, 1.0])))
    1.0
    """
    order = np.argsort(values, axis=-1)
    weight = np.ones(values.shape) if sample_weight is None else sample_weight
    reached = np.cumsum(np.take_along_axis(weight, order, axis=-1), axis=-1)
    middle = (reached < reached[..., -1:] / 2).sum(axis=-1, keepdims=True)
    place = np.take_along_axis(order, middle, axis=-1)
    return np.take_along_axis(values, place, axis=-1)[..., 0][()]


def robust_scale(residuals, sample_weight=None):
    """Estimate a standard deviation by the median absolute residual.

    Parameters
    ----------
    residuals : ndarray of shape (..., n_samples)
        Signed or absolute.
    sample_weight : ndarray of shape (..., n_samples), default=None
        Weight of each.

    Returns
    -------
    scale : ndarray of shape (...)
        The standard deviation of Gaussian errors of that median.
    """
    return weighted_median(np.abs(residuals), sample_weight) / _MAD_OF_GAUSSIAN


def smallest_scale(y):
    """Return the scale below which residuals of a target are rounding errors.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Targets.

    Returns
    -------
    scale : float
        Positive.
    """
    return np.finfo(np.float64).eps * max(np.abs(y).max(), _TINY)
