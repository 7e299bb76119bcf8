# SPDX-License-Identifier: BSD-3-Clause
import inspect

import numpy as np
import pytest
import torch

from sknoisy import boosting
from sknoisy.neural import losses
from tests.neural.losses._cases import gradient, problem, ready, skewed_matrix

PAIRS = [
    (boosting.SoftmaxCrossEntropy(), losses.SoftmaxCrossEntropy()),
    (boosting.GeneralizedCrossEntropy(), losses.GeneralizedCrossEntropy()),
    (boosting.GeneralizedCrossEntropy(q=1.0), losses.MeanAbsoluteError()),
    (boosting.SymmetricCrossEntropy(), losses.SymmetricCrossEntropy()),
    (boosting.SymmetricCrossEntropy(alpha=0), losses.ReverseCrossEntropy()),
    (boosting.TaylorCrossEntropy(), losses.TaylorCrossEntropy()),
    (boosting.TaylorCrossEntropy(order=5), losses.TaylorCrossEntropy(order=5)),
    (boosting.FocalLoss(), losses.FocalLoss()),
    (
        boosting.AsymmetricGeneralizedCrossEntropy(),
        losses.AsymmetricGeneralizedCrossEntropy(),
    ),
    (boosting.AsymmetricUnhingedLoss(), losses.AsymmetricUnhingedLoss()),
    (boosting.AsymmetricExponentialLoss(), losses.AsymmetricExponentialLoss()),
    (boosting.NormalizedLoss(), losses.NormalizedLoss()),
    (boosting.NormalizedLoss(), losses.NormalizedCrossEntropy()),
    (boosting.NormalizedLoss(boosting.FocalLoss()), losses.NormalizedFocalLoss()),
    (
        boosting.NormalizedLoss(boosting.GeneralizedCrossEntropy(q=0.1)),
        losses.NormalizedLoss(losses.GeneralizedCrossEntropy(q=0.1)),
    ),
    (boosting.ActivePassiveLoss(), losses.ActivePassiveLoss()),
    (
        boosting.ActivePassiveLoss(
            passive=boosting.SymmetricCrossEntropy(alpha=0), alpha=10, beta=0.1
        ),
        losses.ActivePassiveLoss("nce", "rce", alpha=10, beta=0.1),
    ),
    (
        boosting.ForwardCorrection(skewed_matrix(5)),
        losses.ForwardCorrection(skewed_matrix(5)),
    ),
    (
        boosting.BackwardCorrection(skewed_matrix(5)),
        losses.BackwardCorrection(skewed_matrix(5)),
    ),
    (boosting.LabelSmoothing(), losses.LabelSmoothing()),
    (boosting.LabelSmoothing(-1.5), losses.LabelSmoothing(-1.5)),
]


@pytest.mark.parametrize("objective, loss", PAIRS, ids=lambda each: repr(each)[:40])
def test_losses_and_gradients_are_equal(objective, loss):
    ready(loss)
    logits, target = problem(20, 5)
    expected = objective.loss(target.numpy(), logits.numpy())
    np.testing.assert_allclose(loss(logits, target), expected, rtol=1e-9, atol=1e-12)
    slope = objective.gradient(target.numpy(), logits.numpy())
    np.testing.assert_allclose(
        gradient(loss, logits, target), slope, rtol=1e-8, atol=1e-12
    )


def test_names_and_parameters_are_equal():
    shared = set(boosting.__all__) & set(losses.__all__)
    assert len(shared) >= 12
    for name in shared:
        theirs = inspect.signature(getattr(boosting, name)).parameters
        ours = inspect.signature(getattr(losses, name)).parameters
        assert set(theirs) == set(ours) - {"reduction"}, name
        numbers = {
            key: each.default
            for key, each in theirs.items()
            if isinstance(each.default, int | float)
        }
        assert numbers == {key: ours[key].default for key in numbers}, name


def test_both_train_on_the_same_slope_in_single_precision():
    logits, target = problem(20, 5)
    loss = ready(losses.GeneralizedCrossEntropy())
    slope = gradient(loss, logits.float(), target)
    assert slope.dtype == torch.float32
    expected = boosting.GeneralizedCrossEntropy().gradient(
        target.numpy(), logits.numpy()
    )
    np.testing.assert_allclose(slope, expected, atol=1e-6)
