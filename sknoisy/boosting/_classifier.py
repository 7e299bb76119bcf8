# SPDX-License-Identifier: BSD-3-Clause
"""LightGBM trained on a noise-robust objective, as a classifier."""

from functools import partial
from numbers import Real

import numpy as np
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, validate_data

from sknoisy.base import copy_input_tags
from sknoisy.boosting._lightgbm import import_lightgbm
from sknoisy.boosting._normalized import ActivePassiveLoss
from sknoisy.boosting._single_probability import (
    GeneralizedCrossEntropy,
    SoftmaxCrossEntropy,
    SymmetricCrossEntropy,
    TaylorCrossEntropy,
)
from sknoisy.boosting._warm_up import WarmUp
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._options import check_option
from sknoisy.utils._weights import fit_weighted

OBJECTIVES = {
    "cross_entropy": SoftmaxCrossEntropy(),
    "gce": GeneralizedCrossEntropy(),
    "mae": GeneralizedCrossEntropy(q=1.0),
    "nce_mae": ActivePassiveLoss(),
    "nce_rce": ActivePassiveLoss(passive=SymmetricCrossEntropy(alpha=0.0)),
    "sce": SymmetricCrossEntropy(),
    "taylor": TaylorCrossEntropy(),
}

# Parameters of LightGBM that would replace the objective, or that only its own
# objectives heed.
_OUT_OF_PLACE = {
    "app",
    "application",
    "is_unbalance",
    "loss",
    "objective_type",
    "scale_pos_weight",
    "sigmoid",
    "unbalance",
    "unbalanced_sets",
}

_WARM_SHARE = 0.1


class RobustLGBMClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """LightGBM trained on a noise-robust objective.

    LightGBM takes any objective, but then starts from nowhere and predicts raw scores.
    Here the scores start at the logarithms of the class shares, as they do with its
    own objectives, and `predict` and `predict_proba` return what a classifier should.

    Parameters
    ----------
    estimator : LGBMClassifier, default=None
        Has all parameters of LightGBM, except the objective. Cloned, never changed.
        None is ``LGBMClassifier(verbose=-1)``.
    objective : {"cross_entropy", "gce", "mae", "nce_mae", "nce_rce", "sce", "taylor"} \
            or objective, default="gce"
        What to train on. One of this room, such as ``GeneralizedCrossEntropy(q=0.5)``
        or ``ForwardCorrection(transition_matrix)``, or any callable of
        ``(y_true, y_pred, weight)`` that LightGBM can train on.
    warm_up : float or "auto", default="auto"
        Share of the rounds, the first ones, that are trained on cross-entropy, in
        [0, 1]. "auto" is 0.1 for objectives that hardly begin by themselves or that
        have no lower bound: "gce", "mae", "taylor", negative label smoothing and
        backward correction. It is 0 for all others.

    Attributes
    ----------
    estimator_ : LGBMClassifier
        The fitted booster. It knows nothing of `init_score_`.
    objective_ : objective
        What it was trained on.
    init_score_ : ndarray of shape (n_classes,) or float
        Raw scores before the first round: logarithms of the weighted class shares; of
        two classes, the log-odds of the second.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ImportError
        By `fit`, if LightGBM is not installed.

    See Also
    --------
    sknoisy.CleanThenFit : Changes what LightGBM is trained on, not how.
    sknoisy.NoiseRobustClassifier : Likewise, by soft targets or weights.

    Notes
    -----
    Do not expect much. What makes these losses work in networks is that networks
    memorise wrong labels late. Trees split until their leaves are pure, whatever the
    loss, so that robust losses inside boosting help little: on digits with 40 %
    symmetric noise, plain cross-entropy had 85 % of the true test labels right, most
    of these objectives 85 to 88, and early-learning regularization 90; with 30 % pair
    noise 78, 77 to 80, and 88, as much as forward correction by the true matrix.
    `CleanThenFit` around a plain LGBMClassifier had 94 and 92: what helps most is to
    judge the labels out of sample and to change the training data.

    All derivatives are exact, but LightGBM needs second derivatives above zero; each
    objective says what it hands over in their place. Many of these losses make a row
    count less towards ``min_child_weight``, the weight that a leaf needs.

    Rows of weight zero are left out. For other weights LightGBM still counts rows, not
    weights, in ``min_child_samples``.

    The share of 0.1 is a choice within the usual 10 to 20 %.

    Examples
    --------
    >>> from lightgbm import LGBMClassifier
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.boosting import ForwardCorrection, RobustLGBMClassifier
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> noisy = inject_pair_noise(y[:900], 0.3, random_state=0)
    >>> trees = LGBMClassifier(n_estimators=20, num_leaves=8, n_jobs=1, verbose=-1)
    >>> plain = RobustLGBMClassifier(trees, objective="cross_entropy")
    >>> robust = RobustLGBMClassifier(
    ...     trees, objective=ForwardCorrection(noisy.transition_matrix)
    ... )
    >>> gain = robust.fit(X[:900], noisy.y).score(X[900:], y[900:])
    >>> gain -= plain.fit(X[:900], noisy.y).score(X[900:], y[900:])
    >>> bool(gain > 0)
    True
    """

    def __init__(self, estimator=None, *, objective="gce", warm_up="auto"):
        self.estimator = estimator
        self.objective = objective
        self.warm_up = warm_up

    def fit(self, X, y, sample_weight=None):
        """Train LightGBM on the objective.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)
            What LightGBM takes, missing values and pandas categories included.
        y : array-like of shape (n_samples,)
            Given labels of any kind.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        self : RobustLGBMClassifier
            The fitted classifier.
        """
        with fresh_fit(self):
            self._fit(X, y, sample_weight)
        return self

    def _fit(self, X, y, sample_weight):
        objective, inner = self._check_objective(), self._check_estimator()
        rows = check_labelled_rows(self, X, y, sample_weight)
        start = _log_shares(rows, inner.class_weight)
        course = WarmUp(_for_one_fit(objective), self._n_warm_rounds(objective, inner))
        model = _grow(clone(inner).set_params(objective=course), rows, start)
        # What the objective had to remember in training is of no use after it.
        self.estimator_ = model.set_params(objective=objective)
        self.objective_ = objective
        self.init_score_ = start
        self.classes_ = model.classes_

    def decision_function(self, X):
        """Compute raw scores.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)
            Rows to predict.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_classes) or (n_samples,)
            Their softmax is `predict_proba`; of two classes, the log-odds of the
            second.
        """
        check_is_fitted(self)
        if hasattr(X, "columns"):
            # LightGBM checks arrays by itself, but no frames.
            validate_data(self, X, reset=False, skip_check_array=True)
        scores = self.estimator_.predict(_plain_sparse(X), raw_score=True)
        return scores + self.init_score_

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)
            Rows to predict.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([expit(-scores), expit(scores)])
        return softmax(scores, axis=1)

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n_samples, n_features)
            Rows to predict.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            The most probable label of each row.
        """
        scores = self.decision_function(X)
        best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best]

    def _check_objective(self):
        if callable(self.objective) and not isinstance(self.objective, type):
            return self.objective
        if isinstance(self.objective, str):
            return OBJECTIVES[check_option("objective", self.objective, OBJECTIVES)]
        is_type = isinstance(self.objective, type)
        hint = f" Write {self.objective.__name__}()." if is_type else ""
        raise TypeError(
            "objective must be an objective of sknoisy.boosting, another callable of "
            f"(y_true, y_pred, weight), or one of {sorted(OBJECTIVES)}; got "
            f"{self.objective!r}.{hint}"
        )

    def _check_estimator(self):
        lightgbm = import_lightgbm()
        if self.estimator is None:
            return lightgbm.LGBMClassifier(verbose=-1)
        if not isinstance(self.estimator, lightgbm.LGBMClassifier):
            raise TypeError(
                "estimator must be an LGBMClassifier(), with any parameters of "
                f"LightGBM; got {self.estimator!r}."
            )
        if self.estimator.objective is not None:
            raise ValueError(
                "estimator has an objective of its own; leave it out there, and give "
                "it to RobustLGBMClassifier."
            )
        if self.estimator.boosting_type == "rf":
            raise ValueError(
                'boosting_type="rf" grows trees side by side and heeds no objective '
                'but those of LightGBM; use "gbdt" or "dart".'
            )
        if out_of_place := _OUT_OF_PLACE & set(self.estimator.get_params()):
            raise ValueError(
                f"estimator has {sorted(out_of_place)}, which only the objectives that "
                "LightGBM brings heed; leave them out, and weigh classes by "
                "class_weight."
            )
        return self.estimator

    def _n_warm_rounds(self, objective, inner):
        share = self.warm_up
        if isinstance(share, str) and share == "auto":
            share = _WARM_SHARE if getattr(objective, "needs_warm_up", False) else 0
        if not isinstance(share, Real) or not 0 <= share <= 1:
            raise ValueError(
                f'warm_up={self.warm_up!r} must be "auto" or a share of the rounds in '
                "[0, 1], such as 0.1."
            )
        return round(share * inner.n_estimators)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        copy_input_tags(tags, self.estimator)
        return tags


def _grow(booster, rows, start):
    """Fit a booster whose raw scores begin at `start`."""
    fit = partial(
        fit_weighted,
        X=_plain_sparse(rows.X),
        y=rows.y,
        sample_weight=rows.sample_weight,
        fit_params={"init_score": np.full((len(rows), *np.shape(start)), start)},
    )
    try:
        return fit(booster)
    except import_lightgbm().basic.LightGBMError as error:
        if "num_features" not in str(error):
            raise
        # No column can be split. Only under an objective of its own does LightGBM
        # then leave all scores where they began, as it should under any.
        return fit(booster.set_params(objective=None))


def _plain_sparse(X):
    """Turn sparse arrays, which LightGBM converts with a warning, into matrices."""
    return sparse.csr_matrix(X) if sparse.issparse(X) else X


def _for_one_fit(objective):
    return objective.start() if hasattr(objective, "start") else objective


def _log_shares(rows, class_weight):
    """Return the raw scores that predict the class shares of rows with weight."""
    weights = np.ones(len(rows)) if rows.sample_weight is None else rows.sample_weight
    totals = np.bincount(rows.codes, weights=weights, minlength=len(rows.classes))
    # Rows without weight are left out of the fit, and maybe their class with them.
    present = totals > 0
    if class_weight is not None:
        weights = weights * compute_sample_weight(class_weight, rows.y)
        totals = np.bincount(rows.codes, weights=weights, minlength=len(rows.classes))
    shares = np.log(np.maximum(totals[present] / totals.sum(), 1e-12))
    return shares if len(shares) > 2 else shares[1] - shares[0]
