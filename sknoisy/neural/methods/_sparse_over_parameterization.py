# SPDX-License-Identifier: BSD-3-Clause
"""Sparse over-parameterization (SOP)."""

import numpy as np
import torch
from torch.nn.functional import embedding, normalize, one_hot

from sknoisy.neural.methods._base import BaseMethod
from sknoisy.utils._numbers import check_number

# Standard deviation of the parameters in the beginning, and the least probability.
_START = 1e-8
_EPSILON = 1e-4


class SparseOverParameterization(BaseMethod):
    """Give each row a noise of its own, which explains its label if it is wrong.

    What is compared with the given label is not the prediction but the prediction plus
    a noise: ``u**2`` at the given label less ``v**2`` at the others, with a number u
    and a vector v for each row. They start at almost nothing and grow by gradient
    descent, fast where the prediction goes on contradicting the label. Squares make
    them sparse: noise is found in few rows, and the network need not explain these.

    Parameters
    ----------
    lr_u : float, default=10.0
        Learning rate of u. Published are 10 for 10 classes, 1 for 100 classes, and 0.1
        for noise that depends on the true class.
    lr_v : float, default=10.0
        Learning rate of v; published are 10, and 100 for noise that depends on the true
        class of 100.

    See Also
    --------
    EarlyLearningRegularization : Holds the network to what it believed early on.

    Notes
    -----
    The parameters need time to grow: from 1e-8 on, each visit multiplies those of a
    contradicted label by ``1 + 4 * lr / batch_size`` or more, so that with the defaults
    and batches of 64 it takes up to 40 epochs. With few epochs or large batches, raise
    both rates.

    They are trained by SGD without momentum and without weight decay, whatever the
    optimizer of the net is. They take one number for each row and class, on the
    device; a step touches those of its batch alone. Trusted rows have no noise.

    The defaults are inferred to suit tables, and two classes too. SOP+, which adds
    consistency of two views and a balance of classes, is not part of it.

    References
    ----------
    Liu, Zhu, Qu and You. Robust training under label noise by over-parameterization.
    ICML, 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import SparseOverParameterization
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.4, random_state=0).y
    >>> method = SparseOverParameterization(lr_u=50.0, lr_v=50.0)
    >>> clf = RobustNetClassifier(ready_net(max_epochs=30), method=method)
    >>> bool(clf.fit(X[:900], y_noisy).score(X[900:], y[900:]) > 0.8)
    True
    """

    alias = "sop"

    def __init__(self, lr_u=10.0, lr_v=10.0):
        self.lr_u = lr_u
        self.lr_v = lr_v

    def start(self, run):
        for name in ("lr_u", "lr_v"):
            check_number(name, getattr(self, name), 0, np.inf, closed="left")
        state = run.state
        state.u = (_START * torch.randn_like(run.per_row(1))).requires_grad_()
        state.v = torch.randn_like(run.per_row(run.n_classes))
        state.v = (_START * state.v).requires_grad_()
        groups = [
            {"params": [state.u], "lr": self.lr_u},
            {"params": [state.v], "lr": self.lr_v},
        ]
        run.optimizers.append(torch.optim.SGD(groups))

    def loss(self, run, batch):
        logits, given = run.network(batch.x), batch.targets
        at_given, at_others = self._noise(run, batch, given)
        # The two parts learn from different losses, as published.
        noisy = torch.softmax(logits, dim=1) + at_given - at_others.detach()
        noisy = normalize(noisy.clamp(min=_EPSILON), p=1, dim=1)
        cross_entropy = -(given * noisy.log()).sum(dim=1)
        guess = one_hot(logits.argmax(dim=1), run.n_classes)
        squares = (guess + at_given - at_others - given).square().sum(dim=1)
        return batch.mean(cross_entropy + squares)

    def _noise(self, run, batch, given):
        # Sparse gradients, so that a step costs no more than its batch.
        u = embedding(batch.index, run.state.u, sparse=True)
        v = embedding(batch.index, run.state.v, sparse=True)
        at_given = (u.square() * given).clamp(0, 1)
        at_others = (v.square() * (1 - given)).clamp(0, 1)
        if batch.trusted is not None:
            free = ~batch.trusted[:, None]
            at_given, at_others = at_given * free, at_others * free
        return at_given, at_others

    def label_quality(self, run):
        return 1 - run.state.u.detach().ravel().square().clamp(0, 1)
