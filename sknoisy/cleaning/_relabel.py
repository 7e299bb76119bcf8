# SPDX-License-Identifier: BSD-3-Clause
"""Give suspects the label that the evidence favours."""

import numpy as np

from sknoisy.base import BaseRowCleaner
from sknoisy.cleaning._base import SuspectCleanerMixin, class_codes
from sknoisy.threshold._cuts import check_share
from sknoisy.utils._containers import like_container
from sknoisy.utils._encoding import encode
from sknoisy.utils._options import check_option
from sknoisy.utils._rows import take_rows


class RelabelSuspects(SuspectCleanerMixin, BaseRowCleaner):
    """Give the suspects of a detector the label that it suggests.

    Parameters
    ----------
    detector : detector, default=None
        Finds the suspects and suggests labels. None is `AutoDetector`, joined
        by the estimator of the `CleanThenFit` that the cleaner is used in.
    min_confidence : float, default=0.5
        Probability from which on a suggestion is followed.
    otherwise : {"keep", "drop"}, default="keep"
        What to do with suspects whose suggestion is less sure than that.
    max_fraction : float, default=0.5
        Largest share of each class that may be acted on; the worst go first.
    min_samples_per_class : int, default=1
        Rows of each class that keep their label.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_kept,), dtype=int
        Rows that stay, in their order; all of them unless ``otherwise="drop"``.
    acted_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows that are relabelled or dropped.
    relabelled_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows that get another label.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that the detector calls wrong.
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    detector_ : detector
        The fitted detector.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    DropSuspects : Drop the rows.
    ReweightSuspects : Keep suspects at a lower weight.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.cleaning import RelabelSuspects
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> X_clean, y_clean = RelabelSuspects().fit_resample(X, y)
    >>> int(y_clean[0])
    0
    """

    def __init__(
        self,
        detector=None,
        *,
        min_confidence=0.5,
        otherwise="keep",
        max_fraction=0.5,
        min_samples_per_class=1,
    ):
        self.detector = detector
        self.min_confidence = min_confidence
        self.otherwise = otherwise
        self.max_fraction = max_fraction
        self.min_samples_per_class = min_samples_per_class

    def _check_options(self):
        check_option("otherwise", self.otherwise, ("keep", "drop"))
        check_share("min_confidence", self.min_confidence)

    def _act(self, y, sample_weight):
        if not hasattr(self.detector_, "suggested_labels_"):
            raise TypeError(
                f"{type(self.detector_).__name__} suggests no labels to put in place "
                "of the given ones; use DropSuspects or ReweightSuspects with it."
            )
        given = class_codes(self.detector_, y)
        suggested = encode(self.detector_.suggested_labels_, self.classes_)
        sure = self.acted_mask_ & (suggested != given)
        pred_proba = getattr(self.detector_, "pred_proba_", None)
        if pred_proba is not None:
            chance = pred_proba[np.arange(len(given)), suggested]
            sure &= chance >= self.min_confidence
        self.relabelled_mask_ = sure
        if self.otherwise == "keep":
            self.acted_mask_ = sure
        self.sample_indices_ = np.flatnonzero(~self.acted_mask_ | sure)

    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        self.fit(X, y, sample_weight, groups, trusted)
        labels = np.where(
            self.relabelled_mask_,
            self.detector_.suggested_labels_,
            self.classes_[class_codes(self.detector_, y)],
        )
        y_clean = take_rows(like_container(labels, y), self.sample_indices_)
        if len(self.sample_indices_) == len(labels):
            return X, y_clean
        return take_rows(X, self.sample_indices_), y_clean
