# SPDX-License-Identifier: BSD-3-Clause
"""Draw noisy labels, at random or in exact numbers."""

import numpy as np
from sklearn.utils import check_random_state

# Products such as 0.29 * 100 fall just short of the whole number they stand for.
_ROUNDING = 1e-9


def as_generator(random_state):
    """Turn any accepted `random_state` into a generator.

    Parameters
    ----------
    random_state : int, RandomState instance, Generator or None
        An int gives the same numbers on each call; an instance is drawn from,
        so that it moves on; None draws from NumPy's global state.

    Returns
    -------
    rng : numpy.random.Generator
        Source of the random numbers.
    """
    if isinstance(random_state, np.random.Generator):
        return random_state
    seed = check_random_state(random_state).randint(
        np.iinfo(np.uint32).max, size=4, dtype=np.uint32
    )
    return np.random.default_rng(seed)


def rows_by_class(codes, n_classes):
    """List the rows of each class.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class index of each row.
    n_classes : int
        Number of classes.

    Returns
    -------
    rows : list of n_classes ndarrays
        The rows of each class, in order; empty for a class without any.
    """
    ends = np.cumsum(np.bincount(codes, minlength=n_classes))
    return np.split(np.argsort(codes, kind="stable"), ends[:-1])


def draw_labels(codes, transition_matrix, rng):
    """Draw each label from the row of the transition matrix of its class.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        True class index of each row.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    noisy : ndarray of shape (n_samples,)
        Given class index of each row.
    """
    noisy = np.empty_like(codes)
    level = rng.random(len(codes))
    for row, members in zip(
        transition_matrix, rows_by_class(codes, len(transition_matrix)), strict=True
    ):
        steps = np.cumsum(row)
        noisy[members] = np.searchsorted(
            steps / steps[-1], level[members], side="right"
        )
    return noisy


def draw_from_rows(proba, rng):
    """Draw each label from a distribution of its own.

    Parameters
    ----------
    proba : ndarray of shape (n_samples, n_classes)
        Rows sum to 1, up to rounding.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    drawn : ndarray of shape (n_samples,)
        Class index of each row; never one of probability 0.
    """
    steps = np.cumsum(proba, axis=1)
    level = rng.random(len(proba)) * steps[:, -1]
    return (level[:, None] >= steps).sum(axis=1)


def draw_rows(n_samples, rate, exact, rng):
    """Draw the rows that something happens to.

    Parameters
    ----------
    n_samples : int
        Number of rows.
    rate : float
        Probability of each row, in [0, 1].
    exact : bool
        Whether exactly the expected number of rows is drawn, rounded.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    drawn : ndarray of shape (n_samples,), dtype=bool
        True for the rows drawn.
    """
    if not exact:
        return rng.random(n_samples) < rate
    drawn = np.zeros(n_samples, dtype=bool)
    drawn[: int(np.floor(rate * n_samples + 0.5 + _ROUNDING))] = True
    return rng.permutation(drawn)


def draw_exact_labels(codes, transition_matrix, rng):
    """Flip the expected numbers of labels; only which ones is random.

    The number of flips, over all classes, in each class, and in each cell, is
    the expected one rounded by the method of the largest remainder.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        True class index of each row.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    noisy : ndarray of shape (n_samples,)
        Given class index of each row.
    """
    n_classes = len(transition_matrix)
    members = rows_by_class(codes, n_classes)
    expected = np.array([len(rows) for rows in members])[:, None] * transition_matrix
    np.fill_diagonal(expected, 0.0)
    per_class = expected.sum(axis=1)
    n_flips = int(np.floor(per_class.sum() + 0.5 + _ROUNDING))
    flips = _round_to_total(per_class, n_flips, rng)
    noisy = codes.copy()
    for label, rows in enumerate(members):
        cells = _round_to_total(expected[label], flips[label], rng)
        chosen = rng.permutation(rows)[: flips[label]]
        noisy[chosen] = np.repeat(np.arange(n_classes), cells)
    return noisy


def _round_to_total(expected, total, rng):
    counts = np.floor(expected + _ROUNDING).astype(np.intp)
    remainder = np.round(expected - counts, 9)
    # Equal remainders are settled by lot, or the first classes would always win.
    order = np.lexsort((rng.random(len(expected)), -remainder))
    counts[order[: total - counts.sum()]] += 1
    return counts


def check_max_flip_proba(max_flip_proba, noise_rate):
    """Refuse a largest probability that the noise rate cannot keep.

    Parameters
    ----------
    max_flip_proba : float
        Largest probability of a row to be mislabelled.
    noise_rate : float
        Expected share of wrong labels.

    Raises
    ------
    ValueError
        If it is below the rate or above 1.
    """
    if not noise_rate <= max_flip_proba <= 1:
        raise ValueError(
            f"max_flip_proba must be in [noise_rate, 1], got {max_flip_proba} for a "
            f"noise rate of {noise_rate}; raise it or lower the rate."
        )


def spread_rate(log_weight, rate, cap):
    """Find probabilities in proportion to weights, capped, of a given mean.

    Parameters
    ----------
    log_weight : ndarray of shape (n_samples,)
        Logarithms of the weights, finite.
    rate : float
        Mean wanted, in [0, cap].
    cap : float
        Largest probability.

    Returns
    -------
    proba : ndarray of shape (n_samples,)
        ``min(cap, c * exp(log_weight))`` with the `c` that makes their mean
        `rate`.
    """
    n_samples = len(log_weight)
    if rate == 0 or rate >= cap:
        return np.full(n_samples, min(rate, cap))
    ranked = np.sort(log_weight)[::-1]
    log_rest = np.logaddexp.accumulate(ranked[::-1])[::-1]
    # Were the n_capped heaviest rows at the cap, this is what the rest must carry.
    left = rate * n_samples - cap * np.arange(n_samples)
    left = left[left > 0]
    log_factor = np.log(left) - log_rest[: len(left)]
    fits = log_factor + ranked[: len(left)] <= np.log(cap) + _ROUNDING
    return np.exp(np.minimum(log_factor[np.argmax(fits)] + log_weight, np.log(cap)))
