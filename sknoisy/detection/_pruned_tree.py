# SPDX-License-Identifier: BSD-3-Clause
"""A decision tree with the pruning of C4.5."""

import numpy as np
from scipy import sparse
from scipy.special import betaincinv
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier

# Defaults of C4.5: two rows a leaf, a confidence of 25 %.
_MIN_LEAF = 2.0
_CONFIDENCE = 0.25

# Sums of weights are rounded.
_SLACK = 1e-9


class PrunedTree(ClassifierMixin, BaseEstimator):
    """Decision tree whose branches are cut back where they do not pay.

    A split must gain more bits than it takes to name its cut point. Then a branch
    becomes a leaf if the errors to be expected of it, by the upper limit of a
    binomial confidence interval, are no fewer than those of the leaf.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Settles ties between splits.

    Notes
    -----
    Splits are binary and go by information gain; C4.5 goes by gain ratio, splits
    categories many ways and may graft a branch onto its parent. The cut points of a
    feature are counted over all rows, and are no more than the rows of a node.

    References
    ----------
    Quinlan. C4.5: programs for machine learning. Morgan Kaufmann, 1993.

    Quinlan. Improved use of continuous attributes in C4.5. Journal of Artificial
    Intelligence Research 4, 1996.
    """

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        """Grow the tree, then prune it from below."""
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        # Weights of less than one on average do not count rows.
        weight = weight * max(1.0, len(y) / weight.sum())
        # Slightly less than two, so that rounding does not forbid leaves of two.
        smallest = min(0.5, (_MIN_LEAF - 1e-6) / weight.sum())
        self.tree_ = DecisionTreeClassifier(
            criterion="entropy",
            min_weight_fraction_leaf=smallest,
            random_state=self.random_state,
        ).fit(X, y, sample_weight=weight)
        self.classes_ = self.tree_.classes_
        self.leaf_of_ = _prune(self.tree_.tree_, _count_cuts(X))
        return self

    def apply(self, X):
        """Return the leaf of the pruned tree that each row falls into."""
        return self.leaf_of_[self.tree_.apply(X)]

    def predict_proba(self, X):
        """Return the share of each class in the leaf of each row."""
        return _shares(self.tree_.tree_)[self.apply(X)]

    def predict(self, X):
        """Return the most frequent class in the leaf of each row."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def node_depths(tree):
    """Count the splits above each node.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Structure of a fitted tree; children stand behind their parents.

    Returns
    -------
    depths : ndarray of shape (n_nodes,), dtype=int
        0 for the root.
    """
    depths = np.zeros(tree.node_count, dtype=np.intp)
    for node in np.flatnonzero(tree.children_left >= 0):
        depths[tree.children_left[node]] = depths[node] + 1
        depths[tree.children_right[node]] = depths[node] + 1
    return depths


def _shares(tree):
    values = tree.value[:, 0, :]
    return values / values.sum(axis=1, keepdims=True)


def _prune(tree, n_cuts):
    """Map each node to the node of the pruned tree that stands for it."""
    expected = _expected_errors(tree)
    branch = expected.copy()
    is_cut = ~_pays_for_its_cut(tree, n_cuts)
    for node in np.flatnonzero(~is_cut)[::-1]:
        below = branch[tree.children_left[node]] + branch[tree.children_right[node]]
        is_cut[node] = expected[node] <= below + _SLACK
        branch[node] = min(expected[node], below)
    leaf_of = np.arange(tree.node_count)
    for node in np.flatnonzero(tree.children_left >= 0):
        if is_cut[node] or leaf_of[node] != node:
            for children in (tree.children_left, tree.children_right):
                leaf_of[children[node]] = leaf_of[node]
    return leaf_of


def _pays_for_its_cut(tree, n_cuts):
    """Mask of the splits that gain more bits than their cut point costs."""
    is_split = tree.children_left >= 0
    left, right = tree.children_left[is_split], tree.children_right[is_split]
    size = tree.weighted_n_node_samples
    bits = size * tree.impurity
    gain = bits[is_split] - bits[left] - bits[right]
    choices = np.minimum(size[is_split] - 1, n_cuts[tree.feature[is_split]])
    pays = np.zeros(tree.node_count, dtype=bool)
    pays[is_split] = gain > np.log2(np.maximum(choices, 1)) + _SLACK
    return pays


def _count_cuts(X):
    """Count the cut points of each feature, or of a sparse one, the most there are."""
    if sparse.issparse(X):
        return np.diff(X.tocsc().indptr)
    ranked = np.sort(X, axis=0)
    return np.count_nonzero(ranked[1:] != ranked[:-1], axis=0)


def _expected_errors(tree):
    """Upper limit of the errors that each node would make as a leaf."""
    size = tree.weighted_n_node_samples
    errors = size * (1 - _shares(tree).max(axis=1))
    rate = betaincinv(errors + 1, np.maximum(size - errors, _SLACK), 1 - _CONFIDENCE)
    return size * rate
