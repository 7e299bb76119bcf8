# SPDX-License-Identifier: BSD-3-Clause
"""Clean the training data, then fit any estimator on what is left."""

import numpy as np
from sklearn.base import BaseEstimator

from sknoisy.base import with_default_estimator
from sknoisy.cleaning import DropSuspects
from sknoisy.cleaning._apply import apply_cleaner, check_cleaner
from sknoisy.estimators._delegation import DelegatingMixin
from sknoisy.estimators._fit_params import estimator_fit_params
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import (
    check_groups,
    check_target,
    check_trusted,
    check_weights,
)
from sknoisy.utils._rows import is_per_row
from sknoisy.utils._weights import fit_weighted, take_param_rows


class CleanThenFit(DelegatingMixin, BaseEstimator):
    """Clean the training labels, then fit an estimator on the result.

    The whole is a classifier or regressor as the estimator inside is: it ends a
    plain scikit-learn Pipeline, sits in a grid search, and cleans only the
    training part of each split. Nothing is cleaned in predict or score.

    Parameters
    ----------
    estimator : estimator, default=None
        Any classifier or regressor. None picks a linear classifier that suits the
        columns of X.
    cleaner : cleaner, default=None
        Any cleaner of `sknoisy.cleaning`, or any object with ``fit_resample``, as
        the samplers of imbalanced-learn. None is `DropSuspects`. A cleaner that
        was given no detector uses `AutoDetector` for classifiers and
        `ResidualDetector` for regressors, and a detector that was given no
        estimator judges with a clone of `estimator`.

    Attributes
    ----------
    estimator_ : estimator
        The estimator fitted on the cleaned data.
    cleaner_ : cleaner
        The fitted cleaner.
    sample_weight_ : ndarray of shape (n_samples,)
        Weight at which each row given to fit has entered the last fit; 0 for
        dropped rows.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that the cleaner calls wrong; the rows it left out, for a cleaner
        that does not say.
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy. Only if the cleaner scores labels.
    noise_rate_ : float
        Estimated fraction of wrong labels. Only if the cleaner estimates it.
    classes_ : ndarray of shape (n_classes,)
        Labels of a classifier.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    NoiseRobustClassifier : Weighs the evidence in place of dropping rows.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknoisy import CleanThenFit
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y_noisy = y.copy()
    >>> y_noisy[::10] = 1 - y_noisy[::10]
    >>> clf = CleanThenFit(make_pipeline(StandardScaler(), LogisticRegression()))
    >>> clf.fit(X, y_noisy).score(X, y) > 0.95
    True
    """

    def __init__(self, estimator=None, cleaner=None):
        self.estimator = estimator
        self.cleaner = cleaner

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None, **fit_params):
        """Clean the training data and fit the estimator.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the cleaner and the estimator as it is.
        y : array-like of shape (n_samples,)
            Given labels, or targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row, in detection and in the last fit.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified; they are left as they are.
        **fit_params : dict
            Passed to the fit of the estimator; values held per row follow their
            rows.

        Returns
        -------
        self : CleanThenFit
            The fitted object.
        """
        with fresh_fit(self):
            self._fit(X, y, sample_weight, groups, trusted, fit_params)
        return self

    def _fit(self, X, y, sample_weight, groups, trusted, fit_params):
        self._check_inner()
        fit_params = estimator_fit_params(self, fit_params)
        target = check_target(self, X, y)
        n_samples = len(target)
        inner = self._estimator_for(X)
        cleaner = DropSuspects() if self.cleaner is None else self.cleaner
        check_cleaner(cleaner)
        cleaner = with_default_estimator(cleaner, inner)
        cleaned = apply_cleaner(
            cleaner,
            X,
            # A column vector has been warned of; anything else stays as it came.
            target if np.asarray(y).ndim == 2 else y,
            sample_weight=check_weights(sample_weight, n_samples),
            groups=check_groups(groups, n_samples, X),
            trusted=check_trusted(trusted, n_samples),
        )
        if fit_params:
            fit_params = self._follow_rows(fit_params, cleaned.indices, n_samples)
        self.estimator_ = fit_weighted(
            inner, cleaned.X, cleaned.y, cleaned.sample_weight, fit_params=fit_params
        )
        self.cleaner_ = cleaner
        self._explain(cleaned, n_samples)

    def _follow_rows(self, fit_params, indices, n_samples):
        if indices is not None:
            return take_param_rows(fit_params, indices, n_samples)
        stuck = [k for k, v in fit_params.items() if is_per_row(v, n_samples)]
        if stuck:
            raise ValueError(
                f"{type(self.cleaner).__name__} does not say in sample_indices_ which "
                f"rows it returned, so {', '.join(stuck)} cannot follow them; fit "
                "without, or use a cleaner that does."
            )
        return fit_params

    def _explain(self, cleaned, n_samples):
        """Say what became of each row that was given to fit."""
        self.sample_weight_ = np.zeros(n_samples)
        if cleaned.indices is None:
            self.sample_weight_[:] = 1.0
        elif cleaned.sample_weight is None:
            np.add.at(self.sample_weight_, cleaned.indices, 1.0)
        else:
            np.add.at(self.sample_weight_, cleaned.indices, cleaned.sample_weight)
        for name in ("label_quality_", "noise_rate_"):
            if hasattr(self.cleaner_, name):
                setattr(self, name, getattr(self.cleaner_, name))
        self.suspect_mask_ = getattr(
            self.cleaner_, "suspect_mask_", self.sample_weight_ == 0
        )
