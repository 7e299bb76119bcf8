# SPDX-License-Identifier: BSD-3-Clause
"""Losses as two crowds: those of right labels, and those of wrong ones."""

from abc import abstractmethod

import numpy as np

from sknoisy.detection._cross_fitted import PosteriorDetector
from sknoisy.detection._label_scores import CrossEntropy
from sknoisy.detection._loss_crowds import beta_crowds, gaussian_crowds
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._options import check_count

# Classes of fewer rows have no mixture of their own.
_LEAST_CLASS = 100


def losses_of(codes, pred_proba):
    """Return the cross-entropy of each label.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities.

    Returns
    -------
    losses : ndarray of shape (n_samples,)
        Not negative.
    """
    return -CrossEntropy().score(codes, pred_proba)


class LossMixtureDetector(PosteriorDetector):
    """Base of detectors that split the losses into two crowds.

    A subclass fits the crowds in ``_fit_crowds(losses, weight)``.
    """

    def __init__(
        self,
        estimator=None,
        *,
        per_class=False,
        max_iter=50,
        threshold=0.5,
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
        self.per_class = per_class
        self.max_iter = max_iter

    def _fit_posterior(self, rows, pred_proba):
        check_count("max_iter", self.max_iter)
        losses = losses_of(rows.codes, pred_proba)
        self.crowds_ = self._crowds_of_classes(losses, rows)
        self.is_split_ = np.array([c.mixture is not None for c in self.crowds_])
        return self._right(rows.codes, losses)

    def _crowds_of_classes(self, losses, rows):
        """List the crowds of each class; classes without their own share them."""
        weight = weights_of(rows)
        crowds = [self._fit_crowds(losses, weight)] * len(rows.classes)
        if not self.per_class:
            return crowds
        sizes = np.bincount(rows.codes, weights=weight, minlength=len(crowds))
        least = _LEAST_CLASS * row_unit(rows.sample_weight)
        for k in np.flatnonzero(sizes >= least):
            of_class = rows.codes == k
            crowds[k] = self._fit_crowds(losses[of_class], weight[of_class])
        return crowds

    def _posterior(self, X, codes, pred_proba):
        return self._right(codes, losses_of(codes, pred_proba))

    def _right(self, codes, losses):
        right = np.ones(len(codes))
        for k in np.unique(codes):
            of_class = codes == k
            right[of_class] -= self.crowds_[k].upper(losses[of_class])
        return right

    @abstractmethod
    def _fit_crowds(self, losses, weight):
        """Return the `Crowds` of some losses."""


class GaussianMixture(LossMixtureDetector):
    """Suspect the labels whose loss belongs to the upper one of two Gaussians.

    The losses, scaled to [0, 1], are modelled as two Gaussians, as DivideMix does
    in each epoch. The quality is the posterior probability of the lower one, so
    that 0.5 is the natural line.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the detector is used in.
    per_class : bool, default=False
        Whether classes of at least 100 rows have a mixture of their own, so that
        a hard class does not look noisy beside an easy one. As published there is
        one for all.
    max_iter : int, default=10
        Most iterations of the expectation-maximization.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
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
        The posterior, and for a thousandth the probability of the label, which
        ranks labels of equal posterior.
    posterior_ : ndarray of shape (n_samples,)
        Probability that each label is right; 1 where all losses are equal.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of each row.
    noise_rate_ : float
        Mean posterior probability of being wrong.
    crowds_ : list of n_classes crowds
        The fitted mixture that judges the labels of each class.
    is_split_ : ndarray of shape (n_classes,), dtype=bool
        Whether there are two crowds.
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
    BetaMixture : Beta distributions, which suit skewed losses better.
    sknoisy.threshold.MixtureThreshold : Gaussians as the threshold of any detector.

    Notes
    -----
    Two Gaussians always find an upper one, also among labels that are all right:
    it then holds the hard ones. A loss far above all others may have a Gaussian of
    its own, and the rest counts as right.

    Not from the paper are cross-fitting, mixtures per class, and two things more. Of
    two fits, from clusters by k-means and from the extremes, the likelier one
    counts. Where the wider Gaussian would take over again at one end, the posterior
    is held, so that it never rises with the loss.

    References
    ----------
    Li, Socher and Hoi. DivideMix: learning with noisy labels as semi-supervised
    learning. ICLR, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import GaussianMixture
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = GaussianMixture().fit(X, y)
    >>> int(detector.label_quality_.argmin()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    def __init__(
        self,
        estimator=None,
        *,
        per_class=False,
        max_iter=10,
        threshold=0.5,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            per_class=per_class,
            max_iter=max_iter,
            threshold=threshold,
            cv=cv,
            n_jobs=n_jobs,
            random_state=random_state,
        )

    def _fit_crowds(self, losses, weight):
        return gaussian_crowds(losses, weight, self.max_iter)


class BetaMixture(LossMixtureDetector):
    """Suspect the labels whose loss belongs to the upper one of two betas.

    The losses between their 5th and 95th percentile, scaled to [0, 1], are modelled
    as two beta distributions, fitted by their moments. The quality is the posterior
    probability of the one of the lower mean, so that 0.5 is the natural line.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear model that suits the columns of X, or
        the estimator of the wrapper that the detector is used in.
    per_class : bool, default=False
        Whether classes of at least 100 rows have a mixture of their own, so that
        a hard class does not look noisy beside an easy one. As published there is
        one for all.
    max_iter : int, default=50
        Iterations of the expectation-maximization. The authors do 10 in each epoch;
        done once, it needs more.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
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
        The posterior, and for a thousandth the probability of the label, which
        ranks labels of equal posterior.
    posterior_ : ndarray of shape (n_samples,)
        Probability that each label is right; 1 where the losses are one crowd.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of each row.
    noise_rate_ : float
        Mean posterior probability of being wrong; 0 for a single crowd.
    crowds_ : list of n_classes crowds
        The fitted mixture that judges the labels of each class.
    is_split_ : ndarray of shape (n_classes,), dtype=bool
        Whether there are two crowds.
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
    GaussianMixture : The same with Gaussians.

    Notes
    -----
    Above the 95th percentile all posteriors are equal. Wrong labels that are fewer
    than 5 % lie beyond what is fitted: then the upper crowd holds hard right labels
    with them, or there is none, and nothing is suspect.

    Not from the paper are: that the losses are a single crowd, and nothing is
    suspect, where a component has less than 1 % of them or the means are less than
    0.05 apart; bounds on the variances; cross-fitting, and mixtures per class.
    From where the ratio of the two densities turns, the posterior is held, which
    the authors do on a grid.

    References
    ----------
    Arazo, Ortego, Albert, O'Connor and McGuinness. Unsupervised label noise modeling
    and loss correction. ICML, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import BetaMixture
    >>> X, y = load_iris(return_X_y=True)
    >>> y[:50:5] = 2
    >>> detector = BetaMixture().fit(X, y)
    >>> bool(detector.suspect_mask_[:50:5].all())
    True

    Of a network, give the probabilities of an early epoch:

    >>> pred_proba = [[0.9, 0.1]] * 4 + [[0.8, 0.2]] * 3 + [[0.2, 0.8]] * 3
    >>> detector = BetaMixture.from_predictions([0] * 9 + [1], pred_proba)
    >>> detector.suspect_mask_
    array([False, False, False, False, False, False, False,  True,  True,
           False])
    """

    def _fit_crowds(self, losses, weight):
        return beta_crowds(losses, weight, self.max_iter)
