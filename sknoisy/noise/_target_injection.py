# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong values among numeric targets."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy.noise._draw import as_generator, draw_rows
from sknoisy.noise._group_injection import split_by_group
from sknoisy.utils._containers import like_container_of_floats
from sknoisy.utils._options import check_option
from sknoisy.utils._rows import num_rows


@dataclass(frozen=True, eq=False)
class NoisyTargets:
    """Numeric targets with planted noise, and what was done to them.

    Attributes
    ----------
    y : same kind as the targets passed in, of shape (n_samples,)
        The noisy targets, as floats: container, name and index are the caller's.
    changed : ndarray of shape (n_samples,), dtype=bool
        True exactly where `y` differs from the true target.
    shift : ndarray of shape (n_samples,)
        The noisy minus the true target.
    noise_rate : float
        Share of targets that are wrong, the mean of `changed`.
    """

    y: Any
    changed: np.ndarray
    shift: np.ndarray
    noise_rate: float


def inject_jump_noise(y, noise_rate, *, source="range", exact=False, random_state=None):
    """Replace targets by numbers that have nothing to do with the row.

    This is the symmetric noise of regression.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True targets.
    noise_rate : float
        Share of targets to replace, in [0, 1].
    source : {"range", "others"}, default="range"
        ``"range"`` draws uniformly between the smallest and the largest target;
        ``"others"`` takes the target of another row, so that the distribution of
        the targets stays as it is.
    exact : bool, default=False
        If True, exactly the expected number of targets is replaced, rounded.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyTargets
        The targets (`y`), where they are wrong (`changed`), by how much
        (`shift`), and the realised `noise_rate`.

    Raises
    ------
    ValueError
        If `noise_rate` is outside [0, 1], `source` is unknown, or `y` is not
        made of finite numbers.

    See Also
    --------
    inject_additive_noise : Errors around the true value.

    Notes
    -----
    A replaced target may equal the true one where `y` repeats values, so that
    fewer than `noise_rate` are wrong.

    References
    ----------
    Chris Dongjoo Kim, Sangwoo Moon, Jihwan Moon, Dongyeon Woo and Gunhee Kim,
    "Sample selection via contrastive fragmentation for noisy label regression",
    NeurIPS 2024.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import inject_jump_noise
    >>> y = np.linspace(0, 10, 100)
    >>> noisy = inject_jump_noise(y, 0.2, exact=True, random_state=0)
    >>> int(noisy.changed.sum()), bool(noisy.y.max() <= 10)
    (20, True)
    """
    check_option("source", source, ("range", "others"))
    targets, rng = _check_targets(y), as_generator(random_state)
    replaced = _draw(targets, noise_rate, exact, rng)
    if source == "range":
        other = rng.uniform(targets.min(), targets.max(), size=len(targets))
    else:
        # From 1 to n - 1 places further on: never the row itself.
        steps = rng.integers(1, max(2, len(targets)), size=len(targets))
        other = targets[(np.arange(len(targets)) + steps) % len(targets)]
    return _report(y, targets, np.where(replaced, other, targets))


def inject_additive_noise(
    y,
    scale,
    *,
    distribution="normal",
    df=2.0,
    spread=None,
    noise_rate=1.0,
    exact=False,
    random_state=None,
):
    """Add random errors to targets.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True targets.
    scale : float
        Scale of the errors, in standard deviations of `y`: their standard
        deviation where they are normal.
    distribution : {"normal", "student_t"}, default="normal"
        Shape of the errors. Those of ``"student_t"`` have heavy tails.
    df : float, default=2.0
        Degrees of freedom of ``"student_t"``; with 2 or fewer the variance is
        infinite.
    spread : array-like of shape (n_samples,), default=None
        How large the errors of each row are in proportion, not negative, for
        instance ``abs(model.predict(X))``; the mean is scaled to 1. None is the
        same for all.
    noise_rate : float, default=1.0
        Share of targets that get an error, in [0, 1].
    exact : bool, default=False
        If True, exactly the expected number of targets gets one, rounded.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyTargets
        The targets (`y`), where they are wrong (`changed`), by how much
        (`shift`), and the realised `noise_rate`.

    Raises
    ------
    ValueError
        If `scale` is negative, `noise_rate` is outside [0, 1], `df` is not
        positive, `spread` has another length than `y` or a negative value,
        `distribution` is unknown, or `y` is not made of finite numbers.

    See Also
    --------
    inject_jump_noise : Values that have nothing to do with the row.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import inject_additive_noise
    >>> y = np.linspace(0, 10, 1000)
    >>> noisy = inject_additive_noise(y, 0.5, spread=y, random_state=0)
    >>> bool(noisy.shift[500:].std() > 2 * noisy.shift[:500].std())
    True
    """
    check_option("distribution", distribution, ("normal", "student_t"))
    targets, rng = _check_targets(y), as_generator(random_state)
    if not scale >= 0:
        raise ValueError(f"scale must not be negative, got {scale}.")
    if not df > 0:
        raise ValueError(f"df must be positive, got {df}.")
    hit = _draw(targets, noise_rate, exact, rng)
    if distribution == "normal":
        errors = rng.standard_normal(len(targets))
    else:
        errors = rng.standard_t(df, size=len(targets))
    errors *= scale * targets.std() * _relative(spread, len(targets))
    return _report(y, targets, np.where(hit, targets + errors, targets))


