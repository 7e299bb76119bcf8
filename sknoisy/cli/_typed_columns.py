# SPDX-License-Identifier: BSD-3-Clause
"""Tell numbers and dates from words in columns of strings."""

from sknoisy.cli._pandas import import_pandas

# How programs write that there is no value, in lower case. "None" is not among
# them because it is a class or a category of many tables.
MISSING = frozenset(
    {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "nat", "null"}
)

_ISO_DATE = r"\d{4}-\d{2}-\d{2}([T ].*)?"


def type_columns(written):
    """Convert each column of strings to what all its cells can be read as.

    Parameters
    ----------
    written : DataFrame of shape (n_rows, n_columns)
        Cells as strings.

    Returns
    -------
    typed : DataFrame of shape (n_rows, n_columns)
        Columns of numbers, of dates or of strings without outer spaces, in
        which missing cells are missing.
    """
    pandas = import_pandas()
    columns = [_typed(written.iloc[:, j]) for j in range(written.shape[1])]
    return pandas.concat(columns, axis="columns")


def _typed(column):
    pandas = import_pandas()
    cells = column.str.strip()
    cells = cells.mask(cells.str.lower().isin(MISSING))
    present = cells.notna()
    if not present.any():
        return cells
    numbers = pandas.to_numeric(cells, errors="coerce")
    if numbers[present].notna().all():
        # No estimator takes an infinite number.
        return numbers.replace([float("inf"), float("-inf")], float("nan"))
    if cells[present].str.fullmatch(_ISO_DATE).all():
        dates = pandas.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
        if dates[present].notna().all():
            return dates.dt.tz_localize(None)
    return cells
