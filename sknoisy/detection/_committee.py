# SPDX-License-Identifier: BSD-3-Clause
"""Committees: several learners, or several folds, judge the same rows."""

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.parallel import Parallel, delayed

from sknoisy.base import copy_common_input_tags
from sknoisy.detection._features import fit_features
from sknoisy.detection._pruned_tree import PrunedTree
from sknoisy.detection._schemes import BaseScheme, Member
from sknoisy.utils._cross_fit import (
    OneClass,
    class_outputs,
    cross_fit_proba,
    seed_from,
    training_folds,
)
from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils._weights import fit_weighted


class BaseCommittee(BaseScheme):
    """Base of schemes of which each member can be asked about new rows.

    The members are the `estimators_` of a subclass, unless it says otherwise.
    """

    def member_probas(self, X):
        """Yield what each member says of new rows.

        Parameters
        ----------
        X : any container of n_new rows
            New rows.

        Yields
        ------
        pred_proba : ndarray of shape (n_new, n_classes)
            Probabilities of the next member.
        """
        X = self._prepare(X)
        for model in self.estimators_:
            yield vote_proba(model, X, self.classes_)

    def predict_proba(self, X):
        total, n_members = np.zeros((num_rows(X), len(self.classes_))), 0
        for pred_proba in self.member_probas(X):
            total += pred_proba
            n_members += 1
        return total / n_members

    def _prepare(self, X):
        return X if self.preprocessor_ is None else self.preprocessor_.transform(X)


