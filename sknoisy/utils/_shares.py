# SPDX-License-Identifier: BSD-3-Clause
"""Ranks as shares of the weight, so that any two scores can be compared."""

import numpy as np


class WeightedShares:
    """Where each value stands among all: the share of the weight that lies below.

    Tied values share their place, half of their own weight counting as below them.
    So neither the order of the rows nor giving a row twice in place of a weight of
    two moves a share. Rows of weight zero are placed, but move nothing.

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
        distinct, places = np.unique(values, return_inverse=True)
        weights = np.bincount(places, weights=sample_weight)
        shares = (np.cumsum(weights) - weights / 2) / weights.sum()
        self.shares = shares[places]
        self._values, self._shares = distinct[weights > 0], shares[weights > 0]

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
    agreement = np.array(
        [
            _correlation(row, np.delete(shares, j, axis=0).mean(axis=0), sample_weight)
            for j, row in enumerate(shares)
        ]
    )
    weights = np.exp(sharpness * (agreement - agreement.max()))
    return weights / weights.sum()


def _correlation(a, b, sample_weight):
    covariance = np.cov(a, b, ddof=0, aweights=sample_weight)
    spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
    return covariance[0, 1] / spread if spread > 0 else 0.0
