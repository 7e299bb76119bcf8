# SPDX-License-Identifier: BSD-3-Clause
"""Methods of every kind can be written in a few lines."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from skorch import NeuralNetClassifier
from torch import nn
from torch.nn.functional import cross_entropy

from sknoisy.neural import RobustNetClassifier, TabularNetwork, ready_net
from sknoisy.neural._averaged import AveragedNetwork
from sknoisy.neural.methods import BaseMethod
from tests._data import blobs


def net(max_epochs=8, network="tabular", **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(network, max_epochs=max_epochs, **params)


class Exchange(BaseMethod):
    """Two networks, each trained on what the other finds easy."""

    n_networks = 2

    def __init__(self, rate=0.2):
        self.rate = rate

    def step(self, run, batch):
        losses = [
            cross_entropy(network(batch.x), batch.codes, reduction="none")
            for network in run.networks
        ]
        n_kept = max(1, int((1 - self.rate) * len(batch)))
        easy = [each.detach().argsort()[:n_kept] for each in losses]
        own = torch.stack([losses[0][easy[1]].mean(), losses[1][easy[0]].mean()])
        run.update(own.sum(), batch)
        return own.detach()


class Sharpness(BaseMethod):
    """Two passes: the step is made at the gradient of a worse place nearby."""

    def __init__(self, radius=0.05):
        self.radius = radius

    def step(self, run, batch):
        parameters = run.network.parameters()
        run.zero_grad()
        loss = batch.mean(
            cross_entropy(run.network(batch.x), batch.codes, reduction="none")
        )
        run.backward(loss)
        norm = torch.stack([each.grad.norm() for each in parameters]).norm()
        away = [self.radius / (norm + 1e-12) * each.grad for each in parameters]
        with torch.no_grad():
            torch._foreach_add_(parameters, away)
        run.zero_grad()
        with run.network.frozen_statistics():
            run.backward(cross_entropy(run.network(batch.x), batch.codes))
        with torch.no_grad():
            torch._foreach_sub_(parameters, away)
        run.step(batch)
        return loss.detach()


class Offsets(BaseMethod):
    """A parameter for each row, which an optimizer of its own trains."""

    def start(self, run):
        offsets = run.per_row(run.n_classes).requires_grad_()
        run.state.offsets = offsets
        run.optimizers.append(torch.optim.SGD([offsets], lr=1.0))

    def loss(self, run, batch):
        logits = run.network(batch.x) + run.state.offsets[batch.index]
        return batch.mean(cross_entropy(logits, batch.targets, reduction="none"))

    def label_quality(self, run):
        given = run.state.offsets.detach().gather(1, run.codes[:, None]).ravel()
        return torch.sigmoid(-given)


class Mixing(BaseMethod):
    """Labelled and unlabelled batches, mixed, by what the last epoch has shown."""

    def start(self, run):
        run.state.believed = torch.arange(run.n_rows, device=run.device)

    def epoch(self, run):
        for batch in run.batches(run.state.believed):
            run.take_step(batch, run.sample(run.state.believed, len(batch)))

    def step(self, run, batch, other):
        share = torch.rand(len(batch), device=run.device)
        mixed = run.mix(run.drop_inputs(batch.x), other.x, share)
        targets = torch.lerp(other.targets, batch.targets, share[:, None])
        logits = run.network(run.concatenate(mixed, batch.x))
        loss = cross_entropy(logits, torch.cat([targets, batch.targets]))
        run.update(loss, batch)
        return loss.detach()

    def end_epoch(self, run):
        right = run.predict_all().argmax(dim=1) == run.codes
        assert run.network.module.training
        if right.any():
            run.state.believed = right.nonzero().ravel()


class Verified(BaseMethod):
    """Learns from the trusted rows alone, and from a running average of itself."""

    def start(self, run):
        run.state.average = AveragedNetwork(run.network, 0.5)

    def epoch(self, run):
        for batch in run.batches(run.trusted_index, batch_size=10):
            run.take_step(batch)
            run.state.average.update()

    def loss(self, run, batch):
        assert batch.trusted.all()
        features, logits = run.network.features(batch.x)
        torch.testing.assert_close(run.network.last_layer(features), logits)
        assert not run.state.average(batch.x).requires_grad
        return cross_entropy(logits, batch.codes)

    def finish(self, run):
        assert not len(np.intersect1d(run.trusted_index, run.untrusted_index))
        run.state.average.hand_over()


@pytest.mark.parametrize("method", [Exchange(), Sharpness(), Offsets(), Mixing()])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_methods_learn(method, kind):
    X, y, truth = blobs(150, 3, noise=0.1)
    own = net(15, "tabular" if kind is np.asarray else "embedding_bag")
    clf = RobustNetClassifier(own, method=method).fit(kind(X), y)
    assert clf.score(kind(X), truth) > 0.9
    again = clone(clf).fit(kind(X), y)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_each_network_has_a_history_of_its_own():
    X, y, _ = blobs(90, 3, noise=0.1)
    clf = RobustNetClassifier(net(3), method=Exchange()).fit(X, y)
    first, second = clf.nets_
    assert first is clf.net_
    assert first.history[-1, "train_loss"] != second.history[-1, "train_loss"]
    both = [each.forward(X.astype(np.float32)).softmax(1).numpy() for each in clf.nets_]
    assert not np.allclose(*both)
    np.testing.assert_allclose(clf.predict_proba(X), np.mean(both, axis=0), atol=1e-5)


def test_two_networks_need_something_that_makes_modules():
    X, y, _ = blobs(30, 3)
    own = NeuralNetClassifier(TabularNetwork(2, 3), criterion=nn.CrossEntropyLoss)
    with pytest.raises(TypeError, match="give the net a class or a function"):
        RobustNetClassifier(own, method=Exchange()).fit(X, y)


def test_radius_zero_is_plain_training():
    X, y, _ = blobs(90, 3, noise=0.1)
    sharp = RobustNetClassifier(net(), method=Sharpness(0.0)).fit(X, y)
    plain = RobustNetClassifier(net(), method="ce").fit(X, y)
    np.testing.assert_allclose(
        sharp.predict_proba(X), plain.predict_proba(X), atol=1e-5
    )


def test_batch_normalization_counts_one_pass():
    X, y, _ = blobs(60, 3)
    own = net(3, module__batch_norm=True, lr=0.0)
    clfs = [
        RobustNetClassifier(own, method=each).fit(X, y)
        for each in (Sharpness(0.0), "ce")
    ]
    means = [each.net_.module_.layers[1].running_mean for each in clfs]
    torch.testing.assert_close(*means)


def test_opinions_on_labels_come_back_to_their_rows():
    X, y, truth = blobs(150, 3, noise=0.1)
    weight = np.ones(150)
    weight[[3, 5]] = 0
    clf = RobustNetClassifier(net(30), method=Offsets()).fit(X, y, weight)
    quality = clf.label_quality_
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(quality)), [3, 5])
    judged = weight > 0
    wrong = y != truth
    assert quality[wrong & judged].max() < quality[~wrong & judged].min()


def test_trusted_rows_are_a_set_of_their_own():
    X, y, truth = blobs(150, 3, noise=0.5)
    trusted = (y == truth) & (np.arange(150) % 2 == 0)
    clf = RobustNetClassifier(net(20), method=Verified()).fit(X, y, trusted=trusted)
    assert clf.score(X, truth) > 0.9


def test_look_ahead_steps():
    class LookAhead(BaseMethod):
        def loss(self, run, batch):
            here = dict(run.network.module.named_parameters())
            loss = cross_entropy(
                run.network.with_parameters(here, batch.x), batch.codes
            )
            gradient = torch.autograd.grad(loss, here.values(), create_graph=True)
            moved = (
                value - 0.1 * each
                for value, each in zip(here.values(), gradient, strict=True)
            )
            there = dict(zip(here, moved, strict=True))
            return cross_entropy(
                run.network.with_parameters(there, batch.x), batch.codes
            )

    X, y, _ = blobs(90, 3)
    clf = RobustNetClassifier(net(), method=LookAhead()).fit(X, y)
    assert clf.score(X, y) > 0.9


def test_the_noise_is_estimated_when_it_is_asked_for():
    seen = {}

    class Curious(BaseMethod):
        def loss(self, run, batch):
            return cross_entropy(run.network(batch.x), batch.codes)

        def finish(self, run):
            seen.update(
                rate=run.evidence.noise_rate,
                matrix=run.evidence.transition_matrix,
                quality=run.evidence.label_quality,
                proba=run.evidence.pred_proba,
                lazy="detector" in vars(run.evidence),
            )

    X, y, truth = blobs(300, 3, noise=0.2)
    weight = np.where(y == 1, 0.0, 1.0)
    RobustNetClassifier(net(1), method=Curious()).fit(X, y)
    assert abs(seen["rate"] - 0.2) < 0.05
    assert abs(seen["matrix"][0, 1] - 0.2) < 0.1
    assert seen["quality"][y != truth].mean() < 0.2
    RobustNetClassifier(net(1), method=Curious()).fit(X, y, weight)
    assert seen["proba"].shape == ((y != 1).sum(), 3)
    np.testing.assert_array_equal(seen["matrix"][1], [0, 1, 0])


def test_a_method_without_a_loss_says_what_is_missing():
    X, y, _ = blobs(30, 3)
    with pytest.raises(NotImplementedError, match="must implement loss"):
        RobustNetClassifier(net(), method=BaseMethod()).fit(X, y)


class TellingOffsets(Offsets):
    """Has something to tell in the end."""

    def fitted_attributes(self, run):
        return {"n_offsets_": run.state.offsets.numel()}


def test_what_else_was_learned():
    X, y, _ = blobs(60, 3)
    clf = RobustNetClassifier(net(1), method=TellingOffsets()).fit(X, y)
    assert clf.n_offsets_ == 180
    clf.set_params(method=Offsets()).fit(X, y)
    assert not hasattr(clf, "n_offsets_")
