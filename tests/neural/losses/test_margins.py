# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch

from sknoisy.neural.losses import ACLS, SoftmaxCrossEntropy
from tests.neural.losses._cases import gradient, problem, ready


def test_inside_the_margin_it_is_cross_entropy():
    logits, target = problem(20, 5)
    expected = SoftmaxCrossEntropy()(logits, target)
    torch.testing.assert_close(ACLS(margin=20.0)(logits, target), expected)
    torch.testing.assert_close(ACLS(margin=0.0, alpha=0)(logits, target), expected)
    assert ACLS(margin=0.0)(logits, target) > expected


def test_gradient_beyond_the_margin():
    # A margin of 1: the largest logit is 2 beyond it, the last one 4 below what it may.
    logits = torch.tensor([[3.0, 2.5, -2.0]], dtype=torch.float64)
    target = torch.tensor([1])
    loss = ready(ACLS(margin=1.0, alpha=0.5, pos_lambda=2.0, neg_lambda=0.3))
    plain = ready(SoftmaxCrossEntropy())
    added = 0.5 * (2.0 * 2**2 + 0.3 * 4**2 / 2)
    torch.testing.assert_close(loss(logits, target), plain(logits, target) + added)
    slope = gradient(loss, logits, target) - gradient(plain, logits, target)
    expected = [0.5 * 2.0 * 2 * 2, 0.0, -0.5 * 0.3 * 2 * 4 / 2]
    torch.testing.assert_close(slope, torch.tensor([expected], dtype=torch.float64))


def test_parameters_out_of_range():
    with pytest.raises(ValueError, match="margin=-1 must be"):
        ACLS(margin=-1)
