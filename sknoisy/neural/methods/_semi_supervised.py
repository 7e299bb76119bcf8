# SPDX-License-Identifier: BSD-3-Clause
"""Two networks that learn from some labels, and from the other rows without them."""

from abc import abstractmethod

import numpy as np
import torch

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._mixup import (
    check_mixable,
    draw_share,
    imbalance,
    n_stored,
    soft_cross_entropy,
    weighted,
)
from sknoisy.neural.methods._views import check_augment, make_view
from sknoisy.neural.methods._warm_up import warm_up_epochs
from sknoisy.utils._numbers import check_number

# Epochs over which the rows without labels gain their weight, as in MixMatch.
_RAMP = 16


class TwoNetworkMixMatch(BaseMethod):
    """Base of methods that train two networks by MixMatch, one after the other.

    A subclass says in `divide` which rows each network takes with their labels and
    which without, in `targets` what the former are trained on, and in `guess` what the
    latter are. It has the parameters that `start` checks.
    """

    n_networks = 2

    def start(self, run):
        for name in ("alpha", "temperature"):
            check_number(name, getattr(self, name), 0, np.inf, closed="neither")
        for name in ("balance", "confidence_penalty"):
            check_number(name, getattr(self, name), 0, np.inf, closed="left")
        check_augment(self.augment)
        check_mixable(run, self)
        run.state.n_warm_up = warm_up_epochs(self.warm_up, run.n_epochs)

    @abstractmethod
    def divide(self, run):
        """Return for each network the positions of labelled and of other rows."""

    @abstractmethod
    def targets(self, run, which, batch):
        """Return what a network is trained on, of rows that keep their label."""

    @abstractmethod
    def guess(self, run, which, batch):
        """Return what a network is trained on, of rows without labels."""

    @abstractmethod
    def weight_without_labels(self, run):
        """Return what the rows without labels weigh when they weigh most."""

    def shares(self, run):
        """Return the shares of the classes that predictions are held to, if uneven."""
        return None

    def more_loss(self, run, which, other):
        """Return what is added to the loss, for rows without labels."""
        return 0.0

    def epoch(self, run):
        parts = [(None, None)] * 2 if self._is_warm_up(run) else self.divide(run)
        for which, (labelled, others) in enumerate(parts):
            # The one that is not trained predicts as it does after the training.
            run.networks[which].train()
            run.networks[1 - which].train(False)
            without = _endless_batches(run, others)
            for batch in run.batches(labelled):
                run.take_step(batch, which, next(without, None))
        for network in run.networks:
            network.train()

    def step(self, run, batch, which, other):
        network = run.networks[which]
        if self._is_warm_up(run):
            loss = self._warm_up_loss(network, batch)
        else:
            loss = self._mixed_loss(run, which, batch, other)
        learners = [network, *self.further_optimizers(run, which)]
        for each in learners:
            each.zero_grad()
        run.backward(loss)
        network.step(batch)
        for each in learners[1:]:
            each.step()
        return loss.detach()

    def further_optimizers(self, run, which):
        """Return the optimizers of what else is trained with a network."""
        return []

    def combine(self, logits):
        return torch.softmax(sum(logits) / len(logits), dim=1)

    def predict_views(self, run, which, x):
        """Average the predictions of two views."""
        views = [self.view(run, x) for _ in range(2)]
        logits = [run.networks[which](view) for view in views]
        return sum(torch.softmax(each, dim=1) for each in logits) / 2

    def view(self, run, x):
        """Make a view of rows."""
        return make_view(run, x, self.augment)

    def sharpen(self, pred_proba):
        """Make probabilities more certain."""
        sharp = pred_proba ** (1 / self.temperature)
        return sharp / sharp.sum(dim=1, keepdim=True)

    def _is_warm_up(self, run):
        return run.epoch < run.state.n_warm_up

    def _warm_up_loss(self, network, batch):
        logits = network(batch.x)
        losses = row_losses(logits, batch)
        if self.confidence_penalty:
            log_proba = torch.log_softmax(logits, dim=1)
            negative_entropy = (log_proba.exp() * log_proba).sum(dim=1)
            losses = losses + self.confidence_penalty * negative_entropy
        return batch.mean(losses)

    def _mixed_loss(self, run, which, batch, other):
        batches = [batch] if other is None else [batch, other]
        with torch.no_grad():
            targets = [self.targets(run, which, batch)]
            if other is not None:
                targets.append(self.guess(run, which, other))
        x, targets, weighted_targets = self._mixed(run, batches, targets)
        logits = run.networks[which](x)
        n = 2 * len(batch)
        loss = soft_cross_entropy(logits[:n], weighted_targets[:n])
        loss = loss + self.balance * imbalance(logits, self.shares(run))
        if other is None:
            return loss
        weight = weighted_targets[n:].sum(dim=1, keepdim=True)
        squares = (torch.softmax(logits[n:], dim=1) - targets[n:]).square()
        ramp = min(1.0, (run.epoch - run.state.n_warm_up) / _RAMP)
        ramp = ramp * self.weight_without_labels(run)
        loss = loss + ramp * (weight * squares).mean()
        return loss + self.more_loss(run, which, other)

    def _mixed(self, run, batches, targets):
        """Mix two views of each row with views of other rows."""
        twice = [each for each in batches for _ in range(2)]
        index = torch.cat([each.index for each in twice])
        targets = torch.cat([each for each in targets for _ in range(2)])
        weight = None if run.weight is None else run.weight[index]
        x = run.concatenate(*[self.view(run, each.x) for each in twice])
        order = torch.randperm(len(index), device=run.device)
        others = self.view(run, run.rows.take(index[order], n_stored(x)))
        share = draw_share(self.alpha, run.device)
        # A row is nearer to itself than to what it is mixed with.
        share = torch.maximum(share, 1 - share)
        return (
            run.mix(x, others, share),
            *(
                each[order].lerp(each, share)
                for each in (targets, weighted(targets, weight))
            ),
        )


def _endless_batches(run, index):
    """Go through rows again and again; through none if there are none."""
    while index is not None and len(index):
        yield from run.batches(index)
