# SPDX-License-Identifier: BSD-3-Clause
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import ImpreciseLabelLearning
from sknoisy.noise import label_evidence
from tests._data import blobs


def net(max_epochs=30, network="tabular", **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(network, max_epochs=max_epochs, **params)


def classifier(max_epochs=30, network="tabular", **params):
    method = ImpreciseLabelLearning(**params)
    return RobustNetClassifier(net(max_epochs, network), method=method)


def test_wrong_labels():
    X, y, truth = blobs(300, 3, noise=0.3)
    clf = classifier().fit(X, y)
    assert clf.score(X, truth) > 0.95
    wrong = y != truth
    assert clf.label_quality_[wrong].max() < clf.label_quality_[~wrong].mean()
    again = clone(clf).fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_partial_labels():
    X, _, truth = blobs(150, 3)
    rng = np.random.default_rng(0)
    # The true class and another one, and a placeholder that is wrong.
    distractor = (truth + rng.integers(1, 3, 150)) % 3
    evidence = np.full((150, 3), -np.inf)
    evidence[np.arange(150), truth] = evidence[np.arange(150), distractor] = 0
    clf = classifier().fit(X, distractor, label_evidence=evidence)
    assert clf.score(X, truth) > 0.95
    assert clf.label_quality_.mean() < 0.3


def test_unlabelled_rows():
    X, _, truth = blobs(300, 3)
    evidence = np.full((300, 3), np.nan)
    evidence[15:] = 0
    y = np.where(np.arange(300) < 15, truth, 0)
    clf = classifier(60).fit(X, y, label_evidence=evidence)
    assert clf.score(X, truth) > 0.95


def test_wrong_partial_and_missing_labels_together():
    X, y, truth = blobs(300, 3, noise=0.2)
    kind = np.arange(300) // 3 % 3
    evidence = np.full((300, 3), np.nan)
    evidence[kind == 1] = -np.inf
    partial = np.flatnonzero(kind == 1)
    evidence[partial, truth[partial]] = 0
    evidence[partial, (truth[partial] + 1) % 3] = 0
    evidence[kind == 2] = 0
    clf = classifier().fit(X, y, label_evidence=evidence)
    assert clf.score(X, truth) > 0.95


def test_what_is_known_of_rows_counts_and_not_their_label():
    X, y, truth = blobs(90, 3, noise=0.2)
    evidence = np.log(np.random.default_rng(0).dirichlet(np.ones(3), 90))
    clf = classifier(5)
    first = clf.fit(X, y, label_evidence=evidence).predict_proba(X)
    # A constant that is added to a row changes nothing.
    shifted = evidence - np.arange(90)[:, None] / 90
    second = clf.fit(X, truth, label_evidence=shifted).predict_proba(X)
    np.testing.assert_allclose(second, first, atol=1e-4)


def test_certain_evidence_is_a_trusted_label():
    X, y, truth = blobs(90, 3, noise=0.4)
    trusted = np.arange(90) < 60
    evidence = np.full((90, 3), np.nan)
    evidence[trusted] = label_evidence(y[trusted], np.eye(3))
    clf = classifier(5)
    by_mask = clf.fit(X, y, trusted=trusted).predict_proba(X)
    by_evidence = clf.fit(X, y, label_evidence=evidence).predict_proba(X)
    np.testing.assert_array_equal(by_mask, by_evidence)
    y = np.where(trusted, truth, y)
    clf = classifier().fit(X, y, trusted=trusted)
    assert clf.score(X, truth) > 0.95
    np.testing.assert_array_equal(clf.label_quality_[trusted], 1)


def gradient_of(method, evidence=None, codes=(0, 1, 2), n_classes=3):
    """Compute the loss of some logits, and its gradient by them."""
    logits = torch.randn(len(codes), n_classes, generator=torch.manual_seed(0))
    logits.requires_grad_()
    index = torch.arange(len(codes))
    codes = torch.tensor(codes)
    run = SimpleNamespace(
        n_classes=n_classes,
        device="cpu",
        codes=codes,
        trusted=None,
        label_evidence=evidence,
        optimizers=[],
        state=SimpleNamespace(),
        network=lambda x: logits[x],
        per_row=lambda *shape, fill: torch.full((len(codes), *shape), fill),
    )
    batch = SimpleNamespace(
        x=index,
        index=index,
        weight=None,
        targets=torch.eye(n_classes)[codes],
        mean=torch.mean,
    )
    method.start(run)
    loss = method.loss(run, batch)
    return torch.autograd.grad(loss, logits)[0], logits.detach(), batch.targets


ALONE = {"balance": 0.0, "alignment": 1.0, "augment": lambda x: x}


def test_labels_that_are_never_wrong_are_learned_as_usual():
    gradient, logits, targets = gradient_of(ImpreciseLabelLearning(scale=80.0, **ALONE))
    # The noise layer is the identity: what is left is cross-entropy.
    expected = (logits.softmax(dim=1) - targets) / 3
    torch.testing.assert_close(gradient, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_classes_that_no_row_can_be_leave_the_loss_finite(scale):
    X, y, _ = blobs(60, 3)
    own = net(3, module__standardize=False, lr=0.0)
    method = ImpreciseLabelLearning(scale=scale, alignment=0.0)
    evidence = np.where(np.arange(60)[:, None] < 30, np.nan, np.zeros((60, 3)))
    clf = RobustNetClassifier(own, method=method)
    clf.fit(1e5 * X, y, label_evidence=evidence)
    assert np.isfinite(clf.label_quality_).all()


def test_a_set_of_all_classes_teaches_nothing():
    method = ImpreciseLabelLearning(**ALONE)
    gradient, _, _ = gradient_of(method, torch.zeros(3, 3))
    torch.testing.assert_close(gradient, torch.zeros(3, 3), atol=1e-6, rtol=0)


def test_a_set_of_candidates_is_learned_by_its_posterior():
    allowed = torch.tensor([[1.0, 1.0, 0.0]] * 3)
    method = ImpreciseLabelLearning(**ALONE)
    gradient, logits, _ = gradient_of(method, allowed.log())
    proba = logits.softmax(dim=1)
    posterior = proba * allowed / (proba * allowed).sum(dim=1, keepdim=True)
    # Of the marginal likelihood, and of the cross-entropy to the posterior.
    torch.testing.assert_close(gradient, 2 * (proba - posterior) / 3)


def test_frequent_unlabelled_predictions_are_divided_down():
    X, y, truth = blobs(150, 2)
    evidence = np.full((150, 2), np.nan)
    evidence[20:] = 0
    aligned = classifier(5, alignment=0.5).fit(X, y, label_evidence=evidence)
    plain = classifier(5, alignment=1.0).fit(X, y, label_evidence=evidence)
    assert not np.allclose(aligned.predict_proba(X), plain.predict_proba(X), atol=1e-4)


def test_soft_targets_of_one_class_are_labels():
    X, y, _ = blobs(90, 3, noise=0.2)
    clf = classifier(5)
    hard = clf.fit(X, y).predict_proba(X)
    soft = clf.fit(X, y, soft_targets=np.eye(3)[y]).predict_proba(X)
    np.testing.assert_allclose(soft, hard, atol=1e-5)


def test_sparse_rows_weights_words_and_two_classes():
    X, y, truth = blobs(150, 2, noise=0.2)
    names, rows = np.array(["no", "yes"]), sparse.csr_array(X)
    weight = np.random.default_rng(0).random(150)
    weight[:5] = 0
    clf = classifier(network="embedding_bag").fit(rows, names[y], weight)
    assert clf.score(rows, names[truth]) > 0.95
    assert np.isnan(clf.label_quality_[:5]).all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"scale": 0}, "scale=0 must be"),
        ({"alignment": 2}, "alignment=2 must be"),
        ({"augment": 1.0}, "augment=1.0 must be"),
        ({"balance": -1}, "balance"),
        ({"noise_lr": -1}, "noise_lr"),
    ],
)
def test_errors_name_the_fix(params, message):
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match=message):
        classifier(**params).fit(X, y)
