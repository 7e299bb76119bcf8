# SPDX-License-Identifier: BSD-3-Clause
import pickle

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import ConsistencyRegularization
from tests._data import blobs, soft_blobs
from tests.neural.methods import _noisy_fits as fits


class Recorded(ConsistencyRegularization):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


@pytest.mark.parametrize(
    "check",
    [
        fits.assert_learns_strings_reproducibly,
        fits.assert_does_no_harm,
        fits.assert_takes_sparse_rows,
        fits.assert_keeps_a_rare_class,
        fits.assert_names_itself_when_it_diverges,
    ],
)
def test_fits(check):
    check(ConsistencyRegularization())


def test_it_resists_wrong_labels():
    X, y, truth = blobs(400, 3, noise=0.3, spread=3.0)
    rng = np.random.default_rng(0)
    X = np.hstack([X + 2 * rng.normal(size=X.shape) for _ in range(4)])
    own = fits.net(max_epochs=30, module__hidden=(64,))
    plain, robust = [
        RobustNetClassifier(own, method=method)
        .fit(X[:150], y[:150])
        .score(X[150:], truth[150:])
        for method in ("ce", "consistency")
    ]
    assert robust > plain + 0.03


def test_without_its_losses_it_is_plain_training():
    X, y, _ = blobs(90, 3, noise=0.2)
    method = ConsistencyRegularization(0, auxiliary=0)
    plain, bare = (fits.fit(each, X, y).predict_proba(X) for each in ("ce", method))
    np.testing.assert_array_equal(bare, plain)


def recorded(**params):
    X, y, _ = blobs(60, 3, noise=0.2)
    method = Recorded(**params)
    fits.fit(method, X, y)
    return method, Recorded.seen


def moved_by(loss, run):
    """Tell which parts a loss has a gradient for: body, last layer and head."""
    run.zero_grad()
    loss.backward()
    body = run.network.module.layers[0]
    parts = (body, run.network.last_layer, run.state.head[0], run.state.head[2])
    return [
        each.weight.grad is not None and bool(each.weight.grad.any()) for each in parts
    ]


def test_the_head_and_the_last_layer_are_decoupled():
    method, run = recorded()
    x = run.take(torch.arange(60)).x
    by_task = moved_by(method._reconstruction(run, x).mean(), run)
    assert by_task == [True, False, True, True]
    by_views = moved_by(method._divergence(run, x).mean(), run)
    assert by_views == [True, True, False, False]
    method.set_params(auxiliary=0)
    run.state.head, head = None, run.state.head
    loss = method.loss(run, run.take(torch.arange(60)))
    run.state.head = head
    assert moved_by(loss, run) == [True, True, False, False]


def test_the_head_learns_to_reconstruct():
    X = np.random.default_rng(0).normal(size=(200, 1)) @ [[1.0, 10.0, -3.0]] + 5.0
    y = (X[:, 0] > 5).astype(int)
    errors = []
    for epochs in (1, 40):
        method = Recorded()
        own = fits.net(max_epochs=epochs)
        RobustNetClassifier(own, method=method, random_state=0).fit(X, y)
        run = Recorded.seen
        # Each call hides other places: one draw of them is no measure.
        rows = run.take(torch.arange(200)).x.repeat(20, 1)
        with torch.no_grad():
            errors.append(float(method._reconstruction(run, rows).mean()))
    # The mean of each column alone has an error of 1.
    assert errors[1] < 0.5 * errors[0] < 0.5


def test_masked_places_alone_count():
    method, run = recorded(mask=1e-9)
    losses = method._reconstruction(run, run.take(torch.arange(60)).x)
    assert not losses.any()


def test_equal_views_do_not_diverge():
    method, run = recorded(augment=0.0)
    x = run.take(torch.arange(60)).x
    assert method._divergence(run, x).abs().max() < 1e-6
    method.set_params(augment=lambda rows: torch.randn_like(rows) * 9)
    divergence = method._divergence(run, x)
    assert 0.05 < divergence.mean() < np.log(2)


class Known(Recorded):
    """Have losses that are known beforehand."""

    def _divergence(self, run, x):
        return torch.arange(len(x), dtype=torch.float32)

    def _reconstruction(self, run, x):
        return torch.full((len(x),), 3.0)


