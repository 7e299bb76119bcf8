# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.special import softmax

from sknoisy.boosting import (
    BackwardCorrection,
    ForwardCorrection,
    LabelSmoothing,
    SoftmaxCrossEntropy,
)
from sknoisy.noise import symmetric_matrix

SKEWED = np.array([[0.7, 0.3, 0.0], [0.1, 0.8, 0.1], [0.0, 0.4, 0.6]])


def scores_of_rows(n_samples=8, n_classes=3):
    return np.random.default_rng(1).normal(size=(n_samples, n_classes))


def test_forward_reads_rows_as_true_classes():
    scores = scores_of_rows()
    given_proba = softmax(scores, axis=1) @ SKEWED
    for label in range(3):
        loss = ForwardCorrection(SKEWED).loss(np.full(8, label), scores)
        np.testing.assert_allclose(loss, -np.log(given_proba[:, label]), rtol=1e-12)


def test_backward_is_right_on_average():
    scores = scores_of_rows()
    corrected, plain = BackwardCorrection(SKEWED), SoftmaxCrossEntropy()
    losses = np.array([corrected.loss(np.full(8, k), scores) for k in range(3)])
    for true in range(3):
        expected = plain.loss(np.full(8, true), scores)
        np.testing.assert_allclose(SKEWED[true] @ losses, expected, rtol=1e-10)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_backward_of_symmetric_noise_is_negative_smoothing(n_classes):
    rate = 0.3
    softened = rate * n_classes / (n_classes - 1)
    backward = BackwardCorrection(symmetric_matrix(n_classes, rate))
    smoothing = LabelSmoothing(-softened / (1 - softened))
    y, scores = np.arange(8) % n_classes, scores_of_rows(n_classes=n_classes)
    for name in ("loss", "gradient", "hessian"):
        both = [getattr(each, name)(y, scores) for each in (backward, smoothing)]
        np.testing.assert_allclose(*both, rtol=1e-9, atol=1e-12)


def test_smoothing_is_symmetric_noise_on_average():
    scores, rate = scores_of_rows(), 0.3
    smoothed = LabelSmoothing(rate * 3 / 2).loss(np.zeros(8), scores)
    plain = SoftmaxCrossEntropy()
    losses = np.array([plain.loss(np.full(8, k), scores) for k in range(3)])
    np.testing.assert_allclose(symmetric_matrix(3, rate)[0] @ losses, smoothed)


def test_matrix_is_kept_by_value():
    matrix = SKEWED.copy()
    corrected = ForwardCorrection(matrix)
    matrix[:] = 1 / 3
    assert corrected == ForwardCorrection(SKEWED.tolist())


def test_matrices_that_cannot_be():
    with pytest.raises(ValueError, match="pass its transpose"):
        ForwardCorrection(SKEWED.T)
    with pytest.raises(ValueError, match="no inverse"):
        BackwardCorrection(np.full((3, 3), 1 / 3))
    with pytest.raises(ValueError, match="is for 3 classes but there are 4"):
        ForwardCorrection(SKEWED).loss([0], np.zeros((1, 4)))
    never = ForwardCorrection([[1.0, 0.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="no row is ever given class"):
        never.loss([1], [[0.0, 0.0]])
