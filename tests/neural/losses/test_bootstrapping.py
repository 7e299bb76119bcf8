# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch

from sknoisy.neural.losses import (
    HardBootstrapping,
    SoftBootstrapping,
    SoftmaxCrossEntropy,
)
from tests.neural.losses._cases import gradient, problem, ready


def test_soft_target_moves_with_the_prediction():
    logits, target = problem(20, 5)
    log_p = logits.log_softmax(dim=1)
    p, given_class = log_p.exp(), torch.nn.functional.one_hot(target, 5)
    entropy = -(p * log_p).sum(dim=1, keepdim=True)
    expected = 0.7 * (p - given_class) - 0.3 * p * (log_p + entropy)
    loss = ready(SoftBootstrapping(beta=0.7))
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_hard_target_is_the_predicted_class():
    logits, target = problem(20, 5)
    predicted = torch.nn.functional.one_hot(logits.argmax(dim=1), 5)
    given_class = torch.nn.functional.one_hot(target, 5)
    expected = logits.softmax(dim=1) - 0.7 * given_class - 0.3 * predicted
    loss = ready(HardBootstrapping(beta=0.7))
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_one_class_is_predicted_where_classes_tie():
    loss = HardBootstrapping(beta=0.5, reduction="none")
    slope = gradient(loss, torch.zeros(1, 3), torch.tensor([0]))
    assert sorted((slope[0] - 1 / 3).round(decimals=6).tolist()) in (
        [-1.0, 0.0, 0.0],
        [-0.5, -0.5, 0.0],
    )


@pytest.mark.parametrize("kind", [SoftBootstrapping, HardBootstrapping])
def test_all_of_the_label_is_cross_entropy(kind):
    logits, target = problem(20, 5)
    expected = SoftmaxCrossEntropy()(logits, target)
    torch.testing.assert_close(kind(beta=1.0)(logits, target), expected)
    assert kind()(logits, target) < expected
    with pytest.raises(ValueError, match=r"beta=1.1 must be a number in \[0, 1\]"):
        kind(beta=1.1)
