# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import DivideMix, _divide_mix
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits


class Recorded(DivideMix):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


@fits.every_check
def test_fits(check):
    check(DivideMix(warm_up=4))


def test_each_network_takes_what_looks_right_to_the_other():
    X, y, truth = blobs(150, 3, noise=0.3)
    method = Recorded(warm_up=4)
    fits.fit(method, X, y)
    run = Recorded.seen
    judged = [method._judge(run, which) for which in range(2)]
    parts = method.divide(run)
    for which, (labelled, others) in enumerate(parts):
        peer = judged[1 - which] >= method.threshold
        assert torch.equal(labelled, peer.nonzero().ravel())
        assert sorted([*labelled.tolist(), *others.tolist()]) == list(range(150))
        assert np.mean(y[labelled] == truth[labelled]) > 0.95
        assert np.mean(y[others] != truth[others]) > 0.8


def test_targets_are_sharp_probabilities():
    X, y, _ = blobs(150, 3, noise=0.3)
    method = Recorded(warm_up=4)
    fits.fit(method, X, y)
    run = Recorded.seen
    method.divide(run)
    batch = run.take(torch.arange(150))
    with torch.no_grad():
        targets, guess = method.targets(run, 0, batch), method.guess(run, 0, batch)
    for each in (targets, guess):
        torch.testing.assert_close(each.sum(dim=1), torch.ones(150))
    sure = run.state.right[0] > 0.999
    assert sure.any()
    torch.testing.assert_close(targets[sure], batch.targets[sure], atol=0.01, rtol=0)


def test_equal_losses_leave_all_labels_in_place(monkeypatch):
    monkeypatch.setattr(
        _divide_mix,
        "losses_of_given",
        lambda run, network=0: np.full(run.n_rows, 0.7),
    )
    X, y, _ = blobs(60, 2, noise=0.2)
    method = Recorded(warm_up=1)
    clf = fits.fit(method, X, y)
    assert [len(others) for _, others in method.divide(Recorded.seen)] == [0, 0]
    assert (clf.label_quality_ == 1).all()


def test_trusted_labels_stay():
    X, y, _ = blobs(150, 3, noise=0.3)
    method = Recorded(warm_up=4)
    clf = fits.fit(method, X, y, trusted=np.full(150, True))
    assert [len(others) for _, others in method.divide(Recorded.seen)] == [0, 0]
    assert (clf.label_quality_ == 1).all()


@pytest.mark.parametrize(
    "noise_rate, n_classes, weight",
    [
        (0.0, 10, 0),
        (0.2, 10, 0),
        (0.35, 10, 12.5),
        (0.5, 10, 25),
        (0.8, 10, 25),
        (0.9, 2, 50),
        (0.2, 100, 25),
        (0.9, 100, 150),
    ],
)
def test_the_published_weights(noise_rate, n_classes, weight):
    found = _divide_mix.published_weight(noise_rate, n_classes)
    assert found == pytest.approx(weight)


def test_the_weight_follows_what_looks_wrong():
    found = []
    for noise in (0.0, 0.4):
        X, y, truth = blobs(300, 3, noise=noise)
        fits.fit(Recorded(warm_up=4), X, y)
        found.append(Recorded.seen.state.unlabelled_weight)
    assert found[0] == 0
    assert 1 < found[1] < 25
    # Rows that are known to be right, and light ones, say little of the others.
    weight = np.where(y == truth, 1.0, 1e-3)
    for rows in ({"sample_weight": weight}, {"trusted": np.full(300, True)}):
        fits.fit(Recorded(warm_up=4), X, y, **rows)
        assert Recorded.seen.state.unlabelled_weight == 0
    fits.fit(Recorded(3.0, warm_up=4), X, y)
    assert Recorded.seen.state.unlabelled_weight == 3.0


def test_uneven_classes_stay_uneven():
    X, y, _ = blobs(600, 2, spread=2.5)
    kept = np.flatnonzero((y == 0) | (np.arange(600) % 16 == 1))
    X, y = X[kept], y[kept]
    assert 0.1 < y.mean() < 0.12
    plain, robust = [
        fits.fit(each, X, y).predict_proba(X)[:, 1].mean()
        for each in ("ce", DivideMix(warm_up=4))
    ]
    assert robust == pytest.approx(plain, abs=0.05)


def test_losses_of_several_epochs_are_averaged():
    X, y, _ = blobs(60, 3, noise=0.2)
    clf = fits.fit(Recorded(warm_up=4, n_losses=5), X, y)
    assert [len(each) for each in Recorded.seen.state.losses] == [5, 5]
    assert clf.score(X, y) > 0.7


def test_views_of_the_caller_are_used():
    X, y, truth = blobs(60, 3, noise=0.2)
    shapes = set()

    def shift(x):
        shapes.add(x.shape[1:])
        return x + 0.01

    clf = fits.fit(DivideMix(warm_up=4, augment=shift), X, y)
    assert shapes == {torch.Size([2])}
    assert clf.score(X, truth) > 0.9


def test_certain_predictions_can_be_penalized_in_the_warm_up():
    X, y, _ = blobs(60, 3)
    plain, held = [
        RobustNetClassifier(
            fits.net(max_epochs=8),
            method=DivideMix(warm_up=0.99, confidence_penalty=penalty),
        )
        .fit(X, y)
        .predict_proba(X)
        .max(axis=1)
        .mean()
        for penalty in (0.0, 2.0)
    ]
    assert held < plain - 0.05


@pytest.mark.parametrize(
    "params",
    [
        {"unlabelled_weight": -1},
        {"unlabelled_weight": "much"},
        {"threshold": 1.0},
        {"n_losses": 0},
        {"alpha": 0},
        {"temperature": 0},
        {"balance": -1},
        {"augment": 1.0},
        {"warm_up": -1},
    ],
)
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    with pytest.raises(ValueError, match=f"{name}="):
        RobustNetClassifier(method=DivideMix(**params)).fit(X, y)
