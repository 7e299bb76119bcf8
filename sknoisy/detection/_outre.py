# SPDX-License-Identifier: BSD-3-Clause
"""OUTRE: wrong targets of a regression are outliers in target and residual."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.utils import check_array, check_consistent_length

# Distances below this are rounding: the targets then have no neighbourhood.
_SMALLEST_SCALE = 100 * np.finfo(np.float64).eps


def outre_quality(y, predictions, *, residual_scale=5.0, neighbors=0.5):
    """Score how trustworthy each target is, from out-of-sample predictions.

    Every row is a point of two coordinates, its standardised target and its
    standardised residual, and its quality falls with the mean distance to its
    nearest neighbours: ``exp(-distance / median distance)``. A residual that many
    rows of similar targets share is not held against a row, so a model that is
    biased in part of its range misleads this score less than the residual alone.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given targets.
    predictions : array-like of shape (n_samples,)
        Out-of-sample predictions, such as cross-validation gives.
    residual_scale : float, default=5.0
        Standard deviation of the residuals where that of the targets is 1.
    neighbors : float, default=0.5
        Share of the rows that are neighbours, in (0, 1]; a row counts among its
        own.

    Returns
    -------
    quality : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.

    Raises
    ------
    ValueError
        If `y` and `predictions` do not fit together or are not finite, or
        `neighbors` is out of range.

    See Also
    --------
    ResidualDetector : Makes the predictions and judges by the residual.

    Notes
    -----
    The time grows with the square of the number of rows; the memory does not.

    References
    ----------
    Kuan and Mueller. Back to the basics: revisiting out-of-distribution detection
    baselines. ICML workshop on principles of distribution shift, 2022, for the
    distance; its use on targets and residuals is that of cleanlab.

    Examples
    --------
    >>> from sknoisy.detection import outre_quality
    >>> y = [1, 2, 3, 4, 5, 6, 7, 8, 9, 30]
    >>> predictions = [1.1, 1.9, 3.2, 4.1, 4.8, 6.2, 6.9, 8.3, 9.1, 10]
    >>> outre_quality(y, predictions).round(2)
    array([0.32, 0.39, 0.42, 0.45, 0.36, 0.39, 0.38, 0.34, 0.31, 0.  ])
    """
    if not 0 < neighbors <= 1:
        raise ValueError(
            f"neighbors={neighbors!r} must be a share of the rows in (0, 1], as 0.5."
        )
    y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
    predictions = check_array(
        predictions, ensure_2d=False, dtype=np.float64, input_name="predictions"
    )
    if y.ndim != 1 or predictions.ndim != 1:
        raise ValueError(
            f"y and predictions must hold one number a row, but have shapes {y.shape} "
            f"and {predictions.shape}; pass 1D arrays, as y.ravel()."
        )
    check_consistent_length(y, predictions)
    residual = _standardise(predictions - y) * residual_scale
    points = np.column_stack([_standardise(y), residual])
    distances = _mean_distances(points, int(np.ceil(neighbors * len(y))))
    return np.exp(-distances / max(np.median(distances), _SMALLEST_SCALE))


def _standardise(values):
    return (values - values.mean()) / (values.std() + np.finfo(np.float64).tiny)


def _mean_distances(points, n_neighbors):
    """Mean distance of each point to its nearest ones, itself included."""

    def nearest(distances, start):
        lowest = np.partition(distances, n_neighbors - 1, axis=1)[:, :n_neighbors]
        return lowest.mean(axis=1)

    blocks = pairwise_distances_chunked(points, reduce_func=nearest)
    return np.concatenate(list(blocks))
