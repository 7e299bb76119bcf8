# SPDX-License-Identifier: BSD-3-Clause
"""Check labels and per-row metadata once, and leave X alone."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from sknoisy.utils._encoding import encode
from sknoisy.utils._near_duplicates import resolve_groups
from sknoisy.utils._rows import check_some_rows, num_rows


@dataclass(frozen=True)
class LabelledRows:
    """Rows, their encoded labels and what travels with each row.

    Attributes
    ----------
    X : any container of n_samples rows
        As the caller gave it.
    y : ndarray of shape (n_samples,)
        Labels as the caller gave them.
    codes : ndarray of shape (n_samples,), dtype=int
        Place of each label in `classes`.
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    sample_weight : ndarray of shape (n_samples,) or None
        Non-negative weights.
    groups : ndarray of shape (n_samples,) or None
        Rows that belong together.
    trusted : ndarray of shape (n_samples,), dtype=bool, or None
        Rows whose label has been verified.
    """

    X: object
    y: np.ndarray
    codes: np.ndarray
    classes: np.ndarray
    sample_weight: np.ndarray | None = None
    groups: np.ndarray | None = None
    trusted: np.ndarray | None = None

    def __len__(self):
        return len(self.codes)


def weights_of(rows):
    """Return the weights of rows, ones where the caller gave none.

    Parameters
    ----------
    rows : LabelledRows
        The rows.

    Returns
    -------
    weight : ndarray of shape (n_samples,)
        Non-negative weights.
    """
    return np.ones(len(rows)) if rows.sample_weight is None else rows.sample_weight


def check_labelled_rows(
    estimator, X, y, sample_weight=None, groups=None, trusted=None, *, classes=None
):
    """Check what was passed to fit, and record the features of X on the estimator.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` and `feature_names_in_` where X has them.
    X : any container of n_samples rows
        Only its length is checked.
    y : array-like of shape (n_samples,)
        Class labels of any kind, at least two classes.
    sample_weight, groups, trusted : array-like of shape (n_samples,), default=None
        Per-row metadata; groups may be the word "duplicates".
    classes : array-like of shape (n_classes,), default=None
        All labels, in the order wanted; the sorted labels of y by default.

    Returns
    -------
    rows : LabelledRows
        The checked rows.
    """
    y = check_target(estimator, X, y)
    check_classification_targets(y)
    if classes is None:
        classes, codes = np.unique(y, return_inverse=True)
    else:
        classes = np.asarray(classes)
        codes = encode(y, classes)
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs at least 2 classes in y to judge "
            f"labels; got {len(classes)} class: {classes.tolist()}."
        )
    sample_weight = check_weights(sample_weight, len(y))
    if sample_weight is not None:
        _check_classes_have_weight(estimator, codes, classes, sample_weight)
    return LabelledRows(
        X=X,
        y=y,
        codes=codes,
        classes=classes,
        sample_weight=sample_weight,
        groups=check_groups(groups, len(y), X),
        trusted=check_trusted(trusted, len(y)),
    )


def check_target(estimator, X, y):
    """Check y against X and record the features of X on the estimator.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` and `feature_names_in_` where X has them.
    X : any container of n_samples rows
        Only its length is checked.
    y : array-like of shape (n_samples,)
        Targets of any kind.

    Returns
    -------
    y : ndarray of shape (n_samples,)
        One dimension, nothing missing, as long as X.
    """
    validate_data(estimator, X, y, skip_check_array=True)
    y = column_or_1d(y, warn=True)
    if num_rows(X) != len(y):
        check_consistent_length(X, y)
    check_some_rows(estimator, X)
    if y.dtype.kind == "f":
        _refuse_missing(np.isnan(y))
        assert_all_finite(y, input_name="y")
    elif y.dtype == object:
        labels = y.tolist()
        _refuse_missing(np.array([label is None or label != label for label in labels]))
    return y


def _refuse_missing(missing):
    if missing.any():
        raise ValueError(
            f"Input y contains NaN or None in {missing.sum()} row(s), the first at "
            f"position {missing.argmax()}; leave out the rows that have no label."
        )


def check_weights(sample_weight, n_rows):
    """Check sample weights: one finite, non-negative number a row.

    Parameters
    ----------
    sample_weight : array-like of shape (n_rows,), number or None
        The weights; a number weighs every row the same.
    n_rows : int
        Number of rows.

    Returns
    -------
    sample_weight : ndarray of shape (n_rows,), dtype=float, or None
        None if none were given.
    """
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.ndim == 0:
        weights = np.full(n_rows, float(weights))
    if weights.ndim != 1:
        raise ValueError(
            f"Sample weights must be 1D array or scalar, got {weights.ndim}D array."
        )
    _check_length("sample_weight", weights, n_rows)
    assert_all_finite(weights, input_name="sample_weight")
    if (weights < 0).any():
        raise ValueError(
            f"sample_weight must not be negative; got {weights.min():g} at row "
            f"{weights.argmin()}. Use 0 to leave a row out."
        )
    if not weights.any():
        raise ValueError("sample_weight is zero for every row: nothing can be fitted.")
    return weights


def check_groups(groups, n_rows, X=None):
    """Check group labels: one a row.

    Parameters
    ----------
    groups : array-like of shape (n_rows,), "duplicates" or None
        Rows of one group belong together.
    n_rows : int
        Number of rows.
    X : any container of n_rows rows, default=None
        The rows, among which "duplicates" looks for them.

    Returns
    -------
    groups : ndarray of shape (n_rows,) or None
        None if none were given.
    """
    if groups is None:
        return None
    groups = column_or_1d(resolve_groups(groups, X))
    _check_length("groups", groups, n_rows)
    return groups


def check_trusted(trusted, n_rows):
    """Check the mask of verified labels: one true or false a row.

    Parameters
    ----------
    trusted : array-like of shape (n_rows,) or None
        True where the given label has been verified.
    n_rows : int
        Number of rows.

    Returns
    -------
    trusted : ndarray of shape (n_rows,), dtype=bool, or None
        None if none were given.
    """
    if trusted is None:
        return None
    mask = column_or_1d(trusted)
    # Row numbers are told from a mask before they are found to be too few.
    if mask.dtype != bool:
        if mask.dtype.kind not in "iuf" or not np.isin(mask, (0, 1)).all():
            raise ValueError(
                "trusted must be a mask of True and False, one a row; for row numbers "
                "write np.isin(np.arange(n_samples), row_numbers)."
            )
        mask = mask.astype(bool)
    _check_length("trusted", mask, n_rows)
    return mask


def _check_length(name, values, n_rows):
    if len(values) != n_rows:
        raise ValueError(
            f"{name} has {len(values)} entries, but X has {n_rows} rows; give one per "
            "row."
        )


def _check_classes_have_weight(estimator, codes, classes, sample_weight):
    totals = np.bincount(codes, weights=sample_weight, minlength=len(classes))
    if np.count_nonzero(totals) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs at least 2 classes with positive "
            f"sample_weight; only class {classes.tolist()[totals.argmax()]!r} has any."
        )
