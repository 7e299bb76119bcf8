# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong, missing and unknown entries in multi-label targets."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy.noise._draw import as_generator, draw_from_rows
from sknoisy.noise._label_tables import like_table, read_label_table
from sknoisy.utils._options import check_option

_UNKNOWN = ("nan", "zero")


@dataclass(frozen=True, eq=False)
class NoisyMultilabels:
    """Multi-label targets with planted noise, and what was done to them.

    Attributes
    ----------
    Y : same kind as the targets passed in, of shape (n_samples, n_labels)
        The noisy targets; floats where unknown entries are NaN.
    flipped : ndarray of shape (n_samples, n_labels), dtype=bool
        True exactly where a known entry differs from the true one.
    observed : ndarray of shape (n_samples, n_labels), dtype=bool
        False where the entry is unknown.
    noise_rate : float
        Share of the known entries that are wrong.
    missing_rate : ndarray of shape (n_labels,)
        Share of the true positives of each label that `Y` shows as negative; 0
        for a label without positives.
    added_rate : ndarray of shape (n_labels,)
        Share of the true negatives of each label that `Y` shows as positive; 0
        for a label without negatives.
    """

    Y: Any
    flipped: np.ndarray
    observed: np.ndarray
    noise_rate: float
    missing_rate: np.ndarray
    added_rate: np.ndarray


def inject_multilabel_noise(
    Y, *, missing_rate=0.0, added_rate=0.0, keep_one=False, random_state=None
):
    """Flip entries of multi-label targets, each by itself.

    With `missing_rate` alone, positives are missing and no label is wrong; with
    `added_rate` alone, labels are only added.

    Parameters
    ----------
    Y : array-like of shape (n_samples, n_labels)
        True targets of 0 and 1: an array, a sparse matrix, or a pandas or polars
        frame.
    missing_rate : float or array-like of shape (n_labels,), default=0.0
        Probability of a positive entry to become negative, of all labels or of
        each.
    added_rate : float or array-like of shape (n_labels,), default=0.0
        Probability of a negative entry to become positive, of all labels or of
        each.
    keep_one : bool, default=False
        If True, a row that would lose all its labels keeps one of them, drawn at
        random, so that somewhat fewer are missing than asked for.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyMultilabels
        The targets (`Y`), where they are wrong (`flipped`), and the realised
        rates.

    Raises
    ------
    ValueError
        If `Y` is not a table of 0 and 1, or a rate is outside [0, 1] or not one
        per label.

    See Also
    --------
    inject_multilabel_swaps : Puts another label in the place of a true one.
    hide_multilabels : Makes entries unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import inject_multilabel_noise
    >>> Y = np.ones((200, 2), dtype=int)
    >>> noisy = inject_multilabel_noise(
    ...     Y, missing_rate=[0.0, 0.5], keep_one=True, random_state=0
    ... )
    >>> int(noisy.Y[:, 0].min()), bool(0.4 < noisy.missing_rate[1] < 0.6)
    (1, True)
    """
    true, rng = read_label_table(Y), as_generator(random_state)
    missing_rate = _check_rates("missing_rate", missing_rate, true.shape[1])
    added_rate = _check_rates("added_rate", added_rate, true.shape[1])
    flip = rng.random(true.shape) < np.where(true, missing_rate, added_rate)
    if keep_one:
        bare = np.flatnonzero(true.any(axis=1) & (flip | ~true).all(axis=1))
        flip[bare, _draw_positive(true[bare], rng)] = False
    return _report(Y, true, true ^ flip)


def inject_multilabel_swaps(Y, noise_rate, *, random_state=None):
    """Put labels in the place of others that they often stand beside.

    Each positive entry is moved, with probability `noise_rate`, to a label that
    the row lacks, drawn in proportion to the rows in which it goes together with
    the true one. Rows keep their number of labels unless two of theirs move to
    the same.

    Parameters
    ----------
    Y : array-like of shape (n_samples, n_labels)
        True targets of 0 and 1: an array, a sparse matrix, or a pandas or polars
        frame.
    noise_rate : float
        Probability of a positive entry to be moved, in [0, 1].
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyMultilabels
        The targets (`Y`), where they are wrong (`flipped`), and the realised
        rates. An entry that goes together with no label that its row lacks stays.

    Raises
    ------
    ValueError
        If `Y` is not a table of 0 and 1 or `noise_rate` is outside [0, 1].

    See Also
    --------
    inject_multilabel_noise : Flips each entry by itself.

    Notes
    -----
    The shape of this noise is this library's own.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import inject_multilabel_swaps
    >>> Y = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]] * 20)
    >>> noisy = inject_multilabel_swaps(Y, 1.0, random_state=0)
    >>> noisy.Y[:3].tolist()
    [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    """
    true, rng = read_label_table(Y), as_generator(random_state)
    rate = _check_rates("noise_rate", noise_rate, true.shape[1])
    together = true.T.astype(np.float64) @ true
    rows, labels = np.nonzero(true & (rng.random(true.shape) < rate))
    weight = together[labels] * ~true[rows]
    can_move = weight.any(axis=1)
    rows, labels, weight = rows[can_move], labels[can_move], weight[can_move]
    given = true.copy()
    given[rows, labels] = False
    given[rows, draw_from_rows(weight, rng)] = True
    return _report(Y, true, given)


