# SPDX-License-Identifier: BSD-3-Clause
"""What the callbacks of a net are told of the rows, and what is held out for them."""

import numpy as np
import torch

from sknoisy.neural._rows import to_device


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
