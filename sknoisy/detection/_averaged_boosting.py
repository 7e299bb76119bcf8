# SPDX-License-Identifier: BSD-3-Clause
"""Boosting that is asked for its opinion all along, not in the end."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from sknoisy.utils._distinct_rows import combine_numbers, number_contents
from sknoisy.utils._quantile_bins import QuantileBins
from sknoisy.utils._threads import threads_for


class AveragedBoosting(HistGradientBoostingClassifier):
    """Histogram gradient boosting that averages its stages.

    Rows that other rows support are learned in early rounds, and those that nothing
    supports in late ones. So even of the rows that it was fitted on, the mean over
    the rounds tells which label stood against the others.

    Equal rows with equal labels are fitted as one row of the sum of their weights,
    in an order that hangs on their content. So neither the order of the rows nor
    giving a row twice in place of a weight of two changes a tree. Numbers come in
    bins already: of weighted rows scikit-learn looks for each edge on its own, which
    takes longer than all the trees.
    """

    def fit(self, X, y, sample_weight=None):
        """Fit on the distinct rows.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Positive weights.

        Returns
        -------
        self : AveragedBoosting
            The fitted classifier.
        """
        codes = np.unique(y, return_inverse=True)[1]
        numbers = combine_numbers(number_contents(X), codes)
        first = np.unique(numbers, return_index=True)[1]
        weight = np.bincount(numbers, weights=sample_weight)
        self._bins = QuantileBins(X[first], weight, self.max_bins)
        binned = self._bins.transform(X[first])
        with threads_for(binned):
            return super().fit(binned, y[first], sample_weight=weight)

    def predict_proba(self, X):
        """Average the class probabilities of all rounds.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows, among them those of fit if need be.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Mean over the rounds.
        """
        total, binned = 0.0, self._bins.transform(X)
        with threads_for(binned):
            for pred_proba in self.staged_predict_proba(binned):
                total = total + pred_proba
        return total / self.n_iter_

    def predict(self, X):
        """Predict the class that is the most probable on average.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Labels.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
