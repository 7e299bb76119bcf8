# SPDX-License-Identifier: BSD-3-Clause
"""Features of distinct rows, in which their neighbours are looked for."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array

from sknoisy.detection._features import fit_transformer, split_sound_classifier
from sknoisy.detection._neighbor_search import IndexSearch
from sknoisy.utils._distances import fit_index, pick_metric
from sknoisy.utils._rows import take_rows


@dataclass(frozen=True)
class UnitFeatures:
    """Features of units, and how to make those of new rows.

    Attributes
    ----------
    preprocessor : transformer or None
        Fitted; None where X holds the features already.
    values : ndarray or CSR matrix of shape (n_units, n_features), or None
        Features of each unit.
    metric : str or callable
        Distance between them.
    """

    preprocessor: object
    values: object
    metric: object

    def of(self, X):
        """Return the features of new rows."""
        if self.preprocessor is not None:
            X = self.preprocessor.transform(X)
        return check_features(X)

    def index(self, members, n_jobs=None):
        """Return the fitted index of some of the units."""
        return fit_index(self.values[members], self.metric, n_jobs)

    def search(self, members, n_jobs=None):
        """Return the exact search for neighbours among some of the units."""
        return IndexSearch(self.index(members, n_jobs), self.values)

    def with_columns(self, columns):
        """Return some of the features."""
        return replace(self, values=self.values[:, columns])

    def without_values(self):
        """Return what is needed for new rows alone."""
        return replace(self, values=None)


def feature_learner(preprocessor):
    """Return what decides which kinds of X can be turned into features.

    Parameters
    ----------
    preprocessor : transformer, "passthrough" or None
        As `fit_unit_features` takes it.

    Returns
    -------
    learner : estimator or None
        None for a default that takes anything.
    """
    return NearestNeighbors() if isinstance(preprocessor, str) else preprocessor


class FeatureInput:
    """Mixin of detectors with a `preprocessor`: which kinds of X they can take."""

    def _learner(self):
        return feature_learner(self.preprocessor)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # A scaler lets NaN through, which have no distance.
        tags.input_tags.allow_nan &= self.preprocessor is None
        return tags


def fit_unit_features(X, units, *, preprocessor=None, metric="auto"):
    """Turn the distinct rows into features, without a look at their labels.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows.
    units : Units
        Which of them are distinct; those without weight shape no feature.
    preprocessor : transformer, "passthrough" or None, default=None
        Makes the features; None picks a scaler or an encoder that suits X, and
        "passthrough" takes X as it is.
    metric : str or callable, default="auto"
        "auto" is the cosine distance for texts and sparse features, else the
        Euclidean one.

    Returns
    -------
    features : UnitFeatures
        The features of all units.
    """
    distinct = take_rows(X, units.first)
    has_text = False
    if preprocessor is None:
        preprocessor, _, has_text = split_sound_classifier(X)
        has_text |= sparse.issparse(X)
    elif isinstance(preprocessor, str):
        _check_passthrough(preprocessor)
        values = check_features(distinct)
        return UnitFeatures(None, values, pick_metric(metric, sparse.issparse(values)))
    fitted = _fit_preprocessor(preprocessor, X, units)
    values = check_features(fitted.transform(distinct))
    return UnitFeatures(fitted, values, pick_metric(metric, has_text))


def check_features(values):
    """Return features as an array or a CSR matrix of finite numbers.

    Parameters
    ----------
    values : array-like or sparse matrix of shape (n_rows, n_features)
        What a preprocessor made, or the caller's own.

    Returns
    -------
    values : ndarray or CSR matrix of shape (n_rows, n_features)
        The same numbers.
    """
    return check_array(
        values,
        accept_sparse="csr",
        dtype=[np.float64, np.float32],
        input_name="features",
    )


def _check_passthrough(preprocessor):
    if preprocessor != "passthrough":
        raise ValueError(
            f"preprocessor={preprocessor!r} is not known; give a transformer, "
            '"passthrough" for rows that are features already, or None.'
        )


def _fit_preprocessor(preprocessor, X, units):
    voters = take_rows(X, units.first[units.voters])
    weight = units.votes[units.voters].sum(axis=1)
    return fit_transformer(
        preprocessor, voters, weight if (weight != 1).any() else None
    )
