# SPDX-License-Identifier: BSD-3-Clause
"""Label evidence: what is known of a true label before looking at X."""

import numpy as np
from scipy.special import logsumexp

from sknoisy.noise._matrices import check_transition_matrix


def label_evidence(codes, transition_matrix, trusted=None):
    """Log-likelihood of what was observed of each row, for each true label.

    ``evidence[i, k] = log P(what was observed for row i | true label = k)``. A
    given label under a noise model is a column of the logarithm of the
    transition matrix; a trusted label is 0 on its class and minus infinity
    elsewhere. Evidence of independent sources adds up.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each given label.
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    trusted : ndarray of shape (n_samples,), dtype=bool, default=None
        Rows whose given label has been verified.

    Returns
    -------
    evidence : ndarray of shape (n_samples, n_classes)
        Not above 0; minus infinity rules a class out.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import label_evidence
    >>> T = np.array([[0.8, 0.2], [0.1, 0.9]])
    >>> np.exp(label_evidence(np.array([0, 1]), T, trusted=np.array([False, True])))
    array([[0.8, 0.1],
           [0. , 1. ]])
    """
    transition_matrix = check_transition_matrix(transition_matrix)
    return likelihood_evidence(transition_matrix.T[codes], codes, trusted)


def likelihood_evidence(likelihood, codes, trusted=None):
    """Turn the likelihoods of given labels into evidence.

    Parameters
    ----------
    likelihood : ndarray of shape (n_samples, n_classes)
        ``P(given label of row i | true label = k)`` at ``[i, k]``.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each given label.
    trusted : ndarray of shape (n_samples,), dtype=bool, default=None
        Rows whose given label has been verified.

    Returns
    -------
    evidence : ndarray of shape (n_samples, n_classes)
        Logarithms.
    """
    with np.errstate(divide="ignore"):
        evidence = np.log(likelihood)
    if trusted is not None:
        rows = np.flatnonzero(trusted)
        evidence[rows] = -np.inf
        evidence[rows, codes[rows]] = 0.0
    return evidence


def posterior_labels(pred_proba, evidence, prior_ratio=None):
    """Combine predictions from X with label evidence by Bayes' rule.

    Parameters
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities of each class, from X alone.
    evidence : ndarray of shape (n_samples, n_classes)
        Label evidence.
    prior_ratio : ndarray of shape (n_classes,), default=None
        Prior of the true classes over the prior that `pred_proba` was trained
        under; None for no change.

    Returns
    -------
    posterior : ndarray of shape (n_samples, n_classes)
        Rows sum to 1. A row whose prediction contradicts its evidence entirely
        follows the evidence.
    log_likelihood : ndarray of shape (n_samples,)
        Logarithm of the probability of what was observed, before X and evidence
        are combined.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import label_evidence, posterior_labels
    >>> T = np.array([[0.8, 0.2], [0.1, 0.9]])
    >>> evidence = label_evidence(np.array([0]), T)
    >>> posterior_labels(np.array([[0.5, 0.5]]), evidence)[0].round(3)
    array([[0.889, 0.111]])
    """
    # The floor keeps a single overconfident zero from ruling a class out.
    log_proba = np.log(np.maximum(pred_proba, 1e-12))
    if prior_ratio is not None:
        log_proba = log_proba + np.log(np.maximum(prior_ratio, 1e-12))
        log_proba -= logsumexp(log_proba, axis=1, keepdims=True)
    joint = log_proba + evidence
    log_likelihood = logsumexp(joint, axis=1)
    return np.exp(joint - log_likelihood[:, None]), log_likelihood
