# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.neural.methods import TRevision
from tests._data import blobs
from tests.neural.methods._noisy_blobs import SKEWED, fitted, net, skewed_blobs


def test_no_noise_is_plain_training():
    X, y, _ = blobs(90, 3, noise=0.2)
    plain = fitted("ce", X, y).predict_proba(X)
    method = TRevision(np.eye(3), revision_share=0)
    np.testing.assert_allclose(fitted(method, X, y).predict_proba(X), plain, atol=1e-4)


def test_reweighting_finds_the_true_classes():
    X, y, truth = skewed_blobs()
    clf = fitted(TRevision(SKEWED), X, y, own=net(40))
    assert clf.predict_proba(X)[truth == 0, 0].mean() > 0.9
    assert clf.label_quality_[y != truth].mean() < 0.1


def test_the_matrix_moves_as_far_as_in_the_paper():
    X, y, _ = skewed_blobs(90)
    clf = fitted(TRevision(SKEWED), X, y)
    moved = abs(clf.transition_matrix_ - SKEWED).max()
    assert 0 < moved < 0.08
    np.testing.assert_allclose(clf.transition_matrix_.sum(axis=1), 1)
    further = fitted(TRevision(SKEWED, revision_lr=0.02), X, y)
    assert abs(further.transition_matrix_ - SKEWED).max() > moved
    assert (further.transition_matrix_ >= 0).all()
    still = fitted(TRevision(SKEWED, revision_share=0), X, y)
    np.testing.assert_allclose(still.transition_matrix_, SKEWED, atol=1e-7)


def test_two_classes_and_the_same_again():
    X, y, truth = blobs(120, 2, noise=0.2)
    names = np.array(["no", "yes"])
    first, second = [fitted(TRevision(), X, names[y]) for _ in range(2)]
    assert first.score(X, names[truth]) > 0.95
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match=r"revision_share=2 must be in \[0, 1\]"):
        fitted(TRevision(revision_share=2), X, y)
