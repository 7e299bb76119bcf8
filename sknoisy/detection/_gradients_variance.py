# SPDX-License-Identifier: BSD-3-Clause
"""How the slope of a label's score changes in the course of a training."""

import numpy as np
from scipy.special import expit
from sklearn.neural_network import MLPClassifier

from sknoisy.base import BaseLabelDetector
from sknoisy.detection._bags import bag_rows
from sknoisy.detection._influence_features import FewColumns, split_last_step
from sknoisy.detection._influence_judgement import judge_by_threshold
from sknoisy.detection._staged import proba_from_logits
from sknoisy.detection._stages import can_be_staged, stages
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._rows import take_rows

# Columns that the default network gets at most.
_MAX_COLUMNS = 100
_N_HIDDEN = 32
_BATCH = 32

_LOWEST_PROBA = 1e-12


class VarianceOfGradients(BaseLabelDetector):
    """Suspect labels whose score keeps bending as training goes on (VoG).

    At each stage of a training, the score of the given label has a slope at the
    row, by its features. Where the model soon settles, slopes stay as they are;
    where it has to bend itself around a row, they go on changing. The variance of
    the slopes over the stages, averaged over directions and standardised within the
    given class, ranks rows by how hard they are to learn.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that `stages` can train in stages, or a pipeline that ends in
        one, whose earlier steps are fitted without labels and return numbers. It
        should be smooth: trees are steps. None is a network of one small layer on
        features that suit the columns of X.
    epsilon : float, default=0.1
        Length of the step over which slopes are measured, in units of the features,
        which should be standardised.
    n_directions : int, default=20
        Number of random directions in which they are.
    per_class : bool, default=True
        Whether variances are standardised within each given class, as published.
        False standardises over all rows, which is better where a class is so rare
        that a good part of its labels are wrong.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    n_epochs : int, default=10
        Epochs of a classifier that has epochs, or its own `max_iter` if that is
        less.
    random_state : int, RandomState instance or None, default=None
        Seeds the directions and the default network; None always does the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Sigmoid of minus the standardised variance: 0.5 at the mean.
    variance_ : ndarray of shape (n_samples,)
        Mean variance of the slopes, before it is standardised.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the stages, in sample.
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
    DatasetCartography : Variability of the score itself.
    TracIn : Gradients by the weights of the model.

    Notes
    -----
    The paper differentiates networks by pixels; finite differences in random
    directions, the same for all rows, take the place of that for any classifier.
    Log-probabilities stand in for raw scores where the classifier has none. A
    linear model has the same slope everywhere and tells nothing. With trees, most
    small steps cross no split, and the ranking is poor. Long trainings learn wrong
    labels by rote: few epochs rank errors better. Rows that are hard but right, near
    a boundary, vary as well. Counts by in-sample probabilities are low, so that the
    default threshold flags few, mostly rightly; "mixture" flags more.

    Each stage predicts ``n_directions + 1`` times the rows, which are held in
    memory as dense features, of which the default takes the 100 directions that
    vary most. `score_samples` trains again, the same way. `groups` matter only
    where they keep copies of a row apart.

    References
    ----------
    Agarwal, D'souza and Hooker. Estimating example difficulty using variance of
    gradients. CVPR, 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import VarianceOfGradients
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(VarianceOfGradients(n_epochs=5).fit(X, y).label_quality_.argmin())
    0
    """

    def __init__(
        self,
        estimator=None,
        *,
        epsilon=0.1,
        n_directions=20,
        per_class=True,
        threshold="confident_counts",
        n_epochs=10,
        random_state=None,
    ):
        self.estimator = estimator
        self.epsilon = epsilon
        self.n_directions = n_directions
        self.per_class = per_class
        self.threshold = threshold
        self.n_epochs = n_epochs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        self._prepare(rows)
        Z = self._features(rows.X)
        self.variance_, pred_proba = self._watch(Z, rows.codes)
        self._learn_scale(rows)
        quality = self._to_quality(self.variance_, rows.codes)
        return judge_by_threshold(self, rows, quality, pred_proba)

    def _check_params(self):
        for name in ("n_directions", "n_epochs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} must be at least 1.")
        if not self.epsilon > 0:
            raise ValueError(f"epsilon={self.epsilon} must be above 0.")

    def _prepare(self, rows):
        """Fit the features, and keep what is needed to train on them."""
        bag = bag_rows(rows)
        self.seed_ = seed_from(self.random_state)
        preprocessor, self.last_ = split_last_step(
            self.estimator, rows.X, self._default_network(len(bag.positions))
        )
        if not can_be_staged(self.last_):
            raise TypeError(
                f"{type(self.last_).__name__} is not known to be trained in stages. "
                "Use MLPClassifier, at the end of a pipeline if need be, or register "
                "it with sknoisy.detection.stages.register."
            )
        most = _MAX_COLUMNS if self.estimator is None else np.inf
        self.features_ = FewColumns(preprocessor, most)
        X = take_rows(rows.X, bag.positions)
        Z = self.features_.fit(X, bag.weight).transform(X)
        self.unit_ = 1.0
        if self.estimator is None:
            mean_square = np.average((Z**2).mean(axis=1), weights=bag.weight)
            self.unit_ = np.sqrt(mean_square) if mean_square > 0 else 1.0
        self.training_ = Z / self.unit_, rows.y[bag.positions], bag.weight
        rng = np.random.default_rng(self.seed_)
        directions = rng.normal(size=(self.n_directions, Z.shape[1]))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        self.steps_ = self.epsilon * directions

    def _default_network(self, n_rows):
        return MLPClassifier(
            (_N_HIDDEN,),
            batch_size=min(_BATCH, n_rows),
            learning_rate_init=0.01,
            random_state=self.seed_,
        )

    def _features(self, X):
        return self.features_.transform(X) / self.unit_

    def _watch(self, Z, codes):
        """Train; return the variance of the slopes, and the mean probabilities."""
        moved = np.concatenate([Z, *(Z + step for step in self.steps_)])
        X, y, weight = self.training_
        total = squares = pred_proba = 0.0
        n_stages = 0
        options = {"sample_weight": weight, "n_epochs": self.n_epochs}
        for stage in stages(self.last_, X, y, judged=moved, **options):
            proba = stage.pred_proba
            if proba is None:
                proba = proba_from_logits(stage.logits)
            scores = stage.logits
            if scores is None:
                scores = np.log(np.maximum(proba, _LOWEST_PROBA))
            slopes = self._slopes(scores, len(Z), codes)
            total = total + slopes
            squares = squares + slopes**2
            pred_proba = pred_proba + proba[: len(Z)]
            n_stages += 1
        variance = np.maximum(squares / n_stages - (total / n_stages) ** 2, 0.0)
        return variance.mean(axis=0), pred_proba / n_stages

    def _slopes(self, scores, n_rows, codes):
        """Return the slope of the own score of each row in each direction."""
        scores = scores.reshape(-1, n_rows, scores.shape[1])
        own = scores[:, np.arange(n_rows), codes]
        return (own[1:] - own[0]) / self.epsilon

    def _learn_scale(self, rows):
        """Learn the mean and the spread of the variance, by class or for all."""
        self.center_, self.spread_ = np.ones((2, len(rows.classes)))
        for k in range(len(rows.classes)):
            part = rows.codes == k if self.per_class else np.full(len(rows), True)
            weight = None if rows.sample_weight is None else rows.sample_weight[part]
            variance = self.variance_[part]
            self.center_[k] = np.average(variance, weights=weight)
            spread = np.average((variance - self.center_[k]) ** 2, weights=weight)
            self.spread_[k] = np.sqrt(spread) if spread > 0 else 1.0

    def _to_quality(self, variance, codes):
        return expit((self.center_[codes] - variance) / self.spread_[codes])

    def _score_new(self, X, codes):
        Z = self._features(X)
        if codes is None:
            unknown = np.zeros(len(Z), dtype=np.intp)
            codes = self._watch(Z, unknown)[1].argmax(axis=1)
        return self._to_quality(self._watch(Z, codes)[0], codes)

    def _use_default(self, estimator):
        """Keep the network: what a wrapper lends is seldom smooth."""
