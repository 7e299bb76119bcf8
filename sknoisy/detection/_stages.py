# SPDX-License-Identifier: BSD-3-Clause
"""Train a classifier in stages and look at its predictions after each."""

from dataclasses import dataclass
from functools import singledispatch
from inspect import signature

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import AdaBoostClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_class_weight

from sknoisy.detection._join_on_use import join_on_use
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._row_hash import hash_rows
from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils._weights import fit_weighted, rows_for_weights

# Classes of other modules, and what to import when one is first met.
_JOIN_ON_USE = {
    "lightgbm.LGBMClassifier": "sknoisy.boosting._stages:lightgbm_stages",
    "sklearn.HistGradientBoostingClassifier": (
        "sknoisy.detection._hist_boosting_stages:hist_boosting_stages"
    ),
    "sklearn.Pipeline": "sknoisy.detection._pipeline_stages:pipeline_stages",
    "sknoisy.RobustNetClassifier": "sknoisy.neural._stages:net_stages",
    "skorch.NeuralNetClassifier": "sknoisy.neural._stages:net_stages",
}


@dataclass(frozen=True)
class Stage:
    """Predictions of a classifier in the midst of its training.

    Give either of `logits` and `pred_proba`, or both.

    Attributes
    ----------
    model : classifier or None
        The classifier as far as it is trained. Stages may share one object that
        goes on learning; after the last stage it is the trained classifier. None
        for a stage that was watched in the midst of a fit.
    logits : ndarray of shape (n_judged, n_classes) or None
        Raw scores, one column for each of ``model.classes_``, whose softmax gives
        the probabilities.
    pred_proba : ndarray of shape (n_judged, n_classes) or None
        Class probabilities.
    """

    model: object
    logits: np.ndarray | None = None
    pred_proba: np.ndarray | None = None


@singledispatch
def stages(estimator, X, y, *, sample_weight=None, judged=None, n_epochs=30):
    """Train a clone of a classifier, and predict some rows after each stage.

    Boosting that has `staged_decision_function` or `staged_predict_proba` is
    fitted once, and each round is a stage. A classifier that has `partial_fit` and
    `max_iter`, as linear models fitted by stochastic gradient descent and neural
    networks have, is trained epoch by epoch. A pipeline transforms once and goes
    by its last step. LightGBM classifiers are fitted once, and the raw scores of
    their trees are added up. A `skorch.NeuralNetClassifier` or a
    `sknoisy.neural.RobustNetClassifier` is trained once, and predicts after each epoch.

    It is a `functools.singledispatch` function, so that
    ``stages.register(MyClassifier)`` makes others join.

    Parameters
    ----------
    estimator : classifier
        Cloned, never changed.
    X : any container of n_samples rows
        Training rows.
    y : ndarray of shape (n_samples,)
        Their labels, of at least two classes.
    sample_weight : ndarray of shape (n_samples,), default=None
        Positive weights.
    judged : any container of n_judged rows, default=None
        Rows to predict; None for X.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs, or its own `max_iter` if that is
        less.

    Yields
    ------
    stage : Stage
        Predictions of the judged rows after the next stage.

    Raises
    ------
    TypeError
        If it is not known how the classifier is trained in stages.

    Notes
    -----
    Epochs are seeded by the `random_state` of the classifier, or by 0 if it has
    none, and shuffle rows that were first put in the order of their content, so
    that the order of the rows does not matter. Early stopping is off.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import GradientBoostingClassifier
    >>> from sknoisy.detection import stages
    >>> X, y = load_iris(return_X_y=True)
    >>> [stage.logits.shape for stage in stages(GradientBoostingClassifier(
    ...     n_estimators=2), X, y)]
    [(150, 3), (150, 3)]
    """
    options = {"sample_weight": sample_weight, "judged": judged}
    if join_on_use(stages, _JOIN_ON_USE, type(estimator)):
        yield from stages(estimator, X, y, n_epochs=n_epochs, **options)
    elif _is_staged(estimator):
        yield from _boosting_stages(estimator, X, y, **options)
    elif has_epochs(estimator):
        yield from _epochs(estimator, X, y, n_epochs=n_epochs, **options)
    else:
        raise TypeError(
            f"{type(estimator).__name__} is not known to be trained in stages. Use "
            "boosting (HistGradientBoostingClassifier, LGBMClassifier, ...) or a "
            "classifier with epochs (SGDClassifier, MLPClassifier, ...), at the end "
            "of a pipeline if need be, or register it with "
            "sknoisy.detection.stages.register."
        )


