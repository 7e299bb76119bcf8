# SPDX-License-Identifier: BSD-3-Clause
"""Hardness by single features: how far a row lies in the overlap of the classes."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

# Cells of dense features held at once.
_BLOCK_CELLS = 1 << 20


@dataclass(frozen=True)
class Overlap:
    """Interval of each feature that one class shares with the rest.

    Attributes
    ----------
    low, high : ndarray of shape (n_features,)
        Larger of the two minima, and smaller of the two maxima. Where `low` is above
        `high`, the feature tells the class from the rest.
    sign : ndarray of shape (n_features,)
        1 where the class lies below the rest on average, else -1.
    """

    low: np.ndarray
    high: np.ndarray
    sign: np.ndarray

    def is_inside(self, values):
        """Mask of the values in the interval."""
        return (values >= self.low) & (values <= self.high)

    def position(self, values, is_member):
        """Return how far values lie on the side of the other class, from 0 to 1."""
        width = self.high - self.low
        middle = (self.low + self.high) / 2
        wide = np.where(width > 0, width, 1.0)
        from_below = np.where(
            width > 0,
            np.clip((values - self.low) / wide, 0, 1),
            (1 + np.sign(values - middle)) / 2,
        )
        is_below = np.where(is_member[:, np.newaxis], self.sign, -self.sign) > 0
        return np.where(is_below, from_below, 1 - from_below)


class FeatureOverlap:
    """Measures by the overlap of the classes in single features.

    Each class is set against the rest, and the measures are averaged. Features that
    are the same in all rows say nothing and are left out.
    """

    names = ("f1", "f2", "f3", "f4")

    def fit(self, judges, n_classes):
        """Find the overlap of each class with the rest."""
        features, codes, weight = judges.features, judges.codes, judges.weight
        lowest, highest = _extremes(features)
        self.varies = np.flatnonzero(lowest < highest)
        features = features[:, self.varies]
        # For two classes, either against the other is the same.
        classes = range(n_classes) if n_classes > 2 else [0]
        self.overlaps = [
            (k, _overlap(features, codes == k, weight))
            for k in classes
            if 0 < np.count_nonzero(codes == k) < len(codes)
        ]
        return self

    def measure(self, queries):
        """Return the measures of some rows, by name."""
        measures = np.zeros((4, len(queries)))
        if len(self.varies):
            step = max(1, _BLOCK_CELLS // len(self.varies))
            for start in range(0, len(queries), step):
                part = slice(start, start + step)
                measures[:, part] = self._measure_block(queries.take(part))
        return dict(zip(self.names, measures, strict=True))

    def _measure_block(self, block):
        values = block.features[:, self.varies]
        values = values.toarray() if sparse.issparse(values) else values
        total = np.zeros((4, len(block)))
        for k, overlap in self.overlaps:
            position = overlap.position(values, block.codes == k)
            total += [
                overlap.is_inside(values).mean(axis=1),
                position.min(axis=1),
                position.mean(axis=1),
                position.max(axis=1),
            ]
        return total / len(self.overlaps)


def _overlap(features, is_member, weight):
    lowest, highest = _extremes(features[is_member])
    rest_lowest, rest_highest = _extremes(features[~is_member])
    mean = _mean(features[is_member], weight[is_member])
    rest_mean = _mean(features[~is_member], weight[~is_member])
    return Overlap(
        low=np.maximum(lowest, rest_lowest),
        high=np.minimum(highest, rest_highest),
        sign=np.where(mean <= rest_mean, 1, -1),
    )


def _extremes(features):
    lowest, highest = features.min(axis=0), features.max(axis=0)
    if sparse.issparse(features):
        lowest, highest = lowest.toarray(), highest.toarray()
    return np.ravel(lowest), np.ravel(highest)


def _mean(features, weight):
    return np.ravel(weight @ features) / weight.sum()
