# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, one_hot

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import SparseOverParameterization
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits

# Few steps, on small batches, stand for the many of a long training.
FAST = SparseOverParameterization(100.0, 100.0)


class Recorded(SparseOverParameterization):
    """Keep the first batch of a fit."""

    def step(self, run, batch):
        Recorded.seen = run, batch, self
        return super().step(run, batch)


@pytest.fixture
def first_batch():
    X, y, _ = blobs(30, 3)
    method = Recorded()
    RobustNetClassifier(fits.net(max_epochs=1), method=method).fit(X, y)
    return Recorded.seen


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
    check(FAST)


def test_wrong_labels_are_explained_by_noise():
    fits.assert_ranks_wrong_labels_low(FAST)


def test_without_noise_it_is_cross_entropy(first_batch):
    run, batch, method = first_batch
    with torch.no_grad():
        run.state.u.zero_()
        run.state.v.zero_()
        loss = method.loss(run, batch)
        logits = run.network(batch.x)
        wrong = (logits.argmax(dim=1) != batch.codes).float().mean()
        expected = cross_entropy(logits, batch.codes) + 2 * wrong
    torch.testing.assert_close(loss, expected, atol=1e-3, rtol=0)


def test_the_loss_worked_out_row_by_row(first_batch):
    run, batch, method = first_batch
    with torch.no_grad():
        run.state.u.fill_(0.5)
        run.state.v.fill_(0.3)
        loss = method.loss(run, batch)
        pred_proba = torch.softmax(run.network(batch.x), dim=1)
    expected = []
    for row, code in zip(
        pred_proba.double().numpy(), batch.codes.tolist(), strict=True
    ):
        noise = np.full(3, -0.09)
        noise[code] = 0.25
        given, guess = np.eye(3)[code], np.eye(3)[row.argmax()]
        noisy = np.maximum(row + noise, 1e-4)
        squares = np.square(guess + noise - given).sum()
        expected.append(squares - np.log(noisy[code] / noisy.sum()))
    assert float(loss) == pytest.approx(np.mean(expected), abs=1e-5)


def test_v_learns_from_the_squares_alone(first_batch):
    run, batch, method = first_batch
    with torch.no_grad():
        run.state.u.fill_(0.5)
        run.state.v.fill_(0.3)
    run.zero_grad()
    method.loss(run, batch).backward()
    guess = one_hot(run.network(batch.x).argmax(dim=1), 3)
    given = one_hot(batch.codes, 3)
    rest = guess - 0.09 - given
    expected = torch.zeros(30, 3)
    expected[batch.index] = -2 * rest * (1 - given) * 2 * 0.3 / len(batch)
    torch.testing.assert_close(run.state.v.grad.to_dense(), expected)


def test_classes_are_treated_alike(first_batch):
    run, batch, method = first_batch
    order = torch.tensor([2, 0, 1])
    loss = method.loss(run, batch)
    run.network.module = torch.nn.Sequential(run.network.module, Reordered(order))
    batch.codes = order.argsort()[batch.codes]
    run.state.v.data = run.state.v.data[:, order]
    torch.testing.assert_close(method.loss(run, batch), loss)


class Reordered(torch.nn.Module):
    """Columns in another order."""

    def __init__(self, order):
        super().__init__()
        self.order = order

    def forward(self, x):
        return x[:, self.order]


def test_trusted_labels_have_no_noise():
    X, y, _ = blobs(90, 3, noise=0.3)
    clf = fits.fit(FAST, X, y, trusted=np.full(90, True))
    assert (clf.label_quality_ > 1 - 1e-9).all()


def test_rates_must_not_be_negative():
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match="lr_v=-1 must be a number in"):
        RobustNetClassifier(method=SparseOverParameterization(lr_v=-1)).fit(X, y)
