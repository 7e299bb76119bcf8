# SPDX-License-Identifier: BSD-3-Clause
"""A scikit-learn pipeline with steps that act on the training rows alone."""

import functools

from sklearn import get_config
from sklearn.pipeline import Pipeline as SklearnPipeline
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.metaestimators import available_if

from sknoisy._compat import with_callbacks
from sknoisy.pipeline._fit_run import fit_all, hand_on_all
from sknoisy.pipeline._honest_signature import FitWithHonestSignature
from sknoisy.pipeline._metadata_by_request import metadata_router
from sknoisy.pipeline._step_kinds import (
    acts_on_rows,
    find_step,
    is_passthrough,
    leaves_columns,
    reweights,
    without_row_steps,
)


def _predicts_with(name):
    """Check that the pipeline without its row steps has a method."""

    def check(pipeline):
        getattr(pipeline._without_row_steps(), name)
        return True

    return check


def _prediction_method(name):
    """Make scikit-learn's method `name`, as it acts without the row steps."""
    inherited = getattr(SklearnPipeline, name)

    @functools.wraps(inherited)
    def method(self, *args, **kwargs):
        return getattr(self._without_row_steps(), name)(*args, **kwargs)

    method.__module__ = __name__
    return available_if(_predicts_with(name))(method)


def _can_fit_transform(pipeline):
    plain = pipeline._without_row_steps()
    return hasattr(plain, "transform") or (
        hasattr(plain, "fit_transform") and not pipeline._has_row_steps()
    )


def _can_fit_predict(pipeline):
    plain = pipeline._without_row_steps()
    return hasattr(plain, "fit_predict") and (
        hasattr(plain, "predict") or not pipeline._has_row_steps()
    )


def _can_fit_resample(pipeline):
    pipeline._without_row_steps()
    if not pipeline.steps or not hasattr(pipeline.steps[-1][1], "fit_resample"):
        return False
    if find_step(pipeline.steps, reweights) is not None:
        raise AttributeError(
            "fit_resample returns X and y, and would lose the weights that a step of "
            "this pipeline makes."
        )
    return True


