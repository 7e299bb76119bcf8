# SPDX-License-Identifier: BSD-3-Clause
"""The rows to check next, and how they are picked."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ReviewBatch:
    """Rows for a person to check, in order.

    Attributes
    ----------
    indices : ndarray of shape (n_rows,), dtype=int
        Positions of the rows in the X given to fit.
    given_labels : ndarray of shape (n_rows,)
        Labels that they have.
    suggested_labels : ndarray of shape (n_rows,), dtype=object
        Labels that the detector suggests; None where it has none, or where the
        suggestion is hidden.
    error_proba : ndarray of shape (n_rows,)
        Estimated probability that the given label is wrong.
    is_audit : ndarray of shape (n_rows,), dtype=bool
        Rows that were drawn at random, not by the order of the queue.

    See Also
    --------
    ReviewQueue : Makes batches and takes the answers.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import ReviewQueue
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> batch = ReviewQueue(batch_size=3).fit(X, y).batch_
    >>> int(batch.indices[0]), int(batch.given_labels[0]), batch.suggested_labels[0]
    (0, 2, 0)
    >>> list(batch.to_frame().columns)
    ['given', 'suggested', 'error_proba']
    """

    indices: np.ndarray
    given_labels: np.ndarray
    suggested_labels: np.ndarray
    error_proba: np.ndarray
    is_audit: np.ndarray

    def __len__(self):
        return len(self.indices)

    def to_frame(self):
        """Lay the batch out as a table for the person who checks it.

        Returns
        -------
        frame : pandas.DataFrame
            A row for each label to check, under its position in X. What was drawn
            at random does not show.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "given": self.given_labels,
                "suggested": self.suggested_labels,
                "error_proba": self.error_proba,
            },
            index=pd.Index(self.indices, name="row"),
        )


def take_affordable(ranked, cost, allowance, most):
    """Take rows from the front, passing over those that cost too much.

    Parameters
    ----------
    ranked : ndarray of shape (n_ranked,), dtype=int
        Rows, the best first.
    cost : ndarray of shape (n_samples,)
        Cost of each row.
    allowance : float
        What all taken rows may cost together.
    most : int
        How many rows may be taken.

    Returns
    -------
    taken : ndarray of shape (n_taken,), dtype=int
        Rows, the best first.
    """
    # The slack absorbs the rounding of sums of costs.
    allowance = allowance * (1 + 1e-12)
    price = cost[ranked]
    fits = int(np.searchsorted(np.cumsum(price[:most]), allowance, side="right"))
    taken, left = list(ranked[:fits]), allowance - price[:fits].sum()
    cheapest = price.min(initial=np.inf)
    for row, its_cost in zip(ranked[fits:], price[fits:], strict=True):
        if len(taken) == most or left < cheapest:
            break
        if its_cost <= left:
            taken.append(row)
            left -= its_cost
    return np.array(taken, dtype=np.intp)


def spread_in(rows, added, rng):
    """Put rows among others at random places.

    Parameters
    ----------
    rows, added : ndarray, dtype=int
        Both keep their order.
    rng : Generator
        Chooses the places.

    Returns
    -------
    mixed : ndarray, dtype=int
        All rows.
    is_added : ndarray of the same shape, dtype=bool
        Which of them were added.
    """
    is_added = np.zeros(len(rows) + len(added), dtype=bool)
    is_added[rng.permutation(len(is_added))[: len(added)]] = True
    mixed = np.empty(len(is_added), dtype=np.intp)
    mixed[is_added], mixed[~is_added] = added, rows
    return mixed, is_added
