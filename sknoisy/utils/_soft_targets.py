# SPDX-License-Identifier: BSD-3-Clause
"""Fit any classifier on soft targets."""

import numpy as np

from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils._weights import fit_weighted, take_param_rows


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
        Non-negative weight of each class for each row; rows usually sum to 1.
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
    rows, columns = np.nonzero(targets >= min_target)
    weights = targets[rows, columns]
    if sample_weight is not None:
        weights = weights * sample_weight[rows]
        rows, columns, weights = (part[weights > 0] for part in (rows, columns, weights))
    rows, columns, weights = _keep_every_class(targets, rows, columns, weights)
    is_hard = len(rows) == num_rows(X) and (rows == np.arange(len(rows))).all()
    if is_hard and (weights == 1.0).all():
        # One label each at full weight is an ordinary fit: leave weights out.
        return fit_weighted(estimator, X, classes[columns], fit_params=fit_params)
    return fit_weighted(
        estimator,
        X if is_hard else take_rows(X, rows),
        classes[columns],
        weights,
        random_state=random_state,
        fit_params=take_param_rows(fit_params or {}, rows, num_rows(X)),
    )


def _keep_every_class(targets, rows, columns, weights):
    """Give a class that lost all its weight its best row, at almost no weight."""
    missing = np.setdiff1d(np.arange(targets.shape[1]), columns)
    if len(missing) == 0:
        return rows, columns, weights
    best = targets[:, missing].argmax(axis=0)
    rows = np.r_[rows, best]
    columns = np.r_[columns, missing]
    weights = np.r_[weights, np.maximum(targets[best, missing], 1e-12)]
    order = np.argsort(rows, kind="stable")
    return rows[order], columns[order], weights[order]
