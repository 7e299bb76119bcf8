# SPDX-License-Identifier: BSD-3-Clause
"""Apply any cleaner and keep track of the rows."""

import inspect
from dataclasses import dataclass

import numpy as np

from sknoisy.base import BaseLabelDetector
from sknoisy.utils._rows import num_rows, take_rows


@dataclass(frozen=True)
class CleanedRows:
    """What a cleaner has made of training data.

    Attributes
    ----------
    X, y : containers of n_cleaned rows
        Rows and labels to fit on.
    sample_weight : ndarray of shape (n_cleaned,) or None
        Their weights.
    indices : ndarray of shape (n_cleaned,), dtype=int, or None
        Rows of the input that they are; None if the cleaner does not say.
    """

    X: object
    y: object
    sample_weight: np.ndarray | None
    indices: np.ndarray | None


def apply_cleaner(cleaner, X, y, *, sample_weight=None, groups=None, trusted=None):
    """Fit a cleaner and return the rows to learn from.

    Parameters
    ----------
    cleaner : object with ``fit_resample`` or ``fit_reweight``
        A cleaner of this library or a sampler of another; fitted in place.
    X, y : containers of n_samples rows
        Training data.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row; follows its row.
    groups, trusted : ndarray of shape (n_samples,), default=None
        Passed on; a cleaner that does not take them is refused.

    Returns
    -------
    cleaned : CleanedRows
        The rows to learn from.

    Raises
    ------
    TypeError
        If it is no cleaner, or cannot honour what was passed.
    ValueError
        If it adds rows without saying where they come from, so that weights
        cannot follow.
    """
    method = getattr(cleaner, check_cleaner(cleaner))
    metadata = {"sample_weight": sample_weight, "groups": groups, "trusted": trusted}
    metadata = {name: value for name, value in metadata.items() if value is not None}
    taken = inspect.signature(method).parameters
    ignored = [name for name in metadata if name not in taken]
    if set(ignored) - {"sample_weight"}:
        raise TypeError(
            f"{type(cleaner).__name__} takes no {' and no '.join(ignored)}; use a "
            "cleaner of sknoisy.cleaning, or fit without."
        )
    accepted = {name: metadata[name] for name in metadata if name in taken}
    if not hasattr(cleaner, "fit_resample"):
        weights = method(X, y, **accepted)
        if ignored:
            weights = weights * sample_weight
        return CleanedRows(X, y, weights, np.arange(num_rows(X)))
    X_clean, y_clean = method(X, y, **accepted)
    indices = getattr(cleaner, "sample_indices_", None)
    if indices is not None and len(indices) != num_rows(X_clean):
        indices = None
    if sample_weight is not None:
        if indices is None:
            raise ValueError(
                f"{type(cleaner).__name__} does not say in sample_indices_ which rows "
                "it returned, so sample_weight cannot follow them; use a cleaner that "
                "does, or fit without sample_weight."
            )
        sample_weight = take_rows(sample_weight, indices)
    return CleanedRows(X_clean, y_clean, sample_weight, indices)


def check_cleaner(cleaner):
    """Check that an object cleans, and name the method by which it does.

    Parameters
    ----------
    cleaner : object
        What the caller wrote.

    Returns
    -------
    method : {"fit_resample", "fit_reweight"}
        Name of the method.
    """
    for name in ("fit_resample", "fit_reweight"):
        if hasattr(cleaner, name) and not isinstance(cleaner, type):
            return name
    hint = ""
    if isinstance(cleaner, type):
        hint = f" Write {cleaner.__name__}()."
    elif isinstance(cleaner, BaseLabelDetector):
        hint = f" Write DropSuspects({type(cleaner).__name__}()) to drop its suspects."
    raise TypeError(
        "cleaner must have fit_resample or fit_reweight, as DropSuspects() has; got "
        f"{cleaner!r}.{hint}"
    )
