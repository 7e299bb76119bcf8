# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sknoisy.detection import instance_hardness
from sknoisy.detection._hardness_models import naive_bayes
from tests._data import blobs


@pytest.fixture(scope="module")
def data():
    X, y, _ = blobs(120, 3, noise=0.1, spread=2.0)
    return StandardScaler().fit_transform(X), y


def test_leaves_of_a_full_tree(data):
    X, y = data
    measured = instance_hardness(X, y, measures=("ds", "td_u"))
    # A wrong label among right ones ends in a leaf of its own, deep down.
    assert measured["ds"].max() == 1
    assert measured["ds"].min() == 0
    assert measured["td_u"].max() == 1
    sizes = 1 - measured["ds"]
    tree = DecisionTreeClassifier(random_state=0).fit(X, y)
    counts = np.unique(tree.apply(X), return_counts=True)[1]
    assert sorted(np.unique(sizes)) == pytest.approx(
        np.unique((counts - 1) / (counts.max() - 1))
    )


def test_leaves_of_a_pruned_tree(data):
    X, y = data
    measured = instance_hardness(X, y, measures=("dcp", "td_p"))
    agrees = np.array([np.mean(measured["dcp"] == value) for value in measured["dcp"]])
    assert measured["dcp"].max() > 0.8
    assert agrees.min() > 0
    assert set(np.unique(measured["td_p"])) <= {0.25, 0.5, 0.75, 1.0, 1 / 3, 2 / 3}


def test_posterior_of_naive_bayes(data):
    X, y = data
    measured = instance_hardness(X, y, measures=("cl", "cld"))
    posterior = GaussianNB().fit(X, y).predict_proba(X)
    own = posterior[np.arange(120), y]
    np.testing.assert_allclose(measured["cl"], 1 - own, atol=1e-7)
    posterior[np.arange(120), y] = 0
    lead = own - posterior.max(axis=1)
    np.testing.assert_allclose(measured["cld"], (1 - lead) / 2, atol=1e-7)


@pytest.mark.parametrize(
    "features, expected",
    [
        (np.eye(2), GaussianNB),
        (np.ones((2, 2)), DummyClassifier),
        (sparse.csr_matrix([[1.0, 0.0]]), MultinomialNB),
        (sparse.csr_matrix([[1.0, -1.0]]), BernoulliNB),
        (sparse.csr_matrix((2, 2)), MultinomialNB),
    ],
)
def test_naive_bayes_suits_the_features(features, expected):
    assert isinstance(naive_bayes(features), expected)


def test_rows_of_small_classes_are_hard():
    X, y, _ = blobs(40, 2)
    y[:10] = 2
    sizes = np.bincount(y)[y]
    measured = instance_hardness(X, y, measures=("mv", "cb"))
    np.testing.assert_allclose(measured["mv"], 1 - sizes / sizes.max())
    np.testing.assert_allclose(measured["cb"], 1 - sizes / 40)


def test_a_tree_without_splits_has_no_depth():
    X = np.zeros((12, 2))
    X[0, 0] = 1.0
    measured = instance_hardness(X, np.arange(12) % 2, measures=("ds", "td_p", "dcp"))
    np.testing.assert_array_equal(measured["td_p"], 0)
    np.testing.assert_allclose(measured["dcp"], 0.5)
