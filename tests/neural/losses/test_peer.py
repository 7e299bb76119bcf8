# SPDX-License-Identifier: BSD-3-Clause
import copy
import pickle

import numpy as np
import pytest
import torch

from sknoisy.neural.losses import PeerLoss, SoftmaxCrossEntropy
from tests.neural.losses._cases import gradient, problem, ready, soft_labels

PRIOR = np.array([0.5, 0.2, 0.2, 0.1])


def test_gradient_without_drawing():
    logits, target = problem(20, 4)
    p, given_class = logits.softmax(dim=1), torch.nn.functional.one_hot(target, 4)
    loss = ready(PeerLoss(alpha=0.6, class_prior=PRIOR, eps=0.0))
    expected = (1 - 0.6) * p - (given_class - 0.6 * torch.from_numpy(PRIOR))
    torch.testing.assert_close(gradient(loss, logits, target), expected)
    loss.set_params(class_prior=torch.from_numpy(PRIOR))
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_no_weight_is_cross_entropy():
    logits, target = problem(20, 4)
    expected = SoftmaxCrossEntropy()(logits, target)
    torch.testing.assert_close(PeerLoss(alpha=0)(logits, target), expected)


@pytest.mark.parametrize("soft", [False, True])
def test_drawing_comes_to_the_same_on_average(soft):
    logits, target = problem(40, 4)
    shares = torch.nn.functional.one_hot(target, 4).double()
    if soft:
        target = shares = soft_labels(40, 4)
    prior = shares.mean(dim=0).numpy()
    expected = PeerLoss(class_prior=prior)(logits, target)
    loss = PeerLoss(generator=0)
    drawn = torch.stack([loss(logits, target) for _ in range(2000)])
    error = drawn.std() / 2000**0.5
    assert abs(drawn.mean() - expected) < 4 * error
    assert error > 0


def test_generator():
    logits, target = problem(40, 4)
    seeded = PeerLoss(generator=3)
    first, second = seeded(logits, target), seeded(logits, target)
    assert first != second
    again = PeerLoss(generator=torch.Generator().manual_seed(3))
    assert again(logits, target) == first
    assert copy.deepcopy(again)(logits, target) == second
    assert pickle.loads(pickle.dumps(again))(logits, target) == second
    state = torch.random.get_rng_state()
    seeded(logits, target)
    assert torch.equal(torch.random.get_rng_state(), state)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        default = PeerLoss()(logits, target)
        torch.manual_seed(0)
        assert PeerLoss()(logits, target) == default


def test_what_is_taken_off_is_bounded():
    logits = torch.tensor([[0.0, 1e4]])
    loss = PeerLoss(alpha=5.0, class_prior=[0.5, 0.5])
    assert loss(logits, torch.tensor([1])) > -5 * 0.5 * -np.log(1e-5) - 1e-3
    assert torch.isfinite(gradient(loss, logits, torch.tensor([1]))).all()


def test_weight_may_grow():
    logits, target = problem(20, 4)
    loss = PeerLoss(0.9, class_prior=PRIOR, n_first_epochs=2, n_ramp_epochs=2)
    for epoch, alpha in enumerate([0.0, 0.0, 0.3, 0.6, 0.9, 0.9]):
        loss.set_epoch(epoch, 6)
        expected = PeerLoss(alpha, class_prior=PRIOR)(logits, target)
        torch.testing.assert_close(loss(logits, target), expected)


def test_wrong_parameters():
    with pytest.raises(ValueError, match="alpha=-1 must be"):
        PeerLoss(alpha=-1)
    with pytest.raises(ValueError, match="share of each class"):
        PeerLoss(class_prior=[0.5, 0.4])
    with pytest.raises(TypeError, match="generator='a' must be a torch.Generator"):
        PeerLoss(generator="a")
    with pytest.raises(ValueError, match="class_prior is for 4 classes"):
        PeerLoss(class_prior=PRIOR)(*problem(5, 3))
