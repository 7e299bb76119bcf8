# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsTransformer

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise import HOC, inject_noise_from_matrix
from tests._data import blobs

T = np.array([[0.7, 0.3, 0.0], [0.0, 0.8, 0.2], [0.1, 0.0, 0.9]])


def noisy_blobs(n_samples=1500, seed=0):
    X, _, truth = blobs(n_samples, seed=seed)
    return X, inject_noise_from_matrix(truth, T, random_state=seed).y, truth


X, Y, TRUTH = noisy_blobs()
FIT = HOC().fit(Y, X=X)


def test_noise_of_clusters_is_found_without_predictions():
    assert np.abs(FIT.transition_matrix_ - T).sum(axis=1).mean() < 0.15
    np.testing.assert_allclose(FIT.class_prior_, 1 / 3, atol=0.06)
    assert FIT.noise_rate_ == pytest.approx((Y != TRUTH).mean(), abs=0.06)
    assert FIT.consensus_shares_.sum() == pytest.approx(1)
    assert not hasattr(FIT, "clusterability_")


@pytest.mark.parametrize(
    "graph",
    [
        KNeighborsTransformer(n_neighbors=5).fit_transform(X),
        KNeighborsTransformer(n_neighbors=2, mode="distance").fit_transform(X).tocsc(),
        np.linalg.norm(X[:, None] - X, axis=2),
    ],
    ids=["five", "two", "dense"],
)
def test_distances_may_be_there_already(graph):
    model = HOC(metric="precomputed").fit(Y, X=graph)
    direct = HOC(preprocessor="passthrough").fit(Y, X=X)
    if not sparse.issparse(graph) or graph.nnz == 3 * len(Y):
        expected = direct.transition_matrix_
        np.testing.assert_allclose(model.transition_matrix_, expected, atol=1e-4)
    assert np.abs(model.transition_matrix_ - T).sum(axis=1).mean() < 0.2


def test_rows_without_weight_are_nobodys_neighbours():
    kept = np.arange(len(Y)) % 4 > 0
    labels = np.where(kept, Y, 0)
    weighted = HOC().fit(labels, sample_weight=kept.astype(float), X=X)
    dropped = HOC().fit(Y[kept], X=X[kept])
    np.testing.assert_allclose(weighted.consensus_shares_, dropped.consensus_shares_)
    graph = np.linalg.norm(X[:, None] - X, axis=2)
    trusted = HOC(metric="precomputed").fit(labels, X=graph, trusted=~kept)
    raw = HOC(preprocessor="passthrough").fit(Y[kept], X=X[kept])
    np.testing.assert_allclose(trusted.consensus_shares_, raw.consensus_shares_)


def test_labels_of_any_kind_and_containers():
    names = np.array(["x", "y", "z"])
    frame = pd.DataFrame(X, columns=["u", "v"]).assign(kind=names[TRUTH])
    by_frame = HOC().fit(names[Y], X=frame)
    np.testing.assert_array_equal(by_frame.classes_, names)
    assert np.abs(by_frame.transition_matrix_ - T).sum(axis=1).mean() < 0.15
    by_sparse = HOC(preprocessor="passthrough").fit(Y, X=sparse.csr_matrix(X))
    by_array = HOC(preprocessor="passthrough").fit(Y, X=X)
    np.testing.assert_allclose(
        by_sparse.transition_matrix_, by_array.transition_matrix_, atol=1e-3
    )
    HOC(preprocessor=PCA(1)).fit(Y, X=X)


def test_texts_have_neighbours():
    words = np.array(["apple pear plum", "car bus train", "red green blue"])
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.permutation(words[t].split())[:2]) for t in TRUTH[:300]]
    model = HOC().fit(Y[:300], X=texts)
    assert model.noise_rate_ == pytest.approx(0.2, abs=0.15)


def test_near_rows_of_other_classes_are_warned_of():
    proba = np.eye(3)[TRUTH]
    assert HOC().fit(Y, proba, X=X).clusterability_ > 0.99
    stranger = np.arange(len(Y)) % 8 == 0
    mixed = np.where(stranger[:, None], np.roll(X, 1, axis=0), X)
    with pytest.warns(NoiseModelWarning, match="both of their nearest"):
        model = HOC().fit(Y, proba, X=mixed)
    assert model.clusterability_ < 0.9


def test_errors_name_the_fix():
    with pytest.raises(ValueError, match=r"cannot do without X; write fit\(y, X=X\)"):
        HOC().fit(Y)
    with pytest.raises(ValueError, match="X has 3 rows"):
        HOC().fit(Y, X=X[:3])
    with pytest.raises(ValueError, match="between all rows"):
        HOC(metric="precomputed").fit(Y, X=X)
    with pytest.raises(ValueError, match="is not known; give a transformer"):
        HOC(preprocessor="pca").fit(Y, X=X)
    with pytest.raises(ValueError, match="3 rows with weight"):
        HOC().fit([0, 1], X=X[:2])
    with pytest.raises(ValueError, match="no row has two neighbours"):
        HOC(metric="precomputed").fit(Y, X=sparse.eye_array(len(Y)).tocsr())
    with pytest.raises(ValueError, match="are too many"):
        HOC().fit(np.arange(202) % 101, X=np.zeros((202, 1)))
