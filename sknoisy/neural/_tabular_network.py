# SPDX-License-Identifier: BSD-3-Clause
"""A multilayer perceptron for tables."""

import torch
from torch import nn


class TabularNetwork(nn.Module):
    """Multilayer perceptron for tables of numbers and codes of categories.

    Parameters
    ----------
    n_features : int
        Columns of X. `RobustNetClassifier` fills it in.
    n_classes : int
        Columns of the output. `RobustNetClassifier` fills it in.
    hidden : tuple of int, default=(256, 256)
        Units of each hidden layer; () for a linear model.
    dropout : float, default=0.0
        Share of the hidden units that are dropped in training.
    batch_norm : bool, default=False
        Whether each hidden layer normalizes its batch.
    standardize : bool, default=True
        Whether `RobustNetClassifier` scales the columns of numbers by their mean and
        standard deviation in training. The scales are part of the network.
    n_categories : dict of int to int, default=None
        How many categories each column has that holds codes, from 0 on: what
        `sklearn.preprocessing.OrdinalEncoder` makes of a column. Each category gets an
        embedding. Unknown ones, with a code below 0 or too large, get one in common.
    embedding_dim : int, default=None
        Length of the embeddings. None takes ``min(50, (n + 1) // 2)`` for n categories.

    Attributes
    ----------
    mean, deviation : tensor of shape (n_numbers,)
        What the columns of numbers are scaled by.

    See Also
    --------
    EmbeddingBagNetwork : For texts and other sparse rows.

    Notes
    -----
    Sparse batches are made dense, one at a time. The length of embeddings is a rule
    of thumb.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural import TabularNetwork
    >>> network = TabularNetwork(3, 2, hidden=(8,), n_categories={2: 4})
    >>> network(torch.tensor([[0.5, -1.0, 3.0]])).shape
    torch.Size([1, 2])
    """

    def __init__(
        self,
        n_features,
        n_classes,
        hidden=(256, 256),
        dropout=0.0,
        batch_norm=False,
        standardize=True,
        n_categories=None,
        embedding_dim=None,
    ):
        super().__init__()
        self.standardize = standardize
        categories = {} if n_categories is None else dict(sorted(n_categories.items()))
        _check_columns(categories, n_features)
        numbers = [each for each in range(n_features) if each not in categories]
        self.register_buffer("numbers", torch.tensor(numbers, dtype=torch.int64))
        self.register_buffer("mean", torch.zeros(len(numbers)))
        self.register_buffer("deviation", torch.ones(len(numbers)))
        self.columns = list(categories)
        self.embeddings = nn.ModuleList(
            # The last one is for unknown categories.
            nn.Embedding(n + 1, embedding_dim or min(50, (n + 1) // 2))
            for n in categories.values()
        )
        width = len(numbers) + sum(each.embedding_dim for each in self.embeddings)
        self.layers = perceptron(width, n_classes, hidden, dropout, batch_norm)

    def fit_scales(self, mean, deviation):
        """Take over the scales of the columns of the training rows.

        Parameters
        ----------
        mean, deviation : tensor of shape (n_features,)
            Of every column, codes of categories included.
        """
        if self.standardize:
            self.mean.copy_(mean[self.numbers])
            self.deviation.copy_(deviation[self.numbers])

    def forward(self, x):
        """Compute logits.

        Parameters
        ----------
        x : tensor of shape (n, n_features)
            Rows, dense or sparse.

        Returns
        -------
        logits : tensor of shape (n, n_classes)
            Their softmax are the probabilities.
        """
        x = x if x.layout == torch.strided else x.to_dense()
        if not self.embeddings:
            return self.layers((x - self.mean) / self.deviation)
        parts = [(x[:, self.numbers] - self.mean) / self.deviation]
        for column, embedding in zip(self.columns, self.embeddings, strict=True):
            codes, unknown = x[:, column].long(), embedding.num_embeddings - 1
            known = (codes >= 0) & (codes < unknown)
            parts.append(embedding(torch.where(known, codes, unknown)))
        return self.layers(torch.cat(parts, dim=1))


def perceptron(width, n_classes, hidden, dropout, batch_norm):
    """Stack linear layers.

    Parameters
    ----------
    width : int
        Inputs.
    n_classes : int
        Outputs.
    hidden : tuple of int
        Units of the layers between.
    dropout : float
        Share of units that are dropped in training.
    batch_norm : bool
        Whether each hidden layer normalizes its batch.

    Returns
    -------
    layers : Sequential
        The stack.
    """
    layers = []
    for units in hidden:
        layers.append(nn.Linear(width, units))
        if batch_norm:
            layers.append(nn.BatchNorm1d(units))
        layers.append(nn.ReLU())
        if dropout:
            layers.append(nn.Dropout(dropout))
        width = units
    return nn.Sequential(*layers, nn.Linear(width, n_classes))


def _check_columns(categories, n_features):
    wrong = [each for each in categories if not 0 <= each < n_features]
    if wrong:
        raise ValueError(
            f"n_categories names column(s) {wrong}, but X has columns 0 to "
            f"{n_features - 1}."
        )
