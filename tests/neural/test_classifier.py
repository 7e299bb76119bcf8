# SPDX-License-Identifier: BSD-3-Clause
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from skorch import NeuralNetClassifier
from torch import nn

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import EarlyLearningRegularization
from tests._data import blobs


def net(max_epochs=20, **params):
    return ready_net(max_epochs=max_epochs, module__hidden=(16,), lr=0.01, **params)


class Probabilities(nn.Module):
    """What skorch expects by default: probabilities for its NLLLoss."""

    def __init__(self, n_features=2, n_classes=3):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_features, n_classes), nn.Softmax(1))

    def forward(self, x):
        return self.layers(x)


@pytest.mark.parametrize("method", ["ce", "elr"])
def test_labels_of_any_kind(method):
    X, y, truth = blobs(150, 3, noise=0.2)
    names = np.array(["cat", "ant", "bee"])
    clf = RobustNetClassifier(net(), method=method).fit(X, names[y])
    assert clf.score(X, names[truth]) > 0.95
    np.testing.assert_array_equal(clf.classes_, ["ant", "bee", "cat"])
    proba = clf.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(clf.classes_[proba.argmax(axis=1)], clf.predict(X))


def test_a_class_of_one_row():
    X, y, _ = blobs(90, 2)
    y[0] = 7
    clf = RobustNetClassifier(net()).fit(X, y)
    assert clf.predict_proba(X).shape == (90, 3)


def test_same_seed_same_network():
    X, y, _ = blobs(90, 3, noise=0.2)
    dropout = net(module__dropout=0.3)
    state = torch.random.get_rng_state()
    first = RobustNetClassifier(dropout).fit(X, y).predict_proba(X)
    assert torch.equal(state, torch.random.get_rng_state())
    torch.rand(3)
    second = RobustNetClassifier(dropout).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(first, second)
    other = RobustNetClassifier(dropout, random_state=1).fit(X, y).predict_proba(X)
    assert not np.allclose(first, other)


def test_the_net_of_the_caller_stays_as_it_is():
    X, y, _ = blobs(90, 3)
    module = Probabilities()
    before = module.layers[0].weight.detach().clone()
    own = NeuralNetClassifier(module, verbose=0, max_epochs=3)
    RobustNetClassifier(own).fit(X, y)
    assert torch.equal(before, module.layers[0].weight)
    assert not own.initialized_


def test_all_rows_are_trained_on_unless_told_otherwise():
    X, y, _ = blobs(90, 3)
    own = NeuralNetClassifier(Probabilities, verbose=0, max_epochs=2, batch_size=30)
    clf = RobustNetClassifier(own).fit(X, y)
    assert clf.net_.history[-1, "train_batch_count"] == 3
    assert "valid_loss" not in clf.net_.history[-1]
    clf.set_params(train_split="net").fit(X, y)
    assert sum(clf.net_.history[-1, "batches", :, "train_batch_size"][:-1]) <= 72
    assert 0 <= clf.net_.history[-1, "valid_acc"] <= 1


def test_pickle_and_clone():
    X, y, _ = blobs(90, 3, noise=0.1)
    clf = RobustNetClassifier(net()).fit(X, y)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert not hasattr(clone(clf), "net_")
    np.testing.assert_array_equal(
        clone(clf).fit(X, y).predict_proba(X), clf.predict_proba(X)
    )