def inject_censoring(
    y, *, low=None, high=None, noise_rate=1.0, exact=False, random_state=None
):
    """Cut targets off at a limit, as an instrument does that cannot read further.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True targets.
    low : float, default=None
        Smaller targets become this. None has no lower limit.
    high : float, default=None
        Larger targets become this. None has no upper limit.
    noise_rate : float, default=1.0
        Share of the targets beyond a limit that are cut off, in [0, 1].
    exact : bool, default=False
        If True, exactly the expected number of them is, rounded.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyTargets
        The targets (`y`), where they are wrong (`changed`), by how much
        (`shift`), and the realised `noise_rate` over all rows.

    Raises
    ------
    ValueError
        If neither limit is given or they cross, `noise_rate` is outside [0, 1],
        or `y` is not made of finite numbers.

    See Also
    --------
    inject_group_shift : Errors of one sign, for some rows.

    Examples
    --------
    >>> from sknoisy.noise import inject_censoring
    >>> noisy = inject_censoring([1.0, 5.0, 9.0], high=6.0)
    >>> noisy.y, noisy.changed.tolist()
    ([1.0, 5.0, 6.0], [False, False, True])
    """
    low = -np.inf if low is None else low
    high = np.inf if high is None else high
    if not low < high or (np.isinf(low) and np.isinf(high)):
        raise ValueError(
            f"give low, high or both, low being the smaller, got {low} and {high}."
        )
    targets, rng = _check_targets(y), as_generator(random_state)
    cut = np.clip(targets, low, high)
    beyond = np.flatnonzero(cut != targets)
    hit = beyond[_draw(beyond, noise_rate, exact, rng)]
    noisy = targets.copy()
    noisy[hit] = cut[hit]
    return _report(y, targets, noisy)


def inject_group_shift(y, groups, shifts):
    """Add a bias to the targets of some groups.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True targets.
    groups : array-like of shape (n_samples,)
        Group of each row.
    shifts : dict
        ``{group: bias}``, in the units of `y`. Groups that it does not name keep
        their targets.

    Returns
    -------
    noisy : NoisyTargets
        The targets (`y`), where they are wrong (`changed`), by how much
        (`shift`), and the realised `noise_rate`.

    Raises
    ------
    ValueError
        If `shifts` is empty or names a group without rows, `groups` and `y`
        differ in length, or `y` is not made of finite numbers.

    See Also
    --------
    inject_group_noise : Group noise of class labels.

    Examples
    --------
    >>> from sknoisy.noise import inject_group_shift
    >>> noisy = inject_group_shift([20.0, 21.0, 22.0], ["a", "b", "b"], {"b": 0.5})
    >>> noisy.y
    [20.0, 21.5, 22.5]
    """
    targets = _check_targets(y)
    if num_rows(groups) != len(targets):
        raise ValueError(
            f"groups has {num_rows(groups)} entries but y has {len(targets)}; give the "
            "group of each row."
        )
    noisy = targets.copy()
    for rows, bias in split_by_group(np.asarray(groups), shifts, "shifts"):
        noisy[rows] += bias
    return _report(y, targets, noisy)


def _check_targets(y):
    targets = np.asarray(y)
    is_numeric = targets.ndim == 1 and targets.dtype.kind in "iuf"
    if not is_numeric or not len(targets) or not np.isfinite(targets).all():
        raise ValueError(
            "y must hold one finite number per row, shape (n,), got "
            f"shape {targets.shape} and dtype {targets.dtype}; drop rows without a "
            "target. For classes use inject_symmetric_noise and its like."
        )
    return targets.astype(np.float64)


def _draw(targets, noise_rate, exact, rng):
    if not 0 <= noise_rate <= 1:
        raise ValueError(
            f"noise_rate must be in [0, 1], got {noise_rate}; it is a share of the "
            "targets, so write 0.2 for 20 %."
        )
    return draw_rows(len(targets), noise_rate, exact, rng)


def _relative(spread, n_samples):
    if spread is None:
        return np.ones(n_samples)
    spread = np.asarray(spread, dtype=np.float64)
    if spread.shape != (n_samples,) or not np.all(spread >= 0) or not spread.any():
        raise ValueError(
            f"spread must hold a number for each of the {n_samples} rows, none "
            f"negative and not all 0, got shape {spread.shape}."
        )
    return spread / spread.mean()


def _report(y, targets, noisy):
    given = like_container_of_floats(noisy, y)
    # A target of few digits is what it is after rounding.
    shift = np.asarray(given, dtype=np.float64) - targets
    return NoisyTargets(given, shift != 0, shift, float((shift != 0).mean()))
