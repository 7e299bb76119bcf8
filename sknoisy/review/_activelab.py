# SPDX-License-Identifier: BSD-3-Clause
"""ActiveLab: which rows gain most from one more label."""

from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from sknoisy.utils._encoding import encode
from sknoisy.utils._predictions import check_predictions

_LOWEST_WEIGHT = 1e-6
_LOWEST_PROBA = 1e-6
_TEMPERATURES = np.array([0.1, 0.2, 0.5, 0.8, 1.0, 2.0, 3.0, 5.0, 8.0])
_FINE_STEPS = 4


def activelab_scores(labels, pred_proba, *, classes=None):
    """Score rows by how sure their label is already; label the lowest ones next.

    The score averages the trust in a row's consensus label with the uniform
    distribution, which weighs as much as one annotator. Every label that a row
    gets so raises its score, and rows without a label compare with the others.

    Parameters
    ----------
    labels : array-like of shape (n_samples,) or (n_samples, n_annotators)
        Given labels, a column for each annotator; None or NaN where there is none.
        A row may be without any.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities of each row.
    classes : array-like of shape (n_classes,), default=None
        Label of each column; the sorted labels by default.

    Returns
    -------
    scores : ndarray of shape (n_samples,)
        In [0, 1]; the lowest rows come first.

    Raises
    ------
    ValueError
        If the shapes do not fit together, a label has no column, or the rows of
        `pred_proba` are no probabilities.

    See Also
    --------
    ReviewQueue : Asks for labels in this order with ``order="activelab"``.

    Notes
    -----
    Where no row has more than one label, the model weighs as much as an annotator.
    Else probabilities are scaled by a temperature that fits them to the labels, and
    model and annotators weigh by how much better than the most common label they
    agree with the consensus and with each other.

    References
    ----------
    Goh and Mueller. ActiveLab: active learning with re-labeling by multiple
    annotators. ICLR workshop on trustworthy machine learning, 2023.

    Goh, Tkachenko and Mueller. CROWDLAB: supervised learning to infer consensus
    labels and quality scores for data with multiple annotators. NeurIPS workshop on
    human in the loop learning, 2022.

    Examples
    --------
    >>> from sknoisy.review import activelab_scores
    >>> pred_proba = [[0.9, 0.1], [0.3, 0.7], [0.6, 0.4], [0.5, 0.5]]
    >>> activelab_scores(["cat", "cat", "dog", None], pred_proba).round(3)
    array([0.767, 0.367, 0.433, 0.5  ])
    """
    votes, pred_proba = _read_votes(labels, pred_proba, classes)
    is_vote = votes >= 0
    n_votes = is_vote.sum(axis=1)
    if n_votes.max() <= 1:
        annotators, model = np.ones(votes.shape[1]), 1.0
        quality = pred_proba.max(axis=1)
        has_label = n_votes == 1
        quality[has_label] = pred_proba[has_label, votes.max(axis=1)[has_label]]
    else:
        pred_proba = _fit_temperature(votes, pred_proba)
        quality = pred_proba.max(axis=1)
        crowd = _judge_crowd(votes[n_votes > 0], pred_proba[n_votes > 0])
        quality[n_votes > 0] = crowd.quality
        annotators, model = crowd.annotator_weight, crowd.model_weight
    weight = is_vote @ annotators + model
    unsure = annotators.mean()
    return (quality * weight + unsure / pred_proba.shape[1]) / (weight + unsure)


def _read_votes(labels, pred_proba, classes):
    """Number the labels, -1 where there is none, and check the probabilities."""
    missing = labels.isna() if hasattr(labels, "isna") else None
    table = np.array(labels, dtype=object)
    if table.ndim == 1:
        table = table[:, np.newaxis]
    if table.ndim != 2:
        raise ValueError(
            f"labels has shape {table.shape}; pass one column, or one an annotator."
        )
    if missing is None:
        missing = np.equal(table, None) | (table != table)
    missing = np.asarray(missing, dtype=bool).reshape(table.shape)
    given = np.array(table[~missing].tolist())
    if classes is None:
        classes = np.unique(given)
    classes = np.asarray(classes)
    votes = np.full(table.shape, -1, dtype=np.intp)
    if len(given):
        votes[~missing] = encode(given, classes)
    # A stand-in where all labels are missing lets one check do for every row.
    first = classes[np.maximum(votes.max(axis=1), 0)] if len(classes) else []
    _, pred_proba, _ = check_predictions(first, pred_proba, classes)
    return votes, np.asarray(pred_proba, dtype=np.float64)


