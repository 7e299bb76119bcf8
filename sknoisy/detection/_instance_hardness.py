# SPDX-License-Identifier: BSD-3-Clause
"""Instance hardness: measures of it, and a detector by their mean."""

import warnings
from dataclasses import replace

import numpy as np

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._distinct import distinct_rows
from sknoisy.detection._hardness import HardnessModel, check_measures
from sknoisy.detection._label_detector import flag_suspects, most_probable
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils._rows import num_rows


class InstanceHardness(BaseLabelDetector):
    """Suspect the labels that make their rows hard, by the mean of some measures.

    Each measure looks for another reason why a row is hard to classify, and a wrong
    label is a reason for most of them. Label quality is one minus the mean. No
    model is cross-fitted, so that it is fast, and needs no estimator.

    Parameters
    ----------
    measures : str, sequence of str or None, default=("kdn", "n2", "dcp", "cl")
        Names of the measures, as `instance_hardness` lists them; None takes all. By
        default, the neighbours, the distance to the own class, a pruned tree and
        naive Bayes have a say each.
    n_neighbors : int, default=5
        Number of neighbours of "kdn".
    metric : str or callable, default="auto"
        Metric of all distances, as in `instance_hardness`.
    threshold : str, float or threshold, default=0.5
        Where the line is. A number is the quality below which labels are suspect.
    random_state : int, RandomState instance or None, default=None
        Settles ties of the trees; None always settles them the same way.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        One minus the mean hardness.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    hardness_ : dict of str to ndarray of shape (n_samples,)
        The measures, by name.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean over what the measures have of class probabilities: shares among the
        neighbours and in the leaves of the pruned tree, and the posterior of naive
        Bayes. Where they have none, the pruned tree is asked.
    noise_rate_ : float
        Share of the rows that are suspect.
    model_ : object
        What the measures have learned, by which new rows are judged.
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
        If a measure is unknown or `n_neighbors` is out of range.

    Warns
    -----
    WeakEvidenceWarning
        If rows are the only ones of their class. Their labels count as right.

    See Also
    --------
    instance_hardness : All measures, and what they are.
    HardnessCommittee : Hardness as several learners see it out of fold.

    Notes
    -----
    Right labels of rows at a border, of outliers and of rare classes are hard, too:
    look at `hardness_` to tell the reasons apart. The trees and naive Bayes have
    seen the labels that they judge. That the mean is taken over these four measures
    by default is a choice of this library. "n2" takes time in the square of the
    number of rows; without it, many rows are judged fast.

    References
    ----------
    Smith, Martinez and Giraud-Carrier. An instance level analysis of data
    complexity. Machine Learning 95, 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import InstanceHardness
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = InstanceHardness().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        measures=("kdn", "n2", "dcp", "cl"),
        *,
        n_neighbors=5,
        metric="auto",
        threshold=0.5,
        random_state=None,
    ):
        self.measures = measures
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.threshold = threshold
        self.random_state = random_state

    def _measure(self, rows):
        """Fit the measures; return the rows as queries, and their hardness."""
        self.model_ = HardnessModel(
            check_measures(self.measures),
            self.n_neighbors,
            self.metric,
            self.random_state,
        )
        queries = self.model_.fit(rows)
        return queries, self.model_.measure(queries)

    def _judge(self, rows):
        distinct = distinct_rows(rows)
        queries, measured = self._measure(distinct.rows)
        self.hardness_ = _expand(measured, distinct)
        return distinct.expand(self._weigh(distinct.rows, queries, measured))

    def _weigh(self, rows, queries, measured):
        quality = _mean_ease(measured)
        pred_proba = self.model_.predict_proba(queries)
        unjudged = queries.lone_classes(len(rows.classes))[rows.codes]
        if unjudged.any():
            _warn_lone(rows.classes[np.unique(rows.codes[unjudged])])
            quality[unjudged] = 1.0
            pred_proba[unjudged] = np.eye(len(rows.classes))[rows.codes[unjudged]]
        suspects = flag_suspects(self, rows, quality, pred_proba)
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(suspects, weights=rows.sample_weight),
            pred_proba=pred_proba,
        )

    def _score_new(self, X, codes):
        nobody = np.zeros(num_rows(X), dtype=np.intp)
        queries = self.model_.new(X, nobody if codes is None else codes)
        if codes is None:
            favoured = self.model_.predict_proba(queries).argmax(axis=1)
            queries = replace(queries, codes=favoured)
        return _mean_ease(self.model_.measure(queries))


def _expand(measured, distinct):
    """Hand measures of distinct rows to all their copies."""
    return {name: values[distinct.number_of] for name, values in measured.items()}


def _mean_ease(measured):
    return 1 - np.mean(list(measured.values()), axis=0)


def _warn_lone(labels):
    warnings.warn(
        f"The class(es) {labels.tolist()} have a single row, or copies or one group of "
        "rows alone, so that nothing is known of their labels, which count as right. "
        "Give such a class more rows, or merge it with another.",
        WeakEvidenceWarning,
        stacklevel=2,
    )


def instance_hardness(
    X,
    y,
    *,
    measures=None,
    n_neighbors=5,
    metric="auto",
    sample_weight=None,
    groups=None,
    random_state=None,
):
    """Measure how hard each row is to classify, in up to 19 ways.

    All measures lie in [0, 1], and 1 is hard. A wrong label makes a row hard; so
    do the border of two classes, an outlier and a rare class.

    Parameters
    ----------
    X : any container of n_samples rows
        Texts and frames are turned into numbers first, and numbers standardised.
    y : array-like of shape (n_samples,)
        Given labels, of two classes at least.
    measures : str, sequence of str or None, default=None
        Names of the measures, as listed below; None measures all.
    n_neighbors : int, default=5
        Number of neighbours of kDN.
    metric : str or callable, default="auto"
        Metric of all distances, as `sklearn.metrics.pairwise_distances` takes it.
        "auto" is the cosine distance for texts and sparse matrices, else the
        Euclidean one.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row. A row of weight zero is measured, but measures none.
    groups : array-like of shape (n_samples,) or "duplicates", default=None
        Rows of one group are not each other's neighbours, friends or enemies.
        "duplicates" makes groups of near copies.
    random_state : int, RandomState instance or None, default=None
        Settles ties of the trees; None always settles them the same way.

    Returns
    -------
    hardness : dict of str to ndarray of shape (n_samples,)
        The measures, by name.

    Raises
    ------
    ValueError
        If a measure is unknown or `n_neighbors` is out of range.

    See Also
    --------
    InstanceHardness : Detector by the mean of some measures.

    Notes
    -----
    Neighbours, friends (of the same label) and enemies (of any other):

    - "kdn": share of the k nearest neighbours that have another label.
    - "n1": share of the edges of the minimum spanning tree that lead to other
      labels.
    - "n2": distance to the nearest friend, as a share of the sum of that and the
      distance to the nearest enemy.
    - "lsc": one minus the size of the local set, of the friends nearer than the
      nearest enemy and the row itself, over the size of the class.
    - "lsr": one minus the distance to the nearest enemy over that to the farthest
      friend.
    - "u": one minus the share of the friends that have the row in their local set.
    - "h": share of the enemies of which the row is the nearest enemy.

    Models that were fitted on all rows, this one too:

    - "ds", "td_u": of a tree that is not pruned, one minus the relative size of the
      leaf, and its relative depth.
    - "dcp", "td_p": of a tree with the pruning of C4.5, the share of other labels in
      the leaf, and its relative depth.
    - "cl", "cld": one minus the posterior of the label by naive Bayes, and one minus
      its lead over the next class, halved.

    Classes and single features:

    - "mv", "cb": one minus the size of the class over that of the largest class,
      and over all rows.
    - "f1": share of the features in which the row lies where its class overlaps with
      the rest.
    - "f2", "f3", "f4": least, mean and greatest position in the overlap of single
      features, from 0 at the side of the own class to 1 at the other.

    The F measures set each class against the rest and take the mean; the others
    know several classes. They are published in several forms; which one is meant
    here was inferred for the position in the overlap, for the measures of class
    size and for ties, and so was that a row of no friends has an "n2" of 1, and one
    outside the tree, as it has no weight, one edge to its nearest row.

    Distances take time in the square of the number of rows, for the spanning tree,
    which is exact, too; memory grows with the number of rows alone. Exact copies
    are one row of their joint weight, and not each other's neighbours.

    References
    ----------
    Smith, Martinez and Giraud-Carrier. An instance level analysis of data
    complexity. Machine Learning 95, 2014.

    Leyva, Gonzalez and Perez. A set of complexity measures designed for applying
    meta-learning to instance selection. IEEE Transactions on Knowledge and Data
    Engineering 27, 2015.

    Lorena, Garcia, Lehmann, Souto and Ho. How complex is your classification
    problem? ACM Computing Surveys 52, 2019.

    Arruda, Prudencio and Lorena. Measuring instance hardness using data complexity
    measures. Brazilian Conference on Intelligent Systems, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import instance_hardness
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> hardness = instance_hardness(X, y, measures=("kdn", "n1", "dcp"))
    >>> [(name, round(float(values[0]), 2)) for name, values in hardness.items()]
    [('kdn', 1.0), ('n1', 1.0), ('dcp', 0.98)]
    """
    detector = InstanceHardness(
        measures,
        n_neighbors=n_neighbors,
        metric=metric,
        random_state=random_state,
    )
    rows = detector._check_rows(X, y, sample_weight, groups, None)
    distinct = distinct_rows(rows)
    return _expand(detector._measure(distinct.rows)[1], distinct)
