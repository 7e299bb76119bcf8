# SPDX-License-Identifier: BSD-3-Clause
"""Which leaf of each tree a row falls into."""

from functools import singledispatch

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import OneHotEncoder

from sknoisy.detection._join_on_use import join_on_use
from sknoisy.utils._weights import fit_weighted

# Classes of other packages, and what to import when one is first met.
_JOIN_ON_USE = {"lightgbm.LGBMModel": "sknoisy.boosting._leaves:lightgbm_leaves"}


@singledispatch
def tree_leaves(ensemble, X):
    """Tell which leaf of each tree the rows fall into.

    Whatever has `apply` can be asked: forests, `GradientBoostingClassifier`,
    single trees; and LightGBM models. It is a `functools.singledispatch` function,
    so that ``tree_leaves.register(MyEnsemble)`` makes others join.

    Parameters
    ----------
    ensemble : classifier or regressor
        Fitted.
    X : any container of n_rows rows
        Rows that the ensemble can predict.

    Returns
    -------
    leaves : ndarray of shape (n_rows, n_trees), dtype=int
        Number of the leaf within its tree.

    Raises
    ------
    TypeError
        If the ensemble does not say.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import GradientBoostingClassifier
    >>> from sknoisy.detection import tree_leaves
    >>> X, y = load_iris(return_X_y=True)
    >>> boosting = GradientBoostingClassifier(n_estimators=5).fit(X, y)
    >>> tree_leaves(boosting, X).shape
    (150, 15)
    """
    if join_on_use(tree_leaves, _JOIN_ON_USE, type(ensemble)):
        return tree_leaves(ensemble, X)
    check_has_leaves(ensemble)
    leaves = np.asarray(ensemble.apply(X))
    return leaves.reshape(len(leaves), -1).astype(np.int64)


def check_has_leaves(estimator):
    """Refuse an estimator that `tree_leaves` cannot ask.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Raises
    ------
    TypeError
        If it is not known which leaves it has.
    """
    join_on_use(tree_leaves, _JOIN_ON_USE, type(estimator))
    is_known = tree_leaves.dispatch(type(estimator)) is not tree_leaves.dispatch(object)
    if not is_known and not hasattr(estimator, "apply"):
        raise TypeError(
            f"{type(estimator).__name__} does not say which leaves rows fall into. Use "
            "ExtraTreesClassifier, RandomForestClassifier, GradientBoostingClassifier "
            "or LGBMClassifier, at the end of a pipeline if need be, or register it "
            "with sknoisy.detection.tree_leaves.register."
        )


class LeafEncoder(TransformerMixin, BaseEstimator):
    """Rows as the leaves that they fall into, one column for each leaf.

    Every row has the squared length 1, whatever the number of trees.

    Parameters
    ----------
    ensemble : classifier
        Cloned and fitted.
    """

    def __init__(self, ensemble):
        self.ensemble = ensemble

    def fit(self, X, y, sample_weight=None):
        """Fit the ensemble, and learn which leaves it has.

        Parameters
        ----------
        X : any container of n_rows rows
            Rows.
        y : ndarray of shape (n_rows,)
            Labels.
        sample_weight : ndarray of shape (n_rows,), default=None
            Positive weights.

        Returns
        -------
        self : LeafEncoder
            The fitted encoder.
        """
        self.ensemble_ = fit_weighted(self.ensemble, X, y, sample_weight)
        self.encoder_ = OneHotEncoder(handle_unknown="ignore")
        self.encoder_.fit(tree_leaves(self.ensemble_, X))
        return self

    def transform(self, X):
        """Encode rows.

        Parameters
        ----------
        X : any container of n_rows rows
            Rows.

        Returns
        -------
        encoded : CSR matrix of shape (n_rows, n_leaves)
            One entry for each tree.
        """
        leaves = tree_leaves(self.ensemble_, X)
        return self.encoder_.transform(leaves) / np.sqrt(leaves.shape[1])
