# SPDX-License-Identifier: BSD-3-Clause
"""Rows that are held out for the callbacks of a net, and what is done with them."""

from numbers import Real

import numpy as np
from sklearn.base import clone
from skorch.callbacks import EarlyStopping
from skorch.utils import noop
from torch.utils.data import Subset

from sknoisy.neural._noise_corrected_scoring import NoiseCorrectedScoring
from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_option


def find_train_split(train_split, net, seed=0):
    """Find out what is to be held out, and refuse callbacks that would miss it.

    Parameters
    ----------
    train_split : callable, float, "net" or None
        What the caller wrote.
    net : NeuralNetClassifier
        Has a `train_split` of its own.
    seed : int, default=0
        Draws the rows of a share.

    Returns
    -------
    train_split : callable or None
        None to hold out nothing.
    """
    if isinstance(train_split, str):
        check_option("train_split", train_split, ["net"])
        train_split = net.train_split
    if isinstance(train_split, Real):
        train_split = HeldOutShare(train_split, seed)
    if train_split is None and net.callbacks != "disable":
        for callback in net.callbacks or []:
            _refuse_if_it_needs_validation(callback)
    return train_split


class HeldOutShare:
    """Hold out a share of each class.

    Parameters
    ----------
    share : float
        In (0, 0.5], so that a class of one row stays in the training.
    seed : int
        Draws the rows.
    """

    def __init__(self, share, seed):
        check_number("train_split", share, 0, 0.5, closed="right")
        self.share, self.seed = share, seed

    def __call__(self, data, codes):
        """Divide a data set.

        Parameters
        ----------
        data : Dataset
            All rows.
        codes : ndarray of shape (n_rows,), dtype=int
            Their labels.

        Returns
        -------
        train, valid : Subset
            Rows to train on, and those held out, each in their order.
        """
        counts = np.bincount(codes)
        order = np.random.default_rng(self.seed).permutation(len(codes))
        order = order[np.argsort(codes[order], kind="stable")]
        starts = np.cumsum(counts) - counts
        place = np.empty(len(codes), dtype=int)
        place[order] = np.arange(len(codes)) - starts[codes[order]]
        held_out = place + 0.5 < self.share * counts[codes]
        if not held_out.any():
            raise ValueError(
                f"train_split={self.share:g} holds out none of {len(codes)} rows, for "
                "no class has enough; write a larger share."
            )
        parts = np.flatnonzero(~held_out), np.flatnonzero(held_out)
        return tuple(Subset(data, index) for index in parts)


def with_early_stopping(net, early_stopping, train_split):
    """Add the callbacks that stop a training, and go back to its best epoch.

    Parameters
    ----------
    net : NeuralNetClassifier
        Never changed.
    early_stopping : bool or NoiseCorrectedScoring
        What the caller wrote.
    train_split : callable, float, "net" or None
        What the caller wrote.

    Returns
    -------
    net : NeuralNetClassifier
        The same where nothing is to be added.
    """
    if early_stopping is False:
        return net
    scoring = NoiseCorrectedScoring() if early_stopping is True else early_stopping
    if not isinstance(scoring, NoiseCorrectedScoring):
        raise TypeError(
            "early_stopping must be True, False or a NoiseCorrectedScoring; got "
            f"{early_stopping!r}. To stop by anything else, give the net callbacks."
        )
    if train_split is None:
        raise ValueError(
            "early_stopping judges epochs by rows that are held out, and none are; "
            "write train_split=0.1 to hold out a tenth of the rows."
        )
    if net.callbacks == "disable":
        raise ValueError(
            'early_stopping needs callbacks, but the net has callbacks="disable"; '
            "leave one of them out."
        )
    stopping = EarlyStopping(
        scoring.key,
        lower_is_better=False,
        # A share of a negative score would count what is worse as better.
        threshold=0.0,
        threshold_mode="abs",
        load_best=True,
        sink=noop,
    )
    return clone(net).set_params(
        callbacks=[*(net.callbacks or []), clone(scoring), stopping]
    )


def needs_held_out(callback):
    """Tell whether a callback cannot do without rows that are held out.

    Parameters
    ----------
    callback : Callback, type or tuple
        As they stand in a net.

    Returns
    -------
    needs : bool
        Whether it scores them, or watches a score of them.
    """
    callback = callback[1] if isinstance(callback, tuple) else callback
    if callback is NoiseCorrectedScoring or isinstance(callback, NoiseCorrectedScoring):
        return True
    monitor = getattr(callback, "monitor", None)
    return isinstance(monitor, str) and monitor.startswith("valid")


def _refuse_if_it_needs_validation(callback):
    if not needs_held_out(callback):
        return
    callback = callback[1] if isinstance(callback, tuple) else callback
    fix = (
        'write train_split="net" to hold out what the net says, or train_split=0.1 to '
        "hold out a tenth of the rows"
    )
    monitor = getattr(callback, "monitor", None)
    if monitor is None:
        raise ValueError(
            f"NoiseCorrectedScoring scores rows that are held out, but none are; {fix}."
        )
    raise ValueError(
        f"{type(callback).__name__} watches {monitor!r}, but no rows are held out; "
        f"{fix}, or let it watch 'train_loss'."
    )