def hide_multilabels(Y, hidden_rate, *, unknown="nan", random_state=None):
    """Make entries of multi-label targets unknown, as in partial labelling.

    Parameters
    ----------
    Y : array-like of shape (n_samples, n_labels)
        True targets of 0 and 1: an array, a sparse matrix, or a pandas or polars
        frame.
    hidden_rate : float or array-like of shape (n_labels,)
        Probability of an entry to be unknown, of all labels or of each.
    unknown : {"nan", "zero"}, default="nan"
        What stands in the place of an unknown entry. With ``"zero"``, `observed`
        alone tells it from a true negative.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyMultilabels
        The targets (`Y`) and which entries are known (`observed`). No known entry
        is wrong.

    Raises
    ------
    ValueError
        If `Y` is not a table of 0 and 1, a rate is outside [0, 1] or not one per
        label, or `unknown` is not known.

    See Also
    --------
    keep_single_positive : Leaves one positive entry of each row known.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import hide_multilabels
    >>> hidden = hide_multilabels(np.eye(3, dtype=int), 0.5, random_state=0)
    >>> bool((np.isnan(hidden.Y) == ~hidden.observed).all())
    True
    """
    true, rng = read_label_table(Y), as_generator(random_state)
    rate = _check_rates("hidden_rate", hidden_rate, true.shape[1])
    return _hide(Y, true, rng.random(true.shape) >= rate, unknown)


def keep_single_positive(Y, *, unknown="nan", random_state=None):
    """Leave one positive entry of each row known, and nothing else.

    Parameters
    ----------
    Y : array-like of shape (n_samples, n_labels)
        True targets of 0 and 1: an array, a sparse matrix, or a pandas or polars
        frame.
    unknown : {"nan", "zero"}, default="nan"
        What stands in the place of an unknown entry. With ``"zero"``, `observed`
        alone tells it from a true negative.
    random_state : int, RandomState instance, Generator or None, default=None
        Chooses among the positives of a row, each as likely; an int for the same
        result on each call.

    Returns
    -------
    noisy : NoisyMultilabels
        The targets (`Y`) and which entries are known (`observed`): one in each
        row, none in a row without labels.

    Raises
    ------
    ValueError
        If `Y` is not a table of 0 and 1 or `unknown` is not known.

    See Also
    --------
    hide_multilabels : Makes entries unknown at random.

    References
    ----------
    Elijah Cole, Oisin Mac Aodha, Titouan Lorieul, Pietro Perona, Dan Morris and
    Nebojsa Jojic, "Multi-label learning from single positive labels", CVPR 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import keep_single_positive
    >>> keep_single_positive(np.array([[0, 1, 0], [0, 0, 1]])).Y
    array([[nan,  1., nan],
           [nan, nan,  1.]])
    """
    true, rng = read_label_table(Y), as_generator(random_state)
    observed = np.zeros_like(true)
    labelled = np.flatnonzero(true.any(axis=1))
    observed[labelled, _draw_positive(true[labelled], rng)] = True
    return _hide(Y, true, observed, unknown)


def _draw_positive(true, rng):
    """Draw one of the labels of each row, which has at least one."""
    return draw_from_rows(true.astype(np.float64), rng)


def _hide(Y, true, observed, unknown):
    check_option("unknown", unknown, _UNKNOWN)
    blank = np.nan if unknown == "nan" else 0
    nothing = np.zeros(true.shape[1])
    return NoisyMultilabels(
        like_table(np.where(observed, true, blank), Y),
        np.zeros_like(true),
        observed,
        0.0,
        nothing,
        nothing.copy(),
    )


def _report(Y, true, given):
    flipped = given != true
    return NoisyMultilabels(
        like_table(given, Y),
        flipped,
        np.ones_like(true),
        float(flipped.mean()),
        (true & flipped).sum(axis=0) / np.maximum(true.sum(axis=0), 1),
        (~true & flipped).sum(axis=0) / np.maximum((~true).sum(axis=0), 1),
    )


def _check_rates(name, rate, n_labels):
    rates = np.asarray(rate, dtype=np.float64)
    if rates.shape not in ((), (n_labels,)) or not np.all((rates >= 0) & (rates <= 1)):
        raise ValueError(
            f"{name} must be a number in [0, 1], or one for each of the {n_labels} "
            f"labels, got {rate!r}."
        )
    return rates
