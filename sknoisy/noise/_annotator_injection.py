# SPDX-License-Identifier: BSD-3-Clause
"""Labels of several annotators for each item, as one long table."""

from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
from scipy.special import expit

from sknoisy.noise._annotator_matrices import one_coin_answers
from sknoisy.noise._draw import as_generator, draw_from_rows
from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.utils._encoding import encode_labels
from sknoisy.utils._predictions import row_slices


@dataclass(frozen=True, eq=False)
class AnnotatedLabels:
    """Labels by several annotators, as a long table, and how they came about.

    Attributes
    ----------
    item : ndarray of shape (n_annotations,), dtype=int
        Row of the item that was labelled; sorted.
    worker : ndarray of shape (n_annotations,), dtype=int
        Annotator who labelled it, no one twice for an item.
    label : ndarray of shape (n_annotations,)
        What the annotator said, in the labels of the caller.
    wrong : ndarray of shape (n_annotations,), dtype=bool
        True exactly where `label` differs from the true label.
    proba_right : ndarray of shape (n_annotations,)
        Probability that the annotator had of saying the true label.
    confusion_matrices : ndarray of shape (n_annotators, n_classes, n_classes)
        ``[w, i, j] = P(annotator w answers j | true = i)``; where items differ in
        difficulty, the mean over all items.
    noise_rate : float
        Share of annotations that are wrong, the mean of `wrong`.
    classes : ndarray of shape (n_classes,)
        Label of each row and column of the matrices.
    ability : ndarray of shape (n_annotators,) or None
        Ability of each annotator, where items differ in difficulty.
    easiness : ndarray of shape (n_items,) or None
        Easiness of each item, where items differ in difficulty.
    """

    item: np.ndarray
    worker: np.ndarray
    label: np.ndarray
    wrong: np.ndarray
    proba_right: np.ndarray
    confusion_matrices: np.ndarray
    noise_rate: float
    classes: np.ndarray
    ability: np.ndarray | None = field(default=None)
    easiness: np.ndarray | None = field(default=None)


def inject_annotator_noise(
    y,
    confusion_matrices,
    *,
    labels_per_item=3,
    activity=1.0,
    classes=None,
    random_state=None,
):
    """Draw labels from annotators who confuse classes, each in a way of its own.

    Parameters
    ----------
    y : array-like of shape (n_items,)
        True labels of any kind: strings, integers with gaps, booleans.
    confusion_matrices : array-like of shape (n_annotators, n_classes, n_classes)
        ``[w, i, j] = P(annotator w answers j | true = i)``, as `annotator_matrices`
        makes them.
    labels_per_item : int or array-like of shape (n_items,), default=3
        Number of annotators of each item, who are different ones.
    activity : float or array-like of shape (n_annotators,), default=1.0
        How unevenly the work is spread. A number is the exponent of a power law:
        the annotator in place `r`, places being drawn by lot, is chosen in
        proportion to ``r ** -activity``; 0 chooses all as often. An array holds
        these weights.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    annotations : AnnotatedLabels
        The long table (`item`, `worker`, `label`), which annotations are `wrong`,
        and how they came about.

    Raises
    ------
    ValueError
        If a matrix is none of probabilities or does not fit the classes,
        `labels_per_item` is not from 0 to the number of annotators, `activity` is
        negative, or `y` has missing or continuous labels.

    See Also
    --------
    annotator_matrices : Annotators of the usual kinds.
    inject_difficulty_noise : Some items are harder than others.

    References
    ----------
    A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer
    error-rates using the EM algorithm", Journal of the Royal Statistical Society C
    28(1), 1979.

    Examples
    --------
    >>> from sknoisy.noise import annotator_matrices, inject_annotator_noise
    >>> crowd = annotator_matrices(5, 2, accuracy=0.9, random_state=0)
    >>> table = inject_annotator_noise(["no", "yes"] * 50, crowd, random_state=0)
    >>> table.item[:6].tolist(), len(table.label)
    ([0, 0, 0, 1, 1, 1], 300)
    >>> bool(0.05 < table.noise_rate < 0.15)
    True
    """
    codes, classes = encode_labels(y, classes)
    if not len(confusion_matrices):
        raise ValueError("confusion_matrices is empty; give one for each annotator.")
    matrices = np.stack(
        [check_transition_matrix(each, len(classes)) for each in confusion_matrices]
    )
    rng = as_generator(random_state)
    item, worker = _assign(len(codes), len(matrices), labels_per_item, activity, rng)
    answers = matrices[worker, codes[item]]
    return _annotate(codes, classes, item, worker, answers, matrices, rng)


