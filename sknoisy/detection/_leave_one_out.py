# SPDX-License-Identifier: BSD-3-Clause
"""Leave-one-out evidence: each row is judged by a fit that did not see it."""

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsTransformer
from sklearn.pipeline import make_pipeline

from sknoisy.detection._bags import bag_rows
from sknoisy.detection._influence_features import last_step, split_last_step
from sknoisy.detection._influence_linear import LeastSquaresFit, linear_fit
from sknoisy.detection._neighbors import Neighbors
from sknoisy.detection._schemes import SCHEMES, BaseScheme, Member
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils._rows import take_rows

_SUPPORTED = (KNeighborsClassifier, LogisticRegression, RidgeClassifier)


class LeaveOneOut(BaseScheme):
    """Leave-one-out in closed form: one fit, from which each row is taken back out.

    For least squares, what a fit without a row would say of that row follows from
    the residual and the leverage of the row, exactly. For a logistic regression,
    one step of Newton's method from the common optimum is an approximation of it.
    The nearest neighbours of a row never include the row itself.

    Parameters
    ----------
    estimator : RidgeClassifier, LogisticRegression or KNeighborsClassifier, \
            default=None
        Or a pipeline that ends in one; its earlier steps are fitted once, on all
        rows and without labels. None is a `RidgeClassifier` on features that suit
        the columns of X. The estimator of the wrapper that the scheme is used in
        stands in for None if it is one of these.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Label of each column.

    Raises
    ------
    TypeError
        If there is no closed form for the estimator.

    Warns
    -----
    WeakEvidenceWarning
        If the class of some rows has no rows but them, their copies and their
        group. Their labels count as right.

    Notes
    -----
    Exact copies of a row leave together with it, and so do the rows of its group,
    in one step for all of them. Only in a table of few categories, where rows
    repeat more than five times on average, copies are rows of their own.

    A ridge classifier has decision values, which a logistic regression maps to
    probabilities; it is fitted on the values that were left out. Of the estimators,
    the penalty, `fit_intercept` and `class_weight` are used, and the fits are made
    here, to convergence. Class weights are those of all rows. Where both rows and
    features are many, or features times classes are, the features are first turned
    into those directions that vary most: at most 1000, fewer for a logistic
    regression with many classes, and 300 where there are more than 1000 rows and
    features alike. With no more rows than that nothing is lost.

    Memory grows with the number of rows times that of those directions, time with
    the number of rows times its square.

    For nearest neighbours, one more than twice as many rows are found as vote;
    where copies and rows of the group are more than the rest, fewer vote.

    The step for the logistic regression is exact where the row has little leverage.
    It understates what a row of great leverage has done.

    References
    ----------
    Allen. The relationship between variable selection and data augmentation and a
    method for prediction. Technometrics 16, 1974.

    Rad and Maleki. A scalable estimate of the out-of-sample prediction error via
    approximate leave-one-out cross-validation. Journal of the Royal Statistical
    Society B 82, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import LabelDetector, LeaveOneOut
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = LabelDetector(LeaveOneOut()).fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(self, estimator=None):
        self.estimator = estimator

    def members(self, rows):
        self.classes_ = rows.classes
        preprocessor, last = split_last_step(self.estimator, rows.X, RidgeClassifier())
        if isinstance(last, KNeighborsClassifier):
            self.model_ = _neighbors(preprocessor, last, len(rows))
            yield from self.model_.members(rows)
            return
        bag = bag_rows(rows)
        self.model_ = linear_fit(
            last,
            preprocessor,
            take_rows(rows.X, bag.positions),
            rows.y[bag.positions],
            bag.weight,
        )
        Z = self.model_.design(rows.X)
        outputs = outputs_without_kin(self.model_, Z, bag)
        alone = has_class_alone(rows, bag)
        if isinstance(self.model_, LeastSquaresFit):
            self.calibrator_ = _calibrator(outputs[:, 0], rows, ~alone)
        pred_proba = self._to_proba(outputs)
        spare(pred_proba, alone, rows)
        yield Member(pred_proba)

    def _to_proba(self, outputs):
        if not isinstance(self.model_, LeastSquaresFit):
            return self.model_.proba(outputs)
        pred_proba = np.zeros((len(outputs), len(self.classes_)))
        known = self.calibrator_.classes_
        pred_proba[:, known] = self.calibrator_.predict_proba(outputs[:, 0])
        return pred_proba

    def predict_proba(self, X):
        if isinstance(self.model_, Neighbors):
            return self.model_.predict_proba(X)
        return self._to_proba(self.model_.outputs(self.model_.design(X)))

    def _use_default(self, estimator):
        if isinstance(last_step(estimator), _SUPPORTED):
            super()._use_default(estimator)


def outputs_without_kin(fit, Z, bag):
    """Compute what a linear fit would say of each row without it and its kin.

    Parameters
    ----------
    fit : LinearFit
        Fitted on the rows ``bag.positions``.
    Z : ndarray of shape (n_samples, n_columns)
        Columns of the rows to judge, as ``fit.design`` returns them.
    bag : BagRows
        What the fit has seen, and which rows are kin.

    Returns
    -------
    outputs : ndarray of shape (n_samples, n_outputs, n_targets)
        Raw outputs.
    """
    outputs = fit.outputs(Z)
    judged, lost = _kin_in_fit(bag)
    single = np.array([len(gone) == 1 for gone in lost], dtype=bool)
    alone = [
        (of, gone[0]) for of, gone, one in zip(judged, lost, single, strict=True) if one
    ]
    if alone:
        where = np.concatenate([of for of, _ in alone])
        gone = np.repeat([row for _, row in alone], [len(of) for of, _ in alone])
        outputs[where] += fit.quadratic.shift_without_one(Z[where], gone)
    for of, gone, one in zip(judged, lost, single, strict=True):
        if not one and len(gone) < len(bag.positions):
            outputs[of] += fit.quadratic.shift_without(Z[of], gone)
    return outputs


def _kin_in_fit(bag):
    """List for each set of kin its rows, and their positions in the fit."""
    kin_of_fit = bag.kin[bag.positions]
    numbers = np.unique(kin_of_fit)
    by_fit = np.argsort(kin_of_fit, kind="stable")
    lost = np.split(by_fit, np.searchsorted(kin_of_fit[by_fit], numbers)[1:])
    by_kin = np.argsort(bag.kin, kind="stable")
    sorted_kin = bag.kin[by_kin]
    starts = np.searchsorted(sorted_kin, numbers)
    ends = np.searchsorted(sorted_kin, numbers, side="right")
    judged = [by_kin[a:b] for a, b in zip(starts, ends, strict=True)]
    return judged, lost


def has_class_alone(rows, bag):
    """Mask of rows whose class nobody but their kin has.

    Parameters
    ----------
    rows : LabelledRows
        Rows to judge.
    bag : BagRows
        Which rows are kin, and which rows a fit sees.

    Returns
    -------
    alone : ndarray of shape (n_samples,), dtype=bool
        True where a fit without the kin has not seen the class.
    """
    n_classes = len(rows.classes)
    seen = bag.kin[bag.positions], rows.codes[bag.positions]
    of_class = np.bincount(seen[1], minlength=n_classes)
    pairs, counts = np.unique(seen[0] * n_classes + seen[1], return_counts=True)
    wanted = bag.kin * n_classes + rows.codes
    place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    of_kin = np.where(pairs[place] == wanted, counts[place], 0)
    return of_class[rows.codes] == of_kin


def spare(pred_proba, alone, rows):
    """Put all probability on the labels of rows that nobody can judge, in place.

    Parameters
    ----------
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities.
    alone : ndarray of shape (n_samples,), dtype=bool
        What `has_class_alone` returned.
    rows : LabelledRows
        The rows.

    Warns
    -----
    WeakEvidenceWarning
        If there are such rows.
    """
    if alone.any():
        warnings.warn(
            f"{alone.sum()} of {len(rows)} rows, or they and their copies or group, "
            "are the only ones of their class, so that nothing can judge them. Their "
            "labels count as right; give rare classes more rows.",
            WeakEvidenceWarning,
            stacklevel=2,
        )
        pred_proba[alone] = np.eye(len(rows.classes))[rows.codes[alone]]


def _calibrator(values, rows, judged):
    """Fit what maps decision values of left-out rows to probabilities."""
    weight = rows.sample_weight
    if len(np.unique(rows.codes[judged])) < 2:
        judged = np.ones(len(rows), dtype=bool)
    return LogisticRegression(max_iter=1000).fit(
        values[judged],
        rows.codes[judged],
        sample_weight=None if weight is None else weight[judged],
    )


def _neighbors(preprocessor, classifier, n_rows):
    """Find neighbours in the features of a pipeline, or in X as it is."""
    n_neighbors = classifier.n_neighbors
    search = KNeighborsTransformer(
        # Copies and the row itself do not vote, so ask for more.
        n_neighbors=min(2 * n_neighbors + 1, n_rows - 1),
        algorithm=classifier.algorithm,
        leaf_size=classifier.leaf_size,
        metric=classifier.metric,
        p=classifier.p,
        metric_params=classifier.metric_params,
        n_jobs=classifier.n_jobs,
    )
    if preprocessor is not None:
        search = make_pipeline(*[step for _, step in preprocessor.steps], search)
    return Neighbors(
        search,
        n_neighbors=n_neighbors,
        weights=classifier.weights,
        smoothing=0.0,
        n_jobs=classifier.n_jobs,
    )


SCHEMES["leave_one_out"] = LeaveOneOut
