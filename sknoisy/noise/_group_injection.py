# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong labels more often in some groups of rows than in others."""

from collections.abc import Mapping
from numbers import Real

import numpy as np

from sknoisy.noise._draw import as_generator, draw_exact_labels, draw_labels
from sknoisy.noise._injection import report_noise
from sknoisy.noise._matrices import (
    check_transition_matrix,
    symmetric_matrix,
    warn_unless_diagonal_leads,
)
from sknoisy.noise._row_predictions import encode_rows


def inject_group_noise(
    y, groups, noise, *, exact=False, classes=None, random_state=None
):
    """Plant noise that depends on a column: a group, or the size of a number.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    groups : array-like of shape (n_samples,)
        The column: names of groups or, where `noise` is a list, numbers.
    noise : dict or list
        ``{group: noise}``; groups that it does not name keep their labels. A
        list cuts a column of numbers into as many parts of equal size, and gives
        the noise of each, from the smallest numbers to the largest. Noise is a
        rate in [0, 1), of symmetric noise, or a transition matrix.
    exact : bool, default=False
        If True, exactly the expected number of labels is wrong in each group,
        up to rounding; only which ones is random.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they are wrong (`flipped`), the expected matrix,
        which is the mean over the rows of each class, the realised one, the
        realised `noise_rate`, and `classes`.

    Raises
    ------
    TypeError
        If `noise` is neither a dict nor a list.
    ValueError
        If a rate is outside [0, 1), a matrix does not fit the classes, `noise` is
        empty or names a group without rows, a column to cut has missing values,
        `groups` and `y` differ in length, or there are fewer than two classes.

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one in some group.

    See Also
    --------
    inject_noise_from_matrix : The same noise for all rows.

    Examples
    --------
    >>> from sknoisy.noise import inject_group_noise
    >>> y = ["sick", "well"] * 50
    >>> clinic = ["north"] * 50 + ["south"] * 50
    >>> noisy = inject_group_noise(y, clinic, {"south": 0.3}, exact=True)
    >>> int(noisy.flipped[:50].sum()), int(noisy.flipped[50:].sum())
    (0, 15)

    Labels of large values are noisier:

    >>> noisy = inject_group_noise(y, range(100), [0.0, 0.4], exact=True)
    >>> int(noisy.flipped[:50].sum()), int(noisy.flipped[50:].sum())
    (0, 20)
    """
    codes, classes = encode_rows(groups, y, classes)
    parts = _parts(np.asarray(groups), noise)
    rng = as_generator(random_state)
    draw = draw_exact_labels if exact else draw_labels
    n_classes = len(classes)
    noisy = codes.copy()
    expected = np.zeros((n_classes, n_classes))
    touched = np.zeros(n_classes, dtype=np.intp)
    for rows, part_noise in parts:
        matrix = _as_matrix(part_noise, n_classes)
        noisy[rows] = draw(codes[rows], matrix, rng)
        counts = np.bincount(codes[rows], minlength=n_classes)
        expected += counts[:, None] * matrix
        touched += counts
    totals = np.bincount(codes, minlength=n_classes)
    # Untouched rows stay; so does a class without rows.
    expected += np.diag(np.where(totals == 0, 1, totals - touched))
    expected /= np.maximum(totals, 1)[:, None]
    return report_noise(y, codes, noisy, classes, expected)


def split_by_group(groups, named, name):
    """Find the rows of each group that a dict names.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,)
        Group of each row.
    named : dict
        ``{group: value}``.
    name : str
        Name of the dict, for the error.

    Returns
    -------
    parts : list of (ndarray of shape (n_samples,), value)
        Mask of the rows of each group, and what the dict says of it.

    Raises
    ------
    ValueError
        If the dict is empty or names a group without rows.
    """
    if not named:
        raise ValueError(f"{name} is empty; name at least one group.")
    parts = [(np.asarray(groups == group), value) for group, value in named.items()]
    for group, (rows, _) in zip(named, parts, strict=True):
        if not rows.any():
            raise ValueError(
                f"{name} names {group!r}, a group without rows; groups are "
                f"{list(dict.fromkeys(groups.tolist()))[:10]}, of this type."
            )
    return parts


def _parts(groups, noise):
    if isinstance(noise, Mapping):
        return split_by_group(groups, noise, "noise")
    if not isinstance(noise, (list, tuple)):
        raise TypeError(
            "noise must be a dict, {group: rate}, or a list with a rate per part of "
            f"a column of numbers, got {noise!r}."
        )
    if not noise:
        raise ValueError("noise is empty; give a rate for each part of the column.")
    if groups.dtype.kind not in "biuf" or np.isnan(groups.astype(float)).any():
        raise ValueError(
            "a list of noise cuts a column of numbers without missing values; for "
            "groups with names write noise as a dict, {group: rate}."
        )
    cuts = np.quantile(groups, np.arange(1, len(noise)) / len(noise))
    part_of = np.searchsorted(cuts, groups, side="left")
    return [(part_of == part, value) for part, value in enumerate(noise)]


def _as_matrix(noise, n_classes):
    if isinstance(noise, Real):
        return symmetric_matrix(n_classes, noise)
    return warn_unless_diagonal_leads(check_transition_matrix(noise, n_classes))
