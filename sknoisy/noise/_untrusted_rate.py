# SPDX-License-Identifier: BSD-3-Clause
"""How many of the labels are wrong that nobody has verified."""

import numpy as np

from sknoisy.noise._confident_joint import ConfidentJoint


def untrusted_noise_rate(codes, pred_proba, sample_weight=None, trusted=None):
    """Estimate the noise rate of the labels that nobody has verified.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Given labels, as columns of `pred_proba`.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.
    trusted : ndarray of shape (n_samples,), dtype=bool, default=None
        Rows whose label has been verified.

    Returns
    -------
    noise_rate : float
        By the confident joint; 0 where all labels have been verified.
    """
    if trusted is not None:
        verified = trusted if sample_weight is None else trusted | (sample_weight == 0)
        if verified.all():
            return 0.0
    present = np.unique(codes)
    joint = ConfidentJoint(classes=present)
    joint.fit(codes, pred_proba[:, present], sample_weight, trusted=trusted)
    return float(joint.noise_rate_)
