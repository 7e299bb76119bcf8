# SPDX-License-Identifier: BSD-3-Clause
"""Combine the judgements of any detectors."""

import numpy as np
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from sknoisy.base import (
    BaseLabelDetector,
    Judgement,
    copy_common_input_tags,
    with_default_estimator,
)
from sknoisy.detection._confident_learning import ConfidentLearning
from sknoisy.detection._label_detector import (
    LabelDetector,
    flag_by_threshold,
    most_probable,
)
from sknoisy.threshold import ContaminationThreshold, check_threshold
from sknoisy.utils._options import check_option
from sknoisy.utils._shares import WeightedShares, agreement_weights

_COMBINATIONS = ("rank_mean", "proba_mean", "agreement")


class DetectorEnsemble(BaseLabelDetector):
    """Combine the judgements of several detectors.

    Each detector judges all labels. Their qualities are on scales of their own, so
    that by default ranks are averaged and not qualities.

    Parameters
    ----------
    detectors : list of detectors, default=None
        What to combine; clones are fitted. None combines confident learning, a
        forest judged out of bag and the votes of neighbours.
    combine : {"rank_mean", "proba_mean", "agreement"}, default="rank_mean"
        ``"rank_mean"`` averages the ranks of the labels; ``"proba_mean"`` averages
        the qualities, which is right where all of them are probabilities;
        ``"agreement"`` averages ranks, with weights that fall off where a detector
        agrees less with the others than the best one does; of two, neither does.
    weights : array-like of shape (n_detectors,), default=None
        What each detector counts; alike by default. Not for ``"agreement"``, which
        finds its own.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=None
        Where the line is. None flags the share of labels that `noise_rate_` says. A
        number is the quality below which labels are suspect.
    n_jobs : int, default=None
        Detectors fitted at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Mean rank in [0, 1], as the share of all labels that are more suspect, or
        mean quality.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label by `pred_proba_`, or the one that most detectors
        suggest if none has probabilities.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean of the probabilities of those detectors that make any.
    noise_rate_ : float
        Weighted mean of the detectors' estimates.
    detectors_ : list of detectors
        The fitted detectors.
    weights_ : ndarray of shape (n_detectors,)
        What each counted; they sum to 1.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    TypeError
        If `detectors` holds anything but detectors.
    ValueError
        If there are none, `combine` is not known, or `weights` do not fit.

    See Also
    --------
    AutoDetector : A committee that is chosen by what X is, and calibrated.

    Notes
    -----
    An average is rarely far from its best member, and a weak member costs as much
    as a good one brings. ``"agreement"`` helps where most members are sound, and
    harms where a majority shares a mistake, as several models do that learn the
    keywords by which a rule gave the labels.

    References
    ----------
    Brodley and Friedl. Identifying mislabeled training data. Journal of Artificial
    Intelligence Research 11, 1999.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import (
    ...     ConfidentLearning, DetectorEnsemble, KDisagreeingNeighbors
    ... )
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> ensemble = DetectorEnsemble([ConfidentLearning(), KDisagreeingNeighbors()])
    >>> int(ensemble.fit(X, y).label_quality_.argmin())
    0
    """

    def __init__(
        self,
        detectors=None,
        *,
        combine="rank_mean",
        weights=None,
        threshold=None,
        n_jobs=None,
    ):
        self.detectors = detectors
        self.combine = combine
        self.weights = weights
        self.threshold = threshold
        self.n_jobs = n_jobs

    def _judge(self, rows):
        check_option("combine", self.combine, _COMBINATIONS)
        given_weights = self._given_weights()
        self.detectors_ = Parallel(n_jobs=self.n_jobs)(
            delayed(_fit_clone)(detector, rows) for detector in self._members()
        )
        qualities = [detector.label_quality_ for detector in self.detectors_]
        self._ranks = [WeightedShares(q, rows.sample_weight) for q in qualities]
        if self.combine != "proba_mean":
            qualities = [ranks.shares for ranks in self._ranks]
        self.weights_ = given_weights
        if self.combine == "agreement":
            self.weights_ = agreement_weights(np.array(qualities), rows.sample_weight)
        quality = np.average(qualities, axis=0, weights=self.weights_)
        pred_proba, suggested = self._suggest(rows)
        noise_rate = float(self.weights_ @ [d.noise_rate_ for d in self.detectors_])
        self.threshold_ = self._make_threshold(noise_rate)
        return Judgement(
            label_quality=quality,
            suspect_mask=flag_by_threshold(self.threshold_, rows, quality, pred_proba),
            suggested_codes=suggested,
            noise_rate=noise_rate,
            pred_proba=pred_proba,
        )

    def _make_threshold(self, noise_rate):
        if self.threshold is None:
            return ContaminationThreshold(noise_rate)
        return check_threshold(self.threshold)

    def _members(self):
        if self.detectors is None:
            schemes = "out_of_bag", "neighbors"
            return [ConfidentLearning(), *map(LabelDetector, schemes)]
        for detector in self.detectors:
            if not isinstance(detector, BaseLabelDetector):
                hint = " Write it with ()." if isinstance(detector, type) else ""
                raise TypeError(
                    f"detectors must hold label detectors; got {detector!r}.{hint}"
                )
        if len(self.detectors) == 0:
            raise ValueError("detectors is empty; give at least one detector.")
        return self.detectors

    def _given_weights(self):
        n_detectors = len(self._members())
        if self.weights is None:
            return np.full(n_detectors, 1 / n_detectors)
        if self.combine == "agreement":
            raise ValueError(
                'combine="agreement" finds the weights; leave out weights, or write '
                'combine="rank_mean".'
            )
        weights = np.asarray(self.weights, dtype=np.float64)
        in_range = np.isfinite(weights) & (weights >= 0)
        if weights.shape != (n_detectors,) or not in_range.all():
            raise ValueError(
                f"weights={self.weights!r} must hold one finite number of at least 0 "
                f"for each of the {n_detectors} detectors."
            )
        if weights.sum() == 0:
            raise ValueError("weights are all 0; at least one detector must count.")
        return weights / weights.sum()

    def _suggest(self, rows):
        """Return mean probabilities, if there are any, and the suggested classes."""
        with_proba = [d for d in self.detectors_ if hasattr(d, "pred_proba_")]
        if with_proba:
            pred_proba = sum(d.pred_proba_ for d in with_proba) / len(with_proba)
            return pred_proba, most_probable(rows.codes, pred_proba)
        votes = np.zeros((len(rows), len(rows.classes)))
        for detector, weight in zip(self.detectors_, self.weights_, strict=True):
            suggested = np.searchsorted(rows.classes, detector.suggested_labels_)
            votes[np.arange(len(rows)), suggested] += weight
        return None, most_probable(rows.codes, votes)

    def _score_new(self, X, codes):
        y = None if codes is None else self.classes_[codes]
        qualities = [d.score_samples(X, y) for d in self.detectors_]
        if self.combine != "proba_mean":
            qualities = [
                ranks.of(q) for ranks, q in zip(self._ranks, qualities, strict=True)
            ]
        return np.average(qualities, axis=0, weights=self.weights_)

    def _use_default(self, estimator):
        self.detectors = [
            with_default_estimator(detector, estimator) for detector in self._members()
        ]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # Anything but detectors is refused by fit, with a better message.
        members = [d for d in self.detectors or [] if isinstance(d, BaseLabelDetector)]
        copy_common_input_tags(tags, members)
        return tags


def _fit_clone(detector, rows):
    return clone(detector).fit(
        rows.X,
        rows.y,
        sample_weight=rows.sample_weight,
        groups=rows.groups,
        trusted=rows.trusted,
    )
