# SPDX-License-Identifier: BSD-3-Clause
"""Matrices with structure: superclasses, random targets, frequent classes."""

import numpy as np

from sknoisy.noise._draw import as_generator
from sknoisy.noise._matrices import (
    check_n_classes,
    check_noise_rate,
    warn_unless_diagonal_leads,
)
from sknoisy.utils._options import check_option

_WITHIN = ("pair", "symmetric")


def block_matrix(superclasses, noise_rate, *, within="pair"):
    """Transition matrix of noise that stays inside superclasses.

    Parameters
    ----------
    superclasses : array-like of shape (n_classes,)
        Superclass of each class, of any kind that can be compared: class `i` is
        mistaken only for classes of the superclass ``superclasses[i]``.
    noise_rate : float
        Probability that a label is wrong, in [0, 1), in superclasses of two or
        more classes. A class that is alone in its superclass keeps its labels.
    within : {"pair", "symmetric"}, default="pair"
        ``"pair"`` mistakes each class for the next of its superclass, and the
        last for the first. ``"symmetric"`` mistakes it for each as often.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.

    Raises
    ------
    ValueError
        If every class is alone in its superclass, `noise_rate` is outside [0, 1)
        or `within` is unknown.

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one.

    See Also
    --------
    inject_noise_from_matrix : Plants the noise.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and
    Lizhen Qu, "Making deep neural networks robust to label noise: a loss
    correction approach", CVPR 2017 (superclasses of CIFAR-100).

    Examples
    --------
    >>> from sknoisy.noise import block_matrix
    >>> block_matrix(["pet", "pet", "vehicle", "vehicle"], 0.2)
    array([[0.8, 0.2, 0. , 0. ],
           [0.2, 0.8, 0. , 0. ],
           [0. , 0. , 0.8, 0.2],
           [0. , 0. , 0.2, 0.8]])
    """
    check_option("within", within, _WITHIN)
    noise_rate = check_noise_rate(noise_rate)
    names, member_of = np.unique(np.asarray(superclasses), return_inverse=True)
    n_classes = check_n_classes(len(member_of))
    if len(names) == n_classes:
        raise ValueError(
            f"superclasses puts each of the {n_classes} classes alone, so that none "
            "can be mistaken for another; name the superclass of each class, the "
            "same for those that are."
        )
    matrix = np.eye(n_classes)
    for group in range(len(names)):
        members = np.flatnonzero(member_of == group)
        if len(members) == 1:
            continue
        if within == "pair":
            matrix[members, np.roll(members, -1)] = noise_rate
        else:
            matrix[np.ix_(members, members)] = noise_rate / (len(members) - 1)
        matrix[members, members] = 1 - noise_rate
    return warn_unless_diagonal_leads(matrix)


def random_flip_matrix(n_classes, noise_rate, *, n_targets=1, random_state=None):
    """Transition matrix of classes mistaken for a few others, chosen by lot.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.
    noise_rate : float
        Probability that a label is wrong, in [0, 1).
    n_targets : int, default=1
        Number of other classes that each class is mistaken for, each as often.
        1 and 2 are the noises that papers call "flip" and "flip2".
    random_state : int, RandomState instance, Generator or None, default=None
        Chooses the classes; an int for the same result on each call.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.

    Raises
    ------
    ValueError
        If `n_classes` is below 2, `noise_rate` is outside [0, 1), or there are
        not `n_targets` other classes.

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one.

    See Also
    --------
    inject_noise_from_matrix : Plants the noise.
    pair_matrix : Each class is mistaken for one other, and no two for the same.

    References
    ----------
    Dan Hendrycks, Mantas Mazeika, Duncan Wilson and Kevin Gimpel, "Using trusted
    data to train deep networks on labels corrupted by severe noise", NeurIPS 2018.

    Examples
    --------
    >>> from sknoisy.noise import random_flip_matrix
    >>> matrix = random_flip_matrix(5, 0.4, n_targets=2, random_state=0)
    >>> (matrix == 0.2).sum(axis=1).tolist(), matrix.diagonal().tolist()
    ([2, 2, 2, 2, 2], [0.6, 0.6, 0.6, 0.6, 0.6])
    """
    n_classes = check_n_classes(n_classes)
    noise_rate = check_noise_rate(noise_rate)
    if not 1 <= n_targets < n_classes:
        raise ValueError(
            f"n_targets must be from 1 to {n_classes - 1}, the number of other "
            f"classes, got {n_targets}."
        )
    rng = as_generator(random_state)
    matrix = np.diag(np.full(n_classes, 1 - noise_rate))
    for label in range(n_classes):
        others = np.delete(np.arange(n_classes), label)
        targets = rng.choice(others, size=n_targets, replace=False)
        matrix[label, targets] = noise_rate / n_targets
    return warn_unless_diagonal_leads(matrix)


