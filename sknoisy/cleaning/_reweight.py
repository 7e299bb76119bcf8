# SPDX-License-Identifier: BSD-3-Clause
"""Keep suspects, at a lower weight."""

import numpy as np

from sknoisy.base import BaseReweighter
from sknoisy.cleaning._base import SuspectCleanerMixin
from sknoisy.threshold._cuts import check_share
from sknoisy.utils._labelled_rows import check_weights
from sknoisy.utils._options import check_option


class ReweightSuspects(SuspectCleanerMixin, BaseReweighter):
    """Weigh training rows by how trustworthy their labels are.

    It changes no row and has no ``fit_resample``: a pipeline that cannot carry
    weights refuses it. Use it in `CleanThenFit` or in `sknoisy.pipeline.Pipeline`.

    Parameters
    ----------
    detector : detector, default=None
        Judges the labels. None is `AutoDetector`, joined by the estimator of the
        `CleanThenFit` that the cleaner is used in. Where that estimator is a
        regressor, it is `ResidualDetector` around it.
    scope : {"suspects", "all"}, default="suspects"
        Whether only suspects are weighed down by their label quality, or all rows
        are.
    min_weight : float, default=0.0
        Smallest factor that a row can get.
    max_fraction : float, default=0.5
        Largest share of each class that may be weighed down under
        ``scope="suspects"``; the worst go first.
    min_samples_per_class : int, default=1
        Rows of each class that keep their weight.

    Attributes
    ----------
    weights_ : ndarray of shape (n_samples,)
        Factor for each row, times its sample weight.
    acted_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows that are weighed down.
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
    RelabelSuspects : Give suspects the label that the evidence favours.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.cleaning import ReweightSuspects
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> weights = ReweightSuspects().fit_reweight(X, y)
    >>> bool(weights[0] < 0.1), float(weights[1])
    (True, 1.0)
    """

    def __init__(
        self,
        detector=None,
        *,
        scope="suspects",
        min_weight=0.0,
        max_fraction=0.5,
        min_samples_per_class=1,
    ):
        self.detector = detector
        self.scope = scope
        self.min_weight = min_weight
        self.max_fraction = max_fraction
        self.min_samples_per_class = min_samples_per_class

    def _check_options(self):
        check_option("scope", self.scope, ("suspects", "all"))
        check_share("min_weight", self.min_weight)

    def _act(self, y, sample_weight):
        if self.scope == "all":
            self.acted_mask_ = self.label_quality_ < 1
        factors = np.maximum(self.label_quality_, self.min_weight)
        weights = np.where(self.acted_mask_, factors, 1.0)
        given = check_weights(sample_weight, len(weights))
        self.weights_ = weights if given is None else weights * given

    def fit_reweight(self, X, y, sample_weight=None, groups=None, trusted=None):
        return self.fit(X, y, sample_weight, groups, trusted).weights_.copy()
