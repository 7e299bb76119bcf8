# SPDX-License-Identifier: BSD-3-Clause
"""The area under the margin, with and without threshold samples."""

from dataclasses import replace

import numpy as np
from scipy.special import expit

from sknoisy.base import Judgement
from sknoisy.detection._aggregates import Mean
from sknoisy.detection._label_detector import most_probable, stream_members
from sknoisy.detection._label_scores import LogitMargin
from sknoisy.detection._threshold_samples import draw_threshold_samples
from sknoisy.detection._training_dynamics import TrainingDynamicsDetector
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._predictions import row_shares
from sknoisy.utils._ranking import keep_each_class


class AreaUnderMargin(TrainingDynamicsDetector):
    """Suspect labels whose lead over other classes is small throughout a training.

    At each stage of training, the margin of a row is the raw score of its given
    label minus the largest raw score of another class. Its mean over the stages is
    the area under the margin: high where other rows agree with the label, low
    where the label has to be learned by rote against them. The quality is its
    sigmoid.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that is trained in stages; see `Staged`.
    threshold_samples : bool, default=False
        Whether to find the line as the paper does. Some rows are given a fake class
        of their own; the 99th percentile of their areas is the line for the other
        rows. A second training with other rows judges those that had the fake
        class in the first. `threshold` then is not used.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="mixture"
        Where the line is. A number is the quality below which labels are suspect;
        at 0.5, those whose margin is negative on average.
    max_stages : int, default=None
        Number of stages that judge, from the first on; None for all. The paper
        stops before the learning rate is first lowered.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs, or its own `max_iter` if less.
    cv : int, splitter or iterable, default=None
        Folds, to judge each row by models that did not see it; None judges in
        sample, as published.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds and the threshold samples, and seeds the default
        estimator. None always does the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Sigmoid of the area under the margin, less the line where there are
        threshold samples.
    area_under_margin_ : ndarray of shape (n_samples,)
        Mean margin over the stages, in units of the raw scores.
    area_thresholds_ : ndarray of shape (2,)
        With threshold samples, the line of each training.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the stages.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`, too low
        if these are in sample; with threshold samples, the share of suspects.
    scheme_ : scheme
        The trained models.
    threshold_ : threshold
        The fitted threshold, if there are no threshold samples.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    DatasetCartography : Probabilities in place of raw scores.

    Notes
    -----
    It takes one fit, and the predictions of its stages; where there are many, some
    32 of them judge, evenly spaced (see `Staged`). Rows that are hard but right
    have small areas as well. A model that learns labels by rote within a few stages
    hides the wrong ones: prefer shallow trees, and stop early. Raw scores are
    unbounded, so areas of different models are not comparable.

    With threshold samples, n / (K + 1) of n rows get the fake class, and a row
    takes part in one or both trainings with its own label. The area less the line
    is averaged over these; that is inferred, for the paper says only that every row
    is to be judged. A class never gives away its last row. The line suits networks
    that learn every label, and data of many classes; with few classes it is far too
    high for boosting, and flags most rows.

    New rows are judged by the model as it is in the end.

    References
    ----------
    Pleiss, Zhang, Elenberg and Weinberger. Identifying mislabeled data using the
    area under the margin ranking. NeurIPS, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import GradientBoostingClassifier
    >>> from sknoisy.detection import AreaUnderMargin
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> boosting = GradientBoostingClassifier(n_estimators=10, random_state=0)
    >>> detector = AreaUnderMargin(boosting).fit(X, y)
    >>> int(detector.area_under_margin_.argmin()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    def __init__(
        self,
        estimator=None,
        *,
        threshold_samples=False,
        threshold="mixture",
        max_stages=None,
        n_epochs=30,
        cv=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            threshold=threshold,
            max_stages=max_stages,
            n_epochs=n_epochs,
            cv=cv,
            random_state=random_state,
        )
        self.threshold_samples = threshold_samples

    def _make_score(self):
        return LogitMargin()

    def _keep_raw(self, raw, *beside):
        self.area_under_margin_ = raw

    def _judge_course(self, course, rows):
        if self.threshold_samples:
            raise ValueError(
                "threshold_samples=True trains with other labels, so it cannot go by "
                "probabilities that are already there; use fit, or "
                "threshold_samples=False."
            )
        return super()._judge_course(course, rows)

    def _judge(self, rows):
        if not self.threshold_samples:
            return super()._judge(rows)
        return self._judge_beside_fakes(rows)

    def _judge_beside_fakes(self, rows):
        n_samples, n_classes = len(rows), len(rows.classes)
        self.score_, schemes, lines = LogitMargin(), [], []
        area, lead, times = np.zeros((3, n_samples))
        pred_proba = np.zeros((n_samples, n_classes))
        for fake in draw_threshold_samples(rows, seed_from(self.random_state)):
            schemes.append(self._make_scheme())
            disguised = _with_fake_class(rows, fake)
            (areas,), proba = stream_members(
                schemes[-1], [(self.score_, Mean())], disguised
            )
            lines.append(np.percentile(areas[fake], 99))
            real = ~fake
            times[real] += 1
            area[real] += areas[real]
            lead[real] += areas[real] - lines[-1]
            pred_proba[real] += _without_fake_class(proba[real])
        self.area_under_margin_ = area / times
        self.area_thresholds_ = np.array(lines)
        self.scheme_ = _SchemesWithFakeClass(schemes)
        quality = expit(lead / times)
        suspects = keep_each_class(quality < 0.5, quality, rows.codes)
        pred_proba /= times[:, None]
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(suspects, weights=rows.sample_weight),
            pred_proba=pred_proba,
        )


def _with_fake_class(rows, fake):
    n_classes = len(rows.classes)
    codes = np.where(fake, n_classes, rows.codes)
    return replace(rows, y=codes, codes=codes, classes=np.arange(n_classes + 1))


def _without_fake_class(pred_proba):
    return row_shares(pred_proba[:, :-1])


class _SchemesWithFakeClass:
    """Probabilities for new rows, which never are of the fake class."""

    def __init__(self, schemes):
        self.schemes = schemes

    def predict_proba(self, X):
        parts = [_without_fake_class(part.predict_proba(X)) for part in self.schemes]
        return sum(parts) / len(parts)
