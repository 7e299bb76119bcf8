# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.neural.losses import (
    ActivePassiveLoss,
    AsymmetricUnhingedLoss,
    FocalLoss,
    GeneralizedCrossEntropy,
    LabelSmoothing,
    MeanAbsoluteError,
    NormalizedCrossEntropy,
    NormalizedFocalLoss,
    NormalizedLoss,
    TaylorCrossEntropy,
)
from tests.neural.losses._cases import gradient, problem, ready

NORMALIZED = [
    NormalizedCrossEntropy(),
    NormalizedFocalLoss(),
    NormalizedFocalLoss(gamma=3.0),
    NormalizedLoss(),
    NormalizedLoss(GeneralizedCrossEntropy()),
    NormalizedLoss(TaylorCrossEntropy(order=3)),
    NormalizedLoss(AsymmetricUnhingedLoss()),
]


@pytest.mark.parametrize("loss", NORMALIZED, ids=str)
@given(
    logits=st.integers(2, 8).flatmap(
        lambda k: st.lists(st.floats(-200, 200), min_size=k, max_size=k)
    )
)
def test_sum_over_labels_is_one(loss, logits):
    k = len(logits)
    row = torch.tensor([logits], dtype=torch.float64)
    losses = ready(loss)(row.expand(k, k), torch.arange(k))
    assert losses.min() >= 0
    assert losses.sum().item() == pytest.approx(1, abs=1e-9)


def test_gradient_of_normalized_cross_entropy():
    logits, target = problem(20, 5)
    log_p = logits.log_softmax(dim=1)
    total = -log_p.sum(dim=1, keepdim=True)
    share = -log_p.gather(1, target[:, None]) / total
    p, given_class = log_p.exp(), torch.nn.functional.one_hot(target, 5)
    expected = ((p - given_class) - share * (5 * p - 1)) / total
    loss = ready(NormalizedCrossEntropy())
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_gradient_of_normalized_generalized_cross_entropy():
    q = 0.4
    logits, target = problem(20, 5)
    p, given_class = logits.softmax(dim=1), torch.nn.functional.one_hot(target, 5)
    u = p.gather(1, target[:, None])
    powers = p**q
    total = powers.sum(dim=1, keepdim=True)
    slope = -q * u**q * (given_class - p)
    slope_of_sum = -q * (powers - p * total)
    below = 5 - total
    expected = (slope - (1 - u**q) / below * slope_of_sum) / below
    loss = ready(NormalizedLoss(GeneralizedCrossEntropy(q=q)))
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_normalized_mean_absolute_error_is_a_share_of_it():
    logits, target = problem(20, 5)
    loss, plain = NormalizedLoss(MeanAbsoluteError()), MeanAbsoluteError()
    torch.testing.assert_close(loss(logits, target), plain(logits, target) / 4)


def test_focal_loss_without_focus():
    logits, target = problem(20, 5)
    loss, plain = NormalizedFocalLoss(gamma=0.0), NormalizedCrossEntropy()
    torch.testing.assert_close(loss(logits, target), plain(logits, target))


@pytest.mark.parametrize(
    "name, active",
    [
        ("nce", NormalizedCrossEntropy()),
        ("nfl", NormalizedLoss(FocalLoss(gamma=0.5))),
        ("ngce", NormalizedLoss(GeneralizedCrossEntropy(q=0.1))),
    ],
)
def test_pairs_are_weighted_sums(name, active):
    logits, target = problem(20, 5)
    pair = ActivePassiveLoss(name, "mae", alpha=3.0, beta=0.5)
    expected = 3 * active(logits, target) + 0.5 * MeanAbsoluteError()(logits, target)
    torch.testing.assert_close(pair(logits, target), expected)
    same = ActivePassiveLoss(active, MeanAbsoluteError(), alpha=3.0, beta=0.5)
    torch.testing.assert_close(same(logits, target), expected)
    only = ActivePassiveLoss(name, beta=0)
    torch.testing.assert_close(only(logits, target), active(logits, target))


def test_parts_of_another_kind():
    with pytest.raises(ValueError, match="active='ce' must be one of nce, nfl, ngce"):
        ActivePassiveLoss(active="ce")
    with pytest.raises(ValueError, match="passive=1 must be one of mae"):
        ActivePassiveLoss(passive=1)
    with pytest.raises(ValueError, match="alpha and beta are 0"):
        ActivePassiveLoss(alpha=0, beta=0)
    with pytest.raises(TypeError, match="probability of the given class"):
        NormalizedLoss(LabelSmoothing())
