# SPDX-License-Identifier: BSD-3-Clause
"""Say when a noise model cannot be relied upon."""

import warnings

import numpy as np

from sknoisy.exceptions import NoiseModelWarning, RareClassWarning

# Beyond this, inverting the matrix turns rounding and sampling error into anything.
LARGEST_CONDITION = 1e3

# A row of the matrix from fewer rows of data has errors as large as its entries.
FEWEST_ROWS = 10


def warn_unless_identifiable(matrix, classes, rows_per_class=None):
    """Warn of a noise model that is degenerate or rests on too little.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_classes)
        A transition matrix.
    classes : ndarray of shape (n_classes,)
        Label of each row and column.
    rows_per_class : ndarray of shape (n_classes,), default=None
        How many rows of data each row of the matrix rests on; None asks nothing.

    Warns
    -----
    NoiseModelWarning
        If a wrong label is at least as likely as the right one for some class, or
        the matrix is singular or has a condition number above 1000.
    RareClassWarning
        If a row of the matrix rests on fewer than 10 rows of data.
    """
    _warn_unless_diagonal_leads(matrix, classes)
    condition = np.linalg.cond(matrix)
    if not condition <= LARGEST_CONDITION:
        warnings.warn(
            f"the transition matrix has a condition number of {condition:.3g}: some "
            "true classes get almost the same labels. Do not invert it; combine it "
            "with the identity, or use a method that multiplies by it.",
            NoiseModelWarning,
            stacklevel=3,
        )
    if rows_per_class is None:
        return
    few = np.flatnonzero(np.round(rows_per_class, 6) < FEWEST_ROWS)
    if len(few):
        warnings.warn(
            f"the noise of the true class(es) {classes[few[:5]].tolist()} is estimated "
            f"from fewer than {FEWEST_ROWS} rows; verify some more labels of them, or "
            "join them to other classes.",
            RareClassWarning,
            stacklevel=3,
        )


def _warn_unless_diagonal_leads(matrix, classes):
    wrong = matrix.copy()
    np.fill_diagonal(wrong, -np.inf)
    lead = np.diag(matrix) - wrong.max(axis=1)
    if lead.min() > 1e-12:
        return
    row = int(lead.argmin())
    names = classes.tolist()
    other = int(wrong[row].argmax())
    warnings.warn(
        f"rows of true class {names[row]!r} are said to be given {names[other]!r} "
        f"({wrong[row, other]:.3g}) at least as often as their own label "
        f"({matrix[row, row]:.3g}). Either the noise is too strong to tell the classes "
        "apart, or the estimate is off: give better predictions, or verify some labels "
        "of that class.",
        NoiseModelWarning,
        stacklevel=4,
    )
