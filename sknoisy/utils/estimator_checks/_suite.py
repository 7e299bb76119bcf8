# SPDX-License-Identifier: BSD-3-Clause
"""Run the checks that fit the kind of an estimator."""

import re
import warnings
from functools import partial
from unittest import SkipTest

from sklearn.base import clone
from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning

from sknoisy.utils._options import check_option
from sknoisy.utils.estimator_checks import (
    _cleaners,
    _conduct,
    _containers,
    _evidence,
    _robust,
    _sameness,
)
from sknoisy.utils.estimator_checks._kinds import (
    is_row_cleaner,
    judges_numbers,
    kind_of,
)

_FOR_ALL = (
    _conduct.check_fitted_attributes,
    _conduct.check_params_stay_unchanged,
    _conduct.check_global_random_state_is_left_alone,
    _conduct.check_failed_fit_leaves_no_trace,
    _evidence.check_planted_errors_rank_lowest,
    _evidence.check_flipped_labels_are_told_apart,
    _evidence.check_suspects_are_worse,
    _evidence.check_trusted_rows_are_left_alone,
    _sameness.check_refit_does_not_leak,
    _sameness.check_clone_of_fitted_equals_fresh,
    _sameness.check_permuted_rows_give_permuted_scores,
    _sameness.check_zero_weight_equals_absent_row,
    _sameness.check_integer_weights_equal_repeated_rows,
    _containers.check_text_passes_through,
    _containers.check_sparse_passes_through,
    _containers.check_missing_values_pass_through,
    _containers.check_pandas_passes_through,
    _containers.check_polars_passes_through,
)
_FOR_CLASSES = (
    _evidence.check_rare_class_survives,
    _sameness.check_labels_of_any_kind,
)
_FOR_CLEANERS = (
    _cleaners.check_cleaner_acts_in_fit_alone,
    _cleaners.check_cleaner_has_one_way_to_act,
)
_FOR_ROW_CLEANERS = (
    _cleaners.check_sample_indices_match_rows,
    _containers.check_container_types_are_kept,
)
_FOR_REWEIGHTERS = (_cleaners.check_weights_multiply_sample_weight,)
_FOR_ROBUST = (
    _robust.check_predict_is_unaffected_by_cleaning,
    _robust.check_score_leaves_no_row_out,
    _robust.check_is_classifier_or_regressor,
)


def checks_for(estimator):
    """List the checks that fit the kind of an estimator.

    Parameters
    ----------
    estimator : estimator
        A detector, a cleaner or a noise-robust estimator.

    Returns
    -------
    checks : tuple of callable
        Each takes the name of the estimator and the estimator.

    Raises
    ------
    TypeError
        If it is neither of them.

    Examples
    --------
    >>> from sknoisy import ConfidentLearning
    >>> from sknoisy.utils.estimator_checks import checks_for
    >>> checks_for(ConfidentLearning())[0].__name__
    'check_fitted_attributes'
    """
    kind = kind_of(estimator)
    checks = _FOR_ALL if judges_numbers(estimator) else _FOR_ALL + _FOR_CLASSES
    if kind == "robust":
        return checks + _FOR_ROBUST
    if kind == "detector":
        return checks
    special = _FOR_ROW_CLEANERS if is_row_cleaner(estimator) else _FOR_REWEIGHTERS
    return checks + _FOR_CLEANERS + special


