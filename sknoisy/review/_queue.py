# SPDX-License-Identifier: BSD-3-Clause
"""A queue of labels for a person to check, which learns from the answers."""

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from sknoisy.base import BaseLabelDetector, copy_input_tags
from sknoisy.detection import AutoDetector
from sknoisy.review._answers import AnswerLog, read_answers
from sknoisy.review._batch import ReviewBatch, spread_in, take_affordable
from sknoisy.review._calibration import error_probability
from sknoisy.review._confidence import (
    Draw,
    errors_left_interval,
    plan_looks,
    share_upper_bound,
)
from sknoisy.review._evidence import read_evidence
from sknoisy.review._orders import NEEDS_PROBA, ORDERS, Prospect, check_hierarchy
from sknoisy.review._parameters import check_budget, check_cost, check_parameters
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._distinct_rows import number_contents
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows


class ReviewQueue(BaseEstimator):
    """Ask a person about the labels where checking gains most.

    Fit judges the labels and makes the first batch. The person checks its rows,
    `update` takes the answers as trusted labels, judges the others again, and makes
    the next batch, until `should_stop_`. A queue can be pickled between two batches
    and go on later.

    Parameters
    ----------
    detector : detector, default=None
        Judges the labels. None is `AutoDetector`.
    order : {"expected_errors", "active_label_cleaning", "activelab", "hierarchy"}, \
            default="expected_errors"
        Which rows come first: those with the most expected errors by their cost;
        those of `active_label_cleaning_score` or `activelab_scores`; or those with
        the most expected errors times the distance, to the power of `gamma`, between
        the given label and the most probable other one.
    batch_size : int, default=20
        Rows in a batch.
    budget : float, default=None
        What the whole review may cost; without costs, how many rows it may have.
        None sets no limit.
    hierarchy : dict or array-like of shape (n_classes, n_classes), default=None
        Tree of the classes, or their distances, as `hierarchy_distance` takes it.
    gamma : float, default=1
        Power of the distance. Above 0, gross errors come first; below 0, mix-ups of
        close classes; at 0 the order is that of expected errors.
    audit_fraction : float, default=0.0
        Share of the rows that is drawn at random and mixed in. Only such rows tell
        honestly what is left: see `errors_left_interval_`.
    hidden_fraction : float, default=0.0
        Share of the rows whose suggested label is hidden, to see in `agreement_`
        whether the person follows the suggestions.
    stop_precision : float, default=0.05
        Stop once the share of wrong labels among those that the order picks is below
        this, at the stated confidence. None never stops for it.
    confidence : float, default=0.95
        Of the bound of the stopping rule, one-sided, and of the interval of the
        errors left, two-sided.
    refit : bool, default=True
        Whether the detector judges all labels again after each batch. If not, answers
        still change the probabilities, by given and suggested class.
    classes : array-like of shape (n_classes,), default=None
        All labels that an answer may be, where y lacks some of them. None is the
        labels of y.
    random_state : int, RandomState instance or None, default=None
        Chooses the rows drawn at random; None always chooses the same.

    Attributes
    ----------
    batch_ : ReviewBatch
        Rows to check next.
    y_ : ndarray of shape (n_samples,)
        Labels, corrected so far.
    trusted_ : ndarray of shape (n_samples,), dtype=bool
        Labels that have been verified.
    unclear_ : ndarray of shape (n_samples,), dtype=bool
        Rows that the person could not label; they are not asked again.
    error_proba_ : ndarray of shape (n_samples,)
        Estimated probability that the label is wrong; 0 where it is trusted.
    label_quality_ : ndarray of shape (n_samples,)
        What the detector makes of the labels: in [0, 1], higher is more trustworthy.
    suggested_labels_ : ndarray of shape (n_samples,)
        Labels that the detector suggests, if it does.
    history_ : list of dict
        For each update: "batch", its number from 1; "checked", rows verified; "found",
        wrong labels among them; "precision", share of wrong labels among those that
        the order picked; "audited" and "audit_found", those drawn at random;
        "unclear"; and "cost".
    precision_bound_ : float
        Upper bound of the share of wrong labels among the last rows that the order
        picked; see the notes.
    should_stop_ : bool
        Whether there is nothing more to do.
    stop_reason_ : {"nothing left", "budget", "precision"} or None
        Why.
    n_found_ : int
        Wrong labels found so far.
    cost_ : float
        What the review has cost so far.
    expected_errors_left_ : float
        Sum of `error_proba_`: what the model expects, without a promise.
    errors_left_interval_ : tuple of int
        Lowest and highest number of wrong labels left that rows drawn at random do
        not speak against, at the stated confidence. From 0 to all of them without
        such rows.
    agreement_ : dict of str to float
        Share of answers that equal the suggestion, where it was "shown" and where
        it was "hidden"; NaN without answers.
    detector_ : detector
        The detector as last fitted.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels that an answer may be.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    RelabelSuspects : Corrects labels without asking anyone.

    Notes
    -----
    Retraining after each round, and showing the person what the model predicts, are of
    the re-label method. The hierarchy comes from budget-sensitive reannotation, of
    which the summary names the distance in the tree; how distance and doubt become one
    order is inferred here.

    The rule looks back on the last rows that the order picked, after each batch: at
    twice as many as would do if none were wrong. It stops once the upper bound of a
    one-sided score interval (Wilson) is below `stop_precision`. The confidence of a
    look is corrected for as many looks as there are such stretches among the rows that
    may be asked, so that 1000 rows need a stretch of about 200 at the default, and
    small reviews end by their budget. In simulated queues whose share stays on the
    line throughout, which is the hardest case, it stopped in 4 to 9 % of them where 5 %
    is the promise. The rule speaks of what the order picks, and says nothing of errors
    that the detector does not see: for those, set `audit_fraction`.

    With one label a row, the order of ActiveLab is that of the lowest probability of
    the given label. Weights and costs count in "expected_errors" and "hierarchy";
    the other orders only spend the costs. The queue keeps X, and a pickle has it too.

    References
    ----------
    Guo. The re-label method for data-centric machine learning. 2023.

    Parekh, Anand and Awekar. Budget sensitive reannotation of noisy relation
    classification data using label hierarchy. 2021.

    Wilson. Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 1927.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import ReviewQueue
    >>> X, y_true = load_iris(return_X_y=True)
    >>> y = y_true.copy()
    >>> y[[3, 60, 130]] = 2, 0, 0
    >>> queue = ReviewQueue(batch_size=5, budget=10).fit(X, y)
    >>> while not queue.should_stop_:
    ...     rows = queue.batch_.indices
    ...     queue = queue.update(rows, y_true[rows])
    >>> queue.n_found_, queue.stop_reason_
    (3, 'budget')
    >>> int((queue.y_ != y_true).sum())
    0
    """

    def __init__(
        self,
        detector=None,
        *,
        order="expected_errors",
        batch_size=20,
        budget=None,
        hierarchy=None,
        gamma=1,
        audit_fraction=0.0,
        hidden_fraction=0.0,
        stop_precision=0.05,
        confidence=0.95,
        refit=True,
        classes=None,
        random_state=None,
    ):
        self.detector = detector
        self.order = order
        self.batch_size = batch_size
        self.budget = budget
        self.hierarchy = hierarchy
        self.gamma = gamma
        self.audit_fraction = audit_fraction
        self.hidden_fraction = hidden_fraction
        self.stop_precision = stop_precision
        self.confidence = confidence
        self.refit = refit
        self.classes = classes
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None, cost=None):
        """Judge the labels and make the first batch.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the detector as it is, and kept for the next fits.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row: how many errors it stands for.
        groups : array-like of shape (n_samples,), default=None
            Rows of one group never judge each other.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified; they are never asked.
        cost : array-like of shape (n_samples,), default=None
            What it costs to check each row; 1 by default.

        Returns
        -------
        self : ReviewQueue
            The fitted queue.
        """
        with fresh_fit(self):
            check_parameters(self)
            classes = None if self.classes is None else np.unique(self.classes)
            rows = check_labelled_rows(
                self, X, y, sample_weight, groups, trusted, classes=classes
            )
            self.classes_ = rows.classes
            self._rows, self._cost = rows, check_cost(cost, len(rows))
            self._seed = seed_from(self.random_state)
            self._draw_order = _shuffle(rows, self._seed)
            self._distance = check_hierarchy(self.order, self.hierarchy, rows.classes)
            self._codes, self._log = rows.codes, AnswerLog()
            self._agreed = np.zeros((2, 2))
            self.trusted_ = np.zeros(len(rows), dtype=bool)
            if rows.trusted is not None:
                self.trusted_ |= rows.trusted
            self.unclear_ = np.zeros(len(rows), dtype=bool)
            self.history_, self.n_found_, self.cost_ = [], 0, 0.0
            self._n_askable = self._count_askable()
            self._take_findings(*self._judge(rows.codes, self.trusted_))
            self._plan()
        return self

    def next_batch(self, budget=None):
        """Choose the rows to check next, and put them in `batch_`.

        Until an update, the same rows are chosen each time.

        Parameters
        ----------
        budget : float, default=None
            What this batch may cost; without costs, how many rows it may have. None
            is `batch_size` rows. What is left of the whole budget is the limit.

        Returns
        -------
        batch : ReviewBatch
            The rows, in order. Empty if nothing is left.
        """
        check_is_fitted(self)
        check_budget(budget)
        open_rows = ~(self.trusted_ | self.unclear_)
        most = self.batch_size if budget is None else int(open_rows.sum())
        allowance = min(
            np.inf if budget is None else budget,
            np.inf if self.budget is None else self.budget - self.cost_,
        )
        ranked = self._rank(open_rows)
        size = len(take_affordable(ranked, self._cost, allowance, most))
        audit = self._draw_order[open_rows[self._draw_order]][: self._n_audits(size)]
        audit = take_affordable(audit, self._cost, allowance, size)
        picked = take_affordable(
            ranked[~np.isin(ranked, audit)],
            self._cost,
            allowance - self._cost[audit].sum(),
            most - len(audit),
        )
        rng = np.random.default_rng([self._seed, len(self.history_)])
        self.batch_ = self._make_batch(*spread_in(picked, audit, rng), rng)
        return self.batch_

    def update(self, indices, labels=None):
        """Take the answers, judge the other labels again, and make the next batch.

        Parameters
        ----------
        indices : array-like of int, or dict of int to label
            Rows that were checked, by their position in X: those of `batch_`, some of
            them, or any others that are not verified yet.
        labels : array-like, default=None
            Their right labels, whether or not the given ones were right; left out if
            `indices` is a dict. None or NaN where the person cannot say.

        Returns
        -------
        self : ReviewQueue
            The queue, for the next batch.
        """
        check_is_fitted(self)
        indices, answers = read_answers(indices, labels, len(self._rows), self.classes_)
        known = indices[self.trusted_[indices]]
        if len(known):
            raise ValueError(
                f"The labels of rows {known[:5].tolist()} are verified already; leave "
                "them out, or fit again if an answer was wrong."
            )
        is_told = answers >= 0
        told = indices[is_told]
        codes, trusted = self._codes.copy(), self.trusted_.copy()
        codes[told], trusted[told] = answers[is_told], True
        findings = (self.detector_, self._evidence)
        if self.refit and len(told) and not trusted.all() and self._can_judge(codes):
            findings = self._judge(codes, trusted)
        self._write_down(told, codes, indices[~is_told])
        self._codes, self.trusted_ = codes, trusted
        self._take_findings(*findings)
        self._plan()
        return self

    def _judge(self, codes, trusted):
        """Fit a new detector to labels corrected so far; return it and what it says."""
        detector = self.detector
        if detector is None:
            detector = AutoDetector()
        if not isinstance(detector, BaseLabelDetector):
            raise TypeError(f"detector must be a label detector; got {detector!r}.")
        detector = clone(detector).fit(
            self._rows.X,
            self.classes_[codes],
            sample_weight=self._rows.sample_weight,
            groups=self._rows.groups,
            trusted=trusted,
        )
        evidence = read_evidence(detector, self.classes_)
        if self.order in NEEDS_PROBA and evidence.pred_proba is None:
            raise TypeError(
                f'order="{self.order}" needs probabilities, which '
                f"{type(detector).__name__} has none of; use "
                'order="expected_errors", or LabelDetector.'
            )
        return detector, evidence

    def _count_askable(self):
        """Count the rows that may be asked at most."""
        prices = np.sort(self._cost[~self.trusted_])
        limit = np.inf if self.budget is None else self.budget
        return int(np.searchsorted(np.cumsum(prices), limit, side="right"))

    def _can_judge(self, codes):
        """Tell whether two classes are left: answers may empty the others."""
        weight = self._rows.sample_weight
        present = codes if weight is None else codes[weight > 0]
        return len(np.unique(present)) > 1

    def _take_findings(self, detector, evidence):
        self.detector_, self._evidence = detector, evidence
        self.y_ = self.classes_[self._codes]
        self.label_quality_ = np.where(self.trusted_, 1.0, evidence.quality)
        if evidence.suggested is not None:
            suggested = np.where(self.trusted_, self._codes, evidence.suggested)
            self.suggested_labels_ = self.classes_[suggested]
        proba = error_probability(
            evidence.doubt,
            self._codes,
            self._suggested(),
            len(self.classes_),
            evidence.noise_rate,
            self._log.for_calibration(),
            self._rows.sample_weight,
        )
        self.error_proba_ = np.where(self.trusted_, 0.0, proba)

    def _suggested(self):
        """Codes of the suggestions; the given labels where there are none."""
        suggested = self._evidence.suggested
        return self._codes if suggested is None else suggested

    def _rank(self, open_rows):
        """Order the open rows; ties are broken by content, not by position."""
        weight = self._rows.sample_weight
        value = ORDERS[self.order](
            Prospect(
                codes=self._codes,
                classes=self.classes_,
                error_proba=self.error_proba_,
                pred_proba=self._evidence.pred_proba,
                gain_per_cost=(1.0 if weight is None else weight) / self._cost,
                distance=self._distance,
                gamma=self.gamma,
            )
        )
        place = np.empty(len(value), dtype=np.intp)
        place[self._draw_order] = np.arange(len(value))
        ranked = np.lexsort((place, self.label_quality_, -value))
        return ranked[open_rows[ranked]]

    def _n_audits(self, size):
        """How many of a batch to draw at random, so that the share holds overall."""
        asked = sum(entry["checked"] for entry in self.history_) + size
        drawn = sum(draw.n_drawn for draw in self._log.draws)
        return int(np.clip(round(self.audit_fraction * asked) - drawn, 0, size))

    def _make_batch(self, rows, is_audit, rng):
        suggested = np.full(len(rows), None, dtype=object)
        if self._evidence.suggested is not None:
            suggested[:] = self.suggested_labels_[rows].tolist()
            n_hidden = round(self.hidden_fraction * len(rows))
            suggested[rng.permutation(len(rows))[:n_hidden]] = None
        return ReviewBatch(
            indices=rows,
            given_labels=self.y_[rows],
            suggested_labels=suggested,
            error_proba=self.error_proba_[rows],
            is_audit=is_audit,
        )

    def _write_down(self, told, codes, unclear):
        """Keep what the answers say of the order, the doubt and the suggestions."""
        batch = self.batch_
        is_wrong = codes != self._codes
        is_answered = np.isin(batch.indices, told)
        asked = batch.indices[is_answered]
        by_rank = is_wrong[batch.indices[is_answered & ~batch.is_audit]]
        audited = is_wrong[batch.indices[is_answered & batch.is_audit]]
        draw = Draw(
            n_left=int((~self.trusted_).sum()),
            n_found_before=self.n_found_,
            n_drawn=len(audited),
            n_found=int(audited.sum()),
        )
        suggested = self._suggested()
        known = (self._evidence.doubt, self._codes, suggested, is_wrong)
        columns = tuple(values[asked] for values in known)
        self._log = self._log.extended(columns, by_rank.tolist(), draw)
        if self._evidence.suggested is not None:
            is_hidden = np.equal(batch.suggested_labels[is_answered], None)
            agrees = codes[asked] == suggested[asked]
            counts = [[np.sum(m), np.sum(agrees & m)] for m in (~is_hidden, is_hidden)]
            self._agreed = self._agreed + counts
        entry = {
            "batch": len(self.history_) + 1,
            "checked": len(told),
            "found": int(is_wrong.sum()),
            "precision": float(by_rank.mean()) if len(by_rank) else np.nan,
            "audited": draw.n_drawn,
            "audit_found": draw.n_found,
            "unclear": len(unclear),
            "cost": float(self._cost[told].sum() + self._cost[unclear].sum()),
        }
        self.history_ = [*self.history_, entry]
        self.cost_ += entry["cost"]
        self.n_found_ += entry["found"]
        self.unclear_ = self.unclear_.copy()
        self.unclear_[unclear], self.unclear_[told] = True, False

    def _plan(self):
        """Make the next batch and say whether it is worth checking."""
        self.next_batch()
        n_left = int((~self.trusted_).sum())
        self.expected_errors_left_ = float(self.error_proba_.sum())
        self.errors_left_interval_ = errors_left_interval(
            self._log.draws, self.n_found_, n_left, self.confidence
        )
        shown, hidden = self._agreed
        self.agreement_ = {
            name: float(agreed / checked) if checked else np.nan
            for name, (checked, agreed) in (("shown", shown), ("hidden", hidden))
        }
        self.stop_reason_ = self._find_reason_to_stop()
        self.should_stop_ = self.stop_reason_ is not None

    def _find_reason_to_stop(self):
        n_back, confidence = self.batch_size, self.confidence
        if self.stop_precision is not None:
            n_back, confidence = plan_looks(
                self.stop_precision, self.confidence, self._n_askable
            )
        last = self._log.by_rank[-n_back:]
        self.precision_bound_ = share_upper_bound(sum(last), len(last), confidence)
        if (self.trusted_ | self.unclear_).all():
            return "nothing left"
        if len(self.batch_) == 0:
            return "budget"
        if self.stop_precision is None or len(last) < n_back:
            return None
        return "precision" if self.precision_bound_ < self.stop_precision else None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        copy_input_tags(tags, self.detector)
        return tags


def _shuffle(rows, seed):
    """Shuffle the rows so that permuting them changes nothing."""
    contents = number_contents(rows.X)
    in_order = np.lexsort((rows.codes, contents))
    return in_order[np.random.default_rng(seed).permutation(len(rows))]
