# SPDX-License-Identifier: BSD-3-Clause
"""Tell from a sample of rows what each column of a table holds."""

import datetime
import decimal
import numbers
import re

import numpy as np

from sknoisy.utils._column_values import columns_of, is_missing
from sknoisy.utils._rows import num_rows, take_rows

# Rows looked at. Up to this many, the roles do not depend on the order of rows.
_SAMPLE_ROWS = 1000

# Strings of at least this many words, seldom repeated, are text and not names.
_WORDS_OF_TEXT = 3

# Fewer distinct numeric strings than this are codes of categories.
_DISTINCT_CODES = 20

# Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer,
# Japanese and Chinese.
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]")

_NUMBERS = (numbers.Real, decimal.Decimal, np.bool_)
_DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64)

_ROLES = ("number", "date", "category", "text", "unknown")


def sample_rows(X):
    """Rows of X, evenly spaced, few enough to look at each.

    Parameters
    ----------
    X : any container of n_rows rows
        Not sparse.

    Returns
    -------
    sample : same kind as X
        At most 1000 rows.
    """
    n_rows = num_rows(X)
    if n_rows <= _SAMPLE_ROWS:
        return X
    return take_rows(X, np.linspace(0, n_rows - 1, _SAMPLE_ROWS).astype(np.intp))


def column_roles(X):
    """Sort the columns of a table by what they hold.

    Parameters
    ----------
    X : ndarray or data frame of shape (n_rows, n_columns)
        pandas, polars or NumPy, of any dtypes.

    Returns
    -------
    roles : dict of str to list of int
        Positions of the columns that hold a ``"number"``, a ``"date"``, a
        ``"category"``, a ``"text"``, or something ``"unknown"``.
    """
    roles = {role: [] for role in _ROLES}
    for j, column in enumerate(columns_of(sample_rows(X))):
        roles[_role(column)].append(j)
    return roles


def is_text(values):
    """Tell whether all cells that are there are strings.

    Parameters
    ----------
    values : list
        Cells.

    Returns
    -------
    text : bool
        False if there is no string at all.
    """
    present = [value for value in values if not is_missing(value)]
    return bool(present) and all(isinstance(value, str) for value in present)


def holds_only_numbers(array):
    """Tell whether every cell is a number or missing.

    Parameters
    ----------
    array : ndarray
        Of any dtype.

    Returns
    -------
    only_numbers : bool
        Numbers written as strings do not count.
    """
    if array.dtype.kind != "O":
        return array.dtype.kind in "biufc"
    return all(isinstance(v, _NUMBERS) or is_missing(v) for v in array.ravel())


def count_words(texts):
    """Count words, and tell how many of them are of scripts without spaces.

    Parameters
    ----------
    texts : iterable of str
        Two letters of a script without spaces count as one word.

    Returns
    -------
    n_words : int
        Words in all texts.
    n_spaceless : int
        How many of them are of scripts without spaces.
    """
    n_spaced = n_spaceless = 0
    for text in texts:
        n_spaceless += len(_SPACELESS.findall(text)) // 2
        n_spaced += len(_SPACELESS.sub("", text).split())
    return n_spaced + n_spaceless, n_spaceless


def _role(column):
    # polars has no NumPy dtype but its own classes, which print the same words.
    dtype = str(getattr(column, "dtype", "object")).lower()
    if dtype.startswith(("categ", "enum")):
        return "category"
    if dtype.startswith(("date", "time", "duration", "<m8", ">m8")):
        return "date"
    if dtype.startswith(("int", "uint", "float", "bool", "decimal")):
        return "number"
    return _role_of_values([value for value in column if not is_missing(value)])


def _role_of_values(values):
    if not values:
        return "category"
    if all(isinstance(value, _NUMBERS) for value in values):
        return "number"
    if all(isinstance(value, str) for value in values):
        return _role_of_strings(values)
    if all(isinstance(value, _DATES) for value in values):
        return "date"
    if all(isinstance(value, (str, *_NUMBERS, *_DATES)) for value in values):
        return "category"
    return "unknown"


def _role_of_strings(values):
    n_distinct = len(set(values))
    if n_distinct > _DISTINCT_CODES and _mostly_numbers(values):
        return "number"
    n_words, _ = count_words(values)
    if n_distinct > len(values) / 2 and n_words >= _WORDS_OF_TEXT * len(values):
        return "text"
    return "category"


def _mostly_numbers(values):
    n_numbers = 0
    for value in values:
        try:
            float(value)
        except ValueError:
            continue
        n_numbers += 1
    return n_numbers >= 0.9 * len(values)
