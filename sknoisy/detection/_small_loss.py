# SPDX-License-Identifier: BSD-3-Clause
"""The small-loss rule: labels of high loss are suspect."""

from sknoisy.detection._cross_fitted import CrossFittedDetector
from sknoisy.detection._label_scores import CrossEntropy


class SmallLoss(CrossFittedDetector):
    """Suspect the labels of high cross-entropy.

    Models fit right labels before wrong ones, so that small losses mean right
    labels. It is the plain baseline of the field, and the rule by which many
    robust training methods choose their rows. The quality is the probability of
    the given label, whose logarithm is minus the loss.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the detector is used in.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them. None takes the losses
        of one fit on the rows that it was fitted on, as published; that is right
        only for an early stopped or strongly regularised classifier.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of each row.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    scheme_ : scheme
        The fitted scheme.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    ConfidentLearning : The same ranking, and counts of errors by pairs of classes.

    Notes
    -----
    Rare classes and hard but right rows have high losses too. Cross-fitting is not
    in the paper, whose losses come from early epochs.

    References
    ----------
    Amiri, Miller and Savova. Spotting spurious data with neural networks. NAACL,
    2018.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import SmallLoss
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(SmallLoss().fit(X, y).label_quality_.argmin())
    0
    """

    def __init__(
        self,
        estimator=None,
        *,
        threshold="confident_counts",
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            threshold=threshold,
            cv=cv,
            n_jobs=n_jobs,
            random_state=random_state,
        )

    def _make_score(self):
        return CrossEntropy()
