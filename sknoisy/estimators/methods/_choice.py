# SPDX-License-Identifier: BSD-3-Clause
"""Choose among methods and doing nothing, by the given labels."""

from dataclasses import dataclass, replace

import numpy as np

from sknoisy.detection import AutoDetector
from sknoisy.estimators.methods._average import AveragedClassifier
from sknoisy.estimators.methods._base import BaseMethod, log_likelihood_of_given
from sknoisy.estimators.methods._gains import score_gains
from sknoisy.estimators.methods._judges import judge_for
from sknoisy.estimators.methods._posterior import PosteriorTargets
from sknoisy.estimators.methods._quality import QualityTargets
from sknoisy.estimators.methods._rounds import Found, one_round
from sknoisy.estimators.methods._trusted import TrustedTargets
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._weights import mean_and_error

OPTIMIZED = ("accuracy", "both", "balanced_accuracy")

# Standard errors by which one score may fall where the other rises.
_TOLERATED_LOSS = 1.0

# Part of the standard errors asked for that will do where trusted rows speak. They
# are few, so that real gains hardly exceed their error, but they do not mislead.
_TRUSTED_PART = 0.1

# From so many on the likelihood does not count. It asks that probabilities be right,
# and those of forests fitted on soft targets are not where their predictions are.
_BEYOND_DOUBT = 2.0

# What a mild method must gain in information to be let in easily, and in the scores.
_MILD_INFORMATION, _MILD_SCORES = 2.0, 0.5

# No gain at all has no error either.
_TINY = 1e-12


@dataclass(frozen=True)
class Candidate:
    """What a method would gain over the plain fit.

    Gains are those of a method that works on half of the rows, detector and all, in the
    predictions of the other half. With trusted rows, or folds given as positions, they
    are those of folds.

    Attributes
    ----------
    method : BaseMethod
        The method.
    accuracy_gain : float
        Out-of-sample accuracy on the given labels, over that of the plain fit.
    balanced_accuracy_gain : float
        The same of balanced accuracy.
    accuracy_error : float
        Standard error of the gain in accuracy.
    balanced_accuracy_error : float
        Standard error of the gain in balanced accuracy.
    log_likelihood_gain : float
        What the mean log-likelihood of the given labels gains, when the predictions
        are seen through the noise model.
    log_likelihood_error : float
        Its standard error.
    trusted_accuracy_gain : float or None
        Gain in accuracy on the trusted rows alone; None without such rows. With
        them, the gains above are joined from trusted and given labels.
    trusted_balanced_accuracy_gain : float or None
        The same of balanced accuracy.
    errors_asked : float
        Standard errors that the mean of the scores must gain for the method to be
        taken: from 2 to none, the fewer the more labels seem wrong, and 2.5 to 1.5 if
        the gains are those of folds.
    information_gain : float
        What the mean log-likelihood of the given labels gains, when the predictions
        are calibrated to other given labels: what they tell of them, however sure
        they are.
    information_error : float
        Its standard error.
    is_mild : bool
        Whether it is the method to fall back on, of which less is asked if the gains
        are not those of folds.
    """

    method: BaseMethod
    accuracy_gain: float
    accuracy_error: float
    balanced_accuracy_gain: float
    balanced_accuracy_error: float
    log_likelihood_gain: float
    log_likelihood_error: float
    trusted_accuracy_gain: float | None = None
    trusted_balanced_accuracy_gain: float | None = None
    errors_asked: float = 2.0
    information_gain: float = 0.0
    information_error: float = 0.0
    is_mild: bool = False

    def gain(self, optimize, min_gain=1.0):
        """Weigh the gains by what the caller asks for.

        Parameters
        ----------
        optimize : {"accuracy", "both", "balanced_accuracy"}
            What the caller judges by.
        min_gain : float, default=1.0
            Standard errors that the likelihood must gain, through the noise model or
            calibrated; the mean of the scores asked for must gain `errors_asked` times
            as many, and if it gains twice as many the likelihood does not count. Half
            as many in the scores will do for a mild method that gains twice as many in
            calibrated likelihood. Where trusted rows speak, a tenth of a standard
            error in the scores will do, and the likelihood of the given labels does
            not count.

        Returns
        -------
        gain : float
            In standard errors, or as a score where trusted rows speak; at most 0 where
            the plain fit should stay.
        """
        asked = self._asked(optimize)
        standardized = [_standardize(*each) for each in asked]
        if min(standardized) < -_TOLERATED_LOSS:
            return 0.0
        mean = sum(standardized) / len(asked)
        if self.trusted_accuracy_gain is not None:
            if mean < _TRUSTED_PART * min_gain:
                return 0.0
            return sum(gain for gain, _ in asked) / len(asked)
        likelihood = _standardize(self.log_likelihood_gain, self.log_likelihood_error)
        information = _standardize(self.information_gain, self.information_error)
        is_likely = max(likelihood, information) >= min_gain
        is_likely |= mean >= _BEYOND_DOUBT * min_gain
        errors_asked = self.errors_asked
        if self.is_mild and information >= _MILD_INFORMATION * min_gain:
            errors_asked = min(errors_asked, _MILD_SCORES)
        return mean if is_likely and mean >= errors_asked * min_gain else 0.0

    def _asked(self, optimize):
        """List gain and error of each score that the caller judges by."""
        scores = {
            "accuracy": (self.accuracy_gain, self.accuracy_error),
            "balanced_accuracy": (
                self.balanced_accuracy_gain,
                self.balanced_accuracy_error,
            ),
        }
        return list(scores.values()) if optimize == "both" else [scores[optimize]]


