# SPDX-License-Identifier: BSD-3-Clause
"""Drop the rows whose labels are suspect."""

import numpy as np

from sknoisy.base import BaseRowCleaner
from sknoisy.cleaning._base import SuspectCleanerMixin
from sknoisy.utils._rows import take_rows


class DropSuspects(SuspectCleanerMixin, BaseRowCleaner):
    """Drop the training rows whose labels a detector calls wrong.

    Dropping is the bluntest way to act. It helps where errors are many and easy
    to tell; where they are few, or the detector mistakes hard rows for wrong ones,
    it costs more than it brings.

    Parameters
    ----------
    detector : detector, default=None
        Finds the suspects. None is `AutoDetector`, joined by the estimator of the
        `CleanThenFit` that the cleaner is used in. Where that estimator is a
        regressor, it is `ResidualDetector` around it.
    max_fraction : float, default=0.5
        Largest share of each class that may be dropped; the worst go first.
    min_samples_per_class : int, default=1
        Rows of each class that stay.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_kept,), dtype=int
        Rows that stay, in their order.
    acted_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows that are dropped.
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
    RelabelSuspects : Give suspects the label that the evidence favours.
    ReweightSuspects : Keep suspects at a lower weight.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.cleaning import DropSuspects
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> cleaner = DropSuspects()
    >>> X_clean, y_clean = cleaner.fit_resample(X, y)
    >>> bool(cleaner.acted_mask_[0]), len(X_clean) == len(cleaner.sample_indices_)
    (True, True)
    """

    def __init__(self, detector=None, *, max_fraction=0.5, min_samples_per_class=1):
        self.detector = detector
        self.max_fraction = max_fraction
        self.min_samples_per_class = min_samples_per_class

    def _act(self, y, sample_weight):
        self.sample_indices_ = np.flatnonzero(~self.acted_mask_)

    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        self.fit(X, y, sample_weight, groups, trusted)
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)
