# SPDX-License-Identifier: BSD-3-Clause
"""A few numbers for each row of any X, made without a look at the labels."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.extmath import randomized_svd, safe_sparse_dot

from sknoisy.detection._cross_fitted import PosteriorDetector
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._schemes import Member, Precomputed
from sknoisy.detection._unit_features import (
    FeatureInput,
    UnitFeatures,
    fit_unit_features,
)
from sknoisy.utils._cross_fit import seed_from, training_folds
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._predictions import check_predictions

# More features than this are reduced to as many singular directions.
_MOST_FEATURES = 64


@dataclass(frozen=True)
class DenseFeatures:
    """Makes the features of rows.

    Attributes
    ----------
    maker : UnitFeatures
        What makes features of any number, dense or sparse.
    axes : ndarray of shape (n_made, n_features) or None
        Directions that they are projected on; None keeps them.
    """

    maker: UnitFeatures
    axes: np.ndarray | None

    def of(self, X):
        """Return the features of rows, an array of shape (n_rows, n_features)."""
        made = self.maker.of(X)
        return made if self.axes is None else safe_sparse_dot(made, self.axes)


def fit_dense_features(rows, preprocessor=None):
    """Learn to turn rows into at most 64 features.

    Parameters
    ----------
    rows : LabelledRows
        Copies count once for each weight; rows of weight zero do not count.
    preprocessor : transformer, "passthrough" or None, default=None
        As `fit_unit_features` takes it.

    Returns
    -------
    features : DenseFeatures
        The fitted maker.
    """
    units = distinct_units(rows)
    made = fit_unit_features(rows.X, units, preprocessor=preprocessor)
    values, axes = made.values[units.voters], None
    if sparse.issparse(values) or values.shape[1] > _MOST_FEATURES:
        weight = np.sqrt(units.votes[units.voters].sum(axis=1))
        axes = _main_axes(values, weight)
    return DenseFeatures(made.without_values(), axes)


def _main_axes(values, weight):
    scale = sparse.diags_array(weight)
    width = min(_MOST_FEATURES, *values.shape)
    # Not transposed, the random start is one row a feature, whatever their order.
    _, _, axes = randomized_svd(
        scale @ values, width, transpose=False, n_iter=7, random_state=0
    )
    return axes.T


def folds_of_rows(part, rows):
    """Deal rows over folds by what X holds, not by features that are rounded.

    Parameters
    ----------
    part : detector or scheme
        Has `cv` and `random_state`.
    rows : LabelledRows
        The rows.

    Returns
    -------
    folds : list of (train, test) index arrays
        Rows of weight zero are tested only.
    """
    seed = seed_from(part.random_state)
    return training_folds(
        part.cv, rows.X, rows.codes, rows.groups, rows.sample_weight, seed
    )


class FeaturePosteriorDetector(FeatureInput, PosteriorDetector):
    """Base of detectors that go by probabilities and by features.

    The features are in ``self.features_`` when a subclass fits the posterior.
    """

    def __init__(
        self,
        estimator=None,
        *,
        preprocessor=None,
        threshold=0.5,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            threshold=threshold,
            cv=cv,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        self.preprocessor = preprocessor

    def _judge_by(self, scheme, rows):
        return self._judge_in_view(scheme, self.preprocessor, rows)

    def _judge_in_view(self, scheme, preprocessor, rows):
        self.features_ = fit_dense_features(rows, preprocessor)
        return super()._judge_by(scheme, rows)

    def _folds(self, rows):
        """Deal rows over folds by what X holds, for models that see features."""
        if self.cv is None:
            everything = np.arange(len(rows))
            return [(everything, everything)]
        return folds_of_rows(self, rows)

    def _learner(self):
        return super()._learner() if self.estimator is None else self.estimator

    @classmethod
    def from_predictions(
        cls,
        y,
        pred_proba,
        features,
        *,
        classes=None,
        sample_weight=None,
        groups=None,
        trusted=None,
        **params,
    ):
        """Judge labels by probabilities and features that are already there.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_samples, n_classes)
            Out-of-sample probabilities.
        features : array-like of shape (n_samples, n_features)
            Features made without these labels, such as an embedding.
        classes : array-like of shape (n_classes,), default=None
            Label of each column of `pred_proba`; sorted labels by default.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        groups : array-like of shape (n_samples,), default=None
            Rows of one group never judge each other.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified.
        **params : dict
            Parameters of the detector.

        Returns
        -------
        detector : detector
            Fitted; its `score_samples` takes the probabilities and the features
            side by side, ``np.hstack([pred_proba, features])``, in place of X.
        """
        detector = cls(**params)
        both = np.hstack([pred_proba, features])
        rows = check_labelled_rows(
            detector, both, y, sample_weight, groups, trusted, classes=classes
        )
        width = np.shape(pred_proba)[1]
        last = FunctionTransformer(_columns_from, kw_args={"start": width})
        judgement = detector._judge_in_view(_FirstColumns(width), last, rows)
        detector._record(rows, judgement)
        return detector


class _FirstColumns(Precomputed):
    """Takes the first columns of X as probabilities."""

    def __init__(self, width=None):
        self.width = width

    def members(self, rows):
        _, pred_proba, _ = check_predictions(
            rows.y, rows.X[:, : self.width], rows.classes
        )
        yield Member(pred_proba)

    def predict_proba(self, X):
        return super().predict_proba(np.asarray(X)[:, : self.width])


def _columns_from(X, start):
    return np.asarray(X)[:, start:]
