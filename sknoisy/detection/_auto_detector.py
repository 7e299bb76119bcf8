# SPDX-License-Identifier: BSD-3-Clause
"""A committee of judges that suits the data, and says how sure it is."""

from dataclasses import replace

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._calibration import (
    QualityScale,
    contradiction_matrix,
    fit_temperature,
    probability_right,
    sharpen,
)
from sknoisy.detection._judges import BUDGETS, Committee
from sknoisy.detection._label_detector import (
    flag_by_threshold,
    most_probable,
    stream_members,
)
from sknoisy.detection._opinions import Opinions, estimate_noise_rate
from sknoisy.threshold import check_threshold
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._folds import number_groups
from sknoisy.utils._options import check_option
from sknoisy.utils._weights import effective_rows


class AutoDetector(BaseLabelDetector):
    """Judge labels by a committee that suits the data, on a calibrated scale.

    No single detector wins everywhere, and which one does cannot be told without
    the truth. This one looks at X and lets a few judges of different kinds give
    their opinion: smooth forests out of bag, nearest neighbours, a strongly
    regularised linear model and boosting on tables; naive Bayes on words, phrases
    and characters of texts. The labels they doubt then count less, and some judges
    look again. Ranks are averaged, judges that the others support counting more,
    and mapped to probabilities.

    Parameters
    ----------
    estimator : classifier, default=None
        Joins the committee from budget ``"medium"`` on, out of fold, with X as it
        is; in a wrapper, a clone of the wrapper's. It is the only judge of rows
        that are neither numbers, nor a table, nor texts.
    budget : {"low", "medium", "high"}, default="medium"
        What may be spent: about one fit of a boosted ensemble or of a linear model
        on texts, about ten, or more. ``"low"`` never uses `estimator` where X can
        be read without it.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
        Where the line is. A number is the quality below which labels are suspect;
        by default those that are more likely wrong than right.
    cv : int, splitter or iterable, default=5
        Folds of the judges that are cross-fitted, as
        `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Fits at the same time within a judge, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses folds, bags and trees; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Estimated probability of each label to be right.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean out-of-sample probabilities of the judges, sharpened to fit the given
        labels.
    estimator_proba_ : ndarray of shape (n_samples, n_classes)
        Out-of-fold probabilities by `estimator`, where it was a judge.
    noise_rate_ : float
        Estimated fraction of wrong labels, between the ends of the interval.
    noise_rate_interval_ : tuple of float
        From the share of labels that all judges contradict with one voice to the
        share that their mean contradicts, with the sampling error of each.
    judges_ : list of Judge
        The fitted judges, each with a `name` and a `scheme`.
    judge_weights_ : dict of str to float
        What each judge counted in the ranking.
    inverse_temperature_ : float
        Power that the mean probabilities were raised to.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If a parameter is not known, or none can read the rows of X and there is no
        estimator.

    Warns
    -----
    WeakEvidenceWarning
        If a judge has nothing to judge some rows by, as the only ones of their
        class. Their labels count as right with it.
    RareClassWarning
        If a class is too rare for every fold to hold it.

    See Also
    --------
    DetectorEnsemble : Combine detectors of your own choice.
    LabelDetector : One kind of evidence.

    Notes
    -----
    Labels alone do not tell wrong ones from classes that overlap: the interval of
    the noise rate spans what the evidence cannot tell apart, and is no confidence
    interval. It is too high on clean data whose classes overlap, and too low where
    noise follows a rule that the features give away, as with labels from keywords.
    The probabilities inherit that error. Their shape is the posterior under a noise
    model of the estimated rate: half symmetric, half as labels are contradicted.

    Boosting judges by the rounds of one fit on all rows, as `AreaUnderMargin` does,
    so that rows of one group may vouch for each other there; all other judges are
    out of sample. It only ranks, and where it predicts the given labels out of fold
    better than all others together, it ranks them the more alone.

    The committee and its constants were chosen on the benchmark of this library,
    by the mean over all its data sets. Ranking by agreement fails where most judges
    share a mistake.

    References
    ----------
    Geurts, Ernst and Wehenkel. Extremely randomized trees. Machine Learning 63,
    2006.

    Rennie, Shih, Teevan and Karger. Tackling the poor assumptions of naive Bayes
    text classifiers. ICML 2003.

    Guo, Pleiss, Sun and Weinberger. On calibration of modern neural networks. ICML
    2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import AutoDetector
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = AutoDetector(budget="low").fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    >>> low, high = detector.noise_rate_interval_
    >>> low <= detector.noise_rate_ <= high
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        budget="medium",
        threshold=0.5,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.budget = budget
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        check_option("budget", self.budget, BUDGETS)
        self.threshold_ = check_threshold(self.threshold)
        if rows.groups is not None:
            number_groups(rows.groups)
        opinions = self._hear(rows)
        noise_rate, self.noise_rate_interval_ = estimate_noise_rate(
            *opinions.dissent(), effective_rows(len(rows), rows.sample_weight)
        )
        pred_proba = self._calibrate(opinions.mean_proba(), rows)
        quality = self._grade(opinions, pred_proba, noise_rate, rows)
        return Judgement(
            label_quality=quality,
            suspect_mask=flag_by_threshold(self.threshold_, rows, quality, pred_proba),
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=noise_rate,
            pred_proba=pred_proba,
        )

    def _hear(self, rows):
        """Let all judges judge, and some of them again with doubtful labels dimmed."""
        committee = Committee(
            rows,
            self.budget,
            self.estimator,
            self.cv,
            self.n_jobs,
            seed_from(self.random_state),
        )
        opinions, self.judges_ = Opinions(rows), []
        first = committee.judges()
        for judge in first:
            self._ask(judge, rows, opinions)
        for judge in committee.second_looks(first):
            weight = opinions.trust()
            if rows.sample_weight is not None:
                weight = weight * rows.sample_weight
            self._ask(judge, replace(rows, sample_weight=weight), opinions)
        boosting, test = committee.boosting()
        if boosting is not None:
            opinions.add_boosting(_predict(boosting, rows), _predict(test, rows))
            self.judges_.append(boosting.without_rows())
        return opinions

    def _ask(self, judge, rows, opinions):
        pred_proba = _predict(judge, rows)
        opinions.add(pred_proba)
        if judge.is_own:
            self.estimator_proba_ = pred_proba
        self.judges_.append(judge.without_rows())

    def _calibrate(self, mean_proba, rows):
        weight = rows.sample_weight
        self.inverse_temperature_ = fit_temperature(rows.codes, mean_proba, weight)
        return sharpen(mean_proba, self.inverse_temperature_)

    def _grade(self, opinions, pred_proba, noise_rate, rows):
        weight = rows.sample_weight
        matrix = contradiction_matrix(
            rows.codes, opinions.favoured(), noise_rate, len(rows.classes), weight
        )
        right = probability_right(rows.codes, pred_proba, matrix, noise_rate, weight)
        self._ranking = opinions.joint_ranking()
        names = [judge.name for judge in self.judges_]
        weights = self._ranking.weights.tolist()
        self.judge_weights_ = dict(zip(names, weights, strict=True))
        ranks = self._ranking.rank()
        self._scale = QualityScale(ranks, right, weight)
        return self._scale.quality(ranks)

    def _score_new(self, X, codes):
        pred_probas = [judge.predict_proba(X) for judge in self.judges_]
        if codes is None:
            codes = sum(pred_probas).argmax(axis=1)
        return self._scale.quality(self._ranking.rank_new(codes, pred_probas))

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator


def _predict(judge, rows):
    """Let a judge judge, and return its probabilities."""
    return stream_members(judge.scheme, [], judge.see(rows))[1]
