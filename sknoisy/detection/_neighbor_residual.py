# SPDX-License-Identifier: BSD-3-Clause
"""Judge numeric targets by those of the rows nearby."""

import numpy as np

from sknoisy.detection._neighbor_finder import NeighborFinder
from sknoisy.detection._neighbor_search import nearest_allowed
from sknoisy.detection._neighbor_votes import distinct_units, warn_unjudged
from sknoisy.detection._target_detector import TargetDetector
from sknoisy.utils._options import check_count
from sknoisy.utils._robust_scale import (
    robust_scale,
    smallest_scale,
    weighted_median,
)
from sknoisy.utils._rows import num_rows


class NeighborResidual(TargetDetector):
    """Find wrong targets that lie far from those of the nearest rows.

    The quality of a target falls with its distance from the median target of the k
    nearest rows, in units of their spread: ``exp(-|y - median| / scale)``, where
    the scale is their median absolute deviation over 0.6745. No model is fitted,
    so none can memorise, and neither median nor spread is moved by a few wrong
    targets nearby. Where targets are widely spread, more is allowed.

    Parameters
    ----------
    transformer : transformer, default=None
        Finds neighbours in place of the exact search, as in `Neighbors`.
    n_neighbors : int, default=20
        Number of neighbours.
    metric : str or callable, default="auto"
        Metric of the exact search, as in `Neighbors`.
    max_deviation : float, default=3.5
        Robust standard deviations from which on a target is suspect.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of `max_deviation`.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Targets further off than `max_deviation`.
    predictions_ : ndarray of shape (n_samples,)
        Median target of the neighbours; the target itself where there are none.
    scale_ : ndarray of shape (n_samples,)
        Robust standard deviation of the targets nearby.
    noise_rate_ : float
        Fraction of suspects.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Warns
    -----
    WeakEvidenceWarning
        If some rows have no neighbour that may judge them. They count as right.

    See Also
    --------
    KDisagreeingNeighbors : The same for class labels.
    ResidualDetector : Judges by the predictions of any regressor.

    Notes
    -----
    Rows of the same content are one neighbour, whose target is the mean of theirs
    and whose weight is their total; neither they nor rows of the same group judge
    each other, so a table of few categories is judged by the cells around alone. No
    scale is taken for less than half of the median one, so that a few neighbours
    that happen to agree suspect nobody. That floor, and the neighbours of one
    content as one, are our own.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import NeighborResidual
    >>> X = np.linspace(0, 6, 200)[:, np.newaxis]
    >>> y = np.sin(X[:, 0])
    >>> y[50] += 3
    >>> detector = NeighborResidual().fit(X, y)
    >>> np.flatnonzero(detector.suspect_mask_)
    array([50])
    """

    def __init__(
        self,
        transformer=None,
        *,
        n_neighbors=20,
        metric="auto",
        max_deviation=3.5,
        threshold=None,
        n_jobs=None,
    ):
        self.transformer = transformer
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.max_deviation = max_deviation
        self.threshold = threshold
        self.n_jobs = n_jobs

    def _judge(self, rows):
        check_count("n_neighbors", self.n_neighbors)
        units = distinct_units(rows)
        self._learn_targets(rows, units)
        self.finder_ = NeighborFinder(self.transformer, self.metric, self.n_jobs)
        search = self.finder_.fit(rows.X, units)
        everyone = np.arange(len(units.first))
        found, _ = nearest_allowed(search, units, everyone, self.n_neighbors)
        center, scale, judged = (part[units.unit_of] for part in self._around(found))
        warn_unjudged(~judged)
        self.smallest_scale_ = smallest_scale(rows.y)
        if judged.any():
            weight = None if rows.sample_weight is None else rows.sample_weight[judged]
            typical = float(weighted_median(scale[judged], weight))
            self.smallest_scale_ = max(self.smallest_scale_, typical / 2)
        self.predictions_ = np.where(judged, center, rows.y)
        self.scale_ = np.maximum(scale, self.smallest_scale_)
        quality = np.exp(-np.abs(rows.y - self.predictions_) / self.scale_)
        cut = np.exp(-self.max_deviation) if self.threshold is None else self.threshold
        return self._flag(rows, quality, cut)

    def _learn_targets(self, rows, units):
        """Keep the mean target and the weight of each unit that may judge."""
        weight = (
            np.ones(len(rows)) if rows.sample_weight is None else rows.sample_weight
        )
        total = np.bincount(units.unit_of, weights=weight)[units.voters]
        sums = np.bincount(units.unit_of, weights=weight * rows.y)[units.voters]
        self.targets_and_weights_ = sums / total, total

    def _around(self, found):
        """Return the median and the spread of targets, and whether there are any."""
        targets, weight = (part[found] for part in self.targets_and_weights_)
        weight = np.where(found >= 0, weight, 0.0)
        center = weighted_median(targets, weight)
        scale = robust_scale(targets - center[:, np.newaxis], weight)
        return center, scale, (found >= 0).any(axis=1)

    def _score_new(self, X, y):
        if y is None:
            return np.ones(num_rows(X))
        search = self.finder_.search_new(X)
        found, _ = search.nearest(np.arange(num_rows(X)), self.n_neighbors)
        center, scale, judged = self._around(found[:, : self.n_neighbors])
        scale = np.maximum(scale, self.smallest_scale_)
        return np.where(judged, np.exp(-np.abs(y - center) / scale), 1.0)

    def _learner(self):
        return self.transformer
