# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import EarlyLearningRegularization
from tests._data import blobs


def net(max_epochs=30, **params):
    params = {"module__hidden": (64,), "batch_size": 20, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


class Watched(EarlyLearningRegularization):
    """Remember the averages and losses of a fit."""

    seen = {}

    def loss(self, run, batch):
        loss = super().loss(run, batch)
        self.seen.setdefault("losses", []).append(loss.item())
        self.seen.setdefault("averages", []).append(run.state.averages.clone())
        with torch.no_grad():
            proba = run.network(batch.x).softmax(1)
        self.seen.setdefault("proba", []).append(proba[batch.index.argsort()])
        return loss


def test_averages_and_loss_are_those_of_the_paper():
    X, y, _ = blobs(30, 3, noise=0.3)
    Watched.seen.clear()
    own = net(3, batch_size=-1)
    RobustNetClassifier(own, method=Watched(beta=0.6, strength=2.0)).fit(X, y)
    seen, expected = Watched.seen, torch.zeros(30, 3)
    codes = torch.from_numpy(y)
    for loss, averages, proba in zip(
        seen["losses"], seen["averages"], seen["proba"], strict=True
    ):
        clipped = proba.clamp(1e-4, 1 - 1e-4)
        expected = 0.6 * expected + 0.4 * clipped / clipped.sum(1, keepdim=True)
        torch.testing.assert_close(averages, expected)
        regularizer = torch.log(1 - (expected * clipped).sum(1)).mean()
        plain = -proba.log().gather(1, codes[:, None]).mean()
        np.testing.assert_allclose(loss, plain + 2 * regularizer, rtol=1e-4)
    assert expected.sum(1).max() < 1


def test_without_strength_it_is_plain_training():
    X, y, _ = blobs(90, 3, noise=0.2)
    plain = RobustNetClassifier(net(5), method="ce").fit(X, y)
    method = EarlyLearningRegularization(strength=0)
    none = RobustNetClassifier(net(5), method=method).fit(X, y)
    np.testing.assert_allclose(none.predict_proba(X), plain.predict_proba(X), atol=1e-5)


def test_wrong_labels_are_neither_learned_nor_believed():
    X, y, truth = blobs(200, 3, noise=0.3, spread=1.5)
    X = np.column_stack([X, np.random.default_rng(0).normal(size=(200, 20))])
    plain, robust = (
        RobustNetClassifier(net(40, lr=0.003), method=method).fit(X, y)
        for method in ("ce", "elr")
    )
    assert plain.score(X, y) == 1.0
    assert robust.score(X, truth) > plain.score(X, truth) + 0.1
    assert roc_auc_score(y == truth, robust.label_quality_) > 0.88
    assert (robust.label_quality_ <= 1).all() and (robust.label_quality_ >= 0).all()


def test_trusted_labels_are_learned_plainly():
    X, y, _ = blobs(90, 3, noise=0.2)
    plain = RobustNetClassifier(net(10), method="ce").fit(X, y).predict_proba(X)
    clf = RobustNetClassifier(net(10))
    trusted = clf.fit(X, y, trusted=np.ones(90, dtype=bool)).predict_proba(X)
    np.testing.assert_allclose(trusted, plain, atol=1e-5)
    doubted = clf.fit(X, y, trusted=np.zeros(90, dtype=bool)).predict_proba(X)
    assert not np.allclose(doubted, plain, atol=0.01)


@pytest.mark.parametrize("params", [{"beta": 1.0}, {"beta": "x"}, {"strength": -1}])
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 3)
    clf = RobustNetClassifier(net(), method=EarlyLearningRegularization(**params))
    with pytest.raises(ValueError, match="must "):
        clf.fit(X, y)
