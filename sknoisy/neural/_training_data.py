# SPDX-License-Identifier: BSD-3-Clause
"""What the callbacks of a net are told of the rows, and what is held out for them."""

import numpy as np
import torch

from sknoisy.neural._rows import to_device
from sknoisy.utils._options import check_option


class TrainingData:
    """Rows of a fit, as skorch sees them.

    Parameters
    ----------
    net : NeuralNetClassifier
        Makes the data sets.
    X : ndarray or CSR matrix
        Rows of positive weight.
    codes : ndarray of shape (n_rows,), dtype=int64
        Their labels.
    train_split : callable or None
        Divides a data set into rows to train on and rows to hold out.

    Attributes
    ----------
    whole : dict
        `X` and `y` of all rows.
    sets : dict
        Data sets ``dataset_train`` and ``dataset_valid``.
    train_index : ndarray of int
        Positions of the rows to train on.
    valid : tuple or None
        Rows and codes that are held out, on the device.
    """

    def __init__(self, net, X, codes, train_split):
        self.whole = {"X": X, "y": codes}
        data = net.get_dataset(X, codes)
        self.train_index, self.valid = np.arange(len(codes)), None
        self.sets = {"dataset_train": data, "dataset_valid": None}
        if train_split is None:
            return
        train, valid = train_split(data, codes)
        if valid is None:
            return
        self.sets = {"dataset_train": train, "dataset_valid": valid}
        self.train_index, held_out = _positions(train), _positions(valid)
        self.valid = (
            to_device(X[held_out], net.device),
            torch.as_tensor(codes[held_out], device=net.device),
        )


def _positions(subset):
    if not hasattr(subset, "indices"):
        raise TypeError(
            "train_split must divide the rows, as skorch.dataset.ValidSplit does; got "
            f"{subset!r}. To score rows of your own, use a callback."
        )
    return np.asarray(subset.indices)


def find_train_split(train_split, net):
    """Find out what is to be held out, and refuse callbacks that would miss it.

    Parameters
    ----------
    train_split : callable, "net" or None
        What the caller wrote.
    net : NeuralNetClassifier
        Has a `train_split` of its own.

    Returns
    -------
    train_split : callable or None
        None to hold out nothing.
    """
    if isinstance(train_split, str):
        check_option("train_split", train_split, ["net"])
        train_split = net.train_split
    if train_split is None and net.callbacks != "disable":
        for callback in net.callbacks or []:
            _refuse_if_it_needs_validation(callback)
    return train_split


def _refuse_if_it_needs_validation(callback):
    callback = callback[1] if isinstance(callback, tuple) else callback
    monitor = getattr(callback, "monitor", None)
    if isinstance(monitor, str) and monitor.startswith("valid"):
        name = type(callback).__name__
        raise ValueError(
            f"{name} watches {monitor!r}, but no rows are held out; write "
            'train_split="net" to hold out what the net says, or let it watch '
            "'train_loss'."
        )
