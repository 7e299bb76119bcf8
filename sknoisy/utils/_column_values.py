# SPDX-License-Identifier: BSD-3-Clause
"""Turn columns of any container into plain arrays of numbers or strings.

The functions live at module level so that a FunctionTransformer of them pickles.
"""

import calendar
import datetime

import numpy as np

# Stands for a missing or blank text. Being a word of its own, it keeps the
# vocabulary from running empty and tells the model that the text was missing.
NO_TEXT = "emptydocument"

# Stands for a missing category.
NO_CATEGORY = "(missing)"


def is_missing(value):
    """Tell whether a cell is None, NaN, NaT or pandas' NA.

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    missing : bool
        True if there is no value.
    """
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        # pandas' NA refuses to be a truth value; an array has several.
        return type(value).__name__ == "NAType"


def columns_of(X):
    """List the columns of a 2-D container as 1-D containers.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_rows, n_columns)
        pandas, polars or NumPy.

    Returns
    -------
    columns : list of 1-D containers
        Series of a frame, views of an array.
    """
    if hasattr(X, "iloc"):
        return [X.iloc[:, j] for j in range(X.shape[1])]
    return [X[:, j] for j in range(X.shape[1])]


def to_numbers(X):
    """Columns of numbers, booleans or numeric strings as floats.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_rows, n_columns)
        Missing cells and strings that are no number become NaN.

    Returns
    -------
    numbers : ndarray of shape (n_rows, n_columns), dtype=float64
        The same cells as floats.
    """
    return _by_column(X, _number_or_nan)


def to_seconds(X):
    """Columns of dates, times or durations as seconds.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_rows, n_columns)
        Missing cells become NaN.

    Returns
    -------
    seconds : ndarray of shape (n_rows, n_columns), dtype=float64
        Seconds since 1970 for dates, since midnight for times.
    """
    return _by_column(X, _seconds_or_nan)


def to_categories(X):
    """Columns of anything as strings, the same string for each missing cell.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_rows, n_columns)
        Cells of mixed types may stand in one column.

    Returns
    -------
    categories : ndarray of shape (n_rows, n_columns), dtype=object
        One string per cell.
    """
    categories = np.empty(X.shape, dtype=object)
    for j, column in enumerate(columns_of(X)):
        categories[:, j] = [
            NO_CATEGORY if is_missing(value) else str(value) for value in column
        ]
    return categories


def to_documents(X):
    """Turn a column of texts into a list of strings.

    Parameters
    ----------
    X : sequence of shape (n_rows,)
        Texts; missing and blank ones become a word of their own.

    Returns
    -------
    documents : list of str
        One text per row.
    """
    return [
        NO_TEXT if is_missing(value) or not str(value).strip() else str(value)
        for value in X
    ]


def _by_column(X, cell_to_float):
    if not hasattr(X, "columns") and X.dtype.kind in "biuf":
        return X.astype(np.float64)
    floats = np.empty(X.shape, dtype=np.float64)
    for j, column in enumerate(columns_of(X)):
        values = _as_array(column)
        if values.dtype.kind == "M":
            values = values.astype("datetime64[us]")
        elif values.dtype.kind == "m":
            values = values.astype("timedelta64[us]")
        if values.dtype.kind in "mM":
            floats[:, j] = values.astype(np.int64) / 1e6
            floats[np.isnat(values), j] = np.nan
        elif values.dtype.kind in "biuf":
            floats[:, j] = values
        else:
            floats[:, j] = [cell_to_float(value) for value in values]
    return floats


def _as_array(column):
    if str(getattr(column, "dtype", "")).startswith("datetime64"):
        # pandas would give objects for dates with a time zone.
        return np.asarray(column, dtype="datetime64[us]")
    return np.asarray(column)


def _number_or_nan(value):
    if is_missing(value):
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def _seconds_or_nan(value):
    if is_missing(value):
        return np.nan
    if isinstance(value, datetime.datetime):
        return calendar.timegm(value.utctimetuple()) + value.microsecond / 1e6
    if isinstance(value, datetime.date):
        return float(calendar.timegm(value.timetuple()))
    if isinstance(value, datetime.time):
        return value.hour * 3600.0 + value.minute * 60.0 + value.second
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[us]").astype(np.int64) / 1e6
    return np.nan
