# SPDX-License-Identifier: BSD-3-Clause
"""Hand fit parameters to the steps that request them, by metadata routing."""

from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    get_routing_for_object,
    process_routing,
)

from sknoisy.pipeline._step_kinds import (
    acts_on_rows,
    find_step,
    is_passthrough,
    reweights,
    without_row_steps,
)


def metadata_router(pipeline):
    """Describe which step consumes what, in the words of metadata routing.

    What scikit-learn's own pipeline routes to transformers and to the last step is
    routed as there. scikit-learn routes to the methods it knows, and `fit_resample`
    and `fit_reweight` are not among them: what these want is what the step's `fit`
    requests, through `set_fit_request`.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted or not.

    Returns
    -------
    router : MetadataRouter
        With one entry for each step that is not 'passthrough'.
    """
    mappings = {
        name: pair.mapping
        for name, pair in without_row_steps(pipeline.steps).get_metadata_routing()
    }
    router = MetadataRouter(owner=pipeline)
    for name, step in pipeline.steps:
        if acts_on_rows(step):
            router.add(method_mapping=_row_step_mapping(step), **{name: step})
        elif not is_passthrough(step):
            router.add(method_mapping=mappings[name], **{name: step})
    return router


def _row_step_mapping(step):
    requests = get_routing_for_object(step)
    # imbalanced-learn adds `fit_resample` to the methods that can be routed to; a
    # sampler written for it may name its metadata there alone.
    resample_requests = getattr(getattr(requests, "fit_resample", None), "requests", {})
    fit_requests = getattr(getattr(requests, "fit", None), "requests", {})
    callee = "fit_resample" if resample_requests and not fit_requests else "fit"
    mapping = MethodMapping()
    for caller in ("fit", "fit_transform", "fit_predict"):
        mapping.add(caller=caller, callee=callee)
    return mapping


class MetadataByRequest:
    """Sort fit parameters by the requests of the steps.

    Parameters
    ----------
    pipeline : Pipeline
        The pipeline that is being fitted.
    metadata : dict
        Parameters of fit that are not None.
    """

    def __init__(self, pipeline, metadata):
        self.pipeline = pipeline
        self._metadata = metadata
        self._router = metadata_router(pipeline)
        self._mappings = {name: pair.mapping for name, pair in self._router}

    def check(self, caller):
        """Refuse, before anything is fitted, what no step would use.

        Parameters
        ----------
        caller : str
            Method of the pipeline that was called.

        Raises
        ------
        TypeError
            If no step requests a parameter, or the last step has not requested the
            sample weights that a step makes.
        UnsetMetadataPassedError
            If a step has not said whether it wants a parameter.
        """
        if self._metadata:
            process_routing(self.pipeline, caller, **self._metadata)
        reweighter = find_step(self.pipeline.steps[:-1], reweights)
        if reweighter is None:
            return
        name, last = self.pipeline.steps[-1]
        if not (is_passthrough(last) or acts_on_rows(last) or _wants_weights(last)):
            raise TypeError(
                f"Step {name!r} ({type(last).__name__}) has not requested the sample "
                f"weights that step {reweighter[0]!r} makes: call "
                "set_fit_request(sample_weight=True) on it, or, if its fit takes no "
                "sample_weight, use an estimator whose fit does."
            )
        if "sample_weight" in self._metadata and not _wants_weights(reweighter[1]):
            raise TypeError(
                f"Step {reweighter[0]!r} ({type(reweighter[1]).__name__}) would "
                "replace sample_weight without having seen it: call "
                "set_fit_request(sample_weight=True) on it."
            )

    def for_step(self, position, rows, caller="fit"):
        """Choose the parameters of a step.

        Parameters
        ----------
        position : int
            Place of the step in the pipeline.
        rows : TrainingRows
            Rows that reach the step.
        caller : str, default="fit"
            Method of the pipeline by whose mapping to route.

        Returns
        -------
        params : dict of dicts
            Parameters by name of the method, in step with the rows.
        """
        name, step = self.pipeline.steps[position]
        metadata = dict(self._metadata)
        if rows.weights is not None and (
            "sample_weight" in metadata or _wants_weights(step)
        ):
            metadata["sample_weight"] = rows.weights
        router = MetadataRouter(owner=self.pipeline)
        router.add(method_mapping=self._mappings[name], **{name: step})
        routed = router.route_params(caller=caller, params=metadata)[name]
        return {
            method: {
                key: self._current(key, value, position, rows)
                for key, value in params.items()
            }
            for method, params in routed.items()
        }

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
        return self.for_step(len(self.pipeline.steps) - 1, rows, caller)

    def _current(self, key, value, position, rows):
        if key not in (self.pipeline.transform_input or ()):
            return rows.align(key, value)
        if position == 0:
            return value
        earlier = without_row_steps(self.pipeline.steps[:position])
        wanted = earlier.get_metadata_routing().consumes("transform", self._metadata)
        params = {name: self._metadata[name] for name in wanted}
        if isinstance(value, tuple):
            return tuple(earlier.transform(part, **params) for part in value)
        return earlier.transform(value, **params)


def _wants_weights(step):
    return bool(
        get_routing_for_object(step).consumes(method="fit", params=["sample_weight"])
    )
