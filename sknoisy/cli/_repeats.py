# SPDX-License-Identifier: BSD-3-Clause
"""Rows that repeat others, and repeats whose labels differ."""

from dataclasses import dataclass

from sknoisy.inspection._findings import groups_of_rows, with_several
from sknoisy.utils._distinct_rows import number_contents


@dataclass(frozen=True)
class Repeats:
    """How often rows repeat others.

    Attributes
    ----------
    rows : int
        Rows that have an exact copy, the first ones among them.
    groups : int
        Sets of equal rows.
    groups_with_different_labels : int
        Those whose labels differ.
    """

    rows: int
    groups: int
    groups_with_different_labels: int


def count_repeats(X, labels):
    """Count rows with the same features, and with other labels.

    Parameters
    ----------
    X : data frame or list of str, of n_labelled rows
        What the model sees.
    labels : ndarray of shape (n_labelled,)
        Given labels.

    Returns
    -------
    repeats : Repeats
        The counts.
    """
    groups = groups_of_rows(number_contents(X))
    return Repeats(
        rows=sum(map(len, groups)),
        groups=len(groups),
        groups_with_different_labels=len(with_several(groups, labels)),
    )
