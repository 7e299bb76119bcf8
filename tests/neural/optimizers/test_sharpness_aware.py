# SPDX-License-Identifier: BSD-3-Clause
import copy
import pickle

import numpy as np
import pytest
import torch
from skorch import NeuralNetClassifier
from torch import nn

from sknoisy.neural.optimizers import SAM, hold_running_statistics


def task():
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(40, 3, generator=generator, dtype=torch.float64)
    return X, (X[:, 0] > 0).long()


def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2)).double()


def closure_of(module, optimizer, X, y):
    def closure():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(module(X), y)
        loss.backward()
        return loss

    return closure


def train(module, optimizer, n_steps=5):
    closure = closure_of(module, optimizer, *task())
    return [optimizer.step(closure).item() for _ in range(n_steps)]


def weights_of(module):
    return nn.utils.parameters_to_vector(module.parameters()).detach()


@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize(
    "base, options",
    [(torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}), (torch.optim.Adam, {"lr": 0.01})],
)
def test_no_climb_is_the_step_of_the_base(base, options, adaptive):
    plain, ours = network(), network()
    losses = train(plain, base(plain.parameters(), **options))
    optimizer = SAM(ours.parameters(), base, rho=0.0, adaptive=adaptive, **options)
    assert train(ours, optimizer) == losses
    assert torch.equal(weights_of(ours), weights_of(plain))


@pytest.mark.parametrize("adaptive", [False, True])
def test_the_step_is_by_the_gradient_at_the_top(adaptive):
    rho, module = 0.3, network()
    X, y = task()
    start = weights_of(module)

    def gradient_at(weights):
        at = copy.deepcopy(module)
        nn.utils.vector_to_parameters(weights, at.parameters())
        nn.functional.cross_entropy(at(X), y).backward()
        return torch.cat([each.grad.ravel() for each in at.parameters()])

    slope = gradient_at(start)
    if adaptive:
        climb = rho * start**2 * slope / (start * slope).norm()
    else:
        climb = rho * slope / slope.norm()
        assert climb.norm() == pytest.approx(rho)
    optimizer = SAM(module.parameters(), lr=0.1, rho=rho, adaptive=adaptive)
    optimizer.step(closure_of(module, optimizer, X, y))
    expected = start - 0.1 * gradient_at(start + climb)
    torch.testing.assert_close(weights_of(module), expected)


def test_halves_of_a_step():
    X, y = task()
    whole, halves = network(), network()
    train(whole, SAM(whole.parameters(), lr=0.1), n_steps=3)
    optimizer = SAM(halves.parameters(), lr=0.1)
    for _ in range(3):
        nn.functional.cross_entropy(halves(X), y).backward()
        optimizer.first_step()
        assert all(each.grad is None for each in halves.parameters())
        nn.functional.cross_entropy(halves(X), y).backward()
        optimizer.second_step()
        optimizer.zero_grad()
    assert torch.equal(weights_of(halves), weights_of(whole))


def test_going_back_alone_leaves_the_weights_as_they_were():
    module, (X, y) = network(), task()
    before = weights_of(module)
    optimizer = SAM(module.parameters(), rho=0.1)
    nn.functional.cross_entropy(module(X), y).backward()
    optimizer.first_step()
    assert (weights_of(module) - before).norm() == pytest.approx(0.1)
    optimizer.go_back()
    assert torch.equal(weights_of(module), before)


def test_state_is_that_of_the_base():
    straight, broken = network(), network()
    options = {"lr": 0.1, "momentum": 0.9}
    train(straight, SAM(straight.parameters(), **options), n_steps=6)
    first = SAM(broken.parameters(), **options)
    train(broken, first, n_steps=3)
    second = SAM(broken.parameters(), lr=1.0)
    second.load_state_dict(first.state_dict())
    train(broken, second, n_steps=3)
    assert torch.equal(weights_of(broken), weights_of(straight))


def test_schedulers_reach_the_base():
    module = network()
    optimizer = SAM(module.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.0)
    train(module, optimizer, n_steps=1)
    scheduler.step()
    before = weights_of(module)
    train(module, optimizer, n_steps=1)
    assert torch.equal(weights_of(module), before)


def test_frozen_weights_stay():
    module = network()
    module[0].weight.requires_grad_(False)
    before = module[0].weight.clone()
    train(module, SAM(module.parameters(), lr=0.1))
    assert torch.equal(module[0].weight, before)


def test_skorch_trains_with_it():
    X, y = (each.numpy() for each in task())
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = NeuralNetClassifier(
            network,
            criterion=nn.CrossEntropyLoss,
            optimizer=SAM,
            optimizer__base_optimizer=torch.optim.Adam,
            optimizer__rho=0.1,
            lr=0.05,
            max_epochs=20,
            train_split=None,
            verbose=0,
        ).fit(X, y)
    assert net.score(X, y) > 0.95
    same = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(same.predict_proba(X), net.predict_proba(X))
    same.partial_fit(X, y)


@pytest.mark.parametrize("momentum", [0.1, None])
def test_running_statistics_are_held(momentum):
    layers = nn.Sequential(nn.BatchNorm1d(3, momentum=momentum), nn.Linear(3, 2))
    X = torch.randn(10, 3, generator=torch.Generator().manual_seed(0))
    expected = layers(X)
    kept = copy.deepcopy(layers[0].state_dict())
    with hold_running_statistics(layers) as same:
        torch.testing.assert_close(same(X), expected)
    for name, value in layers[0].state_dict().items():
        assert torch.equal(value, kept[name])
    layers(X + 1)
    assert not torch.equal(layers[0].running_mean, kept["running_mean"])


def test_running_statistics_are_let_go_after_an_error():
    layer = nn.BatchNorm1d(3)
    with pytest.raises(RuntimeError), hold_running_statistics(layer):
        raise RuntimeError
    assert layer.track_running_stats


def test_errors():
    module = network()
    with pytest.raises(ValueError, match="rho=-1 must be"):
        SAM(module.parameters(), lr=0.1, rho=-1)
    optimizer = SAM(module.parameters(), lr=0.1)
    with pytest.raises(TypeError, match="needs a closure"):
        optimizer.step()
    with pytest.raises(RuntimeError, match="no parameter has a gradient"):
        optimizer.first_step()
