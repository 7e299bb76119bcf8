# SPDX-License-Identifier: BSD-3-Clause
"""Labels that pull a linear model far: self-influence, Cook, representers."""

from abc import abstractmethod

import numpy as np
from sklearn.linear_model import LogisticRegression

from sknoisy.base import BaseLabelDetector
from sknoisy.detection._bags import bag_rows
from sknoisy.detection._influence_features import last_step, split_last_step
from sknoisy.detection._influence_judgement import (
    judge_by_threshold,
    mean_above_zero,
)
from sknoisy.detection._influence_linear import linear_fit
from sknoisy.detection._leave_one_out import (
    has_class_alone,
    outputs_without_kin,
    spare,
)
from sknoisy.utils._predictions import own_proba
from sknoisy.utils._rows import take_rows


class InfluenceDetector(BaseLabelDetector):
    """Base of detectors that ask what each row does to a logistic regression.

    A subclass implements ``_influence(Z, proba, codes)``, which returns one number
    of at least zero for each row, higher where the label is more suspicious. One
    whose numbers are of another kind says in ``_keep`` and ``_to_quality`` what
    they mean.
    """

    _free_intercept = True

    def __init__(self, estimator=None, *, threshold="confident_counts"):
        self.estimator = estimator
        self.threshold = threshold

    def _judge(self, rows):
        bag = bag_rows(rows)
        self._fit_model(rows, bag)
        alone = has_class_alone(rows, bag)
        Z = self.model_.design(rows.X)
        pred_proba = self.model_.proba(outputs_without_kin(self.model_, Z, bag))
        spare(pred_proba, alone, rows)
        influence = self._influence_of(Z, rows.codes)
        self._keep(influence, rows.sample_weight)
        # Nothing speaks against a label that nothing can judge.
        quality = np.where(alone, 1.0, self._to_quality(influence))
        return judge_by_threshold(self, rows, quality, pred_proba)

    def _fit_model(self, rows, bag):
        default = LogisticRegression()
        preprocessor, last = split_last_step(self.estimator, rows.X, default)
        if not isinstance(last, LogisticRegression):
            raise TypeError(
                f"{type(self).__name__} measures influence on a LogisticRegression, "
                f"at the end of a pipeline if need be; got {type(last).__name__}."
            )
        X, y = take_rows(rows.X, bag.positions), rows.y[bag.positions]
        self.model_ = linear_fit(
            last,
            preprocessor,
            X,
            y,
            bag.weight,
            free_intercept=self._free_intercept,
        )

    def _influence_of(self, Z, codes):
        proba = self.model_.proba(self.model_.outputs(Z))
        if codes is None:
            codes = proba.argmax(axis=1)
        return self._influence(Z, proba, codes)

    @abstractmethod
    def _influence(self, Z, proba, codes):
        """Return one number a row, from its columns and its in-sample prediction."""

    def _keep(self, influence, weight):
        self.influence_ = influence
        self.scale_ = mean_above_zero(influence, weight)

    def _to_quality(self, influence):
        return self.scale_ / (self.scale_ + influence)

    def _score_new(self, X, codes):
        return self._to_quality(self._influence_of(self.model_.design(X), codes))

    def _use_default(self, estimator):
        takes = isinstance(last_step(estimator), LogisticRegression)
        if self.estimator is None and takes:
            self.estimator = estimator


class SelfInfluence(InfluenceDetector):
    """Suspect labels whose row alone keeps its own loss low.

    Upweighting a row a little lowers its loss by g' H^-1 g, with g the gradient of
    its loss and H the Hessian of the whole loss of a logistic regression. To first
    order, this is how much the loss of the row would rise without it. A label that
    other rows support has little of it; a wrong one is learned from its own row.

    Parameters
    ----------
    estimator : LogisticRegression, default=None
        Or a pipeline that ends in one, whose earlier steps are fitted without
        labels. None takes features that suit the columns of X, or the estimator
        of the wrapper that the detector is used in if it is one of these.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        m / (m + influence), with m the mean influence.
    influence_ : ndarray of shape (n_samples,)
        g' H^-1 g, in units of the loss.
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
    LeaveOneOut : Probabilities from the same quantities.
    CookDistance : Change of the whole model in place of the own loss.
    LinearizedTrees : The same on the leaves of trees.

    Notes
    -----
    The Hessian is exact, of the penalised fit with its intercept; wide features are
    reduced as `LeaveOneOut` says. The influence is that of a weight of one, so that
    a copy of a row, which supports it, makes it look better, and `groups` matter for
    `pred_proba_` only. Rows far from all others have large influence whether their
    labels are right or wrong, so that the loss alone often ranks errors better. With
    a weak penalty and separable classes the influence of right and wrong labels
    vanishes alike; penalise more (a smaller `C`) if features are many. The label
    of a row that is the only one of its class counts as right.

    References
    ----------
    Koh and Liang. Understanding black-box predictions via influence functions.
    ICML, 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import SelfInfluence
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(SelfInfluence().fit(X, y).influence_.argmax())
    0
    """

    def _influence(self, Z, proba, codes):
        quadratic, residual = self.model_.quadratic, self.model_.residual(proba, codes)
        influence = np.empty(len(Z))
        for block in quadratic.blocks(len(Z)):
            moves = quadratic.moves(Z[block], Z[block])
            g = residual[block]
            influence[block] = np.einsum("ik,ikm,im->i", g, moves, g)
        return influence


