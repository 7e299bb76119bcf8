# SPDX-License-Identifier: BSD-3-Clause
"""The ready networks."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from sknoisy.neural import (
    EmbeddingBagNetwork,
    RobustNetClassifier,
    TabularNetwork,
    ready_net,
)
from sknoisy.neural._rows import to_device
from tests._data import blobs


def trained(X, y, sample_weight=None, **params):
    own = ready_net(max_epochs=1, module__hidden=(4,), **params)
    return RobustNetClassifier(own).fit(X, y, sample_weight).net_.module_


def test_layers_are_as_many_as_wanted():
    network = TabularNetwork(3, 4, hidden=(8, 6), dropout=0.5, batch_norm=True)
    kinds = [type(each).__name__ for each in network.layers]
    block = ["Linear", "BatchNorm1d", "ReLU", "Dropout"]
    assert kinds == [*block, *block, "Linear"]
    assert network.layers[-1].weight.shape == (4, 6)
    linear = TabularNetwork(3, 4, hidden=())
    assert [type(each).__name__ for each in linear.layers] == ["Linear"]


def test_columns_are_scaled_by_the_training_rows():
    X, y, _ = blobs(90, 3)
    X = np.column_stack([1000 * X[:, 0] + 5, X[:, 1], np.full(90, 7.0)])
    weight = np.where(np.arange(90) < 30, 2.0, 1.0)
    network = trained(X, y, weight)
    np.testing.assert_allclose(
        network.mean, np.average(X, axis=0, weights=weight), rtol=1e-4
    )
    assert network.deviation[0] > 1000 and network.deviation[2] == 1
    unscaled = trained(X, y, module__standardize=False)
    assert (unscaled.mean == 0).all() and (unscaled.deviation == 1).all()


def test_units_do_not_matter():
    X, y, truth = blobs(150, 3, noise=0.1)
    own = ready_net(max_epochs=20, module__hidden=(16,), lr=0.01)
    first, second = (
        RobustNetClassifier(own).fit(each, y).predict_proba(each)
        for each in (X, 1024 * X)
    )
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_categories_are_learned_one_by_one():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 6, 240)
    labels = np.array(["odd", "even"])[(codes % 2 == 0).astype(int)]
    frame = pd.DataFrame(
        {"number": rng.normal(size=240), "word": np.array(list("abcdef"))[codes]}
    )
    encode = make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            ["word"],
        ),
        remainder="passthrough",
    )
    own = ready_net(
        max_epochs=30, lr=0.02, module__n_categories={0: 6}, module__hidden=(8,)
    )
    model = make_pipeline(encode, RobustNetClassifier(own, method="ce"))
    model.fit(frame, labels)
    assert model.score(frame, labels) == 1.0
    unknown = model.predict_proba(pd.DataFrame({"number": [0.0], "word": ["z"]}))
    np.testing.assert_allclose(unknown.sum(), 1)


def test_unknown_codes_share_an_embedding():
    network = TabularNetwork(2, 3, hidden=(4,), n_categories={1: 5}, embedding_dim=3)
    assert network.embeddings[0].weight.shape == (6, 3)
    below, above, known = network(torch.tensor([[1.0, -1], [1.0, 5], [1.0, 4]]))
    torch.testing.assert_close(below, above)
    assert not torch.allclose(known, below)
    with pytest.raises(
        ValueError, match=r"column\(s\) \[2\], but X has columns 0 to 1"
    ):
        TabularNetwork(2, 3, n_categories={2: 4})


def test_sparse_rows_are_a_sum_of_embeddings():
    X = np.array([[0, 2, 0, 1], [0, 0, 0, 0], [3, 0, 0, 0]], dtype=np.float32)
    network = EmbeddingBagNetwork(4, 2, embedding_dim=5, hidden=(3,))
    x = to_device(sparse.csr_array(X), "cpu").take(torch.arange(3))
    dense = network(torch.from_numpy(X))
    torch.testing.assert_close(network(x), dense)
    by_hand = network.layers(torch.relu(torch.from_numpy(X) @ network.weight))
    torch.testing.assert_close(dense, by_hand)


def test_tables_may_be_sparse_too():
    X = np.array([[0, 2.0], [1, 0]], dtype=np.float32)
    x = to_device(sparse.csr_array(X), "cpu").take(torch.arange(2))
    network = TabularNetwork(2, 2, hidden=(3,))
    torch.testing.assert_close(network(x), network(torch.from_numpy(X)))


class Convolution(torch.nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 3),
            torch.nn.ReLU(),
            torch.nn.Flatten(),
            torch.nn.Linear(16, n_classes),
        )

    def forward(self, x):
        return self.layers(x)


class Tokens(torch.nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.embedding = torch.nn.Embedding(10, 4)
        self.last = torch.nn.Linear(4, n_classes)

    def forward(self, x):
        return self.last(self.embedding(x).mean(dim=1))


def other_net(module):
    return ready_net(
        max_epochs=20, module=module, lr=0.02, batch_size=20, optimizer=torch.optim.Adam
    )


def test_images():
    rng = np.random.default_rng(0)
    y = np.arange(100) % 2
    X = rng.normal(size=(100, 1, 4, 4)) + 2.0 * y[:, None, None, None]
    clf = RobustNetClassifier(other_net(Convolution)).fit(X, y)
    assert clf.score(X, y) > 0.95


def test_tokens_stay_whole_numbers():
    rng = np.random.default_rng(0)
    y = np.arange(100) % 2
    X = rng.integers(0, 5, size=(100, 6)) + 5 * y[:, None]
    clf = RobustNetClassifier(other_net(Tokens), dtype="keep").fit(X, y)
    assert clf.score(X, y) == 1.0
    with pytest.raises(ValueError, match="Did you mean 'keep'"):
        RobustNetClassifier(other_net(Tokens), dtype="keeps").fit(X, y)
