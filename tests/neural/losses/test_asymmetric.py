# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch

from sknoisy.neural.losses import (
    AsymmetricExponentialLoss,
    AsymmetricGeneralizedCrossEntropy,
    AsymmetricUnhingedLoss,
    MeanAbsoluteError,
)
from tests.neural.losses._cases import gradient, problem, ready

PULLS = [
    (AsymmetricGeneralizedCrossEntropy(0.6, 0.6), lambda u: u * (0.6 + u) ** -0.4),
    (AsymmetricUnhingedLoss(5.5, 3.0), lambda u: u * (5.5 - u) ** 2),
    (AsymmetricExponentialLoss(2.5), lambda u: u / 2.5 * (-u / 2.5).exp()),
]


@pytest.mark.parametrize("loss, pull", PULLS, ids=[str(loss) for loss, _ in PULLS])
def test_gradient_is_that_of_cross_entropy_times_a_pull(loss, pull):
    logits, target = problem(20, 5)
    p = logits.softmax(dim=1)
    u = p.gather(1, target[:, None])
    expected = pull(u) * (p - torch.nn.functional.one_hot(target, 5))
    torch.testing.assert_close(gradient(ready(loss), logits, target), expected)


def test_unhinged_with_exponent_one_is_mean_absolute_error():
    logits, target = problem(20, 5)
    loss, limit = AsymmetricUnhingedLoss(a=3.0, q=1.0), MeanAbsoluteError()
    torch.testing.assert_close(loss(logits, target), limit(logits, target))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: AsymmetricUnhingedLoss(a=1), r"a=1 must be a number in \(1, inf\)"),
        (lambda: AsymmetricExponentialLoss(a=0), "a=0 must be"),
        (lambda: AsymmetricGeneralizedCrossEntropy(q=0), "q=0 must be"),
    ],
)
def test_parameters_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()
