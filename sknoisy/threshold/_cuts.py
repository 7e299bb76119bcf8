# SPDX-License-Identifier: BSD-3-Clause
"""Thresholds that cut the label quality at a given value or share."""

from numbers import Real

import numpy as np

from sknoisy.base import BaseThreshold
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.utils._ranking import flag_lowest, lowest_cutoff


def check_share(name, value):
    """Check that a parameter is a share.

    Parameters
    ----------
    name : str
        Name of the parameter, for the error.
    value : float
        What the caller wrote.

    Returns
    -------
    value : float
        In [0, 1].
    """
    if not isinstance(value, Real) or not 0 <= value <= 1:
        raise ValueError(
            f"{name}={value!r} must be a share between 0 and 1, as 0.1 for 10 %."
        )
    return float(value)


class FixedThreshold(BaseThreshold):
    """Labels below a fixed quality are suspects.

    Parameters
    ----------
    value : float or dict, default=0.5
        Quality below which a label is suspect. A dict gives one value a class,
        as ``{"spam": 0.3, "ham": 0.6}``; a class it leaves out has no suspects.

    Attributes
    ----------
    cutoffs_ : ndarray of shape (n_classes,)
        Value for each class.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.

    Examples
    --------
    >>> from sknoisy.threshold import FixedThreshold
    >>> threshold = FixedThreshold(0.4).fit([0.9, 0.1, 0.6], ["a", "a", "b"])
    >>> threshold.suspects([0.9, 0.1, 0.6], ["a", "a", "b"])
    array([False,  True, False])
    """

    def __init__(self, value=0.5):
        self.value = value

    def _fit(self, quality, codes, pred_proba, sample_weight):
        if not isinstance(self.value, dict):
            if not isinstance(self.value, Real):
                raise ValueError(
                    f"value={self.value!r} must be a number, as 0.5, or a dict of one "
                    "number a class."
                )
            self.cutoffs_ = np.full(len(self.classes_), float(self.value))
            return
        unknown = set(self.value) - set(self.classes_.tolist())
        if unknown:
            raise ValueError(
                "value names classes that y does not hold: "
                f"{sorted(unknown, key=str)}; classes are {self.classes_.tolist()}."
            )
        self.cutoffs_ = np.array(
            [self.value.get(label, -np.inf) for label in self.classes_.tolist()]
        )

    def _suspects(self, quality, codes, pred_proba, sample_weight):
        return quality < self.cutoffs_[codes]


class QuantileThreshold(BaseThreshold):
    """Labels below a quantile of the quality seen in fit are suspects.

    The cut is a value, learned once: of other rows, as of an audited test set,
    more or fewer than the quantile may fall below it.

    Parameters
    ----------
    quantile : float, default=0.1
        Share of the rows in fit below the cut.
    per_class : bool, default=False
        Whether to cut each class at its own quantile.

    Attributes
    ----------
    cutoffs_ : ndarray of shape (n_classes,)
        Highest quality that is suspect, for each class.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.

    Examples
    --------
    >>> from sknoisy.threshold import QuantileThreshold
    >>> quality, y = [0.9, 0.1, 0.6, 0.8], ["a", "a", "b", "b"]
    >>> QuantileThreshold(0.25).fit(quality, y).suspects(quality, y)
    array([False,  True, False, False])
    """

    def __init__(self, quantile=0.1, *, per_class=False):
        self.quantile = quantile
        self.per_class = per_class

    def _fit(self, quality, codes, pred_proba, sample_weight):
        quantile = check_share("quantile", self.quantile)
        self.cutoffs_ = np.empty(len(self.classes_))
        if not self.per_class:
            self.cutoffs_[:] = _share_cutoff(quality, quantile, sample_weight)
            return
        for k in range(len(self.classes_)):
            members = codes == k
            weight = None if sample_weight is None else sample_weight[members]
            self.cutoffs_[k] = _share_cutoff(quality[members], quantile, weight)

    def _suspects(self, quality, codes, pred_proba, sample_weight):
        return quality <= self.cutoffs_[codes]


class ContaminationThreshold(BaseThreshold):
    """The worst labels are suspects, as many as are thought to be wrong.

    Parameters
    ----------
    contamination : float or "auto", default="auto"
        Share of wrong labels. "auto" takes the estimate of the confident joint,
        which needs `pred_proba` and is often too low on real noise.
    per_class : bool, default=False
        Whether to flag that share of each class. With "auto", the share of each
        class is its own estimate.

    Attributes
    ----------
    contamination_ : ndarray of shape (n_classes,)
        Share flagged of each class; of all rows together unless `per_class`.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.

    Examples
    --------
    >>> from sknoisy.threshold import ContaminationThreshold
    >>> quality, y = [0.9, 0.1, 0.6, 0.8], ["a", "a", "b", "b"]
    >>> ContaminationThreshold(0.5).fit(quality, y).suspects(quality, y)
    array([False,  True,  True, False])
    """

    def __init__(self, contamination="auto", *, per_class=False):
        self.contamination = contamination
        self.per_class = per_class

    def _fit(self, quality, codes, pred_proba, sample_weight):
        n_classes = len(self.classes_)
        if self.contamination != "auto":
            if isinstance(self.contamination, str):
                raise ValueError(
                    f"contamination={self.contamination!r} must be a share between 0 "
                    'and 1, as 0.1 for 10 %, or "auto".'
                )
            share = check_share("contamination", self.contamination)
            self.contamination_ = np.full(n_classes, share)
            return
        if pred_proba is None:
            raise ValueError(
                'contamination="auto" estimates the share from pred_proba, which is '
                "missing; pass it, or give a number."
            )
        model = ConfidentJoint(classes=self.classes_)
        model.fit(self.classes_[codes], pred_proba, sample_weight=sample_weight)
        if self.per_class:
            joint = model.confident_joint_
            wrong, totals = joint.sum(axis=1) - np.diag(joint), joint.sum(axis=1)
            self.contamination_ = wrong / np.where(totals > 0, totals, 1)
        else:
            self.contamination_ = np.full(n_classes, model.noise_rate_)

    def _suspects(self, quality, codes, pred_proba, sample_weight):
        if not self.per_class:
            return _flag_share(quality, self.contamination_[0], sample_weight)
        mask = np.zeros(len(codes), dtype=bool)
        for k, share in enumerate(self.contamination_):
            members = np.flatnonzero(codes == k)
            weight = None if sample_weight is None else sample_weight[members]
            mask[members] = _flag_share(quality[members], share, weight)
        return mask


def _total(quality, sample_weight):
    return len(quality) if sample_weight is None else sample_weight.sum()


def _flag_share(quality, share, sample_weight):
    amount = np.round(share * _total(quality, sample_weight), 9)
    return flag_lowest(quality, amount, sample_weight)


def _share_cutoff(quality, share, sample_weight):
    amount = np.round(share * _total(quality, sample_weight), 9)
    return lowest_cutoff(quality, amount, sample_weight)
