# SPDX-License-Identifier: BSD-3-Clause
"""Fit any classifier on soft targets."""

import numpy as np

from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils._weights import (
    fit_weighted,
    rows_for_weights,
    supports_sample_weight,
    take_param_rows,
)


def fit_soft_targets(
    estimator,
    X,
    targets,
    classes,
    *,
    sample_weight=None,
    min_target=1e-4,
    random_state=None,
    fit_params=None,
):
    """Fit a clone of a classifier on a distribution over labels for each row.

    Each row is repeated once per class that its target gives some weight, with
    that class as label and the weight as sample weight. For a classifier that
    minimises log-loss this is exactly the fit to the soft targets; for others,
    forests for one, it is an approximation. A classifier that takes no sample
    weights is fitted on rows drawn in proportion to the targets.

    Parameters
    ----------
    estimator : classifier
        Cloned, never changed.
    X : any container of n_samples rows
        Training rows.
    targets : ndarray of shape (n_samples, n_classes)
        Weight of each class for each row; rows usually sum to 1. Negative weights
        are passed on, to a classifier that makes sense of them.
    classes : ndarray of shape (n_classes,)
        Label of each column.
    sample_weight : ndarray of shape (n_samples,), default=None
        Multiplies the targets of each row.
    min_target : float, default=1e-4
        Smaller weights are dropped, which bounds the number of repeats.
    random_state : int, RandomState instance or None, default=None
        Seeds the draw for classifiers that take no weights; None draws with a
        fixed seed.
    fit_params : dict, default=None
        Further parameters of fit; per-row ones are repeated with their rows.

    Returns
    -------
    fitted : classifier
        The fitted clone, whose classes are all of `classes`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.utils import fit_soft_targets
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> targets = np.array([[1.0, 0.0], [0.9, 0.1], [0.2, 0.8], [0.0, 1.0]])
    >>> clf = fit_soft_targets(LogisticRegression(), X, targets, np.array(["a", "b"]))
    >>> clf.predict([[0.5], [2.5]])
    array(['a', 'b'], dtype='<U1')
    """
    rows, columns, weights = _repeat_by_class(targets, sample_weight, min_target)
    if not supports_sample_weight(estimator):
        drawn = _draw(columns, weights, random_state)
        rows, columns, weights = rows[drawn], columns[drawn], np.ones(len(drawn))
    is_hard = len(rows) == num_rows(X) and (rows == np.arange(len(rows))).all()
    if not is_hard:
        fit_params = take_param_rows(fit_params or {}, rows, num_rows(X))
        X = take_rows(X, rows)
    # Full weight all round is an ordinary fit: leave weights out.
    weights = None if (weights == 1.0).all() else weights
    return fit_weighted(estimator, X, classes[columns], weights, fit_params=fit_params)


def _repeat_by_class(targets, sample_weight, min_target):
    """List row, class and weight of all that the targets give some weight."""
    weights = targets if sample_weight is None else targets * sample_weight[:, None]
    rows, columns = np.nonzero((np.abs(targets) >= min_target) & (weights != 0))
    missing = np.setdiff1d(np.arange(targets.shape[1]), columns)
    if len(missing) == 0:
        return rows, columns, weights[rows, columns]
    # A class that lost all its weight gets its best row, at almost no weight.
    best = weights[:, missing].argmax(axis=0)
    least = np.maximum(weights[best, missing], 1e-12)
    values = np.r_[weights[rows, columns], least]
    rows, columns = np.r_[rows, best], np.r_[columns, missing]
    order = np.argsort(rows, kind="stable")
    return rows[order], columns[order], values[order]


def _draw(columns, weights, random_state):
    """Draw repeats in proportion to their weight, some of every class."""
    drawn = rows_for_weights(weights, random_state)
    for k in np.setdiff1d(columns, columns[drawn]):
        members = np.flatnonzero(columns == k)
        drawn = np.r_[drawn, members[weights[members].argmax()]]
    return np.sort(drawn)
