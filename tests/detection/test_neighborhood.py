# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import pairwise_distances

from sknoisy.detection._hardness_queries import Queries, new_queries
from sknoisy.detection._neighborhood import Neighborhood


def queries(X, codes, kin=None, weight=None):
    n_rows = len(codes)
    return Queries(
        features=X,
        codes=np.asarray(codes),
        weight=np.ones(n_rows) if weight is None else weight,
        kin=(np.arange(n_rows),) if kin is None else kin,
        places=np.arange(n_rows),
    )


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).random((30, 3))


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_the_nearest_others_are_found(points, container):
    judges = queries(container(points), np.arange(30) % 2)
    nearest, counts = Neighborhood(judges, "euclidean").nearest(judges, 4)
    distances = pairwise_distances(points) + np.diag(np.full(30, np.inf))
    expected = np.argsort(distances, axis=1)[:, :4]
    np.testing.assert_array_equal(np.sort(nearest), np.sort(expected))
    assert counts.all()


def test_sparse_features_are_compared_by_their_angle(points):
    codes = np.arange(30) % 2
    assert Neighborhood(queries(points, codes)).metric == "euclidean"
    assert Neighborhood(queries(sparse.csr_matrix(points), codes)).metric == "cosine"


def test_kin_of_any_kind_are_left_out():
    X = np.arange(5.0)[:, None]
    kin = (np.arange(5), np.array([0, 0, 1, 2, 3]))
    judges = queries(X, np.zeros(5, dtype=int), kin)
    nearest, counts = Neighborhood(judges).nearest(judges, 1)
    assert nearest[0] == 2
    nearest, counts = Neighborhood(judges).nearest(judges, 5)
    np.testing.assert_array_equal(counts.sum(axis=1), [3, 3, 4, 4, 4])


def test_shares_count_weights():
    X = np.array([0.0, 1.0, 2.0, 50.0])[:, None]
    judges = queries(X, [0, 1, 0, 1], weight=np.array([1.0, 3.0, 1.0, 1.0]))
    new = new_queries(np.array([[0.5]]), np.array([0]), 1)
    shares = Neighborhood(judges).shares(new, 3, 3)
    np.testing.assert_allclose(shares, [[0.4, 0.6, 0.0]])


def test_rows_without_neighbours_have_even_shares():
    judges = queries(np.zeros((2, 1)), [0, 1], kin=(np.zeros(2, dtype=int),))
    np.testing.assert_allclose(Neighborhood(judges).shares(judges, 3, 2), 0.5)
