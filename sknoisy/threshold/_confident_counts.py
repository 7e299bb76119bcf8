# SPDX-License-Identifier: BSD-3-Clause
"""As many suspects in each class as the confident joint counts."""

import numpy as np

from sknoisy.base import BaseThreshold
from sknoisy.noise._confident_joint import ConfidentJoint, row_unit
from sknoisy.utils._ranking import lowest_cutoff


class ConfidentCounts(BaseThreshold):
    """Flag in each class as many of the worst labels as confident learning counts.

    The number comes from the off-diagonal of the calibrated confident joint, the
    ranking from whatever label quality is given: "prune by class", for any
    score. A label that `pred_proba` itself favours is never suspect.

    Parameters
    ----------
    frac_noise : float, default=1.0
        Share of the counted errors to flag.
    min_samples_per_class : int, default=1
        Rows of each class that are never flagged.

    Attributes
    ----------
    cutoffs_ : ndarray of shape (n_classes,)
        Highest quality that is suspect, for each class.
    counts_ : ndarray of shape (n_classes,)
        Estimated number of wrong labels in each class.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.threshold import ConfidentCounts
    >>> pred_proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.9, 0.1]])
    >>> y = np.array([0, 0, 1, 1])
    >>> quality = pred_proba[np.arange(4), y]
    >>> threshold = ConfidentCounts().fit(quality, y, pred_proba)
    >>> threshold.suspects(quality, y, pred_proba)
    array([False, False, False,  True])
    """

    def __init__(self, frac_noise=1.0, *, min_samples_per_class=1):
        self.frac_noise = frac_noise
        self.min_samples_per_class = min_samples_per_class

    def _fit(self, quality, codes, pred_proba, sample_weight):
        if pred_proba is None:
            raise ValueError(
                "ConfidentCounts counts errors in pred_proba, which is missing; pass "
                "it, or use a threshold that needs quality alone, as "
                "MixtureThreshold."
            )
        model = ConfidentJoint(classes=self.classes_)
        model.fit(self.classes_[codes], pred_proba, sample_weight=sample_weight)
        joint = model.confident_joint_
        keep = self.min_samples_per_class * row_unit(sample_weight)
        self.counts_ = joint.sum(axis=1) - np.diag(joint)
        self.cutoffs_ = np.full(len(self.classes_), -np.inf)
        for k in np.unique(codes):
            members = codes == k
            weight = None if sample_weight is None else sample_weight[members]
            total = members.sum() if weight is None else weight.sum()
            amount = min(self.frac_noise * self.counts_[k], total - keep)
            self.cutoffs_[k] = lowest_cutoff(quality[members], amount, weight)

    def _suspects(self, quality, codes, pred_proba, sample_weight):
        mask = quality <= self.cutoffs_[codes]
        if pred_proba is not None:
            pred_proba = np.asarray(pred_proba)
            own = pred_proba[np.arange(len(codes)), codes]
            mask &= own + 1e-6 < pred_proba.max(axis=1)
        return mask
