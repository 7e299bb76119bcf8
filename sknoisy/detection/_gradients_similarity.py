# SPDX-License-Identifier: BSD-3-Clause
"""Labels whose gradient points against that of the others."""

import numpy as np

from sknoisy.detection._influence import InfluenceDetector


class GradientSimilarity(InfluenceDetector):
    """Suspect labels whose gradient opposes the common one (AGRA).

    The gradient of the loss of a row says which way its label pulls the model. The
    cosine between it and the sum of all of them tells whether the label wants what
    the others want; below zero it pulls the other way. The quality is (1 + cosine)
    / 2.

    Parameters
    ----------
    estimator : LogisticRegression, default=None
        Or a pipeline that ends in one, whose earlier steps are fitted without
        labels. None takes features that suit the columns of X, or the estimator
        of the wrapper that the detector is used in if it is one of these.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
        Where the line is. By default labels of a cosine below zero are suspect,
        as published.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; 0.5 where the gradient is at a right angle to the common one.
    similarity_ : ndarray of shape (n_samples,)
        The cosines.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities without the row, its copies and its group, as `LeaveOneOut`
        approximates them.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
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
    TracIn : Length of the gradient in place of its direction.

    Notes
    -----
    The paper compares each row with a random batch at every step of a training, and
    leaves the row out of the step if the cosine is not above zero. That the
    gradients are taken once, at the optimum of a penalised logistic regression, is
    inferred: there the sum of the gradients balances the penalty, and points
    straight at the weights, so that the cosine is above zero just where the raw
    score of the label is above the mean raw score that the model expects. The
    intercept is penalised like any other weight; else the sum would not know of the
    frequencies of the classes, and a rare class would look wrong throughout. Early
    in a training by stochastic steps the cosines are sound as well; towards its end
    the sum is small, and its direction is noise.

    The sum includes the row itself. `groups` matter for `pred_proba_` only. A
    stronger penalty (a smaller `C`) often ranks errors better.

    References
    ----------
    Sedova, Zellinger and Roth. Learning with noisy labels by adaptive
    gradient-based outlier removal. ECML PKDD, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import GradientSimilarity
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = GradientSimilarity().fit(X, y)
    >>> int(detector.similarity_.argmin()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    _free_intercept = False

    def __init__(self, estimator=None, *, threshold=0.5):
        super().__init__(estimator, threshold=threshold)

    def _influence(self, Z, proba, codes):
        quadratic = self.model_.quadratic
        common = quadratic.Z.T @ quadratic.residual[:, :, 0]
        residual = self.model_.residual(proba, codes)
        along = np.einsum("ij,ij->i", Z @ common, residual)
        lengths = np.linalg.norm(residual, axis=1) * np.linalg.norm(Z, axis=1)
        lengths *= np.linalg.norm(common)
        # A row without a gradient has nothing against the others.
        cosine = np.ones(len(Z))
        np.divide(along, lengths, out=cosine, where=lengths > 0)
        return np.clip(cosine, -1.0, 1.0)

    def _keep(self, influence, weight):
        self.similarity_ = influence

    def _to_quality(self, influence):
        return (1.0 + influence) / 2.0
