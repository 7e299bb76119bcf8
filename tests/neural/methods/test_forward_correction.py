# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import GridSearchCV

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import ForwardCorrection
from sknoisy.noise import AnchorPoints
from tests._data import blobs
from tests.neural.methods._noisy_blobs import SKEWED, fitted, net, skewed_blobs


def test_no_noise_is_plain_training():
    X, y, _ = blobs(90, 3, noise=0.2)
    plain = fitted("ce", X, y).predict_proba(X)
    forward = fitted(ForwardCorrection(np.eye(3)), X, y).predict_proba(X)
    np.testing.assert_allclose(forward, plain, atol=1e-4)


def test_a_matrix_is_read_by_rows_of_true_classes():
    X, y, truth = skewed_blobs()
    clf = fitted(ForwardCorrection(SKEWED), X, y)
    np.testing.assert_allclose(clf.transition_matrix_, SKEWED, atol=1e-7)
    own = clf.predict_proba(X)[truth == 0, 0]
    plain = fitted("ce", X, y).predict_proba(X)[truth == 0, 0]
    assert own.mean() > 0.95
    assert plain.mean() < 0.7


def test_quality_is_the_posterior_of_the_given_label():
    X, y, truth = skewed_blobs()
    clf = fitted(ForwardCorrection(SKEWED), X, y)
    p = clf.predict_proba(X)
    rows = np.arange(len(y))
    expected = p[rows, y] * SKEWED[y, y] / (p @ SKEWED)[rows, y]
    np.testing.assert_allclose(clf.label_quality_, expected, atol=1e-4)
    assert clf.label_quality_[y != truth].mean() < 0.1


@pytest.mark.parametrize("estimator", [None, AnchorPoints()])
def test_an_estimated_matrix(estimator):
    X, y, truth = skewed_blobs()
    clf = fitted(ForwardCorrection(transition_estimator=estimator), X, y)
    assert abs(clf.transition_matrix_ - SKEWED).max() < 0.3
    assert clf.transition_matrix_[0, 1] > 0.2
    np.testing.assert_allclose(clf.transition_matrix_.sum(axis=1), 1)
    assert clf.score(X, truth) > 0.95


def test_trusted_rows_are_trained_on_their_label():
    X, y, truth = skewed_blobs()
    trusted = truth == 1
    method = ForwardCorrection(np.full((3, 3), 1 / 3))
    clf = fitted(method, X, np.where(trusted, truth, y), trusted=trusted)
    # The matrix says that the other labels mean nothing.
    assert (clf.predict(X)[trusted] == 1).all()
    assert (clf.label_quality_[trusted] == 1).all()


def test_in_one_batch_weights_are_repeated_rows():
    X, y, _ = skewed_blobs(60)
    weight = np.random.default_rng(0).integers(0, 4, 60)
    own, method = net(10, batch_size=-1), ForwardCorrection(SKEWED)
    weighted = fitted(method, X, y, own=own, sample_weight=weight)
    repeats = np.repeat(np.arange(60), weight)
    repeated = fitted(method, X[repeats], y[repeats], own=own)
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4
    )


def test_soft_targets_of_one_class_are_labels():
    X, y, _ = skewed_blobs(60)
    method = ForwardCorrection(SKEWED)
    soft = fitted(method, X, y, soft_targets=np.eye(3)[y]).predict_proba(X)
    np.testing.assert_allclose(soft, fitted(method, X, y).predict_proba(X), atol=1e-4)


def test_two_classes_with_names_and_sparse_rows():
    X, y, truth = blobs(120, 2, noise=0.2)
    names = np.array(["no", "yes"])
    X = sparse.csr_array(X)
    own = net(network="embedding_bag")
    clf = fitted(ForwardCorrection(), X, names[y], own=own)
    assert clf.score(X, names[truth]) > 0.95
    assert clf.transition_matrix_.shape == (2, 2)


def test_search_over_the_estimator():
    X, y, _ = skewed_blobs(120)
    clf = RobustNetClassifier(net(5), method=ForwardCorrection())
    grid = {"method__transition_estimator": [AnchorPoints(), None]}
    search = GridSearchCV(clf, grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_errors_name_the_fix():
    X, y, _ = skewed_blobs(60)
    with pytest.raises(ValueError, match="pass its transpose"):
        fitted(ForwardCorrection(SKEWED.T), X, y)
    with pytest.raises(ValueError, match="is for 2 classes but there are 3"):
        fitted(ForwardCorrection(np.eye(2)), X, y)
    with pytest.raises(ValueError, match=r"given the class\(es\) at place \[2\]"):
        fitted(ForwardCorrection([[1, 0, 0], [0, 1, 0], [0, 1, 0]]), X, y)
    with pytest.raises(TypeError, match=r"Write AnchorPoints\(\)"):
        fitted(ForwardCorrection(transition_estimator=AnchorPoints), X, y)
