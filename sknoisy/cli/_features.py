# SPDX-License-Identifier: BSD-3-Clause
"""Choose the columns that labels are judged by."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy.cli._errors import CommandError
from sknoisy.cli._pandas import import_pandas

_NAMES_OF_IDS = re.compile(
    r"(?:^|[\W_])(?:id|ids|uuid|guid|key|index|idx|row|row\W?number|no|nr)$"
    r"|^unnamed: \d+$|^$",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"[a-z](?:Id|ID)$")

AS_ASKED = "as asked"


@dataclass(frozen=True)
class Features:
    """What a model sees.

    Attributes
    ----------
    X : DataFrame or list of str, of n_labelled rows
        Rows that have a label.
    names : list of str
        Columns of X.
    left_out : dict of str to str
        Other columns and why they are left out.
    """

    X: Any
    names: list
    left_out: dict


def choose_features(table, target, *, text=None, trusted=None, drop=()):
    """Choose columns, and leave out those that identify a row or give it away.

    Parameters
    ----------
    table : Table
        The file.
    target : Target
        Its labels.
    text : str, default=None
        Column of text to judge by alone.
    trusted : str, default=None
        Column of verified labels.
    drop : iterable of str
        Columns to leave out.

    Returns
    -------
    features : Features
        What is left.

    Raises
    ------
    CommandError
        If nothing is, a name is of no column, or the text is the target.
    """
    asked = {table.position_of(name): AS_ASKED for name in drop}
    if trusted is not None:
        asked[table.position_of(trusted)] = AS_ASKED
    if text is not None:
        return _text_alone(table, target, text)
    rows = table.typed.iloc[target.rows].reset_index(drop=True)
    kept, left_out = [], {}
    for position, name in enumerate(rows.columns):
        if position == target.position:
            continue
        reason = asked.get(position) or _why_not(rows.iloc[:, position], name, target)
        if reason is None:
            kept.append(position)
        else:
            left_out[name] = reason
    if not kept:
        raise CommandError(
            f"'{table.path}' has no column to judge '{rows.columns[target.position]}' "
            f"by{_list_reasons(left_out)}"
        )
    return Features(rows.iloc[:, kept], list(rows.columns[kept]), left_out)


def _text_alone(table, target, name):
    position = table.position_of(name)
    if position == target.position:
        raise CommandError(f"'{name}' is the target, so labels cannot be judged by it")
    cells = table.written.iloc[target.rows, position]
    missing = cells.isna().to_numpy()
    texts = ["" if gap else str(cell) for cell, gap in zip(cells, missing, strict=True)]
    return Features(texts, [name], {})


def _why_not(column, name, target):
    n_rows = len(column)
    if column.isna().all():
        return "it is empty"
    if column.nunique() == n_rows and _identifies(column, name):
        return "it identifies rows"
    if _repeats(column, target.labels):
        return "it says the same as the target"
    return None


def _identifies(column, name):
    pandas = import_pandas()
    whole = pandas.api.types.is_integer_dtype(column)
    if whole and np.all(np.diff(column.to_numpy()) == 1):
        return True
    if pandas.api.types.is_float_dtype(column):
        return False
    return bool(_NAMES_OF_IDS.search(name) or _CAMEL_ID.search(name))


def _repeats(column, labels):
    pandas = import_pandas()
    if column.isna().any():
        return False
    n_classes = len(np.unique(labels))
    codes, values = pandas.factorize(column)
    if len(values) != n_classes:
        return False
    pairs = pandas.DataFrame({"value": codes, "label": labels}).drop_duplicates()
    return len(pairs) == n_classes


def _list_reasons(left_out):
    reasons = [f"'{name}': {reason}" for name, reason in left_out.items()]
    return f" (left out: {'; '.join(reasons[:5])})" if reasons else ""
