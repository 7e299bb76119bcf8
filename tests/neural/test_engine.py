# SPDX-License-Identifier: BSD-3-Clause
"""The loop, as the callbacks of skorch and as methods see it."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch import NeuralNetClassifier
from skorch.callbacks import (
    Callback,
    EarlyStopping,
    EpochScoring,
    GradientNormClipping,
    LRScheduler,
)
from skorch.utils import noop
from torch import nn
from torch.utils.data import Subset

from sknoisy.neural import RobustNetClassifier, TabularNetwork, ready_net
from sknoisy.neural.methods import BaseMethod
from tests._data import blobs
from tests.neural.toys import TwoNetworks


def net(max_epochs=4, **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


class Probabilities(nn.Module):
    """What the criterion that skorch takes by itself wants."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_features, n_classes), nn.Softmax(1))

    def forward(self, x):
        return self.layers(x)


class Recorder(Callback):
    """Remember what a callback is told."""

    def initialize(self):
        self.events, self.losses, self.sizes, self.labels = [], [], [], []
        return self

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        self.events.append(f"train {len(X)} {len(y)}")

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        self.events.append(f"epoch {len(dataset_train)}")

    def on_batch_end(self, net, batch=None, loss=None, y_pred=None, **kwargs):
        self.labels.append(batch[1].numpy())
        self.sizes.append((len(batch[0]), len(batch[1]), len(y_pred)))
        self.losses.append((net.history[-1, "batches", -1, "train_loss"], float(loss)))

    def on_grad_computed(self, net, named_parameters, **kwargs):
        assert all(each.grad is not None for _, each in named_parameters)
        self.events.append("grad")

    def on_train_end(self, net, **kwargs):
        self.events.append("end")


def test_callbacks_are_told_what_happens():
    X, y, _ = blobs(70, 3)
    clf = RobustNetClassifier(net(2, callbacks=[Recorder()])).fit(X, y)
    (told,) = [each for _, each in clf.net_.callbacks_ if isinstance(each, Recorder)]
    epoch = ["epoch 70", "grad", "grad", "grad"]
    assert told.events == ["train 70 70", *epoch, *epoch, "end"]
    assert told.sizes == [(30, 30, 30), (30, 30, 30), (10, 10, 10)] * 2
    assert all(recorded == told for recorded, told in told.losses)


def test_history_is_that_of_skorch():
    X, y, _ = blobs(70, 3)
    ours = RobustNetClassifier(net(), method="ce").fit(X, y).net_.history
    sizes = {"module__n_features": 2, "module__n_classes": 3}
    theirs = net(**sizes).fit(X.astype(np.float32), y).history
    assert set(theirs[-1]) == set(ours[-1])
    assert set(theirs[-1]["batches"][0]) == set(ours[-1]["batches"][0])
    assert ours[-1, "train_loss"] < ours[0, "train_loss"]
    sizes = ours[-1, "batches", :, "train_batch_size"]
    assert sizes == [30, 30, 10]
    mean = np.average(ours[-1, "batches", :, "train_loss"], weights=sizes)
    np.testing.assert_allclose(ours[-1, "train_loss"], mean)


def test_plain_training_is_what_skorch_does():
    # In one batch, from the same first weights, there is nothing to differ by.
    X, y, _ = blobs(60, 3, noise=0.2)
    X = X.astype(np.float32)
    torch.manual_seed(3)
    module = TabularNetwork(2, 3, hidden=(8,), standardize=False)
    for criterion in (
        nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1),
        nn.MultiMarginLoss(),
    ):
        own = NeuralNetClassifier(
            module,
            criterion=criterion,
            max_epochs=5,
            batch_size=-1,
            train_split=None,
            verbose=0,
            lr=0.1,
        )
        ours = RobustNetClassifier(own, method="ce").fit(X, y)
        weighted = RobustNetClassifier(own, method="ce").fit(X, y, np.full(60, 2.0))
        theirs = clone(own).fit(X, y)
        for each in (ours, weighted):
            np.testing.assert_allclose(
                each.net_.forward(X), theirs.forward(X), atol=1e-5
            )


