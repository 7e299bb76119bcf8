# SPDX-License-Identifier: BSD-3-Clause
"""Derivatives of a step that is not taken, beside those of taking it."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy import sparse
from torch.nn.functional import cross_entropy

from sknoisy.neural._network import Network
from sknoisy.neural._rows import to_device
from sknoisy.neural.methods._look_ahead import (
    derivative_along,
    gradient_of,
    parameters_of,
    slopes_after_step,
    step_down,
)
from tests.neural.methods._noisy_blobs import net

RATE = 0.3


@dataclass
class Rows:
    """As much of a batch as is needed."""

    x: torch.Tensor
    codes: torch.Tensor
    is_soft: bool = False

    def mean(self, losses):
        return losses.mean()


def network(kind="tabular", dtype=torch.float64, **params):
    torch.manual_seed(0)
    own = net(1, kind, module__n_features=4, module__n_classes=3, lr=RATE, **params)
    made = Network(own.initialize())
    made.module.to(dtype).train()
    return made


def rows(seed, n=8):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)) * (rng.random((n, 4)) < 0.7)
    return Rows(torch.from_numpy(X), torch.from_numpy(rng.integers(3, size=n)))


def loss_after(made, batch, judge, weights):
    """Make the step, and differentiate through it."""
    here = {k: v.detach().requires_grad_() for k, v in parameters_of(made).items()}
    losses = cross_entropy(
        made.with_parameters(here, batch.x), batch.codes, reduction="none"
    )
    grads = torch.autograd.grad(
        (weights * losses).mean(), list(here.values()), create_graph=True
    )
    there = step_down(here, dict(zip(here, grads, strict=True)), RATE)
    return cross_entropy(made.with_parameters(there, judge.x), judge.codes)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_slopes_are_those_of_the_step(batch_norm):
    made, batch, judge = network(module__batch_norm=batch_norm), rows(0), rows(1)
    weights = torch.linspace(0.2, 1.0, 8, dtype=torch.float64, requires_grad=True)
    loss = loss_after(made, batch, judge, weights)
    (expected,) = torch.autograd.grad(loss, weights)
    losses, slopes = slopes_after_step(made, batch, judge, lambda losses: weights)
    torch.testing.assert_close(-slopes / 8, expected)
    plain = cross_entropy(made(batch.x), batch.codes, reduction="none")
    torch.testing.assert_close(losses, plain.detach())


def test_slopes_are_finite_differences():
    made, batch, judge = network(), rows(0), rows(1)
    weights = torch.ones(8, dtype=torch.float64)
    _, slopes = slopes_after_step(made, batch, judge, lambda losses: weights)
    for i in range(8):
        change = torch.zeros(8, dtype=torch.float64)
        change[i] = 1e-5
        above, below = [
            loss_after(made, batch, judge, weights + sign * change) for sign in (1, -1)
        ]
        assert abs((above - below).item() / 2e-5 + slopes[i].item() / 8) < 1e-8


def test_the_network_stays_as_it_is():
    made = network(module__batch_norm=True, module__dropout=0.5)
    before = {name: each.clone() for name, each in made.module.state_dict().items()}
    slopes_after_step(made, rows(0), rows(1), torch.ones_like)
    for name, each in made.module.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(each, before[name])
    assert all(each.grad is None for each in made.parameters())


def test_sparse_rows_by_a_difference():
    batch, judge = rows(0), rows(1)
    made = network("embedding_bag", module__hidden=())
    here = parameters_of(made)
    direction = gradient_of(made, here, judge)

    def losses(logits):
        return cross_entropy(logits, batch.codes, reduction="none")

    value, slopes = derivative_along(made, here, direction, batch.x, losses)
    x = to_device(sparse.csr_array(batch.x.numpy()), "cpu").take(torch.arange(8))
    near, difference = derivative_along(made, here, direction, x, losses)
    torch.testing.assert_close(difference, slopes, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(near, value, rtol=1e-3, atol=1e-4)


def test_a_difference_drops_the_same_units_twice():
    made = network("embedding_bag", dtype=torch.float32, module__dropout=0.5)
    batch = rows(0)
    x = to_device(sparse.csr_array(batch.x.float().numpy()), "cpu").take(
        torch.arange(8)
    )
    here = parameters_of(made)
    still = {name: torch.zeros_like(each) for name, each in here.items()}
    _, difference = derivative_along(made, here, still, x, torch.sum)
    assert difference == 0


def test_parameters_outside_the_graph():
    made = network()
    for name, each in parameters_of(made, copy=True).items():
        own = dict(made.module.named_parameters())[name]
        assert torch.equal(each, own) and each.data_ptr() != own.data_ptr()
    own = next(made.module.parameters())
    own.requires_grad_(False)
    assert len(parameters_of(made)) == len(list(made.module.parameters())) - 1
