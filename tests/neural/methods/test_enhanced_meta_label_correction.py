# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from skorch import NeuralNetClassifier
from torch import nn

from sknoisy.neural.methods import EnhancedMetaLabelCorrection
from sknoisy.neural.methods._enhanced_meta_label_correction import optimizer_like
from tests.neural.methods._noisy_blobs import fitted, net, verified_blobs


def test_wrong_labels_are_not_retained():
    X, y, truth, trusted = verified_blobs(300)
    clf = fitted(EnhancedMetaLabelCorrection(), X, y, own=net(40), trusted=trusted)
    wrong = y != truth
    assert clf.label_quality_[~wrong].mean() > clf.label_quality_[wrong].mean() + 0.5
    assert (clf.label_quality_[trusted] == 1).all()
    assert clf.score(X, truth) > 0.95


def test_the_student_predicts():
    X, y, _, trusted = verified_blobs()
    clf = fitted(EnhancedMetaLabelCorrection(), X, y, own=net(3), trusted=trusted)
    logits = clf.nets_[0].forward(X.astype(np.float32))
    expected = torch.softmax(logits, dim=1)
    np.testing.assert_allclose(clf.predict_proba(X), expected, atol=1e-5)
    assert len(clf.nets_) == 2
    losses = [each.history[-1, "train_loss"] for each in clf.nets_]
    assert losses[0] != losses[1]


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW])
def test_another_optimizer_of_the_same_kind(kind):
    own = kind([nn.Parameter(torch.ones(2))], lr=0.25, weight_decay=0.5)
    other = optimizer_like(own, [nn.Parameter(torch.ones(3))])
    assert type(other) is kind
    assert other.param_groups[0]["lr"] == 0.25
    assert other.param_groups[0]["weight_decay"] == 0.5


def test_errors_name_the_fix():
    X, y, _, trusted = verified_blobs(30)
    with pytest.raises(ValueError, match="n_trusted=1"):
        fitted(EnhancedMetaLabelCorrection(n_trusted=1), X, y, trusted=trusted)

    class Shift(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(torch.zeros(3))

        def forward(self, x):
            return x[:, :1] + self.shift

    own = NeuralNetClassifier(Shift, criterion=nn.CrossEntropyLoss, verbose=0)
    with pytest.raises(TypeError, match="has no torch.nn.Linear"):
        fitted(EnhancedMetaLabelCorrection(), X, y, own=own, trusted=trusted)
