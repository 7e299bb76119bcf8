# SPDX-License-Identifier: BSD-3-Clause
"""Rows that stay on the device, where batches are cut out of them by index."""

import warnings
from functools import cache

import numpy as np
import torch
from scipy import sparse


def to_device(X, device):
    """Put rows on a device.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, ...)
        Numbers.
    device : str or torch.device
        Where they are to live.

    Returns
    -------
    rows : DenseRows or CsrRows
        The rows, to be cut by index.
    """
    return (CsrRows if sparse.issparse(X) else DenseRows)(X, device)


class DenseRows:
    """A dense array on a device.

    Parameters
    ----------
    X : ndarray of shape (n_rows, ...)
        Numbers.
    device : str or torch.device
        Where they are to live.
    """

    def __init__(self, X, device):
        # Torch shares the memory of an array, and warns where it may not write to it.
        X = X if X.flags.writeable and X.flags.c_contiguous else np.array(X, order="C")
        self.values = torch.from_numpy(X).to(device)

    def __len__(self):
        return len(self.values)

    def take(self, index, n_stored=None):
        """Cut out rows.

        Parameters
        ----------
        index : tensor of shape (n,), dtype=int64
            Their positions.
        n_stored : int, default=None
            Not needed here.

        Returns
        -------
        x : tensor of shape (n, ...)
            The rows.
        """
        return self.values[index]

    def count_stored(self, order, sizes):
        """Tell how many values each batch holds; nothing depends on it here.

        Parameters
        ----------
        order : tensor of shape (n,), dtype=int64
            Positions of the rows of all batches.
        sizes : list of int
            Rows of each batch.

        Returns
        -------
        counts : list of None
            One for each batch.
        """
        return [None] * len(sizes)

    def moments(self, weight=None):
        """Compute the mean and the standard deviation of each column.

        Parameters
        ----------
        weight : tensor of shape (n_rows,), default=None
            Weight of each row.

        Returns
        -------
        mean, deviation : tensor of shape (n_columns,)
            In single precision; a constant column has deviation 1.
        """
        return column_moments(self.values, weight)


def column_moments(values, weight=None):
    """Compute the mean and the standard deviation of each column.

    Parameters
    ----------
    values : tensor of shape (n_rows, n_columns)
        Numbers.
    weight : tensor of shape (n_rows,), default=None
        Weight of each row.

    Returns
    -------
    mean, deviation : tensor of shape (n_columns,)
        A constant column has deviation 1.
    """
    if weight is None:
        weight = torch.ones(len(values), device=values.device)
    share = (weight / weight.sum()).to(values.dtype)
    mean = share @ values
    deviation = (share @ (values - mean).square()).sqrt()
    # Rounding leaves a constant column a deviation, beside its mean a tiny one.
    constant = deviation <= 1e-6 * mean.abs()
    return mean, torch.where(constant, torch.ones_like(deviation), deviation)


class CsrRows:
    """A sparse matrix on a device, which is never made dense.

    Parameters
    ----------
    X : CSR matrix of shape (n_rows, n_columns)
        Numbers.
    device : str or torch.device
        Where they are to live.
    """

    def __init__(self, X, device):
        _hear_once_of_beta()
        # Copies: torch shares memory, and the matrix is the caller's.
        self.indptr = torch.tensor(X.indptr, dtype=torch.int64, device=device)
        self.columns = torch.tensor(X.indices, dtype=torch.int64, device=device)
        self.values = torch.tensor(X.data, device=device)
        self.n_columns = X.shape[1]

    def __len__(self):
        return len(self.indptr) - 1

    def take(self, index, n_stored=None):
        """Cut out rows.

        Parameters
        ----------
        index : tensor of shape (n,), dtype=int64
            Their positions.
        n_stored : int, default=None
            How many values they hold together. It is counted if it is not given,
            for which the host must wait for the device.

        Returns
        -------
        x : sparse CSR tensor of shape (n, n_columns)
            The rows.
        """
        start = self.indptr[index]
        length = self.indptr[index + 1] - start
        indptr = _indptr_of(length)
        if n_stored is None:
            n_stored = int(indptr[-1])
        shift = torch.repeat_interleave(
            start - indptr[:-1], length, output_size=n_stored
        )
        where = shift + torch.arange(n_stored, device=shift.device)
        return _csr(indptr, self.columns[where], self.values[where], self.n_columns)

    def count_stored(self, order, sizes):
        """Tell how many values each batch holds, at one wait for the device.

        Parameters
        ----------
        order : tensor of shape (n,), dtype=int64
            Positions of the rows of all batches.
        sizes : list of int
            Rows of each batch.

        Returns
        -------
        counts : list of int
            One for each batch.
        """
        ends = torch.tensor(np.cumsum(sizes), device=order.device)
        total = _indptr_of(self.indptr[order + 1] - self.indptr[order])
        return torch.diff(total[ends], prepend=total[:1]).tolist()