def can_be_staged(estimator):
    """Tell whether `stages` knows how a classifier is trained in stages.

    Parameters
    ----------
    estimator : classifier
        Any.

    Returns
    -------
    can : bool
        False where `stages` would raise TypeError.
    """
    if isinstance(estimator, Pipeline):
        return can_be_staged(estimator.steps[-1][1])
    return (
        join_on_use(stages, _JOIN_ON_USE, type(estimator))
        or stages.dispatch(type(estimator)) is not stages.dispatch(object)
        or _is_staged(estimator)
        or has_epochs(estimator)
    )


def watch_stages(estimator, X, y, take, *, wanted, sample_weight=None, n_epochs=30):
    """Train a clone of a classifier, and hand on what it says of its own rows.

    It does what `stages` does for the training rows. Where the training itself
    keeps their raw scores up to date, as boosting does, these are taken while it
    runs, and no tree predicts a row again; so the stages call, and are not asked
    for. A function that is registered with `stages` has such a way in its
    attribute ``watch``, or has none.

    Parameters
    ----------
    estimator : classifier
        Cloned, never changed.
    X : any container of n_samples rows
        Training rows.
    y : ndarray of shape (n_samples,)
        Their labels, of at least two classes.
    take : callable
        Called with each wanted stage. Arrays that a stage holds may change after
        the call.
    wanted : callable
        Called with the number of a stage, from 0 on; whether to take it.
    sample_weight : ndarray of shape (n_samples,), default=None
        Positive weights.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs.

    Returns
    -------
    model : classifier
        The trained classifier.
    """
    join_on_use(stages, _JOIN_ON_USE, type(estimator))
    options = {"sample_weight": sample_weight, "n_epochs": n_epochs}
    watch = getattr(stages.dispatch(type(estimator)), "watch", None)
    if watch is not None:
        return watch(estimator, X, y, take, wanted=wanted, **options)
    return take_wanted(stages(estimator, X, y, **options), take, wanted)


def take_wanted(course, take, wanted):
    """Hand on the wanted ones of some stages.

    Parameters
    ----------
    course : iterable of Stage
        At least one.
    take : callable
        Called with each wanted stage.
    wanted : callable
        Called with the number of a stage, from 0 on.

    Returns
    -------
    model : classifier
        That of the last stage.
    """
    for i, stage in enumerate(course):
        if wanted(i):
            take(stage)
    return stage.model


def count_stages(estimator, n_epochs):
    """Tell how many stages a classifier will have, where that is known.

    Parameters
    ----------
    estimator : classifier
        Any that can be staged.
    n_epochs : int
        Epochs of a classifier that has epochs.

    Returns
    -------
    n_stages : int or None
        None if the data decide, as under early stopping, or it is not known how.
    """
    if isinstance(estimator, Pipeline):
        return count_stages(estimator.steps[-1][1], n_epochs)
    join_on_use(stages, _JOIN_ON_USE, type(estimator))
    how = stages.dispatch(type(estimator))
    if how is stages.dispatch(object):
        if has_epochs(estimator) and not _is_staged(estimator):
            return min(n_epochs, estimator.max_iter)
        stops = getattr(estimator, "n_iter_no_change", None) is not None
        return None if stops else getattr(estimator, "n_estimators", None)
    if getattr(estimator, "early_stopping", False):
        return None
    if hasattr(how, "count"):
        return how.count(estimator, n_epochs)
    return getattr(estimator, getattr(how, "rounds", ""), None)


def _is_staged(estimator):
    return hasattr(estimator, "staged_decision_function") or hasattr(
        estimator, "staged_predict_proba"
    )


def has_epochs(estimator):
    """Tell whether a classifier is trained epoch by epoch.

    Parameters
    ----------
    estimator : classifier
        Any.

    Returns
    -------
    has : bool
        Whether it has `partial_fit` and `max_iter`.
    """
    return hasattr(estimator, "partial_fit") and hasattr(estimator, "max_iter")


