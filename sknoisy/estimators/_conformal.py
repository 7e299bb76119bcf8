# SPDX-License-Identifier: BSD-3-Clause
"""Prediction sets that hold the true label as often as asked, from wrong labels."""

import warnings
from fractions import Fraction
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, is_regressor
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from sknoisy.estimators._conformal_thresholds import (
    ADJUSTMENTS,
    SCORES,
    CalibrationScores,
    conformal_thresholds,
    nonconformity,
    uniform_levels,
)
from sknoisy.estimators._delegation import DelegatingMixin
from sknoisy.estimators._fit_params import estimator_fit_params
from sknoisy.exceptions import RareClassWarning, WeakEvidenceWarning
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.noise._prior import true_class_prior
from sknoisy.utils._cross_fit import class_outputs, seed_from, training_folds
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._options import check_option
from sknoisy.utils._rows import take_rows
from sknoisy.utils._weights import fit_weighted, take_param_rows

# An estimated matrix counts hard rows as wrong ones; as much of it is taken as no
# noise in NoiseRobustClassifier.
_IDENTITY_SHARE = 0.1

_MAX_CONDITION = 1e3


class NoiseRobustConformalClassifier(DelegatingMixin, ClassifierMixin, BaseEstimator):
    """Predict sets of labels that hold the true one as often as asked.

    Part of the rows fit the classifier; on the others, out of its sight, a
    threshold is found for each class, so that its true rows get it into their sets
    with the probability asked for. Where labels are wrong, plain thresholds are
    mostly too high, for wrong labels look hard to predict, and sets too large. A
    noise model says by how much.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier with `predict_proba`. None picks a linear classifier that
        suits the columns of X. A fitted classifier inside
        ``sklearn.frozen.FrozenEstimator`` is kept as it is, and all rows calibrate.
    coverage : float, default=0.9
        Share of the rows of each true class whose set is to hold that class.
    adjustment : {"optimistic", "adaptive", "none"}, default="optimistic"
        "adaptive" lowers or raises the thresholds by what the noise makes of
        coverage, less a bound on the error of that estimate. "optimistic" does so
        only where it makes the sets smaller than plain calibration would. "none" is
        plain calibration.
    conformity_score : {"aps", "lac"}, default="aps"
        How badly a class fits a row. "aps" adds up the probabilities of the
        classes that are more probable, and a random share of its own, so that
        hard rows get large sets. "lac" is one minus the probability of the class,
        with the smallest sets on average.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        Known noise model, ``[i, j] = P(given = j | true = i)``, classes sorted.
        None estimates it on the calibration rows by the confident joint, mixed
        with a tenth of the identity; coverage is then not guaranteed.
    calibration_size : float, default=0.5
        Share of the rows that calibrate, in (0, 1), rounded to a ratio of whole
        numbers up to 10.
    random_state : int, RandomState instance or None, default=None
        Chooses which rows calibrate, and the random shares of "aps"; None always
        chooses the same.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier, which predicts single labels and probabilities.
    thresholds_ : ndarray of shape (n_classes,)
        Highest score at which each class enters a set; 1 lets it into all.
    adjustment_ : str
        What was done: `adjustment`, or "none" where an estimated noise model could
        not be undone.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        The noise model.
    calibration_indices_ : ndarray of shape (n_calibration,), dtype=int
        Positions of the rows that calibrated.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    NoiseRobustClassifier : Learns from wrong labels; can be the estimator in here.

    Notes
    -----
    Coverage is meant for new rows with true labels, drawn as the rows were, under
    noise that depends on the true class alone. With too much noise in the matrix,
    or noise that gathers on hard rows, sets become too small: in doubt give a
    matrix with less noise, or ``adjustment="none"``. The bound is of use from some
    hundreds of calibration rows per class on; with fewer, "adaptive" sets are
    larger than plain ones, and "optimistic" ones equal them.

    Where some hundreds of labels were verified, at random, no noise model is
    needed: fit any classifier on the other rows, wrap it in ``FrozenEstimator``, and
    calibrate on the verified rows with ``adjustment="none"``.

    The published code draws the constant that stands for the sampling error of one
    class; here it is integrated. The random shares of "aps" hang on the content of
    a row, so that the same row always gets the same set, and every set holds the
    most probable class at least. Rows that are fitted or calibrated with a weight
    count as so many rows.

    References
    ----------
    Matteo Sesia, Y. X. Rachel Wang and Xin Tong, "Adaptive conformal classification
    with noisy labels", arXiv:2309.05092, 2023.

    Yaniv Romano, Matteo Sesia and Emmanuel J. Candès, "Classification with valid and
    adaptive coverage", NeurIPS 2020.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.estimators import NoiseRobustConformalClassifier
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = make_classification(
    ...     8000, 8, n_informative=6, n_redundant=0, n_classes=3,
    ...     n_clusters_per_class=1, random_state=0,
    ... )
    >>> noisy = inject_symmetric_noise(y[:6000], 0.2, random_state=0)
    >>> for adjustment in ("none", "optimistic"):
    ...     clf = NoiseRobustConformalClassifier(
    ...         LogisticRegression(),
    ...         adjustment=adjustment,
    ...         transition_matrix=noisy.transition_matrix,
    ...     )
    ...     sets = clf.fit(X[:6000], noisy.y).predict_set(X[6000:])
    ...     covered = sets[range(2000), y[6000:]].mean()
    ...     print(f"{covered:.2f} covered by {sets.sum(axis=1).mean():.1f} labels")
    0.98 covered by 2.1 labels
    0.96 covered by 1.7 labels
    >>> clf.classes_[sets[0]]
    array([0, 2])
    """

    def __init__(
        self,
        estimator=None,
        *,
        coverage=0.9,
        adjustment="optimistic",
        conformity_score="aps",
        transition_matrix=None,
        calibration_size=0.5,
        random_state=None,
    ):
        self.estimator = estimator
        self.coverage = coverage
        self.adjustment = adjustment
        self.conformity_score = conformity_score
        self.transition_matrix = transition_matrix
        self.calibration_size = calibration_size
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, groups=None, **fit_params):
        """Fit the classifier on part of the rows, and calibrate it on the others.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the classifier as it is.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row, in the fit and in calibration.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group either all fit or all calibrate. ``"duplicates"``
            makes groups of the duplicates and near duplicates in X.
        **fit_params : dict
            Passed to the fit of the classifier; values held per row follow their
            rows.

        Returns
        -------
        self : NoiseRobustConformalClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If a parameter is out of range, or `transition_matrix` is nearly
            singular.

        Warns
        -----
        RareClassWarning
            If a class has no calibration row, so that some classes enter all sets.
        WeakEvidenceWarning
            If the estimated noise model cannot be undone, and plain calibration
            takes its place.
        """
        with fresh_fit(self):
            self._fit(X, y, sample_weight, groups, fit_params)
        return self

    def _fit(self, X, y, sample_weight, groups, fit_params):
        self._check_params()
        fit_params = estimator_fit_params(self, fit_params)
        rows = check_labelled_rows(self, X, y, sample_weight, groups)
        seed = seed_from(self.random_state)
        inner = self._estimator_for(X)
        train, calibrate = self._divide(inner, rows, seed)
        weight = rows.sample_weight
        if isinstance(inner, FrozenEstimator):
            self.estimator_ = inner
            _check_same_classes(inner, rows)
        else:
            self.estimator_ = fit_weighted(
                inner,
                take_rows(X, train),
                rows.y[train],
                None if weight is None else weight[train],
                fit_params=take_param_rows(fit_params, train, len(rows)),
            )
        weights = np.ones(len(rows)) if weight is None else weight
        self._calibrate(rows, calibrate, weights[calibrate], seed)
        self.calibration_indices_ = calibrate

    def _check_params(self):
        self._check_inner()
        if is_regressor(self._inner()):
            raise TypeError(
                f"estimator must be a classifier; got {self.estimator!r}, which "
                "predicts numbers."
            )
        check_option("adjustment", self.adjustment, ADJUSTMENTS)
        check_option("conformity_score", self.conformity_score, SCORES)
        for name in ("coverage", "calibration_size"):
            value = getattr(self, name)
            if not isinstance(value, Real) or not 0 < value < 1:
                raise ValueError(
                    f"{name}={value!r} must be between 0 and 1; it is a share, so "
                    "write 0.9 for 90 %."
                )

    def _divide(self, inner, rows, seed):
        """Deal the rows of each class over fit and calibration, by their content."""
        everything = np.arange(len(rows))
        if isinstance(inner, FrozenEstimator):
            return everything[:0], everything
        share = Fraction(self.calibration_size).limit_denominator(10)
        share = min(max(share, Fraction(1, 10)), Fraction(9, 10))
        folds = training_folds(
            share.denominator, rows.X, rows.codes, rows.groups, rows.sample_weight, seed
        )
        n_parts = min(share.numerator, len(folds) - 1)
        fits = np.ones(len(rows), dtype=bool)
        for _, test in folds[:n_parts]:
            fits[test] = False
        if rows.sample_weight is not None:
            fits &= rows.sample_weight > 0
        # A classifier must know every class; without one, sets could not hold it.
        for k in range(len(rows.classes)):
            if not fits[rows.codes == k].any():
                fits[rows.codes == k] = True
        calibrate = ~fits
        if rows.sample_weight is not None:
            fits &= rows.sample_weight > 0
            calibrate &= rows.sample_weight > 0
        return everything[fits], everything[calibrate]

    def _calibrate(self, rows, calibrate, weights, seed):
        X, codes = take_rows(rows.X, calibrate), rows.codes[calibrate]
        n_classes = len(rows.classes)
        if len(codes):
            pred_proba = self._class_proba(X, rows.classes)
            levels = uniform_levels(X, seed)
        else:
            pred_proba, levels = np.empty((0, n_classes)), np.empty(0)
        calibration = CalibrationScores(
            nonconformity(pred_proba, self.conformity_score, levels), codes, weights
        )
        _warn_of_absent(rows.classes[calibration.counts == 0])
        self.transition_matrix_ = self._noise_model(rows, codes, pred_proba, weights)
        unmix = _unmix(self.transition_matrix_, calibration.counts)
        self.adjustment_ = self.adjustment
        if unmix is None:
            self._cannot_undo()
            unmix = np.eye(n_classes)
        self.thresholds_ = conformal_thresholds(
            calibration, unmix, self.coverage, self.adjustment_
        )

    def _class_proba(self, X, classes):
        if not hasattr(self.estimator_, "predict_proba"):
            raise TypeError(
                f"{type(self.estimator_).__name__} has no predict_proba, which sets "
                "are made from; wrap it in CalibratedClassifierCV."
            )
        return class_outputs(self.estimator_, X, classes)

    def _noise_model(self, rows, codes, pred_proba, weights):
        n_classes = len(rows.classes)
        if self.transition_matrix is not None:
            return check_transition_matrix(self.transition_matrix, n_classes)
        if len(codes) == 0:
            return np.eye(n_classes)
        joint = ConfidentJoint(classes=rows.classes)
        joint.fit(rows.classes[codes], pred_proba, sample_weight=weights)
        matrix = (1 - _IDENTITY_SHARE) * joint.transition_matrix_
        return matrix + _IDENTITY_SHARE * np.eye(n_classes)

    def _cannot_undo(self):
        if self.adjustment == "none":
            return
        if self.transition_matrix is not None:
            raise ValueError(
                "transition_matrix cannot be undone: some classes get nearly the same "
                "labels under it. Merge those classes, give a matrix with less noise, "
                'or use adjustment="none".'
            )
        warnings.warn(
            "the estimated noise model cannot be undone, so the sets are calibrated as "
            "if no label were wrong; give transition_matrix if it is known.",
            WeakEvidenceWarning,
            stacklevel=5,
        )
        self.adjustment_ = "none"

    def predict_set(self, X):
        """Predict the set of labels that each row may have.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        sets : ndarray of shape (n_samples, n_classes), dtype=bool
            True where the class of the column is in the set of the row; the labels
            of row i are ``classes_[sets[i]]``. No set is empty.
        """
        check_is_fitted(self)
        pred_proba = self._class_proba(X, self.classes_)
        levels = uniform_levels(X, seed_from(self.random_state))
        sets = (
            nonconformity(pred_proba, self.conformity_score, levels) <= self.thresholds_
        )
        sets[np.arange(len(sets)), pred_proba.argmax(axis=1)] = True
        return sets


