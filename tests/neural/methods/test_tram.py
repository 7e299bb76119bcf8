# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import TRAM
from tests._data import blobs


def net(max_epochs=20, network="tabular", **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(network, max_epochs=max_epochs, **params)


class Explaining(TRAM):
    """Keep the privileged head, and try it on new rows of both annotators."""

    def finish(self, run):
        X, _, _ = blobs(90, 3, seed=1)
        features, _ = run.network.features(torch.as_tensor(X, dtype=torch.float32))
        for careless in (0, 1):
            low, high = run.state.privileged[:, 1].aminmax()
            given = torch.zeros(90, 2)
            given[:, 1] = high if careless else low
            EXPLAINED[careless] = run.state.head(features, given).argmax(dim=1)


EXPLAINED = {}


def test_an_annotator_who_swaps_classes_is_seen_through():
    X, _, truth = blobs(300, 3)
    careless = np.random.default_rng(0).random(300) < 0.3
    y = np.where(careless, (truth + 1) % 3, truth)
    clf = RobustNetClassifier(net(), method=Explaining())
    clf.fit(X, y, privileged=careless[:, None])
    assert clf.score(X, truth) > 0.9
    expected = np.arange(90) % 3
    assert (EXPLAINED[0].numpy() == expected).mean() > 0.95
    assert (EXPLAINED[1].numpy() == (expected + 1) % 3).mean() > 0.95


class Gradients(TRAM):
    """Keep the gradients that each head gives to the features."""

    def loss(self, run, batch):
        loss = super().loss(run, batch)
        run.zero_grad()
        loss.backward(retain_graph=True)
        plain = torch.nn.functional.cross_entropy(run.network(batch.x), batch.codes)
        layers = [run.network.module.layers[0].weight, run.network.last_layer.weight]
        both = torch.autograd.grad(plain, layers)
        SEEN.append(
            [
                torch.allclose(layer.grad, each, atol=1e-6)
                for layer, each in zip(layers, both, strict=True)
            ]
        )
        return loss


SEEN = []


def test_the_head_that_predicts_does_not_shape_the_features():
    X, y, _ = blobs(90, 3, noise=0.2)
    SEEN.clear()
    RobustNetClassifier(net(2), method=Gradients()).fit(X, y)
    # The last layer learns as in plain training; those before it do not.
    assert SEEN == [[False, True]] * len(SEEN)


def test_scales_of_privileged_information_do_not_matter():
    X, y, _ = blobs(90, 3, noise=0.2)
    privileged = np.random.default_rng(0).normal(size=(90, 2))
    clf = RobustNetClassifier(net(5), method=TRAM())
    expected = clf.fit(X, y, privileged=privileged).predict_proba(X)
    other = privileged * [8.0, 0.5] + [16.0, -2.0]
    again = clf.fit(X, y, privileged=other).predict_proba(X)
    np.testing.assert_allclose(again, expected, atol=1e-3)
    assert not np.allclose(clf.fit(X, y).predict_proba(X), expected, atol=1e-3)


def test_without_wrong_labels_it_does_no_harm():
    X, y, _ = blobs(150, 3)
    clf = RobustNetClassifier(net(), method=TRAM())
    y = np.array(["a", "b", "c"])[y]
    assert clf.fit(X, y).score(X, y) > 0.98
    again = clone(clf).fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_sparse_rows_weights_and_two_classes():
    X, y, _ = blobs(90, 2)
    weight = np.random.default_rng(0).random(90)
    weight[:5] = 0
    own = net(network="embedding_bag")
    clf = RobustNetClassifier(own, method=TRAM())
    clf.fit(sparse.csr_array(X), y, weight, privileged=np.ones((90, 1)))
    assert clf.score(sparse.csr_array(X), y) > 0.9


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match=r"write fit\(X, y, privileged=...\)"):
        RobustNetClassifier(net(), method=TRAM(n_random=0)).fit(X, y)
    with pytest.raises(ValueError, match="n_units=0 must be a whole number"):
        RobustNetClassifier(net(), method=TRAM(n_units=0)).fit(X, y)
