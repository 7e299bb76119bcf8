# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from skorch import NeuralNetClassifier
from torch import nn

from sknoisy.neural import RobustNetClassifier, ready_net
from tests._data import blobs


class Softmax(nn.Module):
    """What skorch expects by default: probabilities for its NLLLoss."""

    def __init__(self, n_classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, n_classes), nn.Softmax(1))

    def forward(self, x):
        return self.layers(x)


class Logits(Softmax):
    def forward(self, x):
        return self.layers[0](x)


class Unreduced(nn.Module):
    """A criterion that knows nothing of single rows."""

    def forward(self, logits, codes):
        return nn.functional.cross_entropy(logits, codes)


class Epochs(nn.CrossEntropyLoss):
    seen = []

    def set_epoch(self, epoch, n_epochs):
        self.seen.append((epoch, n_epochs))


def fit(module, X, y, criterion=nn.CrossEntropyLoss, max_epochs=30, **fit_params):
    net = NeuralNetClassifier(
        module,
        criterion=criterion,
        lr=0.1,
        batch_size=-1,
        max_epochs=max_epochs,
        verbose=0,
    )
    return RobustNetClassifier(net, method="ce").fit(X, y, **fit_params)


def test_probabilities_and_logits_are_the_same_to_it():
    X, y, _ = blobs(90, 3, noise=0.1)
    targets = np.random.default_rng(0).dirichlet(np.ones(3), 90)
    weight = np.random.default_rng(1).uniform(0.5, 2, 90)
    for fit_params in (
        {},
        {"sample_weight": weight},
        {"soft_targets": targets},
        {"soft_targets": targets, "sample_weight": weight},
    ):
        first = fit(Softmax, X, y, nn.NLLLoss, **fit_params).predict_proba(X)
        second = fit(Logits, X, y, **fit_params).predict_proba(X)
        np.testing.assert_allclose(first, second, atol=1e-4)


def test_any_criterion():
    X, y, truth = blobs(90, 3, noise=0.1)
    weight = np.full(90, 3.0)
    for criterion in (nn.MultiMarginLoss, Unreduced):
        assert fit(Logits, X, y, criterion).score(X, truth) > 0.95
    weighted = fit(Logits, X, y, nn.MultiMarginLoss, sample_weight=weight)
    plain = fit(Logits, X, y, nn.MultiMarginLoss)
    np.testing.assert_allclose(
        weighted.predict_proba(X), plain.predict_proba(X), atol=1e-5
    )


def test_what_a_criterion_cannot_do():
    X, y, _ = blobs(30, 3)
    with pytest.raises(TypeError, match="has a parameter reduction; Unreduced has"):
        fit(Logits, X, y, Unreduced, sample_weight=np.ones(30))
    with pytest.raises(TypeError, match="soft_targets need torch.nn.CrossEntropyLoss"):
        fit(Logits, X, y, nn.MultiMarginLoss, soft_targets=np.eye(3)[y])


def test_class_weights_of_the_criterion_meet_weights_of_rows():
    X, y, _ = blobs(60, 3, noise=0.2)
    by_class = torch.tensor([1.0, 3.0, 0.5])
    criterion = nn.CrossEntropyLoss(weight=by_class)
    first = fit(Logits, X, y, criterion, sample_weight=np.ones(60))
    second = fit(Logits, X, y, criterion)
    third = fit(Logits, X, y, sample_weight=by_class.numpy()[y])
    for each in (second, third):
        np.testing.assert_allclose(
            each.predict_proba(X), first.predict_proba(X), atol=1e-4
        )


def test_the_criterion_is_told_of_epochs():
    X, y, _ = blobs(30, 3)
    Epochs.seen.clear()
    fit(Logits, X, y, Epochs, max_epochs=3)
    assert Epochs.seen == [(0, 3), (1, 3), (2, 3)]


def test_clean_labels_are_learned():
    X, y, _ = blobs(150, 3)
    clf = RobustNetClassifier(ready_net(max_epochs=20), method="ce").fit(X, y)
    assert clf.score(X, y) == 1.0
    assert not hasattr(clf, "label_quality_")
