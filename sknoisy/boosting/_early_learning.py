# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy held to what the model believed in earlier rounds."""

from dataclasses import dataclass

import numpy as np

from sknoisy.boosting._objective import BoostingObjective, scores_of
from sknoisy.boosting._single_probability import SoftmaxCrossEntropy
from sknoisy.utils._numbers import check_number

_CROSS_ENTROPY = SoftmaxCrossEntropy()

# No single round moves a running average all the way to a corner.
_LEAST_PROBA = 1e-4


@dataclass(frozen=True)
class EarlyLearningRegularization:
    """Cross-entropy held to what the model believed in earlier rounds.

    Models fit right labels before wrong ones. So each row has a running average of its
    predicted probabilities over the rounds, and a term ``strength * log(1 - <average,
    p>)`` rewards probabilities ``p`` that go along with it, against the label if need
    be. The average begins at zero, so that the term comes in little by little.

    Parameters
    ----------
    beta : float, default=0.7
        How much of the average stays from one round to the next, in [0, 1).
    strength : float, default=3.0
        Weight of the term, at least 0, where it is plain cross-entropy.

    See Also
    --------
    RobustLGBMClassifier : Trains on it; LightGBM alone cannot.

    Notes
    -----
    The method is from networks. That a boosting round stands for an epoch is inferred,
    and so are the second derivatives: the gradient of the term is that of cross-entropy
    to the product of average and prediction, times ``strength * s / (1 - s)`` with
    ``s = <average, p>``, so LightGBM gets those of cross-entropy times one plus that
    factor. The gradient is exact for the average as it is; as published, it does not
    pass through the average. The defaults are those used for ten classes of images
    with symmetric noise.

    The average is over predictions of rows that the trees were grown on. It holds
    back what many rounds do to a row; it cannot tell what the first few have got wrong.
    On data of scikit-learn it gained 5 to 10 points of test accuracy over cross-entropy
    on digits, 7 on wine and none on breast cancer under planted noise, and lost 2 to 7
    where no label was wrong. Use it where much noise is certain.

    References
    ----------
    Sheng Liu, Jonathan Niles-Weed, Narges Razavian and Carlos Fernandez-Granda,
    "Early-learning regularization prevents memorization of noisy labels", NeurIPS 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.boosting import EarlyLearningRegularization, RobustLGBMClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = RobustLGBMClassifier(objective=EarlyLearningRegularization(beta=0.9))
    >>> bool(clf.fit(X, y).score(X, y) > 0.9)
    True
    """

    beta: float = 0.7
    strength: float = 3.0
    needs_warm_up = False

    def __post_init__(self):
        check_number("beta", self.beta, 0, 1, closed="left")
        check_number("strength", self.strength, 0, np.inf, closed="left")

    def __call__(self, y_true, y_pred, weight=None):
        """Refuse to be called, as the averages belong to one fit.

        Parameters
        ----------
        y_true : ndarray of shape (n_samples,)
            Given classes.
        y_pred : ndarray of shape (n_samples, n_classes) or (n_samples,)
            Raw scores.
        weight : ndarray of shape (n_samples,), default=None
            Weight of each row.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(
            "EarlyLearningRegularization keeps averages that belong to one fit; use "
            "RobustLGBMClassifier(objective=EarlyLearningRegularization()), which "
            "starts them anew."
        )

    def start(self):
        """Return what LightGBM is to call in one fit.

        Returns
        -------
        objective : callable
            Keeps the averages of the rows it is called with.
        """
        return RunningAverages(self)


class RunningAverages:
    """Early-learning regularization in the course of one fit.

    Parameters
    ----------
    settings : EarlyLearningRegularization
        Says how fast the averages move, and how much they matter.
    """

    def __init__(self, settings):
        self.settings = settings
        self.averages = 0.0

    def __call__(self, y_true, y_pred, weight=None):
        """Move the averages on, and compute what LightGBM asks for.

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
        beliefs = np.clip(scores_of(y_true, y_pred).p, _LEAST_PROBA, 1 - _LEAST_PROBA)
        beliefs /= beliefs.sum(axis=1, keepdims=True)
        beta = self.settings.beta
        self.averages = beta * self.averages + (1 - beta) * beliefs
        held = HeldToAverages(self.averages, self.settings.strength)
        return held(y_true, y_pred, weight)


class HeldToAverages(BoostingObjective):
    """Cross-entropy plus ``strength * log(1 - <average, p>)`` for given averages.

    Parameters
    ----------
    averages : ndarray of shape (n_samples, n_classes)
        Rows sum to less than 1, or have no entry as large as 1.
    strength : float
        Weight of the term.
    """

    def __init__(self, averages, strength):
        self.averages = averages
        self.strength = strength

    def _loss(self, at):
        agreement = (self.averages * at.p).sum(axis=1)
        return _CROSS_ENTROPY._loss(at) + self.strength * np.log1p(-agreement)

    def _gradient(self, at):
        slope, agreement = self._agreement_slope(at)
        return _CROSS_ENTROPY._gradient(at) - self.strength * slope / (1 - agreement)

    def _hessian(self, at):
        slope, agreement = self._agreement_slope(at)
        bend = (1 - 2 * at.p) * slope
        term = bend / (1 - agreement) + (slope / (1 - agreement)) ** 2
        return _CROSS_ENTROPY._hessian(at) - self.strength * term

    def _pull(self, at):
        agreement = (self.averages * at.p).sum(axis=1)
        return 1 + self.strength * agreement / (1 - agreement)

    def _agreement_slope(self, at):
        agreement = (self.averages * at.p).sum(axis=1, keepdims=True)
        return at.p * (self.averages - agreement), agreement
