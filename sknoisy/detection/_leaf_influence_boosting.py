# SPDX-License-Identifier: BSD-3-Clause
"""Influence of each row on itself through the leaves of boosting."""

import numpy as np
from scipy import sparse
from sklearn.ensemble import GradientBoostingClassifier

from sknoisy.base import BaseLabelDetector
from sknoisy.detection._bags import bag_rows
from sknoisy.detection._influence_features import NumericFeatures, split_last_step
from sknoisy.detection._influence_judgement import judge_by_threshold, mean_above_zero
from sknoisy.detection._leaves import check_has_leaves, tree_leaves
from sknoisy.detection._staged import proba_from_logits
from sknoisy.detection._stages import can_be_staged, stages
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._rows import take_rows

# Below this, a leaf is so sure of all its rows that none pulls it.
_LOWEST_CURVATURE = 1e-12


class BoostIn(BaseLabelDetector):
    """Suspect labels that move their own leaves, round by round (BoostIn).

    In each round of boosting, the value of a leaf is the sum of the gradients of its
    rows over that of their Hessians. More weight on a row would move the value, and
    with it the loss of the row itself. BoostIn adds up how much over the rounds. Rows
    that share their leaves with many others of the same label move them little.

    Parameters
    ----------
    estimator : GradientBoostingClassifier or LGBMClassifier, default=None
        Or a pipeline that ends in one. None is gradient boosting of 30 rounds, with
        trees of depth 3 and at least 10 rows a leaf, on features that suit the
        columns of X, also inside a wrapper.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    random_state : int, RandomState instance or None, default=None
        Seeds the default boosting; None always does the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        m / (m + influence), with m the mean influence.
    influence_ : ndarray of shape (n_samples,)
        Sum over the rounds, in units of the loss.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the rounds, in sample.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    ensemble_ : classifier
        The fitted boosting, on the features.
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
    LinearizedTrees : Influence on a linear model of the leaves.
    AreaUnderMargin : Margins over the rounds of boosting.

    Notes
    -----
    With g and h the first and second derivative of the loss of a row by the raw score
    of a class, v the value of its leaf, and G the sum of h over the leaf, plus the
    penalty `reg_lambda` if the boosting has one, a round adds g (g + h v) / G, times
    the learning rate. Values are taken to be Newton steps, whatever the boosting
    scales them by, and the shape of the trees is taken as given. Rows that boosting
    has not drawn in a round, if it draws some, count like the others. The details
    are inferred from the definition of the influence.

    Features must be finite: put an imputer before a boosting that takes NaN.
    `score_samples` trains again, the same way.

    Labels are judged in sample: many rounds of large trees learn wrong labels by
    rote, but the influence in the early rounds stays in the sum. For the same reason
    the default threshold flags too few, and none where boosting fits every label, as
    it does on some hundred rows; "contamination" or "mixture" then flag more, the
    latter too many. `groups` matter
    only where they keep copies of a row apart.

    References
    ----------
    Brophy, Hammoudeh and Lowd. Adapting and evaluating influence-estimation methods
    for gradient-boosted decision trees. Journal of Machine Learning Research 24,
    2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import BoostIn
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(BoostIn().fit(X, y).influence_.argmax())
    0
    """

    def __init__(
        self, estimator=None, *, threshold="confident_counts", random_state=None
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.random_state = random_state

    def _judge(self, rows):
        bag = bag_rows(rows)
        boosting = GradientBoostingClassifier(
            n_estimators=30,
            min_samples_leaf=10,
            random_state=seed_from(self.random_state),
        )
        preprocessor, self.last_ = split_last_step(self.estimator, rows.X, boosting)
        _check_boosting(self.last_)
        X = take_rows(rows.X, bag.positions)
        self.features_ = NumericFeatures(preprocessor).fit(X, bag.weight)
        self.training_ = (
            self.features_.transform(X),
            rows.y[bag.positions],
            rows.codes[bag.positions],
            bag.weight,
        )
        Z = self.features_.transform(rows.X)
        self.influence_, pred_proba = self._watch(Z, rows.codes)
        positive = np.maximum(self.influence_, 0.0)
        self.scale_ = mean_above_zero(positive, rows.sample_weight)
        quality = self._to_quality(self.influence_)
        return judge_by_threshold(self, rows, quality, pred_proba)

    def _watch(self, Z, codes):
        """Train; return the influence of some rows, and their mean probabilities."""
        X, y, own_codes, weight = self.training_
        judged = sparse.vstack([X, Z]) if sparse.issparse(Z) else np.vstack([X, Z])
        judged = judged.tocsr() if sparse.issparse(Z) else judged
        n_train, n_classes = len(y), own_codes.max() + 1
        one_hot = np.eye(n_classes)[np.concatenate([own_codes, codes])]
        prior = np.average(one_hot[:n_train], axis=0, weights=weight)
        proba, leaves = np.broadcast_to(prior, one_hot.shape), None
        influence, total, n_rounds = np.zeros(len(one_hot)), 0.0, 0
        course = stages(self.last_, X, y, sample_weight=weight, judged=judged)
        for stage in course:
            if leaves is None:
                self.ensemble_ = stage.model
                n_trees = 1 if n_classes == 2 else n_classes
                leaves = tree_leaves(stage.model, judged)
                leaves = leaves.reshape(len(one_hot), -1, n_trees)
            influence += self._influence_of_round(
                leaves[:, n_rounds], proba, one_hot, weight, n_train
            )
            proba = proba_from_logits(stage.logits)
            total = total + proba
            n_rounds += 1
        rate = self.last_.learning_rate
        return rate * influence[n_train:], (total / n_rounds)[n_train:]

    def _influence_of_round(self, leaves, proba, one_hot, weight, n_train):
        """Return g (g + h v) / G of each row, summed over the trees of a round."""
        influence = np.zeros(len(leaves))
        penalty = getattr(self.last_, "reg_lambda", 0.0)
        weight = np.ones(n_train) if weight is None else weight
        # Of two classes, the second has all the trees.
        first = one_hot.shape[1] - leaves.shape[1]
        for tree in range(leaves.shape[1]):
            p = proba[:, first + tree]
            g = p - one_hot[:, first + tree]
            h = p * (1 - p)
            leaf = leaves[:, tree]
            n_leaves = leaf.max() + 1
            own = leaf[:n_train]
            slope = np.bincount(own, weight * g[:n_train], n_leaves)
            bend = np.bincount(own, weight * h[:n_train], n_leaves) + penalty
            bend = np.maximum(bend, _LOWEST_CURVATURE)
            influence += g * (g - h * (slope / bend)[leaf]) / bend[leaf]
        return influence

    def _to_quality(self, influence):
        return self.scale_ / (self.scale_ + np.maximum(influence, 0.0))

    def _score_new(self, X, codes):
        Z = self.features_.transform(X)
        if codes is None:
            codes = np.zeros(Z.shape[0], dtype=np.intp)
            codes = self._watch(Z, codes)[1].argmax(axis=1)
        return self._to_quality(self._watch(Z, codes)[0])

    def _use_default(self, estimator):
        """Keep the boosting: what a wrapper lends may have a leaf for each row."""


def _check_boosting(estimator):
    check_has_leaves(estimator)
    if not (can_be_staged(estimator) and hasattr(estimator, "learning_rate")):
        raise TypeError(
            f"{type(estimator).__name__} is no gradient boosting. Use "
            "GradientBoostingClassifier or LGBMClassifier, at the end of a pipeline "
            "if need be."
        )
