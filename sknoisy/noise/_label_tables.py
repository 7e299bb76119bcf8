# SPDX-License-Identifier: BSD-3-Clause
"""Read tables of 0 and 1, a column per label, and give them back in their kind."""

import numpy as np
from scipy import sparse


def read_label_table(Y):
    """Read which labels each row has.

    Parameters
    ----------
    Y : array-like, sparse matrix or data frame of shape (n_samples, n_labels)
        Entries 0 and 1.

    Returns
    -------
    has_label : ndarray of shape (n_samples, n_labels), dtype=bool
        True for 1.

    Raises
    ------
    ValueError
        If there is another entry, or no rows and columns.
    """
    values = Y.toarray() if sparse.issparse(Y) else np.asarray(Y)
    is_table = values.ndim == 2 and values.size and values.dtype.kind in "biuf"
    if not is_table or not np.isin(values, (0, 1)).all():
        raise ValueError(
            "Y must be a table of 0 and 1, a column per label, got "
            f"{_describe(values)}; lists of labels become one by MultiLabelBinarizer, "
            "and a single column of labels goes to inject_symmetric_noise."
        )
    return values.astype(bool)


def like_table(values, Y):
    """Put a table in the kind of container that `Y` is.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_labels)
        Booleans, or floats where some entry may be NaN.
    Y : array-like, sparse matrix or data frame of shape (n_samples, n_labels)
        The model for the container, its dtype, index and columns.

    Returns
    -------
    values : same kind as Y; ndarray for kinds that are none of the above
        The table, of floats if some entry is NaN.
    """
    if np.isnan(values).any() and _dtype(Y).kind != "f":
        dtype = np.dtype(np.float64)
    else:
        dtype = _dtype(Y)
    values = values.astype(dtype)
    if sparse.issparse(Y):
        return type(Y)(values)
    if hasattr(Y, "iloc"):
        return type(Y)(values, index=Y.index, columns=Y.columns)
    if type(Y).__module__.partition(".")[0] == "polars":
        return type(Y)(values, schema=Y.columns)
    return values


def _dtype(Y):
    return Y.dtype if sparse.issparse(Y) else np.asarray(Y).dtype


def _describe(values):
    if values.ndim != 2 or not values.size:
        return f"shape {values.shape}"
    if values.dtype.kind not in "biuf":
        return f"dtype {values.dtype}"
    return f"the values {np.unique(values)[:5].tolist()}"
