# SPDX-License-Identifier: BSD-3-Clause
"""Show in a few words what a row holds."""

import numpy as np
from scipy import sparse

from sknoisy.utils._rows import take_rows

_LONGEST = 120
_MOST_CELLS = 8


def snippet(X, row):
    """Describe a row of any container in one line.

    Parameters
    ----------
    X : any container of n_samples rows
        The data.
    row : int
        Position of the row.

    Returns
    -------
    text : str
        The beginning of a text, or the first cells of a row.
    """
    one = take_rows(X, [row])
    if sparse.issparse(one):
        cells = [f"[{j}]={_cell(one[0, j])}" for j in one.indices[:_MOST_CELLS]]
        return _line(cells, one.nnz)
    if hasattr(one, "columns"):
        names, n_cells = list(one.columns), len(one.columns)
        values = np.asarray(one, dtype=object)[0, :_MOST_CELLS]
        cells = [f"{n}={_cell(v)}" for n, v in zip(names, values, strict=False)]
        return _line(cells, n_cells)
    value = list(one)[0]
    if isinstance(value, (str, dict)) or np.ndim(value) == 0:
        return _shorten(str(value))
    values = list(np.ravel(np.asarray(value, dtype=object)))
    return _line([_cell(each) for each in values[:_MOST_CELLS]], len(values))


def _line(cells, n_cells):
    return _shorten(", ".join(cells) + (", ..." if n_cells > len(cells) else ""))


def _cell(value):
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}"
    return str(value)


def _shorten(text):
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
