# SPDX-License-Identifier: BSD-3-Clause
"""Repeated cross-validation: labels that keep company with bad folds."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm

from sknoisy.base import Judgement
from sknoisy.detection._fold_ridge import FoldModelDetector, fold_model
from sknoisy.detection._label_detector import flag_by_threshold, most_probable
from sknoisy.threshold import MixtureThreshold
from sknoisy.utils._cross_fit import (
    knows_class,
    seed_from,
    training_folds,
    warn_class_unseen,
)
from sknoisy.utils._options import check_option
from sknoisy.utils._predictions import own_proba
from sknoisy.utils._ranking import keep_each_class
from sknoisy.utils._row_hash import hash_rows

_LOSSES = ("brier", "log_loss", "error")
_RULES = ("sigma", "fdr", "gmm")

# Losses that differ by less than rounding tie.
_TIE = 1e-9


class RepeatedCrossValidationDetector(FoldModelDetector):
    """Base of detectors that judge a row by the folds that it was in.

    A subclass says in ``_credit`` what the losses of the folds of a run mean for
    their rows, and in ``_score`` what the sums of that come to.
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_repeats=200,
        n_folds=5,
        loss="brier",
        rule="fdr",
        alpha=0.05,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.n_repeats = n_repeats
        self.n_folds = n_folds
        self.loss = loss
        self.rule = rule
        self.alpha = alpha
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        model = fold_model(self.estimator, rows, self.n_jobs)
        tally = _Tally.start(rows)
        for folds in self._runs_of_folds(rows):
            self._judge_run(rows, model.out_of_fold(folds), folds, tally)
        self.model_ = model.finish()
        warn_class_unseen(rows.classes, rows.codes, tally.judged, stacklevel=4)
        quality, extremity = self._score(tally)
        quality = np.where(tally.judged, quality, 1.0)
        suspects = self._flag(rows, quality, extremity) & tally.judged
        suspects = keep_each_class(suspects, quality, rows.codes)
        pred_proba = tally.proba / self.n_repeats
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(suspects, weights=rows.sample_weight),
            pred_proba=pred_proba,
        )

    def _check_params(self):
        check_option("loss", self.loss, _LOSSES)
        check_option("rule", self.rule, _RULES)
        if self.n_repeats < 1:
            raise ValueError(f"n_repeats={self.n_repeats} must be at least 1.")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha={self.alpha} must lie between 0 and 1.")

    def _runs_of_folds(self, rows):
        # The content is read once; folds are then dealt by its fingerprints.
        content = hash_rows(rows.X)
        X = rows.X if content is None else content[:, np.newaxis]
        seeds = np.random.RandomState(seed_from(self.random_state))
        for _ in range(self.n_repeats):
            yield training_folds(
                self.n_folds,
                X,
                rows.codes,
                rows.groups,
                rows.sample_weight,
                seeds.randint(np.iinfo(np.int32).max),
            )

    def _judge_run(self, rows, pred_proba, folds, tally):
        tally.proba += pred_proba
        losses = _row_losses(self.loss, rows.codes, pred_proba)
        weight = rows.sample_weight
        means = np.full(len(folds), np.nan)
        for i, (train, test) in enumerate(folds):
            known = test[knows_class(rows.codes, train, test)]
            tally.judged[known] = True
            given = np.ones(len(known)) if weight is None else weight[known]
            if given.sum() > 0:
                means[i] = np.average(losses[known], weights=given)
        # A fold that nothing is known of is neither good nor bad.
        means[np.isnan(means)] = 0.0 if np.isnan(means).all() else np.nanmean(means)
        credit = self._credit(means)
        total, times = np.zeros(len(rows)), np.zeros(len(rows))
        for (_, test), share in zip(folds, credit, strict=True):
            total[test] += share
            times[test] += 1
        # A row of weight zero may be tested in several folds.
        tally.credit += total / times
        tally.chance.append(1 / len(folds))

    def _flag(self, rows, quality, extremity):
        if self.rule == "gmm":
            return flag_by_threshold(MixtureThreshold(), rows, quality, None)
        if self.rule == "sigma":
            return extremity.deviation > 2
        p_values = extremity.p_values
        return p_values <= _false_discovery_cutoff(
            p_values, self.alpha, rows.sample_weight
        )

    @abstractmethod
    def _credit(self, losses):
        """Return what each fold's loss means for its rows."""

    @abstractmethod
    def _score(self, tally):
        """Return the label quality, and how extreme each row is by chance."""