def inject_difficulty_noise(
    y,
    ability,
    *,
    easiness=None,
    labels_per_item=3,
    activity=1.0,
    classes=None,
    random_state=None,
):
    """Draw labels from annotators who differ in ability, of items in difficulty.

    An annotator of ability `a` labels an item of easiness `b` rightly with the
    probability ``1 / (1 + exp(-a * b))``, and each wrong class is as likely. This
    is the model that GLAD infers.

    Parameters
    ----------
    y : array-like of shape (n_items,)
        True labels of any kind: strings, integers with gaps, booleans.
    ability : int or array-like of shape (n_annotators,)
        Ability of each annotator: 0 answers by a coin, negative ones are wrong
        more often than right. An int is a number of annotators, whose abilities
        are drawn from a normal distribution of mean 1 and variance 1.
    easiness : array-like of shape (n_items,), default=None
        Easiness of each item, positive; near 0, everybody answers by a coin. None
        draws it from a log-normal distribution, its logarithm of mean 0 and
        variance 1.
    labels_per_item : int or array-like of shape (n_items,), default=3
        Number of annotators of each item, who are different ones.
    activity : float or array-like of shape (n_annotators,), default=1.0
        Exponent of the power law of the annotators' activity, or their weights;
        see `inject_annotator_noise`.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    annotations : AnnotatedLabels
        The long table (`item`, `worker`, `label`), which annotations are `wrong`,
        and the `ability` and `easiness` they came from.

    Raises
    ------
    ValueError
        If `easiness` is not positive or has another length than `y`, there is no
        annotator, `labels_per_item` is not from 0 to their number, `activity` is
        negative, or there are fewer than two classes.

    See Also
    --------
    inject_annotator_noise : Annotators with confusion matrices.

    References
    ----------
    Jacob Whitehill, Paul Ruvolo, Tingfan Wu, Jacob Bergsma and Javier Movellan,
    "Whose vote should count more: optimal integration of labels from labelers of
    unknown expertise", NeurIPS 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import inject_difficulty_noise
    >>> easiness = np.repeat([0.1, 5.0], 50)
    >>> table = inject_difficulty_noise(
    ...     ["no", "yes"] * 50, np.ones(10), easiness=easiness, random_state=0
    ... )
    >>> hard = table.item < 50
    >>> bool(table.wrong[hard].mean() > 0.3 > 0.1 > table.wrong[~hard].mean())
    True
    """
    codes, classes = encode_labels(y, classes)
    if len(classes) < 2:
        raise ValueError(
            "label noise needs at least 2 classes, got 1; if y lacks some class, "
            "name all of them in classes."
        )
    rng = as_generator(random_state)
    if isinstance(ability, Integral):
        ability = rng.normal(1.0, 1.0, size=ability)
    ability = np.array(ability, dtype=np.float64, ndmin=1)
    if easiness is None:
        easiness = rng.lognormal(0.0, 1.0, size=len(codes))
    easiness = np.asarray(easiness, dtype=np.float64)
    if easiness.shape != codes.shape or not np.all(easiness > 0):
        raise ValueError(
            f"easiness must hold a positive number for each of the {len(codes)} items, "
            f"got shape {easiness.shape}."
        )
    item, worker = _assign(len(codes), len(ability), labels_per_item, activity, rng)
    right = expit(ability[worker] * easiness[item])
    answers = one_coin_answers(right, codes[item], len(classes))
    matrices = _mean_matrices(ability, easiness, codes, len(classes))
    return _annotate(
        codes, classes, item, worker, answers, matrices, rng, ability, easiness
    )


def _annotate(codes, classes, item, worker, answers, matrices, rng, *difficulty):
    given, true = draw_from_rows(answers, rng), codes[item]
    wrong = given != true
    return AnnotatedLabels(
        item,
        worker,
        classes[given],
        wrong,
        answers[np.arange(len(item)), true],
        matrices,
        float(wrong.mean()) if len(wrong) else 0.0,
        classes,
        *difficulty,
    )


def _mean_matrices(ability, easiness, codes, n_classes):
    matrices = np.empty((len(ability), n_classes, n_classes))
    counts = np.bincount(codes, minlength=n_classes)
    for w, each in enumerate(ability):
        of_item = expit(each * easiness)
        right = np.full(n_classes, of_item.mean())
        by_class = np.bincount(codes, weights=of_item, minlength=n_classes)
        np.divide(by_class, counts, out=right, where=counts > 0)
        matrices[w] = one_coin_answers(right, np.arange(n_classes), n_classes)
    return matrices


def _assign(n_items, n_annotators, labels_per_item, activity, rng):
    """Choose different annotators for each item, in proportion to their activity."""
    wanted = np.broadcast_to(np.asarray(labels_per_item), (n_items,))
    if wanted.dtype.kind not in "iu" or wanted.min() < 0 or wanted.max() > n_annotators:
        raise ValueError(
            f"labels_per_item must be whole numbers from 0 to {n_annotators}, the "
            f"number of annotators, got {labels_per_item!r}."
        )
    log_weight = np.log(_activity_weights(activity, n_annotators, rng))
    chosen = []
    for rows in row_slices(n_items, n_annotators):
        # The largest of weights times exponential noise: a draw without replacement.
        keys = log_weight + rng.gumbel(size=(len(wanted[rows]), n_annotators))
        order = np.argsort(-keys, axis=1)
        chosen.append(order[np.arange(n_annotators) < wanted[rows, None]])
    return np.repeat(np.arange(n_items), wanted), np.concatenate(chosen)


def _activity_weights(activity, n_annotators, rng):
    weights = np.asarray(activity, dtype=np.float64)
    if weights.ndim == 0 and weights >= 0:
        return rng.permutation(np.arange(1, n_annotators + 1) ** -weights)
    if weights.shape != (n_annotators,) or not np.all(weights > 0):
        raise ValueError(
            "activity must be an exponent of at least 0, or a positive weight for each "
            f"of the {n_annotators} annotators, got {activity!r}."
        )
    return weights
