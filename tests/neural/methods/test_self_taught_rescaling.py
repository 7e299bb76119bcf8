# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from sknoisy.neural.methods import SelfTaughtRescaling
from sknoisy.neural.methods._look_ahead import parameters_of, step_down
from sknoisy.neural.methods._self_taught_rescaling import signals_of
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits
from tests.neural.methods._noisy_blobs import fitted, net

# The small network makes too few steps here for its usual rate.
QUICK = SelfTaughtRescaling(lr=0.01)


class Recorded(SelfTaughtRescaling):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


class Untaught(SelfTaughtRescaling):
    """All rows have one weight, and keep it."""

    def start(self, run):
        super().start(run)
        for each in run.state.rescaler.parameters():
            torch.nn.init.zeros_(each)

    def _learn_to_rescale(self, run, batch):
        pass


@pytest.fixture
def halfway():
    X, y, _ = blobs(90, 3, noise=0.3, spread=1.5)
    weight = np.linspace(0.5, 1.5, 90)
    method = Recorded(lr=0.01, entropy=0.5)
    own = net(3, optimizer=torch.optim.SGD, lr=0.3, module__dropout=0.0)
    fitted(method, X, y, own=own, sample_weight=weight)
    run = Recorded.seen
    for name in ("signals", "visited"):
        setattr(run.state, name, getattr(run.state, name).double())
    run.state.rescaler.double()
    run.weight = run.weight.double()
    run.network.module.double().train()
    run.rows.values = run.rows.values.double()
    return method, run


def test_signals():
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3]]))
    found = signals_of(logits, torch.tensor([1, 2]))
    entropy = -sum(p * np.log(p) for p in (0.5, 0.3, 0.2)) / np.log(3)
    expected = [[-np.log(0.3) / np.log(3), 0.3, -0.2, entropy, 0], [1, 1 / 3, 0, 1, 1]]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float32))


def loss_after_the_step(run, batch, judge, entropy):
    """Weigh, make the step, weigh again, and keep all of it in the graph."""
    weights, judging = (
        0.05 + 0.95 * run.state.rescaler(run.state.signals[rows.index]).ravel()
        for rows in (batch, judge)
    )
    weights = weights * batch.weight.mean() / (weights * batch.weight).mean()
    judging = judging * judge.weight.mean() / (judging * judge.weight).mean()
    here = {k: v.requires_grad_() for k, v in parameters_of(run.network).items()}
    logits = run.network.with_parameters(here, batch.x)
    losses = cross_entropy(logits, batch.codes, reduction="none")
    grads = torch.autograd.grad(
        (batch.weight * weights * losses).mean(), here.values(), create_graph=True
    )
    there = step_down(here, dict(zip(here, grads, strict=True)), 0.3)
    logits = run.network.with_parameters(there, judge.x)
    losses = cross_entropy(logits, judge.codes, reduction="none")
    return (judge.weight * judging * (losses + entropy * judging.log())).mean()


def test_the_small_network_follows_the_gradient_of_the_loss_after_the_step(halfway):
    method, run = halfway
    batch, judge = run.take(torch.arange(30)), run.take(torch.arange(30, 60))
    parameters = list(run.state.rescaler.parameters())
    found = torch.autograd.grad(method._objective(run, batch, judge), parameters)
    loss = loss_after_the_step(run, batch, judge, 0.5)
    expected = torch.autograd.grad(loss, parameters)
    for one, other in zip(found, expected, strict=True):
        assert other.abs().max() > 1e-5
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    "check",
    [
        fits.assert_learns_strings_reproducibly,
        fits.assert_does_no_harm,
        fits.assert_takes_sparse_rows,
        fits.assert_ranks_wrong_labels_low,
        fits.assert_keeps_a_rare_class,
        fits.assert_names_itself_when_it_diverges,
    ],
)
def test_fits(check):
    check(QUICK)


def test_it_believes_the_truth_more_than_plain_training_does():
    X, y, truth = blobs(300, 3, noise=0.3, spread=1.5)
    own, plain = [
        fitted(each, X, y).predict_proba(X)[np.arange(300), truth].mean()
        for each in (QUICK, "ce")
    ]
    assert own > plain + 0.1


def test_equal_weights_are_plain_training():
    X, y, _ = blobs(90, 3, noise=0.2)
    own, plain = [
        fitted(each, X, y, own=net(5)).predict_proba(X) for each in (Untaught(), "ce")
    ]
    np.testing.assert_allclose(own, plain, atol=1e-5)


def test_nothing_is_rescaled_in_the_warm_up():
    X, y, _ = blobs(30, 3)
    taught = set()

    class Watched(SelfTaughtRescaling):
        def _learn_to_rescale(self, run, batch):
            taught.add(run.epoch)

    fitted(Watched(warm_up=2), X, y, own=net(5))
    assert taught == {2, 3, 4}


def test_the_signals_are_running_averages():
    X, y, _ = blobs(30, 3)
    fitted(Recorded(), X, y, own=net(1))
    run, method = Recorded.seen, Recorded()
    batch = run.take(torch.arange(2))
    run.state.signals.zero_()
    run.state.visited[:] = torch.arange(30) % 2
    method._remember(run, batch, torch.ones(2, 5))
    assert run.state.signals[:3, 0].tolist() == pytest.approx([1.0, 0.1, 0.0])


def test_trusted_rows_have_the_largest_weight():
    X, y, truth = blobs(150, 3, noise=0.3)
    trusted = (y == truth) & (np.arange(150) % 3 == 0)
    clf = fitted(QUICK, X, y, trusted=trusted)
    assert (clf.label_quality_[trusted] == 1).all()
    assert clf.label_quality_[~trusted].max() < 1


@pytest.mark.parametrize(
    "params", [{"n_hidden": 0}, {"entropy": -0.1}, {"warm_up": -1}, {"warm_up": 1.0}]
)
def test_errors_name_the_fix(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    with pytest.raises(ValueError, match=f"{name}="):
        fitted(SelfTaughtRescaling(**params), X, y)
