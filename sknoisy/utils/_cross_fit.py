# SPDX-License-Identifier: BSD-3-Clause
"""Out-of-sample probabilities: the only place where cross-fitting happens."""

import warnings
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from sknoisy.exceptions import RareClassWarning
from sknoisy.utils._encoding import encode
from sknoisy.utils._folds import make_folds
from sknoisy.utils._near_duplicates import resolve_groups
from sknoisy.utils._row_hash import hash_rows
from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils._soft_targets import fit_soft_targets
from sknoisy.utils._weights import fit_weighted


@dataclass(frozen=True)
class CrossFit:
    """Out-of-sample probabilities and the models that made them.

    Attributes
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities of each row by models that did not see it.
    classes : ndarray of shape (n_classes,)
        Label of each column.
    judged : ndarray of shape (n_samples,), dtype=bool
        False where no model that had seen the row's class could be fitted
        without the row; its probabilities then are one on its own label.
    estimators : list of classifiers
        The model of each fold.
    calibrator : classifier or None
        Maps decision values to probabilities, where the models give none.
    """

    pred_proba: np.ndarray
    classes: np.ndarray
    judged: np.ndarray
    estimators: list
    calibrator: object = None

    def predict_proba(self, X):
        """Average the probabilities of the fold models on new rows.

        Parameters
        ----------
        X : any container of n_new rows
            Rows that no fold has seen.

        Returns
        -------
        pred_proba : ndarray of shape (n_new, n_classes)
            Mean over the folds.
        """
        return sum(self.proba_by_fold(X)) / len(self.estimators)

    def proba_by_fold(self, X):
        """Yield the probabilities that each fold model predicts for some rows.

        Parameters
        ----------
        X : any container of n_rows rows
            Rows that may be among those cross-fitted on.

        Yields
        ------
        pred_proba : ndarray of shape (n_rows, n_classes)
            By the model of one fold.
        """
        for estimator in self.estimators:
            outputs = class_outputs(estimator, X, self.classes)
            yield _to_proba(outputs, self.calibrator, len(self.classes))


def cross_fit_proba(
    estimator,
    X,
    y,
    *,
    cv=5,
    targets=None,
    classes=None,
    sample_weight=None,
    groups=None,
    n_jobs=None,
    random_state=None,
):
    """Predict the class probabilities of every row by models that did not see it.

    Works for any classifier and any container. A classifier without
    `predict_proba` has its out-of-fold decision values (or, failing these, its
    predictions) mapped to probabilities by a logistic regression, as
    `CalibratedClassifierCV(ensemble=False)` does.

    Parameters
    ----------
    estimator : classifier
        Cloned for each fold, never changed.
    X : any container of n_samples rows
        The rows; passed to the classifier as they are.
    y : array-like of shape (n_samples,)
        Given labels of any kind.
    cv : int, splitter or iterable, default=5
        Number of folds, a scikit-learn splitter, or (train, test) pairs. An
        integer deals rows by their content, so that duplicates share a fold and
        the order of the rows does not matter. Rows tested several times get the
        mean of their predictions.
    targets : ndarray of shape (n_samples, n_classes), default=None
        Soft targets to train on in place of `y`, which still decides the folds. With
        a leading axis, of length n_folds, each fold has targets of its own.
    classes : ndarray of shape (n_classes,), default=None
        Labels in the order of the columns wanted; sorted labels by default.
    sample_weight : ndarray of shape (n_samples,), default=None
        Used in each fit. Rows of weight zero train no model.
    groups : array-like of shape (n_samples,) or "duplicates", default=None
        Rows of one group share a fold. ``"duplicates"`` makes groups of the
        duplicates and near duplicates among the rows.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds of an integer `cv`. None always chooses the same.

    Returns
    -------
    cross_fit : CrossFit
        Object with `pred_proba`, `classes`, `judged`, `estimators` and
        `predict_proba` for new rows.

    Raises
    ------
    ValueError
        If some row is in no test fold, or no row can be left out.

    Warns
    -----
    RareClassWarning
        If a class is missing from the training folds of its own rows, so that
        these cannot be judged.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.utils import cross_fit_proba
    >>> X, y = load_iris(return_X_y=True)
    >>> fit = cross_fit_proba(LogisticRegression(max_iter=1000), X, y)
    >>> fit.pred_proba.shape, len(fit.estimators)
    ((150, 3), 5)
    """
    y = np.asarray(y)
    classes = np.unique(y) if classes is None else np.asarray(classes)
    codes = encode(y, classes)
    if sample_weight is not None:
        sample_weight = np.asarray(sample_weight, dtype=np.float64)
    folds = training_folds(cv, X, codes, groups, sample_weight, seed_from(random_state))
    by_fold = targets if np.ndim(targets) == 3 else [targets] * len(folds)
    fitted = Parallel(n_jobs=n_jobs)(
        delayed(_fit_fold)(estimator, X, y, aim, classes, sample_weight, train, test)
        for (train, test), aim in zip(folds, by_fold, strict=True)
    )
    estimators = [model for model, _ in fitted]
    outputs = _gather([part for _, part in fitted], folds, len(codes))
    calibrator = None
    if not all(hasattr(model, "predict_proba") for model in estimators):
        calibrator = LogisticRegression(max_iter=1000)
        calibrator.fit(outputs, codes, sample_weight=sample_weight)
    pred_proba = _to_proba(outputs, calibrator, len(classes))
    judged = np.ones(len(codes), dtype=bool)
    if targets is None:
        judged = class_was_seen(folds, codes)
        warn_class_unseen(classes, codes, judged)
        pred_proba[~judged] = np.eye(len(classes))[codes[~judged]]
    return CrossFit(pred_proba, classes, judged, estimators, calibrator)


