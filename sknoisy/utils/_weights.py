# SPDX-License-Identifier: BSD-3-Clause
"""Fit any estimator on weighted rows, whether or not it takes weights."""

from inspect import Parameter, signature

import numpy as np
from sklearn import config_context, get_config
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from sknoisy.utils._rows import is_per_row, num_rows, take_rows

# Whole-number weights up to this total per row are honoured by repeating rows.
_MAX_REPEATS = 20


def supports_sample_weight(estimator):
    """Tell whether the fit of an estimator uses sample weights.

    Looks through pipelines and searches at the estimator that does the learning.

    Parameters
    ----------
    estimator : estimator
        Any scikit-learn compatible estimator.

    Returns
    -------
    supports : bool
        True if `fit_weighted` hands the weights over, False if it stands in for
        them by repeating or drawing rows.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknoisy.utils import supports_sample_weight
    >>> supports_sample_weight(make_pipeline(StandardScaler(), LogisticRegression()))
    True
    >>> supports_sample_weight(KNeighborsClassifier())
    False
    """
    return bool(_weight_keywords(estimator))


def _weight_keywords(estimator):
    """Name the fit parameters that bring weights to the learner and before it.

    A scaler that counts a row of weight two once would undo what the learner does
    right. Nothing is named if the learner itself takes no weights.
    """
    if isinstance(estimator, Pipeline):
        *earlier, (name, last) = estimator.steps
        if last is None or isinstance(last, str):
            return []
        keywords = [f"{name}__{keyword}" for keyword in _weight_keywords(last)]
        if keywords and has_fit_parameter(estimator, "sample_weight"):
            # A pipeline of this library brings them to its cleaners as well.
            keywords = ["sample_weight"]
        return keywords + _earlier_keywords(earlier) if keywords else []
    if _is_search(estimator):
        # A search passes its fit parameters on to each candidate as they are.
        return _weight_keywords(estimator.estimator)
    if isinstance(estimator, CalibratedClassifierCV) and estimator.estimator:
        # It drops weights that its estimator does not take under the same name.
        if _weight_keywords(estimator.estimator) != ["sample_weight"]:
            return []
    return ["sample_weight"] if has_fit_parameter(estimator, "sample_weight") else []


def _earlier_keywords(steps):
    return [
        f"{name}__{keyword}" for name, part in steps for keyword in step_keywords(part)
    ]


def step_keywords(transformer):
    """Name the fit parameters that bring weights to a step before the last one.

    Parameters
    ----------
    transformer : transformer
        A step of a pipeline, which may be a pipeline itself.

    Returns
    -------
    keywords : list of str
        Parameters of its `fit_transform`; none if it uses no weights.
    """
    if isinstance(transformer, Pipeline):
        return _earlier_keywords(transformer.steps)
    return ["sample_weight"] if _is_weighted(transformer) else []


def _is_search(estimator):
    return (
        hasattr(estimator, "refit")
        and hasattr(estimator, "error_score")
        and getattr(estimator, "estimator", None) is not None
        and not has_fit_parameter(estimator, "sample_weight")
    )


def _is_weighted(transformer):
    if not hasattr(transformer, "fit_transform"):
        return False
    taken = signature(transformer.fit_transform).parameters
    passes_on = any(p.kind is Parameter.VAR_KEYWORD for p in taken.values())
    return has_fit_parameter(transformer, "sample_weight") and (
        passes_on or "sample_weight" in taken
    )


def _cleans_by_weight(step):
    acts_on_rows = hasattr(step, "fit_resample") or hasattr(step, "fit_reweight")
    return acts_on_rows and has_fit_parameter(step, "sample_weight")


def _request_weights(estimator):
    """Ask for weights where they are used, for when metadata routing is enabled."""
    if isinstance(estimator, Pipeline):
        *earlier, (_, last) = estimator.steps
        _request_earlier_weights(earlier)
        _request_weights(last)
        return
    inner = getattr(estimator, "estimator", None)
    if inner is not None:
        _request_weights(inner)
    if _asks_for_weights(estimator, "fit"):
        estimator.set_fit_request(sample_weight=True)
    # A search passes on to the scores of its candidates what it passes to fit.
    if _asks_for_weights(estimator, "score", unsettled=True):
        estimator.set_score_request(sample_weight=True)


def _request_earlier_weights(steps):
    for _, part in steps:
        if isinstance(part, Pipeline):
            _request_earlier_weights(part.steps)
        elif _is_weighted(part) or _cleans_by_weight(part):
            part.set_fit_request(sample_weight=True)
        else:
            _decline_weights(part)


def _decline_weights(transformer):
    """Keep weights from a step whose user has not said what it wants."""
    parts = [transformer]
    if hasattr(transformer, "get_params"):
        parts += transformer.get_params(deep=True).values()
    for part in parts:
        if _asks_for_weights(part, "fit", unsettled=True):
            part.set_fit_request(sample_weight=False)


def _asks_for_weights(part, method, unsettled=False):
    """Tell whether a request for weights can be set, or is still to be set."""
    if not hasattr(part, f"set_{method}_request"):
        return False
    requests = getattr(get_routing_for_object(part), method).requests
    if "sample_weight" not in requests:
        return False
    return not unsettled or requests["sample_weight"] is None


