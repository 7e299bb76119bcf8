# SPDX-License-Identifier: BSD-3-Clause
"""Read the noise off rows that all but surely belong to a class."""

import math
from numbers import Real

import numpy as np

from sknoisy.noise._transition_estimator import MatrixEstimator, NoiseEstimate
from sknoisy.utils._options import check_option

_DEFAULT_SHARES = {"top": 0.01, "percentile": 0.03, "max": 0.0}


class AnchorPoints(MatrixEstimator):
    """Estimate the noise from anchor points: the surest rows of each class.

    A row that belongs to a class for certain gets its given label from the row of
    the transition matrix of that class alone, and so a model of the given labels
    predicts that very row there.

    Parameters
    ----------
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    rule : {"top", "percentile", "max"}, default="top"
        Which rows are anchors of a class. ``"top"`` takes the mean prediction of
        the rows where the class is most probable, `share` of all rows;
        ``"percentile"`` leaves out that share as outliers and takes the most
        probable of the others, as the authors of later methods do; ``"max"`` takes
        the most probable row, as the paper does.
    share : float, default=None
        Share of the rows, in [0, 1): by default 0.01 for ``"top"`` and 0.03, the
        97th percentile, for ``"percentile"``.

    Attributes
    ----------
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(given = j | true = i)`` at ``[i, j]``; rows sum to 1.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels that goes with it.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the matrix is close to singular, or does not favour the true class.
    RareClassWarning
        If a class has fewer than 10 rows.

    See Also
    --------
    ConfidentJoint : Needs no row that is certain.
    DualT : Corrects the anchors by counts.

    Notes
    -----
    Every class must have anchors, at least 3 % of all rows for ``"percentile"``,
    and `pred_proba` must be calibrated: a model that is not sure enough makes the
    diagonal too small. Single rows are erratic: on the digits with 20 % symmetric
    noise and cross-validated forests, the mean absolute error of a row of the matrix
    adds up to 0.28 with ``"percentile"``, to 0.13 with ``"top"`` and to 0.11 with the
    confident joint.

    Rows as probable as the last anchor share its place, so that the order of the
    rows does not matter; this and the weights are inferred.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and
    Lizhen Qu, "Making deep neural networks robust to label noise: a loss
    correction approach", CVPR 2017.

    Tongliang Liu and Dacheng Tao, "Classification with noisy labels by importance
    reweighting", IEEE TPAMI 38, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import AnchorPoints
    >>> y = ["cat"] * 12 + ["dog"] * 12
    >>> cat = np.r_[np.full(12, 0.9), np.full(12, 0.2)]
    >>> AnchorPoints().fit(y, np.column_stack([cat, 1 - cat])).transition_matrix_
    array([[0.9, 0.1],
           [0.2, 0.8]])
    """

    def __init__(self, classes=None, *, rule="top", share=None):
        self.classes = classes
        self.rule = rule
        self.share = share

    def _estimate(self, rows):
        return NoiseEstimate(anchor_matrix(rows, self.rule, self.share))


def anchor_matrix(rows, rule, share=None):
    """Average the predictions of the anchors of each class.

    Parameters
    ----------
    rows : NoisyRows
        With predictions.
    rule : {"top", "percentile", "max"}
        Which rows are anchors.
    share : float, default=None
        Share of the rows that counts, or that is left out.

    Returns
    -------
    matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1.
    """
    check_option("rule", rule, _DEFAULT_SHARES)
    share = _DEFAULT_SHARES[rule] if share is None else share
    if not isinstance(share, Real) or not 0 <= share < 1:
        raise ValueError(
            f"share={share!r} must be a share of the rows in [0, 1); write 0.01 for "
            "1 %."
        )
    matrix = np.empty((rows.n_classes, rows.n_classes))
    for k in range(rows.n_classes):
        weight = _anchor_weights(rows, k, rule, share)
        matrix[k] = weight @ rows.pred_proba
    return matrix / matrix.sum(axis=1, keepdims=True)


def _anchor_weights(rows, k, rule, share):
    proba = rows.pred_proba[:, k]
    if rule == "top":
        return top_weights(proba, rows.weight, share, rows.unit)
    share = share if rule == "percentile" else None
    chosen = _value_from_above(proba, rows.weight, share, rows.unit)
    return np.where(proba == chosen, rows.weight, 0.0)


def top_weights(values, weight, share, unit):
    """Weigh the rows with the largest values, a share of all and at least one.

    Parameters
    ----------
    values, weight : ndarray of shape (n_samples,)
        What to rank, and the weight of each row.
    share : float
        Share of the total weight to take.
    unit : float
        Weight that stands for one row.

    Returns
    -------
    taken : ndarray of shape (n_samples,)
        How much of the weight of each row is taken; rows that tie for the last
        place are taken in part.
    """
    order = np.argsort(-values, kind="stable")
    wanted = max(unit, share * weight.sum())
    reached = np.round(np.cumsum(weight[order]), 9) >= np.round(wanted, 9)
    limit = values[order[np.argmax(reached)]] if reached.any() else values.min()
    above, tied = values > limit, values == limit
    missing = min(wanted - weight[above].sum(), weight[tied].sum())
    taken = np.where(above, weight, 0.0)
    taken[tied] = weight[tied] * missing / weight[tied].sum()
    return taken


def _value_from_above(values, weight, share, unit):
    """Return the largest value, or the next one below a share of the rows."""
    order = np.argsort(values, kind="stable")
    counts = np.round(np.cumsum(weight[order]) / unit, 6)
    place = counts[-1] - 1
    if share is not None:
        # Below the percentile that is an actual value, the higher of two.
        place = max(math.ceil(round((1 - share) * place, 6)) - 1, 0)
    return values[order[np.searchsorted(counts, place, side="right")]]
