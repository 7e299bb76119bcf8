# SPDX-License-Identifier: BSD-3-Clause
"""Read labels of any kind, and give them back in the container they came in."""

import numpy as np


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
    try:
        present, codes = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise ValueError(
            "y mixes labels that cannot be ordered, such as strings and numbers; "
            "convert them to one type, for instance with [str(v) for v in y]."
        ) from error
    if classes is None:
        return codes, present
    classes = _as_label_array(classes, name="classes")
    position = {label: index for index, label in enumerate(classes.tolist())}
    if len(position) < len(classes):
        raise ValueError("classes names a label twice; list every label once.")
    unknown = [label for label in present.tolist() if label not in position]
    if unknown:
        raise ValueError(
            f"y has labels that classes lacks: {unknown[:5]}; list every label of y "
            "in classes, in the type that y uses."
        )
    place = np.array([position[label] for label in present.tolist()], dtype=np.intp)
    return place[codes], classes


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


def like_container(values, y):
    """Put `values` in the kind of container that `y` is.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Labels, row by row as in `y`.
    y : list, tuple, pandas or polars Series, or other array-like
        The model for the container, its dtype, its name and its index.

    Returns
    -------
    values : same kind as y; ndarray for kinds that are none of the above
        The labels.
    """
    if isinstance(y, (list, tuple)):
        return type(y)(values.tolist())
    if hasattr(y, "iloc"):
        return type(y)(values, index=y.index, name=y.name, dtype=y.dtype)
    if type(y).__module__.partition(".")[0] == "polars":
        return type(y)(y.name, values.tolist(), dtype=y.dtype)
    dtype = np.asarray(y).dtype
    if dtype.kind in "US":
        # A label that only `classes` knows may be longer than any in `y`.
        values = values.astype(dtype.kind)
        return values.astype(np.promote_types(values.dtype, dtype))
    return values.astype(dtype)
