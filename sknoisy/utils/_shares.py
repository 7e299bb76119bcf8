# SPDX-License-Identifier: BSD-3-Clause
"""Ranks as shares of the weight, so that any two scores can be compared."""

import numpy as np


class WeightedShares:
    """Where each value stands among all: the share of the weight that lies below.

    Tied values share their place, half of their own weight counting as below them.
    So neither the order of the rows nor giving a row twice in place of a weight of
    two moves a share.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Finite numbers.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row; None weighs each row 1.

    Attributes
    ----------
    shares : ndarray of shape (n_samples,)
        Share of each row, in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.utils._shares import WeightedShares
    >>> ranks = WeightedShares(np.array([3.0, 1.0, 1.0, 7.0]))
    >>> ranks.shares
    array([0.625, 0.25 , 0.25 , 0.875])
    >>> ranks.of(np.array([0.0, 2.0, 9.0]))
    array([0.25  , 0.4375, 0.875 ])
    """

    def __init__(self, values, sample_weight=None):
        self._values, places = np.unique(values, return_inverse=True)
        weights = np.bincount(places, weights=sample_weight)
        total = weights.sum()
        self._shares = (np.cumsum(weights) - weights / 2) / total
        self.shares = self._shares[places]

    def of(self, values):
        """Place new values among the known ones.

        Parameters
        ----------
        values : ndarray of shape (n_new,)
            Finite numbers.

        Returns
        -------
        shares : ndarray of shape (n_new,)
            Interpolated, in [0, 1].
        """
        return np.interp(values, self._values, self._shares)

    def quantile(self, shares):
        """Find the values that have given shares below them.

        Parameters
        ----------
        shares : ndarray of shape (n,)
            In [0, 1].

        Returns
        -------
        values : ndarray of shape (n,)
            Interpolated.
        """
        return np.interp(shares, self._shares, self._values)


def agreement_weights(shares, sample_weight=None, sharpness=10.0):
    """Weigh rankings by how well each agrees with the mean of the others.

    A ranking that no other supports is noise of its own making. The weights fall
    off exponentially in the correlation that is lacking to the best one.

    Parameters
    ----------
    shares : ndarray of shape (n_rankings, n_samples)
        One ranking a row, as shares.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.
    sharpness : float, default=10.0
        A ranking whose correlation is lower by the tenth part of one, by default,
        gets a weight smaller by a factor of e.

    Returns
    -------
    weights : ndarray of shape (n_rankings,)
        They sum to 1.
    """
    n_rankings = len(shares)
    if n_rankings < 3:
        return np.full(n_rankings, 1 / n_rankings)
    total = shares.sum(axis=0)
    agreement = np.array(
        [_correlation(row, total - row, sample_weight) for row in shares]
    )
    weights = np.exp(sharpness * (agreement - agreement.max()))
    return weights / weights.sum()


def _correlation(a, b, sample_weight):
    a = a - np.average(a, weights=sample_weight)
    b = b - np.average(b, weights=sample_weight)
    if sample_weight is not None:
        a, weighted = a, b * sample_weight
        spread = np.sqrt((a * a * sample_weight).sum() * (b * weighted).sum())
    else:
        weighted = b
        spread = np.sqrt((a * a).sum() * (b * b).sum())
    return (a * weighted).sum() / spread if spread > 0 else 0.0
