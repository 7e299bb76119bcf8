# SPDX-License-Identifier: BSD-3-Clause
"""GraphCleaner: learn from planted errors what a wrong label looks like."""

from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._label_detector import flag_suspects, most_probable
from sknoisy.detection._label_flow import LabelFlow
from sknoisy.detection._neighbor_finder import NeighborFinder
from sknoisy.detection._neighbor_search import nearest_allowed
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._planted_errors import plant_errors
from sknoisy.detection._schemes import OutOfFold
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.utils._cross_fit import OneClass, class_outputs, seed_from, training_folds
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._options import check_count
from sknoisy.utils._predictions import own_proba
from sknoisy.utils._weights import fit_weighted

_RIGHT_WRONG = np.array([False, True])


class GraphCleaner(BaseLabelDetector):
    """Learn to tell wrong labels from right ones by planting wrong ones.

    Some rows get another label, drawn as the estimated noise would have it. A
    binary classifier then learns to tell these from the others by seven numbers:
    how probable the label is for the row, and how much of the probabilities and of
    the labels of other rows speaks for it, over one, two and three hops in the
    graph that joins each row to its nearest neighbours. What it says of the given
    labels is the chance that they are wrong.

    Parameters
    ----------
    estimator : classifier, default=None
        Makes the probabilities, out of fold. None picks a linear model that suits
        the columns of X, or the estimator of the wrapper that the detector is used
        in.
    mislabel_classifier : classifier, default=None
        Learns to tell planted errors, with `predict_proba`. None is a logistic
        regression on the standardised numbers.
    transformer : transformer, default=None
        Finds neighbours in place of the exact search, as in `Neighbors`.
    n_neighbors : int, default=10
        Neighbours that each row is joined to.
    metric : str or callable, default="auto"
        Metric of the exact search, as in `Neighbors`.
    sample_rate : float, default=0.5
        Share of the rows that get another label.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="confident_counts"
        Where the line is. A number is the quality below which labels are suspect;
        0.03 is the published one.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them, both for the
        probabilities and for telling planted errors.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds and the planted errors; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Chance that the label is right, as the classifier sees it; see the notes.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Out-of-fold probabilities of each row.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        The estimated noise, ``P(given = j | true = i)``, that the errors are
        planted by.
    mislabel_classifiers_ : list of classifiers
        The one of each fold.
    scheme_ : OutOfFold
        The fitted folds of `estimator`.
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
        If a parameter is out of range.
    TypeError
        If `mislabel_classifier` has no `predict_proba`.

    See Also
    --------
    Neighbors : The votes of the nearest neighbours alone.

    Notes
    -----
    The method is published for nodes of a graph that comes with the data. Here the
    graph is that of nearest neighbours, and cross-fitting takes the place of a
    split for validation: no label is judged by a classifier that has seen its row.
    The logistic regression, for a small neural network trained on the absolute
    error, is a choice of this library too. As published, only the label of the row
    itself is changed for a planted error; the labels that its neighbours see stay.
    Classes that the estimated noise never leaves have no planted errors; where it
    leaves none, all other labels are drawn alike, which is inferred.

    Half of the rows have planted errors, and those that count as right hold the
    wrong labels that are to be found. So `label_quality_` ranks labels, but is no
    calibrated chance, and the published cut finds next to nothing where more than a
    few labels in a hundred are wrong. Copies of a row are one node with the labels
    and weights of all.

    References
    ----------
    Li, Xiong and Hooi. GraphCleaner: detecting mislabelled samples in popular
    graph learning benchmarks. ICML, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import GraphCleaner
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = GraphCleaner().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        estimator=None,
        *,
        mislabel_classifier=None,
        transformer=None,
        n_neighbors=10,
        metric="auto",
        sample_rate=0.5,
        threshold="confident_counts",
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.mislabel_classifier = mislabel_classifier
        self.transformer = transformer
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.sample_rate = sample_rate
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        seed = seed_from(self.random_state)
        self.scheme_ = OutOfFold(
            self.estimator,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
        (member,) = self.scheme_.members(rows)
        model = ConfidentJoint(classes=rows.classes)
        model.fit(rows.y, member.pred_proba, sample_weight=rows.sample_weight)
        self.transition_matrix_ = model.transition_matrix_
        arrivals = self._send(rows, member.pred_proba)
        planted = plant_errors(
            rows,
            model.transition_matrix_,
            sample_rate=self.sample_rate,
            seed=seed,
        )
        quality = self._tell_apart(rows, member.pred_proba, arrivals, planted, seed)
        return Judgement(
            label_quality=quality,
            suspect_mask=flag_suspects(self, rows, quality, member.pred_proba),
            suggested_codes=most_probable(rows.codes, member.pred_proba),
            noise_rate=model.noise_rate_,
            pred_proba=member.pred_proba,
        )

    def _check_params(self):
        check_count("n_neighbors", self.n_neighbors)
        if not isinstance(self.sample_rate, Real) or not 0 < self.sample_rate < 1:
            raise ValueError(f"sample_rate={self.sample_rate!r} must lie in (0, 1).")
        classifier = self.mislabel_classifier
        if classifier is not None and not hasattr(classifier, "predict_proba"):
            raise TypeError(
                "mislabel_classifier must have predict_proba, which "
                f"{type(classifier).__name__} lacks; wrap it in "
                "CalibratedClassifierCV."
            )

    def _send(self, rows, pred_proba):
        """Send probabilities and labels over the edges; return what arrives."""
        units = distinct_units(rows)
        self.finder_ = NeighborFinder(self.transformer, self.metric, self.n_jobs)
        search = self.finder_.fit(rows.X, units)
        everyone = np.arange(len(units.first))
        neighbors, _ = nearest_allowed(search, units, everyone, self.n_neighbors)
        labels = units.votes[units.voters]
        labels = labels / labels.sum(axis=1, keepdims=True)
        messages = np.hstack([_mean_by_voter(rows, units, pred_proba), labels])
        self.flow_ = LabelFlow(neighbors, units.voters, messages)
        arrivals = [arrived[units.unit_of] for arrived in self.flow_.arrivals]
        self.flow_.arrivals = None
        return arrivals

    def _tell_apart(self, rows, pred_proba, arrivals, planted, seed):
        """Learn to tell planted errors, and judge the given labels out of fold."""
        classifier = self.mislabel_classifier
        if classifier is None:
            classifier = make_pipeline(StandardScaler(), LogisticRegression())
        given = label_numbers(rows.codes, pred_proba, arrivals)
        drawn = label_numbers(planted, pred_proba, arrivals)
        is_wrong = planted != rows.codes
        weight, total, times = rows.sample_weight, *np.zeros((2, len(rows)))
        self.mislabel_classifiers_ = []
        folds = training_folds(self.cv, rows.X, rows.codes, rows.groups, weight, seed)
        for train, test in folds:
            fitted = _fit_two_kinds(
                classifier,
                drawn[train],
                is_wrong[train],
                None if weight is None else weight[train],
            )
            self.mislabel_classifiers_.append(fitted)
            total[test] += class_outputs(fitted, given[test], _RIGHT_WRONG)[:, 0]
            times[test] += 1
        return total / times

    def _score_new(self, X, codes):
        pred_proba = self.scheme_.predict_proba(X)
        if codes is None:
            codes = pred_proba.argmax(axis=1)
        search = self.finder_.search_new(X)
        neighbors, _ = search.nearest(np.arange(len(codes)), self.n_neighbors)
        arrivals = self.flow_.reach(neighbors[:, : self.n_neighbors])
        numbers = label_numbers(codes, pred_proba, arrivals)
        chances = [
            class_outputs(fitted, numbers, _RIGHT_WRONG)[:, 0]
            for fitted in self.mislabel_classifiers_
        ]
        return np.mean(chances, axis=0)

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator


def _fit_two_kinds(classifier, numbers, is_wrong, weight):
    if is_wrong.all() or not is_wrong.any():
        # A draw from very few rows.
        return OneClass().fit(is_wrong)
    return fit_weighted(classifier, numbers, is_wrong, weight)


def label_numbers(codes, pred_proba, arrivals):
    """List what speaks for labels: their own probability, and what arrives.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,), dtype=int
        The labels.
    pred_proba : ndarray of shape (n_rows, n_classes)
        Probabilities of the rows.
    arrivals : list of ndarrays of shape (n_rows, 2 * n_classes)
        After each hop, probabilities and then labels of other rows.

    Returns
    -------
    numbers : ndarray of shape (n_rows, 1 + 2 * n_hops)
        The higher, the more speaks for the label.
    """
    columns = [own_proba(pred_proba, codes)]
    for first in (0, pred_proba.shape[1]):
        columns += [own_proba(arrived, first + codes) for arrived in arrivals]
    return np.column_stack(columns)


def _mean_by_voter(rows, units, pred_proba):
    entries = weights_of(rows), (units.unit_of, np.arange(len(rows)))
    members = sparse.csr_array(entries, shape=(len(units.first), len(rows)))
    members = members[units.voters]
    return (members @ pred_proba) / members.sum(axis=1)[:, None]