def _count_votes(votes, n_classes, weight=None):
    """Add up the votes, or the weights of the annotators, for each class."""
    totals = np.zeros((len(votes), n_classes))
    row, annotator = np.nonzero(votes >= 0)
    added = 1.0 if weight is None else weight[annotator]
    np.add.at(totals, (row, votes[row, annotator]), added)
    return totals


def _fit_temperature(votes, pred_proba):
    """Scale the probabilities by the temperature that fits them to the votes."""
    counts = _count_votes(votes, pred_proba.shape[1])
    has_label = counts.any(axis=1)
    share = counts[has_label] / counts[has_label].sum(axis=1, keepdims=True)
    logs = np.log(np.maximum(pred_proba, _LOWEST_PROBA))

    def loss(temperature):
        scaled = softmax(logs[has_label] / temperature, axis=1)
        return -(share * np.log(np.maximum(scaled, _LOWEST_PROBA))).sum()

    best = int(np.argmin([loss(t) for t in _TEMPERATURES]))
    around = _TEMPERATURES[max(best - 1, 0) : best + 2]
    fine = np.concatenate(
        [
            np.linspace(low, high, _FINE_STEPS + 1)
            for low, high in zip(around[:-1], around[1:], strict=True)
        ]
    )
    return softmax(logs / fine[np.argmin([loss(t) for t in fine])], axis=1)


class _Crowd(NamedTuple):
    posterior: np.ndarray
    quality: np.ndarray
    annotator_weight: np.ndarray
    model_weight: float


def _judge_crowd(votes, pred_proba):
    """Weigh annotators and model by a majority, and again by what follows from it."""
    majority = _majority(votes, pred_proba)
    posterior = _weigh_crowd(votes, pred_proba, majority).posterior
    best = posterior.max(axis=1)
    is_tied = (posterior == best[:, np.newaxis]).sum(axis=1) > 1
    consensus = np.where(is_tied, majority, posterior.argmax(axis=1))
    return _weigh_crowd(votes, pred_proba, consensus)


def _majority(votes, pred_proba):
    """Find the label of most votes; ties go to the model, then to the rarer class."""
    counts = _count_votes(votes, pred_proba.shape[1])
    leads = counts == counts.max(axis=1, keepdims=True)
    proba = np.where(leads, pred_proba, -1.0)
    leads = proba == proba.max(axis=1, keepdims=True)
    return np.where(leads, -counts.sum(axis=0), -np.inf).argmax(axis=1)


def _weigh_crowd(votes, pred_proba, consensus):
    n_classes = pred_proba.shape[1]
    counts = _count_votes(votes, n_classes)
    n_votes = counts.sum(axis=1)
    several = n_votes > 1
    agreeing = counts[np.arange(len(votes)), consensus] / n_votes
    common = np.bincount(consensus[several], minlength=n_classes).argmax()
    # What a vote must beat: always naming the most common label.
    base_error = max((consensus[several] != common).mean(), _LOWEST_WEIGHT)

    def skill(error):
        return np.maximum(1.0 - error / base_error, _LOWEST_WEIGHT)

    annotators = skill(1.0 - _agreement_with_others(votes, counts))
    model_error = (pred_proba[several].argmax(axis=1) != consensus[several]).mean()
    model = float(skill(model_error) * np.sqrt(n_votes.mean()))
    right = agreeing[several].mean()
    wrong = (1.0 - right) / (n_classes - 1)
    support = _count_votes(votes, n_classes, annotators)
    total = support.sum(axis=1, keepdims=True)
    posterior = model * pred_proba + wrong * total + (right - wrong) * support
    posterior /= total + model
    quality = posterior[np.arange(len(votes)), consensus]
    return _Crowd(posterior, quality, annotators, model)


def _agreement_with_others(votes, counts):
    """Share of the other labels on an annotator's rows that are the same as theirs."""
    is_vote = votes >= 0
    others = np.where(is_vote, counts.sum(axis=1, keepdims=True) - 1, 0.0)
    same = np.take_along_axis(counts, np.maximum(votes, 0), axis=1) - 1
    shared = others.sum(axis=0)
    agreement = np.full(votes.shape[1], np.nan)
    np.divide(
        np.where(is_vote, same, 0.0).sum(axis=0),
        shared,
        out=agreement,
        where=shared > 0,
    )
    # Whoever shares no row with others counts as the mean of those who do.
    return np.where(shared > 0, agreement, np.nanmean(agreement))
