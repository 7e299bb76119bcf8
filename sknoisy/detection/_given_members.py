# SPDX-License-Identifier: BSD-3-Clause
"""Probabilities of several members that the caller already has."""

import numpy as np

from sknoisy.detection._schemes import Member, Precomputed
from sknoisy.utils._predictions import check_predictions


class GivenMembers(Precomputed):
    """Probabilities of a committee, or of the stages of a training, as a scheme.

    Parameters
    ----------
    pred_probas : list of ndarray of shape (n_samples, n_classes), default=None
        Of each member.
    classes : array-like of shape (n_classes,), default=None
        Label of each column; sorted labels by default.
    """

    def __init__(self, pred_probas=None, classes=None):
        super().__init__(classes)
        self.pred_probas = pred_probas

    def members(self, rows):
        for pred_proba in self.pred_probas:
            yield Member(check_predictions(rows.y, pred_proba, rows.classes)[1])


def list_members(pred_proba):
    """List the probabilities of members, where one member alone may be given too.

    Parameters
    ----------
    pred_proba : array-like of shape (n_samples, n_classes) or \
            (n_members, n_samples, n_classes), or list of the former
        What the caller has.

    Returns
    -------
    members : list of array-like of shape (n_samples, n_classes)
        At least one.
    """
    if len(pred_proba) == 0:
        raise ValueError(
            "pred_proba is empty; give the probabilities of one member at least."
        )
    is_list = isinstance(pred_proba, (list, tuple)) and np.ndim(pred_proba[0]) == 2
    return list(pred_proba) if is_list or np.ndim(pred_proba) == 3 else [pred_proba]