class CookDistance(InfluenceDetector):
    """Suspect labels without which the whole model would be another.

    The distance between the weights of a logistic regression with and without a
    row, in the metric of the Hessian, per weight of the model.

    Parameters
    ----------
    estimator : LogisticRegression, default=None
        Or a pipeline that ends in one, whose earlier steps are fitted without
        labels. None takes features that suit the columns of X, or the estimator
        of the wrapper that the detector is used in if it is one of these.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        m / (m + distance), with m the mean distance.
    influence_ : ndarray of shape (n_samples,)
        Cook's distance.
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
    SelfInfluence : Change of the loss of the row itself.

    Notes
    -----
    The weights without the row are those of one step of Newton's method, as Pregibon
    has it for two classes; the form for more classes, and the penalty in the
    Hessian, are inferred. The distance is large for rows of great leverage, far
    from all others, even where their label is right: it was made to find rows that
    matter, not rows that are wrong. As for `SelfInfluence`, it is that of a weight
    of one, and `groups` matter for `pred_proba_` only.

    References
    ----------
    Cook. Detection of influential observation in linear regression. Technometrics
    19, 1977.

    Pregibon. Logistic regression diagnostics. The Annals of Statistics 9, 1981.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import CookDistance
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(CookDistance().fit(X, y).influence_.argmax())
    0
    """

    def _influence(self, Z, proba, codes):
        quadratic, residual = self.model_.quadratic, self.model_.residual(proba, codes)
        distance = np.empty(len(Z))
        for block in quadratic.blocks(len(Z)):
            moves = quadratic.moves(Z[block], Z[block])
            system = (
                np.eye(moves.shape[1]) - self.model_.curvature(proba[block]) @ moves
            )
            pull = np.linalg.solve(system, residual[block][:, :, np.newaxis])[:, :, 0]
            distance[block] = np.einsum("ik,ikm,im->i", pull, moves, pull)
        return distance / self.model_.coef.size


class RepresenterValues(InfluenceDetector):
    """Suspect labels that only their own row speaks for, by the representer theorem.

    At its optimum, a penalised logistic regression is a weighted sum over the
    training rows: what the raw score of a class says of a row is the sum of what
    each training row contributes. The contribution of a row to the score of its own
    label is ``C * (1 - p) * |x|^2``, with p the probability of that label and
    ``|x|^2`` the squared length of its features. Large contributions mean that the
    label had to be learned from the row itself.

    Parameters
    ----------
    estimator : LogisticRegression, default=None
        Or a pipeline that ends in one, whose earlier steps are fitted without
        labels. None takes features that suit the columns of X, or the estimator
        of the wrapper that the detector is used in if it is one of these.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        m / (m + value), with m the mean value.
    influence_ : ndarray of shape (n_samples,)
        Representer value of each row for itself, in units of the raw score.
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
    SelfInfluence : With the directions weighed by how well they are known.

    Notes
    -----
    The intercept is not penalised, and so has no part in the sum. Squared lengths
    of features matter as much as probabilities: rows far from the mean look worse,
    whatever their label. Values are those of a weight of one, and `groups` matter
    for `pred_proba_` only.

    References
    ----------
    Yeh, Kim, Yen and Ravikumar. Representer point selection for explaining deep
    neural networks. NeurIPS, 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import RepresenterValues
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(RepresenterValues().fit(X, y).influence_.argmax())
    0
    """

    def _influence(self, Z, proba, codes):
        if self.model_.has_intercept:
            Z = Z[:, :-1]
        squared_length = np.einsum("ij,ij->i", Z, Z)
        return (1 - own_proba(proba, codes)) * squared_length / self.model_.strength
