# SPDX-License-Identifier: BSD-3-Clause
"""Take the training rows through the steps of a pipeline."""

from sklearn import get_config
from sklearn.base import clone
from sklearn.utils.validation import check_memory

from sknoisy.pipeline._fit_step import fit_step
from sknoisy.pipeline._metadata_by_name import MetadataByName
from sknoisy.pipeline._metadata_by_request import MetadataByRequest
from sknoisy.pipeline._progress import Progress
from sknoisy.pipeline._step_kinds import acts_on_rows, check_steps, is_passthrough
from sknoisy.pipeline._training_rows import TrainingRows, count_rows


class FitRun:
    """One fit of a pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Its steps are fitted in place; those before the last one are replaced by
        fitted clones if it has a memory.
    X : any container of n_samples rows
        Training rows.
    y : array-like of shape (n_samples,) or None
        Given labels.
    metadata : dict
        Further parameters of fit; those that are None count as not given.
    caller : {"fit", "fit_transform", "fit_predict"}, default="fit"
        Method of the pipeline that was called.
    is_step : bool, default=False
        Whether the pipeline is itself a step of another one, which then has checked
        the parameters.

    Attributes
    ----------
    rows : TrainingRows
        The rows as the steps fitted so far have left them.
    """

    def __init__(self, pipeline, X, y, metadata, *, caller="fit", is_step=False):
        check_steps(pipeline)
        self.pipeline = pipeline
        self.rows = TrainingRows(X, y)
        metadata = {key: value for key, value in metadata.items() if value is not None}
        routes = get_config()["enable_metadata_routing"]
        self._metadata = (MetadataByRequest if routes else MetadataByName)(
            pipeline, metadata
        )
        if not is_step:
            _check_lengths(self.rows.n_given, metadata)
            self._metadata.check(caller)
        # As in scikit-learn: fitted steps must not show in a list the user holds.
        pipeline.steps = list(pipeline.steps)
        self._progress = Progress(pipeline, caller)
        self._progress.begin(X, y)

    def fit_steps_before_last(self):
        """Fit every step but the last one, and hand the rows on."""
        memory = check_memory(self.pipeline.memory)
        cached_fit = memory.cache(fit_step, ignore=["position", "progress"])
        # Only a memory that keeps nothing has no location.
        is_cached = getattr(memory, "location", self) is not None
        for position in range(len(self.pipeline.steps) - 1):
            self._fit_step(position, cached_fit, clone if is_cached else _as_it_is)

    def fit_last_step(self, method):
        """Fit the last step in place.

        Parameters
        ----------
        method : {"fit", "fit_transform", "fit_predict"}
            Method of the step to call.

        Returns
        -------
        result : object
            What that method returned.
        """
        position = len(self.pipeline.steps) - 1
        _, step = self.pipeline.steps[-1]
        X, y = self.rows.X, self.rows.y
        with self._progress.step(position, step, X, y):
            if is_passthrough(step):
                return X
            if method == "fit_transform" and not hasattr(step, "fit_transform"):
                params = self._metadata.for_last_step(self.rows, "fit")
                fitted = step.fit(X, y, **params.get("fit", {}))
                return fitted.transform(X, **params.get("transform", {}))
            params = self._metadata.for_last_step(self.rows, method)
            return getattr(step, method)(X, y, **params.get(method, {}))

    def hand_on_last_step(self):
        """Fit the last step as one that hands its rows on."""
        self._fit_step(len(self.pipeline.steps) - 1, fit_step, _as_it_is)

    def end(self):
        """Finish the fit, and keep what it tells about the rows."""
        self._progress.end(self.rows.X, self.rows.y)
        indices = self.rows.source_rows()
        if indices is not None:
            self.pipeline.sample_indices_ = indices
        elif hasattr(self.pipeline, "sample_indices_"):
            del self.pipeline.sample_indices_

    def _fit_step(self, position, fit, prepare):
        name, step = self.pipeline.steps[position]
        rows = self.rows
        if is_passthrough(step):
            with self._progress.step(position, step, rows.X, rows.y):
                return
        params = self._metadata.for_step(position, rows)
        output = fit(
            prepare(step),
            rows.X,
            rows.y,
            params,
            position=position,
            progress=self._progress,
        )
        self.pipeline.steps[position] = (name, output.step)
        rows.advance(name, output)


def fit_all(pipeline, X, y, metadata, *, caller, method):
    """Fit all steps of a pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Its steps are fitted.
    X : any container of n_samples rows
        Training rows.
    y : array-like of shape (n_samples,) or None
        Given labels.
    metadata : dict
        Further parameters of fit.
    caller : {"fit", "fit_transform", "fit_predict"}
        Method of the pipeline that was called.
    method : {"fit", "fit_transform", "fit_predict"}
        Method of the last step to call.

    Returns
    -------
    result : object
        What the last step's method returned.
    """
    run = FitRun(pipeline, X, y, metadata, caller=caller)
    run.fit_steps_before_last()
    if acts_on_rows(pipeline.steps[-1][1]):
        run.hand_on_last_step()
        result = pipeline
    else:
        result = run.fit_last_step(method)
    run.end()
    return result


def hand_on_all(pipeline, X, y, metadata, *, is_step):
    """Fit all steps of a pipeline as steps that hand their rows on.

    Parameters
    ----------
    pipeline : Pipeline
        Its steps are fitted.
    X : any container of n_samples rows
        Training rows.
    y : array-like of shape (n_samples,) or None
        Given labels.
    metadata : dict
        Further parameters of fit.
    is_step : bool
        Whether the pipeline is itself a step of another one.

    Returns
    -------
    rows : TrainingRows
        The rows as the last step left them.
    """
    run = FitRun(pipeline, X, y, metadata, is_step=is_step)
    run.fit_steps_before_last()
    run.hand_on_last_step()
    run.end()
    return run.rows


def _as_it_is(step):
    return step


def _check_lengths(n_rows, metadata):
    for name in ("sample_weight", "groups", "trusted"):
        n_given = count_rows(metadata.get(name))
        if None not in (n_rows, n_given) and n_given != n_rows:
            raise ValueError(
                f"{name} must have one entry per row of X: X has {n_rows} rows, "
                f"{name} has {n_given}."
            )
