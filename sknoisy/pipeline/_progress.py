# SPDX-License-Identifier: BSD-3-Clause
"""Tell the user, and scikit-learn's callbacks, which step is being fitted."""

import sys
import time
from contextlib import contextmanager, nullcontext

from sknoisy._compat import callback_context


class Progress:
    """Report on the steps of one fit, as scikit-learn's pipeline does.

    Parameters
    ----------
    pipeline : Pipeline
        The pipeline that is being fitted; says whether to report.
    task : str
        Name of the method that was called.
    """

    def __init__(self, pipeline, task):
        self.pipeline = pipeline
        self._context = callback_context(
            pipeline, task.replace("_", "-"), len(pipeline.steps)
        )

    def begin(self, X, y):
        """Report that the fit begins.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows that fit was given.
        y : array-like of shape (n_samples,) or None
            Labels that fit was given.
        """
        if self._context is not None:
            self._context.call_on_fit_task_begin(estimator=self.pipeline, X=X, y=y)

    def end(self, X, y):
        """Report that the fit has ended.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows that the last step was fitted on.
        y : array-like of shape (n_samples,) or None
            Labels that the last step was fitted on.
        """
        if self._context is not None:
            self._context.call_on_fit_task_end(estimator=self.pipeline, X=X, y=y)

    @contextmanager
    def step(self, position, step, X, y):
        """Report on one step while it is being fitted.

        Parameters
        ----------
        position : int
            Place of the step in the pipeline.
        step : estimator, str or None
            The step.
        X : any container of n_samples rows
            Rows that the step is fitted on.
        y : array-like of shape (n_samples,) or None
            Labels that the step is fitted on.

        Yields
        ------
        None
        """
        begun = time.perf_counter()
        with self._callback_task(position, step, X, y):
            yield
        if self.pipeline.verbose:
            self._write_line(position, time.perf_counter() - begun)

    @contextmanager
    def _callback_task(self, position, step, X, y):
        if self._context is None:
            yield
            return
        name, _ = self.pipeline.steps[position]
        context = self._context.subcontext(task_name=f"fit-{name}")
        is_estimator = step is not None and not isinstance(step, str)
        with (
            context.propagate_callback_context(step) if is_estimator else nullcontext()
        ):
            context.call_on_fit_task_begin(estimator=self.pipeline, X=X, y=y)
            yield
            context.call_on_fit_task_end(estimator=self.pipeline, X=X, y=y)

    def _write_line(self, position, seconds):
        steps = self.pipeline.steps
        start = "[Pipeline] "
        took = f"{seconds / 60:4.1f}min" if seconds > 60 else f" {seconds:5.1f}s"
        end = (
            f" (step {position + 1} of {len(steps)}) "
            f"Processing {steps[position][0]}, total={took}"
        )
        # What the user asked for with `verbose` belongs on the standard output,
        # next to the lines of scikit-learn's own pipelines.
        sys.stdout.write(f"{start}{end.rjust(70 - len(start), '.')}\n")
