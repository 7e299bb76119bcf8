# SPDX-License-Identifier: BSD-3-Clause
"""What every method of robust training is put through."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.metrics import roc_auc_score

from sknoisy.neural import RobustNetClassifier, ready_net
from tests._data import blobs


def net(network="tabular", **params):
    defaults = {"max_epochs": 16, "lr": 0.01, "batch_size": 30, "module__hidden": (16,)}
    return ready_net(network, **(defaults | params))


def fit(method, X, y, network="tabular", **fit_params):
    return RobustNetClassifier(net(network), method=method).fit(X, y, **fit_params)


def assert_learns_strings_reproducibly(method):
    """Labels of any kind, two classes, weights and trusted rows, twice the same."""
    X, y, truth = blobs(120, 2, noise=0.2)
    names = np.array(["yes", "no"])
    rows = {
        "sample_weight": np.linspace(0.5, 2.0, 120),
        "trusted": (y == truth) & (np.arange(120) % 5 == 0),
    }
    clf = fit(method, X, names[y], **rows)
    assert clf.score(X, names[truth]) > 0.95
    proba = clf.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    again = fit(method, X, names[y], **rows).predict_proba(X)
    np.testing.assert_array_equal(proba, again)


def assert_does_no_harm(method):
    """Right labels, overlapping classes: no worse than plain training by a point."""
    X, y, _ = blobs(600, 3, spread=2.5)
    plain, robust = [
        fit(each, X[:300], y[:300]).score(X[300:], y[300:]) for each in ("ce", method)
    ]
    assert robust > plain - 0.011


def assert_takes_sparse_rows(method):
    """Rows of a sparse matrix, by the network for texts."""
    X, y, truth = blobs(120, 3, noise=0.2)
    X[np.abs(X) < 1] = 0
    clf = fit(method, sparse.csr_matrix(X), y, network="embedding_bag")
    assert clf.score(sparse.csr_matrix(X), truth) > 0.9


def assert_ranks_wrong_labels_low(method, least=0.9):
    """Wrong labels have low quality, and trusted rows are not in doubt."""
    X, y, truth = blobs(150, 3, noise=0.2)
    clf = fit(method, X, y)
    assert ((clf.label_quality_ >= 0) & (clf.label_quality_ <= 1)).all()
    assert roc_auc_score(y == truth, clf.label_quality_) > least


def assert_keeps_a_rare_class(method):
    """A class of one row does no harm to the others, and has its column."""
    X, y, truth = blobs(91, 2)
    y[0] = truth[0] = 7
    clf = fit(method, X, y)
    assert clf.predict_proba(X).shape == (91, 3)
    assert clf.score(X[1:], truth[1:]) > 0.9


def assert_names_itself_when_it_diverges(method):
    """A loss that is no number is refused."""
    X, y, _ = blobs(60, 2, noise=0.2)
    diverging = net(optimizer=torch.optim.SGD, lr=1e30, max_epochs=3)
    with pytest.raises(ValueError, match=f"The loss of {type(method).__name__} became"):
        RobustNetClassifier(diverging, method=method).fit(X, y)


every_check = pytest.mark.parametrize(
    "check",
    [
        assert_learns_strings_reproducibly,
        assert_does_no_harm,
        assert_takes_sparse_rows,
        assert_ranks_wrong_labels_low,
        assert_keeps_a_rare_class,
        assert_names_itself_when_it_diverges,
    ],
)
