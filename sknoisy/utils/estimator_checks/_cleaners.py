# SPDX-License-Identifier: BSD-3-Clause
"""Checks of what cleaners return."""

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge

from sknoisy.pipeline import make_pipeline
from sknoisy.utils.estimator_checks._kinds import (
    assert_same_findings,
    fit_clone,
    is_row_cleaner,
    judges_numbers,
    quietly,
    row_findings,
    run,
    takes,
)
from sknoisy.utils.estimator_checks._tasks import make_task


@quietly
def check_cleaner_acts_in_fit_alone(name, estimator):
    """Check that a cleaner in a pipeline acts in fit and vanishes in predict.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    extra = [m for m in ("transform", "predict") if hasattr(estimator, m)]
    assert not extra, (
        f"{name} has {extra}, so that a pipeline would run it on the rows to predict; "
        "a cleaner has fit_resample or fit_reweight alone."
    )
    task = make_task(estimator, errors="tenth")
    model = Ridge() if judges_numbers(estimator) else LogisticRegression()
    piped = make_pipeline(clone(estimator), clone(model)).fit(task.X, task.y)
    output = run(clone(estimator), task.X, task.y)
    if is_row_cleaner(estimator):
        model.fit(*output)
    else:
        model.fit(task.X, task.y, sample_weight=output)
    predicted = piped.predict(task.X)
    assert len(predicted) == len(task), f"{name} drops rows in predict."
    assert np.array_equal(predicted, model.predict(task.X)), (
        f"A pipeline of {name} and a model predicts otherwise than the model that is "
        "fitted on the cleaned rows."
    )


@quietly
def check_cleaner_has_one_way_to_act(name, estimator):
    """Check that a cleaner returns either rows or weights, and fit decides alike.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    both = hasattr(estimator, "fit_resample") and hasattr(estimator, "fit_reweight")
    assert not both, (
        f"{name} has fit_resample and fit_reweight; a reweighter must have no "
        "fit_resample, so that a pipeline that cannot carry weights refuses it."
    )
    task = make_task(estimator, errors="tenth")
    alone = clone(estimator).fit(task.X, task.y)
    assert_same_findings(
        row_findings(fit_clone(estimator, task.X, task.y), len(task)),
        row_findings(alone, len(task)),
        f"{name} decides otherwise in fit than when it cleans.",
    )


@quietly
def check_sample_indices_match_rows(name, estimator):
    """Check that `sample_indices_` says which rows were returned.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    cleaner = clone(estimator)
    X_clean, y_clean = run(cleaner, task.X, task.y)
    indices = np.asarray(cleaner.sample_indices_)
    assert indices.ndim == 1 and indices.dtype.kind == "i", (
        f"sample_indices_ of {name} must be an array of row positions."
    )
    assert len(X_clean) == len(y_clean) == len(indices), (
        f"{name} returns {len(X_clean)} rows, {len(y_clean)} labels and {len(indices)} "
        "sample_indices_; there must be as many of each."
    )
    assert np.array_equal(X_clean, task.X[indices]), (
        f"The rows that {name} returns are not those that sample_indices_ names."
    )


@quietly
def check_weights_multiply_sample_weight(name, estimator):
    """Check that a reweighter returns one weight a row, times its sample weight.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    weights = run(clone(estimator), task.X, task.y)
    right = isinstance(weights, np.ndarray) and weights.shape == (len(task),)
    assert right and np.isfinite(weights).all() and (weights >= 0).all(), (
        f"{name} must return one finite weight of at least zero for each row."
    )
    assert weights.any(), f"{name} gives every row the weight zero."
    if takes(estimator, "sample_weight"):
        given = np.full(len(task), 2.0)
        twice = run(clone(estimator), task.X, task.y, sample_weight=given)
        # Heavier rows also make models surer, so the factor is not exact.
        assert np.isclose(twice.sum(), 2 * weights.sum(), rtol=0.2), (
            f"{name} must multiply its weights by the sample_weight it is given."
        )
