# SPDX-License-Identifier: BSD-3-Clause
"""Few dense columns that say of rows what a linear model can learn from them."""

from itertools import takewhile

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array
from sklearn.utils.extmath import randomized_svd

from sknoisy.detection._features import fit_transformer, split_sound_classifier

# Up to this many rows or columns, an exact eigendecomposition is fast.
_MAX_EXACT = 1000

# Leading directions kept where both rows and columns are more than that.
_MAX_LEADING = 300

# Directions of less than this share of the largest variance are rounding.
_LOWEST_VARIANCE = 1e-10


def split_last_step(estimator, X, default=None):
    """Take a classifier apart into what makes its features, and its last step.

    Parameters
    ----------
    estimator : classifier or None
        A pipeline, a classifier that takes X as it is, or None for features that
        suit X.
    X : any container of n_samples rows
        Looked at, never changed.
    default : classifier, default=None
        Last step where `estimator` is None.

    Returns
    -------
    preprocessor : Pipeline or None
        Unfitted; None passes X on.
    classifier : classifier
        Unfitted.
    """
    if estimator is None:
        return split_sound_classifier(X)[0], default
    if not isinstance(estimator, Pipeline):
        return None, estimator
    preprocessor = estimator[:-1] if len(estimator) > 1 else None
    return preprocessor, last_step(estimator)


def last_step(estimator):
    """Return the last step of a pipeline, or an estimator that is none.

    Parameters
    ----------
    estimator : estimator
        Any.

    Returns
    -------
    last : estimator
        A step of the pipeline itself, not a copy.
    """
    return estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator


class NumericFeatures:
    """Features that one fit makes of rows without their labels.

    Parameters
    ----------
    preprocessor : transformer or None
        Makes numbers of rows; cloned. It is given no labels, so that a single fit
        tells nobody the label of a row. None takes rows as they are.
    """

    def __init__(self, preprocessor):
        self.preprocessor = preprocessor

    def fit(self, X, weight):
        """Fit on the rows that train the model.

        Parameters
        ----------
        X : any container of n_rows rows
            Distinct rows.
        weight : ndarray of shape (n_rows,) or None
            Positive weights.

        Returns
        -------
        self : NumericFeatures
            The fitted features.
        """
        if self.preprocessor is not None:
            self.preprocessor = fit_transformer(self.preprocessor, X, weight)
        return self

    def transform(self, X):
        """Return the features of some rows.

        Parameters
        ----------
        X : any container of n_rows rows
            Rows.

        Returns
        -------
        Z : ndarray or CSR matrix of shape (n_rows, n_columns)
            Finite numbers.
        """
        if self.preprocessor is not None:
            X = self.preprocessor.transform(X)
        return check_array(X, accept_sparse="csr", dtype=np.float64)


class FewColumns(NumericFeatures):
    """Features of rows, turned into few columns where there are many.

    A linear model whose penalty is the squared length of its weights only sees
    the space that the training rows span. With no more rows than `max_columns`,
    nothing is lost in coordinates of that space; else the directions that vary
    most are kept.

    Parameters
    ----------
    preprocessor : transformer or None
        As in `NumericFeatures`.
    max_columns : int
        Largest number of columns.
    """

    def __init__(self, preprocessor, max_columns):
        super().__init__(preprocessor)
        self.max_columns = max_columns

    def fit(self, X, weight):
        super().fit(X, weight)
        self.projection = []
        Z = super().transform(X)
        if Z.shape[1] > self.max_columns:
            self.projection = _directions(Z, weight, self.max_columns)
        return self

    def transform(self, X):
        Z = super().transform(X)
        for factor in self.projection:
            Z = Z @ factor
        return Z.toarray() if sparse.issparse(Z) else Z


def _directions(Z, weight, n_directions):
    """Return matrices whose product takes rows to the coordinates kept."""
    if weight is not None:
        root = np.sqrt(weight)[:, np.newaxis]
        Z = Z.multiply(root).tocsr() if sparse.issparse(Z) else Z * root
    if min(Z.shape) > _MAX_EXACT:
        # Rows come in the order of their content, so that a seed is enough.
        k = min(n_directions, _MAX_LEADING)
        return [randomized_svd(Z, k, n_iter=4, random_state=0)[2].T]
    by_rows = Z.shape[0] < Z.shape[1]
    gram = Z @ Z.T if by_rows else Z.T @ Z
    gram = gram.toarray() if sparse.issparse(gram) else gram
    variances, vectors = np.linalg.eigh(gram)
    variances, vectors = variances[::-1][:n_directions], vectors[:, ::-1]
    n_kept = len(
        list(takewhile(lambda v: v > _LOWEST_VARIANCE * variances[0], variances))
    )
    vectors = vectors[:, :n_kept]
    if not by_rows:
        return [vectors]
    # The directions themselves would be as many numbers as columns times rows.
    return [
        Z.T.tocsr() if sparse.issparse(Z) else Z.T,
        vectors / np.sqrt(variances[:n_kept]),
    ]
