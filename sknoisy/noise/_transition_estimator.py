# SPDX-License-Identifier: BSD-3-Clause
"""What all estimators of a noise model share: input, result, and evidence."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknoisy.base import BaseTransitionEstimator
from sknoisy.noise._evidence import likelihood_evidence
from sknoisy.noise._identifiability import warn_unless_identifiable
from sknoisy.noise._prior import true_class_prior
from sknoisy.noise._row_counts import class_weights, row_unit
from sknoisy.utils._encoding import encode_labels
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_groups, check_trusted, check_weights
from sknoisy.utils._predictions import check_predictions
from sknoisy.utils._rows import num_rows


@dataclass(frozen=True)
class NoisyRows:
    """Checked input of a noise model.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each given label.
    classes : ndarray of shape (n_classes,)
        Labels.
    weight : ndarray of shape (n_samples,)
        Weight of each row; 0 for rows that do not speak of the noise.
    unit : float
        Weight that stands for one row.
    pred_proba : ndarray of shape (n_samples, n_classes), float64, or None
        Out-of-sample probabilities.
    X : any container of n_samples rows, or None
        The rows.
    groups : ndarray of shape (n_samples,), or None
        Group of each row.
    trusted : ndarray of shape (n_samples,), dtype=bool, or None
        Rows whose label has been verified.
    """

    codes: np.ndarray
    classes: np.ndarray
    weight: np.ndarray
    unit: float = 1
    pred_proba: np.ndarray | None = None
    X: object = None
    groups: np.ndarray | None = None
    trusted: np.ndarray | None = None

    @property
    def n_classes(self):
        return len(self.classes)

    def totals(self):
        """Weigh the rows of each given class."""
        return class_weights(self.codes, self.n_classes, self.weight)


@dataclass(frozen=True)
class NoiseEstimate:
    """What an estimator has found.

    Attributes
    ----------
    matrix : ndarray of shape (n_classes, n_classes)
        Transition matrix.
    prior : ndarray of shape (n_classes,), or None
        Distribution of the true labels; None derives it from the matrix.
    rows_per_class : ndarray of shape (n_classes,), or None
        How many rows each row of the matrix rests on; None takes all rows, by
        the prior.
    """

    matrix: np.ndarray
    prior: np.ndarray | None = None
    rows_per_class: np.ndarray | None = None


class TransitionEstimator(BaseTransitionEstimator):
    """Base of noise models, which say what a given label is worth."""

    def row_evidence(self, y, *, X=None, groups=None, trusted=None):
        """Log-likelihood of each given label, for each true label.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels, all among `classes_`.
        X : any container of n_samples rows, default=None
            The rows, for a noise model that looks at them.
        groups : array-like of shape (n_samples,), default=None
            Group of each row, for a noise model that depends on it.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified.

        Returns
        -------
        evidence : ndarray of shape (n_samples, n_classes)
            ``evidence[i, k] = log P(given label of row i | true label = k)``, as
            `posterior_labels` takes it. A label that the noise model calls
            impossible is minus infinity for all classes.
        """
        check_is_fitted(self)
        codes, _ = encode_labels(y, self.classes_)
        trusted = check_trusted(trusted, len(codes))
        likelihood = self._likelihood(codes, X, groups)
        return likelihood_evidence(likelihood, codes, trusted)

    def _likelihood(self, codes, X, groups):
        """Return how likely each given label is, for each true label."""
        return self.transition_matrix_.T[codes]

    def _check_given(self, **arguments):
        """Refuse to go without an argument of fit."""
        for name, value in arguments.items():
            if value is None:
                raise ValueError(
                    f"{type(self).__name__} cannot do without {name}; write "
                    f"fit(y, {name}={name}), one entry a row."
                )


class MatrixEstimator(TransitionEstimator):
    """Base of noise models that are estimated from checked rows.

    A subclass has a parameter `classes` and implements ``_estimate(rows)``, which
    returns a `NoiseEstimate`. It says with `_needs` what fit cannot do without, and
    with `_trusted_speak` that verified labels are not to be left out.
    """

    _needs = ("pred_proba",)
    _trusted_speak = False

    def fit(
        self,
        y,
        pred_proba=None,
        sample_weight=None,
        *,
        X=None,
        groups=None,
        trusted=None,
    ):
        with fresh_fit(self):
            rows = self._check(y, pred_proba, sample_weight, X, groups, trusted)
            self._record(rows, self._estimate(rows))
        return self

    @abstractmethod
    def _estimate(self, rows):
        """Return a `NoiseEstimate` of checked rows."""

    def _check(self, y, pred_proba, sample_weight, X, groups, trusted):
        given = {"pred_proba": pred_proba, "X": X, "groups": groups, "trusted": trusted}
        self._check_given(**{name: given[name] for name in self._needs})
        if pred_proba is None:
            codes, classes = encode_labels(y, self.classes)
        else:
            codes, pred_proba, classes = check_predictions(y, pred_proba, self.classes)
            pred_proba = np.asarray(pred_proba, dtype=np.float64)
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__} needs at least 2 classes, got "
                f"{classes.tolist()}; if y lacks some class, name all of them in "
                "classes."
            )
        if X is not None and num_rows(X) != len(codes):
            raise ValueError(
                f"X has {num_rows(X)} rows and y has {len(codes)} labels; pass the "
                "rows that the labels belong to."
            )
        sample_weight = check_weights(sample_weight, len(codes))
        trusted = check_trusted(trusted, len(codes))
        weight = np.ones(len(codes)) if sample_weight is None else sample_weight
        if not self._trusted_speak:
            weight = untrusted_weight(weight, trusted, len(codes))
        return NoisyRows(
            codes=codes.astype(np.intp),
            classes=classes,
            weight=weight,
            unit=row_unit(sample_weight),
            pred_proba=pred_proba,
            X=X,
            groups=check_groups(groups, len(codes), X),
            trusted=trusted,
        )

    def _record(self, rows, found):
        totals = rows.totals()
        prior = found.prior
        if prior is None:
            prior = true_class_prior(found.matrix, totals / totals.sum())
        rows_per_class = found.rows_per_class
        if rows_per_class is None:
            rows_per_class = prior * totals.sum() / rows.unit
        warn_unless_identifiable(found.matrix, rows.classes, rows_per_class)
        self.classes_ = rows.classes
        self.transition_matrix_ = found.matrix
        self.class_prior_ = prior
        self.noise_rate_ = float(np.clip(1 - prior @ np.diag(found.matrix), 0, 1))


def untrusted_weight(sample_weight, trusted, n_samples):
    """Leave verified labels out: they do not come from the noise.

    Parameters
    ----------
    sample_weight : ndarray of shape (n_samples,) or None
        Weight of each row.
    trusted : array-like of shape (n_samples,) or None
        True where the label has been verified.
    n_samples : int
        Number of rows.

    Returns
    -------
    sample_weight : ndarray of shape (n_samples,) or None
        0 for trusted rows.
    """
    trusted = check_trusted(trusted, n_samples)
    if trusted is None or not trusted.any():
        return sample_weight
    weight = np.where(trusted, 0.0, 1.0 if sample_weight is None else sample_weight)
    if not weight.any():
        raise ValueError(
            "every row with weight is trusted, so that no label is left to estimate "
            "the noise from; give the labels as they were before they were verified."
        )
    return weight


def normalise_rows(matrix, empty):
    """Divide each row by its sum, and put something in place of empty rows.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_classes)
        Non-negative numbers.
    empty : ndarray of shape (n_classes, n_classes)
        Rows to put where there is nothing to divide.

    Returns
    -------
    matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1.
    """
    totals = matrix.sum(axis=1, keepdims=True)
    return np.divide(matrix, totals, out=empty.copy(), where=totals > 0)
