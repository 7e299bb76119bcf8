# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy corrected by a known transition matrix."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from sknoisy.boosting._label_smoothing import TargetObjective
from sknoisy.boosting._objective import BoostingObjective
from sknoisy.noise._matrices import check_transition_matrix


def freeze_matrix(objective):
    """Check the transition matrix of an objective, and make it a tuple of rows.

    Tuples are equal when their numbers are, so that objectives are.

    Parameters
    ----------
    objective : ForwardCorrection or BackwardCorrection
        Changed in place.
    """
    matrix = check_transition_matrix(objective.transition_matrix)
    rows = tuple(map(tuple, matrix.tolist()))
    object.__setattr__(objective, "transition_matrix", rows)


def matrix_for(objective, n_classes):
    """Return the transition matrix as an array, if it fits the classes.

    Parameters
    ----------
    objective : ForwardCorrection or BackwardCorrection
        Has a checked matrix.
    n_classes : int
        Number of classes of the raw scores.

    Returns
    -------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``.
    """
    return check_transition_matrix(objective.transition_matrix, n_classes)


@dataclass(frozen=True)
class ForwardCorrection(BoostingObjective):
    """Cross-entropy of the given labels, seen through a known noise model.

    The probabilities of the true classes are turned into those of the given ones by
    the transition matrix, and these are what the labels judge. So the model learns the
    true classes.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``, classes sorted. Kept as a tuple of rows.

    See Also
    --------
    BackwardCorrection : Corrects the labels instead; mostly worse.
    sknoisy.noise.ConfidentJoint : Estimates the matrix.
    sknoisy.NoiseRobustClassifier : Does the same for any classifier.

    Notes
    -----
    It suits noise between few classes, as pair noise; for symmetric noise it does
    little, as boosting goes on to memorise. A matrix that was estimated from overfitted
    probabilities is too close to the identity, which corrects nothing.

    The gradient is that of cross-entropy to the posterior of the true class, and exact.
    The second derivatives may be negative; LightGBM gets those of cross-entropy.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and Lizhen Qu,
    "Making deep neural networks robust to label noise: a loss correction approach",
    CVPR 2017.

    Examples
    --------
    >>> from sknoisy.boosting import ForwardCorrection
    >>> from sknoisy.noise import pair_matrix
    >>> corrected = ForwardCorrection(pair_matrix(3, 0.25))
    >>> corrected.gradient([1], [[0.0, 0.0, 0.0]]).round(3)
    array([[ 0.083, -0.417,  0.333]])
    """

    transition_matrix: tuple

    def __post_init__(self):
        freeze_matrix(self)

    def _loss(self, at):
        return -logsumexp(self._joint(at), axis=1)

    def _gradient(self, at):
        return at.p - self._posterior(at)

    def _hessian(self, at):
        posterior = self._posterior(at)
        return at.p * (1 - at.p) - posterior * (1 - posterior)

    def _pull(self, at):
        return np.ones(len(at.codes))

    def _posterior(self, at):
        joint = self._joint(at)
        return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))

    def _joint(self, at):
        """Return the log-probability of each true class with the given label."""
        matrix = matrix_for(self, at.n_classes)
        never = np.flatnonzero(~matrix.any(axis=0))
        if np.isin(never, at.codes).any():
            raise ValueError(
                f"transition_matrix says that no row is ever given class {never}, but "
                "y_true holds it; give its column some probability."
            )
        with np.errstate(divide="ignore"):
            return at.log_p + np.log(matrix).T[at.codes]


@dataclass(frozen=True)
class BackwardCorrection(TargetObjective):
    """Cross-entropy to labels that are right on average, by a known noise model.

    The target of a row is the row of the inverse of the transition matrix that its
    given label names: more than 1 on that label, below 0 on others. On average over the
    noise, the loss equals cross-entropy on the true labels.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``, classes sorted. Kept as a tuple of rows.

    Raises
    ------
    ValueError
        If the matrix has no inverse.

    See Also
    --------
    ForwardCorrection : Mostly the better choice.

    Notes
    -----
    What is right on average varies much, the more so the closer the matrix is to having
    no inverse, and the loss has no lower bound. With the ten classes of the digits it
    did far worse than plain cross-entropy, and it is mostly here to compare with.

    LightGBM gets the exact second derivatives, as it scales those of cross-entropy.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and Lizhen Qu,
    "Making deep neural networks robust to label noise: a loss correction approach",
    CVPR 2017.

    Examples
    --------
    >>> from sknoisy.boosting import BackwardCorrection
    >>> from sknoisy.noise import symmetric_matrix
    >>> corrected = BackwardCorrection(symmetric_matrix(2, 0.2))
    >>> corrected.gradient([1], [[0.0, 0.0]]).round(3)
    array([[ 0.833, -0.833]])
    """

    transition_matrix: tuple

    def __post_init__(self):
        freeze_matrix(self)
        if np.linalg.cond(self.transition_matrix) > 1e8:
            raise ValueError(
                "transition_matrix has no inverse, as some classes are given the same "
                "labels; use ForwardCorrection, which needs none."
            )

    @property
    def needs_warm_up(self):
        """Whether the loss has no lower bound, as under any noise."""
        return bool(np.linalg.inv(self.transition_matrix).min() < 0)

    def _targets(self, at):
        return np.linalg.inv(matrix_for(self, at.n_classes))[at.codes]
