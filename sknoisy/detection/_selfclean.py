# SPDX-License-Identifier: BSD-3-Clause
"""SelfClean: labels whose nearest row of another class is nearer than their own."""

from numbers import Real

import numpy as np
from scipy.special import expit, logit

from sknoisy.detection._class_distances import ClassDistanceDetector, share_of_other
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._ranking import keep_each_class


class SelfClean(ClassDistanceDetector):
    """Score labels by the nearest row of the own class and of the others.

    With ``d_same`` the distance to the nearest other row of the same label and
    ``d_diff`` that to the nearest row of another label, label quality is
    ``d_diff**2 / (d_same**2 + d_diff**2)``. No model is fitted, and no label can
    be memorised; what counts is a space in which like is near like, such as an
    embedding that was learned without the labels.

    Parameters
    ----------
    preprocessor : transformer or "passthrough", default=None
        Turns X into features, without labels. None picks a scaler, encoder or
        TF-IDF that suits the columns of X; "passthrough" takes X for an embedding.
    n_neighbors : int, default=1
        Neighbours of each side whose distances are averaged. The published score
        has 1, which lets a wrong label discredit the right ones next to it.
    metric : str or callable, default="auto"
        Metric as `NearestNeighbors` takes it. "auto" is the cosine distance for
        texts and sparse features, else the Euclidean one; the published score has
        the cosine distance between embeddings, so pass "cosine" for those.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of the fraction cut.
    contamination : float, default=0.01
        Share of wrong labels that the fraction cut guesses at.
    significance : float, default=0.05
        Share of right labels, relative to `contamination`, that the fraction cut
        accepts among its suspects.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels below the fraction cut, or on the wrong side of the threshold. One
        row of each class is never suspect.
    suggested_labels_ : ndarray of shape (n_samples,)
        The given label, or where the quality is below 0.5 the class of the nearest
        row.
    noise_rate_ : float
        Fraction of suspects.
    cut_ : float
        Quality below which the fraction cut flags, where it is used.
    threshold_ : threshold
        The fitted threshold, where one is used.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Warns
    -----
    WeakEvidenceWarning
        If all rows of other labels, or all other rows, are copies of a row or of
        its group. Such labels count as right.

    See Also
    --------
    RelativeDensity : Distances to several neighbours, not squared.

    Notes
    -----
    The fraction cut takes the scores on the logit scale for draws from a logistic
    distribution in their lower tail. It fits the distribution to two low quantiles,
    at `contamination` and at the root of half of it, and flags the scores that it
    would give with a probability below `contamination` times `significance`. It is
    made to flag few: labels that are wrong more often than guessed shape the very
    tail that is fitted. The ranking does not depend on it.

    A row that is alone in its class has ``d_same`` set to its greatest distance.
    Searching class by class takes exact neighbours in memory that grows with the
    number of rows times `n_neighbors`. Copies of a row are one neighbour and never
    judge each other, and sample weights decide only who is a neighbour at all and
    where the quantiles are. The averaging of several neighbours, other metrics
    than the cosine and the treatment of copies are not in the paper. The method
    also ranks near duplicates and off-topic rows, which are not label errors and
    not found here.

    References
    ----------
    Groeger, Lionetti, Gottfrois, Gonzalez-Jimenez, Amruthalingam, Groh, Navarini
    and Pouly. Intrinsic self-supervision for data quality audits. NeurIPS Datasets
    and Benchmarks, 2024.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import SelfClean
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = SelfClean().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        preprocessor=None,
        *,
        n_neighbors=1,
        metric="auto",
        threshold=None,
        contamination=0.01,
        significance=0.05,
        n_jobs=None,
    ):
        self.preprocessor = preprocessor
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.threshold = threshold
        self.contamination = contamination
        self.significance = significance
        self.n_jobs = n_jobs

    def _compare(self, own, other):
        return share_of_other(own**2, other**2)

    def _distance_alone(self, features, units, asked):
        return self.indexes_.farthest(features, units, asked)

    def _flag(self, rows, quality):
        if self.threshold is not None:
            return super()._flag(rows, quality)
        self.cut_ = fraction_cut(
            quality, self.contamination, self.significance, rows.sample_weight
        )
        return keep_each_class(quality < self.cut_, quality, rows.codes)


def fraction_cut(quality, contamination=0.01, significance=0.05, sample_weight=None):
    """Find the quality below which a logistic tail leaves next to no right label.

    Parameters
    ----------
    quality : ndarray of shape (n_samples,)
        In [0, 1].
    contamination, significance : float, default=0.01, 0.05
        Guessed share of wrong labels, and how sure to be.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    cut : float
        In [0, 1]; 0, which flags nothing, where the scores have no tail to fit.
    """
    for name, share in (
        ("contamination", contamination),
        ("significance", significance),
    ):
        if not isinstance(share, Real) or not 0 < share < 1:
            raise ValueError(
                f"{name}={share!r} must lie between 0 and 1, as 0.05 for 5 %."
            )
    inside = (quality > 0) & (quality < 1)
    if sample_weight is not None:
        inside &= sample_weight > 0
        sample_weight = sample_weight[inside]
    if not inside.any():
        return 0.0
    levels = np.array([contamination, np.sqrt(contamination / 2)])
    places = logit(levels)
    low, high = _quantiles(logit(quality[inside]), levels, sample_weight)
    scale = (high - low) / (places[1] - places[0])
    if not scale > 0:
        return 0.0
    tail = logit(contamination * significance)
    return float(expit(low + scale * (tail - places[0])))


def _quantiles(values, levels, sample_weight):
    """Interpolate as `numpy.quantile` does, with a row of weight two as two rows."""
    if sample_weight is None:
        return np.quantile(values, levels)
    order = np.argsort(values)
    through = np.cumsum(sample_weight[order]) / row_unit(sample_weight)
    place = levels * max(through[-1] - 1, 0)
    # The slack keeps whole places whole.
    below = np.floor(place + 1e-9)
    last = len(values) - 1
    lower, upper = (
        values[order[np.minimum(np.searchsorted(through, at + 1e-9, "right"), last)]]
        for at in (below, below + 1)
    )
    return lower + (place - below) * (upper - lower)
