# SPDX-License-Identifier: BSD-3-Clause
"""The ensemble filter: different learners vote out of fold."""

from sknoisy.detection._committee import Committee
from sknoisy.detection._voting_filter import VotingFilter


class EnsembleFilter(VotingFilter):
    """Let different learners vote on each label out of fold (EF).

    Every learner predicts every row by models that did not see it. A label is
    suspect if all learners predict another one (consensus), or more than half of
    them (majority). Learners of different kinds make different errors, so that an
    error they share is more likely one of the label.

    Parameters
    ----------
    estimators : list of classifiers, default=None
        The learners. None is a decision tree with the pruning of C4.5, the nearest
        neighbour and a logistic regression, on features that suit X.
    vote : {"consensus", "majority"}, default="consensus"
        Whether all learners must disagree with a label, or more than half of them.
        Consensus spares right labels, majority misses fewer wrong ones.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of the vote.
    cv : int, splitter or iterable, default=4
        Folds, the same for all learners.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the learners that predict the label.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that are outvoted.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the learners.
    noise_rate_ : float
        Share of the rows that are suspect.
    scheme_ : Committee
        The fitted learners.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    TypeError
        If `estimators` is no list of classifiers.
    ValueError
        If `vote` is unknown.

    Warns
    -----
    RareClassWarning
        If a class is missing from the training folds of its own rows, so that
        these cannot be judged.

    See Also
    --------
    CrossValidatedCommittees : One learner, fitted on overlapping parts.
    HardnessCommittee : The mean probability of the label over several learners.

    Notes
    -----
    The quality has one value more than there are learners, so that many rows tie.
    The vote never empties a class. The linear machine of the paper is a logistic
    regression here; some implementations take linear discriminant analysis, which
    does not take sparse features. A tie for the most probable class counts as
    disagreement.

    References
    ----------
    Brodley and Friedl. Identifying mislabeled training data. Journal of Artificial
    Intelligence Research 11, 1999.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import EnsembleFilter
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = EnsembleFilter().fit(X, y)
    >>> float(detector.label_quality_[0]), bool(detector.suspect_mask_[0])
    (0.0, True)
    """

    def __init__(
        self,
        estimators=None,
        *,
        vote="consensus",
        threshold=None,
        cv=4,
        n_jobs=None,
        random_state=None,
    ):
        self.estimators = estimators
        self.vote = vote
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        return Committee(
            self.estimators,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def _learner(self):
        return self._make_scheme()
