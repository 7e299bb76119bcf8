# SPDX-License-Identifier: BSD-3-Clause
"""Tell what kind of estimator is to be checked, and run any of them alike."""

import inspect
import warnings
from functools import wraps
from importlib import import_module
from unittest import SkipTest

import numpy as np
from sklearn.base import clone
from sklearn.utils import get_tags

from sknoisy.base import BaseCleaner, BaseLabelDetector


def kind_of(estimator):
    """Tell a detector, a cleaner and a noise-robust estimator apart.

    Parameters
    ----------
    estimator : estimator
        Need not derive from the bases of this library.

    Returns
    -------
    kind : {"detector", "cleaner", "robust"}
        By its base, else by its methods.

    Raises
    ------
    TypeError
        If it is none of them.
    """
    if isinstance(estimator, type):
        raise TypeError(
            f"Checks need an instance; write {estimator.__name__}() in place of "
            f"{estimator.__name__}."
        )
    if isinstance(estimator, BaseLabelDetector):
        return "detector"
    if isinstance(estimator, BaseCleaner) or _cleaning_method(estimator):
        return "cleaner"
    if hasattr(estimator, "fit") and hasattr(estimator, "predict"):
        return "robust"
    if hasattr(estimator, "fit") and hasattr(estimator, "score_samples"):
        return "detector"
    raise TypeError(
        "Checks are for detectors (fit and score_samples), cleaners (fit_resample or "
        "fit_reweight) and noise-robust estimators (fit and predict); got "
        f"{estimator!r}."
    )


def judges_numbers(estimator):
    """Tell whether the targets are numbers, by the tags of the estimator.

    Parameters
    ----------
    estimator : estimator
        A regressor, or a detector or cleaner whose tags have ``regressor_tags``.

    Returns
    -------
    numbers : bool
        False for class labels.
    """
    return get_tags(estimator).regressor_tags is not None


def is_row_cleaner(estimator):
    """Tell a cleaner that returns rows from one that returns weights.

    Parameters
    ----------
    estimator : estimator
        Of any kind.

    Returns
    -------
    row_cleaner : bool
        True if it has ``fit_resample``.
    """
    return _cleaning_method(estimator) == "fit_resample"


def _cleaning_method(estimator):
    for name in ("fit_resample", "fit_reweight"):
        if hasattr(estimator, name):
            return name
    return None


def takes(estimator, name):
    """Tell whether fitting takes a parameter, as ``sample_weight``.

    Parameters
    ----------
    estimator : estimator
        Of any kind.
    name : str
        Name of the parameter.

    Returns
    -------
    takes : bool
        True if it is in the signature.
    """
    method = getattr(estimator, _cleaning_method(estimator) or "fit")
    return name in inspect.signature(method).parameters


def need(estimator, name):
    """Skip a check of an estimator whose fit lacks a parameter.

    Parameters
    ----------
    estimator : estimator
        Of any kind.
    name : str
        Name of the parameter.

    Raises
    ------
    SkipTest
        If fitting does not take it.
    """
    if not takes(estimator, name):
        raise SkipTest(f"fit of {type(estimator).__name__} takes no {name}.")


def need_classes(estimator):
    """Skip a check that is about class labels where targets are numbers.

    Parameters
    ----------
    estimator : estimator
        Of any kind.

    Raises
    ------
    SkipTest
        If it judges numbers.
    """
    if judges_numbers(estimator):
        raise SkipTest(f"{type(estimator).__name__} judges numbers, not classes.")


