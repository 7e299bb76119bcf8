# SPDX-License-Identifier: BSD-3-Clause
"""Linear classifiers that can tell what each training row does to them."""

from functools import singledispatch

import numpy as np
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from sknoisy.detection._influence_features import FewColumns
from sknoisy.detection._influence_quadratic import Quadratic

# Weights of all classes together, beyond which features are reduced.
_MAX_WEIGHTS = 1000
_LEAST_COLUMNS = 20

# Up to this many, steps that solve for all of them at once are cheap.
_FEW_WEIGHTS = 200

# Stop criterion of the fits; influence is measured from the optimum.
_TOL = 1e-7


@singledispatch
def linear_fit(classifier, preprocessor, X, y, weight, *, free_intercept=True):
    """Fit a linear classifier so that rows can be taken back out of it.

    Parameters
    ----------
    classifier : classifier
        Its type chooses the function.
    preprocessor : transformer or None
        Makes features, without labels.
    X : any container of n_rows rows
        Rows to train on.
    y : ndarray of shape (n_rows,)
        Their labels, of at least two classes.
    weight : ndarray of shape (n_rows,) or None
        Positive weights.
    free_intercept : bool, default=True
        Whether the intercept, if the classifier has one, goes unpenalised.

    Returns
    -------
    fit : LeastSquaresFit or LogisticFit
        The fitted model.
    """
    raise TypeError(
        f"{type(classifier).__name__} has no closed form for leaving rows out; use "
        "LogisticRegression or RidgeClassifier, at the end of a pipeline if need be."
    )


class LinearFit:
    """Base of fitted linear classifiers.

    A subclass sets `coef` of shape (n_columns, n_outputs, n_targets) and
    `quadratic`, and says how many columns it can afford in ``_max_columns``.

    Attributes
    ----------
    quadratic : Quadratic
        The model around its optimum.
    codes : ndarray of shape (n_rows,), dtype=int
        Classes of the rows it was fitted on.
    n_classes : int
        Number of classes.
    """

    def __init__(self, classifier, preprocessor, X, y, weight, *, free_intercept=True):
        classes, self.codes = np.unique(y, return_inverse=True)
        self.n_classes = len(classes)
        self.has_intercept = bool(classifier.fit_intercept)
        self.free_intercept = self.has_intercept and free_intercept
        self.features = FewColumns(preprocessor, self._max_columns())
        self.features.fit(X, weight)
        weight = np.ones(len(y)) if weight is None else weight
        weight = weight * self._class_weight(classifier.class_weight, classes, weight)
        self._fit(classifier, self.design(X), weight)

    def _class_weight(self, class_weight, classes, weight):
        if class_weight is None:
            return 1.0
        if class_weight == "balanced":
            totals = np.bincount(self.codes, weights=weight)
            return (weight.sum() / (self.n_classes * totals))[self.codes]
        of_class = [class_weight.get(label, 1.0) for label in classes.tolist()]
        return np.array(of_class, dtype=np.float64)[self.codes]

    def design(self, X):
        """Return the columns of rows, the last of which is the intercept.

        Parameters
        ----------
        X : any container of n_rows rows
            Rows.

        Returns
        -------
        Z : ndarray of shape (n_rows, n_columns)
            Dense.
        """
        Z = self.features.transform(X)
        if not self.has_intercept:
            return Z
        return np.column_stack([Z, np.ones(len(Z))])

    def outputs(self, Z):
        """Return the outputs of rows.

        Parameters
        ----------
        Z : ndarray of shape (n_rows, n_columns)
            What `design` returned.

        Returns
        -------
        outputs : ndarray of shape (n_rows, n_outputs, n_targets)
            Raw.
        """
        return np.tensordot(Z, self.coef, axes=1)

    def _penalty(self, Z, strength):
        penalty = np.full(Z.shape[1], strength)
        if self.free_intercept:
            penalty[-1] = 0.0
        return penalty


