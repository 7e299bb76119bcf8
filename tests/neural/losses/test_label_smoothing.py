# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch

from sknoisy.neural.losses import (
    LabelSmoothing,
    MaxSup,
    SoftmaxCrossEntropy,
    TwoStageLabelSmoothing,
)
from tests.neural.losses._cases import gradient, problem, ready


@pytest.mark.parametrize("rate", [0.0, 0.1, 1.0, -0.8])
def test_what_smoothing_adds(rate):
    logits, target = problem(20, 5)
    given_logit = logits.gather(1, target[:, None]).squeeze(1)
    added = rate * (given_logit - logits.mean(dim=1))
    plain = ready(SoftmaxCrossEntropy())(logits, target)
    loss = ready(LabelSmoothing(rate))
    torch.testing.assert_close(loss(logits, target), plain + added)
    aim = (1 - rate) * torch.nn.functional.one_hot(target, 5) + rate / 5
    expected = logits.softmax(dim=1) - aim
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_smoothing_is_that_of_torch():
    logits, target = problem(20, 5)
    expected = torch.nn.CrossEntropyLoss(label_smoothing=0.3)(logits, target)
    torch.testing.assert_close(LabelSmoothing(0.3)(logits, target), expected)


def test_two_stages():
    logits, target = problem(20, 5)
    loss = TwoStageLabelSmoothing(0.2, -0.5, first_share=0.6)
    for epoch, rate in enumerate([0.2, 0.2, 0.2, -0.5, -0.5]):
        loss.set_epoch(epoch, 5)
        expected = LabelSmoothing(rate)(logits, target)
        torch.testing.assert_close(loss(logits, target), expected)


def test_max_suppression_lowers_the_predicted_class():
    logits, target = problem(20, 5)
    predicted = torch.nn.functional.one_hot(logits.argmax(dim=1), 5)
    plain = gradient(ready(SoftmaxCrossEntropy()), logits, target)
    expected = plain + 0.3 * (predicted - 1 / 5)
    loss = ready(MaxSup(0.3))
    torch.testing.assert_close(gradient(loss, logits, target), expected)


def test_max_suppression_is_smoothing_where_the_prediction_is_right():
    logits, _ = problem(20, 5)
    target = logits.argmax(dim=1)
    expected = LabelSmoothing(0.3)(logits, target)
    torch.testing.assert_close(MaxSup(0.3)(logits, target), expected)


def test_max_suppression_may_grow():
    logits, target = problem(20, 5)
    loss = MaxSup(0.1, last_rate=0.2)
    for epoch, rate in [(0, 0.1), (2, 0.15), (4, 0.2), (9, 0.2)]:
        loss.set_epoch(epoch, 5)
        torch.testing.assert_close(
            loss(logits, target), MaxSup(rate)(logits, target), rtol=1e-9, atol=1e-9
        )
    loss.set_epoch(0, 1)
    torch.testing.assert_close(loss(logits, target), MaxSup(0.1)(logits, target))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: LabelSmoothing(1.5), r"rate=1.5 must be a number in \(-inf, 1\]"),
        (lambda: TwoStageLabelSmoothing(second_rate=2), "second_rate=2 must be"),
        (lambda: TwoStageLabelSmoothing(first_share=2), "first_share=2 must be"),
        (lambda: MaxSup(-0.1), "rate=-0.1 must be"),
        (lambda: MaxSup(last_rate=-0.1), "last_rate=-0.1 must be"),
    ],
)
def test_parameters_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()