class Pipeline(SklearnPipeline):
    """Chain of steps of which some act on the training rows alone.

    It does all that :class:`sklearn.pipeline.Pipeline` does, and takes three more
    kinds of steps, anywhere in the chain:

    - row cleaners and samplers, which have ``fit_resample(X, y)``, drop, relabel or
      add rows, such as `DropSuspects`, `RelabelSuspects` and the samplers of
      imbalanced-learn;
    - reweighters, which have ``fit_reweight(X, y)`` and make the sample weights of
      the cleaners and the last step after them, such as `ReweightSuspects`;
    - pipelines of this class, whose row steps act on the rows of the outer one.

    **Row steps act in fit and nowhere else.** `predict`, `predict_proba`,
    `transform`, `score` and all other methods leave them out, so that every row
    passed in gets its prediction, and cross-validation cleans the training folds
    and no others. `fit_transform` and `fit_predict` too give one result for each
    row of X, dropped or not.

    Sample weights, groups, the mask of trusted labels and any other parameter of
    fit with one entry per row follow the rows through every step.

    Parameters
    ----------
    steps : list of (str, estimator) tuples
        Names and steps, in order. A step is a transformer, a row cleaner, a
        reweighter, a pipeline of this class, or 'passthrough' or None to do nothing;
        the last step may be any estimator. A step has one of `transform`,
        `fit_resample` and `fit_reweight` only.
    transform_input : list of str, default=None
        Names of fit parameters, such as a validation set, that the steps transform
        on the way to the step that requests them. Needs metadata routing.
    memory : str or object with the joblib.Memory interface, default=None
        Where fitted steps are cached, row steps among them. As in scikit-learn, the
        steps before the last one are then cloned before they are fitted, and are
        found in `named_steps`; the last step is never cached. Without a memory all
        steps are fitted in place.
    verbose : bool, default=False
        Whether to write the time that each step took.

    Attributes
    ----------
    named_steps : Bunch
        Steps by name.
    sample_indices_ : ndarray of shape (n_kept,)
        Rows passed to `fit` that reached the end of the row steps, in order. Not
        there if a sampler did not say which of its rows are which.
    classes_ : ndarray of shape (n_classes,)
        Classes of the last step, if that is a classifier.
    n_features_in_ : int
        Number of features seen in fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features seen in fit, if they had any.

    See Also
    --------
    make_pipeline : Names the steps by itself.

    Notes
    -----
    *Metadata routing disabled.* `sample_weight`, `groups` and `trusted` passed to
    `fit` go to each row step that names them in its signature and to the last step;
    ``step__param`` goes to one step. Transformers get weights by ``step__param``
    alone, as in scikit-learn.

    *Metadata routing enabled.* Every step gets what it requested. What a row step
    wants for `fit_resample` or `fit_reweight` is what it requests for its `fit`, by
    ``set_fit_request``.

    Either way, what no step takes is refused: weights that the last step cannot
    take raise an error and are not ignored.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknoisy.pipeline import Pipeline
    >>> class DropFar(BaseEstimator):
    ...     def fit_resample(self, X, y):
    ...         self.sample_indices_ = np.flatnonzero(np.abs(X[:, 0]) < 2)
    ...         return X[self.sample_indices_], y[self.sample_indices_]
    >>> X = np.array([[-1.0], [-1.1], [1.0], [1.1], [90.0]])
    >>> y = np.array(["a", "a", "b", "b", "a"])
    >>> pipe = Pipeline(
    ...     [
    ...         ("clean", DropFar()),
    ...         ("scale", StandardScaler()),
    ...         ("clf", LogisticRegression()),
    ...     ]
    ... )
    >>> pipe.fit(X, y).sample_indices_
    array([0, 1, 2, 3])
    >>> pipe.predict(X)
    array(['a', 'a', 'b', 'b', 'b'], dtype='<U1')
    """

    # What fit takes is for the steps to request; the pipeline consumes nothing.
    __metadata_request__fit = {
        "sample_weight": UNUSED,
        "groups": UNUSED,
        "trusted": UNUSED,
    }

    @FitWithHonestSignature
    @with_callbacks
    def fit(
        self, X, y=None, *, sample_weight=None, groups=None, trusted=None, **params
    ):
        """Fit every step on the rows that the steps before it have left.

        Parameters
        ----------
        X : any container of n_samples rows
            Training rows, of a kind that the first step takes.
        y : array-like of shape (n_samples,), default=None
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights for the row steps and the last step.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Groups for the steps that take them. For ``"duplicates"`` each of them
            looks for duplicates among the rows that reach it.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Mask of the labels that have been verified, for the steps that take it.
        **params : dict
            Parameters for one step, as ``step__param``; with metadata routing
            enabled, parameters that steps request.

        Returns
        -------
        self : Pipeline
            The fitted pipeline.

        Raises
        ------
        TypeError
            If a step is of the wrong kind, or the last step cannot take the sample
            weights that there are.
        ValueError
            If names of steps cannot be used, a parameter is for no step or of the
            wrong length, or a parameter with one entry per row cannot follow a
            sampler that does not say which rows it made.
        """
        metadata = _given(sample_weight, groups, trusted, params)
        fit_all(self, X, y, metadata, caller="fit", method="fit")
        return self

    @available_if(_can_fit_transform)
    @with_callbacks
    def fit_transform(
        self, X, y=None, *, sample_weight=None, groups=None, trusted=None, **params
    ):
        """Fit, and transform all rows of X.

        With row steps this is ``fit(X, y).transform(X)``: the rows that were dropped
        are transformed too, because cleaning is for learning only. Without any, the
        steps' own `fit_transform` is used, as in scikit-learn.

        Parameters
        ----------
        X : any container of n_samples rows
            Training rows.
        y : array-like of shape (n_samples,), default=None
            Given labels.
        sample_weight, groups, trusted : array-like of shape (n_samples,), default=None
            As in `fit`.
        **params : dict
            As in `fit`; with metadata routing enabled, those requested by
            `transform` too.

        Returns
        -------
        Xt : any container of n_samples rows
            The transformed rows.
        """
        metadata = _given(sample_weight, groups, trusted, params)
        caller = "fit_transform"
        if not self._has_row_steps():
            return fit_all(self, X, y, metadata, caller=caller, method=caller)
        fit_all(self, X, y, metadata, caller=caller, method="fit")
        return self.transform(X, **self._requested_by("transform", metadata))

    @available_if(_can_fit_predict)
    @with_callbacks
    def fit_predict(
        self, X, y=None, *, sample_weight=None, groups=None, trusted=None, **params
    ):
        """Fit, and predict all rows of X.

        With row steps this is ``fit(X, y).predict(X)``, for every row of X. Without
        any, the last step's own `fit_predict` is used, as in scikit-learn.

        Parameters
        ----------
        X : any container of n_samples rows
            Training rows.
        y : array-like of shape (n_samples,), default=None
            Given labels.
        sample_weight, groups, trusted : array-like of shape (n_samples,), default=None
            As in `fit`.
        **params : dict
            As in `fit`; with metadata routing enabled, those requested by
            `predict` too.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            The predictions.
        """
        metadata = _given(sample_weight, groups, trusted, params)
        caller = "fit_predict"
        if not self._has_row_steps():
            return fit_all(self, X, y, metadata, caller=caller, method=caller)
        fit_all(self, X, y, metadata, caller=caller, method="fit")
        return self.predict(X, **self._requested_by("predict", metadata))

    @available_if(_can_fit_resample)
    @with_callbacks
    def fit_resample(
        self, X, y=None, *, sample_weight=None, groups=None, trusted=None, **params
    ):
        """Fit, and return the rows as the last step leaves them.

        There if the last step is a row cleaner, and no step makes weights, which
        would be lost.

        Parameters
        ----------
        X : any container of n_samples rows
            Training rows.
        y : array-like of shape (n_samples,), default=None
            Given labels.
        sample_weight, groups, trusted : array-like of shape (n_samples,), default=None
            As in `fit`.
        **params : dict
            As in `fit`.

        Returns
        -------
        X : any container of n_kept rows
            Rows, transformed by the transformers among the steps.
        y : array-like of shape (n_kept,)
            Their labels. `sample_indices_` says which rows of the input they are.
        """
        metadata = _given(sample_weight, groups, trusted, params)
        rows = hand_on_all(self, X, y, metadata, is_step=False)
        return rows.X, rows.y

    predict = _prediction_method("predict")
    predict_proba = _prediction_method("predict_proba")
    predict_log_proba = _prediction_method("predict_log_proba")
    decision_function = _prediction_method("decision_function")
    score_samples = _prediction_method("score_samples")
    score = _prediction_method("score")
    transform = _prediction_method("transform")
    inverse_transform = _prediction_method("inverse_transform")
    get_feature_names_out = _prediction_method("get_feature_names_out")

    @property
    def n_features_in_(self):
        """Number of features seen in fit."""
        return self._first_step_with("n_features_in_").n_features_in_

    @property
    def feature_names_in_(self):
        """Names of the features seen in fit."""
        return self._first_step_with("feature_names_in_").feature_names_in_

    def get_metadata_routing(self):
        """Describe which step consumes which metadata.

        Returns
        -------
        routing : MetadataRouter
            One entry per step.
        """
        return metadata_router(self)

    def __sklearn_is_fitted__(self):
        # Fitted means ready to predict or transform, in which row steps have no part.
        return self._without_row_steps().__sklearn_is_fitted__()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        try:
            steps = [step for _, step in self.steps if not is_passthrough(step)]
            on_rows = [get_tags(step) for step in steps if acts_on_rows(step)]
            others = [get_tags(step) for step in steps if not acts_on_rows(step)]
            tags.target_tags.required |= any(t.target_tags.required for t in on_rows)
            tags.input_tags.pairwise = others[0].input_tags.pairwise
        except (AttributeError, IndexError, TypeError, ValueError):
            # Tags are asked for before fit has had a chance to refuse the steps.
            pass
        return tags

    @with_callbacks
    def _fit_as_step(self, X, y, metadata):
        return hand_on_all(self, X, y, metadata, is_step=True)

    def _without_row_steps(self):
        try:
            return without_row_steps(self.steps)
        except (TypeError, ValueError) as error:
            # Methods are looked for before fit has had a chance to refuse the steps.
            raise AttributeError(f"The steps are not valid: {self.steps!r}.") from error

    def _has_row_steps(self):
        return find_step(self.steps, acts_on_rows) is not None

    def _first_step_with(self, attribute):
        for _, step in self.steps:
            if hasattr(step, attribute):
                return step
            if not leaves_columns(step):
                break
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {attribute!r}"
        )

    def _requested_by(self, method, metadata):
        given = {key: value for key, value in metadata.items() if value is not None}
        if not get_config()["enable_metadata_routing"]:
            return {}
        wanted = self.get_metadata_routing().consumes(method, given)
        return {key: given[key] for key in wanted}


def make_pipeline(*steps, memory=None, transform_input=None, verbose=False):
    """Chain steps without naming them.

    The names are the lower-case names of the classes, as in
    :func:`sklearn.pipeline.make_pipeline`.

    Parameters
    ----------
    *steps : estimators
        Steps, in order.
    memory : str or object with the joblib.Memory interface, default=None
        Where fitted steps are cached.
    transform_input : list of str, default=None
        Names of fit parameters that the steps transform.
    verbose : bool, default=False
        Whether to write the time that each step took.

    Returns
    -------
    pipeline : Pipeline
        The chain.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknoisy.pipeline import make_pipeline
    >>> list(make_pipeline(StandardScaler(), GaussianNB()).named_steps)
    ['standardscaler', 'gaussiannb']
    """
    return Pipeline(
        sklearn_make_pipeline(*steps).steps,
        memory=memory,
        transform_input=transform_input,
        verbose=verbose,
    )


def _given(sample_weight, groups, trusted, params):
    shared = {"sample_weight": sample_weight, "groups": groups, "trusted": trusted}
    return shared | params