def fit_weighted(
    estimator, X, y, sample_weight=None, *, random_state=None, fit_params=None
):
    """Fit a clone of an estimator on weighted rows.

    Rows of weight zero are left out, so that they equal absent rows for every
    estimator. Equal weights are passed on only if the caller gave them, and in a
    pipeline to every step that takes them. An estimator that takes no weights gets
    each row as often as its weight says when the weights are small whole numbers,
    else a sample of rows drawn in proportion to the weights.

    Parameters
    ----------
    estimator : estimator
        Cloned, never changed.
    X : any container of n_samples rows
        Training rows.
    y : array-like of shape (n_samples,)
        Targets.
    sample_weight : ndarray of shape (n_samples,), default=None
        Non-negative weights; None fits without weights.
    random_state : int, RandomState instance or None, default=None
        Seeds the draw for estimators that take no weights; None draws with a
        fixed seed, so that two fits agree.
    fit_params : dict, default=None
        Further parameters of fit, passed on as they are.

    Returns
    -------
    fitted : estimator
        The fitted clone.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.utils import fit_weighted
    >>> X, y = [[0.0], [1.0], [2.0]], [0, 1, 1]
    >>> knn = fit_weighted(KNeighborsClassifier(1), X, y, np.array([1.0, 1.0, 0.0]))
    >>> knn.n_samples_fit_
    2
    """
    fitted = clone(estimator)
    fit_params = dict(fit_params or {})
    if sample_weight is None:
        return fitted.fit(X, y, **fit_params)
    keywords = _weight_keywords(estimator)
    rows = (
        np.flatnonzero(sample_weight)
        if keywords
        else rows_for_weights(sample_weight, random_state)
    )
    if not keywords or len(rows) < len(sample_weight):
        fit_params = take_param_rows(fit_params, rows, num_rows(X))
        X, y = take_rows(X, rows), take_rows(y, rows)
        sample_weight = sample_weight[rows]
    if not keywords:
        return fitted.fit(X, y, **fit_params)
    if fit_params and get_config()["enable_metadata_routing"]:
        _request_weights(fitted)
        return fitted.fit(X, y, sample_weight=sample_weight, **fit_params)
    # The weights are ours, not the caller's: no request is needed for them.
    with config_context(enable_metadata_routing=False):
        return fitted.fit(X, y, **fit_params, **dict.fromkeys(keywords, sample_weight))


def take_param_rows(params, rows, n_rows):
    """Keep per-row fit parameters in step with their rows.

    Parameters
    ----------
    params : dict
        Parameters of fit.
    rows : ndarray of shape (n_taken,), dtype=int
        Positions of the rows that remain.
    n_rows : int
        Number of rows before; parameters of any other length are left alone.

    Returns
    -------
    params : dict
        The same names; per-row values hold `rows` only.
    """
    return {
        name: take_rows(value, rows) if is_per_row(value, n_rows) else value
        for name, value in params.items()
    }


def rows_for_weights(sample_weight, random_state=None):
    """Choose rows whose repeats stand in for weights.

    Parameters
    ----------
    sample_weight : ndarray of shape (n_samples,)
        Non-negative weights, not all zero.
    random_state : int, RandomState instance or None, default=None
        Seeds the draw where weights are no small whole numbers; None draws with
        a fixed seed.

    Returns
    -------
    rows : ndarray of shape (n_taken,), dtype=int
        Positions in ascending order, with repeats.
    """
    whole = np.round(sample_weight)
    if (whole == sample_weight).all() and whole.sum() <= _MAX_REPEATS * len(whole):
        return np.repeat(np.arange(len(whole)), whole.astype(np.intp))
    positive = np.flatnonzero(sample_weight > 0)
    if np.ptp(sample_weight[positive]) == 0:
        return positive
    rng = check_random_state(0 if random_state is None else random_state)
    share = sample_weight / sample_weight.sum()
    return np.sort(rng.choice(len(share), size=len(positive), p=share))


def effective_rows(n_samples, sample_weight):
    """Count the rows that weighted ones are worth in a standard error.

    Parameters
    ----------
    n_samples : int
        Number of rows.
    sample_weight : ndarray of shape (n_samples,) or None
        Weight of each row; whole weights count repeated rows.

    Returns
    -------
    n_effective : float
        At most the number of rows, unless weights repeat them.
    """
    if sample_weight is None:
        return n_samples
    if (sample_weight == np.round(sample_weight)).all():
        return sample_weight.sum()
    return sample_weight.sum() ** 2 / (sample_weight**2).sum()


def row_counts(sample_weight):
    """Say how many rows each weighted row stands for.

    Parameters
    ----------
    sample_weight : ndarray of shape (n_samples,)
        Non-negative weights.

    Returns
    -------
    counts : ndarray of shape (n_samples,)
        Whole weights count repeated rows; else each row with weight is one.
    """
    is_whole = (sample_weight == np.round(sample_weight)).all()
    return sample_weight if is_whole else (sample_weight > 0).astype(float)


def mean_and_error(values, sample_weight=None):
    """Average values, and say how far the mean may be off.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Numbers.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    mean : float
        Weighted mean.
    error : float
        Its standard error.
    """
    mean = np.average(values, weights=sample_weight)
    spread = np.average((values - mean) ** 2, weights=sample_weight)
    return mean, np.sqrt(spread / effective_rows(len(values), sample_weight))
