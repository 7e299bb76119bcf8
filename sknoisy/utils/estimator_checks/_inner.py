# SPDX-License-Identifier: BSD-3-Clause
"""Estimators to put inside the one that is checked."""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.linear_model import LogisticRegression, Ridge


def with_inner(estimator, inner):
    """Put an estimator in every place where one can be given.

    Parameters
    ----------
    estimator : estimator
        Cloned. Its parameters named ``estimator``, at any depth, are the places.
    inner : estimator
        What to put there.

    Returns
    -------
    estimator : estimator
        The clone.
    n_places : int
        Number of places; 0 for what has an estimator of its own.
    """
    places = []
    for name in sorted(estimator.get_params(deep=True), key=lambda n: n.count("__")):
        is_inside = any(name.startswith(f"{place}__") for place in places)
        if name.rpartition("__")[2] == "estimator" and not is_inside:
            places.append(name)
    params = {place: clone(inner) for place in places}
    return clone(estimator).set_params(**params), len(places)


def seed_inner(estimator):
    """Seed the estimators inside, and leave the random state of the outer one.

    Parameters
    ----------
    estimator : estimator
        Cloned.

    Returns
    -------
    estimator : estimator
        The clone.
    """
    params = {
        name: 0
        for name in estimator.get_params(deep=True)
        if "estimator__" in name and name.endswith("random_state")
    }
    return clone(estimator).set_params(**params)


class Refusing(ClassifierMixin, BaseEstimator):
    """Classifier whose fit raises."""

    def fit(self, X, y, sample_weight=None):
        raise ValueError("This estimator refuses to fit.")


class RefusingRegressor(RegressorMixin, BaseEstimator):
    """Regressor whose fit raises."""

    def fit(self, X, y, sample_weight=None):
        raise ValueError("This estimator refuses to fit.")


# Words that go with the first class, and words that go with the second.
WORDS = (("good", "fine", "glad", "nice"), ("bad", "poor", "grim", "sad"))


class _SeesContainer(BaseEstimator):
    """Learn from one kind of container, and refuse any other.

    Parameters
    ----------
    container : type, default=None
        What X must be.
    """

    def __init__(self, container=None):
        self.container = container

    def fit(self, X, y, sample_weight=None):
        self.model_ = self._model().fit(self._numbers(X), y, sample_weight)
        return self

    def predict(self, X):
        return self.model_.predict(self._numbers(X))

    def _numbers(self, X):
        if not isinstance(X, self.container):
            raise AssertionError(
                f"the estimator inside got a {type(X).__name__} in place of a "
                f"{self.container.__name__}; pass X on as it is, with "
                "sknoisy.utils.take_rows to pick rows."
            )
        if sparse.issparse(X):
            return X.toarray()
        if isinstance(X, list):
            return np.array([_count_words(text) for text in X])
        if hasattr(X, "columns"):
            return np.nan_to_num(np.asarray(X["size"], dtype=np.float64))[:, None]
        return np.nan_to_num(X)


def _count_words(text):
    return [sum(word in words for word in text.split()) for words in WORDS]


class ContainerClassifier(ClassifierMixin, _SeesContainer):
    """Classifier that checks the container of X."""

    def _model(self):
        return LogisticRegression()

    def predict_proba(self, X):
        return self.model_.predict_proba(self._numbers(X))

    @property
    def classes_(self):
        return self.model_.classes_


class ContainerRegressor(RegressorMixin, _SeesContainer):
    """Regressor that checks the container of X."""

    def _model(self):
        return Ridge()