class ReCoV(RepeatedCrossValidationDetector):
    """Suspect labels that are in the worst fold more often than by chance.

    Repeated cross-validation (ReCoV) cross-validates a model many times, each time
    with other folds. A fold with more wrong labels than the others has the largest
    loss, so each run says of the rows of its worst fold that wrong labels are a
    little more likely among them. How often a row was there follows a binomial
    distribution if its label does not matter.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier; it is fitted `n_repeats` times `n_folds` times. None fits a
        ridge regression of the labels in closed form, on features that suit the
        columns of X.
    n_repeats : int, default=200
        Runs. See the Notes before believing in few.
    n_folds : int, default=5
        Folds of each run.
    loss : {"brier", "log_loss", "error"}, default="brier"
        Loss of a row; the largest mean makes the worst fold. "error" counts wrong
        predictions. "log_loss" has no bound, and is for an `estimator` that is
        never sure: a few rows of huge loss would decide alone.
    rule : {"sigma", "fdr", "gmm"}, default="fdr"
        Which rows are suspect: "sigma" those two standard deviations above the
        expected count; "fdr" those that the Benjamini-Hochberg procedure accepts at
        `alpha`; "gmm" those in the worse of two Gaussians fitted to the qualities,
        if two fit better than one.
    alpha : float, default=0.05
        False discovery rate of the rule "fdr".
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the runs in which the row was not in the worst fold, about
        ``1 - 1 / n_folds`` where its label does not matter.
    worst_fold_counts_ : ndarray of shape (n_samples,)
        Runs in which the row was in the worst fold; folds that tie share one.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows that `rule` picks.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row by `pred_proba_`.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean out-of-fold probabilities.
    noise_rate_ : float
        Share of suspects.
    model_ : object
        Predicts new rows.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    StandardizedLossAggregation : By how much each fold was better or worse.
    FastReCoV : Confidence of each row, and folds sorted by it.
    ConfidentLearning : Each label by its own prediction, from a single run.

    Notes
    -----
    A run carries very little: one number says which of `n_folds` folds is worst,
    and a row shares it with n / `n_folds` others, so the runs needed grow with n.
    200 are enough for a few hundred rows; the paper makes up to 78,125. What the
    runs average out, a look at the loss of each row by itself tells at once: where
    rows have a prediction of their own, `ConfidentLearning` on `pred_proba_` ranks
    better at a fraction of the cost. ReCoV is for measures that exist for a whole
    fold only, and for a test against chance.

    The test asks whether a row makes its fold bad, not whether its label is wrong:
    with many runs it finds hard rows as well. A row with a larger loss than others
    is found in the end even if all labels are right.

    Folds are stratified by label here, exact duplicates share one, and the
    p-value is P(count or more), so that it is valid; the published code leaves out
    the count itself. The rule "gmm" is inferred: an early version of the paper
    announces three rules, and its code has the other two. The paper measures folds
    by AUROC, which is not offered, since it does not exist for folds of one class.

    Labels whose class no model of other folds has seen count as right. New rows are
    judged by the probability of their label.

    References
    ----------
    Chen, Ramanathan, Xu and Martel. Detecting noisy labels with repeated
    cross-validations. MICCAI, 2024.

    Benjamini and Hochberg. Controlling the false discovery rate: a practical and
    powerful approach to multiple testing. Journal of the Royal Statistical Society
    B 57, 1995.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import ReCoV
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = ReCoV().fit(X, y)
    >>> int(detector.label_quality_.argmin()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    def _credit(self, losses):
        worst = losses >= losses.max() - _TIE * max(1.0, abs(losses.max()))
        return worst / np.count_nonzero(worst)

    def _score(self, tally):
        n_runs, chance = len(tally.chance), float(np.mean(tally.chance))
        self.worst_fold_counts_ = tally.credit
        return 1 - tally.credit / n_runs, count_extremity(tally.credit, n_runs, chance)


class StandardizedLossAggregation(RepeatedCrossValidationDetector):
    """Suspect labels whose folds are worse on average than other folds.

    Standardized loss aggregation (SLA) cross-validates a model many times, as
    `ReCoV` does, and gives each row by how many standard deviations the loss of
    its fold was above the mean of the folds of that run. Where ReCoV asks which
    fold was the worst, it asks how good or bad each was, and so needs fewer runs.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier; it is fitted `n_repeats` times `n_folds` times. None fits a
        ridge regression of the labels in closed form, on features that suit the
        columns of X.
    n_repeats : int, default=200
        Runs.
    n_folds : int, default=5
        Folds of each run.
    loss : {"brier", "log_loss", "error"}, default="brier"
        Loss of a row, as in `ReCoV`; folds have its mean.
    rule : {"sigma", "fdr", "gmm"}, default="fdr"
        Which rows are suspect: "sigma" those two standard errors above zero; "fdr"
        those that the Benjamini-Hochberg procedure accepts at `alpha`; "gmm" those
        in the worse of two Gaussians fitted to the qualities, if two fit better
        than one.
    alpha : float, default=0.05
        False discovery rate of the rule "fdr".
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        0.5 where the folds of the row are average, less where they are worse; 0
        and 1 are the extremes that a standardized loss can reach.
    standardized_loss_ : ndarray of shape (n_samples,)
        Mean standardized loss of the folds of each row.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Rows that `rule` picks.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row by `pred_proba_`.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean out-of-fold probabilities.
    noise_rate_ : float
        Share of suspects.
    model_ : object
        Predicts new rows.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    ReCoV : Counts worst folds; its Notes say how little a run carries, and that
        hard rows are found as well.

    Notes
    -----
    The formula is inferred from the abstract of the paper: the mean and the
    standard deviation (of a population) are those of the folds of one run. So a
    mean of R runs has standard deviation 1 / sqrt(R) if the label of a row does not
    matter, and the rules go by the normal distribution, which is inferred too.

    References
    ----------
    Park and Park. Task-agnostic noisy label detection via standardized loss
    aggregation. arXiv preprint, 2026.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import StandardizedLossAggregation
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = StandardizedLossAggregation(n_repeats=100).fit(X, y)
    >>> int(detector.standardized_loss_.argmax()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    def _credit(self, losses):
        spread = losses.std()
        if spread <= _TIE * max(1.0, abs(losses.max())):
            return np.zeros(len(losses))
        return (losses - losses.mean()) / spread

    def _score(self, tally):
        n_runs = len(tally.chance)
        self.standardized_loss_ = tally.credit / n_runs
        # One fold alone above all others, of as many folds as there were.
        highest = np.sqrt(max(1 / min(tally.chance) - 1, 1.0))
        quality = np.clip(0.5 - self.standardized_loss_ / (2 * highest), 0.0, 1.0)
        deviation = self.standardized_loss_ * np.sqrt(n_runs)
        return quality, Extremity(deviation, norm.sf(deviation))


@dataclass(frozen=True)
class Extremity:
    """How far rows are from what chance would give.

    Attributes
    ----------
    deviation : ndarray of shape (n_samples,)
        Standard deviations above the expected value.
    p_values : ndarray of shape (n_samples,)
        Probability of so much or more by chance.
    """

    deviation: np.ndarray
    p_values: np.ndarray


def count_extremity(counts, n_runs, chance):
    """Compare counts with those that chance would give.

    Parameters
    ----------
    counts : ndarray of shape (n_samples,)
        Runs in which a row was in the worst fold.
    n_runs : int
        Number of runs.
    chance : float
        Probability of the worst fold if labels do not matter.

    Returns
    -------
    extremity : Extremity
        By the binomial distribution. A count with a fraction, from ties, counts as
        the next lower one, so that no p-value is too small.
    """
    spread = np.sqrt(n_runs * chance * (1 - chance))
    whole = np.floor(counts + _TIE)
    return Extremity(
        deviation=(counts - n_runs * chance) / spread,
        p_values=binom.sf(whole - 1, n_runs, chance),
    )


def _false_discovery_cutoff(p_values, alpha, weight=None):
    """Return the largest p-value that Benjamini and Hochberg accept, or -1."""
    weight = np.ones(len(p_values)) if weight is None else weight
    order = np.argsort(p_values)
    order = order[weight[order] > 0]
    rank = np.cumsum(weight[order])
    accepted = np.flatnonzero(p_values[order] <= alpha * rank / rank[-1])
    return p_values[order][accepted[-1]] if len(accepted) else -1.0


def _row_losses(loss, codes, pred_proba):
    own = own_proba(pred_proba, codes)
    if loss == "log_loss":
        return -np.log(np.maximum(own, np.finfo(np.float64).eps))
    if loss == "error":
        return (most_probable(codes, pred_proba) != codes).astype(np.float64)
    # The squares of all classes, with 1 taken off that of the given one.
    return np.einsum("ij,ij->i", pred_proba, pred_proba) - 2 * own + 1


@dataclass
class _Tally:
    """What the runs add up to."""

    credit: np.ndarray
    proba: np.ndarray
    judged: np.ndarray
    chance: list

    @classmethod
    def start(cls, rows):
        return cls(
            credit=np.zeros(len(rows)),
            proba=np.zeros((len(rows), len(rows.classes))),
            judged=np.zeros(len(rows), dtype=bool),
            chance=[],
        )
