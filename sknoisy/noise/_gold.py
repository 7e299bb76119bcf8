# SPDX-License-Identifier: BSD-3-Clause
"""Estimate the noise from rows whose label has been verified."""

from numbers import Real

import numpy as np

from sknoisy.noise._matrices import symmetric_matrix
from sknoisy.noise._prior import true_class_prior
from sknoisy.noise._row_counts import class_weights
from sknoisy.noise._simplex import simplex_least_squares
from sknoisy.noise._transition_estimator import (
    MatrixEstimator,
    NoiseEstimate,
    normalise_rows,
)
from sknoisy.utils._encoding import encode_labels

# How much the adjusted matrix is held to the estimate, for each class.
_ADJUSTMENT = 1e-2


class GoldLossCorrection(MatrixEstimator):
    """Estimate the noise from trusted rows (GLC).

    Row `i` of the matrix is the mean prediction, by a model of the given labels, over
    the trusted rows of true class `i`. Where it is known which labels these rows were
    given before they were verified, the labels are counted instead.

    Parameters
    ----------
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    shrinkage : float, default=0.0
        How many rows of symmetric noise, of the rate over all trusted rows, to add to
        the rows of each class. 0 leaves the estimate as published; with few trusted
        rows, the number of classes lowers its error.
    adjust : bool, default=False
        Whether to move the matrix so that it turns the true labels of the trusted
        rows into the distribution of the given ones, as the authors' code can. It
        helps where the trusted rows are a random sample.

    Attributes
    ----------
    counts_ : ndarray of shape (n_classes, n_classes)
        Sums of the predictions, or numbers of given labels, over the trusted rows of
        each true class.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(given = j | true = i)`` at ``[i, j]``; rows sum to 1.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels of the rows that are not trusted.
    noise_rate_ : float
        Estimated fraction of wrong labels among them.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the matrix is close to singular, or does not favour the true class.
    RareClassWarning
        If a class has fewer than 10 trusted rows.

    See Also
    --------
    expected_squared_error : How many trusted rows are enough.
    counts_interval : How far the counts determine the matrix.

    Notes
    -----
    The probabilities must come from a model of the given labels alone: one that has
    been trained on verified labels of the same class finds less noise than there is.
    A class without a trusted row gets symmetric noise of the rate over all trusted
    rows. That, and shrinking towards it, are inferred; the paper has no such rows.

    References
    ----------
    Dan Hendrycks, Mantas Mazeika, Duncan Wilson and Kevin Gimpel, "Using trusted data
    to train deep networks on labels corrupted by severe noise", NeurIPS 2018.

    Michael A. Hedderich, Dawei Zhu and Dietrich Klakow, "Analysing the noise model
    error for realistic noisy label data", AAAI 2021 (counts).

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import GoldLossCorrection
    >>> y = np.repeat(["cat", "dog"], 30)
    >>> cat = np.repeat([0.9, 0.2], 30)
    >>> trusted = np.arange(60) % 2 == 0
    >>> model = GoldLossCorrection()
    >>> model.fit(y, np.column_stack([cat, 1 - cat]), trusted=trusted)
    GoldLossCorrection()
    >>> model.transition_matrix_
    array([[0.9, 0.1],
           [0.2, 0.8]])
    """

    _needs = ("trusted",)
    _trusted_speak = True

    def __init__(self, classes=None, *, shrinkage=0.0, adjust=False):
        self.classes = classes
        self.shrinkage = shrinkage
        self.adjust = adjust

    def fit(
        self,
        y,
        pred_proba=None,
        sample_weight=None,
        *,
        X=None,
        groups=None,
        trusted=None,
        given_labels=None,
    ):
        """Estimate the noise model.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Labels: verified ones of the trusted rows, given ones of the others.
        pred_proba : array-like of shape (n_samples, n_classes), default=None
            Probabilities of the given labels, by a model that has not been trained
            on the trusted rows. Only those of trusted rows are used.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        X : any container of n_samples rows, default=None
            Not used, present for the sake of other noise models.
        groups : array-like of shape (n_samples,), default=None
            Not used, present for the sake of other noise models.
        trusted : array-like of shape (n_samples,), dtype=bool
            Rows whose label has been verified.
        given_labels : array-like of shape (n_samples,), default=None
            Labels before any was verified. They are counted, in place of the
            probabilities, which are then not needed.

        Returns
        -------
        self : GoldLossCorrection
            The fitted estimator.
        """
        if pred_proba is None and given_labels is None:
            raise ValueError(
                "GoldLossCorrection needs to know what the trusted rows were given: "
                "pass pred_proba, or given_labels, which are the labels before any "
                "was verified."
            )
        self._given_labels = given_labels
        try:
            return super().fit(
                y, pred_proba, sample_weight, X=X, groups=groups, trusted=trusted
            )
        finally:
            del self._given_labels

    def _estimate(self, rows):
        self._check_params()
        gold = np.flatnonzero(rows.trusted & (rows.weight > 0))
        if len(gold) == 0:
            raise ValueError(
                "no row with weight is trusted; verify some labels of each class and "
                "mark them in trusted."
            )
        by_class = np.eye(rows.n_classes)[rows.codes[gold]].T * rows.weight[gold]
        totals = by_class.sum(axis=1)
        self.counts_ = by_class @ self._what_was_given(rows, gold)
        common = _symmetric_part(self.counts_)
        matrix = normalise_rows(
            self.counts_ + self.shrinkage * rows.unit * common, empty=common
        )
        prior, given = totals / totals.sum(), _given_to_others(rows)
        if given is not None:
            if self.adjust:
                matrix = _adjust(matrix, prior, given)
            prior = true_class_prior(matrix, given)
        return NoiseEstimate(matrix, prior, rows_per_class=totals / rows.unit)

    def _check_params(self):
        if not isinstance(self.shrinkage, Real) or not self.shrinkage >= 0:
            raise ValueError(
                f"shrinkage={self.shrinkage!r} must be a number of rows, 0 or more."
            )

    def _what_was_given(self, rows, gold):
        if self._given_labels is None:
            return rows.pred_proba[gold]
        labels = np.asarray(self._given_labels)
        if labels.shape != rows.codes.shape:
            raise ValueError(
                f"given_labels has shape {labels.shape} and y has {len(rows.codes)} "
                "labels; pass one a row. Those of rows that are not trusted are not "
                "looked at."
            )
        codes, _ = encode_labels(labels[gold], rows.classes)
        return np.eye(rows.n_classes)[codes]


def _given_to_others(rows):
    """Distribution of the labels of rows that are not trusted, if there are any."""
    weight = np.where(rows.trusted, 0.0, rows.weight)
    given = class_weights(rows.codes, rows.n_classes, weight)
    return given / given.sum() if given.any() else None


def _symmetric_part(counts):
    """Symmetric noise of the rate that the counts have over all classes."""
    rate = 1 - counts.trace() / counts.sum()
    return np.array(symmetric_matrix(len(counts), min(max(rate, 0.0), 0.5)))


def _adjust(matrix, true_prior, given_prior):
    n_classes = len(matrix)
    held = np.sqrt(_ADJUSTMENT / n_classes)
    design = np.vstack([held * np.eye(n_classes), true_prior])
    targets = np.vstack([held * matrix, given_prior])
    return simplex_least_squares(design, targets, start=matrix)
