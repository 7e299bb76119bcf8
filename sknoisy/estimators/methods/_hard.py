# SPDX-License-Identifier: BSD-3-Clause
"""Drop or relabel the suspects of the detector."""

from numbers import Real

import numpy as np

from sknoisy.cleaning._base import limit_suspects
from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.threshold._cuts import check_share
from sknoisy.utils._encoding import encode


class _HardMethod(BaseMethod):
    """Base of methods that go by the mask of suspects."""

    renews = False

    def check(self, estimator):
        if not isinstance(self.max_fraction, Real) or not 0 < self.max_fraction <= 1:
            raise ValueError(
                f"max_fraction={self.max_fraction!r} must be a share above 0 and at "
                "most 1, as 0.5 for half of the rows of a class."
            )

    def _suspects(self, problem):
        detector, rows = problem.detector, problem.rows
        return limit_suspects(
            detector.suspect_mask_,
            detector.label_quality_,
            rows.codes,
            max_fraction=self.max_fraction,
            min_samples_per_class=1,
            sample_weight=rows.sample_weight,
        )


class HardDrop(_HardMethod):
    """Leave the suspects of the detector out of the fit.

    What `CleanThenFit` does with `DropSuspects`, but only where it makes the given
    labels more likely, as `NoiseRobustClassifier` checks.

    Parameters
    ----------
    max_fraction : float, default=0.5
        Largest share of each class that may be dropped; the worst go first.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    HardRelabel : Gives them another label.
    sknoisy.cleaning.DropSuspects : The same as a cleaner.

    Notes
    -----
    A mask forgets how sure the detector was. Hard rows that are rightly labelled
    are dropped with the others.

    References
    ----------
    Brodley and Friedl. Identifying mislabeled training data. Journal of Artificial
    Intelligence Research 11, 1999.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import HardDrop
    >>> clf = NoiseRobustClassifier(method=HardDrop(max_fraction=0.3))
    """

    alias = "drop"

    def __init__(self, max_fraction=0.5):
        self.max_fraction = max_fraction

    def targets(self, problem, pred_proba, posterior):
        return problem.given * ~self._suspects(problem)[:, None]


class HardRelabel(_HardMethod):
    """Fit the suspects of the detector on the label that it suggests.

    What `CleanThenFit` does with `RelabelSuspects`, but only where it makes the
    given labels more likely, as `NoiseRobustClassifier` checks.

    Parameters
    ----------
    min_confidence : float, default=0.5
        Probability from which on a suggestion is followed.
    max_fraction : float, default=0.5
        Largest share of each class that may be relabelled; the worst go first.

    Raises
    ------
    TypeError
        If the detector suggests no labels.
    ValueError
        If a parameter is out of range.

    See Also
    --------
    HardDrop : Leaves them out.
    sknoisy.cleaning.RelabelSuspects : The same as a cleaner.

    Notes
    -----
    A wrong suggestion turns a right label into a wrong one, at full weight.

    References
    ----------
    Brodley and Friedl. Identifying mislabeled training data. Journal of Artificial
    Intelligence Research 11, 1999.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import HardRelabel
    >>> clf = NoiseRobustClassifier(method=HardRelabel(min_confidence=0.8))
    """

    alias = "relabel"

    def __init__(self, min_confidence=0.5, *, max_fraction=0.5):
        self.min_confidence = min_confidence
        self.max_fraction = max_fraction

    def check(self, estimator):
        super().check(estimator)
        check_share("min_confidence", self.min_confidence)

    def targets(self, problem, pred_proba, posterior):
        rows, detector = problem.rows, problem.detector
        if not hasattr(detector, "suggested_labels_"):
            raise TypeError(
                f"{type(detector).__name__} suggests no labels to put in place of the "
                'given ones; use method="drop" with it.'
            )
        suggested = encode(detector.suggested_labels_, rows.classes)
        chance = pred_proba[np.arange(len(rows)), suggested]
        followed = self._suspects(problem) & (chance >= self.min_confidence)
        codes = np.where(followed, suggested, rows.codes)
        return np.eye(len(rows.classes))[codes]
