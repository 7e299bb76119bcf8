# SPDX-License-Identifier: BSD-3-Clause
"""Number rows so that copies share a number, in an order that rows do not set."""

import numpy as np

from sknoisy.utils._row_hash import hash_rows
from sknoisy.utils._rows import num_rows

# With more copies of a row than this, copies are draws of a coarse feature space,
# not one sample recorded again.
_MAX_COPIES = 5


def number_contents(X):
    """Number the rows by what they hold.

    Parameters
    ----------
    X : any container of n_rows rows
        Rows whose content cannot be read are numbered by position.

    Returns
    -------
    contents : ndarray of shape (n_rows,), dtype=int
        From 0 without gaps; equal rows share a number, and permuting the rows
        permutes the numbers with them.
    """
    hashes = hash_rows(X)
    if hashes is None:
        return np.arange(num_rows(X))
    return np.unique(hashes, return_inverse=True)[1]


def combine_numbers(first, *others):
    """Number the distinct combinations of several numberings of the same rows.

    Parameters
    ----------
    first, *others : ndarray of shape (n_rows,), dtype=int
        Numbers from 0.

    Returns
    -------
    numbers : ndarray of shape (n_rows,), dtype=int
        From 0 without gaps, in the order of `first`, then of the next.
    """
    numbers = first.astype(np.int64)
    for other in others:
        pairs = numbers * (int(other.max()) + 1) + other
        numbers = np.unique(pairs, return_inverse=True)[1]
    return numbers


def is_coarse(contents):
    """Tell whether rows repeat so often that copies are samples of their own.

    Parameters
    ----------
    contents : ndarray of shape (n_rows,), dtype=int
        From 0 without gaps, as `number_contents` returns them.

    Returns
    -------
    coarse : bool
        True for more than five rows of each content on average, as in a table of
        few categories.
    """
    return (int(contents.max()) + 1) * _MAX_COPIES < len(contents)
