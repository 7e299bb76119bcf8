# SPDX-License-Identifier: BSD-3-Clause
"""Weigh each given label by how likely it is to be the true one."""

import numpy as np

from sknoisy.estimators.methods._base import BaseMethod


class ImportanceReweighting(BaseMethod):
    """Weigh each given label by P(true = given | x) / P(given | x).

    Under these weights the loss on the given labels is, in expectation, the loss
    on the true ones. Trusted rows keep the weight 1, and the weights of the others
    are 1 on average. `NoiseRobustClassifier` sets the number of rounds by
    `max_iter`.

    See Also
    --------
    PosteriorTargets : Moves weight to the other classes too.

    Notes
    -----
    A label that is surely wrong is dropped, and no label is corrected. So a class
    of which most rows were mislabelled keeps few rows.

    References
    ----------
    Liu and Tao. Classification with noisy labels by importance reweighting. IEEE
    Transactions on Pattern Analysis and Machine Intelligence 38(3), 2016.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import ImportanceReweighting
    >>> clf = NoiseRobustClassifier(method=ImportanceReweighting())
    """

    alias = "reweight"

    def targets(self, problem, pred_proba, posterior):
        return problem.given * importance(problem, posterior)[:, None]


def importance(problem, posterior):
    """Compute the importance weight of each given label.

    Parameters
    ----------
    problem : Problem
        Rows and noise model.
    posterior : ndarray of shape (n_samples, n_classes)
        Posterior over the true labels.

    Returns
    -------
    weights : ndarray of shape (n_samples,)
        1 for trusted rows, and on average over the others.
    """
    rows, matrix = problem.rows, problem.noise_model.transition_matrix
    # P(true = y | x) / P(given = y | x) is the posterior of the given label
    # over the chance that a true label of that class is kept.
    kept = np.diag(matrix)[rows.codes]
    weights = problem.of_given(posterior) / np.maximum(kept, 1e-12)
    doubted = slice(None) if rows.trusted is None else ~rows.trusted
    weights[doubted] /= _mean_weight(weights[doubted], rows, doubted)
    if rows.trusted is not None:
        weights[rows.trusted] = 1.0
    # Trees split elsewhere for the last digit, which hangs on the order of sums.
    return np.round(weights, 9)


def _mean_weight(weights, rows, doubted):
    """Average the importance weights of the rows that are not trusted."""
    given = None if rows.sample_weight is None else rows.sample_weight[doubted]
    if len(weights) == 0 or (given is not None and not given.any()):
        return 1.0
    mean = np.average(weights, weights=given)
    if mean == 0:
        raise ValueError(
            'method="reweight" keeps the given labels, and transition_matrix says '
            'that all of them are wrong; use method="soft".'
        )
    return mean
