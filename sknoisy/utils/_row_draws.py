# SPDX-License-Identifier: BSD-3-Clause
"""Random numbers that hang on what a row holds, not on where it stands."""

import numpy as np

from sknoisy.utils._distinct_rows import is_coarse, number_contents
from sknoisy.utils._row_hash import fingerprint_rows, mix


class RowDraws:
    """Draw numbers for rows of any kind, again for each seed.

    Copies of a row with the same label draw the same number, so that a copy is
    what a weight of 2 is. Only where rows repeat so often that copies are samples
    of their own, as in a table of few categories, each draws for itself.

    Parameters
    ----------
    X : any container of n_rows rows
        The rows.
    codes : ndarray of shape (n_rows,), dtype=int
        Class of each given label.
    """

    def __init__(self, X, codes):
        self.X = X
        self.codes = codes
        self.by_place = is_coarse(number_contents(X))

    def uniform(self, seed):
        """Draw a number for each row.

        Parameters
        ----------
        seed : int
            Not negative; different seeds give unrelated numbers.

        Returns
        -------
        numbers : ndarray of shape (n_rows,)
            Above 0 and below 1.
        """
        rows = np.arange(len(self.codes)) if self.by_place else self.X
        salt = mix(np.array([seed + 1], dtype=np.uint64))
        # A row of zeros has the fingerprint 0 for every seed.
        bits = mix(fingerprint_rows(rows, seed) + salt)
        bits = mix(bits + self.codes.astype(np.uint64))
        # The upper 53 bits are what a float can hold.
        return ((bits >> np.uint64(11)) + 0.5) / 2.0**53
