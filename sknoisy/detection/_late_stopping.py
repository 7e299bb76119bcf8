# SPDX-License-Identifier: BSD-3-Clause
"""Find wrong labels by how late a training learns them."""

import warnings
from dataclasses import replace
from numbers import Integral

import numpy as np

from sknoisy.base import Judgement
from sknoisy.detection._aggregates import AGGREGATES, BaseAggregate
from sknoisy.detection._cross_fitted import settle_ties
from sknoisy.detection._given_members import GivenMembers
from sknoisy.detection._label_detector import (
    flag_suspects,
    most_probable,
    stream_members,
)
from sknoisy.detection._label_scores import Correctness, SelfConfidence
from sknoisy.detection._loss_crowds import weighted_quantiles
from sknoisy.detection._training_dynamics import TrainingDynamicsDetector
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._ranking import keep_each_class


class FirstLearned(BaseAggregate):
    """How early members in a row first agree with a label, from 1 down to 0.

    For the score `Correctness` over the stages of a training. A label is learned at
    the first stage at which it has been right for `n_consecutive` stages, counted
    after the warm-up. One that is learned as soon as can be scores 1, one that
    never is scores 0, and the scores of the stages in between fall evenly.

    Parameters
    ----------
    n_consecutive : int, default=1
        Stages in a row at which a label must be right.
    n_warm_up : int, default=0
        Stages at the start that do not count.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import FirstLearned
    >>> aggregate = FirstLearned()
    >>> state = aggregate.start(3)
    >>> for scores in ([1, 0, 0], [1, 1, 0], [0, 1, 0]):
    ...     aggregate.update(state, np.array(scores), slice(None))
    >>> aggregate.finish(state).round(2)
    array([1.  , 0.67, 0.  ])
    """

    def __init__(self, n_consecutive=1, n_warm_up=0):
        self.n_consecutive = n_consecutive
        self.n_warm_up = n_warm_up

    def start(self, n_samples):
        return {name: np.zeros(n_samples) for name in ("stages", "streak", "first")}

    def update(self, state, scores, rows):
        state["stages"][rows] += 1
        counts = state["stages"][rows] > self.n_warm_up
        right = (scores > 0.5) & counts
        state["streak"][rows] = np.where(right, state["streak"][rows] + 1, 0)
        new = (state["streak"][rows] == self.n_consecutive) & (
            state["first"][rows] == 0
        )
        state["first"][rows] = np.where(
            new, state["stages"][rows], state["first"][rows]
        )

    def finish(self, state):
        first, stages = state["first"], state["stages"]
        earliest = self.n_warm_up + self.n_consecutive
        late = (first - earliest) / np.maximum(stages + 1 - earliest, 1)
        scores = np.where(first > 0, 1.0 - late, 0.0)
        return np.where(stages > 0, scores, np.nan)


AGGREGATES["first_learned"] = FirstLearned


