# SPDX-License-Identifier: BSD-3-Clause
"""Begin with rounds of cross-entropy."""

from sknoisy.boosting._single_probability import SoftmaxCrossEntropy

_CROSS_ENTROPY = SoftmaxCrossEntropy()


class WarmUp:
    """Call cross-entropy in the first rounds, and another objective after them.

    It counts its calls, of which each round makes one, and so is good for one fit.

    Parameters
    ----------
    objective : callable
        What to train on.
    n_rounds : int
        Rounds of cross-entropy before it.
    """

    def __init__(self, objective, n_rounds):
        self.objective = objective
        self.n_rounds = n_rounds

    def __call__(self, y_true, y_pred, weight=None):
        """Compute what LightGBM asks for.

        Parameters
        ----------
        y_true : ndarray of shape (n_samples,)
            Given classes.
        y_pred : ndarray of shape (n_samples, n_classes) or (n_samples,)
            Raw scores.
        weight : ndarray of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        gradient : ndarray, same shape as y_pred
            First derivatives.
        hessian : ndarray, same shape as y_pred
            Positive stand-ins for the second derivatives.
        """
        if self.n_rounds == 0:
            return self.objective(y_true, y_pred, weight)
        self.n_rounds -= 1
        return _CROSS_ENTROPY(y_true, y_pred, weight)
