# SPDX-License-Identifier: BSD-3-Clause
"""Correct the loss backward, by the inverse of the transition matrix."""

from functools import singledispatch

import numpy as np
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline

from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._options import check_option

# An inverse beyond this condition number is noise magnified.
_WORST_CONDITION = 1e3


class BackwardTargets(BaseMethod):
    """Fit on the backward-corrected loss, which is unbiased for any classifier.

    Each row is fitted on the row of the inverse transition matrix that belongs to
    its given label. In expectation over the noise, that is the loss on the true
    label. Some weights are negative: a logistic regression takes them, others get
    a clipped version.

    Parameters
    ----------
    negative : {"auto", "signed", "clip"}, default="auto"
        What becomes of negative weights. "signed" keeps them. "clip" puts 0 in
        their place, and makes the weights of a row sum to 1 again; the loss is then
        biased. "auto" keeps them for `LogisticRegression` and for `SGDClassifier`
        with log-loss, at the end of a pipeline too, and else clips.

    Raises
    ------
    ValueError
        If the transition matrix has no sound inverse, or `negative` is "signed" for
        an estimator that negative weights make no sense for.

    See Also
    --------
    PosteriorTargets : Forward correction, which needs no inverse.

    Notes
    -----
    Here for comparison. It is dominated by `PosteriorTargets` wherever both were
    measured: its variance grows with the inverse of the smallest singular value of
    the matrix, squared, and its loss has no lower bound where classes can be
    separated, so that the penalty of the estimator decides. Clipped, the weights
    of a row are those of its given label alone, or smoothed ones.

    References
    ----------
    Natarajan, Dhillon, Ravikumar and Tewari. Learning with noisy labels. NeurIPS,
    2013.

    Patrini, Rozza, Menon, Nock and Qu. Making deep neural networks robust to label
    noise: a loss correction approach. CVPR, 2017.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import BackwardTargets
    >>> clf = NoiseRobustClassifier(method=BackwardTargets(negative="clip"))
    """

    alias = "backward"
    renews = False

    def __init__(self, negative="auto"):
        self.negative = negative

    def check(self, estimator):
        check_option("negative", self.negative, ("auto", "signed", "clip"))
        if self.negative == "signed" and not takes_signed_weights(estimator):
            raise ValueError(
                f'negative="signed" is for log-loss alone, and {estimator!r} is not '
                'known to have it; write negative="clip", or use method="soft".'
            )

    def targets(self, problem, pred_proba, posterior):
        matrix = problem.noise_model.transition_matrix
        condition = np.linalg.cond(matrix)
        if condition > _WORST_CONDITION:
            raise ValueError(
                'method="backward" inverts the transition matrix, but its condition '
                f'number is {condition:.3g}; use method="soft", which does not.'
            )
        inverse = np.linalg.inv(matrix)
        if self.negative == "clip" or not takes_signed_weights(problem.estimator):
            inverse = np.maximum(inverse, 0.0)
            inverse /= inverse.sum(axis=1, keepdims=True)
        return np.round(inverse, 9)[problem.rows.codes]


@singledispatch
def takes_signed_weights(estimator):
    """Tell whether a classifier makes sense of negative sample weights.

    Parameters
    ----------
    estimator : classifier
        Its type chooses the function.

    Returns
    -------
    takes : bool
        False for classes that nobody has registered.
    """
    return False


@takes_signed_weights.register
def _(estimator: LogisticRegression):
    return True


@takes_signed_weights.register
def _(estimator: SGDClassifier):
    return estimator.loss == "log_loss"


@takes_signed_weights.register
def _(estimator: Pipeline):
    return takes_signed_weights(estimator.steps[-1][1])
