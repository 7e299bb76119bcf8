# SPDX-License-Identifier: BSD-3-Clause
"""Rows of high loss that a hyperplane tells from the rest."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.detection._dense_features import FeaturePosteriorDetector
from sknoisy.detection._loss_crowds import gaussian_crowds
from sknoisy.detection._loss_mixtures import losses_of
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._labelled_rows import weights_of

# Rows whose loss is so surely in the upper crowd are what the hyperplane learns.
_SURE = 0.95

# It is learned from at least so many rows on either side.
_LEAST_ROWS = 10

# No penalty: not all versions of scikit-learn take an infinite C for a number.
_NO_PENALTY = 1e12


class LinearSeparation(FeaturePosteriorDetector):
    """Suspect rows that both the loss and a hyperplane call wrong (LSA).

    Rows that belong to no class at all, as a search of the web brings, lie apart
    from the others in good features: a hyperplane finds them nearly perfectly. But
    it also takes plain rows of easy look for such, which a small loss would keep.
    So both judge: two Gaussians split the losses, and a logistic regression on the
    features learns to tell the rows that are surely of the upper crowd from the
    rest. A label counts as right if either says so.

    Parameters
    ----------
    estimator : classifier, default=None
        Gives the losses. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the detector is used in.
    preprocessor : transformer, "passthrough" or None, default=None
        Makes the features, without labels. None scales and encodes as suits X;
        "passthrough" takes X as it is, as for an embedding. More than 64 features
        are reduced to 64 singular directions.
    label_aware : bool, default=True
        Whether there is a hyperplane for the rows of each label. As published there
        is one for all rows, which finds those that belong to no class, but no
        labels that are swapped.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
        Where the line is. A number is the quality below which labels are suspect.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them. None judges rows by
        the models that were fitted on them, as published.
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
        The larger one of the two that follow.
    loss_posterior_ : ndarray of shape (n_samples,)
        Probability that each label is right, by its loss.
    separation_posterior_ : ndarray of shape (n_samples,)
        Probability that each label is right, by the hyperplane; equal to that by
        the loss where there is no hyperplane.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of each row by `estimator`.
    noise_rate_ : float
        Mean posterior probability of being wrong.
    crowds_ : crowds
        The two Gaussians of the losses.
    separation_ : CrossFit or None
        The hyperplane of each fold; None where fewer than 10 rows are surely of
        either crowd.
    features_ : object
        What makes the features of new rows.
    scheme_ : scheme
        The fitted scheme.
    threshold_ : threshold
        The fitted threshold.
    n_classes_ : int
        Number of classes.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    GaussianMixture : The losses alone.
    ClassPrototypeCleaner : A hyperplane for each class.

    Notes
    -----
    The paper alternates between the two judges from one epoch to the next, on
    contrastive features that are learned at the same time, and guesses new labels
    for what is wrong. Here both judge once, on fixed features, out of fold; that a
    label counts as right if either says so stands for the alternation, and is
    inferred, as are `label_aware` and the smallest number of rows.

    References
    ----------
    Albert, Valmadre, Arazo, Krishna, O'Connor and McGuinness. An accurate detection
    is not all you need to combat label noise in web-noisy datasets. ECCV, 2024.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sknoisy.detection import LinearSeparation
    >>> X, y = make_blobs(300, cluster_std=0.5, random_state=1)
    >>> y[:30] = (y[:30] + 1) % 3
    >>> detector = LinearSeparation().fit(X, y)
    >>> int(detector.suspect_mask_[:30].sum()), int(detector.suspect_mask_[30:].sum())
    (30, 0)
    """

    def __init__(
        self,
        estimator=None,
        *,
        preprocessor=None,
        label_aware=True,
        threshold=0.5,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            preprocessor=preprocessor,
            threshold=threshold,
            cv=cv,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        self.label_aware = label_aware

    def _fit_posterior(self, rows, pred_proba):
        weight = weights_of(rows)
        losses = losses_of(rows.codes, pred_proba)
        self.crowds_ = gaussian_crowds(losses, weight)
        self.n_classes_ = len(rows.classes)
        wrong = self.crowds_.upper(losses)
        self.loss_posterior_ = 1.0 - wrong
        self.separation_posterior_ = self.loss_posterior_
        self.separation_ = None
        surely_wrong = wrong > _SURE
        sides = weight[surely_wrong].sum(), weight[~surely_wrong].sum()
        if min(sides) >= _LEAST_ROWS * row_unit(rows.sample_weight):
            self.separation_ = self._separate(rows, surely_wrong)
            self.separation_posterior_ = self.separation_.pred_proba[:, 0]
        return np.maximum(self.loss_posterior_, self.separation_posterior_)

    def _separate(self, rows, surely_wrong):
        hyperplane = LogisticRegression(
            C=_NO_PENALTY, class_weight="balanced", max_iter=1000
        )
        return cross_fit_proba(
            make_pipeline(StandardScaler(), hyperplane),
            self._view(rows.X, rows.codes),
            surely_wrong,
            cv=self._folds(rows),
            sample_weight=rows.sample_weight,
            n_jobs=self.n_jobs,
        )

    def _view(self, X, codes):
        """Return what the hyperplane sees of rows and their labels."""
        features = self.features_.of(X)
        if not self.label_aware:
            return features
        label = np.eye(self.n_classes_)[codes]
        of_label = (label[:, :, None] * features[:, None, :]).reshape(len(codes), -1)
        return np.hstack([label[:, 1:], of_label])

    def _posterior(self, X, codes, pred_proba):
        by_loss = 1.0 - self.crowds_.upper(losses_of(codes, pred_proba))
        if self.separation_ is None:
            return by_loss
        seen = self.separation_.predict_proba(self._view(X, codes))
        return np.maximum(by_loss, seen[:, 0])
