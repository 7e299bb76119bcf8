# SPDX-License-Identifier: BSD-3-Clause
"""Measures of instance hardness, by name."""

import numpy as np

from sknoisy.detection._features import fit_features
from sknoisy.detection._hardness_distances import (
    NearestRows,
    SpanningTree,
    Surroundings,
)
from sknoisy.detection._hardness_models import (
    ClassSize,
    CutTree,
    FullTree,
    NaiveBayes,
)
from sknoisy.detection._hardness_overlap import FeatureOverlap
from sknoisy.detection._hardness_queries import new_queries, training_queries
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._options import check_count, check_option

_FAMILIES = (
    NearestRows,
    Surroundings,
    FullTree,
    CutTree,
    NaiveBayes,
    ClassSize,
    SpanningTree,
    FeatureOverlap,
)

MEASURES = tuple(name for family in _FAMILIES for name in family.names)


def check_measures(measures):
    """Check the names of measures.

    Parameters
    ----------
    measures : str, sequence of str or None
        What the caller wrote; None stands for all.

    Returns
    -------
    measures : tuple of str
        At least one.
    """
    if measures is None:
        return MEASURES
    measures = (measures,) if isinstance(measures, str) else tuple(measures)
    if not measures:
        raise ValueError(f"measures is empty; name some of {sorted(MEASURES)}.")
    return tuple(check_option("measures", name, MEASURES) for name in measures)


class HardnessModel:
    """What the measures have learned of the rows that they were fitted on.

    Parameters
    ----------
    measures : tuple of str
        Names of the measures wanted.
    n_neighbors : int
        Number of neighbours of kDN.
    metric : str or callable
        Metric of all distances.
    random_state : int, RandomState instance or None
        Settles ties of the trees.
    """

    def __init__(self, measures, n_neighbors, metric, random_state):
        check_count("n_neighbors", n_neighbors)
        self.measures = measures
        seed = seed_from(random_state)
        params = {
            NearestRows: (n_neighbors, metric),
            Surroundings: (metric, measures),
            SpanningTree: (metric,),
            FullTree: (seed,),
            CutTree: (seed,),
        }
        self.families = [
            family(*params.get(family, ()))
            for family in _FAMILIES
            if set(family.names) & set(measures)
        ]
        has_proba = any(hasattr(family, "predict_proba") for family in self.families)
        self.others = [] if has_proba else [CutTree(seed)]

    def fit(self, rows):
        """Learn from rows, and return them as queries.

        Parameters
        ----------
        rows : LabelledRows
            As `distinct_rows` returns them.

        Returns
        -------
        queries : Queries
            The same rows.
        """
        self.preprocessor, features, _ = fit_features(rows)
        queries = training_queries(rows, _indexable(features))
        self.n_kinds, n_classes = len(queries.kin), len(rows.classes)
        judges = queries.take(queries.places >= 0)
        for family in self.families + self.others:
            family.fit(judges, n_classes)
        return queries

    def new(self, X, codes):
        """Return new rows as queries."""
        features = _indexable(self.preprocessor.transform(X))
        return new_queries(features, codes, self.n_kinds)

    def measure(self, queries):
        """Return the measures wanted of some rows, by name."""
        found = {}
        for family in self.families:
            found |= family.measure(queries)
        return {name: np.clip(found[name], 0, 1) for name in self.measures}

    def predict_proba(self, queries):
        """Return the mean of the class probabilities that the measures have."""
        found = [
            family.predict_proba(queries)
            for family in self.families + self.others
            if hasattr(family, "predict_proba")
        ]
        return np.mean(found, axis=0)


def _indexable(features):
    return features.tocsr() if hasattr(features, "tocsr") else features
