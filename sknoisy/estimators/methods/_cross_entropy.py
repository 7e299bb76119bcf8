# SPDX-License-Identifier: BSD-3-Clause
"""The generalized cross-entropy, for any estimator that takes weights."""

from numbers import Real

import numpy as np
from sklearn.pipeline import Pipeline

from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._cross_fit import class_outputs
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._weights import effective_rows

# Below this number of rows a feature, a linear model too can follow its labels.
_ROWS_PER_FEATURE = 10

# Weights that move less than this have settled.
_SETTLED = 1e-4


class GeneralizedCrossEntropy(BaseMethod):
    """Fit by the generalized cross-entropy, as cross-entropy that is reweighted.

    The loss ``(1 - u ** q) / q`` of the probability u of the given label lies
    between cross-entropy (q to 0) and the mean absolute error (q = 1), which noise
    in the labels moves less. Its gradient is that of cross-entropy times u ** q, so
    refits with the weights u ** q of the fit before minimise it: a label that the
    model does not believe loses its weight.

    Parameters
    ----------
    q : float, default=0.7
        In (0, 1]; the higher, the less a label counts that is not believed.
    max_refits : int, default=10
        Times that the weights are renewed. It ends early where they settle.
    proba : {"auto", "in_sample", "out_of_fold"}, default="auto"
        Where u comes from. "in_sample" is the loss as it is defined, and one fit a
        round; a flexible model believes all that it was fitted on. "out_of_fold"
        takes a cross-fit a round. "auto" is in-sample for linear models with at
        least ten rows a feature, and else out of fold.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    ImportanceReweighting : Weights by a noise model.

    Notes
    -----
    In sample, the loss of a log-loss minimiser never grows from one refit to the
    next. Out of fold, which is inferred, there is no such promise, nor one loss
    that is minimised. It needs no noise model, and does best where noise is
    symmetric: of a class that is mostly called another, the wrong labels are
    believed. Weights are below 1, so that a penalty of the estimator counts for
    more.

    References
    ----------
    Zhang and Sabuncu. Generalized cross entropy loss for training deep neural
    networks with noisy labels. NeurIPS, 2018.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import GeneralizedCrossEntropy
    >>> clf = NoiseRobustClassifier(method=GeneralizedCrossEntropy(q=0.5))
    """

    alias = "gce"
    renews = False

    def __init__(self, q=0.7, *, max_refits=10, proba="auto"):
        self.q = q
        self.max_refits = max_refits
        self.proba = proba

    def check(self, estimator):
        if not isinstance(self.q, Real) or not 0 < self.q <= 1:
            raise ValueError(
                f"q={self.q!r} must be above 0, which would be the plain estimator, "
                "and at most 1."
            )
        check_count("max_refits", self.max_refits)
        check_option("proba", self.proba, ("auto", "in_sample", "out_of_fold"))
        if self.proba == "in_sample" and not hasattr(estimator, "predict_proba"):
            raise TypeError(
                f'proba="in_sample" needs predict_proba, which {estimator!r} lacks; '
                'write proba="out_of_fold".'
            )

    def targets(self, problem, pred_proba, posterior):
        predict = self._predictor(problem)
        predicted, weights = predict(None), np.ones(len(problem.rows))
        for i in range(self.max_refits):
            before, weights = weights, self._weigh(problem, predicted)
            if i + 1 == self.max_refits or np.abs(weights - before).max() < _SETTLED:
                break
            predicted = predict(problem.given * weights[:, None])
        return problem.given * weights[:, None]

    def _predictor(self, problem):
        """Return what predicts the rows by a fit on targets, None for the plain one."""

        def in_sample(targets):
            model = plain if targets is None else problem.fit_targets(targets)
            return class_outputs(model, problem.rows.X, problem.rows.classes)

        def out_of_fold(targets):
            if targets is None:
                return problem.plain_proba
            return problem.cross_fit(targets).pred_proba

        if self.proba == "out_of_fold":
            return out_of_fold
        plain = problem.fit_targets(problem.given)
        if self.proba == "in_sample" or _is_rigid(plain, problem.rows):
            return in_sample
        return out_of_fold

    def _weigh(self, problem, pred_proba):
        believed = np.clip(problem.of_given(pred_proba), 1e-7, 1.0)
        weights = np.round(believed**self.q, 9)
        trusted = problem.rows.trusted
        return weights if trusted is None else np.where(trusted, 1.0, weights)


def _is_rigid(fitted, rows):
    """Tell whether a model is too rigid to believe each label it was fitted on."""
    last = fitted[-1] if isinstance(fitted, Pipeline) else fitted
    coef = getattr(last, "coef_", None)
    if coef is None or not hasattr(fitted, "predict_proba"):
        return False
    n_rows = effective_rows(len(rows), rows.sample_weight)
    return np.shape(coef)[-1] * _ROWS_PER_FEATURE <= n_rows