def test_all_losses_are_weighted():
    X, y, _ = blobs(60, 3, noise=0.2)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 60)
    method = Known(2.0, auxiliary=0.5)
    fits.fit(method, X, y, sample_weight=weight)
    run = Recorded.seen
    batch = run.take(torch.arange(60))
    losses = torch.nn.functional.cross_entropy(
        run.network(batch.x), batch.codes, reduction="none"
    )
    losses = losses + 2.0 * torch.arange(60) + 0.5 * 3.0
    share = torch.as_tensor(weight / weight.sum(), dtype=torch.float32)
    torch.testing.assert_close(method.loss(run, batch), share @ losses)


def test_soft_targets_are_learned():
    X, targets = soft_blobs(90)
    clf = RobustNetClassifier(fits.net(), method=ConsistencyRegularization(1.0))
    clf.fit(X, targets.argmax(axis=1), soft_targets=targets)
    error = np.abs(clf.predict_proba(X) - targets).mean()
    assert error < np.abs(targets.mean(axis=0) - targets).mean()


def test_sparse_rows_and_tokens_have_nothing_reconstructed():
    X, y, _ = blobs(60, 2)
    fits.fit(Recorded(), sparse.csr_matrix(X), y, network="embedding_bag")
    assert Recorded.seen.state.head is None
    assert not Recorded.seen.optimizers
    tokens = (X > 0).astype(np.int64)
    own = ready_net(module=Tokens, max_epochs=3)
    clf = RobustNetClassifier(own, method=Recorded(), dtype="keep").fit(tokens, y)
    assert Recorded.seen.state.head is None
    assert clf.predict(tokens).shape == (60,)


class Tokens(torch.nn.Module):
    """Begin with an embedding."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(2, 4)
        self.last = torch.nn.Linear(8, 2)

    def forward(self, x):
        return self.last(self.embedding(x).flatten(1))


class Pictures(torch.nn.Module):
    """Take rows of three dimensions, normalize the batch, and end in two classes."""

    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(3)
        self.last = torch.nn.Linear(12, 2)

    def forward(self, x):
        return self.last(self.norm(x).flatten(1))


def test_rows_of_more_dimensions_are_reconstructed_and_views_not_counted():
    X = np.random.default_rng(0).normal(size=(64, 3, 4)).astype(np.float32)
    own = ready_net(module=Pictures, max_epochs=1, batch_size=64)
    RobustNetClassifier(own, method=Recorded()).fit(X, X[:, 0, 0] > 0)
    run = Recorded.seen
    assert run.state.head[2].out_features == 12
    assert int(run.network.module.norm.num_batches_tracked) > 1
    mean = 0.1 * torch.as_tensor(X).mean(dim=(0, 2))
    torch.testing.assert_close(run.network.module.norm.running_mean, mean)


class Scale(torch.nn.Module):
    """Has no linear layer."""

    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.randn(2))

    def forward(self, x):
        return x * self.factor


def test_a_network_without_a_linear_layer_needs_no_reconstruction():
    X, y, _ = blobs(60, 2)
    own = ready_net(module=Scale, max_epochs=2)
    with pytest.raises(TypeError, match="no torch.nn.Linear"):
        RobustNetClassifier(own, method="consistency").fit(X, y)
    method = ConsistencyRegularization(auxiliary=0)
    assert RobustNetClassifier(own, method=method).fit(X, y).predict(X).shape == (60,)


def test_clone_pickle_and_grid_search():
    X, y, truth = blobs(90, 3, noise=0.2)
    own = fits.net(max_epochs=5)
    clf = RobustNetClassifier(own, method=ConsistencyRegularization(mask=0.5))
    again = pickle.loads(pickle.dumps(clone(clf).fit(X, y)))
    assert again.method_.mask == 0.5
    np.testing.assert_array_equal(
        again.predict_proba(X), clf.fit(X, y).predict_proba(X)
    )
    grid = {"method__weight": [1.0, 10.0], "method__auxiliary": [0.0, 1.0]}
    search = GridSearchCV(clf, grid, cv=2).fit(X, y)
    assert search.best_params_["method__weight"] in (1.0, 10.0)
    assert search.score(X, truth) > 0.9


@pytest.mark.parametrize(
    "params", [{"weight": -1}, {"auxiliary": -1}, {"mask": 0}, {"augment": 1.0}]
)
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    method = ConsistencyRegularization(**params)
    with pytest.raises(ValueError, match=f"{name}="):
        RobustNetClassifier(method=method).fit(X, y)
