# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong labels whose distribution depends on the true class alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy.noise._draw import (
    as_generator,
    draw_exact_labels,
    draw_labels,
    rows_by_class,
)
from sknoisy.noise._matrices import (
    asymmetric_matrix,
    check_transition_matrix,
    pair_matrix,
    symmetric_matrix,
    warn_unless_diagonal_leads,
)
from sknoisy.utils._containers import like_container
from sknoisy.utils._encoding import encode_labels


@dataclass(frozen=True, eq=False)
class NoisyLabels:
    """Labels with planted noise, and what was done to them.

    Attributes
    ----------
    y : same kind as the labels passed in, of shape (n_samples,)
        The noisy labels: container, dtype, name and index are the caller's.
    flipped : ndarray of shape (n_samples,), dtype=bool
        True exactly where `y` differs from the true label.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        The noise asked for, ``P(given = j | true = i)``. For noise that depends
        on the rows, its mean over the rows of each class.
    realized_matrix : ndarray of shape (n_classes, n_classes)
        The noise that was drawn: share of the rows of class `i` given `j`. A
        class without rows keeps its labels by definition.
    noise_rate : float
        Share of labels that are wrong, the mean of `flipped`.
    classes : ndarray of shape (n_classes,)
        Label of each row and column of the matrices.
    """

    y: Any
    flipped: np.ndarray
    transition_matrix: np.ndarray
    realized_matrix: np.ndarray
    noise_rate: float
    classes: np.ndarray


def inject_symmetric_noise(
    y, noise_rate, *, inclusive=False, exact=False, classes=None, random_state=None
):
    """Replace labels by another class, each as likely as the next.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    noise_rate : float
        Share of labels to get wrong, in [0, 1).
    inclusive : bool, default=False
        If True, `noise_rate` is the share of labels drawn anew from all classes,
        the right one among them, as some papers count. See `symmetric_matrix`.
    exact : bool, default=False
        If True, exactly the expected number of labels is wrong, in total and, up
        to rounding, in each class and cell; only which ones is random.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they are wrong (`flipped`), the matrix asked for
        and the one realised, the realised `noise_rate`, and `classes`.

    Raises
    ------
    ValueError
        If `noise_rate` is outside [0, 1), `y` has missing or continuous labels,
        or there are fewer than two classes.

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
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> y = ["cat", "dog"] * 50
    >>> noisy = inject_symmetric_noise(y, 0.2, exact=True, random_state=0)
    >>> int(noisy.flipped.sum()), noisy.noise_rate
    (20, 0.2)
    >>> noisy.realized_matrix
    array([[0.8, 0.2],
           [0.2, 0.8]])
    """
    codes, classes = encode_labels(y, classes)
    matrix = symmetric_matrix(len(classes), noise_rate, inclusive=inclusive)
    return _inject(y, codes, classes, matrix, exact, random_state)


def inject_pair_noise(y, noise_rate, *, exact=False, classes=None, random_state=None):
    """Replace labels by the next class, and those of the last by the first.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    noise_rate : float
        Share of labels to get wrong, in [0, 1). From 0.5 on, the wrong class is
        at least as likely as the true one and no method can tell them apart.
    exact : bool, default=False
        If True, exactly the expected number of labels is wrong, in total and, up
        to rounding, in each class; only which ones is random.
    classes : array-like of shape (n_classes,), default=None
        All labels, in the order in which each is mistaken for the next. None
        takes the sorted labels of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they are wrong (`flipped`), the matrix asked for
        and the one realised, the realised `noise_rate`, and `classes`.

    Raises
    ------
    ValueError
        If `noise_rate` is outside [0, 1), `y` has missing or continuous labels,
        or there are fewer than two classes.

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
    >>> import numpy as np
    >>> from sknoisy.noise import inject_pair_noise
    >>> y = np.repeat(["ant", "bee", "fly"], 10)
    >>> noisy = inject_pair_noise(y, 0.3, exact=True, random_state=0)
    >>> np.unique(noisy.y[:10]).tolist(), np.unique(noisy.y[-10:]).tolist()
    (['ant', 'bee'], ['ant', 'fly'])
    """
    codes, classes = encode_labels(y, classes)
    matrix = pair_matrix(len(classes), noise_rate)
    return _inject(y, codes, classes, matrix, exact, random_state)


