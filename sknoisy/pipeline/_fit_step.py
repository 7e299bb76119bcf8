# SPDX-License-Identifier: BSD-3-Clause
"""Fit one step of a pipeline on the training rows that reach it."""

import numpy as np

from sknoisy.pipeline._step_kinds import is_nested, resamples, reweights
from sknoisy.pipeline._training_rows import StepOutput, count_rows
from sknoisy.utils import num_rows


def fit_step(step, X, y, params, position, progress):
    """Fit a step that hands its rows on.

    Parameters
    ----------
    step : transformer, row cleaner, reweighter or nested pipeline
        Fitted in place.
    X : any container of n_samples rows
        Rows that reach the step.
    y : array-like of shape (n_samples,) or None
        Their labels.
    params : dict of dicts
        Parameters for the methods of the step, by name of the method.
    position : int
        Place of the step in the pipeline.
    progress : Progress
        Told about the step.

    Returns
    -------
    output : StepOutput
        The fitted step and its rows.
    """
    with progress.step(position, step, X, y):
        if is_nested(step):
            return _fit_nested(step, X, y, params)
        if resamples(step):
            return _fit_resample(step, X, y, params)
        if reweights(step):
            return _fit_reweight(step, X, y, params)
        return _fit_transform(step, X, y, params)


def merged(params):
    """Merge the parameters of all methods of a step that has one method in fit.

    Parameters
    ----------
    params : dict of dicts
        Parameters by name of the method.

    Returns
    -------
    merged : dict
        Parameters by name.
    """
    return {name: value for one in params.values() for name, value in one.items()}


def _fit_transform(step, X, y, params):
    if hasattr(step, "fit_transform"):
        Xt = step.fit_transform(X, y, **params.get("fit_transform", {}))
    else:
        fitted = step.fit(X, y, **params.get("fit", {}))
        Xt = fitted.transform(X, **params.get("transform", {}))
    before, after = count_rows(X), count_rows(Xt)
    if y is not None and None not in (before, after) and before != after:
        raise ValueError(
            f"{type(step).__name__}.transform returned {after} rows for {before}, so "
            "y no longer fits X. A step that changes the rows must do so in "
            "fit_resample(X, y)."
        )
    return StepOutput(step, Xt, y)


def _fit_resample(step, X, y, params):
    Xt, yt = step.fit_resample(X, y, **merged(params))
    indices = getattr(step, "sample_indices_", None)
    if indices is None or len(indices) != num_rows(Xt):
        return StepOutput(step, Xt, yt, is_traced=False)
    return StepOutput(step, Xt, yt, indices=np.asarray(indices))


def _fit_reweight(step, X, y, params):
    weights = np.asarray(step.fit_reweight(X, y, **merged(params)))
    if weights.shape != (num_rows(X),):
        raise ValueError(
            f"{type(step).__name__}.fit_reweight must return one weight per row, an "
            f"array of shape ({num_rows(X)},); got shape {weights.shape}."
        )
    return StepOutput(step, X, y, weights=weights)


def _fit_nested(step, X, y, params):
    rows = step._fit_as_step(X, y, merged(params))
    return StepOutput(
        step,
        rows.X,
        rows.y,
        indices=rows.indices,
        weights=rows.weights,
        is_traced=rows.untraced_by is None,
    )
