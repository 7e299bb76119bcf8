# SPDX-License-Identifier: BSD-3-Clause
"""In which order rows are asked: what one more answer is worth."""

from dataclasses import dataclass

import numpy as np

from sknoisy.review._activelab import activelab_scores
from sknoisy.review._hierarchy import hierarchy_distance
from sknoisy.review._label_cleaning import active_label_cleaning_score


@dataclass(frozen=True)
class Prospect:
    """What an order may go by.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Given labels.
    classes : ndarray of shape (n_classes,)
        All labels.
    error_proba : ndarray of shape (n_samples,)
        Probability that each label is wrong.
    pred_proba : ndarray of shape (n_samples, n_classes) or None
        Out-of-sample probabilities, if the detector has any.
    gain_per_cost : ndarray of shape (n_samples,)
        Weight of each row by its cost.
    distance : ndarray of shape (n_classes, n_classes) or None
        Between classes.
    gamma : float
        Power of the distance.
    """

    codes: np.ndarray
    classes: np.ndarray
    error_proba: np.ndarray
    pred_proba: np.ndarray | None
    gain_per_cost: np.ndarray
    distance: np.ndarray | None
    gamma: float


def expected_errors(prospect):
    return prospect.error_proba * prospect.gain_per_cost


def by_hierarchy(prospect):
    others = prospect.pred_proba.copy()
    others[np.arange(len(others)), prospect.codes] = -1.0
    steps = prospect.distance[prospect.codes, others.argmax(axis=1)]
    return steps**prospect.gamma * expected_errors(prospect)


def by_label_cleaning(prospect):
    counts = np.eye(len(prospect.classes))[prospect.codes]
    return active_label_cleaning_score(counts, prospect.pred_proba)


def by_activelab(prospect):
    labels = prospect.classes[prospect.codes]
    return -activelab_scores(labels, prospect.pred_proba, classes=prospect.classes)


ORDERS = {
    "active_label_cleaning": by_label_cleaning,
    "activelab": by_activelab,
    "expected_errors": expected_errors,
    "hierarchy": by_hierarchy,
}
NEEDS_PROBA = set(ORDERS) - {"expected_errors"}


def check_hierarchy(order, hierarchy, classes):
    """Measure the distances between classes where the order needs them.

    Parameters
    ----------
    order : str
        One of `ORDERS`.
    hierarchy : dict, array-like or None
        What the caller wrote.
    classes : ndarray of shape (n_classes,)
        All labels.

    Returns
    -------
    distance : ndarray of shape (n_classes, n_classes) or None
        None for the other orders.
    """
    if order != "hierarchy":
        return None
    if hierarchy is None:
        raise ValueError(
            'order="hierarchy" needs hierarchy, a tree of the classes such as '
            '{"animal": ["cat", "dog"]}, or a matrix of distances.'
        )
    return hierarchy_distance(hierarchy, classes)
