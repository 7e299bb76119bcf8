# SPDX-License-Identifier: BSD-3-Clause
"""Rank predictions by how likely they are right, from normalized logits."""

from numbers import Real

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sknoisy.neural.losses._base import as_array

_EXPONENTS = range(1, 11)


class MaxLogitPNorm(BaseEstimator):
    """Confidence in predictions for selective prediction, by normalized logits.

    The confidence in the prediction for a row is its largest logit over the p-norm of
    its logits, after the mean of the row is taken off. Networks that were trained with
    label smoothing, or are overconfident, rank their errors better by it than by the
    largest probability. It needs no training, only some labelled rows to choose the
    exponent with.

    Parameters
    ----------
    p : float, default=None
        Exponent of the norm, at least 1. None tries 1 to 10, and takes the largest
        probability if that ranks errors as well as any of them.

    Attributes
    ----------
    p_ : float or None
        The exponent. None stands for the largest probability.
    risk_ : float
        Area under the risk-coverage curve on the rows given to `fit`: the share of
        errors among the most trusted rows, on average over how many these are.

    See Also
    --------
    sknoisy.neural.losses.LabelSmoothing : What makes it needed.

    Notes
    -----
    Wrong labels count as errors of the network. Those that have nothing to do with the
    logits blur the choice of `p`, but do not turn it.

    That only whole exponents from 1 to 10 are tried is quoted from memory.

    References
    ----------
    Luís Felipe P. Cattelan and Danilo Silva, "How to fix a broken confidence estimator:
    evaluating post-hoc methods for selective classification with deep neural networks",
    UAI 2024.

    Guoxuan Xia, Olivier Laurent, Gianni Franchi and Christos-Savvas Bouganis, "Towards
    understanding why label smoothing degrades selective classification and how to fix
    it", ICLR 2025.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.neural import MaxLogitPNorm
    >>> logits = np.array([[4.0, 2.0, 0.0], [2.0, 0.0, 0.0], [1.0, 0.9, 0.0]])
    >>> MaxLogitPNorm(p=2).fit(logits, [0, 0, 1]).confidence(logits).round(3)
    array([0.707, 0.816, 0.471])
    """

    def __init__(self, p=None):
        self.p = p

    def fit(self, logits, y):
        """Choose the exponent.

        Parameters
        ----------
        logits : array-like or tensor of shape (n_samples, n_classes)
            Of rows that the network was not trained on.
        y : array-like of shape (n_samples,)
            Their classes, as columns of `logits`.

        Returns
        -------
        self : MaxLogitPNorm
            Fitted.
        """
        if self.p is not None and not (isinstance(self.p, Real) and self.p >= 1):
            raise ValueError(f"p={self.p!r} must be a number, at least 1, or None.")
        logits, y = _check_logits(logits), np.asarray(as_array(y))
        if y.shape != logits.shape[:1]:
            raise ValueError(
                f"y must hold a class for each of {len(logits)} rows; got shape "
                f"{y.shape}."
            )
        is_wrong = logits.argmax(axis=1) != y
        # Of what ranks as well, the first is taken.
        tried = [None, *_EXPONENTS] if self.p is None else [self.p]
        risks = [_risk(_confidence(logits, p), is_wrong) for p in tried]
        best = int(np.argmin(np.round(risks, 12)))
        self.p_, self.risk_ = tried[best], float(risks[best])
        return self

    def confidence(self, logits):
        """Say how likely the predictions are right, compared to each other.

        Parameters
        ----------
        logits : array-like or tensor of shape (n_samples, n_classes)
            Outputs of the network.

        Returns
        -------
        confidence : ndarray of shape (n_samples,)
            Higher is more trustworthy. It does not change if logits are multiplied by
            a number above 0, but where ``p_`` is None.
        """
        check_is_fitted(self)
        return _confidence(_check_logits(logits), self.p_)


def _check_logits(logits):
    logits = np.asarray(as_array(logits), dtype=np.float64)
    if logits.ndim != 2 or logits.shape[1] < 2 or not len(logits):
        raise ValueError(
            "logits must have a row for each sample and a column for each of two or "
            f"more classes; got shape {logits.shape}."
        )
    return logits


def _confidence(logits, p):
    if p is None:
        return softmax(logits, axis=1).max(axis=1)
    centred = logits - logits.mean(axis=1, keepdims=True)
    # High powers of large logits would overflow.
    largest = np.abs(centred).max(axis=1)
    is_flat = largest == 0
    scaled = centred / np.where(is_flat, 1, largest)[:, None]
    norm = np.linalg.norm(scaled, ord=p, axis=1)
    return scaled.max(axis=1) / np.where(is_flat, 1, norm)


def _risk(confidence, is_wrong):
    """Average the share of errors over how many of the most trusted rows are kept."""
    _, place, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    # Rows that tie may come in any order, so each has the errors of their mean.
    errors = (np.bincount(place, weights=is_wrong) / counts)[np.sort(place)]
    return (np.cumsum(errors) / np.arange(1, len(errors) + 1)).mean()
