# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import DynamicBootstrapping, _dynamic_bootstrapping
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits


class Recorded(DynamicBootstrapping):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


@fits.every_check
def test_fits(check):
    check(DynamicBootstrapping())


def test_labels_are_replaced_as_far_as_they_look_wrong():
    X, y, truth = blobs(150, 3, noise=0.3)
    method = Recorded()
    fits.fit(method, X, y)
    run = Recorded.seen
    targets = method._bootstrapped(run, run.take(torch.arange(150)))
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(150))
    assert np.mean(targets.argmax(dim=1).numpy() == truth) > 0.95
    right = targets[torch.tensor(y == truth)]
    assert right.amax(dim=1).median() > 0.9


def test_trusted_labels_are_not_replaced():
    X, y, _ = blobs(150, 3, noise=0.3)
    method = Recorded()
    clf = fits.fit(method, X, y, trusted=np.full(150, True))
    run = Recorded.seen
    batch = run.take(torch.arange(150))
    torch.testing.assert_close(method._bootstrapped(run, batch), batch.targets)
    assert (clf.label_quality_ == 1).all()


def test_equal_losses_leave_all_labels_in_place(monkeypatch):
    monkeypatch.setattr(
        _dynamic_bootstrapping,
        "losses_of_given",
        lambda run, network=0: np.full(run.n_rows, 0.7),
    )
    X, y, _ = blobs(60, 2, noise=0.2)
    method = Recorded()
    clf = fits.fit(method, X, y)
    batch = Recorded.seen.take(torch.arange(60))
    targets = method._bootstrapped(Recorded.seen, batch)
    torch.testing.assert_close(targets, batch.targets)
    assert (clf.label_quality_ == 1).all()


def test_a_longer_warm_up_leaves_more_to_plain_mixup():
    X, y, _ = blobs(60, 3, noise=0.2)
    method = Recorded(warm_up=3)
    RobustNetClassifier(fits.net(max_epochs=4), method=method).fit(X, y)
    assert Recorded.seen.state.n_warm_up == 2
    method = Recorded(warm_up=0.8)
    RobustNetClassifier(fits.net(max_epochs=5), method=method).fit(X, y)
    assert Recorded.seen.state.n_warm_up == 4


def test_whole_numbers_are_refused():
    X, y = np.arange(40).reshape(20, 2) % 5, np.arange(20) % 2
    clf = RobustNetClassifier(method=DynamicBootstrapping(), dtype="keep")
    with pytest.raises(TypeError, match="DynamicBootstrapping mixes rows"):
        clf.fit(X, y)


@pytest.mark.parametrize(
    "params", [{"alpha": 0}, {"balance": -1}, {"warm_up": 1.0}, {"max_iter": 0}]
)
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    with pytest.raises(ValueError, match=f"{name}="):
        RobustNetClassifier(method=DynamicBootstrapping(**params)).fit(X, y)
