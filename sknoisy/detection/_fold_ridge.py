# SPDX-License-Identifier: BSD-3-Clause
"""Out-of-fold probabilities for one way after another to make folds."""

import warnings

import numpy as np

from sknoisy.base import BaseLabelDetector
from sknoisy.detection._features import split_sound_classifier
from sknoisy.detection._influence_features import FewColumns
from sknoisy.exceptions import RareClassWarning
from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._predictions import own_proba, row_shares
from sknoisy.utils._rows import take_rows

_MAX_COLUMNS = 100
_PENALTY = 1.0


class FoldEstimator:
    """A classifier that is fitted for each fold.

    Parameters
    ----------
    estimator : classifier
        Cloned, never changed.
    rows : LabelledRows
        The rows; those of weight zero are predicted, but teach nothing.
    n_jobs : int or None
        Folds fitted at the same time.
    """

    def __init__(self, estimator, rows, n_jobs):
        self.estimator, self.rows, self.n_jobs = estimator, rows, n_jobs

    def out_of_fold(self, folds):
        """Predict each row by the models of the other folds.

        Parameters
        ----------
        folds : list of (train, test) index arrays
            Which together test each row.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Class probabilities.
        """
        with warnings.catch_warnings():
            # Other folds of other rounds may judge the class.
            warnings.simplefilter("ignore", RareClassWarning)
            self.cross_fit = cross_fit_proba(
                self.estimator,
                self.rows.X,
                self.rows.y,
                cv=folds,
                classes=self.rows.classes,
                sample_weight=self.rows.sample_weight,
                n_jobs=self.n_jobs,
            )
        return self.cross_fit.pred_proba

    def finish(self):
        """Forget the training rows; return what predicts new ones."""
        return self.cross_fit


class FoldRidge:
    """Ridge regression of labels on few columns, refitted without each fold.

    The features and the products of their columns are computed once. To leave
    rows out is to subtract their own products, so that a round of folds costs one
    pass over the rows and one small system of equations a fold.

    Parameters
    ----------
    rows : LabelledRows
        The rows; those of weight zero are predicted, but teach nothing.
    """

    def __init__(self, rows):
        weight = rows.sample_weight
        self.weight = weights_of(rows)
        seen = np.flatnonzero(self.weight > 0)
        self.features = FewColumns(split_sound_classifier(rows.X)[0], _MAX_COLUMNS)
        self.features.fit(
            take_rows(rows.X, seen), None if weight is None else weight[seen]
        )
        self.design = self._design(rows.X)
        self.targets = np.eye(len(rows.classes))[rows.codes]
        self.gram, self.moments = self._products(slice(None))

    def out_of_fold(self, folds):
        """Predict each row by the models of the other folds.

        Parameters
        ----------
        folds : list of (train, test) index arrays
            Which together test each row.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Class probabilities.
        """
        values = np.empty(self.targets.shape)
        for train, test in folds:
            left_out = np.ones(len(values), dtype=bool)
            left_out[train] = False
            gram, moments = self._products(left_out)
            coefficients = self._solve(self.gram - gram, self.moments - moments)
            values[test] = self.design[test] @ coefficients
        return row_shares(np.clip(values, 0.0, 1.0))

    def finish(self):
        """Forget the training rows; return what predicts new ones."""
        self.coefficients = self._solve(self.gram, self.moments)
        self.design = self.targets = self.weight = None
        return self

    def predict_proba(self, X):
        """Predict rows by the model of all training rows.

        Parameters
        ----------
        X : any container of n_rows rows
            New rows.

        Returns
        -------
        pred_proba : ndarray of shape (n_rows, n_classes)
            Class probabilities.
        """
        values = self._design(X) @ self.coefficients
        return row_shares(np.clip(values, 0.0, 1.0))

    def _design(self, X):
        Z = self.features.transform(X)
        return np.column_stack([np.ones(len(Z)), Z])

    def _products(self, rows):
        design = self.design[rows]
        weighted = (design * self.weight[rows, np.newaxis]).T
        return weighted @ design, weighted @ self.targets[rows]

    def _solve(self, gram, moments):
        penalty = np.full(len(gram), _PENALTY)
        # The intercept is free, but a fold may leave no row to train on.
        penalty[0] = np.finfo(np.float64).eps
        return np.linalg.solve(gram + np.diag(penalty), moments)


class FoldModelDetector(BaseLabelDetector):
    """Base of detectors that judge by a `fold_model`, kept as `model_`."""

    def _score_new(self, X, codes):
        pred_proba = self.model_.predict_proba(X)
        if codes is None:
            codes = pred_proba.argmax(axis=1)
        return own_proba(pred_proba, codes)

    def _use_default(self, estimator):
        """Keep the default: no other is cheap enough to be fitted so often."""


def fold_model(estimator, rows, n_jobs):
    """Pick what predicts rows out of fold.

    Parameters
    ----------
    estimator : classifier or None
        None for ridge regression in closed form.
    rows : LabelledRows
        The rows.
    n_jobs : int or None
        Folds of a classifier fitted at the same time.

    Returns
    -------
    model : FoldRidge or FoldEstimator
        What has `out_of_fold` and `finish`.
    """
    if estimator is None:
        return FoldRidge(rows)
    return FoldEstimator(estimator, rows, n_jobs)
