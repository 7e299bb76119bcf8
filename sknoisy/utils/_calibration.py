# SPDX-License-Identifier: BSD-3-Clause
"""How likely probabilities make labels once they are calibrated."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

# Ensembles of trees say 0 where they have seen nothing.
_LEAST_PROBA = 1e-3

# Share of the class frequencies in what is compared, so that no single row counts for
# much.
_DOUBT = 0.02

# Holds power and factors near 1 where the rows are few.
_RIDGE = 1e-3


def calibrated_log_likelihood(pred_proba, codes, folds, sample_weight):
    """Compare labels with probabilities that other rows have calibrated.

    So predictions are judged by what they tell apart, and neither by how sure they are
    of it nor by how often they name each class. The probabilities are raised to a power
    and multiplied by a factor for each class, at which they fit the labels of the rows
    to learn from best.

    Parameters
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities by models that have not seen the rows.
    codes : ndarray of shape (n_samples,), dtype=int
        Label of each row, as a column.
    folds : list of (learned, judged) index arrays
        Rows whose labels set the scale of the others.
    sample_weight : ndarray of shape (n_samples,)
        Weight of each row.

    Returns
    -------
    log_likelihood : ndarray of shape (n_samples,)
        Of each label; bounded below. 0 for rows that are not judged.

    References
    ----------
    Alexandari, Kundaje and Shrikumar. Maximum likelihood with bias-corrected
    calibration is hard-to-beat at label shift adaptation. ICML 2020 (bias-corrected
    temperature scaling; the ridge is our own).
    """
    logs = np.log(np.maximum(pred_proba, _LEAST_PROBA))
    frequencies = np.bincount(codes, weights=sample_weight, minlength=logs.shape[1])
    frequencies = frequencies / frequencies.sum()
    likelihood = np.ones(len(codes))
    for learned, judged in folds:
        scale = _fit_scale(logs[learned], codes[learned], sample_weight[learned])
        proba = softmax(_scaled(logs[judged], scale), axis=1)
        proba = (1 - _DOUBT) * proba + _DOUBT * frequencies
        likelihood[judged] = proba[np.arange(len(judged)), codes[judged]]
    return np.log(np.maximum(likelihood, _LEAST_PROBA * _DOUBT))


def _scaled(logs, scale):
    return np.exp(scale[0]) * logs + scale[1:]


def _fit_scale(logs, codes, weight):
    """Find the logarithms of the power and of the factor of each class."""
    start = np.zeros(logs.shape[1] + 1)
    if not weight.any():
        return start
    weight = weight / weight.sum()
    rows = np.arange(len(codes))

    def loss(scale):
        log_proba = log_softmax(_scaled(logs, scale), axis=1)
        value = _RIDGE / 2 * scale @ scale - weight @ log_proba[rows, codes]
        excess = np.exp(log_proba)
        excess[rows, codes] -= 1
        excess *= weight[:, None]
        slope = np.r_[np.exp(scale[0]) * (excess * logs).sum(), excess.sum(axis=0)]
        return value, slope + _RIDGE * scale

    return minimize(loss, start, jac=True, method="L-BFGS-B").x
