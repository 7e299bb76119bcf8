# SPDX-License-Identifier: BSD-3-Clause
"""Fill columns in which fit saw no value at all."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class FillEmptyColumns(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Set columns that were all NaN in fit to zero; pass the others through.

    Histogram gradient boosting takes NaN, but some versions of it fail on a column
    of nothing else, which a fold of rows has sooner than the whole table.

    Attributes
    ----------
    empty_ : ndarray of shape (n_features,), dtype=bool
        Columns without a value in fit.
    """

    def fit(self, X, y=None):
        X = self._validated(X, reset=True)
        self.empty_ = np.isnan(X).all(axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        if not self.empty_.any():
            return X
        return np.where(self.empty_, 0.0, X)

    def _validated(self, X, reset):
        return validate_data(
            self,
            X,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
            reset=reset,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
