# SPDX-License-Identifier: BSD-3-Clause
"""Transition matrices of the usual models of class-conditional noise."""

import warnings
from numbers import Integral, Real

import numpy as np

from sknoisy.exceptions import NoiseModelWarning

_ROW_SUM_TOLERANCE = 1e-6


def symmetric_matrix(n_classes, noise_rate, *, inclusive=False):
    """Transition matrix of symmetric (uniform) noise.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.
    noise_rate : float
        Share of labels affected, in [0, 1).
    inclusive : bool, default=False
        How the rate is read. False: every label is wrong with probability
        `noise_rate`, and each other class is as likely. True: with probability
        `noise_rate` the label is drawn anew from all classes, the right one
        among them, so that only ``noise_rate * (n_classes - 1) / n_classes`` of
        the labels are wrong.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.

    Raises
    ------
    ValueError
        If `n_classes` is below 2 or `noise_rate` is outside [0, 1).

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one.

    References
    ----------
    Brendan van Rooyen, Aditya Krishna Menon and Robert C. Williamson, "Learning
    with symmetric label noise: the importance of being unhinged", NeurIPS 2015.

    Examples
    --------
    >>> from sknoisy.noise import symmetric_matrix
    >>> symmetric_matrix(3, 0.2)
    array([[0.8, 0.1, 0.1],
           [0.1, 0.8, 0.1],
           [0.1, 0.1, 0.8]])
    """
    n_classes = check_n_classes(n_classes)
    noise_rate = check_noise_rate(noise_rate)
    if inclusive:
        noise_rate *= (n_classes - 1) / n_classes
    matrix = np.full((n_classes, n_classes), noise_rate / (n_classes - 1))
    np.fill_diagonal(matrix, 1 - noise_rate)
    return warn_unless_diagonal_leads(matrix)


def pair_matrix(n_classes, noise_rate, *, permutation=None):
    """Transition matrix of pair noise: each class is mistaken for one other.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.
    noise_rate : float
        Probability that a label is wrong, in [0, 1). From 0.5 on, the wrong
        class is at least as likely as the true one and no method can tell them apart.
    permutation : array-like of shape (n_classes,), default=None
        ``permutation[i]`` is the class that class `i` is mistaken for; every
        class occurs once and none in its own place. None is the next class, and
        the first for the last.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.

    Raises
    ------
    ValueError
        If `n_classes` is below 2, `noise_rate` is outside [0, 1), or
        `permutation` does not send every class to a different one.

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one.

    References
    ----------
    Bo Han, Quanming Yao, Xingrui Yu, Gang Niu, Miao Xu, Weihua Hu, Ivor Tsang and
    Masashi Sugiyama, "Co-teaching: robust training of deep neural networks with
    extremely noisy labels", NeurIPS 2018.

    Examples
    --------
    >>> from sknoisy.noise import pair_matrix
    >>> pair_matrix(3, 0.25)
    array([[0.75, 0.25, 0.  ],
           [0.  , 0.75, 0.25],
           [0.25, 0.  , 0.75]])
    """
    n_classes = check_n_classes(n_classes)
    noise_rate = check_noise_rate(noise_rate)
    own = np.arange(n_classes)
    if permutation is None:
        permutation = np.roll(own, -1)
    permutation = np.asarray(permutation)
    moves_all = permutation.shape == own.shape and np.all(permutation != own)
    if not moves_all or not np.array_equal(np.sort(permutation), own):
        raise ValueError(
            f"permutation must hold each of 0..{n_classes - 1} once and none in its "
            f"own place, got {permutation.tolist()}; for classes that keep their "
            "labels use asymmetric_matrix."
        )
    matrix = np.diag(np.full(n_classes, 1 - noise_rate))
    matrix[own, permutation] = noise_rate
    return warn_unless_diagonal_leads(matrix)


