# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch

from sknoisy.neural.losses import (
    FocalLoss,
    GeneralizedCrossEntropy,
    MeanAbsoluteError,
    ReverseCrossEntropy,
    SoftmaxCrossEntropy,
    SymmetricCrossEntropy,
    TaylorCrossEntropy,
    TruncatedGeneralizedCrossEntropy,
)
from tests.neural.losses._cases import gradient, problem, ready

LOG_ZERO = np.log(1e-4)
# How strongly each pulls on a row, where cross-entropy pulls by 1.
PULLS = [
    (SoftmaxCrossEntropy(), lambda u: u**0),
    (MeanAbsoluteError(), lambda u: u),
    (GeneralizedCrossEntropy(q=0.3), lambda u: u**0.3),
    (TaylorCrossEntropy(order=3), lambda u: 1 - (1 - u) ** 3),
    (SymmetricCrossEntropy(0.2, 0.5), lambda u: 0.2 - 0.5 * LOG_ZERO * u),
    (ReverseCrossEntropy(log_zero=-4.0), lambda u: 4 * u),
    (
        FocalLoss(gamma=2.0),
        lambda u: (1 - u) ** 2 - 2 * u * (1 - u) * u.log(),
    ),
]


@pytest.mark.parametrize("loss, pull", PULLS, ids=[str(loss) for loss, _ in PULLS])
def test_gradient_is_that_of_cross_entropy_times_a_pull(loss, pull):
    logits, target = problem(20, 5)
    p = logits.softmax(dim=1)
    u = p.gather(1, target[:, None])
    expected = pull(u) * (p - torch.nn.functional.one_hot(target, 5))
    torch.testing.assert_close(gradient(ready(loss), logits, target), expected)


def test_cross_entropy_is_that_of_torch():
    logits, target = problem(20, 5)
    for reduction in ("mean", "sum", "none"):
        torch.testing.assert_close(
            SoftmaxCrossEntropy(reduction=reduction)(logits, target),
            torch.nn.functional.cross_entropy(logits, target, reduction=reduction),
        )


@pytest.mark.parametrize(
    "loss, limit, rtol",
    [
        (GeneralizedCrossEntropy(q=1e-7), SoftmaxCrossEntropy(), 1e-5),
        (GeneralizedCrossEntropy(q=1.0), MeanAbsoluteError(), 1e-9),
        (TaylorCrossEntropy(order=1), MeanAbsoluteError(), 1e-9),
        (TaylorCrossEntropy(order=20_000), SoftmaxCrossEntropy(), 1e-9),
        (SymmetricCrossEntropy(1.0, 0.0), SoftmaxCrossEntropy(), 1e-9),
        (SymmetricCrossEntropy(0.0, 1.0), ReverseCrossEntropy(), 1e-9),
        (FocalLoss(gamma=0.0), SoftmaxCrossEntropy(), 1e-9),
        (
            TruncatedGeneralizedCrossEntropy(k=1e-9, first_share=0),
            GeneralizedCrossEntropy(),
            1e-9,
        ),
    ],
    ids=str,
)
def test_limits(loss, limit, rtol):
    logits, target = problem(20, 5)
    of_loss, of_limit = (ready(each)(logits, target) for each in (loss, limit))
    torch.testing.assert_close(of_loss, of_limit, rtol=rtol, atol=1e-9)
    torch.testing.assert_close(
        gradient(loss, logits, target),
        gradient(limit, logits, target),
        rtol=rtol,
        atol=1e-6,
    )


@pytest.mark.parametrize(
    "loss, total",
    [(MeanAbsoluteError(), 4), (ReverseCrossEntropy(), -4 * LOG_ZERO)],
    ids=str,
)
def test_sums_over_labels_are_constant(loss, total):
    logits, _ = problem(20, 5)
    sums = sum(ready(loss)(logits, torch.full((20,), k)) for k in range(5))
    torch.testing.assert_close(sums, torch.full_like(sums, total))


def test_truncation():
    logits, target = problem(50, 3)
    loss = ready(TruncatedGeneralizedCrossEntropy(q=0.7, k=0.5, first_share=0))
    plain = ready(GeneralizedCrossEntropy(q=0.7))
    u = logits.softmax(dim=1).gather(1, target[:, None]).squeeze(1)
    low = u < 0.5
    assert 0 < low.sum() < 50
    values, slopes = loss(logits, target), gradient(loss, logits, target)
    torch.testing.assert_close(values[~low], plain(logits, target)[~low])
    level = torch.full_like(values[low], (1 - 0.5**0.7) / 0.7)
    torch.testing.assert_close(values[low], level)
    assert (slopes[low] == 0).all()
    torch.testing.assert_close(slopes[~low], gradient(plain, logits, target)[~low])


@pytest.mark.parametrize("options, first", [({}, 40), ({"first_share": 0.5}, 60)])
def test_truncation_begins_later(options, first):
    logits, target = problem(50, 3)
    loss = TruncatedGeneralizedCrossEntropy(**options)
    plain = GeneralizedCrossEntropy()
    truncated = TruncatedGeneralizedCrossEntropy(first_share=0)
    loss.set_epoch(first - 1, 120)
    torch.testing.assert_close(loss(logits, target), plain(logits, target))
    loss.set_epoch(first, 120)
    torch.testing.assert_close(loss(logits, target), truncated(logits, target))
    assert loss(logits, target) < plain(logits, target)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: GeneralizedCrossEntropy(q=0), r"q=0 must be a number in \(0, 1\]"),
        (lambda: TruncatedGeneralizedCrossEntropy(k=1), "k=1 must be"),
        (lambda: TruncatedGeneralizedCrossEntropy(q=2), "q=2 must be"),
        (
            lambda: TruncatedGeneralizedCrossEntropy(first_share=2),
            "first_share=2 must be",
        ),
        (lambda: SymmetricCrossEntropy(0, 0), "alpha and beta are 0"),
        (lambda: SymmetricCrossEntropy(log_zero=1), "log_zero=1 must be"),
        (lambda: ReverseCrossEntropy(log_zero=0), "log_zero=0 must be"),
        (lambda: TaylorCrossEntropy(order=1.5), "order=1.5 must be a whole number"),
        (lambda: FocalLoss(gamma=-1), "gamma=-1 must be"),
    ],
)
def test_parameters_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()