def _standardize(gain, error):
    return gain / max(error, _TINY)


class MethodChoice(BaseMethod):
    """Choose among methods and doing nothing, by evidence that needs no right labels.

    Each method gets half of the rows, with a detector of their own, and is judged by
    the accuracy and the balanced accuracy of its predictions on the given labels of the
    other half, beside those of a plain fit to the same rows; then the halves change
    places. A method that predicts the true labels better predicts the given ones better
    too, if less so, unless the noise itself can be learned from X. Nothing that was
    fitted, but for one noise matrix, has seen the labels that it is judged by. Folds
    alone do not see to that, since each row is fitted on what a detector has learned
    from all the others: on random labels they show gains of ten points.

    Methods that do not gain enough in the mean of both, that lose a standard error in
    either, or that do not make the given labels more likely by one, are out. Enough is
    two standard errors where no label seems wrong, and less the more do, down to any
    gain at all where a fifth of them do: there a gain is likely beforehand and shows
    less. More likely may be through the noise model, or with predictions calibrated to
    the given labels of other rows, so that it counts what they tell apart and not how
    sure they are. And from two on it does not matter. Of the others, the one that gains
    most standard errors is taken. If there is none, a milder method gets its chance,
    and half a standard error in the scores will do if it gains two in the calibrated
    likelihood, which shows small gains best. If it does not gain that either, nothing
    is done: the plain classifier predicts alone.

    Parameters
    ----------
    candidates : list of BaseMethod, default=None
        What to choose from. None takes `QualityTargets`, with a part of dropped
        suspects, alone, and with a part of the posterior, where the detector is an
        `AutoDetector` and the noise model is not known. From 10 trusted rows on
        `TrustedTargets` comes first. If neither is there, it takes `PosteriorTargets`.
    fallback : BaseMethod, default=None
        The milder method. None takes the posterior alone, as
        ``QualityTargets(drop_share=0, posterior_share=1)`` has it, after the
        `QualityTargets` of ``candidates=None``, and else there is none.
    ensemble : bool, default=True
        Whether models of all but one fold predict together with the last one, as in
        scikit-learn's `CalibratedClassifierCV`. That gains accuracy, above all around
        trees, but to predict takes as many times longer as there are models. From 10
        trusted rows on none of them misses one. Parameters of fit reach the last model
        alone, so that where some are passed it predicts by itself.

    See Also
    --------
    NoiseRobustClassifier : Runs it as ``method="auto"``.

    Notes
    -----
    Noise that depends on X alike for all models, as labels by keyword rules, hides
    every gain: the plain fit predicts the rules better than a model of the truth
    does. Then nothing is done.

    Trusted rows tell the two apart. From 10 of them on they are judged by themselves,
    and what they show is averaged with what the given labels of the others show, each
    by the inverse of its variance. To the error of the given labels is added that
    they may mislead wherever predictions change. Then a tenth of a standard error in
    the mean of both scores will do, the likelihood of the given labels does not
    count, and the method with the highest gain is taken.

    Under class-conditional noise balanced accuracy ranks classifiers of two classes
    as on right labels, and accuracy does under symmetric noise; elsewhere this is a
    good guess.

    References
    ----------
    Menon, van Rooyen, Ong and Williamson. Learning from corrupted binary labels via
    class-probability estimation. ICML 2015.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import HardDrop, MethodChoice, PosteriorTargets
    >>> choice = MethodChoice([HardDrop(), PosteriorTargets()])
    >>> clf = NoiseRobustClassifier(method=choice)
    """

    alias = "auto"

    def __init__(self, candidates=None, *, fallback=None, ensemble=True):
        self.candidates = candidates
        self.fallback = fallback
        self.ensemble = ensemble

    def check(self, estimator):
        fallback = [] if self.fallback is None else [self.fallback]
        given = {"candidates": self.candidates or [], "fallback": fallback}
        for name, methods in given.items():
            for method in methods:
                if not isinstance(method, BaseMethod):
                    raise TypeError(
                        f"{name} holds {method!r}, which is no method; give objects "
                        "such as sknoisy.estimators.methods.PosteriorTargets()."
                    )
                method.check(estimator)

    def targets(self, problem, pred_proba, posterior):
        raise NotImplementedError("A choice has no targets of its own.")

    def search(self, problem, rounds):
        candidates, fallback = self._to_try(problem)
        if rounds.min_gain is None:
            return one_round(candidates[0], problem, rounds)
        judge = judge_for(problem)
        found, judged = _choose(candidates, judge, rounds)
        if found is None and fallback is not None:
            found, last = _choose([fallback], judge, rounds, is_mild=True)
            judged += last
        return replace(found or Found(None, 1, []), candidates=judged)

    def _to_try(self, problem):
        """Return the candidates, and what to fall back on."""
        if self.candidates is not None:
            return self.candidates, self.fallback
        found = [] if problem.trusted_fit is None else [TrustedTargets()]
        fallback = self.fallback
        if isinstance(problem.detector, AutoDetector) and not problem.matrix_is_known:
            found += [
                QualityTargets(),
                QualityTargets(drop_share=0.0),
                QualityTargets(drop_share=0.0, posterior_share=0.5),
            ]
            fallback = fallback or QualityTargets(drop_share=0.0, posterior_share=1.0)
        return found or [PosteriorTargets()], fallback

    def fit_estimator(self, problem, found, fit_params=None):
        chosen = found.chosen
        fitted = chosen.fit_estimator(problem, found, fit_params)
        is_checked = found.candidates is not None
        if not (self.ensemble and is_checked and chosen.folds_predict) or fit_params:
            return fitted
        of_folds = chosen.fit_folds(problem, found)
        return AveragedClassifier([*of_folds, fitted], problem.rows.classes)


