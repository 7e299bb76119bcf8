# SPDX-License-Identifier: BSD-3-Clause
"""Sums of the relations between rows, a block of rows at a time."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms

# Relations held at once, whatever the number of rows.
_BLOCK_RELATIONS = 1 << 20


@dataclass(frozen=True)
class Points:
    """Rows as the relation graph sees them.

    Attributes
    ----------
    directions : ndarray or CSR matrix of shape (n_points, n_features)
        Features of length 1.
    pred_proba : ndarray of shape (n_points, n_classes)
        Probabilities.
    codes : ndarray of shape (n_points,), dtype=int
        Labels.
    kin : tuple of ndarrays of shape (n_points,)
        Points that share a number in any of them are no evidence for each other;
        empty for points that are strangers to all.
    """

    directions: object
    pred_proba: np.ndarray
    codes: np.ndarray
    kin: tuple = ()

    def __len__(self):
        return len(self.codes)

    def take(self, rows):
        """Return some of the points."""
        return Points(
            self.directions[rows],
            self.pred_proba[rows],
            self.codes[rows],
            tuple(numbers[rows] for numbers in self.kin),
        )


class RelationGraph:
    """Relations of points to labelled ones, which are computed when they are needed.

    Parameters
    ----------
    judges : Points
        The labelled points.
    weight : ndarray of shape (n_judges,)
        Weight of each of them.
    temperature : float
        Power of the relations between labels.
    outlier_temperature : float
        Power of the relations whatever the labels.
    min_relation : float
        Relations up to this count as none.
    """

    def __init__(self, judges, weight, temperature, outlier_temperature, min_relation):
        self.judges = judges
        self.weight = weight
        self.temperature = temperature
        self.outlier_temperature = outlier_temperature
        self.min_relation = min_relation

    def among(self, rows):
        """Return the graph of the relations to some of the labelled points."""
        return RelationGraph(
            self.judges.take(rows),
            self.weight[rows],
            self.temperature,
            self.outlier_temperature,
            self.min_relation,
        )

    def sums(self, asked):
        """Sum the relations of points to all judges.

        Parameters
        ----------
        asked : Points
            The points.

        Returns
        -------
        agreement : ndarray of shape (n_asked,)
            Relations to the same label less those to other labels.
        relatedness : ndarray of shape (n_asked,)
            All relations.
        """
        agreement, relatedness = np.zeros((2, len(asked)))
        step = max(1, _BLOCK_RELATIONS // max(1, len(self.judges)))
        for start in range(0, len(asked), step):
            part = slice(start, start + step)
            block = asked.take(part)
            relations = self._relations(block)
            relatedness[part] = self._raise(relations, True) @ self.weight
            differ = block.codes[:, None] != self.judges.codes
            relations = self._raise(relations, False)
            np.negative(relations, out=relations, where=differ)
            agreement[part] = relations @ self.weight
        return agreement, relatedness

    def of_itself(self, asked):
        """Return the relation of each point to itself, at both temperatures."""
        # Only a row without any feature has no direction, and no relation.
        lengths = row_norms(asked.directions, squared=True)
        relations = lengths * (asked.pred_proba**2).sum(axis=1)
        return np.stack([self._raise(relations, either) for either in (False, True)])

    def _relations(self, block):
        angles = block.directions @ self.judges.directions.T
        if sparse.issparse(angles):
            angles = angles.toarray()
        relations = np.maximum(angles, 0.0)
        relations *= block.pred_proba @ self.judges.pred_proba.T
        for mine, theirs in zip(block.kin, self.judges.kin, strict=False):
            relations[mine[:, None] == theirs] = 0.0
        return relations

    def _raise(self, relations, whatever_the_labels):
        power = self.outlier_temperature if whatever_the_labels else self.temperature
        raised = np.zeros_like(relations)
        related = relations > self.min_relation
        return np.power(relations, power, out=raised, where=related)
