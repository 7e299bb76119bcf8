# SPDX-License-Identifier: BSD-3-Clause
"""What the cleaners share: a detector, and limits on what they may do."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import clone, is_regressor
from sklearn.utils import get_tags

from sknoisy.base import (
    BaseLabelDetector,
    copy_input_tags,
    with_default_estimator,
)
from sknoisy.detection import AutoDetector, ResidualDetector
from sknoisy.utils._encoding import encode
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_weights
from sknoisy.utils._ranking import keep_each_class


class SuspectCleanerMixin:
    """Judge labels with a detector and decide which suspects to act on.

    A subclass says in ``_act(y, sample_weight)`` what becomes of the rows of
    `acted_mask_`, and in ``_check_options`` what it can check before that.
    """

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None):
        with fresh_fit(self):
            self._check_options()
            self._find(X, y, sample_weight, groups, trusted)
            self._act(y, sample_weight)
        return self

    def _check_options(self):
        """Check the parameters of the subclass."""

    def _find(self, X, y, sample_weight, groups, trusted):
        """Fit the detector; set its findings and `acted_mask_` on the cleaner."""
        if not isinstance(self.max_fraction, Real) or not 0 < self.max_fraction <= 1:
            raise ValueError(
                f"max_fraction={self.max_fraction!r} must be a share above 0 and at "
                "most 1, as 0.5 for half of the rows of a class."
            )
        if not isinstance(self.min_samples_per_class, Integral) or (
            self.min_samples_per_class < 1
        ):
            raise ValueError(
                f"min_samples_per_class={self.min_samples_per_class!r} must be a whole "
                "number of at least 1, so that no class is lost."
            )
        detector = clone(self._detector())
        detector.fit(X, y, sample_weight=sample_weight, groups=groups, trusted=trusted)
        codes = class_codes(detector, y)
        self.acted_mask_ = limit_suspects(
            detector.suspect_mask_,
            detector.label_quality_,
            codes,
            max_fraction=self.max_fraction,
            min_samples_per_class=self.min_samples_per_class,
            sample_weight=check_weights(sample_weight, len(codes)),
        )
        self.detector_ = detector
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            if hasattr(detector, name):
                setattr(self, name, getattr(detector, name))
        self.label_quality_ = detector.label_quality_
        self.suspect_mask_ = detector.suspect_mask_
        self.noise_rate_ = detector.noise_rate_

    def _detector(self):
        if self.detector is None:
            return AutoDetector()
        return check_detector(self.detector)

    def _use_default(self, estimator):
        detector = self._detector()
        if self.detector is None and is_regressor(estimator):
            detector = ResidualDetector()
        self.detector = with_default_estimator(detector, estimator)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        copy_input_tags(tags, self.detector)
        if self.detector is not None:
            tags.regressor_tags = get_tags(self.detector).regressor_tags
        return tags


def check_detector(detector):
    """Check that an object is a label detector.

    Parameters
    ----------
    detector : object
        What the caller wrote.

    Returns
    -------
    detector : BaseLabelDetector
        The same object.
    """
    if isinstance(detector, BaseLabelDetector):
        return detector
    hint = ""
    if isinstance(detector, type):
        hint = f" Write {detector.__name__}()."
    elif isinstance(detector, str):
        hint = " Write AutoDetector(), or an object of any other detector."
    elif hasattr(detector, "predict"):
        hint = " Write ConfidentLearning(estimator) to judge by a classifier."
    elif hasattr(detector, "fit_resample") or hasattr(detector, "fit_reweight"):
        hint = " Cleaners go into CleanThenFit(estimator, cleaner)."
    raise TypeError(f"detector must be a label detector; got {detector!r}.{hint}")


def class_codes(detector, y):
    """Number the labels by class; targets without classes are one class.

    Parameters
    ----------
    detector : detector
        Fitted.
    y : array-like of shape (n_samples,)
        Targets.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    """
    y = np.asarray(y).ravel()
    if hasattr(detector, "classes_"):
        return encode(y, detector.classes_)
    if get_tags(detector).regressor_tags is not None:
        return np.zeros(len(y), dtype=np.intp)
    # A detector that suggests no labels names no classes either.
    return np.unique(y, return_inverse=True)[1]


def limit_suspects(
    suspects, quality, codes, *, max_fraction, min_samples_per_class, sample_weight
):
    """Spare the better suspects where acting on all would take too much.

    Parameters
    ----------
    suspects : ndarray of shape (n_samples,), dtype=bool
        Labels that the detector calls wrong.
    quality : ndarray of shape (n_samples,)
        Label quality.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    max_fraction : float
        Largest share of the weight of each class that may be acted on.
    min_samples_per_class : int
        Rows of each class that are left alone, of those that have a weight.
    sample_weight : ndarray of shape (n_samples,) or None
        Weight of each row.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        Suspects to act on.
    """
    weight = np.ones(len(codes)) if sample_weight is None else sample_weight
    mask = suspects.copy()
    for k in np.unique(codes[suspects]):
        members = codes == k
        allowed = max_fraction * weight[members].sum()
        flagged = np.flatnonzero(members & mask)
        if weight[flagged].sum() > allowed:
            mask[flagged] = _worst_within(quality[flagged], weight[flagged], allowed)
    # Rows of weight zero cannot stand in for their class.
    present = weight > 0
    mask[present] = keep_each_class(
        mask[present], quality[present], codes[present], min_samples_per_class
    )
    return mask


def _worst_within(quality, weight, allowed):
    """Mask of the worst rows that weigh no more than allowed; ties share a fate."""
    _, block_of = np.unique(quality, return_inverse=True)
    through_block = np.cumsum(np.bincount(block_of, weights=weight))
    # The slack absorbs the rounding of sums of weights.
    return (through_block <= allowed * (1 + 1e-12))[block_of]
