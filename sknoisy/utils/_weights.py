# SPDX-License-Identifier: BSD-3-Clause
"""Fit any estimator on weighted rows, whether or not it takes weights."""

import numpy as np
from sklearn import config_context, get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state
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
    return _weight_keyword(estimator) is not None


def _weight_keyword(estimator):
    """Name the fit parameter that brings weights to the learner, or None."""
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        if last is None or isinstance(last, str):
            return None
        keyword = _weight_keyword(last)
        return None if keyword is None else f"{name}__{keyword}"
    if hasattr(estimator, "best_estimator_") or hasattr(estimator, "refit"):
        # A search passes its fit parameters on to each candidate as they are.
        inner = getattr(estimator, "estimator", None)
        if inner is not None and not has_fit_parameter(estimator, "sample_weight"):
            return _weight_keyword(inner)
    return "sample_weight" if has_fit_parameter(estimator, "sample_weight") else None


def _request_weights(estimator):
    """Ask for weights at the learner, for when metadata routing is enabled."""
    if isinstance(estimator, Pipeline):
        _request_weights(estimator.steps[-1][1])
        return
    inner = getattr(estimator, "estimator", None)
    if inner is not None and hasattr(inner, "set_fit_request"):
        _request_weights(inner)
    if hasattr(estimator, "set_fit_request") and has_fit_parameter(
        estimator, "sample_weight"
    ):
        estimator.set_fit_request(sample_weight=True)


def fit_weighted(
    estimator, X, y, sample_weight=None, *, random_state=None, fit_params=None
):
    """Fit a clone of an estimator on weighted rows.

    Rows of weight zero are left out, so that they equal absent rows for every
    estimator. Equal weights are passed on only if the caller gave them. An
    estimator that takes no weights gets each row as often as its weight says
    when the weights are small whole numbers, else a sample of rows drawn in
    proportion to the weights.

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
    keyword = _weight_keyword(estimator)
    rows = (
        _rows_for_weights(sample_weight, random_state)
        if keyword is None
        else np.flatnonzero(sample_weight > 0)
    )
    if keyword is None or len(rows) < len(sample_weight):
        fit_params = take_param_rows(fit_params, rows, num_rows(X))
        X, y, sample_weight = take_rows(X, rows), take_rows(y, rows), sample_weight[rows]
    if keyword is None:
        return fitted.fit(X, y, **fit_params)
    if fit_params and get_config()["enable_metadata_routing"]:
        _request_weights(fitted)
        return fitted.fit(X, y, sample_weight=sample_weight, **fit_params)
    # The weights are ours, not the caller's: no request is needed for them.
    with config_context(enable_metadata_routing=False):
        return fitted.fit(X, y, **fit_params, **{keyword: sample_weight})


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


def _rows_for_weights(sample_weight, random_state):
    whole = np.round(sample_weight)
    if (whole == sample_weight).all() and whole.sum() <= _MAX_REPEATS * len(whole):
        return np.repeat(np.arange(len(whole)), whole.astype(np.intp))
    positive = np.flatnonzero(sample_weight > 0)
    if np.ptp(sample_weight[positive]) == 0:
        return positive
    rng = check_random_state(0 if random_state is None else random_state)
    share = sample_weight / sample_weight.sum()
    return np.sort(rng.choice(len(share), size=len(positive), p=share))
