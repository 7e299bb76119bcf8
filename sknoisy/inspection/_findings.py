# SPDX-License-Identifier: BSD-3-Clause
"""What an inspection finds: one row, or a group of rows, and what is said of it."""

from dataclasses import dataclass

import numpy as np

# In the order in which they are listed, with their headings.
KINDS = {
    "label_issue": "Labels that look wrong",
    "conflict": "Duplicates with different labels",
    "exact_duplicate": "Exact duplicates",
    "near_duplicate": "Near duplicates",
    "off_topic": "Off-topic rows",
}
OF_GROUPS = ("conflict", "exact_duplicate", "near_duplicate")


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    rows : tuple of int
        Positions of the rows.
    score : float
        How sure or how bad; its meaning goes with the kind.
    given : object
        Label of the row, or a tuple of labels; None where there are none.
    suggested : object
        Another label, or None.
    """

    kind: str
    rows: tuple
    score: float
    given: object = None
    suggested: object = None


def groups_of_rows(numbers):
    """List the rows of each group that has several.

    Parameters
    ----------
    numbers : ndarray of shape (n_samples,), dtype=int
        Group of each row.

    Returns
    -------
    groups : list of ndarray, dtype=int
        Positions in order; the group of the first row comes first.
    """
    order = np.argsort(numbers, kind="stable")
    starts = np.flatnonzero(np.diff(numbers[order])) + 1
    groups = [rows for rows in np.split(order, starts) if len(rows) > 1]
    return sorted(groups, key=lambda rows: rows[0])


def with_several(groups, values):
    """Keep the groups whose rows have more than one value.

    Parameters
    ----------
    groups : list of ndarray, dtype=int
        Positions of the rows of each group.
    values : ndarray of shape (n_samples,)
        A value for each row.

    Returns
    -------
    kept : list of ndarray, dtype=int
        Some of the groups.
    """
    return [rows for rows in groups if (values[rows] != values[rows[0]]).any()]


def majority(labels, trusted=None):
    """Find the label that most rows of a group have.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,)
        Labels of the group.
    trusted : ndarray of shape (n_rows,), dtype=bool, default=None
        Verified labels. If there are any, they alone decide.

    Returns
    -------
    label : object
        None if there is a tie.
    share : float
        Share of all rows that have the most frequent label.
    """
    _, counts = np.unique(labels, return_counts=True)
    voters = labels if trusted is None or not trusted.any() else labels[trusted]
    known, votes = np.unique(voters, return_counts=True)
    is_tied = np.count_nonzero(votes == votes.max()) > 1
    label = None if is_tied else plain(known[votes.argmax()])
    return label, counts.max() / len(labels)


def plain(value):
    """Turn a scalar of NumPy into one of Python.

    Parameters
    ----------
    value : object
        Any label.

    Returns
    -------
    value : object
        The same label.
    """
    return value.item() if isinstance(value, np.generic) else value