class LeastSquaresFit(LinearFit):
    """Least squares on targets of -1 and 1, with a ridge penalty."""

    def _max_columns(self):
        return _MAX_WEIGHTS

    def _fit(self, classifier, Z, weight):
        if classifier.positive:
            raise ValueError(
                "RidgeClassifier(positive=True) has no closed form for leaving rows "
                "out; use positive=False."
            )
        targets = 2.0 * (self.codes[:, np.newaxis] == np.arange(self.n_classes)) - 1
        if self.n_classes == 2:
            targets = targets[:, 1:]
        pull = -(weight[:, np.newaxis] * targets)[:, np.newaxis]
        curvature = weight[:, np.newaxis, np.newaxis]
        penalty = self._penalty(Z, classifier.alpha)
        self.quadratic = Quadratic(Z, curvature, pull, penalty)
        slope = np.einsum("ij,ikt->jkt", Z, pull)
        inverse = self.quadratic.inverse
        self.coef = -np.einsum("kjmc,cmt->jkt", inverse, slope)
        self.quadratic.residual = pull + weight[:, None, None] * self.outputs(Z)

    def decision_values(self, outputs):
        """Return a decision value for each class, or of the second of two.

        Parameters
        ----------
        outputs : ndarray of shape (n_rows, n_outputs, n_targets)
            Raw.

        Returns
        -------
        values : ndarray of shape (n_rows, n_classes) or (n_rows, 1)
            One for each target.
        """
        return outputs[:, 0]


class LogisticFit(LinearFit):
    """Softmax regression, or logistic regression for two classes."""

    def _max_columns(self):
        return max(_LEAST_COLUMNS, _MAX_WEIGHTS // _n_outputs(self.n_classes))

    def _fit(self, classifier, Z, weight):
        _check_penalty(classifier)
        n_weights = Z.shape[1] * _n_outputs(self.n_classes)
        model = LogisticRegression(
            C=classifier.C,
            fit_intercept=self.free_intercept,
            solver="newton-cholesky" if n_weights <= _FEW_WEIGHTS else "lbfgs",
            tol=_TOL,
            max_iter=10_000,
        )
        model.fit(Z[:, :-1] if self.free_intercept else Z, self.codes, weight)
        coef = model.coef_
        if self.free_intercept:
            coef = np.column_stack([coef, model.intercept_])
        self.coef = coef.T[:, :, np.newaxis]
        proba = self.proba(self.outputs(Z))
        residual = self.residual(proba, self.codes)
        self.strength = 1 / classifier.C
        self.quadratic = Quadratic(
            Z,
            weight[:, None, None] * self.curvature(proba),
            (weight[:, None] * residual)[:, :, None],
            self._penalty(Z, self.strength),
        )

    def proba(self, outputs):
        """Turn outputs into probabilities.

        Parameters
        ----------
        outputs : ndarray of shape (n_rows, n_outputs, 1)
            Raw.

        Returns
        -------
        proba : ndarray of shape (n_rows, n_classes)
            Softmax, or sigmoid.
        """
        outputs = outputs[:, :, 0]
        if self.n_classes > 2:
            return softmax(outputs, axis=1)
        return np.column_stack([expit(-outputs[:, 0]), expit(outputs[:, 0])])

    def residual(self, proba, codes):
        """Return the derivative of the loss of each label by the outputs.

        Parameters
        ----------
        proba : ndarray of shape (n_rows, n_classes)
            Probabilities.
        codes : ndarray of shape (n_rows,), dtype=int
            Given labels.

        Returns
        -------
        residual : ndarray of shape (n_rows, n_outputs)
            Probability minus the one-hot label.
        """
        residual = proba.copy()
        residual[np.arange(len(codes)), codes] -= 1.0
        return residual[:, 1:] if self.n_classes == 2 else residual

    def curvature(self, proba):
        """Return the second derivative of the loss by the outputs.

        Parameters
        ----------
        proba : ndarray of shape (n_rows, n_classes)
            Probabilities.

        Returns
        -------
        curvature : ndarray of shape (n_rows, n_outputs, n_outputs)
            Without weights.
        """
        if self.n_classes == 2:
            return proba.prod(axis=1)[:, np.newaxis, np.newaxis]
        outer = proba[:, :, np.newaxis] * proba[:, np.newaxis]
        return proba[:, :, np.newaxis] * np.eye(self.n_classes) - outer


linear_fit.register(RidgeClassifier, LeastSquaresFit)
linear_fit.register(LogisticRegression, LogisticFit)


def _n_outputs(n_classes):
    return 1 if n_classes == 2 else n_classes


def _check_penalty(classifier):
    # The parameter is on its way out of scikit-learn.
    is_absolute = getattr(classifier, "penalty", None) in ("l1", "elasticnet")
    if is_absolute or classifier.l1_ratio not in (0, None):
        raise ValueError(
            "an l1 penalty has corners, where leaving a row out is no small step; "
            "use LogisticRegression(l1_ratio=0.0)."
        )