def test_learning_rate_schedules():
    X, y, _ = blobs(60, 3)
    by_epoch = LRScheduler("StepLR", step_size=1, gamma=0.5)
    clf = RobustNetClassifier(net(3, callbacks=[by_epoch])).fit(X, y)
    np.testing.assert_allclose(clf.net_.history[:, "event_lr"], [0.01, 0.005, 0.0025])
    by_batch = LRScheduler(
        "ExponentialLR", gamma=0.5, step_every="batch", event_name="rate"
    )
    clf = RobustNetClassifier(net(1, callbacks=[by_batch])).fit(X, y)
    assert clf.net_.history[-1, "batches", :, "rate"] == [0.01, 0.005]


@pytest.mark.parametrize("caching", [True, False])
def test_scores_of_each_epoch(caching):
    X, y, _ = blobs(90, 3, noise=0.1)
    scoring = EpochScoring(
        "accuracy",
        on_train=True,
        name="train_acc",
        lower_is_better=False,
        use_caching=caching,
    )
    clf = RobustNetClassifier(net(6, callbacks=[scoring])).fit(X, y)
    scores = clf.net_.history[:, "train_acc"]
    assert scores[-1] > 0.8 and scores[-1] >= scores[0]


def test_early_stopping_on_rows_held_out():
    X, y, _ = blobs(120, 3, noise=0.3)
    stop = EarlyStopping(patience=2, load_best=True)
    own = NeuralNetClassifier(
        TabularNetwork,
        module__hidden=(64,),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.05,
        max_epochs=60,
        callbacks=[stop],
        verbose=0,
    )
    clf = RobustNetClassifier(own, train_split="net", method="ce").fit(X, y)
    history = clf.net_.history
    assert len(history) < 60
    assert history[-1, "valid_batch_count"] >= 1
    best = int(np.argmin(history[:, "valid_loss"]))
    assert len(history) - 1 - best == 2
    with pytest.raises(ValueError, match='write train_split="net"'):
        RobustNetClassifier(own).fit(X, y)


class StopsOnce(Callback):
    """Stop the training from the first network that asks."""

    def __init__(self, at):
        self.at = at

    def on_epoch_end(self, net, **kwargs):
        net.history.record("ended", True)
        if len(net.history) == self.at:
            raise KeyboardInterrupt


def test_all_networks_hear_of_an_epoch_before_one_stops():
    X, y, _ = blobs(90, 3)
    own = net(9, callbacks=[StopsOnce(3)])
    clf = RobustNetClassifier(own, method=TwoNetworks()).fit(X, y)
    for each in clf.nets_:
        assert each.history[:, "ended"] == [True] * 3


class SeesTheEnd(BaseMethod):
    def loss(self, run, batch):
        return nn.functional.cross_entropy(run.network(batch.x), batch.codes)

    def finish(self, run):
        run.state.seen = run.network.module.layers[0].weight.detach().clone()

    def fitted_attributes(self, run):
        return {"seen_": run.state.seen}


def test_a_method_finishes_the_network_of_the_best_epoch():
    X, y, _ = blobs(90, 3)
    watching = EarlyStopping(
        "train_loss", lower_is_better=False, load_best=True, sink=noop
    )
    own = net(9, callbacks=[watching])
    clf = RobustNetClassifier(own, method=SeesTheEnd()).fit(X, y)
    # The loss falls, and higher was called better, so that the first epoch is best.
    assert len(clf.net_.history) == 6
    torch.testing.assert_close(clf.seen_, clf.net_.module_.layers[0].weight)
    once = RobustNetClassifier(net(1), method=SeesTheEnd()).fit(X, y)
    torch.testing.assert_close(clf.seen_, once.seen_)


