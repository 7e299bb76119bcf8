# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import CrossSplitTraining
from sknoisy.neural.methods._cross_split_training import (
    _contrast,
    jensen_shannon,
    relaxed_share,
)
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits


class Recorded(CrossSplitTraining):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


@fits.every_check
def test_fits(check):
    check(CrossSplitTraining(warm_up=4))


def test_the_halves_are_disjoint_and_complete():
    X, y, _ = blobs(61, 3)
    fits.fit(Recorded(), X, y)
    halves = Recorded.seen.state.halves
    assert [len(each) for each in halves] == [30, 31]
    assert sorted(torch.cat(halves).tolist()) == list(range(61))


def test_divergence_is_that_of_jensen_and_shannon():
    rng = np.random.default_rng(0)
    first, second = rng.dirichlet(np.ones(4), (2, 20))
    first[0] = [1, 0, 0, 0]
    found = jensen_shannon(torch.tensor(first), torch.tensor(second))
    expected = jensenshannon(first, second, axis=1) ** 2
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-8)


def test_the_share_rises_with_the_divergence():
    divergence = torch.tensor([0.1, 0.2, 0.3, 0.5, 0.3])
    least = torch.tensor([0.1, 0.1, 0.1, 0.1, 0.3])
    most = torch.tensor([0.3, 0.3, 0.3, 0.3, 0.3])
    whole = torch.tensor([0.0, 0.5, 1.0, 1.0, 0.5])
    torch.testing.assert_close(relaxed_share(divergence, least, most, 1.0), whole)
    part = torch.tensor([0.2, 0.5, 0.8, 0.8, 0.5])
    torch.testing.assert_close(relaxed_share(divergence, least, most, 0.6), part)


@pytest.fixture(scope="module")
def trained():
    X, y, truth = blobs(150, 3, noise=0.3)
    method = Recorded(warm_up=4)
    fits.fit(method, X, y)
    run = Recorded.seen
    method.divide(run)
    return run, method, truth


def test_labels_are_corrected_towards_the_peer(trained):
    run, method, truth = trained
    # Beyond the last stage of the relaxation.
    run.epoch = run.state.n_warm_up + 30
    batch = run.take(torch.arange(150))
    with torch.no_grad():
        targets = method.targets(run, 0, batch)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(150))
    assert np.mean(targets.argmax(dim=1).numpy() == truth) > 0.85


def test_classes_are_treated_alike(trained):
    run, _, _ = trained
    first = torch.softmax(torch.randn(20, 3), dim=1)
    second = torch.softmax(torch.randn(20, 3), dim=1)
    order = [2, 0, 1]
    torch.testing.assert_close(
        jensen_shannon(first, second), jensen_shannon(first[:, order], second[:, order])
    )


def test_trusted_labels_are_not_corrected():
    X, y, _ = blobs(150, 3, noise=0.3)
    method = Recorded(warm_up=4)
    fits.fit(method, X, y, trusted=np.full(150, True))
    run = Recorded.seen
    batch = run.take(torch.arange(150))
    with torch.no_grad():
        targets = method.targets(run, 0, batch)
    torch.testing.assert_close(targets, batch.targets)


def test_the_contrast_is_least_where_views_agree():
    views = torch.nn.functional.normalize(torch.randn(16, 8), dim=1)
    alike = _contrast([views, views])
    assert alike < 0.1
    assert alike < _contrast([views, views.roll(1, dims=0)])


def test_equal_losses_do_no_harm():
    X, y = np.zeros((60, 2)), np.arange(60) % 2
    clf = fits.fit(CrossSplitTraining(), X, y)
    np.testing.assert_allclose(clf.predict_proba(X[:2]), 0.5, atol=0.1)


class Scale(torch.nn.Module):
    """Has no linear layer."""

    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.randn(2))

    def forward(self, x):
        return x * self.factor


def test_a_network_without_a_linear_layer_needs_no_contrast():
    X, y, _ = blobs(60, 2)
    own = fits.net(module=Scale, max_epochs=2)
    own.set_params(**{"module__hidden": None})
    del own.module__hidden
    with pytest.raises(TypeError, match="no torch.nn.Linear"):
        RobustNetClassifier(own, method=CrossSplitTraining()).fit(X, y)
    method = CrossSplitTraining(contrast=0.0)
    assert RobustNetClassifier(own, method=method).fit(X, y).predict(X).shape == (60,)


@pytest.mark.parametrize("params", [{"contrast": -1}, {"unlabelled_weight": -1}])
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    with pytest.raises(ValueError, match=f"{name}="):
        RobustNetClassifier(method=CrossSplitTraining(**params)).fit(X, y)
