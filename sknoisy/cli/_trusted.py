# SPDX-License-Identifier: BSD-3-Clause
"""Read which labels have been verified."""

import numpy as np

from sknoisy.cli._errors import CommandError

_YES = frozenset({"1", "1.0", "true", "t", "yes", "y"})
_NO = frozenset({"0", "0.0", "false", "f", "no", "n"})


def read_trusted(table, name):
    """Read a column of yes and no.

    Parameters
    ----------
    table : Table
        The file.
    name : str
        The column: 1, true or yes for a verified label; 0, false, no or nothing
        for any other.

    Returns
    -------
    trusted : ndarray of shape (n_rows,), dtype=bool
        True where the label has been verified.

    Raises
    ------
    CommandError
        If there is no such column, or it holds anything else.
    """
    column = table.typed.iloc[:, table.position_of(name)]
    present = column.notna().to_numpy()
    words = np.array([str(value).lower() for value in column], dtype=object)
    trusted = present & np.isin(words, list(_YES))
    unclear = present & ~trusted & ~np.isin(words, list(_NO))
    if unclear.any():
        row = int(np.argmax(unclear))
        raise CommandError(
            f"column '{name}' of '{table.path}' must say yes or no (or 1 or 0, true "
            f"or false) for each row; row {row} has '{column.iloc[row]}'"
        )
    return trusted
