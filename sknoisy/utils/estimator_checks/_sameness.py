# SPDX-License-Identifier: BSD-3-Clause
"""Checks that what is the same data, or the same fit, gives the same result."""

import numpy as np
from sklearn.base import clone

from sknoisy.utils.estimator_checks._kinds import (
    assert_same_findings,
    fit_clone,
    kind_of,
    learned,
    need,
    need_classes,
    predictions_of,
    quietly,
    row_findings,
    run,
)
from sknoisy.utils.estimator_checks._tasks import make_task

# Solvers stop at a tolerance of about this much when rows come in another order
# or as weights; a result that depends on more than that is not the solver's.
_SOLVER_ATOL = 5e-3


@quietly
def check_refit_does_not_leak(name, estimator):
    """Check that a second fit equals the fit of a fresh clone.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    first = make_task(estimator, errors="tenth", n_samples=75, seed=1)
    task = make_task(estimator, errors="none")
    refitted = fit_clone(estimator, first.X[:, :4], first.y)
    run(refitted, task.X, task.y)
    fresh = fit_clone(estimator, task.X, task.y)
    stale = set(learned(refitted)) - set(learned(fresh))
    assert not stale, (
        f"{name} keeps {sorted(stale)} of an earlier fit; delete what an earlier fit "
        "has learned before a new one."
    )
    message = f"A second fit of {name} differs from the fit of a fresh clone."
    _assert_same_fit(refitted, fresh, task, message)


@quietly
def check_clone_of_fitted_equals_fresh(name, estimator):
    """Check that the clone of a fitted object has learned nothing and fits alike.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    fresh = clone(estimator)
    params = str(fresh.get_params())
    run(fresh, task.X, task.y)
    copy = clone(fresh)
    assert str(copy.get_params()) == params, (
        f"The clone of a fitted {name} has other parameters than a fresh one; fit must "
        "not set parameters."
    )
    assert not learned(copy), (
        f"The clone of a fitted {name} has learned {sorted(learned(copy))}; set what "
        "is learned in fit, not in __init__."
    )
    run(copy, task.X, task.y)
    message = f"The clone of a fitted {name} fits differently."
    _assert_same_fit(copy, fresh, task, message)


def _assert_same_fit(actual, expected, task, message):
    assert_same_findings(
        row_findings(actual, len(task)), row_findings(expected, len(task)), message
    )
    assert_same_findings(
        predictions_of(actual, task.X), predictions_of(expected, task.X), message
    )


@quietly
def check_labels_of_any_kind(name, estimator):
    """Check that strings, booleans and gaps are judged as 0, 1, 2 are.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    need_classes(estimator)
    task = make_task(estimator, errors="tenth")
    kinds = [np.array(["ant", "bumblebee", "cat"]), np.array([0, 2, 7])]
    kinds += [np.array(["ant", "bumblebee", "cat"], dtype=object)]
    for labels in kinds:
        _assert_judged_alike(name, estimator, task, labels)
    task = make_task(estimator, errors="tenth", n_classes=2)
    _assert_judged_alike(name, estimator, task, np.array([False, True]))


def _assert_judged_alike(name, estimator, task, labels):
    plain = fit_clone(estimator, task.X, task.y)
    named = fit_clone(estimator, task.X, labels[task.y])
    message = (
        f"{name} judges the labels {labels.tolist()} otherwise than 0, 1, ...; number "
        "them with np.unique(y, return_inverse=True), and give the caller's back."
    )
    actual, expected = row_findings(named, len(task)), row_findings(plain, len(task))
    if "suggested_labels_" in expected:
        expected["suggested_labels_"] = labels[expected["suggested_labels_"]]
    assert_same_findings(actual, expected, message, atol=1e-9)
    if kind_of(estimator) == "robust":
        predicted = named.predict(task.X)
        assert np.array_equal(predicted, labels[plain.predict(task.X)]), message


@quietly
def check_permuted_rows_give_permuted_scores(name, estimator):
    """Check that the order of the rows does not matter.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    order = np.random.default_rng(2).permutation(len(task))
    ordered = fit_clone(estimator, task.X, task.y)
    shuffled = fit_clone(estimator, task.X[order], task.y[order])
    expected = row_findings(ordered, len(task))
    expected = {key: value[order] for key, value in expected.items()}
    message = (
        f"{name} judges rows by where they stand; leave the folds to "
        "sknoisy.utils.cross_fit_proba, and treat tied rows alike."
    )
    actual = row_findings(shuffled, len(task))
    assert_same_findings(actual, expected, message, atol=_SOLVER_ATOL)


@quietly
def check_zero_weight_equals_absent_row(name, estimator):
    """Check that rows of weight zero change nothing for the others.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    need(estimator, "sample_weight")
    task = make_task(estimator, errors="tenth")
    weight = np.ones(len(task))
    weight[task.wrong] = 0.0
    stays = weight > 0
    weighted = fit_clone(estimator, task.X, task.y, sample_weight=weight)
    without = fit_clone(
        estimator, task.X[stays], task.y[stays], sample_weight=weight[stays]
    )
    message = (
        f"For {name}, a row of weight zero is not as good as absent; leave such rows "
        "out of every fit and every count, as sknoisy.utils.fit_weighted does."
    )
    actual = row_findings(weighted, len(task))
    actual = {key: value[stays] for key, value in actual.items()}
    expected = row_findings(without, np.count_nonzero(stays))
    assert_same_findings(actual, expected, message, atol=1e-6)
    actual, expected = (
        predictions_of(fitted, task.X) for fitted in (weighted, without)
    )
    assert_same_findings(actual, expected, message, atol=1e-6)


@quietly
def check_integer_weights_equal_repeated_rows(name, estimator):
    """Check that a row of weight two is as good as two rows.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    need(estimator, "sample_weight")
    task = make_task(estimator, errors="tenth")
    weight = np.random.default_rng(3).integers(1, 4, size=len(task))
    repeat = np.repeat(np.arange(len(task)), weight)
    weighted = fit_clone(estimator, task.X, task.y, sample_weight=weight.astype(float))
    repeated = fit_clone(estimator, task.X[repeat], task.y[repeat])
    expected = {
        # What is itself a weight has been multiplied by the weight of the row.
        key: (value / weight if "weight" in key else value)[repeat]
        for key, value in row_findings(weighted, len(task)).items()
    }
    message = (
        f"For {name}, a row of weight two is not as good as two rows; use "
        "sample_weight in every fit and every count."
    )
    actual = row_findings(repeated, len(repeat))
    assert_same_findings(actual, expected, message, atol=_SOLVER_ATOL)
