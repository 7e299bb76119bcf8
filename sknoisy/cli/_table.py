# SPDX-License-Identifier: BSD-3-Clause
"""A table as it stands in its file, and as a model wants it."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sknoisy.cli._csv_rows import read_csv_rows
from sknoisy.cli._errors import CommandError
from sknoisy.cli._pandas import import_pandas
from sknoisy.cli._typed_columns import type_columns

_CSV = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_PARQUET = (".parquet", ".pq")
_SHOWN_NAMES = 8


@dataclass(frozen=True)
class Table:
    """Rows of a file, twice.

    Attributes
    ----------
    path : Path
        The file.
    written : DataFrame of shape (n_rows, n_columns)
        Cells and column names as the file has them.
    typed : DataFrame of shape (n_rows, n_columns)
        The same cells as numbers, dates or strings, the missing ones NaN;
        column names differ from one another.
    """

    path: Path
    written: Any
    typed: Any

    def position_of(self, name):
        """Find a column.

        Parameters
        ----------
        name : str
            Name of the column; spaces around it do not matter.

        Returns
        -------
        position : int
            Where the column stands.

        Raises
        ------
        CommandError
            If there is none; names those that come close.
        """
        names = [str(column).strip() for column in self.typed.columns]
        if name.strip() in names:
            return names.index(name.strip())
        raise CommandError(
            f"'{self.path}' has no column '{name}'; {_hint(name, names)}"
        )


def read_table(path):
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : str or Path
        The file; what it is follows from how its name ends.

    Returns
    -------
    table : Table
        Its rows.

    Raises
    ------
    CommandError
        If the file is missing, of another kind, unreadable, or without rows.
    """
    path = Path(path)
    name = path.name.lower()
    if not name.endswith(_CSV + _PARQUET):
        raise CommandError(
            f"cannot tell what '{path}' is: the name of a table ends in .csv, .tsv "
            "(also .gz) or .parquet"
        )
    import_pandas()
    try:
        table = _read_csv(path) if name.endswith(_CSV) else _read_parquet(path)
    except FileNotFoundError as error:
        raise CommandError(f"there is no file '{path}'") from error
    except OSError as error:
        raise CommandError(
            f"cannot read '{path}': {error.strerror or error}"
        ) from error
    if len(table.written) == 0:
        raise CommandError(f"'{path}' has a header but no rows")
    return table


def _read_csv(path):
    pandas = import_pandas()
    header, rows = read_csv_rows(path)
    written = pandas.DataFrame(rows, columns=header, dtype=object)
    typed = type_columns(written)
    typed.columns = _distinct(header)
    return Table(path, written, typed)


def _read_parquet(path):
    pandas = import_pandas()
    try:
        import pyarrow
    except ImportError as error:
        raise CommandError(
            'Parquet needs pyarrow, which is not installed: pip install "sknoisy[cli]"'
        ) from error
    try:
        # These dtypes keep integers whole where cells are missing.
        frame = pandas.read_parquet(path, dtype_backend="numpy_nullable")
    except pyarrow.ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise CommandError(f"cannot read '{path}': {reason}") from error
    typed = frame.set_axis(_distinct(map(str, frame.columns)), axis="columns")
    return Table(path, frame, typed.reset_index(drop=True))


def _distinct(names):
    seen, distinct = set(), []
    for name in names:
        new, number = name, 2
        while new in seen:
            new, number = f"{name}.{number}", number + 1
        seen.add(new)
        distinct.append(new)
    return distinct


def _hint(name, names):
    by_folded = {column.lower(): column for column in names}
    close = difflib.get_close_matches(name.strip().lower(), by_folded, n=3)
    if close:
        listed = " or ".join(f"'{by_folded[match]}'" for match in close)
        return f"did you mean {listed}?"
    listed = ", ".join(f"'{column}'" for column in names[:_SHOWN_NAMES])
    more = ", ..." if len(names) > _SHOWN_NAMES else ""
    return f"its columns are {listed}{more}"
