# SPDX-License-Identifier: BSD-3-Clause
"""What a step of a pipeline is, and which steps a pipeline refuses."""

import inspect

from sklearn.pipeline import Pipeline as SklearnPipeline


def is_passthrough(step):
    """Tell whether a step does nothing.

    Parameters
    ----------
    step : estimator, str or None
        A step of a pipeline.

    Returns
    -------
    passthrough : bool
        True for None and "passthrough".
    """
    return step is None or (isinstance(step, str) and step == "passthrough")


def is_nested(step):
    """Tell whether a step is a pipeline of this library.

    Parameters
    ----------
    step : estimator, str or None
        A step of a pipeline.

    Returns
    -------
    nested : bool
        True if the step's own steps act on the training rows around it.
    """
    return hasattr(type(step), "_fit_as_step")


def resamples(step):
    """Tell whether a step drops, adds or relabels training rows.

    Parameters
    ----------
    step : estimator, str or None
        A step of a pipeline.

    Returns
    -------
    resamples : bool
        True for row cleaners and samplers.
    """
    return hasattr(step, "fit_resample") and not is_nested(step)


def reweights(step):
    """Tell whether a step makes the sample weights of the steps after it.

    Parameters
    ----------
    step : estimator, str or None
        A step of a pipeline.

    Returns
    -------
    reweights : bool
        True for reweighters.
    """
    return hasattr(step, "fit_reweight") and not is_nested(step)


def acts_on_rows(step):
    """Tell whether a step acts in fit alone.

    Parameters
    ----------
    step : estimator, str or None
        A step of a pipeline.

    Returns
    -------
    on_rows : bool
        True for row cleaners, samplers and reweighters.
    """
    return resamples(step) or reweights(step)


def leaves_columns(step):
    """Tell whether a step gives on the columns of X as they are.

    Parameters
    ----------
    step : estimator, str or None
        A step of a pipeline.

    Returns
    -------
    leaves : bool
        True for 'passthrough', for steps that act on rows, and for pipelines of
        nothing else.
    """
    if is_nested(step):
        return all(leaves_columns(inner) for _, inner in step.steps)
    return is_passthrough(step) or acts_on_rows(step)


def find_step(steps, is_wanted):
    """Find a step of one kind, in nested pipelines too.

    Parameters
    ----------
    steps : list of (str, estimator) tuples
        Steps of a pipeline.
    is_wanted : callable
        Takes a step, gives a bool.

    Returns
    -------
    found : (str, estimator) tuple or None
        The first such step; its name holds the path to it, as in `prep__clean`.
    """
    for name, step in steps:
        if is_nested(step):
            found = find_step(step.steps, is_wanted)
            if found is not None:
                return f"{name}__{found[0]}", found[1]
        elif is_wanted(step):
            return name, step
    return None


def without_row_steps(steps):
    """Build the pipeline that predicts: the same one without its row steps.

    Parameters
    ----------
    steps : list of (str, estimator) tuples
        Steps, fitted or not.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        Holds the same estimators at the same places; 'passthrough' stands for the
        steps that act in fit alone.
    """
    return SklearnPipeline(
        [
            (name, "passthrough" if acts_on_rows(step) or step is None else step)
            for name, step in steps
        ]
    )


def takes(method, name):
    """Tell whether a method names a parameter in its signature.

    Parameters
    ----------
    method : callable
        A bound method.
    name : str
        Name of the parameter. A catch-all `**params` does not count, for it may
        ignore what it catches.

    Returns
    -------
    takes : bool
        True if it does.
    """
    try:
        return name in inspect.signature(method).parameters
    except (TypeError, ValueError):
        return False


def check_steps(pipeline):
    """Refuse steps that a pipeline could not run, before any of them is fitted.

    Parameters
    ----------
    pipeline : Pipeline
        Its steps are checked, and those of the pipelines nested in it.

    Raises
    ------
    TypeError
        If a step is of the wrong kind.
    ValueError
        If there is no step, or the names of the steps cannot be used.
    """
    steps = pipeline.steps
    if not isinstance(steps, (list, tuple)) or not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in steps
    ):
        raise TypeError(
            "steps must be a list of (name, estimator) tuples, for example "
            "[('clean', DropSuspects()), ('clf', LogisticRegression())]; "
            f"got {steps!r}."
        )
    if not steps:
        raise ValueError("The pipeline is empty. Please add steps.")
    _check_names([name for name, _ in steps], pipeline.get_params(deep=False))
    for name, step in steps:
        if isinstance(step, type):
            raise TypeError(
                f"Step {name!r} must be an instance: write {step.__name__}() in "
                f"place of the class {step.__name__}."
            )
        if is_nested(step):
            check_steps(step)
    for name, step in steps[:-1]:
        _check_middle_step(name, step)
    _check_last_step(*steps[-1])


def _check_names(names, parameters):
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"Names of steps must be strings; got {names!r}.")
    if len(set(names)) != len(names):
        raise ValueError(f"Names of steps must be unique; got {names!r}.")
    taken = sorted(set(names).intersection(parameters))
    if taken:
        raise ValueError(
            f"Names of steps must differ from the pipeline's parameters: rename "
            f"{taken!r}."
        )
    invalid = [name for name in names if "__" in name]
    if invalid:
        raise ValueError(
            "Names of steps must not contain '__', which separates a step from its "
            f"parameter: rename {invalid!r}."
        )


def _check_middle_step(name, step):
    if is_passthrough(step):
        return
    is_foreign = isinstance(step, SklearnPipeline) and not is_nested(step)
    if is_foreign and _holds_row_steps(step):
        raise TypeError(
            f"Step {name!r} is a {type(step).__module__.partition('.')[0]} pipeline "
            "with a step that acts on rows, whose work would be lost here: make it "
            "a sknoisy.pipeline.Pipeline, or put its steps straight into this one."
        )
    acts = [
        method
        for method in ("transform", "fit_resample", "fit_reweight")
        if hasattr(step, method)
    ]
    can_fit = hasattr(step, "fit") or hasattr(step, "fit_transform")
    if not acts or (acts == ["transform"] and not can_fit):
        raise TypeError(
            "All intermediate steps must be transformers (fit and transform), row "
            "cleaners (fit_resample), reweighters (fit_reweight) or 'passthrough'; "
            f"step {name!r} ({type(step).__name__}) is none of these."
        )
    if is_nested(step):
        return
    if len(acts) > 1:
        raise TypeError(
            f"Step {name!r} ({type(step).__name__}) has {' and '.join(acts)}, so it "
            "is not clear what it should do here: split it into one step for each."
        )


def _holds_row_steps(pipeline):
    return any(
        acts_on_rows(step)
        or (isinstance(step, SklearnPipeline) and _holds_row_steps(step))
        for _, step in pipeline.steps
    )


def _check_last_step(name, step):
    if is_passthrough(step) or acts_on_rows(step) or hasattr(step, "fit"):
        return
    raise TypeError(
        "The last step must have fit, fit_resample or fit_reweight, or be "
        f"'passthrough'; step {name!r} ({type(step).__name__}) is none of these."
    )
