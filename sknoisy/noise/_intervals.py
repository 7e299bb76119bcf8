# SPDX-License-Identifier: BSD-3-Clause
"""How sure an estimated noise model is."""

import warnings
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from scipy.special import ndtri
from scipy.stats import beta
from sklearn.base import clone
from sklearn.utils import check_random_state

from sknoisy.exceptions import SknoisyWarning
from sknoisy.utils._labelled_rows import check_weights
from sknoisy.utils._options import check_option


@dataclass(frozen=True)
class TransitionInterval:
    """Intervals of a noise model, and the draws that they come from.

    Attributes
    ----------
    transition_matrix : ndarray of shape (2, n_classes, n_classes)
        Lower and upper bound of each entry.
    class_prior : ndarray of shape (2, n_classes)
        Lower and upper bound of the share of each true class.
    noise_rate : ndarray of shape (2,)
        Lower and upper bound of the fraction of wrong labels.
    matrices : ndarray of shape (n_resamples, n_classes, n_classes)
        Matrix of each resample, to see how sure anything is that follows from it.
    priors : ndarray of shape (n_resamples, n_classes)
        Distribution of the true labels of each resample.
    """

    transition_matrix: np.ndarray
    class_prior: np.ndarray
    noise_rate: np.ndarray
    matrices: np.ndarray
    priors: np.ndarray


def transition_interval(
    transition_estimator,
    y,
    pred_proba=None,
    sample_weight=None,
    *,
    confidence=0.95,
    n_resamples=200,
    random_state=None,
    **fit_params,
):
    """Bootstrap the intervals of a noise model.

    The noise model is fitted again and again with random weights of the rows, and the
    interval holds the middle of what comes out.

    Parameters
    ----------
    transition_estimator : noise model
        Cloned, never changed.
    y : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes), default=None
        Out-of-sample probabilities, which stay as they are.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.
    confidence : float, default=0.95
        Share of the resamples inside the interval, in (0, 1).
    n_resamples : int, default=200
        Number of fits.
    random_state : int, RandomState instance or None, default=None
        Seeds the weights; None draws others on each call.
    **fit_params : dict
        What else fit takes: `X`, `groups`, `trusted`.

    Returns
    -------
    interval : TransitionInterval
        Bounds of the matrix, of the prior and of the noise rate.

    Raises
    ------
    ValueError
        If `confidence` or `n_resamples` are out of range.

    See Also
    --------
    counts_interval : Intervals from counts of verified labels, without a bootstrap.

    Notes
    -----
    The weights are those of the Bayesian bootstrap: every row keeps some, so that no
    class is lost and no row becomes its own neighbour, as with rows drawn again. The
    interval says how far the estimate depends on the sample, not whether it is right:
    what an estimator gets wrong on every sample is not in it, and as the
    probabilities are not fitted anew, it is narrower than it should be.

    References
    ----------
    Donald B. Rubin, "The Bayesian bootstrap", Annals of Statistics 9, 1981.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import ConfidentJoint, transition_interval
    >>> y = np.repeat([0, 1], 100)
    >>> one = np.where(np.arange(200) % 5 == 0, 1 - y, y) * 0.8 + 0.1
    >>> proba = np.column_stack([1 - one, one])
    >>> interval = transition_interval(ConfidentJoint(), y, proba, random_state=0)
    >>> low, high = interval.noise_rate
    >>> bool(0.1 < low < 0.2 < high < 0.3)
    True
    """
    _check_confidence(confidence)
    if not isinstance(n_resamples, Integral) or n_resamples < 2:
        raise ValueError(f"n_resamples={n_resamples!r} must be a whole number above 1.")
    y = np.asarray(y)
    weight = check_weights(sample_weight, len(y))
    shape = np.ones(len(y)) if weight is None else weight
    rng = check_random_state(random_state)
    matrices, priors, rates = [], [], []
    for _ in range(n_resamples):
        drawn = rng.standard_gamma(shape)
        model = clone(transition_estimator)
        drawn *= shape.sum() / drawn.sum()
        with warnings.catch_warnings():
            # The interval itself shows what a resample would warn of.
            warnings.simplefilter("ignore", SknoisyWarning)
            model.fit(y, pred_proba, drawn, **fit_params)
        matrices.append(model.transition_matrix_)
        priors.append(model.class_prior_)
        rates.append(model.noise_rate_)
    ends = [(1 - confidence) / 2, (1 + confidence) / 2]
    return TransitionInterval(
        *(np.quantile(draws, ends, axis=0) for draws in (matrices, priors, rates)),
        np.array(matrices),
        np.array(priors),
    )


def counts_interval(counts, *, confidence=0.95, method="wilson"):
    """Bound a transition matrix by counts of verified labels.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Number of verified rows of each true class (row) and given label (column),
        such as `counts_` of `GoldLossCorrection`.
    confidence : float, default=0.95
        Probability that an interval should hold the truth, in (0, 1).
    method : {"wilson", "dirichlet"}, default="wilson"
        ``"wilson"`` takes each entry as a share of its own; ``"dirichlet"`` takes the
        quantiles of the posterior after half a row of each label more.

    Returns
    -------
    low, high : ndarray of shape (n_classes, n_classes)
        Bounds of each entry.

    Raises
    ------
    ValueError
        If a count is negative, or `confidence` or `method` are not what they can be.

    See Also
    --------
    transition_interval : Intervals of any noise model.
    expected_squared_error : How many verified rows are enough.

    Notes
    -----
    Each entry has an interval of its own; that all of them hold at once is less
    likely. A class without counts has the interval from 0 to 1 by ``"wilson"``.

    References
    ----------
    Edwin B. Wilson, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22, 1927.

    Examples
    --------
    >>> from sknoisy.noise import counts_interval
    >>> low, high = counts_interval([[18, 2], [0, 20]])
    >>> low.round(2)
    array([[0.7 , 0.03],
           [0.  , 0.84]])
    >>> high.round(2)
    array([[0.97, 0.3 ],
           [0.16, 1.  ]])
    """
    _check_confidence(confidence)
    check_option("method", method, ("wilson", "dirichlet"))
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 2 or not (counts >= 0).all():
        raise ValueError(
            "counts must hold numbers of rows, 0 or more, in a row for each true class "
            f"and a column for each given label; got shape {counts.shape}."
        )
    totals = counts.sum(axis=1, keepdims=True)
    if method == "dirichlet":
        ours, theirs = counts + 0.5, totals - counts + (counts.shape[1] - 1) / 2
        ends = [(1 - confidence) / 2, (1 + confidence) / 2]
        return tuple(beta.ppf(end, ours, theirs) for end in ends)
    return _wilson(counts, totals, ndtri((1 + confidence) / 2))


def _wilson(counts, totals, z):
    share = np.divide(counts, totals, out=np.full_like(counts, 0.5), where=totals > 0)
    middle = (counts + z**2 / 2) / (totals + z**2)
    reach = z / (totals + z**2) * np.sqrt(share * (1 - share) * totals + z**2 / 4)
    # At a share of 0 or 1 the bounds meet it but for rounding.
    low, high = np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
    return np.where(counts == 0, 0.0, low), np.where(counts == totals, 1.0, high)


def _check_confidence(confidence):
    if not isinstance(confidence, Real) or not 0 < confidence < 1:
        raise ValueError(
            f"confidence={confidence!r} must be in (0, 1); write 0.95 for 95 %."
        )
