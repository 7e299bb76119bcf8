# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse, stats

from sknoisy.detection._pruned_tree import PrunedTree, _expected_errors, node_depths
from tests._data import blobs


def n_leaves(tree, X):
    return len(np.unique(tree.apply(X)))


def test_pure_noise_grows_no_tree():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 5)), rng.integers(0, 2, 200)
    tree = PrunedTree(random_state=0).fit(X, y)
    assert tree.tree_.get_n_leaves() > 30
    assert n_leaves(tree, X) < 10


def test_one_clear_split_is_kept():
    X = np.arange(40.0)[:, None]
    y = np.where(X[:, 0] < 17, "low", "high")
    tree = PrunedTree(random_state=0).fit(X, y)
    assert n_leaves(tree, X) == 2
    assert (tree.predict(X) == y).all()


def test_wrong_labels_are_not_memorised():
    X, given, truth = blobs(300, noise=0.1)
    tree = PrunedTree(random_state=0).fit(X, given)
    assert (tree.predict(X) == truth).mean() > 0.97


def test_upper_limit_is_that_of_the_binomial_distribution():
    X, y = np.zeros((16, 1)), np.r_[np.zeros(15), 1]
    tree = PrunedTree(random_state=0).fit(X, y)
    errors = _expected_errors(tree.tree_.tree_)[0]
    # One error in sixteen rows; the pessimistic rate leaves a chance of 25 %.
    assert stats.binom.cdf(1, 16, errors / 16) == pytest.approx(0.25)
    np.testing.assert_allclose(tree.predict_proba(X), [[15 / 16, 1 / 16]] * 16)


def test_a_leaf_without_errors_is_expected_to_make_some():
    tree = PrunedTree(random_state=0).fit(np.r_[0.0, 0, 9, 9][:, None], [0, 0, 1, 1])
    # Quinlan's example: no errors in two rows have an upper limit of one half.
    np.testing.assert_allclose(_expected_errors(tree.tree_.tree_)[1:], 2 * 0.5)


def test_weights_equal_repeated_rows():
    X, y, _ = blobs(120, noise=0.15, spread=3.0)
    weight = np.random.default_rng(1).integers(1, 4, 120)
    weighted = PrunedTree(random_state=0).fit(X, y, weight.astype(float))
    repeat = np.repeat(np.arange(120), weight)
    repeated = PrunedTree(random_state=0).fit(X[repeat], y[repeat])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X))


def test_the_scale_of_small_weights_does_not_matter():
    X, y, _ = blobs(120, noise=0.15)
    one = PrunedTree(random_state=0).fit(X, y)
    small = PrunedTree(random_state=0).fit(X, y, np.full(120, 1e-3))
    np.testing.assert_allclose(one.predict_proba(X), small.predict_proba(X))


def test_sparse_features_give_the_same_tree():
    rng = np.random.default_rng(0)
    X = np.where(rng.random((150, 4)) < 0.4, rng.integers(1, 4, (150, 4)), 0.0)
    y = (X[:, 0] > 0).astype(int)
    dense = PrunedTree(random_state=0).fit(X, y)
    from_sparse = PrunedTree(random_state=0).fit(sparse.csr_matrix(X), y)
    np.testing.assert_array_equal(dense.predict(X), from_sparse.predict(X))


def test_depths_count_the_splits_above():
    X = np.arange(90.0)[:, None]
    tree = PrunedTree(random_state=0).fit(X, np.arange(90) // 30)
    depths = node_depths(tree.tree_.tree_)
    assert sorted(np.unique(depths[tree.apply(X)])) == [1, 2]
    assert depths[0] == 0
