# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch

from sknoisy.neural.losses import (
    BackwardCorrection,
    ForwardCorrection,
    LabelSmoothing,
    SoftmaxCrossEntropy,
)
from sknoisy.noise import symmetric_matrix
from tests.neural.losses._cases import gradient, problem, ready, soft_labels

SKEWED = np.array([[0.7, 0.3, 0.0], [0.1, 0.8, 0.1], [0.0, 0.4, 0.6]])


def test_forward_reads_rows_as_true_classes():
    logits, target = problem(20, 3)
    p = logits.softmax(dim=1)
    given_proba = p @ torch.from_numpy(SKEWED)
    loss = ready(ForwardCorrection(SKEWED))
    expected = -given_proba.log().gather(1, target[:, None]).squeeze(1)
    torch.testing.assert_close(loss(logits, target), expected)
    joint = p * torch.from_numpy(SKEWED).T[target]
    posterior = joint / joint.sum(dim=1, keepdim=True)
    torch.testing.assert_close(gradient(loss, logits, target), p - posterior)


def test_forward_with_soft_labels():
    logits, _ = problem(20, 3)
    shares = soft_labels(20, 3)
    given_proba = logits.softmax(dim=1) @ torch.from_numpy(SKEWED)
    expected = -(shares * given_proba.log()).sum(dim=1)
    loss = ready(ForwardCorrection(SKEWED))
    torch.testing.assert_close(loss(logits, shares), expected)


def test_backward_is_right_on_average():
    logits, _ = problem(20, 3)
    loss, plain = ready(BackwardCorrection(SKEWED)), ready(SoftmaxCrossEntropy())
    each = torch.stack([loss(logits, torch.full((20,), k)) for k in range(3)])
    for true in range(3):
        expected = plain(logits, torch.full((20,), true))
        torch.testing.assert_close(torch.from_numpy(SKEWED[true]) @ each, expected)


def test_gradient_of_backward():
    logits, target = problem(20, 3)
    inverse = torch.from_numpy(np.linalg.inv(SKEWED))
    expected = logits.softmax(dim=1) - inverse[target]
    loss = ready(BackwardCorrection(SKEWED))
    torch.testing.assert_close(gradient(loss, logits, target), expected)


@pytest.mark.parametrize("kind", [ForwardCorrection, BackwardCorrection])
def test_no_noise_is_cross_entropy(kind):
    logits, target = problem(20, 5)
    loss, plain = kind(np.eye(5)), SoftmaxCrossEntropy()
    torch.testing.assert_close(loss(logits, target), plain(logits, target))
    shares = soft_labels(20, 5)
    torch.testing.assert_close(loss(logits, shares), plain(logits, shares))


@pytest.mark.parametrize("n_classes", [2, 5])
def test_backward_of_symmetric_noise_is_negative_smoothing(n_classes):
    logits, target = problem(20, n_classes)
    softened = 0.3 * n_classes / (n_classes - 1)
    backward = BackwardCorrection(symmetric_matrix(n_classes, 0.3))
    smoothing = LabelSmoothing(-softened / (1 - softened))
    torch.testing.assert_close(backward(logits, target), smoothing(logits, target))


def test_matrix_may_be_a_tensor_and_follows_the_precision():
    logits, target = problem(20, 3)
    loss = ForwardCorrection(torch.from_numpy(SKEWED))
    expected = loss(logits, target)
    single = loss(logits.float(), target)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(loss(logits, target), expected, rtol=0, atol=0)


def test_matrices_that_cannot_be():
    with pytest.raises(ValueError, match="pass its transpose"):
        ForwardCorrection(SKEWED.T)
    with pytest.raises(ValueError, match="no inverse"):
        BackwardCorrection(np.full((3, 3), 1 / 3))
    with pytest.raises(ValueError, match="is for 3 classes but there are 4"):
        ForwardCorrection(SKEWED)(*problem(5, 4))


def test_classes_that_are_never_given():
    loss = ForwardCorrection([[1.0, 0.0], [1.0, 0.0]])
    logits = torch.zeros(1, 2)
    for target in (torch.tensor([1]), torch.tensor([[0.9, 0.1]])):
        with pytest.raises(ValueError, match="no row is ever given class 1"):
            loss(logits, target)
    for target in (torch.tensor([0]), torch.tensor([[1.0, 0.0]])):
        assert loss(logits, target) == 0
        assert torch.isfinite(gradient(loss, logits, target)).all()
