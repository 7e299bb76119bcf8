# SPDX-License-Identifier: BSD-3-Clause
"""Active label cleaning: noisy labels first, ambiguous rows last."""

import numpy as np

from sknoisy.utils._predictions import check_predictions

_LOWEST_PROBA = np.finfo(np.float64).eps


def active_label_cleaning_score(label_counts, pred_proba, *, free_entropy=0.0):
    """Score rows by how noisy their labels look, less how ambiguous the row is.

    The score is the cross-entropy of the labels that a row has got under the
    probabilities, less the entropy of these probabilities. A label that a sure
    model denies scores high; where the model is unsure, another label would help
    little, and the score is low.

    Parameters
    ----------
    label_counts : array-like of shape (n_samples, n_classes)
        How often each row has been given each label.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities of each row.
    free_entropy : float, default=0.0
        Entropy, in nats, that is not held against a row.

    Returns
    -------
    scores : ndarray of shape (n_samples,)
        The highest rows come first; 0 where labels and probabilities agree in full.

    Raises
    ------
    ValueError
        If the shapes differ, a row has no label, counts are negative, or the rows
        of `pred_proba` are no probabilities.

    See Also
    --------
    ReviewQueue : Asks in this order with ``order="active_label_cleaning"``.

    Notes
    -----
    In the paper, labels are collected for the row that scores highest until one
    label has the majority. The code that goes with it lets 0.3 nats of entropy go
    free; the paper itself, none.

    References
    ----------
    Bernhardt, Castro, Tanno, Schwaighofer, Tezcan, Monteiro, Bannur, Lungren, Nori,
    Glocker, Alvarez-Valle and Oktay. Active label cleaning for improved dataset
    quality under resource constraints. Nature Communications 13, 2022.

    Examples
    --------
    >>> from sknoisy.review import active_label_cleaning_score
    >>> pred_proba = [[0.9, 0.1], [0.1, 0.9], [0.5, 0.5]]
    >>> active_label_cleaning_score([[1, 0], [1, 0], [1, 0]], pred_proba).round(3)
    array([-0.22 ,  1.978,  0.   ])
    """
    counts = np.asarray(label_counts, dtype=np.float64)
    if counts.ndim != 2 or not (counts >= 0).all() or not counts.any(axis=1).all():
        raise ValueError(
            "label_counts must hold a row of counts for each sample, none negative, "
            "and at least one label a row; for one label a row write "
            "np.eye(n_classes)[codes]."
        )
    columns = np.arange(counts.shape[1])
    _, pred_proba, _ = check_predictions(counts.argmax(axis=1), pred_proba, columns)
    logs = np.log(np.maximum(pred_proba, _LOWEST_PROBA))
    share = counts / counts.sum(axis=1, keepdims=True)
    noisiness = -(share * logs).sum(axis=1)
    ambiguity = -(pred_proba * logs).sum(axis=1)
    return noisiness - np.maximum(ambiguity - free_entropy, 0.0)
