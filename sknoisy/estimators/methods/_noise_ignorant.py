# SPDX-License-Identifier: BSD-3-Clause
"""Ignore the noise, and choose how rigid the estimator is by the noisy labels."""

from functools import singledispatch
from itertools import product

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.estimators.methods._rounds import Found


class NoiseIgnorant(BaseMethod):
    """Keep all labels, and choose the regularisation by noisy cross-validation.

    The accuracy on noisy labels ranks classifiers as that on true ones does, as
    long as the true label of a row is still its most frequent one. So the candidate
    with the highest out-of-fold accuracy on the given labels is fitted on them as
    they are: noise-ignorant empirical risk minimisation (NI-ERM). It acts where its
    accuracy exceeds that of the estimator as it came, by `min_gain` standard errors
    of the difference.

    Parameters
    ----------
    grid : dict of str to list, default=None
        Values to try of parameters of the estimator, all combinations of them, the
        most rigid first, which wins ties. None takes `regularization_grid`, which
        knows linear models, forests and boosting, at the end of a pipeline too.

    Raises
    ------
    TypeError
        If there is no grid for the estimator, and none is given.

    See Also
    --------
    GeneralizedCrossEntropy : Doubts labels that are not believed.
    sklearn.model_selection.GridSearchCV : Searches over all parameters.

    Notes
    -----
    What any other method must beat. Accuracy is the weighted share of rows whose
    most probable label is the given one, by the folds of `NoiseRobustClassifier`.
    It is not enough where noise comes near to ties, as with many labels of one
    class called another. `max_iter` has no effect, and no noise model is used. In
    the paper the features are those of a frozen network, and the number of
    iterations of the logistic regression is searched over as well.

    References
    ----------
    Zhu, Zhang, Gu and Scott. Label noise: ignorance is bliss. NeurIPS, 2024.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import NoiseIgnorant
    >>> clf = NoiseRobustClassifier(method=NoiseIgnorant())
    """

    alias = "ni_erm"
    renews = False

    def __init__(self, grid=None):
        self.grid = grid

    def check(self, estimator):
        if self.grid is None:
            regularization_grid(estimator)

    def targets(self, problem, pred_proba, posterior):
        return problem.given

    def search(self, problem, rounds):
        weight = problem.rows.sample_weight
        best, best_fit = None, None
        highest = -np.inf
        for estimator in self._candidates(problem.estimator):
            fit = problem.cross_fit(estimator=estimator)
            accuracy = np.average(_is_given(problem, fit.pred_proba), weights=weight)
            if round(accuracy, 9) > highest:
                highest = round(accuracy, 9)
                best, best_fit = estimator, fit
        plain = problem.plain_proba
        likely = [
            np.log(np.maximum(problem.of_given(each), 1e-12))
            for each in (plain, best_fit.pred_proba)
        ]
        history = [np.average(each, weights=weight) for each in likely]
        gain = _is_given(problem, best_fit.pred_proba) - _is_given(problem, plain)
        if not rounds.accept(gain, weight):
            return Found(None, 1, history)
        return Found(problem.given, 1, history, best_fit, best)

    def _candidates(self, estimator):
        grid = regularization_grid(estimator) if self.grid is None else self.grid
        for values in product(*grid.values()):
            chosen = dict(zip(grid, values, strict=True))
            yield clone(estimator).set_params(**chosen)


def _is_given(problem, pred_proba):
    """Tell by 1 or 0 whether the most probable label is the given one."""
    likeliest = np.round(pred_proba, 9).argmax(axis=1)
    return (likeliest == problem.rows.codes).astype(np.float64)


@singledispatch
def regularization_grid(estimator):
    """List the values to try of what makes a classifier rigid.

    It is a `functools.singledispatch` function, so that
    ``regularization_grid.register(MyClassifier)`` makes others join.

    Parameters
    ----------
    estimator : classifier
        Its type chooses the function.

    Returns
    -------
    grid : dict of str to list
        Values of each parameter, the most rigid first.

    Raises
    ------
    TypeError
        If nobody has registered the class.

    Examples
    --------
    >>> from sklearn.linear_model import RidgeClassifier
    >>> from sknoisy.estimators.methods import regularization_grid
    >>> list(regularization_grid(RidgeClassifier()))
    ['alpha']
    """
    # By name, so that nothing is imported for those who do not use it.
    names = {
        f"{c.__module__.partition('.')[0]}.{c.__name__}"
        for c in type(estimator).__mro__
    }
    if "lightgbm.LGBMModel" in names:
        return {"num_leaves": [4, 15, 31], "min_child_samples": [200, 50, 20]}
    raise TypeError(
        f"it is not known what makes {type(estimator).__name__} rigid; write "
        'NoiseIgnorant(grid={"max_depth": [2, 4, 8]}), with parameters of the '
        "estimator, the most rigid first."
    )


@regularization_grid.register
def _(estimator: LogisticRegression):
    return {"C": np.logspace(-4, 2, 7).tolist()}


@regularization_grid.register
def _(estimator: LinearSVC):
    return {"C": np.logspace(-4, 2, 7).tolist()}


@regularization_grid.register
def _(estimator: SGDClassifier):
    return {"alpha": np.logspace(0, -6, 7).tolist()}


@regularization_grid.register
def _(estimator: RidgeClassifier):
    return {"alpha": np.logspace(4, -2, 7).tolist()}


@regularization_grid.register(RandomForestClassifier)
@regularization_grid.register(ExtraTreesClassifier)
def _(estimator):
    return {"min_samples_leaf": [50, 20, 10, 5, 2, 1]}


@regularization_grid.register
def _(estimator: HistGradientBoostingClassifier):
    return {"max_leaf_nodes": [4, 15, 31], "min_samples_leaf": [200, 50, 20]}


@regularization_grid.register
def _(estimator: Pipeline):
    name, last = estimator.steps[-1]
    grid = regularization_grid(last)
    return {f"{name}__{parameter}": values for parameter, values in grid.items()}
