# SPDX-License-Identifier: BSD-3-Clause
"""Whose labels are measured, and against which rows."""

from dataclasses import dataclass, replace

import numpy as np

from sknoisy.utils._distinct_rows import is_coarse, number_contents


@dataclass(frozen=True)
class Queries:
    """Rows as measures of hardness see them.

    Attributes
    ----------
    features : ndarray or sparse matrix of shape (n_rows, n_features)
        Numbers made of the rows.
    codes : ndarray of shape (n_rows,), dtype=int
        Their labels.
    weight : ndarray of shape (n_rows,)
        Rows that each one stands for.
    kin : tuple of ndarray of shape (n_rows,), dtype=int
        Rows that share a number in one of them do not judge each other.
    places : ndarray of shape (n_rows,), dtype=int
        Position among the rows of weight; -1 for those that judge none.
    """

    features: object
    codes: np.ndarray
    weight: np.ndarray
    kin: tuple
    places: np.ndarray

    def __len__(self):
        return len(self.codes)

    def take(self, rows):
        """Return some of the rows, by mask or position."""
        return replace(
            self,
            features=self.features[rows],
            codes=self.codes[rows],
            weight=self.weight[rows],
            kin=tuple(numbers[rows] for numbers in self.kin),
            places=self.places[rows],
        )

    def lone_classes(self, n_classes):
        """Mask of the classes of which no two rows may judge each other."""
        judges = self.take(self.places >= 0)
        lone = np.zeros(n_classes, dtype=bool)
        for numbers in judges.kin:
            pairs = np.unique(np.column_stack([judges.codes, numbers]), axis=0)
            lone |= np.bincount(pairs[:, 0], minlength=n_classes) < 2
        return lone


def training_queries(rows, features):
    """Make queries of distinct rows that were in fit.

    Parameters
    ----------
    rows : LabelledRows
        As `distinct_rows` returns them.
    features : ndarray or sparse matrix of shape (n_samples, n_features)
        Numbers made of them.

    Returns
    -------
    queries : Queries
        All rows, those of weight zero as well.
    """
    contents = number_contents(rows.X)
    if rows.groups is not None:
        kin = (contents, np.unique(rows.groups, return_inverse=True)[1])
    elif is_coarse(contents):
        kin = (np.arange(len(rows)),)
    else:
        kin = (contents,)
    active = rows.sample_weight > 0
    return Queries(
        features=features,
        codes=rows.codes,
        weight=np.where(active, rows.sample_weight, 1.0),
        kin=kin,
        places=np.where(active, np.cumsum(active) - 1, -1),
    )


def new_queries(features, codes, n_kinds):
    """Make queries of rows that were not in fit, and have no kin there.

    Parameters
    ----------
    features : ndarray or sparse matrix of shape (n_rows, n_features)
        Numbers made of them.
    codes : ndarray of shape (n_rows,), dtype=int
        Their labels.
    n_kinds : int
        Number of numberings of kin.

    Returns
    -------
    queries : Queries
        The rows.
    """
    nobody = np.full(len(codes), -1)
    kin = (nobody,) * n_kinds
    return Queries(features, codes, np.ones(len(codes)), kin, nobody)
