# SPDX-License-Identifier: BSD-3-Clause
"""Fit on what a model believed in the course of its training."""

from numbers import Real

import numpy as np

from sknoisy.detection import Staged
from sknoisy.detection._stages import can_be_staged
from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._options import check_count

# No prediction is so sure that the given label would not count at all.
_LEAST_PROBA = 1e-4


class EarlyLearningTargets(BaseMethod):
    """Fit on what a model believed in the course of its training.

    Models fit right labels before wrong ones. So each row has a running average of the
    probabilities that the stages of a training predict for it: boosting rounds, or
    epochs. The row is fitted on the given label and on what this average and the last
    prediction agree on, the less on the label the more they do.

    Parameters
    ----------
    beta : float, default=0.7
        How much of the average stays from one stage to the next, in [0, 1).
    strength : float, default=3.0
        Weight of what is agreed on beside the given label, above 0.
    teacher : classifier, default=None
        Whose training is watched; `sknoisy.detection.stages` must be able to train it
        in stages. None takes the classifier that is to be fitted if it has stages,
        else the default of `sknoisy.detection.Staged`.
    n_epochs : int, default=30
        Epochs of a teacher that has epochs, or its own `max_iter` if that is less.
        Boosting has as many rounds as it is set to.

    Raises
    ------
    TypeError
        If `teacher` cannot be trained in stages.
    ValueError
        If a parameter is out of range.

    See Also
    --------
    Distillation : Mixes the label with the last prediction alone.
    sknoisy.boosting.EarlyLearningRegularization : The loss itself, for LightGBM.

    Notes
    -----
    After early-learning regularization, a loss for networks: cross-entropy plus
    ``strength * log(1 - s)``, with ``s = <average, p>`` for the probabilities p. Its
    gradient is that of cross-entropy to the given label, plus ``strength * s / (1 -
    s)`` times that of cross-entropy to the product of average and p. Nobody has
    defined it for estimators that take no loss, and what is done here is our own: the
    two are joined to the targets ``given + strength * average * p / (1 - s)``, scaled
    to sum to 1, which are fitted anew, once. `beta` and `strength` are those used for
    ten classes of images with symmetric noise. As published, the average begins at
    zero.

    In the paper a network predicts rows that it trains on, and the loss keeps it from
    memorising them. A teacher that trains on the given labels does memorise them, so
    here each row is predicted by the stages of a model of the other folds, one fold
    after another. At most 32 stages count, evenly spaced.

    Measured on digits with histogram gradient boosting, 60 rounds of 15 leaves, as the
    mean of three splits: with 40 % of the labels wrong at random it had 91.0 % of the
    true test labels right, against 84.9 % of the plain fit, with 30 % of each class
    called the next one 81.8 against 78.0, and with no wrong labels 95.8 against 96.6.
    With ``beta=0``, the last stage alone, it was 91.1, 82.7 and 96.0, so that it is
    being out of fold that helps, and not the average.

    References
    ----------
    Liu, Niles-Weed, Razavian and Fernandez-Granda. Early-learning regularization
    prevents memorization of noisy labels. NeurIPS, 2020.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import EarlyLearningTargets
    >>> clf = NoiseRobustClassifier(
    ...     HistGradientBoostingClassifier(), method=EarlyLearningTargets(beta=0.9)
    ... )
    """

    alias = "early_learning"
    renews = False

    def __init__(self, beta=0.7, *, strength=3.0, teacher=None, n_epochs=30):
        self.beta = beta
        self.strength = strength
        self.teacher = teacher
        self.n_epochs = n_epochs

    def check(self, estimator):
        check_count("n_epochs", self.n_epochs)
        if not isinstance(self.beta, Real) or not 0 <= self.beta < 1:
            raise ValueError(f"beta={self.beta!r} must be at least 0 and below 1.")
        if not isinstance(self.strength, Real) or not 0 < self.strength < np.inf:
            raise ValueError(
                f"strength={self.strength!r} must be a finite number above 0, which "
                "would be the plain estimator."
            )
        if self.teacher is not None and not can_be_staged(self.teacher):
            raise TypeError(
                f"teacher={self.teacher!r} is not known to be trained in stages. Use "
                "boosting (HistGradientBoostingClassifier, LGBMClassifier, ...) or a "
                "classifier with epochs (SGDClassifier, MLPClassifier, ...), or None "
                "for a default."
            )

    def targets(self, problem, pred_proba, posterior):
        average, last = self._watch(problem)
        agreed = average * last
        rest = 1 - agreed.sum(axis=1, keepdims=True)
        targets = problem.given + self.strength * agreed / rest
        # Trees split elsewhere for the last digit, which hangs on the order of sums.
        return np.round(targets / targets.sum(axis=1, keepdims=True), 9)

    def _watch(self, problem):
        """Return the average over the stages, and the last of them, out of fold."""
        average, last = np.zeros_like(problem.given), np.zeros_like(problem.given)

        def take(member):
            rows = slice(None) if member.rows is None else member.rows
            last[rows] = _away_from_corners(member.pred_proba)
            average[rows] = self.beta * average[rows] + (1 - self.beta) * last[rows]

        scheme = Staged(
            self._teacher_for(problem.estimator),
            n_epochs=self.n_epochs,
            cv=problem.cv,
            random_state=problem.random_state,
        )
        scheme.feed(problem.rows, take)
        return average, last

    def _teacher_for(self, estimator):
        if self.teacher is not None or not can_be_staged(estimator):
            return self.teacher
        return estimator


def _away_from_corners(pred_proba):
    clipped = np.clip(pred_proba, _LEAST_PROBA, 1 - _LEAST_PROBA)
    return clipped / clipped.sum(axis=1, keepdims=True)
