# SPDX-License-Identifier: BSD-3-Clause
"""What noise that depends on the rows needs to know of them."""

import numpy as np

from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._encoding import encode_labels
from sknoisy.utils._rows import num_rows
from sknoisy.utils._sound_model import sound_classifier


def encode_rows(X, y, classes=None):
    """Number the labels by their class, and check that there are rows for them.

    Parameters
    ----------
    X : any container of n_samples rows
        Only counted.
    y : array-like of shape (n_samples,)
        True labels.
    classes : array-like of shape (n_classes,), default=None
        All labels; None takes the sorted labels of `y`.

    Returns
    -------
    codes : ndarray of shape (n_samples,)
        Index of each label in `classes`.
    classes : ndarray of shape (n_classes,)
        The labels, at least two.

    Raises
    ------
    ValueError
        If `X` and `y` differ in length or there are fewer than two classes.
    """
    codes, classes = encode_labels(y, classes)
    if num_rows(X) != len(codes):
        raise ValueError(
            f"X has {num_rows(X)} rows but y has {len(codes)} labels; pass the rows "
            "that the labels belong to."
        )
    if len(classes) < 2:
        raise ValueError(
            "label noise needs at least 2 classes, got 1; if y lacks some class, "
            "name all of them in classes."
        )
    return codes, classes


def out_of_sample_proba(X, codes, classes, estimator, pred_proba, cv, n_jobs):
    """Cross-fit the probabilities of the rows, or check those that are given.

    Parameters
    ----------
    X : any container of n_samples rows
        Passed to the classifier as it is; not used where `pred_proba` is given.
    codes : ndarray of shape (n_samples,)
        True class index of each row.
    classes : ndarray of shape (n_classes,)
        Label of each index.
    estimator : classifier or None
        None is a linear classifier that suits `X`.
    pred_proba : array-like of shape (n_samples, n_classes) or None
        Probabilities to use.
    cv : int, splitter or iterable
        Folds.
    n_jobs : int or None
        Folds fitted at the same time.

    Returns
    -------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities by models that did not see the row.
    """
    if pred_proba is not None:
        return _check_pred_proba(pred_proba, len(codes), len(classes))
    if estimator is None:
        estimator = sound_classifier(X, kind="linear")
    return cross_fit_proba(
        estimator, X, classes[codes], cv=cv, classes=classes, n_jobs=n_jobs
    ).pred_proba


def likeliest_other(codes, pred_proba):
    """Find the likeliest class of each row other than its own.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        True class index of each row.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.

    Returns
    -------
    others : ndarray of shape (n_samples,)
        Index of that class.
    margin : ndarray of shape (n_samples,)
        Probability of the own class minus that of the other; negative where the
        row looks more like the other.
    """
    rows = np.arange(len(codes))
    proba = pred_proba.copy()
    proba[rows, codes] = -1.0
    others = np.argmax(proba, axis=1)
    return others, pred_proba[rows, codes] - pred_proba[rows, others]


def _check_pred_proba(pred_proba, n_samples, n_classes):
    pred_proba = np.asarray(pred_proba, dtype=np.float64)
    if pred_proba.shape != (n_samples, n_classes):
        raise ValueError(
            f"pred_proba must have shape ({n_samples}, {n_classes}), a row per label "
            f"and a column per class, got {pred_proba.shape}; if some class has no "
            "rows, name all of them in classes."
        )
    if not np.all((pred_proba >= 0) & (pred_proba <= 1)):
        raise ValueError(
            "pred_proba must hold probabilities in [0, 1], got other values or NaN."
        )
    return pred_proba
