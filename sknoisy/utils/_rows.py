# SPDX-License-Identifier: BSD-3-Clause
"""Count and pick rows of any container, without converting it."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def num_rows(X):
    """Count the rows of any container.

    Parameters
    ----------
    X : array-like, sparse matrix, data frame or sequence
        Anything with a length or a shape.

    Returns
    -------
    n_rows : int
        Number of rows.

    Raises
    ------
    TypeError
        If X has no rows to count, as an estimator or a number has none.

    Examples
    --------
    >>> from sknoisy.utils import num_rows
    >>> num_rows(["a first text", "a second text"])
    2
    """
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) > 0:
        return int(shape[0])
    if shape is None and hasattr(X, "__len__") and not isinstance(X, (str, bytes)):
        return len(X)
    if shape is None and hasattr(X, "__array__"):
        return num_rows(np.asarray(X))
    hint = " Write X.collect()." if hasattr(X, "collect") else ""
    raise TypeError(
        f"X must hold rows (an array, a sparse matrix, a data frame or a list); "
        f"got {type(X).__name__}.{hint}"
    )


def check_some_rows(estimator, X):
    """Refuse data without rows.

    Parameters
    ----------
    estimator : estimator
        Named in the error.
    X : any container of n_samples rows
        The data.

    Raises
    ------
    ValueError
        If there is no row.
    """
    if num_rows(X) == 0:
        raise ValueError(
            f"Found array with 0 sample(s) (shape={np.shape(X)}) while a minimum of "
            f"1 is required by {type(estimator).__name__}."
        )


def take_rows(X, indices):
    """Pick rows by position and keep the kind of container.

    Parameters
    ----------
    X : array-like, sparse matrix, data frame or sequence
        ndarray, any SciPy sparse format, pandas and polars frames and series,
        pyarrow tables, lists, or anything else that NumPy can index.
    indices : array-like of shape (n_taken,)
        Positions, with repeats if wanted, or a boolean mask over the rows.

    Returns
    -------
    taken : same kind as X
        The rows, in the order of `indices`. Sparse input comes back as CSR.

    Examples
    --------
    >>> from sknoisy.utils import take_rows
    >>> take_rows(["a", "b", "c"], [2, 0])
    ['c', 'a']
    """
    indices = np.asarray(indices)
    if indices.dtype == bool:
        indices = np.flatnonzero(indices)
    if sparse.issparse(X):
        return X.tocsr()[indices]
    if hasattr(X, "iloc"):
        return X.iloc[indices]
    if isinstance(X, Sequence):
        return [X[i] for i in indices]
    if type(X).__module__.partition(".")[0] == "pyarrow":
        return X.take(indices)
    if hasattr(X, "__getitem__"):
        return X[indices]
    return np.asarray(X)[indices]


def is_per_row(value, n_rows):
    """Tell whether a fit parameter holds one entry per row.

    Parameters
    ----------
    value : object
        A parameter passed to fit.
    n_rows : int
        Number of rows of X.

    Returns
    -------
    per_row : bool
        True for sequences, arrays and frames of that length; strings and
        mappings are never per row.
    """
    if value is None or isinstance(value, (str, bytes, dict)):
        return False
    try:
        return num_rows(value) == n_rows
    except TypeError:
        return False
