# SPDX-License-Identifier: BSD-3-Clause
"""Confusion matrices of annotators of several kinds."""

from numbers import Real

import numpy as np

from sknoisy.noise._draw import as_generator
from sknoisy.noise._matrices import check_n_classes
from sknoisy.utils._options import check_option

_KINDS = ("one_coin", "per_class", "hammer_spammer", "spammer", "biased", "adversary")


def annotator_matrices(
    n_annotators,
    n_classes,
    *,
    kind="one_coin",
    accuracy=(8.0, 2.0),
    spammer_share=0.3,
    bias=0.8,
    random_state=None,
):
    """Draw the confusion matrices of annotators of one kind.

    Annotators of several kinds are the concatenation of several calls.

    Parameters
    ----------
    n_annotators : int
        Number of annotators.
    n_classes : int
        Number of classes, at least 2.
    kind : str, default="one_coin"
        ``"one_coin"``: each annotator has one accuracy, and each wrong class is
        as likely. ``"per_class"``: an accuracy for each true class.
        ``"hammer_spammer"``: always right, or a spammer. ``"spammer"``: each
        class is as likely, whatever the true one. ``"biased"``: answers a
        favourite class of its own with probability `bias`, and as ``"one_coin"``
        otherwise. ``"adversary"``: answers the true class as often as ``"one_coin"``
        answers any single wrong one.
    accuracy : tuple of two floats or float, default=(8.0, 2.0)
        Parameters of the beta distribution that accuracies are drawn from, with
        the mean ``a / (a + b)``; a number is the accuracy of all.
    spammer_share : float, default=0.3
        Probability of a ``"hammer_spammer"`` to be a spammer.
    bias : float, default=0.8
        Probability of the favourite class of ``"biased"``.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    confusion_matrices : ndarray of shape (n_annotators, n_classes, n_classes)
        ``[w, i, j] = P(annotator w answers j | true = i)``.

    Raises
    ------
    ValueError
        If there is no annotator, `n_classes` is below 2, a probability is outside
        [0, 1], `accuracy` has no mean, or `kind` is unknown.

    See Also
    --------
    inject_annotator_noise : Labels from such annotators.

    References
    ----------
    David R. Karger, Sewoong Oh and Devavrat Shah, "Iterative learning for reliable
    crowdsourcing systems", NeurIPS 2011 (hammers and spammers).

    Vikas C. Raykar and Shipeng Yu, "Eliminating spammers and ranking annotators for
    crowdsourced labeling tasks", Journal of Machine Learning Research 13, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import annotator_matrices
    >>> good = annotator_matrices(2, 3, accuracy=0.8, random_state=0)
    >>> bad = annotator_matrices(1, 3, kind="spammer")
    >>> crowd = np.concatenate([good, bad])
    >>> crowd[[0, 2], 0].round(2)
    array([[0.8 , 0.1 , 0.1 ],
           [0.33, 0.33, 0.33]])
    """
    check_option("kind", kind, _KINDS)
    n_classes = check_n_classes(n_classes)
    if n_annotators < 1:
        raise ValueError(f"n_annotators must be at least 1, got {n_annotators}.")
    _check_share("spammer_share", spammer_share)
    _check_share("bias", bias)
    rng = as_generator(random_state)
    uniform = np.full((n_annotators, n_classes, n_classes), 1 / n_classes)
    if kind == "spammer":
        return uniform
    if kind == "hammer_spammer":
        is_spammer = rng.random((n_annotators, 1, 1)) < spammer_share
        return np.where(is_spammer, uniform, np.eye(n_classes))
    shape = n_annotators, n_classes if kind == "per_class" else 1
    right = np.broadcast_to(_draw_accuracy(accuracy, shape, rng), uniform.shape[:2])
    if kind == "adversary":
        right = (1 - right) / (n_classes - 1)
    own = np.tile(np.arange(n_classes), n_annotators)
    matrices = one_coin_answers(right.ravel(), own, n_classes).reshape(uniform.shape)
    if kind == "biased":
        favourite = np.eye(n_classes)[rng.integers(n_classes, size=n_annotators)]
        matrices = bias * favourite[:, None, :] + (1 - bias) * matrices
    return matrices


def one_coin_answers(right, codes, n_classes):
    """Spread what is left of the right answers evenly over the wrong ones.

    Parameters
    ----------
    right : ndarray of shape (n_answers,)
        Probability of the true class.
    codes : ndarray of shape (n_answers,)
        Index of the true class.
    n_classes : int
        Number of classes.

    Returns
    -------
    answers : ndarray of shape (n_answers, n_classes)
        Probability of each answer; rows sum to 1.
    """
    answers = np.repeat((1 - right)[:, None] / (n_classes - 1), n_classes, axis=1)
    answers[np.arange(len(codes)), codes] = right
    return answers


def _draw_accuracy(accuracy, shape, rng):
    if isinstance(accuracy, Real):
        _check_share("accuracy", accuracy)
        return np.full(shape, float(accuracy))
    a, b = accuracy
    if not (a > 0 and b > 0):
        raise ValueError(
            "accuracy must be a number in [0, 1] or two positive parameters of a beta "
            f"distribution, got {accuracy!r}."
        )
    return rng.beta(a, b, size=shape)


def _check_share(name, value):
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be in [0, 1], got {value}.")
