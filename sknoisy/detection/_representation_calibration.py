# SPDX-License-Identifier: BSD-3-Clause
"""Representation calibration: Gaussian classes, recovered from wrong labels."""

from sknoisy.detection._calibrated_gaussians import CalibratedGaussians
from sknoisy.detection._dense_features import fit_dense_features, folds_of_rows
from sknoisy.detection._label_detector import SchemeDetector
from sknoisy.detection._label_scores import NormalizedMargin
from sknoisy.detection._schemes import BaseScheme, Member
from sknoisy.detection._unit_features import FeatureInput
from sknoisy.utils._cross_fit import cross_fit_proba


class RepresentationCalibration(FeatureInput, SchemeDetector):
    """Suspect rows that are likelier under the Gaussian of another class (RCAL).

    In good features, learned without labels, each class is about Gaussian. Wrong
    labels and small classes distort what is estimated of it. So outliers of each
    class have no say in its Gaussian, and a small class borrows mean and covariance
    from the nearest large ones. All classes then count alike, however large. The
    quality of a label is the lead of its class over the likeliest other one.

    Parameters
    ----------
    preprocessor : transformer, "passthrough" or None, default=None
        Makes the features, without labels. None scales and encodes as suits X;
        "passthrough" takes X as it is, as for an embedding. More than 64 features
        are reduced to 64 singular directions.
    n_nearest : int, default=3
        Large classes that a small one borrows from. Small are classes below the
        median size with fewer than 100 rows.
    own_share : float, default=0.5
        Share of its own mean that a small class keeps.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; below 0.5 another class is likelier.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Out-of-fold probabilities: the log-likelihoods, mapped to probabilities by a
        logistic regression.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    scheme_ : scheme
        The fitted Gaussians.
    score_ : label score
        How labels and probabilities are compared.
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
    ValueError
        If `n_nearest` is below 1 or `own_share` is no share.

    See Also
    --------
    Tabasco : Another detector for classes of very different size.
    KDisagreeingNeighbors : Features without a model of the classes.

    Notes
    -----
    Outliers are found by the local outlier factor among the rows of a class. It
    misses wrong labels that come in a bunch, as where a class is mostly wrong.

    In the paper the features come from contrastive learning, points are drawn from
    the Gaussians until the classes are balanced, and a network is trained on these
    and the rows left, while its features are held near the first ones. On fixed
    features the classifier that such draws lead to is the ratio of likelihoods,
    which is taken at once. Inferred are: the weights in borrowing (size over
    distance), what is added to the variance of small classes (a tenth of the mean
    variance), the shrinkage of covariances towards a sphere, cross-fitting, and the
    map to probabilities.

    References
    ----------
    Zhang, Zhao, Yao, Yuan and Huang. When noisy labels meet long tail dilemmas: a
    representation calibration method. ICCV, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import RepresentationCalibration
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = RepresentationCalibration().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        preprocessor=None,
        *,
        n_nearest=3,
        own_share=0.5,
        threshold="confident_counts",
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.preprocessor = preprocessor
        self.n_nearest = n_nearest
        self.own_share = own_share
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        if self.n_nearest < 1:
            raise ValueError(f"n_nearest={self.n_nearest!r} must be at least 1.")
        if not 0 <= self.own_share <= 1:
            raise ValueError(
                f"own_share={self.own_share!r} must be a share between 0 and 1."
            )
        return _FoldsOfFeatures(
            CalibratedGaussians(self.n_nearest, self.own_share),
            preprocessor=self.preprocessor,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def _make_score(self):
        return NormalizedMargin()


class _FoldsOfFeatures(BaseScheme):
    """Cross-fitting of a classifier on features that are made without labels."""

    def __init__(
        self, estimator, *, preprocessor=None, cv=5, n_jobs=None, random_state=None
    ):
        self.estimator = estimator
        self.preprocessor = preprocessor
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def members(self, rows):
        self.features_ = fit_dense_features(rows, self.preprocessor)
        self.cross_fit_ = cross_fit_proba(
            self.estimator,
            self.features_.of(rows.X),
            rows.y,
            cv=folds_of_rows(self, rows),
            classes=rows.classes,
            sample_weight=rows.sample_weight,
            n_jobs=self.n_jobs,
        )
        yield Member(self.cross_fit_.pred_proba)

    def predict_proba(self, X):
        return self.cross_fit_.predict_proba(self.features_.of(X))
