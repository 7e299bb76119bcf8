# SPDX-License-Identifier: BSD-3-Clause
"""Fingerprints of rows that depend on their content alone."""

import hashlib

import numpy as np
from scipy import sparse

from sknoisy.utils._rows import num_rows

# Blocks of this many cells keep the temporaries of the mixing in cache.
_BLOCK_CELLS = 1 << 17


def hash_rows(X, seed=0):
    """Fingerprint each row by its content.

    Equal rows get equal fingerprints, wherever they stand, in whatever numeric
    dtype, dense or sparse, in an array or in a frame. That makes anything drawn
    from the fingerprints independent of the order of the rows.

    Parameters
    ----------
    X : array-like, sparse matrix, data frame or sequence of shape (n_rows, ...)
        Numbers, strings or a mix.
    seed : int, default=0
        Different seeds give unrelated fingerprints.

    Returns
    -------
    hashes : ndarray of shape (n_rows,), dtype=uint64, or None
        None for a container whose content cannot be read.
    """
    if sparse.issparse(X):
        return _hash_sparse(X, seed)
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        return _hash_frame(X, seed)
    array = np.asarray(X) if not isinstance(X, (list, tuple)) else _list_to_array(X)
    if array is None or array.ndim == 0 or array.dtype.kind == "c":
        return None
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim > 2:
        array = array.reshape(len(array), -1)
    if array.dtype.kind in "biuf":
        return _hash_dense(array, seed)
    return _hash_columns((array[:, j] for j in range(array.shape[1])), array, seed)


def fingerprint_rows(X, seed=0):
    """Fingerprint each row by its content, or by its place where that is hidden.

    Parameters
    ----------
    X : any container of n_rows rows
        The rows.
    seed : int, default=0
        Different seeds give unrelated orders.

    Returns
    -------
    fingerprints : ndarray of shape (n_rows,), dtype=uint64
        As `hash_rows` returns them if it can.
    """
    hashes = hash_rows(X, seed)
    if hashes is not None:
        return hashes
    # Scattered, or the next seed would give each row what the next row has.
    start = mix(np.array([seed], dtype=np.uint64))
    return mix(start + np.arange(1, num_rows(X) + 1, dtype=np.uint64))


def mix(bits):
    """Scatter 64-bit integers over their whole range (the splitmix64 finaliser).

    Parameters
    ----------
    bits : ndarray, dtype=uint64
        Overwritten.

    Returns
    -------
    bits : ndarray, dtype=uint64
        The scattered integers.
    """
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


def _column_salts(n_columns, seed):
    start = np.uint64(seed * 0x9E3779B97F4A7C15 % (1 << 64))
    return mix(start + np.arange(1, n_columns + 1, dtype=np.uint64))


def _number_hashes(values, salts):
    # Zeros hash to zero so that a sparse matrix hashes as its dense twin.
    values = np.array(values, dtype=np.float64)
    bits = values.view(np.uint64)
    zero = values == 0
    bits += salts
    mix(bits)
    bits[zero] = 0
    return bits


def _hash_dense(array, seed):
    n_rows, n_columns = array.shape
    salts = _column_salts(n_columns, seed)
    hashes = np.zeros(n_rows, dtype=np.uint64)
    step = max(1, _BLOCK_CELLS // max(1, n_columns))
    for start in range(0, n_rows, step):
        block = _number_hashes(array[start : start + step], salts)
        hashes[start : start + step] = block.sum(axis=1, dtype=np.uint64)
    return hashes


def _hash_sparse(X, seed):
    X = X.tocsr()
    if X.dtype.kind == "c":
        return None
    if not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()
    salts = _column_salts(X.shape[1], seed)
    running = np.zeros(X.nnz + 1, dtype=np.uint64)
    np.cumsum(_number_hashes(X.data, salts[X.indices]), out=running[1:])
    # Sums wrap modulo 2**64, so differences of running sums are exact.
    return running[X.indptr[1:]] - running[X.indptr[:-1]]


def _hash_frame(X, seed):
    # pandas allows two columns of one name, so go by position where it can.
    if hasattr(X, "iloc"):
        columns = (np.asarray(X.iloc[:, j]) for j in range(X.shape[1]))
    else:
        columns = (np.asarray(X[name]) for name in X.columns)
    return _hash_columns(columns, X, seed)


def _hash_columns(columns, X, seed):
    salts = _column_salts(X.shape[1], seed)
    hashes = np.zeros(X.shape[0], dtype=np.uint64)
    for salt, column in zip(salts, columns, strict=True):
        if column.dtype == object:
            column = _as_numbers(column)
        if column.dtype.kind in "biuf":
            hashes += _number_hashes(column, salt)
        else:
            hashes += mix(_hash_cells(column) + salt)
    return hashes


def _as_numbers(column):
    """Read an object column as numbers if it is one, as scikit-learn would."""
    if any(isinstance(cell, str) for cell in column):
        return column
    try:
        return column.astype(np.float64)
    except (TypeError, ValueError):
        return column


def _hash_cells(column):
    # Python's own hash of strings changes from process to process.
    known = {}
    hashes = np.empty(len(column), dtype=np.uint64)
    for i, cell in enumerate(column.tolist()):
        text = cell if isinstance(cell, str) else repr(cell)
        if text not in known:
            digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8)
            known[text] = int.from_bytes(digest.digest(), "little")
        hashes[i] = known[text]
    return hashes


def _list_to_array(rows):
    try:
        return np.asarray(rows)
    except ValueError:
        # Rows of different lengths: hash each as one cell.
        array = np.empty(len(rows), dtype=object)
        array[:] = rows
        return array
