# SPDX-License-Identifier: BSD-3-Clause
"""Class prototypes: does this row look like its label?"""

import numpy as np
from sklearn.linear_model import LogisticRegression

from sknoisy.detection._dense_features import FeaturePosteriorDetector
from sknoisy.detection._loss_crowds import gaussian_crowds
from sknoisy.detection._loss_mixtures import losses_of
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._options import check_count

# A prototype is learned from at least so many rows on either side.
_LEAST_ROWS = 10

# Posteriors between these tell too little to learn a first prototype from.
_UNSURE = (0.3, 0.7)


class ClassPrototypeCleaner(FeaturePosteriorDetector):
    """Ask the features of each row whether they match the prototype of its label.

    A threshold on the loss that is one for all classes keeps the wrong labels of
    easy classes and loses the right ones of hard classes. Here the losses only make
    a first guess, by two Gaussians. Then each class learns a prototype, a direction
    in the space of features that tells what matches the class: its labels that
    count as right, from those of its labels that count as wrong and from the right
    labels of other classes. Whether a row matches the prototype of its label
    becomes the new guess, and so on. The quality is the probability of a match.

    Parameters
    ----------
    estimator : classifier, default=None
        Gives the losses of the first guess. None picks a linear model that suits
        the columns of X, or the estimator of the wrapper that the detector is used
        in.
    preprocessor : transformer, "passthrough" or None, default=None
        Makes the features, without labels. None scales and encodes as suits X;
        "passthrough" takes X as it is, as for an embedding. More than 64 features
        are reduced to 64 singular directions.
    n_rounds : int, default=3
        How often prototypes are learned from the guess before, at most.
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
        Probability that each row matches the prototype of its label, out of fold.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of each row by `estimator`.
    noise_rate_ : float
        Mean probability that a label does not match.
    prototypes_ : list of n_classes CrossFit or None
        Models of what matches each class; None for a class of too few rows, which
        goes by the losses alone.
    crowds_ : crowds
        The two Gaussians of the first guess.
    n_rounds_ : int
        Rounds done.
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
    GaussianMixture : The first guess.
    Tabasco : Another detector that looks at features and classes.

    Notes
    -----
    In the paper the prototypes share a projection that a network learns with them,
    and what counts as right is trained on by semi-supervised learning. On fixed
    features the projection and the prototype are one vector, which a logistic
    regression learns. That, cross-fitting, that first guesses between 0.3 and 0.7
    are left out, and that a class needs 10 rows on either side, are inferred: the
    authors' code was not at hand. Prototypes are linear, so a class
    in several pieces needs features that bring these together.

    Each round fits a logistic regression a class and fold.

    References
    ----------
    Huang, Chen, Feng and Wu. Class prototype-based cleaner for label noise learning.
    arXiv:2212.10766, 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import ClassPrototypeCleaner
    >>> X, y = load_iris(return_X_y=True)
    >>> y[:50:10] = 2
    >>> detector = ClassPrototypeCleaner().fit(X, y)
    >>> bool(detector.suspect_mask_[:50:10].all())
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        preprocessor=None,
        n_rounds=3,
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
        self.n_rounds = n_rounds

    def _fit_posterior(self, rows, pred_proba):
        check_count("n_rounds", self.n_rounds)
        features, folds = self.features_.of(rows.X), self._folds(rows)
        losses = losses_of(rows.codes, pred_proba)
        self.crowds_ = gaussian_crowds(losses, weights_of(rows))
        by_loss = 1.0 - self.crowds_.upper(losses)
        right, sure = by_loss, (by_loss <= _UNSURE[0]) | (by_loss >= _UNSURE[1])
        for number in range(1, self.n_rounds + 1):
            self.n_rounds_ = number
            before = right > 0.5
            self.prototypes_ = [
                self._learn(k, rows, features, before, sure, folds)
                for k in range(len(rows.classes))
            ]
            right = self._match(rows.codes, features, by_loss, out_of_fold=True)
            if number > 1 and ((right > 0.5) == before).all():
                break
            sure = np.ones(len(rows), dtype=bool)
        return right

    def _learn(self, code, rows, features, right, sure, folds):
        """Learn what matches a class, from the rows whose label tells that."""
        own = rows.codes == code
        matches = own & right
        weight = weights_of(rows) * (sure & (own | right))
        least = _LEAST_ROWS * row_unit(rows.sample_weight)
        if min(weight[matches].sum(), weight[~matches].sum()) < least:
            return None
        return cross_fit_proba(
            LogisticRegression(max_iter=1000),
            features,
            matches,
            cv=folds,
            sample_weight=weight,
            n_jobs=self.n_jobs,
        )

    def _match(self, codes, features, by_loss, out_of_fold=False):
        right = by_loss.copy()
        for k in np.unique(codes):
            prototype, own = self.prototypes_[k], codes == k
            if prototype is not None and out_of_fold:
                right[own] = prototype.pred_proba[own, 1]
            elif prototype is not None:
                right[own] = prototype.predict_proba(features[own])[:, 1]
        return right

    def _posterior(self, X, codes, pred_proba):
        by_loss = 1.0 - self.crowds_.upper(losses_of(codes, pred_proba))
        return self._match(codes, self.features_.of(X), by_loss)