def inject_asymmetric_noise(
    y, mapping, noise_rate, *, exact=False, classes=None, random_state=None
):
    """Replace labels of named classes by the class each is mistaken for.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    mapping : dict
        ``{true label: label it is mistaken for}``. Classes that it does not name
        keep their labels.
    noise_rate : float
        Share of the labels of each named class to get wrong, in [0, 1).
    exact : bool, default=False
        If True, exactly the expected number of labels is wrong, in total and, up
        to rounding, in each class; only which ones is random.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they are wrong (`flipped`), the matrix asked for
        and the one realised, the realised `noise_rate`, and `classes`.

    Raises
    ------
    ValueError
        If `noise_rate` is outside [0, 1), `y` has missing or continuous labels,
        or `mapping` names a label that is not a class.

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
    >>> from sknoisy.noise import inject_asymmetric_noise
    >>> y = ["bird", "cat", "dog"] * 10
    >>> noisy = inject_asymmetric_noise(
    ...     y, {"cat": "dog"}, 0.4, exact=True, random_state=0
    ... )
    >>> noisy.y.count("cat"), noisy.y.count("dog"), noisy.y.count("bird")
    (6, 14, 10)
    """
    codes, classes = encode_labels(y, classes)
    matrix = asymmetric_matrix(classes, mapping, noise_rate)
    return _inject(y, codes, classes, matrix, exact, random_state)


def inject_noise_from_matrix(
    y, transition_matrix, *, exact=False, classes=None, random_state=None
):
    """Draw each label from the row that its true class has in a matrix.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``, in the order of
        `classes`; rows sum to 1.
    exact : bool, default=False
        If True, exactly the expected number of labels is wrong, in total and, up
        to rounding, in each class and cell; only which ones is random.
    classes : array-like of shape (n_classes,), default=None
        Label of each row and column of the matrix. None takes the sorted labels
        of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they are wrong (`flipped`), the matrix asked for
        and the one realised, the realised `noise_rate`, and `classes`.

    Raises
    ------
    ValueError
        If the matrix is not square, has a row that is not a distribution or does
        not fit the classes, or `y` has missing or continuous labels.

    Warns
    -----
    NoiseModelWarning
        If for some class the true label is not the most likely one.

    References
    ----------
    Nagarajan Natarajan, Inderjit S. Dhillon, Pradeep Ravikumar and Ambuj Tewari,
    "Learning with noisy labels", NeurIPS 2013.

    Examples
    --------
    >>> from sknoisy.noise import inject_noise_from_matrix
    >>> y = [False] * 10 + [True] * 10
    >>> one_sided = [[1.0, 0.0], [0.3, 0.7]]
    >>> noisy = inject_noise_from_matrix(y, one_sided, exact=True, random_state=0)
    >>> sum(noisy.y), noisy.noise_rate
    (7, 0.15)
    """
    codes, classes = encode_labels(y, classes)
    matrix = check_transition_matrix(transition_matrix, n_classes=len(classes))
    warn_unless_diagonal_leads(matrix)
    return _inject(y, codes, classes, matrix, exact, random_state)


def _inject(y, codes, classes, matrix, exact, random_state):
    draw = draw_exact_labels if exact else draw_labels
    noisy = draw(codes, matrix, as_generator(random_state))
    return report_noise(y, codes, noisy, classes, matrix)


def report_noise(y, codes, noisy, classes, transition_matrix):
    """Gather what was done to the labels.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels, the model for the container of the noisy ones.
    codes, noisy : ndarray of shape (n_samples,)
        True and given class index of each row.
    classes : ndarray of shape (n_classes,)
        Label of each index.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        The noise asked for.

    Returns
    -------
    noisy : NoisyLabels
        The result of an injector.
    """
    flipped = noisy != codes
    return NoisyLabels(
        y=like_container(classes[noisy], y),
        flipped=flipped,
        transition_matrix=transition_matrix,
        realized_matrix=mean_transition(
            codes, noisy, np.ones(len(codes)), len(classes)
        ),
        noise_rate=float(flipped.mean()),
        classes=classes,
    )


def mean_transition(codes, targets, proba, n_classes):
    """Average per-row moves to one other class into a transition matrix.

    Parameters
    ----------
    codes, targets : ndarray of shape (n_samples,)
        Class index of each row, and the one it may move to.
    proba : ndarray of shape (n_samples,)
        Probability of the move.
    n_classes : int
        Number of classes.

    Returns
    -------
    matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1; a class without rows stays as it is.
    """
    moved = np.bincount(
        codes * n_classes + targets, weights=proba, minlength=n_classes**2
    ).reshape(n_classes, n_classes)
    counts = np.bincount(codes, minlength=n_classes)
    matrix = moved / np.maximum(counts, 1)[:, None]
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, 1 - matrix.sum(axis=1))
    return matrix


def mean_move(codes, proba):
    """Average the distributions that labels are drawn from, class by class.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        True class index of each row.
    proba : ndarray of shape (n_samples, n_classes)
        Distribution of the label that each row is given.

    Returns
    -------
    matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1; a class without rows stays as it is.
    """
    matrix = np.eye(proba.shape[1])
    for label, members in enumerate(rows_by_class(codes, len(matrix))):
        if len(members):
            matrix[label] = proba[members].mean(axis=0)
    return matrix