class LateStopping(TrainingDynamicsDetector):
    """Suspect labels that are learned late, in rounds of training.

    Right labels are learned earlier than wrong ones, and hard right ones still
    earlier than these. In each round a model is trained from scratch on the labels
    that are left, and watched until the wanted share of them has been learned: been
    predicted at so many stages in a row. Those that are learned later, or never, are
    dropped, so that the next round learns from cleaner labels. The quality says how
    early a label is learned, averaged over the rounds.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that is trained in stages; see `Staged`.
    keep_share : float, default=0.95
        Share of the labels left that each round keeps, at the least.
    n_consecutive : sequence of int, default=(1, 2, 3)
        One number for each round: stages in a row at which a label must be
        predicted to count as learned.
    n_warm_up : int, default=1
        Stages at the start of each round that do not count: 6 epochs of a network
        in the paper.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=None
        Flags by a threshold on `label_quality_`; None flags what the rounds drop,
        as published.
    max_stages : int, default=None
        Number of stages that judge, from the first on; None for all.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs, or its own `max_iter` if less.
    cv : int, splitter or iterable, default=None
        Folds, to judge each row by models that did not see it; None judges in
        sample, as published.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds, and seeds the default estimator.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Mean over the rounds of how early each label is learned, 1 as soon as can
        be and 0 never; and for a thousandth the probability of the label, which
        ranks labels learned at the same stages.
    dropped_in_ : ndarray of shape (n_samples,), dtype=int
        Round, from 1, in which each label was dropped; 0 if it is left in the end.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that were dropped, or are on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row in the last round.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the stages of the last round, which did not see the
        labels dropped before.
    noise_rate_ : float
        Share of suspects.
    scheme_ : scheme
        The model of the last round.
    score_ : label score
        What judges new labels.
    threshold_ : threshold
        The fitted threshold, if there is one.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Warns
    -----
    WeakEvidenceWarning
        If a round learns no label, as where there are fewer stages than
        `n_warm_up`.

    See Also
    --------
    ForgettingEvents : How often labels are forgotten.
    AreaUnderMargin : By how much stages agree with a label.

    Notes
    -----
    Labels learned at one stage stay or go together. So a round may keep more than
    its share, and labels that are all learned at the first stage are all kept. It
    may also keep less, since a label that is never learned is always dropped:
    weak classifiers lose their hard rows. A classifier that knows every label by
    rote after one stage, as a linear one on long texts may, tells nothing in sample:
    give it `cv`. The paper does 9 to 27 rounds at shares
    of 0.955 to 0.98, which differ by data set: with twelve rounds, write
    ``n_consecutive=(1,) * 4 + (2,) * 4 + (3,) * 4``. Each round costs a fit.

    Each round ends in the paper when it has its share; here it goes on, to rank the
    rest. That dropped rows are judged in later rounds, and the average over rounds,
    are inferred; the paper ranks none. New labels are judged by their
    probability in the end.

    References
    ----------
    Yuan, Feng and Liu. Late stopping: avoiding confidently learning from mislabeled
    examples. ICCV, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import GradientBoostingClassifier
    >>> from sknoisy.detection import LateStopping
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> boosting = GradientBoostingClassifier(n_estimators=10, random_state=0)
    >>> detector = LateStopping(boosting).fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.dropped_in_[0])
    (0, 1)
    """

    def __init__(
        self,
        estimator=None,
        *,
        keep_share=0.95,
        n_consecutive=(1, 2, 3),
        n_warm_up=1,
        threshold=None,
        max_stages=None,
        n_epochs=30,
        cv=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            threshold=threshold,
            max_stages=max_stages,
            n_epochs=n_epochs,
            cv=cv,
            random_state=random_state,
        )
        self.keep_share = keep_share
        self.n_consecutive = n_consecutive
        self.n_warm_up = n_warm_up

    def _judge(self, rows):
        self._check_numbers()
        return self._judge_rounds(
            [(self._make_scheme(), k) for k in self.n_consecutive], rows
        )

    def _judge_course(self, course, rows):
        # What has been recorded is a single round.
        self._check_numbers()
        return self._judge_rounds([(GivenMembers(course), self.n_consecutive[0])], rows)

    def _check_numbers(self):
        if not 0 < self.keep_share <= 1:
            raise ValueError(
                f"keep_share={self.keep_share!r} must be a share above 0 and at most "
                "1, as 0.95."
            )
        numbers = self.n_consecutive
        is_list = np.ndim(numbers) == 1 and len(numbers) > 0
        if not is_list or not all(isinstance(k, Integral) and k >= 1 for k in numbers):
            raise ValueError(
                f"n_consecutive={numbers!r} must list a whole number above 0 for each "
                "round, as (1, 2, 3)."
            )
        if self.n_warm_up < 0:
            raise ValueError(f"n_warm_up={self.n_warm_up} must not be negative.")

    def _judge_rounds(self, rounds, rows):
        weight = weights_of(rows)
        left = np.ones(len(rows), dtype=bool)
        self.dropped_in_ = np.zeros(len(rows), dtype=np.intp)
        quality = np.zeros(len(rows))
        for number, (scheme, n_consecutive) in enumerate(rounds, start=1):
            earliness, pred_proba = self._watch(scheme, n_consecutive, rows, left)
            quality += earliness / len(rounds)
            wanted = self.keep_share**number * weight.sum()
            late = _late(earliness, np.where(left, weight, 0.0), wanted)
            if rows.trusted is not None:
                late &= ~rows.trusted
            late = keep_each_class(late | ~left, earliness - 2.0 * ~left, rows.codes)
            self.dropped_in_[left & late] = number
            left &= ~late
        self.scheme_, self.score_ = scheme, SelfConfidence()
        quality = settle_ties(quality, rows.codes, pred_proba)
        suspects = self._suspects(rows, quality, ~left, pred_proba)
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(suspects, weights=rows.sample_weight),
            pred_proba=pred_proba,
        )

    def _watch(self, scheme, n_consecutive, rows, left):
        """Train on the labels that are left; return how early each is learned."""
        if not left.all():
            rows = replace(rows, sample_weight=np.where(left, weights_of(rows), 0.0))
        aggregate = FirstLearned(n_consecutive, self.n_warm_up)
        (earliness,), pred_proba = stream_members(
            scheme, [(Correctness(), aggregate)], rows
        )
        if not (earliness > 0).any():
            self._warn_nothing_learned(n_consecutive)
        # A row that no model judged has nothing against it.
        return np.where(np.isnan(earliness), 1.0, earliness), pred_proba

    def _warn_nothing_learned(self, n_consecutive):
        warnings.warn(
            f"No label is right at {n_consecutive} stages in a row after the first "
            f"{self.n_warm_up}, so none can be judged; train for more stages, or lower "
            "n_warm_up or n_consecutive.",
            WeakEvidenceWarning,
            stacklevel=2,
        )

    def _suspects(self, rows, quality, dropped, pred_proba):
        if self.threshold is None:
            return dropped
        return flag_suspects(self, rows, quality, pred_proba)


def _late(earliness, weight, wanted):
    """Mask of what is learned after the stage at which enough is, or never."""
    share = min(1.0, wanted / weight.sum())
    last = -weighted_quantiles(-earliness, [share], weight)[0]
    return (earliness < last) | (earliness <= 0.0)
