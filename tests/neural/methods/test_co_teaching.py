# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from skorch import NeuralNetClassifier
from torch import nn
from torch.nn.functional import cross_entropy

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural._nested_dropout import NestedDropout
from sknoisy.neural._network import Network
from sknoisy.neural._small_losses import share_of_small_losses
from sknoisy.neural.methods import BaseMethod, CoTeaching
from sknoisy.noise import inject_pair_noise, inject_symmetric_noise
from tests._data import blobs


def net(max_epochs=15, **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


def robust(method, own=None):
    return RobustNetClassifier(net() if own is None else own, method=method)


class TwoPlain(BaseMethod):
    """What co-teaching is without noise: two networks, each on all rows."""

    n_networks = 2

    def loss(self, run, batch):
        return sum(
            batch.mean(cross_entropy(network(batch.x), batch.codes, reduction="none"))
            for network in run.networks
        )


class AsPublished(CoTeaching):
    """A plain step of the paper, for two epochs of ramp and labels without weights."""

    def step(self, run, batch):
        losses = [
            cross_entropy(network(batch.x), batch.codes, reduction="none")
            for network in run.networks
        ]
        left_out = self.noise_rate * min((run.epoch + 1) / 2, 1)
        n_kept = int((1 - left_out) * len(batch))
        first, second = (each.detach().argsort()[:n_kept] for each in losses)
        loss = losses[0][second].mean() + losses[1][first].mean()
        run.update(loss, batch)
        return loss.detach()


class Spy(CoTeaching):
    """Remember what was chosen."""

    def start(self, run):
        super().start(run)
        self.seen_ = []

    def _choose(self, run, rows, losses, left_out, candidates=None):
        chosen = super()._choose(run, rows, losses, left_out, candidates)
        self.seen_.append((run.epoch, rows, losses.detach(), chosen))
        return chosen


def test_small_losses_by_hand():
    losses = torch.tensor([[3.0, 1.0, 2.0, 5.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    share = share_of_small_losses(losses, 0.5)
    assert share.tolist() == [[0, 1, 1, 0, 0], [1, 1, 0, 0, 0]]
    weight = torch.tensor([1.0, 0.0, 3.0, 1.0, 1.0])
    share = share_of_small_losses(losses, 0.5, weight)
    assert share.tolist() == [[0, 0, 1, 0, 0], [1, 0, pytest.approx(2 / 3), 0, 0]]
    codes = torch.tensor([0, 0, 1, 1, 1])
    share = share_of_small_losses(losses, 0.5, classes=(codes, 3))
    assert share.tolist() == [[0, 1, 1, 0, 0.5], [1, 0, 1, 0.5, 0]]


def test_something_always_stays():
    losses = torch.tensor([[2.0, 1.0, 3.0]])
    assert share_of_small_losses(losses, 0.1).sum() > 0
    codes = torch.tensor([0, 0, 1])
    share = share_of_small_losses(losses, 0.1, classes=(codes, 2))
    assert share[0, 1] > 0
    assert share[0, 2] > 0


def test_finds_wrong_labels_and_learns_from_the_others():
    X, y, truth = blobs(300, 3, noise=0.3)
    clf = robust(CoTeaching(0.3)).fit(X, y)
    assert clf.score(X, truth) > 0.97
    assert roc_auc_score(y == truth, clf.label_quality_) > 0.95
    assert len(clf.nets_) == 2
    first, second = (each.module_.state_dict() for each in clf.nets_)
    assert not all(torch.equal(first[name], second[name]) for name in first)


def test_without_noise_it_is_two_plain_networks():
    X, y, _ = blobs(90, 3)
    expected = robust(TwoPlain()).fit(X, y).predict_proba(X)
    actual = robust(CoTeaching(0.0)).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_each_learns_what_the_other_chooses():
    X, y, _ = blobs(90, 3, noise=0.3)
    clf = robust(Spy(0.4, ramp=2), net(3, batch_size=-1)).fit(X, y)
    for epoch, _, losses, chosen in clf.method_.seen_:
        n_kept = int((1 - [0.2, 0.4, 0.4][epoch]) * 90)
        for of_one, picked in zip(losses, chosen, strict=True):
            assert picked.sum() == n_kept
            assert of_one[picked == 1].max() <= of_one[picked == 0].min()


def test_it_trains_as_a_plain_loop_of_the_paper_does():
    X, y, _ = blobs(100, 3, noise=0.3)
    expected, actual = [
        robust(method, net(4)).fit(X, y).predict_proba(X)
        for method in (AsPublished(0.3), CoTeaching(0.3, ramp=2))
    ]
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_exponent_shapes_the_ramp():
    X, y, _ = blobs(60, 2, noise=0.2)
    method = Spy(0.5, ramp=4, exponent=2.0)
    clf = robust(method, net(3, batch_size=-1)).fit(X, y)
    kept = [int(chosen[0].sum()) for *_, chosen in clf.method_.seen_]
    assert kept == [52, 30, 30]


def test_trusted_rows_are_always_learned_from():
    X, y, truth = blobs(120, 3, noise=0.4)
    trusted = y != truth
    clf = robust(Spy(0.4, ramp=1)).fit(X, y, trusted=trusted)
    for _, rows, _, chosen in clf.method_.seen_:
        assert (chosen[:, rows.trusted] == 1).all()
        n_free = int((~rows.trusted).sum())
        np.testing.assert_allclose(
            chosen[:, ~rows.trusted].sum(dim=1), int(0.6 * n_free + 1e-3)
        )
    everything = robust(CoTeaching()).fit(X, y, trusted=np.full(120, True))
    expected = robust(CoTeaching(0.0)).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(everything.predict_proba(X), expected, atol=1e-5)


def test_per_class_spares_a_rare_class():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = np.r_[np.zeros(190, int), np.ones(10, int)]
    kept = {}
    for per_class in (False, True):
        clf = robust(Spy(0.3, ramp=1, per_class=per_class), net(5)).fit(X, y)
        *_, (_, rows, _, chosen) = [
            s for s in clf.method_.seen_ if (s[1].codes == 1).any()
        ]
        kept[per_class] = chosen[:, rows.codes == 1].mean()
    assert kept[True] == pytest.approx(0.7, abs=1e-5)
    assert kept[False] < kept[True]


@pytest.mark.parametrize("per_class", [False, True])
def test_unit_weights_change_nothing(per_class):
    X, y, _ = blobs(90, 3, noise=0.2)
    clf = robust(CoTeaching(0.2, per_class=per_class))
    plain = clf.fit(X, y).predict_proba(X)
    weighted = clf.fit(X, y, sample_weight=np.full(90, 2.0)).predict_proba(X)
    np.testing.assert_allclose(weighted, plain, atol=1e-5)


def test_in_one_batch_weights_are_repeated_rows():
    X, y, _ = blobs(40, 3, noise=0.2)
    weight = np.random.default_rng(0).integers(0, 4, 40)
    clf = robust(CoTeaching(0.3, ramp=3, per_class=True), net(10, batch_size=-1))
    weighted = clf.fit(X, y, sample_weight=weight).predict_proba(X)
    repeats = np.repeat(np.arange(40), weight)
    repeated = clf.fit(X[repeats], y[repeats]).predict_proba(X)
    np.testing.assert_allclose(weighted, repeated, atol=1e-3)


def test_the_rate_comes_from_the_labels_that_nobody_has_verified():
    X, y, truth = blobs(300, 3, noise=0.3)
    clf = robust(Spy(), net(12)).fit(X, y)
    *_, (_, rows, _, chosen) = clf.method_.seen_
    assert chosen.sum() / chosen.numel() == pytest.approx(0.7, abs=0.06)
    trusted = np.arange(300) < 100
    y[trusted] = truth[trusted]
    clf.fit(X, y, trusted=trusted)
    kept = torch.cat([s[3][:, ~s[1].trusted].ravel() for s in clf.method_.seen_[-10:]])
    assert kept.mean() == pytest.approx(1 - np.mean((y != truth)[~trusted]), abs=0.06)


def test_disagreement_learns_from_disagreement_alone():
    X, y, truth = blobs(200, 3, noise=0.3)
    method = Spy(0.3, update="disagreement", warm_up=4)
    clf = robust(method, net(20)).fit(X, y)
    assert clf.score(X, truth) > 0.9
    early = [chosen.mean() for epoch, *_, chosen in clf.method_.seen_ if epoch < 4]
    late = [chosen.mean() for epoch, *_, chosen in clf.method_.seen_ if epoch >= 4]
    assert min(early) > 0.5
    assert min(late) < 0.2


def test_networks_that_agree_end_up_learning_nothing(monkeypatch):
    X, y, _ = blobs(60, 2)
    method = Spy(0.1, update="disagreement")
    monkeypatch.setattr("sknoisy.neural.methods._co_teaching._STEPS_ON_AGREEMENT", 0)
    clf = robust(method, net(40, batch_size=-1)).fit(X, y)
    *_, last = (chosen for *_, chosen in clf.method_.seen_)
    assert not last.any()
    assert np.isfinite(clf.predict_proba(X)).all()


def test_nested_dropout_orders_the_channels():
    X, y, truth = blobs(200, 3, noise=0.2)
    clf = robust(CoTeaching(0.2, nested=4.0), net(25)).fit(X, y)
    assert clf.score(X, truth) > 0.97
    for each in clf.nets_:
        last = Network(each).last_layer
        used = (last.weight != 0).any(dim=0)
        assert 0 < used.sum() < len(used)
        assert used[: used.sum()].all()
        assert not last._forward_pre_hooks


def test_cut_counts_what_each_number_of_channels_gets_right():
    own = NeuralNetClassifier(nn.Linear, module__in_features=3, module__out_features=2)
    layer = own.initialize().module_
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
        layer.bias.zero_()
    X, codes = torch.tensor([[1.0, 2.0, 9.0], [1.0, 0.0, 9.0]]), torch.tensor([0, 1])

    class Rows:
        def take(self, index):
            return X[index]

    dropout = NestedDropout(Network(own), 1.0)
    assert dropout.cut(Rows(), codes, torch.ones(2), 1) == 2
    assert layer.weight[:, 2].tolist() == [0, 0]


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    for params, words in (
        ({"update": "disagree"}, "Did you mean 'disagreement'"),
        ({"noise_rate": 1.0}, r"must be a number in \[0, 1\)"),
        ({"ramp": 0}, "whole number above 0"),
        ({"nested": 0.0}, "nested=0.0 must be a number in"),
    ):
        with pytest.raises(ValueError, match=words):
            robust(CoTeaching(**params)).fit(X, y)
    shared = NeuralNetClassifier(nn.Linear(2, 2), criterion=nn.CrossEntropyLoss)
    with pytest.raises(TypeError, match="give the net a class or a function"):
        robust(CoTeaching(), shared).fit(X, y)


class Digits(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Linear(64, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, 10),
        )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["symmetric", "pair"])
def test_withstands_heavy_noise_on_digits(kind):
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(
        X / 16, y, test_size=0.3, stratify=y, random_state=0
    )
    inject, rate = {
        "symmetric": (inject_symmetric_noise, 0.4),
        "pair": (inject_pair_noise, 0.3),
    }[kind]
    y = inject(y, rate, random_state=0).y
    own = NeuralNetClassifier(
        Digits,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=1e-3,
        batch_size=64,
        max_epochs=50,
        verbose=0,
    )
    plain, known, estimated = (
        robust(method, own).fit(X, y).score(X_test, y_test)
        for method in ("ce", CoTeaching(rate), CoTeaching())
    )
    assert known > plain + 0.05
    assert estimated > plain + 0.1
