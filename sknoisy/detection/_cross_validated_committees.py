# SPDX-License-Identifier: BSD-3-Clause
"""Cross-validated committees: models of overlapping parts vote on every row."""

from sknoisy.detection._committee import FoldCommittee
from sknoisy.detection._voting_filter import VotingFilter


class CrossValidatedCommittees(VotingFilter):
    """Let models of overlapping parts of the rows vote on each label (CVCF).

    One model is fitted without each fold in turn, and all of them judge all rows,
    those they were fitted on as well. A label is suspect if more than half of them
    predict another one.

    Parameters
    ----------
    estimator : classifier, default=None
        Must be pruned or regularised: models that memorise labels agree with all
        that they have seen. None is a decision tree with the pruning of C4.5, also
        inside a wrapper, on features that suit X.
    vote : {"majority", "consensus"}, default="majority"
        Whether more than half of the models must disagree with a label, or all.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of the vote.
    cv : int, splitter or iterable, default=10
        Folds, each of which one model is fitted without.
    n_jobs : int, default=None
        Models fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the models that predict the label, of those that know it.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that are outvoted.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the models.
    noise_rate_ : float
        Share of the rows that are suspect.
    scheme_ : scheme
        The fitted models.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If `vote` is unknown.

    See Also
    --------
    EnsembleFilter : Different learners, out of fold.
    IterativePartitioningFilter : Models of disjoint parts, again and again.

    Notes
    -----
    The votes are not out of sample, as published: nine of ten models have seen the
    label that they judge. Groups share a fold, but do judge their own rows. A model
    without a row of some class has no vote on its labels, which is inferred. The
    vote never empties a class.

    References
    ----------
    Verbaeten and Van Assche. Ensemble methods for noise elimination in
    classification problems. Multiple Classifier Systems, 2003.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import CrossValidatedCommittees
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = CrossValidatedCommittees().fit(X, y)
    >>> float(detector.label_quality_[0]), bool(detector.suspect_mask_[0])
    (0.0, True)
    """

    def __init__(
        self,
        estimator=None,
        *,
        vote="majority",
        threshold=None,
        cv=10,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.vote = vote
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        return FoldCommittee(
            self.estimator,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
