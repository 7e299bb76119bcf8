# SPDX-License-Identifier: BSD-3-Clause
"""Read labels beside a matrix of predicted probabilities, in blocks of rows."""

import numpy as np

# A block stays in cache while several reductions read it, and what is computed
# per row of it stays small beside a narrow matrix.
_BLOCK_ELEMENTS = 2**18
_BLOCK_ROWS = 2**14

# Rows shorter than this are reduced faster as columns of the transpose.
_SHORT_ROW = 32

# Probabilities rounded to a few decimals still pass; scores and logits do not.
SUM_TOLERANCE = 1e-2

# Integer labels spread wider than this are sorted rather than looked up.
_MAX_TABLE = 2**20


def row_slices(n_samples, n_columns):
    """Yield slices that cover `n_samples` rows in blocks of bounded size."""
    step = min(_BLOCK_ROWS, max(1, _BLOCK_ELEMENTS // n_columns))
    for start in range(0, n_samples, step):
        yield slice(start, min(start + step, n_samples))


def row_blocks(pred_proba):
    """Yield ``(rows, block)``: a slice and those rows as C-ordered float64.

    Whatever the dtype, memory order or backing file of `pred_proba`, every
    computation on the blocks is the same, and no copy is larger than a block.
    """
    for rows in row_slices(*pred_proba.shape):
        yield rows, np.ascontiguousarray(pred_proba[rows], dtype=np.float64)


def checked_blocks(pred_proba):
    """Yield what `row_blocks` does, once its rows are known to be probabilities.

    Raises
    ------
    ValueError
        At the first block with NaN, a negative value or a row that does not sum
        to 1.
    """
    for rows, block in row_blocks(pred_proba):
        excess = np.abs(_reduce_rows(np.add, block) - 1.0).max()
        # Written so that NaN fails.
        if not (block.min() >= 0 and excess <= SUM_TOLERANCE):
            _explain(block, rows.start)
        yield rows, block


def _explain(block, start):
    """Say what is wrong with the first bad row of a block."""
    totals = block.sum(axis=1)
    bad = ~((block >= 0).all(axis=1) & (np.abs(totals - 1.0) <= SUM_TOLERANCE))
    first = int(bad.argmax())
    row, where = block[first], start + first
    if np.isnan(row).any():
        raise ValueError(
            f"pred_proba holds NaN, first in row {where}; give every row a "
            "prediction, or drop the rows without one from y and pred_proba."
        )
    if (row < 0).any():
        raise ValueError(
            f"pred_proba holds negative values, first in row {where}; pass "
            "probabilities, such as predict_proba gives, not scores or logits."
        )
    raise ValueError(
        f"the rows of pred_proba must sum to 1, but row {where} sums to "
        f"{totals[first]:.6g}; pass what predict_proba gives, or divide by "
        "pred_proba.sum(axis=1, keepdims=True)."
    )


def own_proba(block, codes):
    """Pick from each row of `block` the column that `codes` names."""
    return block[np.arange(len(block)), codes]


def row_max(block):
    """Return the largest value of each row."""
    return _reduce_rows(np.maximum, block)


def row_shares(values):
    """Divide each row by its sum; a row of zeros is divided evenly."""
    total = _reduce_rows(np.add, values)[:, np.newaxis]
    even = np.full_like(values, 1 / values.shape[1])
    return np.divide(values, total, out=even, where=total > 0)


def _reduce_rows(ufunc, block):
    if block.shape[1] < _SHORT_ROW:
        return ufunc.reduce(np.ascontiguousarray(block.T), axis=0)
    return ufunc.reduce(block, axis=1)


def check_predictions(y, pred_proba, classes=None, *, check_rows=True):
    """Validate labels and probabilities and encode the labels as columns.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given labels of any kind scikit-learn takes.
    pred_proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, one column per class.
    classes : array-like of shape (n_classes,), default=None
        The class of each column. None stands for ``np.unique(y)``, the order of
        `classes_` in scikit-learn.
    check_rows : bool, default=True
        Whether to check that each row is a probability distribution. A caller
        that runs over all blocks anyway spares a pass with `checked_blocks`.

    Returns
    -------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label. It is `y` itself, not a copy, where `y` holds
        these integers already; do not write to it.
    pred_proba : ndarray of shape (n_samples, n_classes)
        The probabilities, not copied where they were an array.
    classes : ndarray of shape (n_classes,)
        The class of each column.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label has no column, or a row of `pred_proba`
        is not a probability distribution.
    """
    y = _check_labels(y)
    pred_proba = _check_shape(pred_proba, len(y))
    codes, classes = _encode(y, classes, pred_proba.shape[1])
    if check_rows:
        for _ in checked_blocks(pred_proba):
            pass
    return codes, pred_proba, classes


def _check_labels(y):
    y = np.asarray(y)
    if y.ndim != 1:
        raise ValueError(
            f"y must hold one label per row, but has shape {y.shape}; pass a "
            "one-dimensional array (y.ravel() for a single column)."
        )
    if len(y) == 0:
        raise ValueError("y is empty; pass at least one labelled row.")
    missing = y != y if y.dtype.kind in "fO" else np.zeros(1, dtype=bool)
    if y.dtype.kind == "O":
        missing = missing | np.equal(y, None)
    if np.any(missing):
        raise ValueError(
            "y holds missing labels (NaN or None); drop those rows from y and "
            "pred_proba first."
        )
    return y


def _check_shape(pred_proba, n_samples):
    pred_proba = np.asarray(pred_proba)
    if pred_proba.dtype.kind not in "fiub":
        pred_proba = pred_proba.astype(np.float64)
    if pred_proba.ndim == 1:
        raise ValueError(
            "pred_proba has one dimension, but needs one column per class; for two "
            "classes write np.column_stack([1 - p, p])."
        )
    if pred_proba.ndim != 2:
        raise ValueError(
            f"pred_proba has shape {pred_proba.shape}; pass an array of shape "
            "(n_samples, n_classes)."
        )
    if len(pred_proba) != n_samples:
        raise ValueError(
            f"pred_proba has {len(pred_proba)} rows and y has {n_samples} labels; "
            "pass the prediction of each row of y, in the same order."
        )
    if pred_proba.shape[1] < 2:
        raise ValueError(
            "pred_proba has a single column, but needs one per class and at least "
            "two classes; for two classes write np.column_stack([1 - p, p])."
        )
    return pred_proba


def _encode(y, classes, n_columns):
    table = _lookup_range(y)
    if table is None:
        present, inverse = _distinct(y)
    else:
        present = _distinct_integers(y, *table)
    classes = present if classes is None else _check_classes(classes)
    if len(classes) != n_columns:
        raise ValueError(_column_mismatch(len(classes), n_columns, len(present)))
    columns = _columns_of(present, classes)
    if table is None:
        return columns.astype(np.min_scalar_type(n_columns))[inverse], classes
    return _encode_integers(y, *table, present, columns, n_columns), classes


def _lookup_range(y):
    """Lowest and highest label where a table of all between them is small."""
    if y.dtype.kind not in "iub":
        return None
    low, high = int(y.min()), int(y.max())
    return (low, high) if high - low < _MAX_TABLE else None


def _distinct(y):
    try:
        return np.unique(y, return_inverse=True)
    except TypeError as error:
        raise TypeError(
            "the labels in y cannot be sorted because they mix types; convert them "
            "to one type, for instance with y.astype(str)."
        ) from error


def _distinct_integers(y, low, high):
    seen = np.zeros(high - low + 1, dtype=bool)
    for rows in row_slices(len(y), 1):
        seen[_offset(y[rows], low)] = True
    return (np.flatnonzero(seen) + low).astype(y.dtype)


def _offset(labels, low):
    return labels.astype(np.intp, copy=False) - low if low else labels.astype(np.intp)


def _encode_integers(y, low, high, present, columns, n_columns):
    if y.dtype.kind != "b" and np.array_equal(present, columns):
        return y
    table = np.zeros(high - low + 1, dtype=np.min_scalar_type(n_columns))
    table[_offset(present, low)] = columns
    codes = np.empty(len(y), dtype=table.dtype)
    for rows in row_slices(len(y), 1):
        codes[rows] = table[_offset(y[rows], low)]
    return codes


def _check_classes(classes):
    classes = np.asarray(classes)
    if classes.ndim != 1:
        raise ValueError(
            f"classes has shape {classes.shape}; pass one label per column of "
            "pred_proba, for instance estimator.classes_."
        )
    labels = classes.tolist()
    if len(set(labels)) < len(labels):
        raise ValueError(
            f"classes names a class twice: {labels}; name each column's class once."
        )
    return classes


def _column_mismatch(n_classes, n_columns, n_present):
    if n_classes != n_present or n_columns < n_present:
        return (
            f"pred_proba has {n_columns} columns, but there are {n_classes} classes; "
            "pass one column per class, in the order of `classes`."
        )
    return (
        f"pred_proba has {n_columns} columns, but y holds {n_present} distinct "
        "labels; name the class of every column with classes=[...], for instance "
        "classes=estimator.classes_."
    )


def _columns_of(present, classes):
    column = {label: index for index, label in enumerate(classes.tolist())}
    unknown = [label for label in present.tolist() if label not in column]
    if unknown:
        shown = ", ".join(map(repr, unknown[:5])) + (", ..." if unknown[5:] else "")
        raise ValueError(
            f"y holds labels that are not among classes: {shown}; add them to "
            "classes (and their columns to pred_proba), or drop those rows."
        )
    return np.array([column[label] for label in present.tolist()], dtype=np.intp)
