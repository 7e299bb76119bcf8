# SPDX-License-Identifier: BSD-3-Clause
"""Meta-Weight-Net."""

from functools import partial

import torch
from torch import nn

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._look_ahead import LookAheadMethod, slopes_after_step
from sknoisy.utils._options import check_count


class MetaWeightNet(LookAheadMethod):
    """Learn from trusted rows how much a row of a given loss should count.

    A small network turns the loss of a row into its weight, in (0, 1). It is trained
    to let the loss of trusted rows fall after a step on the weighted batch, and then
    that step is made. So it learns whether the noise asks for small weights where the
    loss is large, or rare classes for large ones.

    Parameters
    ----------
    n_hidden : int, default=100
        Units of the hidden layer of the small network.
    lr : float, default=1e-3
        Learning rate of the small network, by Adam.
    weight_decay : float, default=1e-4
        Its weight decay.

    See Also
    --------
    LearningToReweight : Weighs each batch anew, without a network.
    EnhancedMetaLabelCorrection : Corrects the labels as well.
    SelfTaughtRescaling : Needs no trusted rows.

    Notes
    -----
    Pass the trusted rows as ``fit(X, y, trusted=mask)``; the paper has 1000 of them,
    and they should include all classes. As many of them are drawn for each batch as
    it has rows. The network is trained on the other rows alone: it would learn trusted
    ones by rote, and then they had nothing left to say.

    The step that is tried out is one of plain gradient descent at the present learning
    rate of the net, whatever its optimizer. The gradient of the small network is
    the exact one of that step, by a derivative in forward mode; a step takes
    about four times as long as a plain one.

    With few steps the weights hardly leave those they begin at. On the digits with 5 %
    of trusted rows, 1200 steps and pair noise of 30 % it is no better than plain
    training: the loss alone does not tell wrong labels from right ones once the
    network knows them by heart. `LearningToReweight` is much better there.

    References
    ----------
    Jun Shu, Qi Xie, Lixuan Yi, Qian Zhao, Sanping Zhou, Zongben Xu and Deyu Meng,
    "Meta-Weight-Net: learning an explicit mapping for sample weighting", NeurIPS 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> trusted = np.arange(150) % 5 == 0
    >>> given = np.where(trusted, y, noisy.y)
    >>> net = ready_net(max_epochs=5, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="meta_weight_net")
    >>> clf = clf.fit(X, given, trusted=trusted)
    >>> clf.label_quality_.shape
    (150,)
    """

    alias = "meta_weight_net"

    def __init__(self, n_hidden=100, *, lr=1e-3, weight_decay=1e-4):
        self.n_hidden = n_hidden
        self.lr = lr
        self.weight_decay = weight_decay

    def start(self, run):
        super().start(run)
        check_count("n_hidden", self.n_hidden)
        weigher = nn.Sequential(
            nn.Linear(1, self.n_hidden),
            nn.ReLU(),
            nn.Linear(self.n_hidden, 1),
            nn.Sigmoid(),
        ).to(run.device)
        run.state.weigher = weigher
        run.state.optimizer = torch.optim.Adam(
            weigher.parameters(), lr=self.lr, weight_decay=self.weight_decay
        )

    def epoch(self, run):
        index = run.untrusted_index
        for batch in run.batches(index if len(index) else None):
            run.take_step(batch)

    def step(self, run, batch):
        self._learn_to_weigh(run, batch)
        losses = row_losses(run.network(batch.x), batch)
        loss = batch.mean(losses * self._weights(run, losses, batch.trusted).detach())
        run.update(loss, batch)
        return loss.detach()

    def _learn_to_weigh(self, run, batch):
        weigh = partial(self._weights, run, trusted=batch.trusted)
        judge = self.sample_trusted(run)
        losses, slopes = slopes_after_step(run.network, batch, judge, weigh)
        run.state.optimizer.zero_grad()
        run.backward(-batch.mean(weigh(losses) * slopes))
        run.state.optimizer.step()

    def _weights(self, run, losses, trusted):
        weights = run.state.weigher(losses.detach()[:, None]).ravel()
        if trusted is None:
            return weights
        return torch.where(trusted, torch.ones_like(weights), weights)

    def label_quality(self, run):
        losses = nn.functional.cross_entropy(
            run.predict_all(), run.codes, reduction="none"
        )
        with torch.no_grad():
            return self._weights(run, losses, run.trusted)
