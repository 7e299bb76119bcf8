# SPDX-License-Identifier: BSD-3-Clause
"""Influence on an ensemble of trees, by a linear model of their leaves."""

from sklearn.ensemble import ExtraTreesClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sknoisy.base import BaseLabelDetector
from sknoisy.detection._bags import bag_rows
from sknoisy.detection._influence import (
    CookDistance,
    RepresenterValues,
    SelfInfluence,
)
from sknoisy.detection._influence_features import NumericFeatures, split_last_step
from sknoisy.detection._leaves import LeafEncoder, check_has_leaves
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._options import check_option
from sknoisy.utils._rows import take_rows

MEASURES = {
    "self_influence": SelfInfluence,
    "cook_distance": CookDistance,
    "representer": RepresenterValues,
}


class LinearizedTrees(BaseLabelDetector):
    """Suspect labels that pull a model of the leaves of trees far.

    An ensemble of trees is fitted once. Each row then is the list of the leaves that
    it falls into, one for each tree, and a logistic regression learns the labels
    from that list. What a row does to it tells whether the rows in the same leaves
    support the label.

    Parameters
    ----------
    estimator : classifier, default=None
        An ensemble of trees that `tree_leaves` can ask, or a pipeline that ends in
        one. None is a forest of 50 extremely randomized trees of 16 leaves, on
        features that suit the columns of X, also inside a wrapper.
    measure : {"self_influence", "cook_distance", "representer"}, \
            default="self_influence"
        What is measured: as `SelfInfluence`, `CookDistance` or `RepresenterValues`
        have it.
    C : float, default=0.3
        Inverse strength of the penalty on the logistic regression. The list of the
        leaves has length 1, whatever the number of trees.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    random_state : int, RandomState instance or None, default=None
        Seeds the default forest; None always grows the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        m / (m + influence), with m the mean influence.
    influence_ : ndarray of shape (n_samples,)
        What was measured.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of the logistic regression without the row, its copies and its
        group, as `LeaveOneOut` approximates them. The trees have seen the row.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    ensemble_ : classifier
        The fitted trees.
    detector_ : detector
        What judged the leaves; it has the fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    OutOfBag : Votes of the trees that have not seen the row.
    SelfInfluence : The same on the features themselves.

    Notes
    -----
    The trees are grown on all the labels and stay as they are: neither the influence
    nor the probabilities know that a row has helped to make its leaves. Trees with
    leaves for single rows agree with every label; keep leaves large, by
    `max_leaf_nodes` or `min_samples_leaf`. That rows are scaled to length 1, and
    the default forest, are inferred. Where leaves are many, their directions are
    reduced as `LeaveOneOut` says.

    It is not the LeafInfluence of Sharchilev et al., which differentiates the values
    of the leaves of boosting.

    References
    ----------
    Koh and Liang. Understanding black-box predictions via influence functions.
    ICML, 2017.

    Moosmann, Triggs and Jurie. Fast discriminative visual codebooks using
    randomized clustering forests. NeurIPS, 2006.

    Sharchilev, Ustinovskiy, Serdyukov and de Rijke. Finding influential training
    samples for gradient boosted decision trees. ICML, 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import LinearizedTrees
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> int(LinearizedTrees().fit(X, y).influence_.argmax())
    0
    """

    def __init__(
        self,
        estimator=None,
        *,
        measure="self_influence",
        C=0.3,
        threshold="confident_counts",
        random_state=None,
    ):
        self.estimator = estimator
        self.measure = measure
        self.C = C
        self.threshold = threshold
        self.random_state = random_state

    def _judge(self, rows):
        kind = MEASURES[check_option("measure", self.measure, MEASURES)]
        # The trees have their shape by now: all else takes them as they are.
        steps = [FrozenEstimator(step) for step in self._fit_leaves(rows)]
        model = make_pipeline(*steps, LogisticRegression(C=self.C))
        self.detector_ = kind(model, threshold=self.threshold)
        judgement = self.detector_._judge(rows)
        self.influence_ = self.detector_.influence_
        return judgement

    def _fit_leaves(self, rows):
        """Fit and list the steps that turn rows into leaves."""
        forest = ExtraTreesClassifier(
            50, max_leaf_nodes=16, random_state=seed_from(self.random_state)
        )
        preprocessor, ensemble = split_last_step(self.estimator, rows.X, forest)
        check_has_leaves(ensemble)
        encoder = LeafEncoder(ensemble)
        bag = bag_rows(rows)
        X, y = take_rows(rows.X, bag.positions), rows.y[bag.positions]
        steps = []
        if preprocessor is not None:
            steps = [NumericFeatures(preprocessor).fit(X, bag.weight).preprocessor]
            X = steps[0].transform(X)
        steps.append(encoder.fit(X, y, bag.weight))
        self.ensemble_ = encoder.ensemble_
        return steps

    def _score_new(self, X, codes):
        return self.detector_._score_new(X, codes)

    def _use_default(self, estimator):
        """Keep the forest: what a wrapper lends may have a leaf for each row."""