def check_estimator(
    estimator, *, expected_failed_checks=None, on_fail="raise", on_skip="warn"
):
    """Check that a detector, cleaner or noise-robust estimator keeps its contract.

    These checks go with those of ``sklearn.utils.estimator_checks``, which know
    nothing of wrong labels. They look at the fitted attributes that
    `sknoisy.base` names; an estimator need not derive from its classes.

    Parameters
    ----------
    estimator : estimator
        An instance; it is cloned. What has a parameter named ``estimator`` is
        given an estimator of the check's own where it has to take texts or frames.
    expected_failed_checks : dict of str to str, default=None
        Names of checks that are known to fail, and why.
    on_fail : {"raise", "warn"} or None, default="raise"
        What to do about a check that fails.
    on_skip : {"warn"} or None, default="warn"
        What to do about a check that does not apply, or whose package is missing.

    Returns
    -------
    results : list of dict
        For each check its "check_name", its "status" ("passed", "failed",
        "skipped" or "xfail") and the "exception", if there was one.

    Raises
    ------
    AssertionError
        By the first check that fails, under ``on_fail="raise"``. Any other
        exception is raised as it is.

    See Also
    --------
    parametrize_with_checks : The same as tests of pytest.

    Examples
    --------
    >>> from sknoisy import ConfidentLearning, DropSuspects
    >>> from sknoisy.utils.estimator_checks import check_estimator
    >>> results = check_estimator(DropSuspects(ConfidentLearning()), on_skip=None)
    >>> {result["status"] for result in results}
    {'passed'}
    """
    if on_fail is not None:
        check_option("on_fail", on_fail, ("raise", "warn"))
    if on_skip is not None:
        check_option("on_skip", on_skip, ("warn",))
    expected = expected_failed_checks or {}
    results = [
        _result_of(check, estimator, expected, on_fail)
        for check in checks_for(estimator)
    ]
    for result in results:
        if result["status"] == "failed" and on_fail == "warn":
            warnings.warn(_failure(estimator, result), stacklevel=2)
        elif result["status"] == "skipped" and on_skip == "warn":
            sentence = f"{result['check_name']} was skipped: {result['exception']}"
            warnings.warn(sentence, SkipTestWarning, stacklevel=2)
    return results


def _failure(estimator, result):
    return EstimatorCheckFailedWarning(
        estimator=estimator,
        check_name=result["check_name"],
        exception=result["exception"],
        status=result["status"],
        expected_to_fail=False,
        expected_to_fail_reason="",
    )


def _result_of(check, estimator, expected_failed_checks, on_fail):
    status, exception = "passed", None
    try:
        check(type(estimator).__name__, clone(estimator))
    except SkipTest as skip:
        status, exception = "skipped", skip
    except Exception as error:
        is_expected = check.__name__ in expected_failed_checks
        if on_fail == "raise" and not is_expected:
            raise
        status, exception = "xfail" if is_expected else "failed", error
    return {"check_name": check.__name__, "status": status, "exception": exception}


def parametrize_with_checks(estimators, *, expected_failed_checks=None):
    """Make a test of pytest out of every check of every estimator.

    Parameters
    ----------
    estimators : list of estimators
        Instances of detectors, cleaners or noise-robust estimators.
    expected_failed_checks : callable, default=None
        Takes an estimator and returns a dict of the names of checks that are known
        to fail, and why. They are marked as such.

    Returns
    -------
    decorator : pytest.MarkDecorator
        For a test function of ``estimator`` and ``check``.

    See Also
    --------
    check_estimator : The same without pytest.

    Examples
    --------
    >>> from sknoisy import ConfidentLearning, DropSuspects
    >>> from sknoisy.utils.estimator_checks import parametrize_with_checks
    >>> @parametrize_with_checks([ConfidentLearning(), DropSuspects()])
    ... def test_contract(estimator, check):
    ...     check(estimator)
    """
    import pytest

    cases = []
    for estimator in estimators:
        expected = expected_failed_checks(estimator) if expected_failed_checks else {}
        for check in checks_for(estimator):
            reason = expected.get(check.__name__)
            marks = [] if reason is None else [pytest.mark.xfail(reason=reason)]
            bound = partial(check, type(estimator).__name__)
            case_id = re.sub(r"\s+", "", f"{estimator}-{check.__name__}")
            cases.append(pytest.param(estimator, bound, id=case_id, marks=marks))
    return pytest.mark.parametrize("estimator, check", cases)
