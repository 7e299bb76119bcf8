# SPDX-License-Identifier: BSD-3-Clause
"""Give values back in the container that the caller used."""

import numpy as np


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
        # A label that is not in `y` may be longer than any that is.
        values = values.astype(dtype.kind)
        return values.astype(np.promote_types(values.dtype, dtype))
    return values.astype(dtype)


def like_container_of_floats(values, y):
    """Put numbers in the kind of container that `y` is, whole as they may be in it.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype=float64
        Numbers, row by row as in `y`.
    y : list, tuple, pandas or polars Series, or other array-like
        The model for the container, its name and its index, and its dtype where
        that is of floats.

    Returns
    -------
    values : same kind as y; ndarray for kinds that are none of the above
        The numbers.
    """
    if isinstance(y, (list, tuple)):
        return type(y)(values.tolist())
    array = np.asarray(y)
    if array.dtype.kind == "f":
        values = values.astype(array.dtype)
    if hasattr(y, "iloc"):
        return type(y)(values, index=y.index, name=y.name)
    if type(y).__module__.partition(".")[0] == "polars":
        return type(y)(y.name, values)
    return values
