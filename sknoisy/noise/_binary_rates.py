# SPDX-License-Identifier: BSD-3-Clause
"""Two noise rates of two classes."""

import warnings
from numbers import Real

import numpy as np

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise._transition_estimator import MatrixEstimator, NoiseEstimate
from sknoisy.utils._options import check_option

_LARGEST_SUM = 0.999


class BinaryRates(MatrixEstimator):
    """Estimate the two noise rates of two classes.

    Parameters
    ----------
    classes : array-like of shape (2,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default. The
        second one is called positive below.
    method : {"rank_pruning", "quantile", "roc_slope"}, default="rank_pruning"
        ``"rank_pruning"`` counts the rows that are predicted at least as surely as
        the rows of the other label are on average. ``"quantile"`` takes the lowest
        predicted probability of each label, which is its rate among the surest rows
        of the other class. ``"roc_slope"`` takes the least slopes of the ROC curve
        at both of its ends, which needs no calibrated probabilities.
    quantile : float, default=0.01
        Share of the rows at which ``"quantile"`` reads the lowest probability; 0 is
        the published minimum, which one row decides.

    Attributes
    ----------
    rates_ : ndarray of shape (2,)
        Share of wrong labels among the rows of the negative and of the positive
        class: ``P(given = 1 | true = 0)`` and ``P(given = 0 | true = 1)``.
    contamination_ : ndarray of shape (2,)
        Share of wrong labels among the rows labelled negative and positive.
    transition_matrix_ : ndarray of shape (2, 2)
        ``P(given = j | true = i)`` at ``[i, j]``; rows sum to 1.
    class_prior_ : ndarray of shape (2,)
        Estimated distribution of the true labels.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    classes_ : ndarray of shape (2,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the rates add up to one or more, so that the labels say nothing.
    RareClassWarning
        If a class has fewer than 10 rows.

    See Also
    --------
    ConfidentJoint : Any number of classes.

    Notes
    -----
    ``"quantile"`` and ``"roc_slope"`` rest on rows that belong to a class for certain;
    without any they overstate the noise. ``"rank_pruning"`` rests on true classes
    whose predictions do not overlap; it counts overlap as noise. The slopes are taken
    over ends of the curve that hold at least the root of the number of rows of the
    other label, which is inferred, as is all that concerns weights.

    References
    ----------
    Curtis G. Northcutt, Tailin Wu and Isaac L. Chuang, "Learning with confident
    examples: rank pruning for robust classification with noisy labels", UAI 2017.

    Tongliang Liu and Dacheng Tao, "Classification with noisy labels by importance
    reweighting", IEEE TPAMI 38, 2016.

    Clayton Scott, "A rate of convergence for mixture proportion estimation, with
    application to learning from noisy labels", AISTATS 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import BinaryRates
    >>> y = ["no"] * 40 + ["yes"] * 10 + ["yes"] * 40 + ["no"] * 10
    >>> yes = np.r_[np.full(50, 0.2), np.full(50, 0.8)]
    >>> BinaryRates().fit(y, np.column_stack([1 - yes, yes])).rates_
    array([0.2, 0.2])
    """

    def __init__(self, classes=None, *, method="rank_pruning", quantile=0.01):
        self.classes = classes
        self.method = method
        self.quantile = quantile

    def _estimate(self, rows):
        check_option("method", self.method, _METHODS)
        if not isinstance(self.quantile, Real) or not 0 <= self.quantile < 1:
            raise ValueError(
                f"quantile={self.quantile!r} must be a share of the rows in [0, 1)."
            )
        if rows.n_classes != 2:
            raise ValueError(
                f"BinaryRates is for two classes, got {rows.n_classes}; use "
                "ConfidentJoint."
            )
        totals = rows.totals()
        if not totals.all():
            raise ValueError(
                "BinaryRates needs rows of both labels; all are labelled "
                f"{rows.classes.tolist()[totals.argmax()]!r}."
            )
        given_positive = totals[1] / totals.sum()
        rates = _METHODS[self.method](
            rows.pred_proba[:, 1], rows.codes, rows.weight, self.quantile, rows.unit
        )
        self.rates_ = _bound_rates(np.array(rates, dtype=np.float64))
        low, high = self.rates_
        positive = np.clip((given_positive - low) / (1 - low - high), 0, 1)
        self.contamination_ = np.clip(
            [
                high * positive / (1 - given_positive),
                low * (1 - positive) / given_positive,
            ],
            0,
            1,
        )
        return NoiseEstimate(
            np.array([[1 - low, low], [high, 1 - high]]),
            prior=np.array([1 - positive, positive]),
        )


def _bound_rates(rates):
    rates = np.clip(rates, 0, 1)
    if rates.sum() > _LARGEST_SUM:
        warnings.warn(
            f"the noise rates are estimated as {rates[0]:.3g} and {rates[1]:.3g}: "
            "from a sum of 1 on, the labels say nothing of the classes. They have been "
            "scaled down; use better predictions.",
            NoiseModelWarning,
            stacklevel=5,
        )
        rates = rates * (_LARGEST_SUM / rates.sum())
    return rates


def _by_quantile(positive, codes, weight, quantile, unit):
    """Lowest probability of either label (Liu and Tao)."""
    return [_low_quantile(p, weight, quantile) for p in (positive, 1 - positive)]


def _low_quantile(values, weight, share):
    order = np.argsort(values, kind="stable")
    shares = np.cumsum(weight[order]) / weight.sum()
    return values[order[np.searchsorted(np.round(shares, 12), share, side="right")]]


def _by_rank_pruning(positive, codes, weight, quantile, unit):
    """Count the rows that are surer than those of the other label are on average."""
    means = [
        np.average(positive[codes == k], weights=weight[codes == k]) for k in (0, 1)
    ]
    rates = []
    for wrong, sure in (
        (1, positive <= means[0] + 1e-9),
        (0, positive >= means[1] - 1e-9),
    ):
        total = weight[sure].sum()
        rates.append(weight[sure & (codes == wrong)].sum() / total if total else 0.0)
    return rates


def _by_roc_slope(positive, codes, weight, quantile, unit):
    """Least slopes at the two ends of the ROC curve (Scott)."""
    given = weight[codes == 1].sum() / weight.sum()
    # Shares of the other label that make up a label at most.
    of_negative = _least_ratio(positive, codes == 1, weight, unit)
    of_positive = _least_ratio(-positive, codes == 0, weight, unit)
    both = max(1 - of_negative * of_positive, 1e-12)
    in_positive = of_negative * (1 - of_positive) / both
    in_negative = of_positive * (1 - of_negative) / both
    prior = in_negative * (1 - given) + (1 - in_positive) * given
    prior = np.clip(prior, 1e-12, 1 - 1e-12)
    return [in_positive * given / (1 - prior), in_negative * (1 - given) / prior]


def _least_ratio(scores, is_label, weight, unit):
    """Least ratio of the masses of a label and of the other one below a score."""
    distinct, places = np.unique(scores, return_inverse=True)
    of_label, of_other = (
        np.cumsum(np.bincount(places, weights=weight * members))
        for members in (is_label, ~is_label)
    )
    label, other = of_label[-1], of_other[-1]
    # Of fewer rows than the root of all, the share of a label is anything.
    enough = np.round(of_other - np.sqrt(other * unit), 9) >= 0
    ratios = (of_label[enough] / label) / (of_other[enough] / other)
    return min(ratios.min(), 1.0)


_METHODS = {
    "rank_pruning": _by_rank_pruning,
    "quantile": _by_quantile,
    "roc_slope": _by_roc_slope,
}
