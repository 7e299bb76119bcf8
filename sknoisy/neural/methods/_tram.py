# SPDX-License-Identifier: BSD-3-Clause
"""Training with privileged information."""

import torch
from torch import nn

from sknoisy.neural._losses import row_losses
from sknoisy.neural._rows import column_moments
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._heads import optimizer_like
from sknoisy.utils._options import check_count


class TRAM(BaseMethod):
    """Explain wrong labels by what is known in training alone.

    Who gave a label, how long it took and how sure they were is often known of the
    training rows, and never of new ones. Two heads share the features of the network:
    one sees this privileged information too, and it alone shapes the features; the
    other sees the features, does not change them, and is what predicts. What is wrong
    with the labels is learned from the privileged information where it can be, so that
    the features need not learn it.

    Parameters
    ----------
    n_units : int, default=128
        Units of the hidden layers of the privileged head.
    n_random : int, default=1
        How many random numbers are appended to the privileged information of each
        row, by which the privileged head can learn a wrong label by rote. This is
        TRAM++; 0 is TRAM.

    See Also
    --------
    SharpnessAwareMinimization : Needs no further information.

    Notes
    -----
    Privileged information is passed to `fit` as ``privileged``, an array of shape
    (n_samples, n_columns) of numbers; categories, such as the annotator, are to be
    one-hot encoded. Columns are scaled by their mean and standard deviation. Without
    it, there are the random numbers alone, which helps little.

    It helps most if it tells wrong labels from right ones. It does harm where it tells
    too much of the label itself, as the labels of single annotators do: then the
    privileged head needs no features, and none are learned.

    The features are what the last linear layer of the network is given; that layer is
    the head that predicts, and the network must end in it. The privileged head is
    trained by an optimizer of the same kind and learning rate as the network's;
    schedules of the learning rate do not reach it. The scaling is inferred. Trusted
    rows are trained on as the others are.

    References
    ----------
    Collier, Jenatton, Kokiopoulou and Berent. Transfer and marginalize: explaining away
    label noise with privileged information. International Conference on Machine
    Learning, 2022.

    Ortiz-Jimenez, Collier, Nawalgaria, D'Amour, Berent, Jenatton and Kokiopoulou. When
    does privileged information explain away label noise? International Conference on
    Machine Learning, 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import TRAM
    >>> X, y = load_digits(return_X_y=True)
    >>> rng = np.random.default_rng(0)
    >>> careless = rng.random(900) < 0.4
    >>> given = np.where(careless, rng.integers(10, size=900), y[:900])
    >>> clf = RobustNetClassifier(ready_net(max_epochs=10), method=TRAM())
    >>> clf = clf.fit(X[:900], given, privileged=careless[:, None])
    >>> bool(clf.score(X[900:], y[900:]) > 0.8)
    True
    """

    alias = "tram"
    takes = ("privileged",)

    def __init__(self, n_units=128, n_random=1):
        self.n_units = n_units
        self.n_random = n_random

    def start(self, run):
        check_count("n_units", self.n_units)
        check_count("n_random", self.n_random, 0)
        if run.privileged is None and not self.n_random:
            raise ValueError(
                "TRAM needs privileged information; write fit(X, y, privileged=...), "
                "or TRAM(n_random=1) for random numbers in its place."
            )
        run.state.privileged = self._collect(run)
        width = run.network.last_layer.in_features
        head = _PrivilegedHead(
            width, run.state.privileged.shape[1], self.n_units, run.n_classes
        ).to(run.device)
        run.state.head = head
        run.optimizers.append(optimizer_like(run.network.net, head))

    def _collect(self, run):
        parts = [torch.randn(run.n_rows, self.n_random, device=run.device)]
        if run.privileged is not None:
            mean, deviation = column_moments(run.privileged, run.weight)
            parts.append((run.privileged - mean) / deviation)
        return torch.cat(parts, dim=1)

    def loss(self, run, batch):
        features, _ = run.network.features(batch.x)
        features = features.float()
        privileged = run.state.head(features, run.state.privileged[batch.index])
        plain = run.network.last_layer(features.detach())
        return batch.mean(row_losses(privileged, batch) + row_losses(plain, batch))


class _PrivilegedHead(nn.Module):
    """Predict from features and privileged information."""

    def __init__(self, n_features, n_privileged, n_units, n_classes):
        super().__init__()
        self.privileged = nn.Linear(n_privileged, n_units)
        self.joint = nn.Linear(n_features + n_units, n_units)
        self.last = nn.Linear(n_features + n_units, n_classes)

    def forward(self, features, privileged):
        privileged = torch.relu(self.privileged(privileged))
        both = torch.cat([features, privileged], dim=1)
        joint = torch.relu(self.joint(both)) + privileged
        return self.last(torch.cat([features, joint], dim=1))