def random_matrix(n_classes, noise_rate, *, random_state=None):
    """Transition matrix whose wrong labels are spread at random.

    It is ``(1 - noise_rate) * I + noise_rate * U``, where the entries of `U` are
    uniform on [0, 1] and then divided by the sum of their row.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.
    noise_rate : float
        Share of labels drawn anew from `U`, the right one among its columns, in
        [0, 1). The share of wrong labels is somewhat smaller, by about
        ``noise_rate / n_classes``.
    random_state : int, RandomState instance, Generator or None, default=None
        Draws `U`; an int for the same result on each call.

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

    See Also
    --------
    inject_noise_from_matrix : Plants the noise.

    References
    ----------
    Matteo Sesia, Y. X. Rachel Wang and Xin Tong, "Adaptive conformal
    classification with noisy labels", arXiv 2309.05092, 2023 (random noise; the
    rows and not the columns of `U` are normalised here).

    Examples
    --------
    >>> from sknoisy.noise import random_matrix
    >>> matrix = random_matrix(3, 0.3, random_state=0)
    >>> matrix.sum(axis=1).round(6).tolist(), bool(matrix.diagonal().min() > 0.7)
    ([1.0, 1.0, 1.0], True)
    """
    n_classes = check_n_classes(n_classes)
    noise_rate = check_noise_rate(noise_rate)
    spread = as_generator(random_state).random((n_classes, n_classes))
    spread /= spread.sum(axis=1, keepdims=True)
    matrix = (1 - noise_rate) * np.eye(n_classes) + noise_rate * spread
    return warn_unless_diagonal_leads(matrix)


def frequency_matrix(class_prior, noise_rate):
    """Transition matrix of noise that goes to classes as they are frequent.

    Wrong labels of a class are other classes in proportion to these classes'
    frequency, and the rates are such that the noisy labels have the frequencies
    of the true ones: ``class_prior @ transition_matrix`` is `class_prior`. Rare
    classes then have a larger share of wrong labels than frequent ones.

    Parameters
    ----------
    class_prior : array-like of shape (n_classes,)
        Frequencies of the classes, as shares or counts.
    noise_rate : float
        Share of labels to get wrong, over all classes, in [0, 1). At most one
        minus the chance that two labels drawn at random agree.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.

    Raises
    ------
    ValueError
        If `class_prior` holds a negative value or fewer than two positive ones, or
        `noise_rate` is outside [0, 1) or larger than these frequencies allow.

    Warns
    -----
    NoiseModelWarning
        If the true class is no longer the most likely one.

    See Also
    --------
    inject_noise_from_matrix : Plants the noise.

    Notes
    -----
    That one factor is common to all classes, which is what keeps the frequencies,
    is a choice of this library.

    Examples
    --------
    >>> from sknoisy.noise import frequency_matrix
    >>> matrix = frequency_matrix([0.5, 0.3, 0.2], 0.2)
    >>> matrix.round(3)
    array([[0.839, 0.097, 0.065],
           [0.161, 0.774, 0.065],
           [0.161, 0.097, 0.742]])
    """
    prior = np.asarray(class_prior, dtype=np.float64)
    noise_rate = check_noise_rate(noise_rate)
    if prior.ndim != 1 or not np.all(prior >= 0) or np.count_nonzero(prior) < 2:
        raise ValueError(
            "class_prior must hold a frequency per class, none negative and at least "
            f"two positive, got {prior.tolist()}."
        )
    prior = prior / prior.sum()
    attainable = 1 - prior @ prior
    if noise_rate > attainable:
        raise ValueError(
            f"noise_rate={noise_rate} cannot keep the frequencies of the classes, of "
            f"which two labels agree too often; at most {attainable:.3g} can."
        )
    factor = noise_rate / attainable
    matrix = (1 - factor) * np.eye(len(prior)) + factor * prior
    return warn_unless_diagonal_leads(matrix)