def cross_fit_predict(
    estimator,
    X,
    y,
    *,
    cv=5,
    sample_weight=None,
    groups=None,
    n_jobs=None,
    random_state=None,
):
    """Predict the target of every row by regressors that did not see it.

    Parameters
    ----------
    estimator : regressor
        Cloned for each fold, never changed.
    X : any container of n_samples rows
        The rows.
    y : ndarray of shape (n_samples,)
        Numeric targets.
    cv, sample_weight, groups, n_jobs, random_state
        As in `cross_fit_proba`.

    Returns
    -------
    predictions : ndarray of shape (n_samples,)
        Out-of-sample predictions.
    estimators : list of regressors
        The model of each fold.
    """
    one_class = np.zeros(len(y), dtype=np.intp)
    folds = training_folds(
        cv, X, one_class, groups, sample_weight, seed_from(random_state)
    )
    fitted = Parallel(n_jobs=n_jobs)(
        delayed(_fit_regression_fold)(estimator, X, y, sample_weight, train, test)
        for train, test in folds
    )
    predictions = _gather([part for _, part in fitted], folds, len(y))
    return predictions[:, 0], [model for model, _ in fitted]


def _fit_regression_fold(estimator, X, y, sample_weight, train, test):
    weight = None if sample_weight is None else sample_weight[train]
    model = fit_weighted(estimator, take_rows(X, train), y[train], weight)
    return model, np.asarray(model.predict(take_rows(X, test))).reshape(-1, 1)


def seed_from(random_state):
    """Turn a random state into a seed; None gives the same seed each time.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As scikit-learn takes it.

    Returns
    -------
    seed : int
        In the range that NumPy's legacy generator takes.
    """
    if random_state is None:
        return 0
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def class_outputs(estimator, X, classes):
    """Ask a classifier for the most telling output it has, one column per class.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    X : any container of n_samples rows
        Rows to predict.
    classes : ndarray of shape (n_classes,)
        Labels of the columns wanted; those the classifier has not seen get the
        lowest value.

    Returns
    -------
    outputs : ndarray of shape (n_samples, n_classes)
        Probabilities, else decision values, else one-hot predictions.
    """
    known = np.asarray(getattr(estimator, "classes_", classes))
    columns = encode(known, classes)
    if hasattr(estimator, "predict_proba"):
        outputs, lowest = np.asarray(estimator.predict_proba(X)), 0.0
    else:
        outputs = _decision_values(estimator, X, known)
        lowest = outputs.min(axis=1, keepdims=True)
    aligned = np.empty((len(outputs), len(classes)))
    aligned[:] = lowest
    aligned[:, columns] = outputs
    return aligned


def _decision_values(estimator, X, known):
    if hasattr(estimator, "decision_function"):
        values = np.asarray(estimator.decision_function(X))
        if values.ndim == 1:
            return np.column_stack([-values / 2, values / 2])
        if values.shape[1] == len(known):
            return values
    return (np.asarray(estimator.predict(X))[:, None] == known).astype(np.float64)


