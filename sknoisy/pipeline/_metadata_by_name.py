# SPDX-License-Identifier: BSD-3-Clause
"""Hand fit parameters to the steps when metadata routing is disabled."""

from sklearn.pipeline import Pipeline as SklearnPipeline

from sknoisy.pipeline._step_kinds import (
    acts_on_rows,
    find_step,
    is_nested,
    is_passthrough,
    resamples,
    reweights,
    takes,
)
from sknoisy.utils import supports_sample_weight

_SHARED = ("sample_weight", "groups", "trusted")


class MetadataByName:
    """Sort fit parameters by the steps that take them.

    `sample_weight`, `groups` and `trusted` go to every step on the rows that names
    them in its signature and to the last step; `step__param` goes to one step.

    Parameters
    ----------
    pipeline : Pipeline
        The pipeline that is being fitted.
    metadata : dict
        Parameters of fit that are not None.

    Raises
    ------
    ValueError
        If a parameter is for no step.
    """

    def __init__(self, pipeline, metadata):
        self.pipeline = pipeline
        if pipeline.transform_input is not None:
            raise ValueError(
                "transform_input works with metadata routing only: enable it with "
                "sklearn.set_config(enable_metadata_routing=True)."
            )
        self._shared = {}
        self._own = {name: {} for name, _ in pipeline.steps}
        for key, value in metadata.items():
            if key in _SHARED:
                self._shared[key] = value
            else:
                name, parameter = self._split(key)
                self._own[name][parameter] = value

    def _split(self, key):
        name, separator, parameter = key.partition("__")
        if not separator:
            raise ValueError(
                f"Pipeline.fit does not accept the {key} parameter: write "
                f"`stepname__{key}=...` to pass it to one step. Steps are "
                f"{list(self._own)}."
            )
        if name not in self._own:
            raise ValueError(
                f"No step is named {name!r}, to which {key} would go. Steps are "
                f"{list(self._own)}."
            )
        return name, parameter

    def check(self, caller):
        """Refuse, before anything is fitted, what no step would use.

        Parameters
        ----------
        caller : str
            Method of the pipeline that was called.

        Raises
        ------
        TypeError
            If there are sample weights that the last step cannot take.
        ValueError
            If no step takes a parameter, or one is given twice.
        """
        self._check_last_step_takes_weights()
        for name in self._shared:
            if not _some_step_takes(self.pipeline.steps, name, is_final=True):
                raise ValueError(
                    f"{name} was passed to fit, but no step takes it: leave it out, "
                    f"or add a step whose fit_resample, fit_reweight or (last step) "
                    f"fit has {name} in its signature."
                )

    def _check_last_step_takes_weights(self):
        name, last = self.pipeline.steps[-1]
        if is_passthrough(last) or acts_on_rows(last):
            return
        reweighter = find_step(self.pipeline.steps[:-1], reweights)
        keyword = _weight_keyword(last)
        if reweighter is not None and keyword in self._own[name]:
            raise ValueError(
                f"{name}__{keyword} would take the place of the weights that step "
                f"{reweighter[0]!r} makes: pass sample_weight=... to fit, and the "
                "step will multiply its weights by it."
            )
        if keyword is not None:
            return
        if reweighter is not None:
            raise TypeError(
                f"Step {name!r} ({type(last).__name__}) cannot take the sample "
                f"weights that step {reweighter[0]!r} makes: use an estimator whose "
                "fit takes sample_weight, or drop or relabel suspects instead."
            )
        if "sample_weight" in self._shared:
            raise TypeError(
                f"Step {name!r} ({type(last).__name__}) cannot take sample_weight: "
                "use an estimator whose fit takes it, or pass it to the steps that "
                "use it alone, as in `stepname__sample_weight=...`."
            )

    def for_step(self, position, rows):
        """Choose the parameters of a step that hands its rows on.

        Parameters
        ----------
        position : int
            Place of the step in the pipeline.
        rows : TrainingRows
            Rows that reach the step.

        Returns
        -------
        params : dict of dicts
            Parameters by name of the method, in step with the rows.
        """
        name, step = self.pipeline.steps[position]
        own = self._aligned(self._own[name], rows)
        if is_nested(step):
            return {"fit": self._shared_for(rows, own, lambda key: True) | own}
        if not acts_on_rows(step):
            return {"fit": own, "fit_transform": own}
        method = step.fit_resample if resamples(step) else step.fit_reweight
        shared = self._shared_for(rows, own, lambda key: takes(method, key))
        if reweights(step):
            self._check_weights_are_kept(name, step, rows, shared | own)
        return {"fit": shared | own}

    def for_last_step(self, rows, caller):
        """Choose the parameters of the last step.

        Parameters
        ----------
        rows : TrainingRows
            Rows that reach the step.
        caller : str
            Method of the pipeline that decides which method of the step is called.

        Returns
        -------
        params : dict of dicts
            Parameters by name of the method, in step with the rows.
        """
        name, step = self.pipeline.steps[-1]
        own = self._aligned(self._own[name], rows)
        keyword = _weight_keyword(step)
        taken = {"sample_weight" if key == keyword else key for key in own}
        shared = self._shared_for(rows, taken, lambda key: _takes_as_last(step, key))
        if "sample_weight" in shared:
            shared[keyword] = shared.pop("sample_weight")
        return {caller: shared | own}

    def _aligned(self, params, rows):
        return {key: rows.align(key, value) for key, value in params.items()}

    def _shared_for(self, rows, taken, is_wanted):
        shared = dict(self._shared)
        if rows.weights is not None:
            shared["sample_weight"] = rows.weights
        return {
            key: rows.align(key, value)
            for key, value in shared.items()
            if key not in taken and is_wanted(key)
        }

    def _check_weights_are_kept(self, name, step, rows, params):
        has_weights = rows.weights is not None or "sample_weight" in self._shared
        if has_weights and "sample_weight" not in params:
            raise TypeError(
                f"Step {name!r} ({type(step).__name__}) would replace sample_weight "
                "without having seen it: add sample_weight=None to the signature of "
                "its fit_reweight, and multiply the new weights by it."
            )


def _weight_keyword(step):
    """Name the fit parameter that brings weights to the learner, or None."""
    if not supports_sample_weight(step):
        return None
    if takes(step.fit, "sample_weight"):
        return "sample_weight"
    if isinstance(step, SklearnPipeline):
        name, last = step.steps[-1]
        return f"{name}__{_weight_keyword(last)}"
    # A search passes its fit parameters on to each candidate as they are.
    return _weight_keyword(step.estimator)


def _some_step_takes(steps, name, *, is_final):
    """Tell whether any step of a pipeline would be handed a parameter."""
    *middle, (_, last) = steps
    if any(_takes_in_middle(step, name) for _, step in middle):
        return True
    return _takes_as_last(last, name) if is_final else _takes_in_middle(last, name)


def _takes_in_middle(step, name):
    if is_nested(step):
        return _some_step_takes(step.steps, name, is_final=False)
    return (resamples(step) and takes(step.fit_resample, name)) or (
        reweights(step) and takes(step.fit_reweight, name)
    )


def _takes_as_last(step, name):
    if is_passthrough(step):
        return False
    if acts_on_rows(step):
        return _takes_in_middle(step, name)
    if is_nested(step):
        return _some_step_takes(step.steps, name, is_final=True)
    if name == "sample_weight":
        return _weight_keyword(step) is not None
    return takes(step.fit, name)