@pytest.mark.parametrize("network", ["scores", "probabilities"])
def test_held_out_rows_are_judged_as_several_networks_predict_together(network):
    X, y, _ = blobs(90, 3, noise=0.3, spread=4.0)
    held_out = np.arange(60, 90)

    def split(data, y):
        return Subset(data, np.arange(60)), Subset(data, held_out)

    own = net(3)
    if network == "probabilities":
        own = NeuralNetClassifier(Probabilities, lr=0.1, max_epochs=3, verbose=0)
    clf = RobustNetClassifier(own, method=TwoNetworks(), train_split=split).fit(X, y)
    proba = clf.predict_proba(X[held_out])
    alone = [each.predict_proba(X[held_out].astype("f4")) for each in clf.nets_]
    assert not np.allclose(*alone)
    right = clf.predict(X[held_out]) == y[held_out]
    loss = -np.log(proba[np.arange(30), y[held_out]]).mean()
    for each in clf.nets_:
        assert each.history[-1, "valid_acc"] == pytest.approx(right.mean())
        assert each.history[-1, "valid_loss"] == pytest.approx(loss, abs=1e-4)


def test_an_interrupt_of_the_user_is_no_early_stop():
    class Interrupt(Callback):
        def on_batch_begin(self, net, **kwargs):
            raise KeyboardInterrupt

    X, y, _ = blobs(60, 3)
    clf = RobustNetClassifier(net(callbacks=[Interrupt()]))
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    assert not hasattr(clf, "net_")


def test_gradients_are_clipped():
    X, y, _ = blobs(60, 3)
    own = net(1, optimizer=torch.optim.SGD, lr=1.0, batch_size=-1)
    free = RobustNetClassifier(own).fit(X, y)
    own.set_params(callbacks=[GradientNormClipping(1e-8)])
    clipped = RobustNetClassifier(own).fit(X, y)
    start = RobustNetClassifier(own.set_params(lr=0.0)).fit(X, y)
    first, still, moved = (
        each.net_.module_.layers[0].weight for each in (start, clipped, free)
    )
    torch.testing.assert_close(still, first, atol=1e-7, rtol=0)
    assert not torch.allclose(moved, first, atol=1e-3)


def test_batches_as_the_net_wants_them():
    X, y, _ = blobs(61, 3)
    sizes = RobustNetClassifier(net(1)).fit(X, y).net_.history
    assert sizes[-1, "batches", :, "train_batch_size"] == [30, 31]
    dropping = net(1, iterator_train__drop_last=True, batch_size=40)
    sizes = RobustNetClassifier(dropping).fit(X, y).net_.history
    assert sizes[-1, "batches", :, "train_batch_size"] == [40]


def test_rows_keep_their_order_where_the_net_says_so():
    X, y, _ = blobs(60, 3)
    labels = []
    for shuffle in (True, False):
        own = net(1, iterator_train__shuffle=shuffle, callbacks=[Recorder()])
        clf = RobustNetClassifier(own).fit(X, y)
        (told,) = [
            each for _, each in clf.net_.callbacks_ if isinstance(each, Recorder)
        ]
        labels.append(np.concatenate(told.labels))
    assert (labels[1] == y).all()
    assert (labels[0] != y).any()


def test_half_precision_learns_too():
    X, y, truth = blobs(120, 3, noise=0.2)
    clf = RobustNetClassifier(net(20), amp=True).fit(X, y)
    exact = RobustNetClassifier(net(20)).fit(X, y)
    assert clf.score(X, truth) > 0.95
    assert clf.net_.module_.layers[0].weight.dtype == torch.float32
    difference = np.abs(clf.predict_proba(X) - exact.predict_proba(X)).max()
    assert 0 < difference < 0.2


def test_compiled_modules_are_the_same():
    X, y, _ = blobs(64, 3, noise=0.2)
    plain = RobustNetClassifier(net(2)).fit(X, y)
    compiling = net(2, compile=True, compile__backend="eager")
    compiled = RobustNetClassifier(compiling).fit(X, y)
    assert hasattr(compiled.net_.module_, "_orig_mod")
    np.testing.assert_allclose(
        compiled.predict_proba(X), plain.predict_proba(X), atol=1e-5
    )


def test_scores_under_a_criterion_that_wants_probabilities_are_an_error():
    """Skorch takes NLLLoss by itself, and modules mostly return scores."""
    X, y, _ = blobs(60, 3)
    scores = NeuralNetClassifier(
        TabularNetwork, module__n_features=2, module__n_classes=3, verbose=0
    )
    with pytest.raises(ValueError, match="write criterion=torch.nn.CrossEntropyLoss"):
        RobustNetClassifier(scores).fit(X, y)
