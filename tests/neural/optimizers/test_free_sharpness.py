# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch

from sknoisy.neural.optimizers import SAF


def said(seed, n_samples=6, n_classes=3):
    generator = torch.Generator().manual_seed(seed)
    return 4 * torch.randn(n_samples, n_classes, generator=generator)


def test_penalty_is_the_divergence_from_what_was_said():
    steady = SAF(6, 3, weight=0.3, temperature=2.0, lag=2, first_epoch=2)
    rows = torch.tensor([4, 1])
    for epoch in range(5):
        penalty = steady.penalty(said(epoch)[rows], rows)
        if epoch < 2:
            assert penalty == 0
        else:
            past = (said(epoch - 2)[rows] / 2).softmax(dim=1)
            now = (said(epoch)[rows] / 2).log_softmax(dim=1)
            divergence = torch.nn.functional.kl_div(now, past, reduction="batchmean")
            torch.testing.assert_close(penalty, 0.3 * 4 * divergence)
        steady.end_epoch()


def test_gradient_is_by_what_is_said_now():
    steady = SAF(6, 3, weight=1.0, temperature=2.0, lag=1, first_epoch=1)
    rows, before = torch.arange(6), said(0).requires_grad_()
    steady.penalty(before, rows)
    steady.end_epoch()
    now = said(1).requires_grad_()
    steady.penalty(now, rows).backward()
    assert before.grad is None
    expected = 2 * ((now / 2).softmax(dim=1) - (before / 2).softmax(dim=1)) / 6
    torch.testing.assert_close(now.grad, expected.detach())


def test_penalties_of_rows_are_those_of_each_row_alone():
    together, alone = (SAF(6, 3, lag=1, first_epoch=1) for _ in range(2))
    for epoch in range(2):
        rows, logits = torch.arange(6), said(epoch)
        penalties = together.row_penalties(logits, rows)
        single = [alone.penalty(logits[i : i + 1], rows[i : i + 1]) for i in rows]
        torch.testing.assert_close(penalties, torch.stack(single))
        together.end_epoch()
        alone.end_epoch()
    assert (penalties > 0).all()


def test_saying_the_same_costs_nothing():
    steady = SAF(6, 3, lag=1, first_epoch=1)
    for _ in range(3):
        penalty = steady.penalty(said(0), torch.arange(6))
        assert penalty.abs() < 1e-5
        steady.end_epoch()


def test_rows_that_were_left_out_cost_nothing():
    steady = SAF(6, 3, lag=1, first_epoch=1)
    for epoch in range(4):
        # The last row is seen in even epochs only.
        rows = torch.arange(6 if epoch % 2 == 0 else 5)
        penalty = steady.penalty(said(epoch)[rows], rows)
        if epoch % 2 == 0 and epoch:
            alone = SAF(5, 3, lag=1, first_epoch=1)
            alone.penalty(said(epoch - 1)[:5], rows[:5])
            alone.end_epoch()
            expected = alone.penalty(said(epoch)[:5], rows[:5]) * 5 / 6
            torch.testing.assert_close(penalty, expected)
        steady.end_epoch()


def test_half_precision():
    steady = SAF(6, 3, lag=1, first_epoch=1)
    for epoch in range(2):
        logits = (100 * said(epoch)).half().requires_grad_()
        penalty = steady.penalty(logits, torch.arange(6))
        steady.end_epoch()
    penalty.backward()
    assert torch.isfinite(penalty)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"weight": -1}, "weight=-1 must be"),
        ({"temperature": 0}, "temperature=0 must be"),
        ({"lag": 0}, "lag=0 must be a whole number"),
        ({"lag": 6}, "first_epoch=5 must be 6 or more"),
    ],
)
def test_parameters_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        SAF(6, 3, **options)
