# SPDX-License-Identifier: BSD-3-Clause
"""Checks that X reaches the estimators inside as it came, and so comes out."""

from unittest import SkipTest

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import get_tags

from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils.estimator_checks._inner import (
    WORDS,
    ContainerClassifier,
    ContainerRegressor,
    with_inner,
)
from sknoisy.utils.estimator_checks._kinds import (
    import_or_skip,
    is_row_cleaner,
    judges_numbers,
    kind_of,
    quietly,
    run,
)

_N_SAMPLES = 62


@quietly
def check_text_passes_through(name, estimator):
    """Check that a list of texts reaches the estimator inside.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    rng = np.random.default_rng(0)
    codes, y = _targets(estimator)
    X = [" ".join(["a", "day", *rng.choice(WORDS[k], 3)]) for k in codes]
    _check_container(
        name, estimator, X, y, claimed=get_tags(estimator).input_tags.string
    )


@quietly
def check_sparse_passes_through(name, estimator):
    """Check that a sparse matrix reaches the estimator inside.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    codes, y = _targets(estimator)
    X = sparse.csr_matrix(np.maximum(_numbers(codes), 0))
    _check_container(
        name, estimator, X, y, claimed=get_tags(estimator).input_tags.sparse
    )


@quietly
def check_missing_values_pass_through(name, estimator):
    """Check that NaN reaches the estimator inside.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    codes, y = _targets(estimator)
    X = _numbers(codes)
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    claimed = get_tags(estimator).input_tags.allow_nan
    _check_container(name, estimator, X, y, claimed=claimed)


@quietly
def check_pandas_passes_through(name, estimator):
    """Check that a frame of mixed types and missing values reaches the inside.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    pandas = import_or_skip("pandas")
    codes, y = _targets(estimator)
    X = pandas.DataFrame(_columns(codes), index=[f"row {i}" for i in range(len(codes))])
    X["kind"] = X["kind"].astype("category")
    claimed = get_tags(estimator).input_tags.categorical
    _check_container(name, estimator, X, pandas.Series(y, X.index), claimed=claimed)


@quietly
def check_polars_passes_through(name, estimator):
    """Check that a polars frame of mixed types reaches the estimator inside.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    polars = import_or_skip("polars")
    codes, y = _targets(estimator)
    X = polars.DataFrame(_columns(codes), nan_to_null=True)
    claimed = get_tags(estimator).input_tags.categorical
    _check_container(name, estimator, X, polars.Series("y", y), claimed=claimed)


def _targets(estimator):
    """Return the class of each row, and targets of which one a class is wrong."""
    codes = np.arange(_N_SAMPLES) % 2
    given = codes.copy()
    given[:2] = 1 - given[:2]
    noise = np.random.default_rng(5).normal(scale=0.1, size=_N_SAMPLES)
    return codes, 10.0 * given + noise if judges_numbers(estimator) else given


def _numbers(codes):
    noise = np.random.default_rng(2).normal(size=(len(codes), 3))
    return 4.0 * np.eye(2)[codes] @ np.eye(2, 3) + noise


def _columns(codes):
    rng = np.random.default_rng(3)
    size = 5.0 * codes + rng.normal(size=len(codes))
    size[5::20] = np.nan
    return {
        "size": size,
        "colour": [None if i % 9 == 8 else ("red", "blue")[i % 2] for i in codes],
        "kind": rng.choice(["a", "b", "c"], len(codes)),
        "is_new": rng.random(len(codes)) < 0.5,
    }


def _check_container(name, estimator, X, y, *, claimed):
    fitted, output = _run_on_container(name, estimator, X, y, claimed)
    suspicious = getattr(fitted, "label_quality_", None)
    if suspicious is not None:
        assert len(suspicious) == _N_SAMPLES and np.isfinite(suspicious).all(), (
            f"label_quality_ of {name} must hold a number for each row of a "
            f"{type(X).__name__}."
        )
        assert suspicious[:2].mean() < suspicious[2:].mean(), (
            f"{name} does not find planted errors in a {type(X).__name__}."
        )
    if kind_of(estimator) == "robust":
        n_predicted = len(fitted.predict(take_rows(X, np.arange(7))))
        assert n_predicted == 7, f"{name} predicts {n_predicted} of 7 rows."
    if is_row_cleaner(estimator):
        _assert_same_kind(name, output[0], X)
        _assert_same_kind(name, output[1], y)
    if kind_of(estimator) == "detector":
        assert num_rows(fitted.score_samples(X, y)) == _N_SAMPLES, (
            f"score_samples of {name} must return a number for each row."
        )


def _run_on_container(name, estimator, X, y, claimed):
    inner = ContainerRegressor if judges_numbers(estimator) else ContainerClassifier
    fitted, n_places = with_inner(estimator, inner(type(X)))
    if n_places:
        try:
            return fitted, run(fitted, X, y)
        except TypeError:
            # Some need estimators of a certain kind: they judge with their own.
            fitted = clone(estimator)
    try:
        return fitted, run(fitted, X, y)
    except (TypeError, ValueError) as error:
        if claimed:
            raise
        raise SkipTest(
            f"{name} takes no estimator that could read such a {type(X).__name__}, and "
            "its tags do not claim one."
        ) from error


@quietly
def check_container_types_are_kept(name, estimator):
    """Check that a cleaner returns lists for lists, and labels of the dtype given.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    codes, y = _targets(estimator)
    X = _numbers(codes)
    lists = run(clone(estimator), X.tolist(), y.tolist())
    _assert_same_kind(name, lists[0], X.tolist())
    _assert_same_kind(name, lists[1], y.tolist())
    X, y = X.astype(np.float32), y.astype(np.int32)
    X_clean, y_clean = run(clone(estimator), X, y)
    assert (X_clean.dtype, y_clean.dtype) == (X.dtype, y.dtype), (
        f"{name} changes the dtype of X or y; pick rows with sknoisy.utils.take_rows."
    )


def _assert_same_kind(name, cleaned, given):
    assert type(cleaned) is type(given), (
        f"{name} returns a {type(cleaned).__name__} for a {type(given).__name__}; pick "
        "rows with sknoisy.utils.take_rows."
    )