def _choose(methods, judge, rounds, *, is_mild=False):
    """Return what the best method has found, if any gains enough, and all gains."""
    best, chosen, judged = 0.0, None, []
    for method in methods:
        found = one_round(method, judge.problem, rounds)
        fit = judge.cross_fit(found, rounds)
        judged.append(
            _compare(method, judge, fit.pred_proba, is_mild and judge.is_blind)
        )
        gain = judged[-1].gain(judge.problem.optimize, rounds.min_gain)
        if gain > best:
            kept = fit if judge.models_predict else None
            best, chosen = gain, replace(found, cross_fit=kept)
    return chosen, judged


def _compare(method, judge, pred_proba, is_mild):
    problem, weight = judge.judged, weights_of(judge.problem.rows)
    accuracy, balanced = score_gains(problem, pred_proba)
    on_trusted = [
        None if gain is None else float(gain) for gain in (accuracy[2], balanced[2])
    ]
    _, likelihood = problem.posterior(pred_proba)
    likelihood = likelihood - log_likelihood_of_given(problem, problem.plain_proba)
    return Candidate(
        method,
        *_rounded(*accuracy[:2]),
        *_rounded(*balanced[:2]),
        *_rounded(*mean_and_error(likelihood, weight)),
        *on_trusted,
        judge.errors_asked,
        *_rounded(*mean_and_error(judge.information_gain(pred_proba), weight)),
        is_mild,
    )


def _rounded(gain, error):
    return float(np.round(gain, 9)), float(error)
