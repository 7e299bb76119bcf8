# SPDX-License-Identifier: BSD-3-Clause
"""Stages of the classifier at the end of a pipeline."""

import numpy as np
from sklearn import config_context
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from sknoisy.detection._stages import (
    Stage,
    content_order,
    has_epochs,
    stages,
    take_wanted,
    watch_stages,
)
from sknoisy.utils._rows import take_rows
from sknoisy.utils._weights import step_keywords


def pipeline_stages(estimator, X, y, *, sample_weight=None, judged=None, n_epochs=30):
    """Fit the steps of a pipeline once, and train its last step in stages.

    Parameters
    ----------
    estimator, X, y, sample_weight, judged, n_epochs
        As `stages` takes them.

    Yields
    ------
    stage : Stage
        Of a pipeline that shares its first steps with the other stages.
    """
    *earlier, (name, last) = estimator.steps
    in_sample = judged is None or judged is X
    # Rounding in a transformer depends on the order of the rows, and after it their
    # content would. So what has epochs gets them in one order from the first step on.
    if has_epochs(last):
        order = content_order(X, y, seed=0)
        X, y = take_rows(X, order), y[order]
        sample_weight = None if sample_weight is None else sample_weight[order]
    fitted, X = _fit_earlier(earlier, X, y, sample_weight)
    if not in_sample:
        for _, transformer in fitted:
            judged = transformer.transform(judged)
    if in_sample and has_epochs(last):
        judged = take_rows(X, np.argsort(order))
    options = {"sample_weight": sample_weight, "n_epochs": n_epochs}
    for stage in stages(last, X, y, judged=judged, **options):
        model = Pipeline([*fitted, (name, stage.model)])
        yield Stage(model, stage.logits, stage.pred_proba)


def watch_pipeline(estimator, X, y, take, *, wanted, sample_weight=None, n_epochs=30):
    """Fit the steps of a pipeline, and watch its last step being trained.

    Parameters
    ----------
    estimator, X, y, take, wanted, sample_weight, n_epochs
        As `watch_stages` takes them.

    Returns
    -------
    model : Pipeline
        The trained pipeline.
    """
    *earlier, (name, last) = estimator.steps
    options = {"sample_weight": sample_weight, "n_epochs": n_epochs}
    if has_epochs(last):
        return take_wanted(stages(estimator, X, y, **options), take, wanted)
    fitted, X = _fit_earlier(earlier, X, y, sample_weight)
    model = watch_stages(last, X, y, take, wanted=wanted, **options)
    return Pipeline([*fitted, (name, model)])


pipeline_stages.watch = watch_pipeline


def _fit_earlier(steps, X, y, sample_weight):
    """Fit the steps before the last, and return them and what they make of X."""
    fitted = []
    for name, transformer in steps:
        if transformer is None or transformer == "passthrough":
            continue
        transformer, X = _fit_transform(name, transformer, X, y, sample_weight)
        fitted.append((name, transformer))
    return fitted, X


def _fit_transform(name, transformer, X, y, sample_weight):
    if not hasattr(transformer, "transform"):
        raise TypeError(
            f"step {name!r} of the pipeline, a {type(transformer).__name__}, changes "
            "rows or labels and is no transformer; judge labels with a pipeline of "
            "transformers and a classifier."
        )
    transformer = clone(transformer)
    keywords = [] if sample_weight is None else step_keywords(transformer)
    weights = dict.fromkeys(keywords, sample_weight)
    # The weights are ours, not the caller's: no request is needed for them.
    with config_context(enable_metadata_routing=False):
        if hasattr(transformer, "fit_transform"):
            return transformer, transformer.fit_transform(X, y, **weights)
        transformer.fit(X, y)
    return transformer, transformer.transform(X)
