# SPDX-License-Identifier: BSD-3-Clause
"""Predict rows by what a method would fit, to see what it gains."""

import warnings
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from numbers import Integral

import numpy as np
from sklearn.base import clone

from sknoisy.estimators.methods._problem import NoiseModel
from sknoisy.estimators.methods._rounds import one_round
from sknoisy.exceptions import SknoisyWarning
from sknoisy.utils._calibration import calibrated_log_likelihood
from sknoisy.utils._cross_fit import seed_from, training_folds
from sknoisy.utils._encoding import encode
from sknoisy.utils._labelled_rows import LabelledRows, weights_of
from sknoisy.utils._rows import take_rows

# Share of wrong labels from which on a gain is to be expected.
_MANY_WRONG = 0.2


class FoldJudge:
    """Fits on the targets of all but one fold, and predicts that fold.

    The targets hang on the labels of all rows, those of the fold too, through the
    detector. Estimators that fit closely learn a little of what they are judged by,
    and seem to gain where they do not.

    Parameters
    ----------
    problem : Problem
        What the methods work on.

    Attributes
    ----------
    judged : Problem
        The same, with such predictions of the plain fit as those of the methods are
        to be compared with.
    models_predict : bool
        Whether the models have seen enough of the rows to predict new ones: nearly
        all, and each that is trusted.
    is_blind : bool
        Whether all that was fitted knows nothing of the labels that it is judged by.
    """

    is_blind = False

    # Standard errors to gain without wrong labels, and with many.
    _asked = (2.5, 1.5)

    def __init__(self, problem):
        self.problem = self.judged = problem

    @property
    def models_predict(self):
        return len(self.problem.known) == 0

    @property
    def errors_asked(self):
        """Standard errors that a method must gain, fewer the more labels are wrong."""
        rates = (0.0, _MANY_WRONG)
        return float(np.interp(self.problem.noise_rate, rates, self._asked))

    def cross_fit(self, found, rounds):
        """Predict each row by fits of a method that has not seen it.

        Parameters
        ----------
        found : Found
            What the method, which is `chosen`, would do with all rows.
        rounds : Rounds
            How it was found.

        Returns
        -------
        cross_fit : CrossFit
            Out-of-sample probabilities of the true labels, and the models that made
            them.
        """
        return found.chosen.cross_fit(self.problem, found.targets, found.estimator)

    def information_gain(self, pred_proba):
        """Say what predictions tell of the given labels more than plain ones do.

        Parameters
        ----------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Out-of-sample probabilities.

        Returns
        -------
        gain : ndarray of shape (n_samples,)
            In the log-likelihood of each given label, both calibrated.
        """
        return self._information(pred_proba) - self._plain_information

    @cached_property
    def _plain_information(self):
        return self._information(self.judged.plain_proba)

    def _information(self, pred_proba):
        rows = self.problem.rows
        return calibrated_log_likelihood(
            pred_proba, rows.codes, self._calibration_folds, weights_of(rows)
        )

    @cached_property
    def _calibration_folds(self):
        """Halve the rows that the same models have predicted."""
        rows = self.problem.rows
        # Other halves than those of the judge. Groups need not stay together: so few
        # numbers learn nothing of a single row.
        seed = seed_from(self.problem.random_state) + 1
        halves = training_folds(2, rows.X, rows.codes, None, rows.sample_weight, seed)
        return [
            (np.intersect1d(part, learned), np.intersect1d(part, judged))
            for part in self._predicted_together()
            for learned, judged in halves
        ]

    def _predicted_together(self):
        return [np.arange(len(self.problem.rows))]


