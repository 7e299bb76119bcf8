# SPDX-License-Identifier: BSD-3-Clause
"""Hardness by simple models that have seen the label: trees and naive Bayes."""

import numpy as np
from scipy import sparse
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB
from sklearn.tree import DecisionTreeClassifier

from sknoisy.detection._pruned_tree import PrunedTree, node_depths
from sknoisy.utils._cross_fit import class_outputs
from sknoisy.utils._predictions import own_proba


class FullTree:
    """Measures by a tree that is not pruned: small leaves and deep ones are hard."""

    names = ("ds", "td_u")

    def __init__(self, random_state):
        self.random_state = random_state

    def fit(self, judges, n_classes):
        """Grow the tree until all leaves are pure."""
        self.tree = DecisionTreeClassifier(random_state=self.random_state)
        self.tree.fit(judges.features, judges.codes, sample_weight=judges.weight)
        self.depths = node_depths(self.tree.tree_)
        others = np.maximum(self.tree.tree_.weighted_n_node_samples - 1, 0)
        leaves = self.tree.tree_.children_left < 0
        self.size = others / max(others[leaves].max(), 1e-9)
        return self

    def measure(self, queries):
        """Return the measures of some rows, by name."""
        leaf = self.tree.apply(queries.features)
        return {"ds": 1 - self.size[leaf], "td_u": relative_depths(self.depths, leaf)}


class CutTree:
    """Measures by a pruned tree: leaves that hold other labels and deep ones."""

    names = ("dcp", "td_p")

    def __init__(self, random_state):
        self.random_state = random_state

    def fit(self, judges, n_classes):
        """Grow the tree and prune it."""
        self.n_classes = n_classes
        self.tree = PrunedTree(random_state=self.random_state)
        self.tree.fit(judges.features, judges.codes, judges.weight)
        depths = node_depths(self.tree.tree_.tree_)
        # Nodes that were cut off must not count for the greatest depth.
        leaves = np.unique(self.tree.apply(judges.features))
        self.depths = np.where(np.isin(np.arange(len(depths)), leaves), depths, 0)
        return self

    def measure(self, queries):
        """Return the measures of some rows, by name."""
        leaf = self.tree.apply(queries.features)
        own = own_proba(self.predict_proba(queries), queries.codes)
        return {"dcp": 1 - own, "td_p": relative_depths(self.depths, leaf)}

    def predict_proba(self, queries):
        """Return the share of each class in the leaves of some rows."""
        return class_outputs(self.tree, queries.features, np.arange(self.n_classes))


class NaiveBayes:
    """Measures by the posterior of naive Bayes."""

    names = ("cl", "cld")

    def fit(self, judges, n_classes):
        """Fit the naive Bayes that suits the features."""
        self.n_classes = n_classes
        self.model = naive_bayes(judges.features)
        self.model.fit(judges.features, judges.codes, judges.weight)
        return self

    def measure(self, queries):
        """Return the measures of some rows, by name."""
        pred_proba = self.predict_proba(queries)
        own = own_proba(pred_proba, queries.codes)
        pred_proba[np.arange(len(own)), queries.codes] = -np.inf
        return {"cl": 1 - own, "cld": (1 - (own - pred_proba.max(axis=1))) / 2}

    def predict_proba(self, queries):
        """Return the posterior of each class."""
        return class_outputs(self.model, queries.features, np.arange(self.n_classes))


class ClassSize:
    """Measures by the number of rows of a class: those of small ones are hard."""

    names = ("mv", "cb")

    def fit(self, judges, n_classes):
        """Count the rows of each class."""
        self.sizes = np.bincount(judges.codes, judges.weight, n_classes)
        return self

    def measure(self, queries):
        """Return the measures of some rows, by name."""
        size = self.sizes[queries.codes]
        return {"mv": 1 - size / self.sizes.max(), "cb": 1 - size / self.sizes.sum()}


def naive_bayes(features):
    """Choose the naive Bayes that suits some features.

    Parameters
    ----------
    features : ndarray or sparse matrix of shape (n_rows, n_features)
        Looked at, never changed.

    Returns
    -------
    classifier : GaussianNB, MultinomialNB, BernoulliNB or DummyClassifier
        Unfitted. Sparse features are counts, or if some are negative, present or not.
        Rows that are all the same leave the shares of the classes.
    """
    if not sparse.issparse(features):
        is_constant = (features == features[:1]).all()
        return DummyClassifier(strategy="prior") if is_constant else GaussianNB()
    is_count = features.nnz == 0 or features.data.min() >= 0
    return MultinomialNB() if is_count else BernoulliNB()


def relative_depths(depths, leaf):
    """Return the depth of leaves as a share of the greatest.

    Parameters
    ----------
    depths : ndarray of shape (n_nodes,)
        Depth of each node.
    leaf : ndarray of shape (n_rows,), dtype=int
        Leaf of each row.

    Returns
    -------
    share : ndarray of shape (n_rows,)
        0 for a tree without splits.
    """
    return depths[leaf] / max(depths.max(), 1)
