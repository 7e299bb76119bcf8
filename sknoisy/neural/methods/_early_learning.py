# SPDX-License-Identifier: BSD-3-Clause
"""Early-learning regularization."""

from numbers import Real

import torch
from torch.nn.functional import hardtanh

from sknoisy.neural._losses import row_losses_of
from sknoisy.neural.methods._base import BaseMethod

# Logarithms stay finite in single precision.
_CLIP = 1e-4


class EarlyLearningRegularization(BaseMethod):
    """Hold the network to what it believed early on.

    A network learns what most labels have in common before it learns the wrong ones
    by rote. A running average of its predictions remembers for each row what was
    learned early, and a regularizer pulls the predictions towards it: right labels
    keep their gradient when cross-entropy has lost interest in them, and wrong ones
    lose theirs.

    Parameters
    ----------
    beta : float, default=0.7
        How much of the running average stays at each visit, in [0, 1). 0.9 forgets
        more slowly.
    strength : float, default=3.0
        Weight of the regularizer, lambda in the paper. 0 is plain cross-entropy. For
        noise that depends on the true class, 1 is the published choice; for 100
        classes 7, with ``beta=0.9``.

    See Also
    --------
    CrossEntropy : Plain training.
    sknoisy.boosting.EarlyLearningRegularization : The same for LightGBM.

    Notes
    -----
    Where the network never passes through a phase in which it is right, as with few
    rows, there is nothing to hold it to. If `strength` is too large for easy data,
    all predictions collapse to what the network happens to predict.

    Trusted rows are trained on their label alone.

    The averages take one number for each row and class, on the device. They begin
    at zero, so that the regularizer sets in by itself.

    References
    ----------
    Liu, Niles-Weed, Razavian and Fernandez-Granda. Early-learning regularization
    prevents memorization of noisy labels. Advances in Neural Information Processing
    Systems 33, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import EarlyLearningRegularization
    >>> X, y = load_digits(return_X_y=True)
    >>> net = ready_net(max_epochs=15, lr=0.01, module__hidden=(64,))
    >>> method = EarlyLearningRegularization(strength=1.0)
    >>> clf = RobustNetClassifier(net, method=method).fit(X[:500], y[:500])
    >>> bool(clf.score(X[500:], y[500:]) > 0.85)
    True
    """

    alias = "elr"

    def __init__(self, beta=0.7, strength=3.0):
        self.beta = beta
        self.strength = strength

    def start(self, run):
        if not isinstance(self.beta, Real) or not 0 <= self.beta < 1:
            raise ValueError(f"beta={self.beta!r} must be in [0, 1), such as 0.7.")
        if not isinstance(self.strength, Real) or self.strength < 0:
            raise ValueError(
                f"strength={self.strength!r} must not be negative; 0 leaves the "
                "regularizer out."
            )
        run.state.averages = run.per_row(run.n_classes)

    def loss(self, run, batch):
        log_proba = torch.log_softmax(run.network(batch.x), dim=1)
        # One operation forwards and one back, where clamp takes five.
        pred_proba = hardtanh(log_proba.exp(), _CLIP, 1 - _CLIP)
        averages = self._remember(run, batch, pred_proba.detach())
        regularizer = torch.log1p(-torch.linalg.vecdot(averages, pred_proba))
        if batch.trusted is not None:
            regularizer = regularizer * ~batch.trusted
        losses = row_losses_of(log_proba, batch)
        return batch.mean(torch.add(losses, regularizer, alpha=float(self.strength)))

    def _remember(self, run, batch, pred_proba):
        share = pred_proba / pred_proba.sum(dim=1, keepdim=True)
        held = run.state.averages
        averages = held.index_select(0, batch.index).lerp_(share, 1 - self.beta)
        held.index_copy_(0, batch.index, averages)
        return averages

    def label_quality(self, run):
        averages = run.state.averages
        given = averages.gather(1, run.codes[:, None]).ravel()
        return given / averages.sum(dim=1).clamp(min=_CLIP)
