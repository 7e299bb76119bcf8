# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from sklearn.base import clone

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import (
    BaseMethod,
    EarlyLearningRegularization,
    SharpnessAwareMinimization,
)
from tests._data import blobs


def net(max_epochs=8, **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


def weights(method, *, trusted=None, **params):
    X, y, _ = blobs(60, 3, noise=0.2)
    clf = RobustNetClassifier(net(**params), method=method).fit(X, y, trusted=trusted)
    return torch.nn.utils.parameters_to_vector(clf.net_.module_.parameters()).detach()


@pytest.mark.parametrize("base", [None, EarlyLearningRegularization()])
def test_without_a_climb_it_is_the_method_itself(base):
    own = SharpnessAwareMinimization(base, rho=0.0)
    params = {"module__dropout": 0.3, "module__batch_norm": True}
    assert torch.equal(weights(own, **params), weights(base or "ce", **params))


@pytest.mark.parametrize("adaptive", [False, True])
def test_a_step_is_that_of_the_gradient_uphill(adaptive):
    X, y, _ = blobs(60, 3, noise=0.2)
    params = {"optimizer": torch.optim.SGD, "batch_size": -1, "module__hidden": ()}
    start = weights("ce", **params, max_epochs=1, lr=0.0)
    moved = weights(
        SharpnessAwareMinimization(rho=0.5, adaptive=adaptive), **params, max_epochs=1
    )
    clf = RobustNetClassifier(net(**params), method="ce").fit(X, y)
    module, x = clf.net_.module_, torch.as_tensor(X, dtype=torch.float32)

    def gradient(at):
        torch.nn.utils.vector_to_parameters(at, module.parameters())
        loss = torch.nn.functional.cross_entropy(module(x), torch.as_tensor(y))
        grads = torch.autograd.grad(loss, list(module.parameters()))
        return torch.cat([each.ravel() for each in grads])

    slope, scale = gradient(start), start.abs() if adaptive else 1.0
    climb = 0.5 * scale**2 * slope / (scale * slope).norm()
    expected = start - 0.01 * gradient(start + climb)
    torch.testing.assert_close(moved, expected, atol=1e-6, rtol=1e-5)
    assert (moved - start + 0.01 * slope).norm() > 1e-4


def test_batch_normalization_counts_one_pass():
    X, y, _ = blobs(60, 3)
    own = net(3, module__batch_norm=True, lr=0.0)
    means = [
        RobustNetClassifier(own, method=each)
        .fit(X, y)
        .net_.module_.layers[1]
        .running_mean
        for each in (SharpnessAwareMinimization(rho=1e-6), "ce")
    ]
    torch.testing.assert_close(*means)


def test_what_the_method_knows_comes_through():
    X, y, truth = blobs(150, 3, noise=0.2)
    method = SharpnessAwareMinimization(EarlyLearningRegularization(), rho=0.1)
    clf = RobustNetClassifier(net(30), method=method).fit(X, y)
    assert clf.score(X, truth) > 0.95
    wrong = y != truth
    assert clf.label_quality_[wrong].mean() < clf.label_quality_[~wrong].mean() - 0.5
    assert clone(clf).get_params()["method__method__strength"] == 3.0


class TwoNetworks(BaseMethod):
    n_networks = 2

    def loss(self, run, batch):
        logits = [network(batch.x) for network in run.networks]
        return sum(
            torch.nn.functional.cross_entropy(each, batch.codes) for each in logits
        )


def test_each_of_two_networks_climbs():
    X, y, _ = blobs(60, 3)
    method = SharpnessAwareMinimization(TwoNetworks(), rho=0.1)
    clf = RobustNetClassifier(net(20), method=method).fit(X, y)
    assert len(clf.nets_) == 2
    assert clf.score(X, y) > 0.95


class OwnSteps(BaseMethod):
    def step(self, run, batch):
        raise AssertionError("never asked")


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    for method, error, message in (
        (SharpnessAwareMinimization("elr"), TypeError, "must be an object of"),
        (SharpnessAwareMinimization(OwnSteps()), TypeError, "OwnSteps makes steps of"),
        (SharpnessAwareMinimization(rho=-1), ValueError, "rho=-1 must be"),
    ):
        with pytest.raises(error, match=message):
            RobustNetClassifier(net(), method=method).fit(X, y)


def test_a_loss_that_is_no_number_is_not_passed_over():
    X, y, _ = blobs(30, 2)
    method = SharpnessAwareMinimization(rho=1e38)
    own = net(lr=1e30, optimizer=torch.optim.SGD)
    with pytest.raises(ValueError, match="SharpnessAwareMinimization"):
        RobustNetClassifier(own, method=method).fit(X, y)


def test_two_classes_words_and_weights():
    X, y, _ = blobs(60, 2)
    weight = np.random.default_rng(0).random(60)
    clf = RobustNetClassifier(net(20), method=SharpnessAwareMinimization())
    clf.fit(X, np.array(["no", "yes"])[y], sample_weight=weight)
    assert clf.score(X, np.array(["no", "yes"])[y]) > 0.95
