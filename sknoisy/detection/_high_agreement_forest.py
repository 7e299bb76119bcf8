# SPDX-License-Identifier: BSD-3-Clause
"""The high agreement filter: most trees of a forest deny the label."""

from sklearn.ensemble import RandomForestClassifier

from sknoisy.detection._committee import Committee
from sknoisy.detection._voting_filter import SLACK, VotingFilter
from sknoisy.threshold._cuts import check_share
from sknoisy.utils._cross_fit import seed_from


class _Forest(Committee):
    """A random forest on features that suit X, out of fold."""

    def __init__(
        self,
        estimators=None,
        *,
        n_estimators=50,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        super().__init__(estimators, cv=cv, n_jobs=n_jobs, random_state=random_state)
        self.n_estimators = n_estimators

    def _default_learners(self, features, linear):
        seed = seed_from(self.random_state)
        return [RandomForestClassifier(self.n_estimators, random_state=seed)]


class HighAgreementForestFilter(VotingFilter):
    """Suspect the labels that most trees of a random forest deny (HARF).

    Forests are fitted on all folds but one and judge the rows of that one. A label
    is suspect if at least `agreement` of the trees vote for other labels: a plain
    majority would take many rows at the border of two classes.

    Parameters
    ----------
    agreement : float, default=0.7
        Share of the trees that must vote against a label.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of `agreement`.
    n_estimators : int, default=50
        Number of trees of the forest of each fold; 500 in the paper.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them; 10 in the paper.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds and the trees; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the trees that vote for the label.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that enough trees deny.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most frequent vote for each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Share of the votes for each class.
    noise_rate_ : float
        Share of the rows that are suspect.
    scheme_ : scheme
        The fitted forests.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If `agreement` is not a share.

    Warns
    -----
    RareClassWarning
        If a class is missing from the training folds of its own rows, so that
        these cannot be judged.

    See Also
    --------
    OutOfBag : Trees of one forest judge the rows that they have not seen.

    Notes
    -----
    Fewer trees and folds than in the paper are a matter of time: each row is judged
    by 50 trees of full depth. The vote never empties a class. The forest sees
    numbers made of X without a look at the labels.

    References
    ----------
    Sluban, Gamberger and Lavrac. Ensemble-based noise detection: noise ranking and
    visual performance evaluation. Data Mining and Knowledge Discovery 28, 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import HighAgreementForestFilter
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = HighAgreementForestFilter(n_estimators=20).fit(X, y)
    >>> int(detector.label_quality_.argmin()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    def __init__(
        self,
        *,
        agreement=0.7,
        threshold=None,
        n_estimators=50,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.agreement = agreement
        self.threshold = threshold
        self.n_estimators = n_estimators
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _make_scheme(self):
        return _Forest(
            n_estimators=self.n_estimators,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def _make_score(self):
        return "self_confidence"

    def _check_rule(self):
        check_share("agreement", self.agreement)

    def _outvoted(self, quality):
        return 1 - quality >= self.agreement - SLACK
