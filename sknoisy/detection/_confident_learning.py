# SPDX-License-Identifier: BSD-3-Clause
"""Confident learning as a detector and as a function."""

from sknoisy.detection._filters import FILTERS, filter_codes, survey_labels
from sknoisy.detection._label_detector import SchemeDetector, flag_suspects
from sknoisy.detection._schemes import OutOfFold
from sknoisy.noise._confident_joint import latent_estimates
from sknoisy.utils._options import check_option
from sknoisy.utils._ranking import keep_each_class


class ConfidentLearning(SchemeDetector):
    """Find label errors by confident learning.

    Cross-validated probabilities are compared with the mean self-confidence of
    each class. The rows that confidently belong to another class than their label
    says are counted in the confident joint, which gives the number of errors for
    each pair of classes; a filter then picks the rows.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the detector is used in.
    filter_by : {"prune_by_noise_rate", "prune_by_class", "both", \
            "confident_learning", "predicted_neq_given", "low_normalized_margin", \
            "low_self_confidence"}, default="prune_by_noise_rate"
        How suspects are picked; see `find_label_issues`.
    label_score : {"self_confidence", "normalized_margin", "cross_entropy", \
            "confidence_weighted_entropy"} or label score, default="self_confidence"
        What `label_quality_` is.
    frac_noise : float, default=1.0
        Share of the counted errors that the prune filters flag.
    min_samples_per_class : int, default=1
        Rows of each class that the prune filters leave.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of `filter_by`.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that the filter picks. One row of each class is never picked.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint; often too low on real
        noise.
    confident_joint_ : ndarray of shape (n_classes, n_classes)
        Calibrated counts; rows are given labels, columns true ones.
    class_thresholds_ : ndarray of shape (n_classes,)
        Mean self-confidence of each class.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``transition_matrix_[i, j] = P(given = j | true = i)``.
    inverse_matrix_ : ndarray of shape (n_classes, n_classes)
        ``inverse_matrix_[i, j] = P(true = j | given = i)``.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    confident_learning : The same for probabilities that are already there.
    find_label_issues : The filters alone.

    Notes
    -----
    Counts assume that noise depends on the true class alone. Where it depends on
    X, the ranking still holds but the counts are biased.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sknoisy.detection import ConfidentLearning
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y[::30] = 1 - y[::30]
    >>> detector = ConfidentLearning().fit(X, y)
    >>> bool(detector.suspect_mask_[::30].mean() > 0.8)
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        filter_by="prune_by_noise_rate",
        label_score="self_confidence",
        frac_noise=1.0,
        min_samples_per_class=1,
        threshold=None,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.filter_by = filter_by
        self.label_score = label_score
        self.frac_noise = frac_noise
        self.min_samples_per_class = min_samples_per_class
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        check_option("filter_by", self.filter_by, FILTERS)
        return OutOfFold(
            self.estimator,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def _make_score(self):
        return self.label_score

    def _flag(self, rows, quality, pred_proba):
        survey = survey_labels(rows.codes, pred_proba, rows.sample_weight)
        joint = survey.joint()
        latent = latent_estimates(joint, survey.class_totals)
        self.confident_joint_ = joint
        self.class_thresholds_ = survey.thresholds
        self.transition_matrix_ = latent.transition_matrix
        self.inverse_matrix_ = latent.inverse_matrix
        self.class_prior_ = latent.class_prior
        noise_rate = 1.0 - joint.trace() / joint.sum()
        if self.threshold is not None:
            suspects = flag_suspects(self, rows, quality, pred_proba)
            return suspects, noise_rate
        suspects = filter_codes(
            rows.codes,
            pred_proba,
            survey,
            self.filter_by,
            frac_noise=self.frac_noise,
            min_samples_per_class=self.min_samples_per_class,
        )
        return keep_each_class(suspects, quality, rows.codes), noise_rate

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator


def confident_learning(
    y, pred_proba, *, classes=None, sample_weight=None, trusted=None, **params
):
    """Find label errors by confident learning from given probabilities.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities; may be memory-mapped.
    classes : array-like of shape (n_classes,), default=None
        Label of each column; sorted labels by default.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.
    trusted : array-like of shape (n_samples,), dtype=bool, default=None
        Rows whose label has been verified.
    **params : dict
        Parameters of `ConfidentLearning`, as `filter_by` and `label_score`.

    Returns
    -------
    detector : ConfidentLearning
        Fitted; its attributes hold the findings.

    See Also
    --------
    find_label_issues : Only the mask, in the least time and memory.
    label_quality : Only the scores.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import confident_learning
    >>> pred_proba = np.array(
    ...     [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.9, 0.1], [0.2, 0.8]]
    ... )
    >>> found = confident_learning(["ham", "ham", "spam", "spam", "spam"], pred_proba)
    >>> found.suspect_mask_
    array([False, False, False,  True, False])
    >>> found.confident_joint_
    array([[2, 0],
           [1, 2]])
    """
    return ConfidentLearning.from_predictions(
        y,
        pred_proba,
        classes=classes,
        sample_weight=sample_weight,
        trusted=trusted,
        **params,
    )
