# SPDX-License-Identifier: BSD-3-Clause
"""Agreement with given labels beyond chance, which needs no noise model."""

import numpy as np

from sknoisy.metrics._corrected_tables import LabelTable


def peer_agreement_score(y_given, y_pred, *, classes=None, sample_weight=None):
    """Agreement of predictions with given labels beyond what chance gives.

    ``P(predicted = given)`` minus what it would be if both were independent. It
    ranks models by noisy labels without knowing the noise.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    classes : array-like of shape (n_classes,), default=None
        All labels; by default the sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    score : float
        In [-1, 1]; 0 for predictions that say nothing of the labels, and for
        constant ones. What can be reached hangs on the balance of the classes.

    See Also
    --------
    ranking_is_preserved : For which noise it ranks as it would on true labels.

    Notes
    -----
    For two classes, whatever the two noise rates, it is in expectation the score
    on true labels times one minus the sum of the rates. For more it is so if each
    wrong label is equally likely from all true classes.

    References
    ----------
    Yang Liu and Hongyi Guo, "Peer loss functions: learning from noisy labels
    without knowing noise rates", ICML 2020.

    Examples
    --------
    >>> from sknoisy.metrics import peer_agreement_score
    >>> peer_agreement_score([0, 0, 1, 1], [0, 0, 1, 1])
    0.5
    >>> peer_agreement_score([0, 0, 1, 1], [1, 1, 1, 1])
    0.0
    """
    shares = LabelTable(y_given, y_pred, classes, sample_weight).shares
    return float(np.trace(shares) - shares.sum(axis=1) @ shares.sum(axis=0))
