# SPDX-License-Identifier: BSD-3-Clause
"""Draw what the true labels may be, again and again."""

import numpy as np

from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._row_draws import RowDraws

# Draws that each set may reject for not being typical.
_MAX_TRIES = 50


class PlausibleLabels:
    """Label sets that may be the true ones, given what is known of each label.

    Parameters
    ----------
    rows : LabelledRows
        Rows and their given labels.
    posterior : ndarray of shape (n_samples, n_classes)
        Probability of each true label; rows sum to 1.
    typicality : float
        Largest deviation of the number of wrong labels of a given class from what
        is expected of it, as a share of the latter. One row is always allowed.
    """

    def __init__(self, rows, posterior, typicality):
        n_samples = len(rows)
        self.codes = rows.codes
        self.posterior = posterior
        self.steps = np.cumsum(posterior, axis=1).round(9)
        self.weight = rows.sample_weight
        if self.weight is None:
            self.weight = np.ones(n_samples)
        self.draws = RowDraws(rows.X, rows.codes)
        self.expected = self._count(1 - posterior[np.arange(n_samples), rows.codes])
        one_row = row_unit(rows.sample_weight)
        self.allowed = np.maximum(typicality * self.expected, one_row)

    def draw(self, seed, n_sets):
        """Draw typical label sets.

        Parameters
        ----------
        seed : int
            Of the first draw.
        n_sets : int
            Number of sets.

        Returns
        -------
        labels : ndarray of shape (n_sets, n_samples), dtype=int
            Class of each row in each set. Where no draw is typical, the one that
            comes nearest is taken.
        """
        labels = np.empty((n_sets, len(self.codes)), dtype=np.intp)
        for i in range(n_sets):
            nearest = np.inf
            for attempt in range(_MAX_TRIES):
                drawn = self._draw_once(seed + i * _MAX_TRIES + attempt)
                excess = self._excess(drawn)
                if excess < nearest:
                    nearest, labels[i] = excess, drawn
                if excess == 0:
                    break
        return labels

    def _draw_once(self, seed):
        level = self.draws.uniform(seed)
        drawn = (level[:, None] * self.steps[:, -1:] >= self.steps).sum(axis=1)
        totals = np.bincount(drawn, self.weight, minlength=len(self.expected))
        for label in np.flatnonzero(totals == 0):
            # A class that nobody has could not be fitted.
            drawn[self._keepers(label, level)] = label
        return drawn

    def _keepers(self, label, level):
        """Find the row of a class that most probably has its given label."""
        own = np.flatnonzero((self.codes == label) & (self.weight > 0))
        proba = self.posterior[own, label].round(9)
        own = own[proba == proba.max(initial=0.0)]
        return own[level[own] == level[own].min(initial=1.0)]

    def _count(self, values):
        """Add up a value of each row over the rows of each given class."""
        n_classes = self.steps.shape[1]
        return np.bincount(self.codes, values * self.weight, minlength=n_classes)

    def _excess(self, drawn):
        """Tell by how many rows a draw is not typical."""
        deviation = np.abs(self._count(drawn != self.codes) - self.expected)
        return np.maximum(deviation - self.allowed, 0).max().round(9)