def two_columns(values):
    """Turn the raw score of the second class into one for each of two classes.

    Parameters
    ----------
    values : ndarray of shape (n,), (n, 1) or (n, n_classes)
        Raw scores as a decision function returns them.

    Returns
    -------
    logits : ndarray of shape (n, n_classes)
        Half the score for the second class, minus half of it for the first, so
        that their softmax is the sigmoid of the score.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 2 and values.shape[1] > 1:
        return values
    half = values.ravel() / 2
    return np.column_stack([-half, half])


def _boosting_stages(estimator, X, y, *, sample_weight, judged):
    model = fit_weighted(estimator, X, y, sample_weight)
    yield from predicted_stages(model, X if judged is None else judged)


def predicted_stages(model, judged):
    """Predict rows by each round of fitted boosting.

    Parameters
    ----------
    model : classifier
        Fitted; it has `staged_decision_function` or `staged_predict_proba`.
    judged : any container of n_judged rows
        Rows to predict.

    Yields
    ------
    stage : Stage
        Predictions after the next round.
    """
    if not hasattr(model, "staged_decision_function"):
        for pred_proba in model.staged_predict_proba(judged):
            yield Stage(model, pred_proba=pred_proba)
        return
    # The exponential loss estimates half the log-odds.
    scale = 2.0 if getattr(model, "loss", None) == "exponential" else 1.0
    for values in model.staged_decision_function(judged):
        yield Stage(model, logits=scale * two_columns(values))


def _epochs(estimator, X, y, *, sample_weight, judged, n_epochs):
    judged = X if judged is None else judged
    model, seed = _ready_for_epochs(estimator, y)
    order = content_order(X, y, seed)
    X, y = take_rows(X, order), y[order]
    weights = {}
    if sample_weight is not None:
        sample_weight = sample_weight[order]
        if "sample_weight" in signature(model.partial_fit).parameters:
            weights = {"sample_weight": sample_weight}
        else:
            repeats = rows_for_weights(sample_weight)
            X, y = take_rows(X, repeats), y[repeats]
    classes = np.unique(y)
    for epoch in range(min(n_epochs, model.max_iter)):
        if seed is not None:
            # A seed of its own, or each epoch would shuffle alike.
            model.set_params(random_state=seed + epoch)
        model.partial_fit(X, y, classes=classes, **weights)
        yield _predict(model, judged)


def _ready_for_epochs(estimator, y):
    """Clone a classifier for partial_fit; return it and the seed of its epochs."""
    model, seed = clone(estimator), None
    params = model.get_params(deep=False)
    if "random_state" in params:
        seed = seed_from(params["random_state"]) % 2**30
    if params.get("early_stopping"):
        model.set_params(early_stopping=False)
    if params.get("class_weight") == "balanced":
        # What partial_fit cannot know is known here: all the labels.
        classes = np.unique(y)
        weights = compute_class_weight("balanced", classes=classes, y=y)
        model.set_params(class_weight=dict(zip(classes, weights, strict=True)))
    return model, seed


def content_order(X, y, seed):
    """Put rows in an order that does not hang on the one they came in.

    Parameters
    ----------
    X : any container of n_samples rows
        Rows.
    y : ndarray of shape (n_samples,)
        Their labels, which order copies.
    seed : int or None
        Different seeds give different orders.

    Returns
    -------
    order : ndarray of shape (n_samples,), dtype=int
        Positions of the rows.
    """
    hashes = hash_rows(X, seed or 0)
    if hashes is None:
        return np.arange(num_rows(X))
    _, codes = np.unique(y, return_inverse=True)
    return np.lexsort((codes, hashes))


def _predict(model, X):
    logits = pred_proba = None
    if hasattr(model, "decision_function"):
        logits = two_columns(model.decision_function(X))
    if hasattr(model, "predict_proba"):
        pred_proba = model.predict_proba(X)
    return Stage(model, logits, pred_proba)


@stages.register(AdaBoostClassifier)
def _adaboost_stages(
    estimator, X, y, *, sample_weight=None, judged=None, n_epochs=None
):
    # Its decision values are votes, not log-odds; its probabilities are made of
    # them by a formula of its own.
    model = fit_weighted(estimator, X, y, sample_weight)
    for pred_proba in model.staged_predict_proba(X if judged is None else judged):
        yield Stage(model, pred_proba=pred_proba)


_adaboost_stages.rounds = "n_estimators"
