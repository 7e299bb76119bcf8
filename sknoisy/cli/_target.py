# SPDX-License-Identifier: BSD-3-Clause
"""Take the labels out of a table, if they are labels."""

from dataclasses import dataclass

import numpy as np

from sknoisy.cli._errors import CommandError

_FEWEST_ROWS = 10

# A class of a number has more rows than a value of a quantity.
_FEWEST_ROWS_PER_NUMBER = 10
_MOST_CLASSES_WITH_FRACTIONS = 20
_MOST_CLASSES_SPARSELY_FILLED = 30


@dataclass(frozen=True)
class Target:
    """The labels of a table.

    Attributes
    ----------
    position : int
        Column of the labels.
    rows : ndarray of shape (n_labelled,), dtype=int
        Rows of the table that have a label.
    labels : ndarray of shape (n_labelled,)
        Their labels.
    """

    position: int
    rows: np.ndarray
    labels: np.ndarray


def read_target(table, name):
    """Find the labels.

    Parameters
    ----------
    table : Table
        The file.
    name : str
        Column of the labels.

    Returns
    -------
    target : Target
        Labels as strings; numbers and booleans of Parquet stay what they are.

    Raises
    ------
    CommandError
        If they cannot be judged: one class, too few rows, or a quantity.
    """
    position = table.position_of(name)
    present = table.typed.iloc[:, position].notna().to_numpy()
    if not present.any():
        raise CommandError(f"every row of '{table.path}' lacks a value in '{name}'")
    rows = np.flatnonzero(present)
    written = table.written.iloc[rows, position]
    labels = np.array([_label(value) for value in written])
    _check(table.path, name, labels)
    return Target(position, rows, labels)


def _label(value):
    return value.strip() if isinstance(value, str) else value


def _check(path, name, labels):
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) == 1:
        raise CommandError(
            f"column '{name}' of '{path}' has one class only, '{classes[0]}'; a label "
            "is judged against other classes"
        )
    if len(labels) < _FEWEST_ROWS:
        raise CommandError(
            f"'{path}' has {len(labels)} rows with a value in '{name}'; it takes "
            f"{_FEWEST_ROWS} to judge labels"
        )
    if _is_quantity(classes, len(labels)):
        raise CommandError(
            f"column '{name}' of '{path}' holds {len(classes)} different numbers, "
            "which looks like a quantity; labels of classes can be judged, so bin it "
            "first or choose another column"
        )
    if len(classes) > len(labels) / 2:
        raise CommandError(
            f"column '{name}' of '{path}' holds {len(classes)} different values in "
            f"{len(labels)} rows, so these are no classes; choose another column"
        )
    if np.sum(counts > 1) < 2:
        raise CommandError(
            f"only one class of column '{name}' of '{path}' has more than one row; "
            "a class needs at least two rows to be judged"
        )


def _is_quantity(classes, n_rows):
    try:
        numbers = classes.astype(float)
    except (TypeError, ValueError):
        return False
    if np.any(numbers % 1 != 0) and len(numbers) > _MOST_CLASSES_WITH_FRACTIONS:
        return True
    sparsely_filled = n_rows < _FEWEST_ROWS_PER_NUMBER * len(numbers)
    return sparsely_filled and len(numbers) > _MOST_CLASSES_SPARSELY_FILLED
