# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknoisy.noise import AnchorPoints, PartDependentTransition

# Labels of rows that are all of one part, and all of the other one.
NOISE = np.array([[[0.95, 0.05], [0.05, 0.95]], [[0.6, 0.4], [0.3, 0.7]]])


def two_parts(n_samples=3000, seed=0):
    """Rows that mix two parts, each with its noise; return their matrices too."""
    rng = np.random.default_rng(seed)
    share = rng.beta(0.4, 0.4, size=n_samples)
    parts = np.array([[4, 3, 2, 0, 0, 0], [0, 0, 0, 1, 5, 2]]) / 4
    mixture = np.column_stack([1 - share, share])
    X = mixture @ parts + rng.uniform(0, 0.02, size=(n_samples, 6))
    matrices = np.tensordot(mixture, NOISE, axes=1)
    truth = rng.integers(0, 2, size=n_samples)
    given_one = matrices[np.arange(n_samples), truth, 1]
    y = (rng.random(n_samples) < given_one).astype(int)
    clean = np.eye(2)[truth]
    return X, y, np.einsum("ni,nij->nj", clean, matrices), matrices


def all_anchors(**params):
    """Take every row of a class for an anchor: predictions here are exact."""
    return PartDependentTransition(2, share=0.45, **params)


def test_rows_have_the_noise_of_their_parts():
    X, y, pred_proba, matrices = two_parts()
    model = all_anchors().fit(y, pred_proba, X=X)
    found = model.transition_matrices(X)
    np.testing.assert_allclose(found.sum(axis=2), 1)
    assert (found >= 0).all()
    error = np.abs(found - matrices).sum(axis=2).mean()
    common = AnchorPoints(share=0.45).fit(y, pred_proba).transition_matrix_
    assert error < 0.5 * np.abs(common - matrices).sum(axis=2).mean()


def test_evidence_is_that_of_the_matrices():
    X, y, pred_proba, _ = two_parts(400)
    model = all_anchors().fit(y, pred_proba, X=X)
    evidence = model.row_evidence(y[:50], X=X[:50])
    matrices = model.transition_matrices(X[:50])
    expected = np.log(matrices[np.arange(50), :, y[:50]])
    np.testing.assert_allclose(evidence, expected)
    trusted = np.arange(50) < 10
    sure = model.row_evidence(y[:50], X=X[:50], trusted=trusted)
    np.testing.assert_array_equal(sure[trusted].max(axis=1), 0)
    np.testing.assert_array_equal(sure[trusted].min(axis=1), -np.inf)


def test_one_part_is_one_matrix():
    X, y, pred_proba, _ = two_parts(400)
    model = PartDependentTransition(1, share=0.2).fit(y, pred_proba, X=X)
    common = AnchorPoints(share=0.2).fit(y, pred_proba).transition_matrix_
    np.testing.assert_allclose(model.transition_matrix_, common, atol=1e-6)


def test_strong_shrinkage_leaves_one_matrix():
    X, y, pred_proba, _ = two_parts(400)
    model = all_anchors(shrinkage=1e6).fit(y, pred_proba, X=X)
    spread = model.part_matrices_.max(axis=0) - model.part_matrices_.min(axis=0)
    assert spread.max() < 1e-3


def test_weights_repeat_rows():
    X, y, pred_proba, _ = two_parts(300)
    weight = np.random.default_rng(0).integers(0, 3, size=300)
    weight[[X[:, 0].argmax(), X[:, 4].argmax()]] = 1
    repeat = np.repeat(np.arange(300), weight)
    keep = FunctionTransformer()
    weighted = all_anchors(preprocessor=keep).fit(
        y, pred_proba, weight.astype(float), X=X
    )
    repeated = all_anchors(preprocessor=keep).fit(
        y[repeat], pred_proba[repeat], X=X[repeat]
    )
    np.testing.assert_allclose(
        weighted.transition_matrix_, repeated.transition_matrix_, atol=0.01
    )


def test_containers():
    X, y, pred_proba, _ = two_parts(300)
    dense = all_anchors().fit(y, pred_proba, X=X).transition_matrix_
    frame = all_anchors().fit(y, pred_proba, X=pd.DataFrame(X)).transition_matrix_
    np.testing.assert_allclose(frame, dense)
    sparse_X = sparse.csr_matrix(X)
    found = all_anchors().fit(y, pred_proba, X=sparse_X)
    assert found.transition_matrices(sparse_X).shape == (300, 2, 2)
    assert found.parts_.sum(axis=1) == pytest.approx(1)


def test_errors_name_the_fix():
    X, y, pred_proba, _ = two_parts(60)
    with pytest.raises(ValueError, match="cannot do without X"):
        PartDependentTransition().fit(y, pred_proba)
    with pytest.raises(ValueError, match="must not be negative"):
        all_anchors(preprocessor=StandardScaler()).fit(y, pred_proba, X=X)
    for unsuited in (np.where(X > 1, np.nan, X), [["red"]] * 60):
        with pytest.raises(ValueError, match="impute and encode X first"):
            all_anchors().fit(y, pred_proba, X=unsuited)
    with pytest.raises(ValueError, match="n_parts"):
        PartDependentTransition(0).fit(y, pred_proba, X=X)
    with pytest.raises(ValueError, match="share"):
        PartDependentTransition(share=1.5).fit(y, pred_proba, X=X)
    with pytest.raises(ValueError, match="above 0"):
        PartDependentTransition(shrinkage=0).fit(y, pred_proba, X=X)
    model = all_anchors().fit(y, pred_proba, X=X)
    with pytest.raises(ValueError, match="pass the rows"):
        model.row_evidence(y)
    with pytest.raises(ValueError, match="X has 3 rows and y has 60"):
        model.row_evidence(y, X=X[:3])