def _check_same_classes(estimator, rows):
    known = np.asarray(estimator.classes_)
    if not np.array_equal(known, rows.classes):
        raise ValueError(
            f"the frozen estimator knows the classes {known[:10].tolist()}, but y "
            f"holds {rows.classes[:10].tolist()}; calibrate on rows of all its classes."
        )


def _unmix(transition_matrix, counts):
    """Return the inverse of P(true = j | given = i), or None if there is none."""
    given = counts / max(counts.sum(), 1e-12)
    if not given.any():
        return np.eye(len(counts))
    prior = true_class_prior(transition_matrix, given)
    reverse = np.eye(len(counts))
    expected = prior @ transition_matrix
    seen = (given > 0) & (expected > 0)
    reverse[seen] = (transition_matrix.T * prior)[seen] / expected[seen, None]
    if not np.linalg.cond(reverse) <= _MAX_CONDITION:
        return None
    return np.linalg.inv(reverse)


def _warn_of_absent(labels):
    if len(labels):
        warnings.warn(
            f"No calibration row has the label(s) {labels.tolist()}, so nothing is "
            "known of how they are predicted, and they, with the classes that they "
            "are mistaken for, enter all sets. Give such a class more rows, or merge "
            "it with another.",
            RareClassWarning,
            stacklevel=5,
        )
