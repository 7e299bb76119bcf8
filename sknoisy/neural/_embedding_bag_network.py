# SPDX-License-Identifier: BSD-3-Clause
"""A network for texts and other sparse rows."""

import torch
from torch import nn

from sknoisy.neural._tabular_network import perceptron


class EmbeddingBagNetwork(nn.Module):
    """Multilayer perceptron whose first layer is a sum of embeddings.

    Each column has an embedding, and a row is the sum of those of its columns, times
    its values. So a row of a few words out of a large vocabulary costs no more than
    its words, and is never made dense.

    Parameters
    ----------
    n_features : int
        Columns of X, such as the size of a vocabulary. `RobustNetClassifier` fills it
        in.
    n_classes : int
        Columns of the output. `RobustNetClassifier` fills it in.
    embedding_dim : int, default=128
        Length of the embeddings.
    hidden : tuple of int, default=()
        Units of further hidden layers.
    dropout : float, default=0.0
        Share of the hidden units that are dropped in training.
    batch_norm : bool, default=False
        Whether the further hidden layers normalize their batch.

    See Also
    --------
    TabularNetwork : For dense tables.

    Notes
    -----
    Values count as they are. `TfidfVectorizer` makes rows of length 1, which suits
    the network; raw counts should be scaled before.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sknoisy.neural import RobustNetClassifier
    >>> texts = ["good film", "bad film", "very good", "very bad"] * 5
    >>> model = make_pipeline(TfidfVectorizer(), RobustNetClassifier(method="ce"))
    >>> model.fit(texts, ["+", "-"] * 10).predict(["good", "bad"]).tolist()
    ['+', '-']
    """

    def __init__(
        self,
        n_features,
        n_classes,
        embedding_dim=128,
        hidden=(),
        dropout=0.0,
        batch_norm=False,
    ):
        super().__init__()
        weight = torch.randn(n_features, embedding_dim) / embedding_dim**0.5
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(embedding_dim))
        self.dropout = nn.Dropout(dropout)
        self.layers = perceptron(embedding_dim, n_classes, hidden, dropout, batch_norm)

    def forward(self, x):
        """Compute logits.

        Parameters
        ----------
        x : tensor of shape (n, n_features)
            Rows, sparse CSR or dense.

        Returns
        -------
        logits : tensor of shape (n, n_classes)
            Their softmax are the probabilities.
        """
        if x.layout == torch.strided:
            bag = x @ self.weight
        else:
            bag = nn.functional.embedding_bag(
                x.col_indices(),
                self.weight,
                x.crow_indices(),
                mode="sum",
                per_sample_weights=x.values(),
                include_last_offset=True,
            )
        return self.layers(self.dropout(torch.relu(bag + self.bias)))
