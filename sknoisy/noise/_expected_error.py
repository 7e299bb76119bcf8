# SPDX-License-Identifier: BSD-3-Clause
"""How far a transition matrix counted from verified labels will be off."""

from numbers import Integral

import numpy as np
from scipy.stats import binom, hypergeom

from sknoisy.noise._matrices import check_transition_matrix

# Numbers of rows further from the mean than so many deviations never occur.
_DEVIATIONS = 10


def expected_squared_error(
    transition_matrix,
    class_counts=None,
    *,
    n_samples=None,
    class_prior=None,
    population=None,
    unseen=None,
):
    """Expected squared error of a transition matrix that is counted.

    When labels are verified to learn the noise, entry ``[i, j]`` of the matrix is
    estimated by the share of given label `j` among the verified rows of true class
    `i`. This is the expected sum of the squared errors of all entries, either for
    known numbers of verified rows of each class, or for a number of rows drawn from
    all classes.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        What the noise is: ``transition_matrix[i, j] = P(given = j | true = i)``.
    class_counts : array-like of shape (n_classes,), default=None
        Number of verified rows of each true class.
    n_samples : int, default=None
        In place of `class_counts`: number of verified rows, drawn at random.
    class_prior : array-like of shape (n_classes,), default=None
        Distribution of the true classes, for `n_samples`.
    population : array-like of shape (n_classes,), default=None
        Number of all rows of each true class, if the verified ones are drawn from them
        without replacement; None for a population that is much larger.
    unseen : array-like of shape (n_classes, n_classes), default=None
        Rows that are put in place of those of classes without a verified row; zeros by
        default, as counts leave them.

    Returns
    -------
    error : float
        Expected sum of squared errors.

    Raises
    ------
    ValueError
        If neither or both of `class_counts` and `n_samples` are given, a population
        is smaller than the sample, or the shapes do not fit.

    See Also
    --------
    GoldLossCorrection : Estimates the matrix.
    counts_interval : Intervals from counts that are there.

    Notes
    -----
    A class with `n` verified rows adds ``(T * (1 - T)).sum() / n`` over its row `T`:
    uniform rows are the hardest, and in a random sample the rare classes decide, so
    draw as many of each class. Classes that the sample misses add their squared
    distance from `unseen`, which the published formula leaves out; it also stops one
    short in its sum over numbers of rows. For a finite population the variances are
    multiplied by ``(N - n) / (N - 1)``, and a random sample is hypergeometric.

    References
    ----------
    Michael A. Hedderich, Dawei Zhu and Dietrich Klakow, "Analysing the noise model
    error for realistic noisy label data", AAAI 2021.

    Examples
    --------
    >>> from sknoisy.noise import expected_squared_error, symmetric_matrix
    >>> T = symmetric_matrix(2, 0.2)
    >>> round(expected_squared_error(T, [20, 20]), 4)
    0.032
    >>> round(expected_squared_error(T, n_samples=40, class_prior=[0.9, 0.1]), 4)
    0.1211
    """
    matrix = check_transition_matrix(transition_matrix)
    n_classes = len(matrix)
    if (class_counts is None) == (n_samples is None):
        raise ValueError(
            "give either class_counts, the number of verified rows of each class, or "
            "n_samples, the number of rows drawn from all classes."
        )
    if population is not None:
        population = _check_counts("population", population, n_classes)
    if unseen is None:
        unseen = np.zeros((n_classes, n_classes))
    unseen = np.asarray(unseen, dtype=np.float64)
    if unseen.shape != matrix.shape:
        raise ValueError(
            f"unseen must have the shape {matrix.shape} of the matrix, got "
            f"{unseen.shape}."
        )
    if n_samples is None:
        counts = _check_counts("class_counts", class_counts, n_classes)
        variance, missing = _of_fixed_counts(counts, population)
    else:
        variance, missing = _of_random_counts(
            n_samples, class_prior, population, n_classes
        )
    spread = (matrix * (1 - matrix)).sum(axis=1)
    distance = ((unseen - matrix) ** 2).sum(axis=1)
    return float(spread @ variance + distance @ missing)


def _of_fixed_counts(counts, population):
    """Factor of the variance of each class, and the chance that it is missing."""
    if population is not None and (counts > population).any():
        raise ValueError(
            "class_counts has more verified rows than the population has rows of "
            f"class index {int(np.argmax(counts > population))}."
        )
    return _variance_factor(counts, population), (counts == 0).astype(float)


def _of_random_counts(n_samples, class_prior, population, n_classes):
    """The same, on average over the numbers of rows that a sample may have."""
    if not isinstance(n_samples, Integral) or n_samples < 1:
        raise ValueError(f"n_samples={n_samples!r} must be a whole number above 0.")
    if population is None:
        prior = _check_prior(class_prior, n_classes)
        chances = [binom(n_samples, p).pmf for p in prior]
    else:
        total = int(population.sum())
        if n_samples > total:
            raise ValueError(
                f"n_samples={n_samples} is more than the population of {total} rows."
            )
        prior = population / total
        chances = [hypergeom(total, int(size), n_samples).pmf for size in population]
    variance = np.empty(n_classes)
    for k, chance in enumerate(chances):
        mean = n_samples * prior[k]
        reach = _DEVIATIONS * np.sqrt(mean * (1 - prior[k])) + 1
        counts = np.arange(max(1, int(mean - reach)), min(n_samples, mean + reach) + 1)
        all_rows = None if population is None else population[k]
        variance[k] = chance(counts) @ _variance_factor(counts, all_rows)
    return variance, np.array([chance(0) for chance in chances])


def _variance_factor(counts, population):
    factor = np.divide(
        1.0, counts, out=np.zeros(np.shape(counts)), where=np.asarray(counts) > 0
    )
    if population is None:
        return factor
    left = np.maximum(population - counts, 0)
    return factor * left / np.maximum(population - 1, 1)


def _check_counts(name, counts, n_classes):
    counts = np.asarray(counts)
    if counts.shape != (n_classes,) or counts.dtype.kind not in "iuf":
        raise ValueError(
            f"{name} must hold a number of rows for each of the {n_classes} classes, "
            f"got shape {counts.shape}."
        )
    if not np.all((counts >= 0) & (counts == np.floor(counts))):
        raise ValueError(f"{name} must hold whole numbers, 0 or more.")
    return counts.astype(float)


def _check_prior(class_prior, n_classes):
    if class_prior is None:
        raise ValueError(
            "n_samples rows are drawn from all classes: give class_prior, the "
            "distribution of the classes, or population, their numbers of rows."
        )
    prior = np.asarray(class_prior, dtype=np.float64)
    if prior.shape != (n_classes,) or not np.all(prior >= 0):
        raise ValueError(
            f"class_prior must hold a probability for each of the {n_classes} classes, "
            f"got shape {prior.shape}."
        )
    if not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError(
            f"class_prior must sum to 1, but sums to {prior.sum():.6g}; divide by its "
            "sum."
        )
    return np.minimum(prior / prior.sum(), 1.0)
