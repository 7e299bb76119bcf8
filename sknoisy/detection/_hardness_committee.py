# SPDX-License-Identifier: BSD-3-Clause
"""Hardness as several learners see it: the mean probability of the label."""

from sklearn.tree import DecisionTreeClassifier

from sknoisy.detection._committee import Committee, nearest_neighbors
from sknoisy.detection._distinct import DistinctRowsDetector
from sknoisy.detection._hardness_models import naive_bayes
from sknoisy.utils._cross_fit import seed_from

# More leaves only memorise, and cost time on many rows.
_MAX_LEAVES = 500


class _DiverseLearners(Committee):
    """A tree, naive Bayes, five neighbours and a linear model, by default."""

    def _default_learners(self, features, linear):
        seed = seed_from(self.random_state)
        return [
            DecisionTreeClassifier(max_leaf_nodes=_MAX_LEAVES, random_state=seed),
            naive_bayes(features),
            nearest_neighbors(5, features),
            linear,
        ]


class HardnessCommittee(DistinctRowsDetector):
    """Suspect the labels that learners of several kinds find improbable out of fold.

    Instance hardness is one minus the probability of the label, averaged over
    learners; label quality is that mean probability. Learners of several kinds
    stand in for all there are: what all of them find hard is hard by itself, or has
    a wrong label.

    Parameters
    ----------
    estimators : list of classifiers, default=None
        The learners. None is a decision tree, naive Bayes, the five nearest
        neighbours and a logistic regression, on features that suit X.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect.
    cv : int, splitter or iterable, default=5
        Folds, the same for all learners.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Mean probability of the label.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the learners.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    scheme_ : Committee
        The fitted learners.
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
    TypeError
        If `estimators` is no list of classifiers.

    Warns
    -----
    RareClassWarning
        If a class is missing from the training folds of its own rows, so that
        these cannot be judged.

    See Also
    --------
    InstanceHardness : Hardness by measures that need no learner.
    EnsembleFilter : Learners vote, and do not say how sure they are.

    Notes
    -----
    The paper averages over nine learners, among them rules and neural networks. The
    four of the default are those of common implementations for label errors. With a
    single learner it is the self-confidence that instance hardness thresholds of
    under-sampling go by.

    References
    ----------
    Smith, Martinez and Giraud-Carrier. An instance level analysis of data
    complexity. Machine Learning 95, 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import HardnessCommittee
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = HardnessCommittee().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        estimators=None,
        *,
        threshold="confident_counts",
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimators = estimators
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        return _DiverseLearners(
            self.estimators,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def _make_score(self):
        return "self_confidence"

    def _learner(self):
        return self._make_scheme()