@pytest.mark.slow
def test_search_over_parameters_of_net_and_method():
    X, y, _ = blobs(120, 3, noise=0.2)
    clf = RobustNetClassifier(net(5), method=EarlyLearningRegularization())
    grid = {"estimator__module__hidden": [(4,), (8, 8)], "method__strength": [0.0, 3.0]}
    search = GridSearchCV(clf, grid, cv=2, n_jobs=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.method_.strength in (0.0, 3.0)


def test_texts_by_a_pipeline():
    texts = ["good film", "bad film", "very good", "very bad", "good"] * 12
    labels = ["bad" if "bad" in text else "good" for text in texts]
    model = make_pipeline(TfidfVectorizer(), RobustNetClassifier()).fit(texts, labels)
    assert model.score(texts, labels) == 1.0


def test_sparse_rows_act_as_dense_ones():
    X, y, _ = blobs(90, 3, noise=0.1)
    X[np.abs(X) < 2] = 0
    own = ready_net("embedding_bag", max_epochs=5, module__hidden=(8,))
    expected = RobustNetClassifier(own).fit(X, y).predict_proba(X)
    for kind in (sparse.csr_matrix, sparse.csc_array, sparse.coo_array):
        clf = RobustNetClassifier(own).fit(kind(X), y)
        np.testing.assert_allclose(clf.predict_proba(kind(X)), expected, atol=1e-5)
    np.testing.assert_allclose(clf.predict_proba(X), expected, atol=1e-5)


def test_frames_of_numbers():
    X, y, _ = blobs(90, 3)
    clf = RobustNetClassifier(net(5))
    expected = clf.fit(X, y).predict_proba(X)
    frame = pd.DataFrame(X, columns=["a", "b"])
    np.testing.assert_array_equal(clf.fit(frame, y).predict_proba(frame), expected)
    assert clf.feature_names_in_.tolist() == ["a", "b"]


@pytest.mark.parametrize("method", ["ce", "elr"])
def test_in_one_batch_weights_are_repeated_rows(method):
    X, y, _ = blobs(40, 3, noise=0.2)
    weight = np.random.default_rng(0).integers(0, 4, 40)
    own = net(10, batch_size=-1)
    weighted = RobustNetClassifier(own, method=method).fit(X, y, sample_weight=weight)
    repeats = np.repeat(np.arange(40), weight)
    repeated = RobustNetClassifier(own, method=method).fit(X[repeats], y[repeats])
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4
    )
    scaled = RobustNetClassifier(own, method=method).fit(X, y, sample_weight=5 * weight)
    np.testing.assert_allclose(
        weighted.predict_proba(X), scaled.predict_proba(X), atol=1e-4
    )


def test_soft_targets_replace_the_labels():
    X, y, truth = blobs(90, 3, noise=0.4)
    clf = RobustNetClassifier(net(), method="ce")
    hard = clf.fit(X, truth).predict_proba(X)
    soft = clf.fit(X, y, soft_targets=np.eye(3)[truth]).predict_proba(X)
    np.testing.assert_allclose(soft, hard, atol=1e-4)
    with pytest.raises(ValueError, match="3 classes; give one number for each"):
        clf.fit(X, y, soft_targets=np.ones((90, 2)))


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match=r"Write skorch.NeuralNetClassifier\(Probab"):
        RobustNetClassifier(Probabilities()).fit(X, y)
    with pytest.raises(ValueError, match="Did you mean 'elr'"):
        RobustNetClassifier(method="erl").fit(X, y)
    with pytest.raises(TypeError, match=r"Write EarlyLearningRegularization\(\)"):
        RobustNetClassifier(method=EarlyLearningRegularization).fit(X, y)
    with pytest.raises(ValueError, match="must be in \\[0, 1\\)"):
        RobustNetClassifier(method=EarlyLearningRegularization(beta=1.0)).fit(X, y)


@pytest.mark.parametrize("method", ["ce", "elr"])
def test_a_loss_that_is_no_number_names_the_method(method):
    X, y, _ = blobs(30, 2)
    diverging = net(5, optimizer=torch.optim.SGD).set_params(lr=1e30)
    name = {"ce": "CrossEntropy", "elr": "EarlyLearningRegularization"}[method]
    with pytest.raises(ValueError, match=f"The loss of {name} became"):
        RobustNetClassifier(diverging, method=method).fit(X, y)


@pytest.mark.parametrize(
    "X",
    [
        ["good text", "bad text"] * 10,
        np.array([["a", "b"], ["c", "d"]] * 10),
        pd.DataFrame({"a": [1.0, 2.0] * 10, "b": ["u", "v"] * 10}),
    ],
    ids=["texts", "categories", "frame"],
)
def test_text_without_numbers_names_the_fix(X):
    with pytest.raises(ValueError, match=r"make_pipeline\(TfidfVectorizer\(\)"):
        RobustNetClassifier().fit(X, [0, 1] * 10)