def mix_rows(x, other, share):
    """Mix rows with others, dense or sparse, as mixup does.

    Parameters
    ----------
    x : tensor of shape (n, ...)
        Dense, or sparse CSR of two dimensions.
    other : tensor of the same kind and shape
        What they are mixed with.
    share : tensor of shape (n,), or float
        How much of each row of `x` stays.

    Returns
    -------
    mixed : tensor of the same kind and shape
        ``share * x + (1 - share) * other``. A sparse row holds the values of both
        side by side, so that a column may come twice; it counts as their sum.
    """
    share = torch.as_tensor(share, dtype=x.dtype, device=x.device)
    if x.layout == torch.strided:
        share = share.reshape(share.shape + (1,) * (x.ndim - share.ndim))
        return other + share * (x - other)
    share = share.expand(len(x))
    lengths = [torch.diff(each.crow_indices()) for each in (x, other)]
    indptr = _indptr_of(lengths[0] + lengths[1])
    starts = [indptr[:-1], indptr[:-1] + lengths[0]]
    n_stored = x.values().numel() + other.values().numel()
    columns = torch.empty(n_stored, dtype=torch.int64, device=x.device)
    values = torch.empty(n_stored, dtype=x.dtype, device=x.device)
    for part, length, start, scale in zip(
        (x, other), lengths, starts, (share, 1 - share), strict=True
    ):
        count = part.values().numel()
        row = torch.repeat_interleave(length, output_size=count)
        shift = (start - part.crow_indices()[:-1])[row]
        where = shift + torch.arange(count, device=x.device)
        columns[where] = part.col_indices()
        values[where] = part.values() * scale[row]
    return _csr(indptr, columns, values, x.shape[1])


def concatenate_rows(parts):
    """Put rows below each other.

    Parameters
    ----------
    parts : list of tensors
        All dense, or all sparse CSR.

    Returns
    -------
    x : tensor
        Of the same kind.
    """
    if parts[0].layout == torch.strided:
        return torch.cat(parts)
    lengths = torch.cat([torch.diff(each.crow_indices()) for each in parts])
    columns = torch.cat([each.col_indices() for each in parts])
    values = torch.cat([each.values() for each in parts])
    return _csr(_indptr_of(lengths), columns, values, parts[0].shape[1])


def replace_values(x, change):
    """Change the numbers of rows, in sparse ones those that are stored.

    Parameters
    ----------
    x : tensor
        Dense, or sparse CSR.
    change : callable
        From a dense tensor of numbers to another of the same shape.

    Returns
    -------
    x : tensor
        Of the same kind.
    """
    if x.layout == torch.strided:
        return change(x)
    values = change(x.values())
    return _csr(x.crow_indices(), x.col_indices(), values, x.shape[1])


def _indptr_of(lengths):
    return torch.nn.functional.pad(lengths.cumsum(0), (1, 0))


@cache
def _hear_once_of_beta():
    # Torch says so of the first sparse CSR tensor of a process; it is not the user's.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        empty = torch.zeros(0, dtype=torch.int64)
        _csr(torch.zeros(2, dtype=torch.int64), empty, torch.zeros(0), 1)


def _csr(indptr, columns, values, n_columns):
    # The checks would wait for the device at every batch.
    return torch.sparse_csr_tensor(
        indptr,
        columns,
        values,
        size=(len(indptr) - 1, n_columns),
        check_invariants=False,
    )
