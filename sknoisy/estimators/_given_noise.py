# SPDX-License-Identifier: BSD-3-Clause
"""The noise model of a robust fit: the caller's own, or one from predictions."""

import numpy as np

from sknoisy.estimators.methods import NoiseModel
from sknoisy.noise._confident_joint import ConfidentJoint, row_unit
from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.noise._prior import true_class_prior

# The confident joint counts hard rows as wrong ones. A share of "no noise" in the
# estimated matrix keeps the given label in play for every class.
_IDENTITY_SHARE = 0.1


def find_noise_model(rows, transition_matrix=None, pred_proba=None):
    """Take the noise model that the caller knows, or estimate one.

    The confident joint is counted over the rows that nobody has verified, whose
    labels alone come from the noise, and mixed with a tenth of the identity. The mean
    prediction for trusted rows of each class, which `GoldLossCorrection` takes, is no
    substitute: models are unsure of hard rows, which passes for noise, and most so
    where the rows to verify were chosen for looking wrong.

    Parameters
    ----------
    rows : LabelledRows
        Rows and their given labels.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        Known noise model; None estimates one.
    pred_proba : ndarray of shape (n_samples, n_classes), default=None
        Out-of-sample probabilities, which the estimate needs.

    Returns
    -------
    noise_model : NoiseModel
        The matrix, and the distributions of true and given labels.

    Raises
    ------
    ValueError
        If the matrix does not fit the classes, or some given label cannot have
        come about under it.
    """
    n_classes = len(rows.classes)
    if transition_matrix is not None:
        matrix = check_transition_matrix(transition_matrix, n_classes)
        _check_possible(matrix, rows)
    else:
        matrix = (1 - _IDENTITY_SHARE) * _estimate_matrix(rows, pred_proba)
        matrix += _IDENTITY_SHARE * np.eye(n_classes)
    totals = np.bincount(rows.codes, weights=rows.sample_weight, minlength=n_classes)
    # A class without weight keeps a little, so that it divides nothing by 0.
    given = np.maximum(totals / totals.sum(), 1e-12)
    return NoiseModel(matrix, true_class_prior(matrix, given), given)


def _estimate_matrix(rows, pred_proba):
    speaks = np.ones(len(rows), dtype=bool) if rows.trusted is None else ~rows.trusted
    if rows.sample_weight is not None:
        speaks &= rows.sample_weight > 0
    if not speaks.any():
        return np.eye(len(rows.classes))
    joint = ConfidentJoint(classes=rows.classes)
    joint.fit(rows.y, pred_proba, rows.sample_weight, trusted=rows.trusted)
    return joint.transition_matrix_


def leave_room(noise_model, rows):
    """Let every label come about, even from classes that nobody has counted it in.

    Each class gets one more row, with a share of each label; the more rows a class
    has, the less that changes.

    Parameters
    ----------
    noise_model : NoiseModel
        Counted from predictions.
    rows : LabelledRows
        The rows it was counted in.

    Returns
    -------
    noise_model : NoiseModel
        Its matrix has no zeros.
    """
    weight = rows.sample_weight
    n_rows = len(rows) if weight is None else weight.sum() / row_unit(weight)
    share = 1 / (noise_model.class_prior * n_rows + 1)
    matrix = (1 - share)[:, None] * noise_model.transition_matrix
    matrix += share[:, None] / len(share)
    prior = true_class_prior(matrix, noise_model.given_prior)
    return NoiseModel(matrix, prior, noise_model.given_prior)


def _check_possible(transition_matrix, rows):
    """Refuse a noise model under which some given label cannot have come about."""
    never = (transition_matrix == 0).all(axis=0)[rows.codes]
    if never.any():
        labels = np.unique(rows.y[never]).tolist()
        raise ValueError(
            f"transition_matrix says that no row is ever given the label(s) {labels}, "
            "but y holds them; give their columns some probability."
        )
