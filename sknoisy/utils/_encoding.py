# SPDX-License-Identifier: BSD-3-Clause
"""Read labels of any kind and number them by their class."""

import numpy as np

_MIXED = (
    "y mixes labels that cannot be ordered, such as strings and numbers; convert them "
    "to one type, for instance with [str(v) for v in y]."
)


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
    try:
        order = np.argsort(classes)
        places = np.searchsorted(classes, y, sorter=order).clip(max=len(classes) - 1)
    except TypeError as error:
        raise ValueError(_MIXED) from error
    codes = order[places]
    unknown = classes[codes] != y
    if unknown.any():
        shown = list(dict.fromkeys(y[unknown].tolist()))[:5]
        raise ValueError(
            f"y has labels that classes lacks: {shown}; classes are "
            f"{classes[:10].tolist()}. List every label of y, in the type that y uses."
        )
    return codes


def encode_labels(y, classes=None):
    """Number the labels by their place in `classes`.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of any kind.
    classes : array-like of shape (n_classes,), default=None
        The label space in the order wanted; None takes the sorted labels of `y`.

    Returns
    -------
    codes : ndarray of shape (n_samples,)
        Index of each label in `classes`.
    classes : ndarray of shape (n_classes,)
        The label space.
    """
    labels = _as_label_array(y)
    if classes is None:
        try:
            classes, codes = np.unique(labels, return_inverse=True)
        except TypeError as error:
            raise ValueError(_MIXED) from error
        return codes, classes
    classes = _as_label_array(classes, name="classes")
    if len(set(classes.tolist())) < len(classes):
        raise ValueError("classes names a label twice; list every label once.")
    return encode(labels, classes), classes


def _as_label_array(y, name="y"):
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise ValueError(
            f"{name} must have one label per row, shape (n,), got shape "
            f"{labels.shape}; pass a single column."
        )
    if len(labels) == 0:
        raise ValueError(f"{name} is empty; it needs at least one label.")
    # NumPy turns a list of strings and numbers into strings without a word.
    if labels.dtype.kind == "U" and isinstance(y, (list, tuple)):
        if not all(isinstance(label, str) for label in y):
            raise ValueError(
                f"{name} mixes strings and other types; convert them to one type, "
                f"for instance with [str(v) for v in {name}]."
            )
    if _has_missing(y, labels):
        raise ValueError(
            f"{name} has missing labels; drop those rows, or give them a label."
        )
    if labels.dtype.kind == "f" and np.any(labels != np.floor(labels)):
        raise ValueError(
            f"{name} is continuous, but label noise is between classes; pass class "
            "labels, for instance binned values."
        )
    return labels


def _has_missing(y, labels):
    if hasattr(y, "isna"):
        return bool(y.isna().any())
    if labels.dtype.kind == "f":
        return bool(np.isnan(labels).any())
    if labels.dtype.kind == "O":
        return any(label is None or label != label for label in labels.tolist())
    return False
