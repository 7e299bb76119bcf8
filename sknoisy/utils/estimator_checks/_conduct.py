# SPDX-License-Identifier: BSD-3-Clause
"""Checks of how an estimator behaves towards its caller."""

import random

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from sknoisy.utils.estimator_checks._inner import (
    Refusing,
    RefusingRegressor,
    seed_inner,
    with_inner,
)
from sknoisy.utils.estimator_checks._kinds import (
    judges_numbers,
    kind_of,
    quality_of,
    quietly,
    run,
    takes,
)
from sknoisy.utils.estimator_checks._tasks import make_task


@quietly
def check_fitted_attributes(name, estimator):
    """Check that what fit leaves behind has the right shape, dtype and range.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    fitted = clone(estimator)
    returned = fitted.fit(task.X, task.y)
    assert returned is fitted, f"fit of {name} must return self."
    n_samples = len(task)
    quality = quality_of(fitted)
    _assert_rows(name, "label_quality_", quality, n_samples, "f")
    assert np.all((quality >= 0) & (quality <= 1)), (
        f"label_quality_ of {name} lies between {quality.min():g} and "
        f"{quality.max():g}; map it to [0, 1]."
    )
    _assert_rows(name, "suspect_mask_", fitted.suspect_mask_, n_samples, "b")
    assert 0 <= fitted.noise_rate_ <= 1, (
        f"noise_rate_ of {name} is {fitted.noise_rate_}; it is a fraction."
    )
    assert fitted.n_features_in_ == task.X.shape[1], (
        f"{name} must set n_features_in_, as sklearn.utils.validation.validate_data "
        "does."
    )
    if hasattr(fitted, "sample_weight_"):
        _assert_rows(name, "sample_weight_", fitted.sample_weight_, n_samples, "f")
        assert np.all(fitted.sample_weight_ >= 0), (
            f"sample_weight_ of {name} has negative entries."
        )
    if not judges_numbers(estimator):
        _assert_class_attributes(name, fitted, task)
    if kind_of(estimator) == "detector":
        _assert_scores_new_rows(name, fitted, task)


def _assert_rows(name, attribute, values, n_samples, kind):
    right = isinstance(values, np.ndarray) and values.dtype.kind == kind
    assert right and values.shape == (n_samples,) and np.isfinite(values).all(), (
        f"{attribute} of {name} must be an array of {n_samples} finite "
        f"{'booleans' if kind == 'b' else 'numbers'}, one for each row given to fit."
    )


def _assert_class_attributes(name, fitted, task):
    assert np.array_equal(fitted.classes_, np.unique(task.y)), (
        f"classes_ of {name} must be the sorted labels."
    )
    if kind_of(fitted) == "detector":
        suggested = fitted.suggested_labels_
        right = suggested.shape == task.y.shape and np.isin(suggested, task.y).all()
        assert right, f"suggested_labels_ of {name} must hold a label for each row."
    if hasattr(fitted, "pred_proba_"):
        shape = (len(task), len(fitted.classes_))
        right = fitted.pred_proba_.shape == shape
        right = right and np.allclose(fitted.pred_proba_.sum(axis=1), 1, atol=1e-6)
        assert right, (
            f"pred_proba_ of {name} must have one column for each of classes_, and "
            "rows that sum to 1."
        )


def _assert_scores_new_rows(name, fitted, task):
    for y in (task.y[:7], None):
        scores = fitted.score_samples(task.X[:7], y)
        _assert_rows(name, "score_samples(X, y)", scores, 7, "f")
        assert np.all((scores >= 0) & (scores <= 1)), (
            f"score_samples of {name} must return label quality in [0, 1]."
        )


@quietly
def check_params_stay_unchanged(name, estimator):
    """Check that fit changes no parameter and fits no estimator of the caller.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    fitted = clone(estimator)
    before = _hashed_params(fitted)
    run(fitted, task.X, task.y)
    for key, value in _hashed_params(fitted).items():
        assert value == before[key], (
            f"fit of {name} changes its parameter {key}; fit a clone, and keep what is "
            "learned in attributes that end in an underscore."
        )


def _hashed_params(estimator):
    params = estimator.get_params(deep=False)
    return {key: joblib.hash(value) for key, value in params.items()}


@quietly
def check_global_random_state_is_left_alone(name, estimator):
    """Check that fit neither seeds nor draws from the global generators.

    Estimators inside get a seed of their own; it is their affair if they draw from
    the global generator without one.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    fitted = seed_inner(estimator)
    before = np.random.get_state(), random.getstate()
    run(fitted, task.X, task.y)
    after = np.random.get_state(), random.getstate()
    advice = "use check_random_state(self.random_state), with a fixed seed for None."
    assert all(map(np.array_equal, before[0], after[0])), (
        f"fit of {name} changes the global random state of NumPy; {advice}"
    )
    assert before[1] == after[1], (
        f"fit of {name} changes the global state of the random module; {advice}"
    )


@quietly
def check_failed_fit_leaves_no_trace(name, estimator):
    """Check that a fit that raises leaves an estimator as it was before.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    short = {key: np.ones(3) for key in ("sample_weight", "trusted")}
    calls = [(task.X, task.y[:-1], {})]
    calls += [(task.X, task.y, {k: v}) for k, v in short.items() if takes(estimator, k)]
    for X, y, metadata in calls:
        fitted = clone(estimator)
        _assert_fails_cleanly(name, fitted, X, y, metadata)
        run(fitted, task.X, task.y)
        _assert_fails_cleanly(name, fitted, X, y, metadata)
    refusing = RefusingRegressor() if judges_numbers(estimator) else Refusing()
    inside, n_replaced = with_inner(estimator, refusing)
    if n_replaced:
        _assert_fails_cleanly(name, inside, task.X, task.y, {})


def _assert_fails_cleanly(name, estimator, X, y, metadata):
    before = dict(vars(estimator))
    was_fitted = _is_fitted(estimator)
    try:
        run(estimator, X, y, **metadata)
    except Exception:
        after = vars(estimator)
    else:
        raise AssertionError(
            f"{name} fits y or metadata of another length than X, or swallows the "
            "error of an estimator inside; raise a ValueError."
        )
    changed = [
        key for key in before | after if before.get(key) is not after.get(key)
    ] + sorted(set(before) ^ set(after))
    assert not changed and _is_fitted(estimator) == was_fitted, (
        f"A fit of {name} that raises changes {changed}; set attributes last, or "
        "restore them."
    )


def _is_fitted(estimator):
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True
