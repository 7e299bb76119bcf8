# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from scipy import sparse

from sknoisy.neural.methods import SelfTaughtRescaling
from sknoisy.neural.methods._self_taught_rescaling import signals_of
from tests._data import blobs
from tests.neural.methods._noisy_blobs import fitted, net


def test_signals():
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3]]))
    found = signals_of(logits, torch.tensor([1, 2]))
    entropy = -sum(p * np.log(p) for p in (0.5, 0.3, 0.2)) / np.log(3)
    expected = [[-np.log(0.3) / np.log(3), 0.3, -0.2, entropy, 0], [1, 1 / 3, 0, 1, 1]]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float32))


def test_wrong_labels_get_the_smaller_weights():
    X, y, truth = blobs(300, 3, noise=0.3, spread=1.5)
    clf = fitted(SelfTaughtRescaling(lr=0.01), X, y)
    wrong = y != truth
    assert clf.label_quality_[~wrong].mean() > clf.label_quality_[wrong].mean() + 0.1
    plain = fitted("ce", X, y)
    own, other = [
        each.predict_proba(X)[np.arange(300), truth].mean() for each in (clf, plain)
    ]
    assert own > other


@pytest.mark.parametrize("params", [{"min_weight": 1.0}, {"warm_up": 99}])
def test_equal_weights_are_plain_training(params):
    X, y, _ = blobs(90, 3, noise=0.2)
    method = SelfTaughtRescaling(**params)
    own = net(5, batch_size=-1)
    np.testing.assert_allclose(
        fitted(method, X, y, own=own).predict_proba(X),
        fitted("ce", X, y, own=own).predict_proba(X),
        atol=1e-4,
    )


def test_without_noise_as_good_as_plain_training():
    X, _, truth = blobs(150, 3)
    assert fitted(SelfTaughtRescaling(), X, truth).score(X, truth) > 0.98


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_two_classes_trusted_rows_and_the_same_again(kind):
    X, y, truth = blobs(120, 2, noise=0.2)
    X = kind(X)
    names = np.array(["no", "yes"])
    trusted = y == truth
    own = net(10, "tabular" if kind is np.asarray else "embedding_bag")
    first, second = [
        fitted(SelfTaughtRescaling(), X, names[y], own=own, trusted=trusted)
        for _ in range(2)
    ]
    assert first.score(X, names[truth]) > 0.95
    assert (first.label_quality_[trusted] == 1).all()
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    for params, match in (
        ({"min_weight": 0.0}, r"min_weight=0.0 must be in \(0, 1\]"),
        ({"n_hidden": 0}, "n_hidden=0"),
        ({"warm_up": -1}, "warm_up=-1"),
    ):
        with pytest.raises(ValueError, match=match):
            fitted(SelfTaughtRescaling(**params), X, y)
