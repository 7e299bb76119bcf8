# SPDX-License-Identifier: BSD-3-Clause
"""Learn to rescale losses from the network's own signals, without trusted rows."""

import math
from numbers import Real

import torch
from torch import nn

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._look_ahead import slopes_after_step
from sknoisy.utils._options import check_count

_N_SIGNALS = 5
# Of the running averages of the signals; a visit counts a tenth.
_DECAY = 0.9


class SelfTaughtRescaling(BaseMethod):
    """Learn how much each row should count from what the network makes of it.

    A small network turns signals of a row, such as its loss and the confidence of the
    prediction, into the weight of the row. As in `MetaWeightNet` it is trained to let
    the loss of other rows fall after a weighted step. These are no trusted rows but
    drawn from all rows, by the very weights: the more a row is believed, the more
    often it judges the others.

    Parameters
    ----------
    n_hidden : int, default=100
        Units of the hidden layer of the small network.
    lr : float, default=1e-3
        Learning rate of the small network, by Adam.
    warm_up : int, default=1
        Epochs of plain training at the start.
    min_weight : float, default=0.05
        Least weight, relative to the largest possible one, in (0, 1], so that no row
        is out of play for good; 1 is plain training.

    See Also
    --------
    MetaWeightNet : Asks trusted rows instead.
    EarlyLearningRegularization : Trusts what was learned early.

    Notes
    -----
    This is the idea of STORM, self-taught rescaling via meta loss, not that method to
    the letter: of the latter, the update in turns and the rows that judge are known
    here, the signals and sizes are not. The signals are running averages of the
    loss, the probability of the given label, its lead over the next one, the entropy
    of the prediction and whether it agrees with the label; the small network, its rate,
    the warm-up and the least weight are choices of this library. The weights of a
    batch are scaled to a mean of 1.

    It can only reinforce what the network has learned by itself, so that noise which
    misleads the network from the start is not found. A step takes about four times as
    long as a plain one. Trusted rows have the largest weight.

    The quality of a label is the weight of its row, relative to the largest possible
    one.

    References
    ----------
    Michael Heck, Christian Geishauser, Nurul Lubis, Carel van Niekerk, Shutong Feng,
    Hsien-Chin Lin, Benjamin Matthias Ruppik, Renato Vukovic and Milica Gašić,
    "Learning from noisy labels via self-taught on-the-fly meta loss rescaling", AAAI
    2025.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> net = ready_net(max_epochs=5, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="self_taught").fit(X, noisy.y)
    >>> clf.label_quality_.shape
    (150,)
    """

    alias = "self_taught"

    def __init__(self, n_hidden=100, *, lr=1e-3, warm_up=1, min_weight=0.05):
        self.n_hidden = n_hidden
        self.lr = lr
        self.warm_up = warm_up
        self.min_weight = min_weight

    def start(self, run):
        check_count("n_hidden", self.n_hidden)
        check_count("warm_up", self.warm_up, least=0)
        if not isinstance(self.min_weight, Real) or not 0 < self.min_weight <= 1:
            raise ValueError(f"min_weight={self.min_weight!r} must be in (0, 1].")
        rescaler = nn.Sequential(
            nn.Linear(_N_SIGNALS, self.n_hidden),
            nn.ReLU(),
            nn.Linear(self.n_hidden, 1),
            nn.Sigmoid(),
        ).to(run.device)
        run.state.rescaler = rescaler
        run.state.optimizer = torch.optim.Adam(rescaler.parameters(), lr=self.lr)
        run.state.signals = run.per_row(_N_SIGNALS)
        run.state.visited = run.per_row()
        run.state.belief = run.per_row(fill=1.0)

    def step(self, run, batch):
        logits = run.network(batch.x)
        losses = row_losses(logits, batch)
        signals = self._remember(run, batch, logits.detach())
        if run.epoch >= self.warm_up:
            self._learn_to_rescale(run, batch, signals)
            belief = self._belief(run, batch, signals).detach()
            run.state.belief[batch.index] = belief
            losses = losses * belief / belief.mean()
        loss = batch.mean(losses)
        run.update(loss, batch)
        return loss.detach()

    def _remember(self, run, batch, logits):
        new = signals_of(logits, batch.codes)
        share = 1 - _DECAY * run.state.visited[batch.index, None]
        signals = torch.lerp(run.state.signals[batch.index], new, share)
        run.state.signals[batch.index] = signals
        run.state.visited[batch.index] = 1.0
        return signals

    def _learn_to_rescale(self, run, batch, signals):
        def weigh(losses):
            belief = self._belief(run, batch, signals)
            return belief / belief.mean()

        drawn = torch.multinomial(run.state.belief, len(batch), replacement=True)
        losses, slopes = slopes_after_step(run.network, batch, run.take(drawn), weigh)
        run.state.optimizer.zero_grad()
        run.backward(-batch.mean(weigh(losses) * slopes))
        run.state.optimizer.step()

    def _belief(self, run, batch, signals):
        belief = run.state.rescaler(signals).ravel()
        belief = self.min_weight + (1 - self.min_weight) * belief
        if batch.trusted is None:
            return belief
        return torch.where(batch.trusted, torch.ones_like(belief), belief)

    def label_quality(self, run):
        return run.state.belief


def signals_of(logits, codes):
    """Compute what the predictions of rows say of their labels.

    Parameters
    ----------
    logits : tensor of shape (n, n_classes)
        Predictions.
    codes : tensor of shape (n,), dtype=int64
        Given labels.

    Returns
    -------
    signals : tensor of shape (n, 5)
        Loss and entropy by that of a uniform prediction, the probability of the given
        label, its lead over the most probable other one, and whether it leads.
    """
    log_p = torch.log_softmax(logits, dim=1)
    p = log_p.exp()
    own = p.gather(1, codes[:, None])
    other = p.scatter(1, codes[:, None], -1.0).amax(dim=1, keepdim=True)
    uniform = math.log(max(logits.shape[1], 2))
    loss = -log_p.gather(1, codes[:, None]) / uniform
    entropy = -(p * log_p).sum(dim=1, keepdim=True) / uniform
    agrees = (own >= other).to(p.dtype)
    return torch.cat([loss, own, own - other, entropy, agrees], dim=1)
