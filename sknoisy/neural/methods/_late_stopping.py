# SPDX-License-Identifier: BSD-3-Clause
"""Late stopping."""

from copy import deepcopy

import numpy as np
import torch

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_count

# What counts as learned: labels predicted in so many epochs in a row, a number for
# each third of the rounds.
_CONSECUTIVE = (1, 2, 3)

# Epochs at the start of a round that do not count.
_SKIPPED = 6

# An estimate beyond this would leave hardly any rows.
_LARGEST_RATE = 0.9


class LateStopping(BaseMethod):
    """Drop the labels that are learned last, round by round, then train on the rest.

    Right labels are learned earlier than wrong ones, and hard right ones still
    earlier than these. In each round the network starts anew, learns the rows that are
    left, and is stopped as soon as a share of their labels has been learned: been
    predicted in a number of epochs in a row. The others are dropped. Since each round
    stops late and drops few, hard rows have time to be learned. In the end the
    network starts anew once more, and is trained on what is left.

    Parameters
    ----------
    keep_share : float, default=0.955
        Share of the rows that each round keeps, rho in the paper. Published are 0.955
        for ten classes, and 0.975 to 0.98 for 100.
    n_rounds : int, default=None
        Number of rounds. None does as many as leave a share of one minus the noise
        rate, which the confident joint of a cross-fitted classifier estimates; 12 to 27
        in the paper, where the rate is known.

    Warns
    -----
    RareClassWarning
        If the noise rate is to be estimated, and a class has too few rows for it.

    See Also
    --------
    sknoisy.detection.LateStopping : Finds the labels, for any classifier.

    Notes
    -----
    Each round may cost as much as the training itself. The rounds come before the first
    epoch, so that the callbacks of the net hear of the last training alone; those that
    change gradients act in all.

    Each round begins with the first weights, not with newly drawn ones, and has as
    many epochs as the training at most; if too few labels are learned by then, the
    most probable ones of the others are kept as well. Six epochs at the start of a
    round do not count, or a tenth of them if that is less. Labels must be predicted
    once in the first third of the rounds, then twice and three times in a row. The
    optimizer is that of the net, the same in all rounds; in the paper, SGD at 0.01,
    and at 0.02, falling by steps, in the end. Of all this the schedules and
    the last resort are inferred.

    Trusted rows are never dropped, and a class that would lose its last row keeps those
    it had. A network that learns all labels in the same epochs drops the wrong rows.

    References
    ----------
    Yuan, Feng and Liu. Late stopping: avoiding confidently learning from mislabeled
    examples. ICCV, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import LateStopping
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:500], 0.3, random_state=0).y
    >>> net = ready_net(max_epochs=30, batch_size=32)
    >>> clf = RobustNetClassifier(net, method=LateStopping(0.9, n_rounds=3))
    >>> bool(clf.fit(X[:500], y_noisy).score(X[900:], y[900:]) > 0.75)
    True
    """

    alias = "late_stopping"

    def __init__(self, keep_share=0.955, n_rounds=None):
        self.keep_share = keep_share
        self.n_rounds = n_rounds

    def start(self, run):
        check_number("keep_share", self.keep_share, 0, 1, closed="neither")
        if self.n_rounds is not None:
            check_count("n_rounds", self.n_rounds, least=0)
        first = _snapshot(run)
        kept = torch.ones(run.n_rows, dtype=torch.bool, device=run.device)
        run.state.rounds_kept = run.per_row()
        run.state.n_rounds = self._count_rounds(run)
        for i in range(run.state.n_rounds):
            n_consecutive = _CONSECUTIVE[3 * i // run.state.n_rounds]
            kept = self._round(run, kept, n_consecutive, self.keep_share ** (i + 1))
            run.state.rounds_kept += kept
            _restore(run, first)
        run.state.kept = kept.nonzero().ravel()

    def _count_rounds(self, run):
        if self.n_rounds is not None:
            return self.n_rounds
        rate = min(run.evidence.noise_rate, _LARGEST_RATE)
        return round(np.log1p(-rate) / np.log(self.keep_share))

    def _round(self, run, kept, n_consecutive, share):
        """Train on the rows that are left, and return which of them are to stay."""
        index = kept.nonzero().ravel()
        wanted = share * _total(run, slice(None))
        learned, streak = _always_kept(run), run.per_row()
        run.network.train()
        for epoch in range(run.n_epochs):
            for batch in run.batches(index):
                losses = row_losses(run.network(batch.x), batch)
                run.update(batch.mean(losses), batch)
            logits = run.predict_all()
            if epoch < min(_SKIPPED, run.n_epochs // 10):
                continue
            streak = (streak + 1) * (logits.argmax(dim=1) == run.codes)
            learned |= streak >= n_consecutive
            if _total(run, learned & kept) >= wanted:
                break
        else:
            learned = _fill_up(run, kept, learned, logits, wanted)
        return _with_each_class(run, kept, learned & kept)

    def epoch(self, run):
        for batch in run.batches(run.state.kept):
            run.take_step(batch)

    def loss(self, run, batch):
        return batch.mean(row_losses(run.network(batch.x), batch))

    def label_quality(self, run):
        if not run.state.n_rounds:
            return run.per_row(fill=1.0)
        return run.state.rounds_kept / run.state.n_rounds


def _snapshot(run):
    network = run.network
    return deepcopy((network.module.state_dict(), network.optimizer.state_dict()))


def _restore(run, first):
    # Optimizers keep what they are given, and would change it.
    weights, optimizer = deepcopy(first)
    run.network.module.load_state_dict(weights)
    run.network.optimizer.load_state_dict(optimizer)


def _always_kept(run):
    if run.trusted is None:
        return torch.zeros(run.n_rows, dtype=torch.bool, device=run.device)
    return run.trusted.clone()


def _total(run, rows):
    """Count rows, by their weight."""
    weight = run.per_row(fill=1.0) if run.weight is None else run.weight
    return weight[rows].sum().item()


def _fill_up(run, kept, learned, logits, wanted):
    """Add the most probable labels to those that have been learned."""
    proba = torch.softmax(logits, dim=1).gather(1, run.codes[:, None]).ravel()
    order = (kept.float() + (kept & learned).float() + proba).argsort(descending=True)
    weight = run.per_row(fill=1.0) if run.weight is None else run.weight
    reached = (weight * kept)[order].cumsum(0)
    before = reached - (weight * kept)[order]
    filled = learned.clone()
    # The slack is for sums in single precision.
    filled[order[before < wanted - 1e-3]] = True
    return filled


def _with_each_class(run, kept, learned):
    """Leave a class as it was if none of its labels is left."""
    counts = torch.bincount(run.codes[learned], minlength=run.n_classes)
    return learned | (kept & (counts == 0)[run.codes])
