# SPDX-License-Identifier: BSD-3-Clause
"""Dynamic bootstrapping with mixup, by a mixture of two betas (M-DYR-H)."""

import numpy as np
import torch
from torch.nn.functional import one_hot

from sknoisy.detection._loss_crowds import beta_crowds
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._given_losses import (
    loss_of,
    losses_of_given,
    weights_on_host,
)
from sknoisy.neural.methods._mixup import (
    check_mixable,
    draw_share,
    imbalance,
    n_stored,
    soft_cross_entropy,
    weighted,
)
from sknoisy.neural.methods._warm_up import warm_up_epochs
from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_count

# The posterior is looked up in so many bins of the loss, and never quite certain.
_BINS = 100
_EDGE = 1e-4


class DynamicBootstrapping(BaseMethod):
    """Train on mixed rows, and on predictions where labels look wrong.

    The losses of right and of wrong labels are two crowds, which a mixture of two beta
    distributions tells apart after each epoch. From it comes how likely the label
    of each row is wrong, and by as much the label is replaced with what the network
    predicts. Rows are mixed in pairs (mixup), which slows the learning by rote. It is
    called M-DYR-H in the paper.

    Parameters
    ----------
    alpha : float, default=32.0
        Rows are mixed by a share that is drawn from a beta distribution with this for
        both parameters: large, so that most are mixed by halves.
    balance : float, default=1.0
        Weight of a regularizer that keeps the mean prediction of a batch close to even
        shares, eta in the paper. Give 0 if the classes are known to be uneven.
    warm_up : float or int, default=0.35
        Share, or number, of epochs of plain mixup in the beginning; 105 of 300 in the
        paper. Of a number, at most half of the training is taken.
    max_iter : int, default=10
        Iterations of the mixture after each epoch.

    See Also
    --------
    DivideMix : Drops the labels that look wrong, with two networks.
    sknoisy.detection.BetaMixture : The mixture, for any classifier.

    Notes
    -----
    The losses must still tell right from wrong labels when the warm-up ends, for which
    the paper trains at a high learning rate. Once the wrong ones are learned by rote
    it is too late; shorten the warm-up. Losses that are one crowd, or all equal, leave
    all labels as they are. Two crowds may be found among right labels too, and then
    hard rows lose theirs: without noise, plain training may be better.

    Numbers of a table are mixed as they are, and codes of categories with them, which
    means little; sparse rows are mixed without being made dense. Rows of whole numbers,
    such as tokens, are refused. An epoch costs one and a half of plain training.
    Trusted rows keep their label.

    The warm-up is given as a share to suit trainings of any length, which is inferred,
    and so is the network in evaluation mode for the losses of a batch. From the paper
    are the figures for images; on tables there are none.

    References
    ----------
    Arazo, Ortego, Albert, O'Connor and McGuinness. Unsupervised label noise modeling
    and loss correction. ICML, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import DynamicBootstrapping
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.4, random_state=0).y
    >>> net = ready_net(max_epochs=20)
    >>> clf = RobustNetClassifier(net, method=DynamicBootstrapping())
    >>> bool(clf.fit(X[:900], y_noisy).score(X[900:], y[900:]) > 0.85)
    True
    """

    alias = "dynamic_bootstrapping"

    def __init__(self, alpha=32.0, *, balance=1.0, warm_up=0.35, max_iter=10):
        self.alpha = alpha
        self.balance = balance
        self.warm_up = warm_up
        self.max_iter = max_iter

    def start(self, run):
        check_number("alpha", self.alpha, 0, np.inf, closed="neither")
        check_number("balance", self.balance, 0, np.inf, closed="left")
        check_count("max_iter", self.max_iter)
        check_mixable(run, self)
        run.state.n_warm_up = warm_up_epochs(self.warm_up, run.n_epochs)

    def begin_epoch(self, run):
        if run.epoch >= run.state.n_warm_up:
            self._fit_mixture(run)

    def _fit_mixture(self, run):
        losses = losses_of_given(run)
        crowds = beta_crowds(losses, weights_on_host(run), self.max_iter)
        grid = np.linspace(_EDGE, 1 - _EDGE, _BINS)
        wrong = crowds.upper(crowds.low + crowds.width * grid)
        if crowds.mixture is not None:
            wrong = np.clip(wrong, _EDGE, 1 - _EDGE)
        run.state.crowds = crowds
        run.state.wrong = torch.tensor(wrong, dtype=torch.float32, device=run.device)

    def loss(self, run, batch):
        share = draw_share(self.alpha, run.device)
        order = torch.randperm(len(batch), device=run.device)
        other = run.rows.take(batch.index[order], n_stored(batch.x))
        logits = run.network(run.mix(batch.x, other, share))
        is_warm_up = run.epoch < run.state.n_warm_up
        targets = batch.targets if is_warm_up else self._bootstrapped(run, batch)
        targets = weighted(targets, batch.weight)
        mixed = targets[order].lerp(targets, share)
        loss = soft_cross_entropy(logits, mixed)
        return loss if is_warm_up else loss + self.balance * imbalance(logits)

    @torch.no_grad()
    def _bootstrapped(self, run, batch):
        """Replace labels with predictions, as far as they look wrong."""
        run.network.train(False)
        logits = run.network(batch.x)
        run.network.train()
        wrong = self._wrong(run, loss_of(logits, batch.targets))
        if batch.trusted is not None:
            wrong = wrong * ~batch.trusted
        guess = one_hot(logits.argmax(dim=1), run.n_classes).float()
        return batch.targets.lerp(guess, wrong[:, None])

    def _wrong(self, run, losses):
        crowds = run.state.crowds
        place = _BINS * (losses - crowds.low) / crowds.width
        return run.state.wrong[place.clamp(0, _BINS - 1).long()]

    def label_quality(self, run):
        self._fit_mixture(run)
        losses = torch.tensor(losses_of_given(run), device=run.device)
        right = 1 - self._wrong(run, losses)
        return right if run.trusted is None else right.masked_fill(run.trusted, 1.0)