class Committee(BaseCommittee):
    """Several learners, each of which judges every row out of fold.

    Parameters
    ----------
    estimators : list of classifiers, default=None
        The learners, which see X as it is. None is a decision tree with the pruning
        of C4.5, the nearest neighbour and a linear model, which see numbers made of
        X without a look at the labels.
    cv : int, splitter or iterable, default=5
        Folds, the same for all learners.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Label of each column.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sknoisy.detection import Committee, LabelDetector
    >>> X, y = load_iris(return_X_y=True)
    >>> scheme = Committee([GaussianNB(), DecisionTreeClassifier(max_depth=3)])
    >>> LabelDetector(scheme, aggregate="minimum").fit(X, y).label_quality_.shape
    (150,)
    """

    def __init__(self, estimators=None, *, cv=5, n_jobs=None, random_state=None):
        self.estimators = estimators
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def members(self, rows):
        self.preprocessor_, self.classes_ = None, rows.classes
        X, learners = rows.X, self.estimators
        if learners is None:
            self.preprocessor_, X, linear = fit_features(rows)
            learners = self._default_learners(X, linear)
        _check_learners(learners)
        folds = training_folds(
            self.cv,
            rows.X,
            rows.codes,
            rows.groups,
            rows.sample_weight,
            seed_from(self.random_state),
        )
        self.cross_fits_ = []
        for learner in learners:
            cross_fit = cross_fit_proba(
                learner,
                X,
                rows.y,
                cv=folds,
                classes=rows.classes,
                sample_weight=rows.sample_weight,
                n_jobs=self.n_jobs,
            )
            self.cross_fits_.append(cross_fit)
            yield Member(cross_fit.pred_proba)

    def _default_learners(self, features, linear):
        return [
            PrunedTree(random_state=seed_from(self.random_state)),
            nearest_neighbors(1, features),
            linear,
        ]

    def member_probas(self, X):
        X = self._prepare(X)
        for cross_fit in self.cross_fits_:
            yield cross_fit.predict_proba(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # Anything else is refused by fit, with a better message.
        learners = self.estimators if _is_list_of_learners(self.estimators) else []
        copy_common_input_tags(tags, learners)
        return tags


def _is_list_of_learners(learners):
    is_list = isinstance(learners, (list, tuple)) and len(learners) > 0
    return is_list and all(hasattr(part, "fit") for part in learners)


def _check_learners(learners):
    if not _is_list_of_learners(learners):
        raise TypeError(
            f"estimators={learners!r} must be a list of classifiers, as "
            "[GaussianNB(), LogisticRegression()]."
        )


def nearest_neighbors(n_neighbors, features):
    """Make a classifier by the nearest neighbours that suits some features.

    Parameters
    ----------
    n_neighbors : int
        Number of neighbours, if there are twice as many rows.
    features : ndarray or sparse matrix
        Sparse ones are compared by their angle.

    Returns
    -------
    classifier : KNeighborsClassifier
        Unfitted.
    """
    metric = "cosine" if sparse.issparse(features) else "euclidean"
    # No training fold is smaller than half of the rows.
    n_neighbors = min(n_neighbors, max(1, features.shape[0] // 2))
    return KNeighborsClassifier(n_neighbors, metric=metric)


class FoldCommittee(BaseCommittee):
    """One learner, fitted without each fold in turn; every fit judges every row.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None is a decision tree with the pruning of C4.5.
    cv : int, splitter or iterable, default=10
        Folds.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.
    """

    def __init__(self, estimator=None, *, cv=10, n_jobs=None, random_state=None):
        self.estimator = estimator
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def members(self, rows):
        self.classes_ = rows.classes
        self.preprocessor_, X, learner = tree_or(self.estimator, rows)
        folds = training_folds(
            self.cv,
            rows.X,
            rows.codes,
            rows.groups,
            rows.sample_weight,
            seed_from(self.random_state),
        )
        parts = [train for train, _ in folds]
        self.estimators_ = fit_parts(learner, X, rows, parts, self.n_jobs)
        for model in self.estimators_:
            yield voice(model, X, rows)


def tree_or(estimator, rows):
    """Choose a pruned tree on features of its own where no estimator was given.

    Parameters
    ----------
    estimator : classifier or None
        What the caller wrote.
    rows : LabelledRows
        The rows.

    Returns
    -------
    preprocessor : Pipeline or None
        Fitted; None leaves X as it is.
    X : any container of n_samples rows
        What the learner sees.
    learner : classifier
        Unfitted.
    """
    if estimator is not None:
        return None, rows.X, estimator
    preprocessor, features, _ = fit_features(rows)
    return preprocessor, features, PrunedTree(random_state=0)


def fit_parts(learner, X, rows, parts, n_jobs=None):
    """Fit a clone of a learner on each of several parts of the rows.

    Parameters
    ----------
    learner : classifier
        Unfitted.
    X : any container of n_samples rows
        What it sees.
    rows : LabelledRows
        Their labels and weights.
    parts : list of ndarray of dtype int
        Positions of the rows of each part.
    n_jobs : int, default=None
        Fits at the same time, through joblib.

    Returns
    -------
    models : list of classifiers
        Fitted; a part of one class has a model that knows no other.
    """
    return Parallel(n_jobs=n_jobs)(
        delayed(_fit_part)(clone(learner), X, rows.y, rows.sample_weight, part)
        for part in parts
    )


def _fit_part(learner, X, y, sample_weight, part):
    labels = y[part]
    if (labels == labels[0]).all():
        return OneClass().fit(labels)
    weight = None if sample_weight is None else sample_weight[part]
    return fit_weighted(learner, take_rows(X, part), labels, weight)


def vote_proba(model, X, classes):
    """Ask a model for probabilities, or for the class it picks if it has none.

    Parameters
    ----------
    model : classifier
        Fitted.
    X : any container of n_samples rows
        Rows to predict.
    classes : ndarray of shape (n_classes,)
        Label of each column.

    Returns
    -------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Rows sum to 1.
    """
    if hasattr(model, "predict_proba"):
        return class_outputs(model, X, classes)
    return (np.asarray(model.predict(X))[:, np.newaxis] == classes).astype(np.float64)


def voice(model, X, rows):
    """Let a model judge the rows whose class it has seen.

    Parameters
    ----------
    model : classifier
        Fitted.
    X : any container of n_samples rows
        What it sees.
    rows : LabelledRows
        Their labels.

    Returns
    -------
    member : Member
        Its judgement; of other classes it could say nothing but no.
    """
    pred_proba = vote_proba(model, X, rows.classes)
    known = np.isin(rows.classes, getattr(model, "classes_", rows.classes))
    judged = known[rows.codes]
    if judged.all():
        return Member(pred_proba)
    return Member(pred_proba[judged], np.flatnonzero(judged))
