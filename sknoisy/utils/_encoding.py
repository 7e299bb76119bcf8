# SPDX-License-Identifier: BSD-3-Clause
"""Number labels by their class."""

import numpy as np


def encode(y, classes):
    """Number the labels by their place in `classes`.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels.
    classes : ndarray of shape (n_classes,)
        All labels, in any order.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype=int
        Column of each label.

    Raises
    ------
    ValueError
        If y holds a label that is not in `classes`.
    """
    order = np.argsort(classes)
    places = np.searchsorted(classes, y, sorter=order).clip(max=len(classes) - 1)
    codes = order[places]
    unknown = classes[codes] != y
    if unknown.any():
        raise ValueError(
            f"y holds labels that are not in classes: {np.unique(y[unknown])[:5]}; "
            f"classes are {classes[:10]}."
        )
    return codes