class HalfJudge(FoldJudge):
    """Lets a method work on half of the rows, and predicts the other half.

    The half has a detector of its own, so that what is predicted is unknown to all that
    was fitted, and a small gain can be believed. It costs two detectors of half the
    rows, and two fits of half the rows for each method.

    Parameters
    ----------
    problem : Problem
        What the methods work on.

    Raises
    ------
    ValueError
        If half of the rows are too few for the detector or the estimator.
    """

    models_predict = False
    is_blind = True
    _asked = (2.0, 0.0)

    def __init__(self, problem):
        super().__init__(problem)
        rows = problem.rows
        seed = seed_from(problem.random_state)
        self.folds = training_folds(
            2, rows.X, rows.codes, rows.groups, rows.sample_weight, seed
        )
        with _quiet():
            self.halves = [part_of(problem, train) for train, _ in self.folds]
            plain = problem.cross_fit(cv=self.folds)
        self.judged = replace(problem, own_proba=plain.pred_proba)

    def cross_fit(self, found, rounds):
        rows = self.problem.rows
        targets = np.zeros((len(self.folds), len(rows), len(rows.classes)))
        for own, half, (train, _) in zip(targets, self.halves, self.folds, strict=True):
            columns = encode(half.rows.classes, rows.classes)
            its = one_round(found.chosen, half, rounds)
            own[np.ix_(train, columns)] = its.targets
        with _quiet():
            return self.problem.cross_fit(
                targets, estimator=found.estimator, cv=self.folds
            )

    def _predicted_together(self):
        return [test for _, test in self.folds]


def judge_for(problem):
    """Pick the judge that suits a problem.

    Parameters
    ----------
    problem : Problem
        What the methods work on.

    Returns
    -------
    judge : FoldJudge or HalfJudge
        Halves, unless the folds are fixed, the rows too few, or some of them
        verified: `TrustedTargets` sees to it that each fold knows nothing of the rows
        it is judged by, and half of the trusted rows would tell too little.
    """
    if len(problem.known) or _folds_are_fixed(problem):
        return FoldJudge(problem)
    try:
        return HalfJudge(problem)
    except ValueError:
        return FoldJudge(problem)


def _folds_are_fixed(problem):
    """Tell whether folds are given as positions, which parts of the rows lack."""
    splits = [problem.cv]
    if problem.detector is not None:
        params = problem.detector.get_params().items()
        splits += [value for name, value in params if name.split("__")[-1] == "cv"]
    return not all(
        cv is None or isinstance(cv, Integral | str) or hasattr(cv, "n_splits")
        for cv in splits
    )


def part_of(problem, positions):
    """Set the same problem for some of the rows alone.

    Parameters
    ----------
    problem : Problem
        For all rows. Its noise model is kept, for it hardly hangs on any row.
    positions : ndarray of int
        The rows.

    Returns
    -------
    part : Problem
        With a detector of its own. Classes without rows are not in it.

    Raises
    ------
    ValueError
        If the rows are too few.
    """
    rows = problem.rows
    present, codes = np.unique(rows.codes[positions], return_inverse=True)
    if len(present) < 2:
        raise ValueError("All rows of this part have the same label.")
    weight, groups, trusted = (
        None if values is None else values[positions]
        for values in (rows.sample_weight, rows.groups, rows.trusted)
    )
    part = replace(
        problem,
        rows=LabelledRows(
            take_rows(rows.X, positions),
            rows.y[positions],
            codes,
            rows.classes[present],
            weight,
            groups,
            trusted,
        ),
        noise_model=_of_classes(problem.noise_model, present),
        own_proba=None,
    )
    if problem.detector is None:
        return replace(part, pred_proba=part.cross_fit().pred_proba)
    detector = clone(problem.detector).fit(
        part.rows.X,
        part.rows.y,
        sample_weight=weight,
        groups=groups,
        trusted=trusted,
    )
    return replace(part, detector=detector, pred_proba=detector.pred_proba_)


@contextmanager
def _quiet():
    """Do not say again of halves what was said of all rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SknoisyWarning)
        yield


def _of_classes(noise_model, present):
    """Leave out the classes that are not there."""
    matrix = noise_model.transition_matrix[np.ix_(present, present)]
    totals = matrix.sum(axis=1, keepdims=True)
    one = np.eye(len(present))
    shares = [
        prior[present] / prior[present].sum()
        for prior in (noise_model.class_prior, noise_model.given_prior)
    ]
    return NoiseModel(np.divide(matrix, totals, out=one, where=totals > 0), *shares)