def import_or_skip(name):
    """Import a package that a check can do without.

    Parameters
    ----------
    name : str
        Name of the package.

    Returns
    -------
    module : module
        The package.

    Raises
    ------
    SkipTest
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise SkipTest(f"{name} is not installed.") from error


def quietly(check):
    """Let a check run without warnings: it is its assertions that count.

    Parameters
    ----------
    check : callable
        A check.

    Returns
    -------
    check : callable
        The same, with warnings ignored.
    """

    @wraps(check)
    def quiet(*args, **kwargs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return check(*args, **kwargs)

    return quiet


def run(estimator, X, y, **metadata):
    """Fit an estimator in place by the method of its kind.

    Parameters
    ----------
    estimator : estimator
        Fitted in place.
    X, y : containers of n_samples rows
        Training data.
    **metadata : dict
        ``sample_weight``, ``trusted``.

    Returns
    -------
    output : tuple, ndarray or estimator
        What ``fit_resample``, ``fit_reweight`` or ``fit`` returns.
    """
    method = getattr(estimator, _cleaning_method(estimator) or "fit")
    return method(X, y, **metadata)


def fit_clone(estimator, X, y, **metadata):
    """Fit a clone by the method of its kind.

    Parameters
    ----------
    estimator : estimator
        Cloned.
    X, y : containers of n_samples rows
        Training data.
    **metadata : dict
        ``sample_weight``, ``trusted``.

    Returns
    -------
    fitted : estimator
        The fitted clone.
    """
    fitted = clone(estimator)
    run(fitted, X, y, **metadata)
    return fitted


def learned(estimator):
    """Collect the fitted attributes of an estimator.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Returns
    -------
    attributes : dict
        Everything whose name ends in an underscore and does not start with one.
    """
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }


def row_findings(fitted, n_samples):
    """Collect what an estimator has learned of each row.

    Parameters
    ----------
    fitted : estimator
        Of any kind.
    n_samples : int
        Number of rows that it was fitted on.

    Returns
    -------
    findings : dict of str to ndarray of shape (n_samples, ...)
        Fitted arrays with one entry a row. In place of `sample_indices_` stands how
        often each row is returned.
    """
    findings = {
        name: value
        for name, value in learned(fitted).items()
        if isinstance(value, np.ndarray) and value.shape[:1] == (n_samples,)
    }
    indices = getattr(fitted, "sample_indices_", None)
    if indices is not None:
        findings["sample_indices_"] = np.bincount(indices, minlength=n_samples)
    return findings


def quality_of(fitted):
    """Return the label quality, or skip the check of what does not score labels.

    Parameters
    ----------
    fitted : estimator
        Of any kind.

    Returns
    -------
    label_quality : ndarray of shape (n_samples,)
        The attribute `label_quality_`.

    Raises
    ------
    SkipTest
        If it is a robust estimator without that attribute.
    """
    if kind_of(fitted) == "robust" and not hasattr(fitted, "label_quality_"):
        raise SkipTest(f"{type(fitted).__name__} scores no labels.")
    return fitted.label_quality_


def assert_same_findings(actual, expected, message, *, atol=0.0):
    """Compare findings, name by name.

    Parameters
    ----------
    actual, expected : dict of str to ndarray
        What `row_findings` returns.
    message : str
        What a difference means, and what to do about it.
    atol : float, default=0.0
        Tolerance for numbers.
    """
    missing = set(expected) ^ set(actual)
    assert not missing, f"{message} Only one of two fits has {sorted(missing)}."
    for name, value in expected.items():
        if value.dtype.kind in "fc":
            same = np.allclose(actual[name], value, rtol=0, atol=atol, equal_nan=True)
        else:
            same = np.array_equal(actual[name], value)
        assert same, f"{message} They differ in {name}."


def predictions_of(fitted, X):
    """Collect what a robust estimator predicts; nothing for the other kinds.

    Parameters
    ----------
    fitted : estimator
        Of any kind.
    X : container of n_samples rows
        Rows to predict.

    Returns
    -------
    predictions : dict of str to ndarray of shape (n_samples, ...)
        By method.
    """
    if kind_of(fitted) != "robust":
        return {}
    return {
        method: np.asarray(getattr(fitted, method)(X))
        for method in ("predict", "predict_proba", "decision_function")
        if hasattr(fitted, method)
    }