def training_folds(cv, X, codes, groups, sample_weight, seed):
    """Make folds in which rows of weight zero are tested but never trained on.

    Parameters
    ----------
    cv : int, splitter or iterable
        As `cross_fit_proba` takes it.
    X : any container of n_samples rows
        The rows to split.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    groups : array-like of shape (n_samples,), "duplicates" or None
        Rows of one group share a fold.
    sample_weight : ndarray of shape (n_samples,) or None
        Weight of each row.
    seed : int
        Chooses the folds of an integer `cv`.

    Returns
    -------
    folds : list of (train, test) index arrays
        As a scikit-learn splitter yields them.
    """
    groups = resolve_groups(groups, X)
    if sample_weight is None or (sample_weight > 0).all():
        return make_folds(
            cv, X, codes, groups=groups, sample_weight=sample_weight, seed=seed
        )
    active = np.flatnonzero(sample_weight > 0)
    if len(active) == 0:
        raise ValueError("sample_weight is zero for every row: nothing can be fitted.")
    if not isinstance(cv, Integral):
        folds = make_folds(cv, X, codes, groups=groups)
        return [(train[sample_weight[train] > 0], test) for train, test in folds]
    folds = make_folds(
        cv,
        take_rows(X, active),
        codes[active],
        groups=None if groups is None else take_rows(groups, active),
        sample_weight=sample_weight[active],
        seed=seed,
    )
    folds = [(active[train], active[test]) for train, test in folds]
    kin = hash_rows(X, seed) if groups is None else np.asarray(groups)
    absent = np.flatnonzero(sample_weight == 0)
    extra = _strangers(kin, absent, folds)
    return [
        (train, np.r_[test, more])
        for (train, test), more in zip(folds, extra, strict=True)
    ]


def _strangers(kin, absent, folds):
    """List for each fold the absent rows that have no kin in its training part.

    Kin are the rows of a group, or else exact duplicates. Rows with kin in every
    training part have a place in each fold, as those that have no kin at all.
    """
    if kin is None:
        return [absent] * len(folds)
    is_kin = np.array([np.isin(kin[absent], kin[train]) for train, _ in folds])
    is_kin[:, is_kin.all(axis=0)] = False
    return [absent[~among] for among in is_kin]


def _fit_fold(estimator, X, y, targets, classes, sample_weight, train, test):
    X_train, y_train = take_rows(X, train), y[train]
    weight = None if sample_weight is None else sample_weight[train]
    if targets is not None:
        model = fit_soft_targets(
            estimator, X_train, targets[train], classes, sample_weight=weight
        )
    elif (y_train == y_train[0]).all():
        # Nothing to tell apart: many classifiers refuse a single class.
        model = OneClass().fit(y_train)
    else:
        model = fit_weighted(estimator, X_train, y_train, weight)
    return model, class_outputs(model, take_rows(X, test), classes)


class OneClass:
    """Stands in for a classifier where a training fold holds one class only."""

    def fit(self, y):
        self.classes_ = y[:1]
        return self

    def predict_proba(self, X):
        return np.ones((num_rows(X), 1))


def _gather(parts, folds, n_samples):
    """Average what the folds say of each row."""
    outputs = np.zeros((n_samples, parts[0].shape[1]))
    times = np.zeros(n_samples, dtype=np.intp)
    for part, (_, test) in zip(parts, folds, strict=True):
        outputs[test] += part
        times[test] += 1
    untested = np.count_nonzero(times == 0)
    if untested:
        raise ValueError(
            f"cv leaves {untested} row(s) untested, so their labels cannot be judged; "
            "use a cv that tests every row, as KFold does."
        )
    outputs /= times[:, None]
    return outputs


def class_was_seen(folds, codes):
    """Tell which rows a fold has tested that trained on their class.

    Parameters
    ----------
    folds : list of (train, test) index arrays
        Any folds.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.

    Returns
    -------
    seen : ndarray of shape (n_samples,), dtype=bool
        False where nothing can be said of the label.
    """
    seen = np.zeros(len(codes), dtype=bool)
    for train, test in folds:
        seen[test] |= knows_class(codes, train, test)
    return seen


def knows_class(codes, train, test):
    """Tell which rows that a fold tests have a class that it trained on.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    train, test : ndarray of int
        The fold.

    Returns
    -------
    known : ndarray of shape (n_test,), dtype=bool
        False where the class of the row was not seen.
    """
    known = np.bincount(codes[train], minlength=codes.max() + 1) > 0
    return known[codes[test]]


def _to_proba(outputs, calibrator, n_classes):
    if calibrator is None:
        return outputs
    pred_proba = np.zeros((len(outputs), n_classes))
    pred_proba[:, calibrator.classes_] = calibrator.predict_proba(outputs)
    return pred_proba


def warn_class_unseen(classes, codes, judged, stacklevel=3):
    """Warn of classes whose rows were never tested by a model that knew them.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    judged : ndarray of shape (n_samples,), dtype=bool
        As `class_was_seen` returns it.
    stacklevel : int, default=3
        As `warnings.warn` takes it.
    """
    labels = classes[np.unique(codes[~judged])]
    if len(labels):
        warnings.warn(
            f"No training fold without them holds the class(es) {labels.tolist()}, so "
            "the labels of their rows cannot be judged and count as right. Give "
            "such a class more rows, or merge it with another.",
            RareClassWarning,
            stacklevel=stacklevel,
        )
