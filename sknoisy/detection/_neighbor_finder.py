# SPDX-License-Identifier: BSD-3-Clause
"""Who finds the neighbours: an exact search, or a transformer of the caller's."""

import numpy as np
from sklearn.base import clone

from sknoisy.detection._neighbor_search import GraphSearch, IndexSearch
from sknoisy.detection._unit_features import fit_unit_features
from sknoisy.utils._rows import take_rows


class NeighborFinder:
    """Finds the units that vote next to other units, and next to new rows.

    Parameters
    ----------
    transformer : transformer or None
        Has the interface of `KNeighborsTransformer`; None searches exactly.
    metric : str or callable
        Metric of the exact search, as `fit_unit_features` takes it.
    n_jobs : int or None
        Searches at the same time, through joblib.
    """

    def __init__(self, transformer, metric, n_jobs):
        self.transformer = transformer
        self.metric = metric
        self.n_jobs = n_jobs

    def fit(self, X, units):
        """Fit the search; return one over all units."""
        self.n_voters = len(units.voters)
        if self.transformer is not None:
            return self._ask_transformer(X, units)
        features = fit_unit_features(X, units, metric=self.metric)
        search = features.search(units.voters, self.n_jobs)
        self.index = search.index
        self.features = features.without_values()
        return search

    def search_new(self, X):
        """Return a search over rows that were not in fit."""
        if self.transformer is None:
            return IndexSearch(self.index, self.features.of(X))
        return GraphSearch(self.fitted.transform(X), self.n_voters)

    def _ask_transformer(self, X, units):
        """Ask the transformer for all the neighbours it has."""
        voters = take_rows(X, units.first[units.voters])
        self.fitted = clone(self.transformer)
        found = GraphSearch(self.fitted.fit_transform(voters), self.n_voters)
        others = np.setdiff1d(np.arange(len(units.first)), units.voters)
        if len(others) == 0:
            return found
        more = self.search_new(take_rows(X, units.first[others]))
        return found.joined(more, np.argsort(np.r_[units.voters, others]))
