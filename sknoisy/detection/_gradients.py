# SPDX-License-Identifier: BSD-3-Clause
"""Lengths of the gradients of each label in the course of a training."""

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import SGDClassifier

from sknoisy.base import BaseLabelDetector
from sknoisy.detection._bags import bag_rows
from sknoisy.detection._influence_features import (
    NumericFeatures,
    last_step,
    split_last_step,
)
from sknoisy.detection._influence_judgement import judge_by_threshold, mean_above_zero
from sknoisy.detection._stages import stages, two_columns
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._rows import take_rows


class TracIn(BaseLabelDetector):
    """Suspect labels whose gradient stays long throughout a training (TracIn).

    A step of gradient descent on a row lowers the loss of that same row by the
    learning rate times the squared length of its gradient. TracIn sums this over
    checkpoints of a training: the self-influence of the row. A label that the
    others support is learned from them, and soon has a short gradient.

    Parameters
    ----------
    estimator : SGDClassifier, default=None
        With ``loss="log_loss"``, or a pipeline that ends in one, whose earlier
        steps are fitted without labels. None takes features that suit the columns
        of X, and a constant learning rate of 0.01, or the estimator of the wrapper
        that the detector is used in if it is one of these.
    normalize : bool, default=False
        Whether to divide the gradient by the length of the features. What is left
        is the error in the probabilities. False is as published: rows far from the
        mean have long gradients. True ranks wrong labels better wherever the
        lengths of the features differ.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    n_epochs : int, default=30
        Epochs, or the `max_iter` of the estimator if that is less. Each is a
        checkpoint.
    random_state : int, RandomState instance or None, default=None
        Seeds the default estimator; None always does the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        m / (m + influence), with m the mean influence.
    influence_ : ndarray of shape (n_samples,)
        Mean squared length of the gradient over the checkpoints.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the checkpoints, in sample.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    model_ : SGDClassifier
        The trained model, on the features.
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
    SelfInfluence : At the optimum, with the Hessian.
    GradientSimilarity : Direction of the gradient in place of its length.
    AreaUnderMargin : Margins over the stages of a training.

    Notes
    -----
    Checkpoints count alike, as they do in the paper where the learning rate is
    constant; the rate itself, the same for all rows, is left out. With more than
    two classes the model is one binary classifier for each, and the gradient is
    that of all of them. Labels are judged in sample: a high learning rate, or many
    epochs on more features than rows, learns wrong labels by rote and hides them.
    A copy of a row with the same label shortens its gradient. `groups` matter only
    where they keep copies apart. New rows are judged by the model as it is in the
    end.

    References
    ----------
    Pruthi, Liu, Kale and Sundararajan. Estimating training data influence by
    tracing gradient descent. NeurIPS, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import TracIn
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(TracIn().fit(X, y).influence_.argmax())
    0
    """

    def __init__(
        self,
        estimator=None,
        *,
        normalize=False,
        threshold="confident_counts",
        n_epochs=30,
        random_state=None,
    ):
        self.estimator = estimator
        self.normalize = normalize
        self.threshold = threshold
        self.n_epochs = n_epochs
        self.random_state = random_state

    def _judge(self, rows):
        if self.n_epochs < 1:
            raise ValueError(f"n_epochs={self.n_epochs} must be at least 1.")
        Z, course = self._train(rows)
        influence = np.zeros(len(rows))
        pred_proba = np.zeros((len(rows), len(rows.classes)))
        lengths = self._squared_lengths(Z)
        n_stages = 0
        for stage in course:
            influence += lengths * _squared_error(stage.logits, rows.codes)
            pred_proba += stage.pred_proba
            n_stages += 1
        self.model_ = stage.model
        self.influence_ = influence / n_stages
        self.scale_ = mean_above_zero(self.influence_, rows.sample_weight)
        pred_proba /= n_stages
        quality = self._to_quality(self.influence_)
        return judge_by_threshold(self, rows, quality, pred_proba)

    def _train(self, rows):
        """Return the features of the rows, and the stages of the training."""
        bag = bag_rows(rows)
        default = SGDClassifier(
            loss="log_loss",
            learning_rate="constant",
            eta0=0.01,
            random_state=seed_from(self.random_state),
        )
        preprocessor, last = split_last_step(self.estimator, rows.X, default)
        if not _is_logistic(last):
            raise TypeError(
                'TracIn watches the training of an SGDClassifier(loss="log_loss"), at '
                f"the end of a pipeline if need be; got {last!r}."
            )
        self.has_intercept_ = bool(last.fit_intercept)
        self.features_ = NumericFeatures(preprocessor)
        self.features_.fit(take_rows(rows.X, bag.positions), bag.weight)
        Z = self.features_.transform(rows.X)
        return Z, stages(
            last,
            Z[bag.positions],
            rows.y[bag.positions],
            sample_weight=bag.weight,
            judged=Z,
            n_epochs=self.n_epochs,
        )

    def _squared_lengths(self, Z):
        """Return the squared length of each row, with an intercept of 1 if any."""
        if self.normalize:
            return np.ones(Z.shape[0])
        squares = Z.multiply(Z) if sparse.issparse(Z) else Z * Z
        return np.asarray(squares.sum(axis=1)).ravel() + float(self.has_intercept_)

    def _to_quality(self, influence):
        return self.scale_ / (self.scale_ + influence)

    def _score_new(self, X, codes):
        Z = self.features_.transform(X)
        logits = two_columns(self.model_.decision_function(Z))
        if codes is None:
            codes = logits.argmax(axis=1)
        error = _squared_error(logits, codes)
        return self._to_quality(self._squared_lengths(Z) * error)

    def _use_default(self, estimator):
        if self.estimator is None and _is_logistic(last_step(estimator)):
            self.estimator = estimator


def _is_logistic(classifier):
    return isinstance(classifier, SGDClassifier) and classifier.loss == "log_loss"


def _squared_error(logits, codes):
    """Sum the squared residuals of the logistic models of the classes."""
    if logits.shape[1] == 2:
        gap = logits[:, 1] - logits[:, 0]
        return expit(np.where(codes == 1, -gap, gap)) ** 2
    error = expit(logits)
    error[np.arange(len(codes)), codes] -= 1.0
    return np.einsum("ij,ij->i", error, error)
