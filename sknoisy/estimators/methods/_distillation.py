# SPDX-License-Identifier: BSD-3-Clause
"""Learn from a teacher that has not seen the label."""

from numbers import Real

import numpy as np

from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._options import check_count


class Distillation(BaseMethod):
    """Fit on a mix of the given label and of out-of-sample predictions.

    Each row is fitted on ``(1 - alpha) * given + alpha * teacher``, where the
    teacher has not seen the row, so that it cannot hand on a label that it has
    memorised. The teacher of the first round is the detector, that of a later one
    the classifier as fitted on the round before (`max_iter` of
    `NoiseRobustClassifier`).

    Parameters
    ----------
    alpha : float, default=0.5
        Share of the teacher, above 0 and at most 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    SelfTraining : Leaves the given labels behind.
    PosteriorTargets : Weighs label and prediction by a noise model.

    Notes
    -----
    The teacher predicts given labels, not true ones, and is not corrected for the
    noise. Where noise favours a class, so does the teacher: with few rows of a
    class, its accuracy may rise and its balanced accuracy fall. Most of the paper
    is about teachers that have seen the labels; that the teacher is out of sample
    here is the difference which wrong labels make.

    References
    ----------
    Li, Yang, Song, Cao, Luo and Li. Learning from noisy labels with distillation.
    ICCV, 2017.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import Distillation
    >>> clf = NoiseRobustClassifier(method=Distillation(alpha=0.8))
    """

    alias = "distillation"

    def __init__(self, alpha=0.5):
        self.alpha = alpha

    def check(self, estimator):
        if not isinstance(self.alpha, Real) or not 0 < self.alpha <= 1:
            raise ValueError(
                f"alpha={self.alpha!r} must be above 0, which would be the plain "
                "estimator, and at most 1."
            )

    def targets(self, problem, pred_proba, posterior):
        mixed = (1 - self.alpha) * problem.given + self.alpha * pred_proba
        return np.round(mixed, 9)


class SelfTraining(BaseMethod):
    """Fit on out-of-sample predictions alone, generation after generation.

    The first teacher is the detector. Its predictions are the soft labels that the
    classifier is cross-fitted on, which then is the teacher of the next generation,
    and so on. Rows that the teacher is not sure of are left out.

    Parameters
    ----------
    n_generations : int, default=3
        Number of students, the last one included.
    min_confidence : float, default=0.3
        Greatest probability that a row needs to be fitted on, in [0, 1).
    balance : bool, default=False
        Weigh the classes to the distribution that the noise model gives the true
        labels.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    Distillation : Keeps a share of the given label.

    Notes
    -----
    After the noisy student, where the given labels count as none. Two things
    differ. The noise, which is dropout and augmentation in the paper, is not added:
    not every estimator has it. And all rows have a label here, so the teacher is
    kept from its own by predicting out of sample, which is inferred.

    References
    ----------
    Xie, Luong, Hovy and Le. Self-training with noisy student improves ImageNet
    classification. CVPR, 2020.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import SelfTraining
    >>> clf = NoiseRobustClassifier(method=SelfTraining(n_generations=2))
    """

    alias = "self_training"
    renews = False

    def __init__(self, n_generations=3, *, min_confidence=0.3, balance=False):
        self.n_generations = n_generations
        self.min_confidence = min_confidence
        self.balance = balance

    def check(self, estimator):
        check_count("n_generations", self.n_generations)
        if (
            not isinstance(self.min_confidence, Real)
            or not 0 <= (self.min_confidence) < 1
        ):
            raise ValueError(
                f"min_confidence={self.min_confidence!r} must be at least 0 and below "
                "1."
            )

    def targets(self, problem, pred_proba, posterior):
        targets = self._labels(problem, pred_proba)
        for _ in range(self.n_generations - 1):
            targets = self._labels(problem, problem.cross_fit(targets).pred_proba)
        return targets

    def _labels(self, problem, teacher):
        """Return the soft labels that the next generation is fitted on."""
        rows = problem.rows
        sure = np.round(teacher.max(axis=1), 9) >= self.min_confidence
        # Someone must be left: the given labels stand where nobody is sure.
        labels = np.where(sure[:, None], teacher, 0.0) if sure.any() else problem.given
        if rows.trusted is not None:
            labels = np.where(rows.trusted[:, None], problem.given, labels)
        if self.balance:
            weight = 1.0 if rows.sample_weight is None else rows.sample_weight
            mass = (labels * np.reshape(weight, (-1, 1))).sum(axis=0)
            ratio = problem.noise_model.class_prior * mass.sum()
            labels = labels * ratio / np.maximum(mass, 1e-12)
        return np.round(labels, 9)
