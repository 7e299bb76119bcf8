# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.boosting._leaves import lightgbm_leaves
from tests._data import blobs

lightgbm = pytest.importorskip("lightgbm")


@pytest.mark.parametrize(("n_classes", "n_trees"), [(2, 4), (3, 12)])
def test_one_column_for_each_tree(n_classes, n_trees):
    X, y, _ = blobs(90, n_classes)
    model = lightgbm.LGBMClassifier(n_estimators=4, num_leaves=3, verbose=-1).fit(X, y)
    leaves = lightgbm_leaves(model, X)
    assert leaves.shape == (90, n_trees)
    assert leaves.min() == 0
    assert leaves.max() <= 2


def test_a_single_row_is_a_row():
    X, y, _ = blobs(90, 2)
    model = lightgbm.LGBMClassifier(n_estimators=4, num_leaves=3, verbose=-1).fit(X, y)
    one = lightgbm_leaves(model, X[:1])
    np.testing.assert_array_equal(one, lightgbm_leaves(model, X)[:1])
