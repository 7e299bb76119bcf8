# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier

from sknoisy.detection._leaves import LeafEncoder, tree_leaves
from tests._data import blobs

ENSEMBLES = [
    (DecisionTreeClassifier(max_leaf_nodes=4, random_state=0), 1),
    (RandomForestClassifier(5, max_leaf_nodes=4, random_state=0), 5),
    (ExtraTreesClassifier(5, max_leaf_nodes=4, random_state=0), 5),
    (GradientBoostingClassifier(n_estimators=4, random_state=0), 12),
]


@pytest.mark.parametrize(("ensemble", "n_trees"), ENSEMBLES)
def test_leaves_tell_what_is_predicted(ensemble, n_trees):
    X, y, _ = blobs(60, 3, spread=3.0)
    ensemble.fit(X, y)
    leaves = tree_leaves(ensemble, X)
    assert leaves.shape == (60, n_trees)
    _, first, copy_of = np.unique(
        leaves, axis=0, return_index=True, return_inverse=True
    )
    proba = ensemble.predict_proba(X)
    np.testing.assert_allclose(proba, proba[first[copy_of.ravel()]])


def test_lightgbm_joins_when_it_is_met():
    lightgbm = pytest.importorskip("lightgbm")
    X, y, _ = blobs(90, 3)
    model = lightgbm.LGBMClassifier(n_estimators=4, num_leaves=3, verbose=-1)
    leaves = tree_leaves(model.fit(X, y), X)
    assert leaves.shape == (90, 12)
    assert leaves.max() <= 2


def test_encoder_has_one_entry_for_each_tree():
    X, y, _ = blobs(60, 3, spread=3.0)
    forest = RandomForestClassifier(8, max_leaf_nodes=5, random_state=0)
    encoder = LeafEncoder(forest).fit(X, y)
    encoded = encoder.transform(X)
    assert encoded.shape[1] == 40
    np.testing.assert_allclose(encoded.multiply(encoded).sum(axis=1), 1.0)
    leaves = tree_leaves(encoder.ensemble_, X)
    shared = (leaves[:, None] == leaves[None]).mean(axis=2)
    np.testing.assert_allclose((encoded @ encoded.T).toarray(), shared)


def test_other_estimators_are_told_how_to_join():
    X, y, _ = blobs(60, 3)
    model = HistGradientBoostingClassifier(max_iter=2).fit(X, y)
    with pytest.raises(TypeError, match=r"tree_leaves\.register"):
        tree_leaves(model, X)


def test_others_can_join():
    class Stump:
        pass

    tree_leaves.register(Stump, lambda ensemble, X: np.asarray(X) > 0)
    assert tree_leaves(Stump(), [[1], [-1]]).tolist() == [[True], [False]]
