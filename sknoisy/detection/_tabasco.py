# SPDX-License-Identifier: BSD-3-Clause
"""TABASCO: right labels of rare classes, where most rows of these are wrong."""

from sknoisy.detection._class_views import fit_class_views
from sknoisy.detection._dense_features import FeaturePosteriorDetector


class Tabasco(FeaturePosteriorDetector):
    """Find right labels of rare classes that are full of wrong ones (TABASCO).

    Where most rows with the label of a rare class belong to a common one, a model
    learns the wrong ones first, and a small loss means a wrong label. So each class
    is looked at in two ways: how far the probabilities are from its label (weighted
    Jensen-Shannon divergence), and how near the features are to its centroid
    (adaptive centroid similarity). Each measure is split into two crowds by two
    Gaussians. The measure that separates better is chosen, then the crowd that is
    right: of the divergences the lower one; of the similarities the upper one, or
    the lower one if the centroid of the class is nearly that of a larger class.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the detector is used in.
    preprocessor : transformer, "passthrough" or None, default=None
        Makes the features, without labels. None scales and encodes as suits X;
        "passthrough" takes X as it is, as for an embedding. More than 64 features
        are reduced to 64 singular directions.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
        Where the line is. A number is the quality below which labels are suspect.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them. None takes the
        probabilities of one fit for the rows that it was fitted on, as published.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        The posterior, and for a thousandth the probability of the label, which
        ranks labels of equal posterior.
    posterior_ : ndarray of shape (n_samples,)
        Probability that each label is right.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of each row.
    noise_rate_ : float
        Mean posterior probability of being wrong.
    measures_ : list of n_classes str
        What judges each class: "divergence", "similarity", "dissimilarity" where
        the rows far from the centroid are right, or "none" for a class that is
        too small.
    views_ : object
        The two measures of each class, and their crowds.
    features_ : object
        What makes the features of new rows.
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
    GaussianMixture : Losses of all classes alike.
    ClassPrototypeCleaner : Another cleaner that looks at features and classes.

    Notes
    -----
    It needs enough rows of each class for two crowds: labels of a class of fewer
    than 10 rows all count as right, with a posterior of at least 0.5. Two crowds
    are always found, also among labels that are all right.

    The paper goes by a network in training and its features, and trains on the
    result by semi-supervised learning. Cross-fitted probabilities and fixed
    features, the rule for small classes, and that the spreads compared are those
    of the divergence, are inferred.

    References
    ----------
    Lu, Zhang, Han, Cheung and Wang. Label-noise learning with intrinsically
    long-tailed data. ICCV, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import Tabasco
    >>> X, y = load_iris(return_X_y=True)
    >>> y[:50:10] = 2
    >>> detector = Tabasco().fit(X, y)
    >>> bool(detector.suspect_mask_[:50:10].all())
    True
    """

    def _fit_posterior(self, rows, pred_proba):
        features = self.features_.of(rows.X)
        self.views_ = fit_class_views(rows, pred_proba, features)
        self.measures_ = [
            "none" if view is None else view.measure for view in self.views_.of_class
        ]
        return self.views_.right(rows.codes, pred_proba, features)

    def _posterior(self, X, codes, pred_proba):
        return self.views_.right(codes, pred_proba, self.features_.of(X))