def asymmetric_matrix(classes, mapping, noise_rate):
    """Transition matrix of asymmetric noise: named classes are mistaken for others.

    Classes that `mapping` does not name keep their labels, so the overall noise
    rate is `noise_rate` times the share of rows in the classes it names.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        The label space, in the order of the rows and columns.
    mapping : dict
        ``{true label: label it is mistaken for}``.
    noise_rate : float
        Probability that a label of a named class is wrong, in [0, 1).

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.

    Raises
    ------
    ValueError
        If there are fewer than 2 classes, `noise_rate` is outside [0, 1), or
        `mapping` is empty, has a label that `classes` lacks or sends one to
        itself.

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and
    Lizhen Qu, "Making deep neural networks robust to label noise: a loss
    correction approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.noise import asymmetric_matrix
    >>> asymmetric_matrix(["bird", "cat", "dog"], {"cat": "dog"}, 0.4)
    array([[1. , 0. , 0. ],
           [0. , 0.6, 0.4],
           [0. , 0. , 1. ]])
    """
    labels = np.asarray(classes).tolist()
    n_classes = check_n_classes(len(labels))
    noise_rate = check_noise_rate(noise_rate)
    if not isinstance(mapping, dict) or not mapping:
        raise ValueError(
            "mapping must be a dict with at least one entry, {true label: label it "
            f"is mistaken for}}, got {mapping!r}."
        )
    position = {label: index for index, label in enumerate(labels)}
    matrix = np.eye(n_classes)
    for source, target in mapping.items():
        for label in (source, target):
            if label not in position:
                raise ValueError(
                    f"mapping names {label!r}, which is not a class; the classes are "
                    f"{labels[:10]}. Labels must have the type that they have there, "
                    "and a label without rows must be named in classes."
                )
        if source == target:
            raise ValueError(
                f"mapping sends {source!r} to itself; leave it out to keep its labels."
            )
        row = position[source]
        matrix[row, row] = 1 - noise_rate
        matrix[row, position[target]] = noise_rate
    return warn_unless_diagonal_leads(matrix)


def check_transition_matrix(transition_matrix, n_classes=None):
    """Validate a transition matrix whose rows sum to 1.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    n_classes : int, default=None
        Number of classes expected; None takes any.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes), dtype=float64
        A copy whose rows sum to 1 up to rounding.

    Raises
    ------
    ValueError
        If the matrix is not square, has another size, or a row is not a
        probability distribution.
    """
    matrix = np.array(transition_matrix, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            "transition_matrix must be square, (n_classes, n_classes), got shape "
            f"{matrix.shape}."
        )
    if n_classes is not None and len(matrix) != n_classes:
        raise ValueError(
            f"transition_matrix is for {len(matrix)} classes but there are "
            f"{n_classes}; if some class has no rows, name all of them in classes."
        )
    if not np.all(matrix >= 0):
        raise ValueError(
            "transition_matrix must hold probabilities, got a negative value or NaN."
        )
    sums = matrix.sum(axis=1)
    if np.allclose(sums, 1, rtol=0, atol=_ROW_SUM_TOLERANCE):
        return matrix / sums[:, None]
    if np.allclose(matrix.sum(axis=0), 1, rtol=0, atol=_ROW_SUM_TOLERANCE):
        fix = "its columns do, so pass its transpose"
    else:
        fix = "divide each row by its sum"
    raise ValueError(
        "the rows of transition_matrix must sum to 1, T[i, j] = P(given = j | true = "
        f"i), but row {np.argmax(np.abs(sums - 1))} sums to "
        f"{sums[np.argmax(np.abs(sums - 1))]:.6g}; {fix}."
    )


def warn_unless_diagonal_leads(matrix):
    """Warn if some class is at least as likely to be given as the true one.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_classes)
        A transition matrix.

    Returns
    -------
    matrix : ndarray of shape (n_classes, n_classes)
        The same matrix.
    """
    wrong = matrix.copy()
    np.fill_diagonal(wrong, -np.inf)
    lead = np.diag(matrix) - wrong.max(axis=1)
    if lead.min() <= 1e-12:
        row = int(np.argmin(lead))
        warnings.warn(
            f"rows of class index {row} get a wrong label ({wrong[row].max():.3g}) at "
            f"least as often as the right one ({matrix[row, row]:.3g}), so the labels "
            "no longer say which class is which; lower the noise rate to avoid this.",
            NoiseModelWarning,
            stacklevel=3,
        )
    return matrix


def check_noise_rate(noise_rate):
    """Validate a noise rate.

    Parameters
    ----------
    noise_rate : float
        Share of wrong labels, in [0, 1).

    Returns
    -------
    noise_rate : float
        The rate.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is outside [0, 1).
    """
    if not isinstance(noise_rate, Real) or isinstance(noise_rate, bool):
        raise TypeError(
            f"noise_rate must be a number in [0, 1), got {noise_rate!r}; for a rate "
            "per class build a matrix and use inject_noise_from_matrix."
        )
    if not 0 <= noise_rate < 1:
        raise ValueError(
            f"noise_rate must be in [0, 1), got {noise_rate}; it is a share of the "
            "labels, so write 0.2 for 20 %."
        )
    return float(noise_rate)


def check_n_classes(n_classes):
    """Validate a number of classes.

    Parameters
    ----------
    n_classes : int
        At least 2.

    Returns
    -------
    n_classes : int
        The number.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is below 2.
    """
    if not isinstance(n_classes, Integral) or isinstance(n_classes, bool):
        raise TypeError(f"n_classes must be an int of at least 2, got {n_classes!r}.")
    if n_classes < 2:
        raise ValueError(
            f"label noise needs at least 2 classes, got {n_classes}; if y lacks some "
            "class, name all of them in classes."
        )
    return int(n_classes)
