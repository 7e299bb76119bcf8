# SPDX-License-Identifier: BSD-3-Clause
"""Fit each label as far as it is trusted, and keep the classes in proportion."""

from numbers import Real

import numpy as np

from sknoisy.cleaning._base import limit_suspects
from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._options import check_count
from sknoisy.utils._weights import row_counts

_MAX_SCALINGS = 100
_TOLERANCE = 1e-6

# What a row hardly belongs to costs a copy of it and moves nothing.
_LEAST_TARGET = 0.02

# Balance that suits what the caller judges by.
_BALANCES = {"accuracy": 0.0, "both": 0.6, "balanced_accuracy": 1.0}


class QualityTargets(BaseMethod):
    """Fit on soft targets by the quality of each label, with class shares set right.

    The given label of a row gets its `label_quality_` by the detector, and the other
    classes share the rest as the detector's probabilities say. This is a noise model
    of each row's own, where a transition matrix is one for all. Two things are then
    seen to.

    Hard rows of rare classes look wrong, so such targets favour frequent classes,
    while noise favours rare ones. The targets are scaled class by class until their
    shares lie between what they say themselves and what the given labels say.

    And since a wrong guess of the true label costs more than a row left out, a part
    of each target is what `HardDrop` would fit on: the given label, or nothing for
    suspects.

    Classes of a handful of rows keep their labels. Out of fold they are hardly
    learned, so that all of their rows look wrong.

    Parameters
    ----------
    balance : float, default=None
        Where the class shares lie, on a geometric scale: at 0 with the targets,
        which serves accuracy; at 1 with the given labels, which serves balanced
        accuracy. None takes what `optimize` of `NoiseRobustClassifier` asks for.
    drop_share : float, default=0.5
        Weight of the given labels that are no suspects beside the soft targets.
    posterior_share : float, default=0.0
        Part of the soft targets that is the posterior under one noise model for all
        rows, as in `PosteriorTargets`.
    min_class_rows : int, default=10
        Labels of classes that are given to fewer rows are not doubted.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    PosteriorTargets : One transition matrix for all rows.
    HardDrop : Only leaves rows out.

    Notes
    -----
    The quality must behave as a probability, as that of `AutoDetector` does. The
    method is this library's own; its defaults were chosen by the mean over its
    benchmark of injected noise, and kept for what they do on real noise.

    References
    ----------
    Deming and Stephan. On a least squares adjustment of a sampled frequency table
    when the expected marginal totals are known. Annals of Mathematical Statistics
    11(4), 1940 (the scaling of the class shares).

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import QualityTargets
    >>> clf = NoiseRobustClassifier(method=QualityTargets(balance=1.0))
    """

    alias = "quality"
    renews = False

    def __init__(
        self, balance=None, *, drop_share=0.5, posterior_share=0.0, min_class_rows=10
    ):
        self.balance = balance
        self.drop_share = drop_share
        self.posterior_share = posterior_share
        self.min_class_rows = min_class_rows

    def check(self, estimator):
        if self.balance is not None:
            check_unit("balance", self.balance)
        check_unit("drop_share", self.drop_share)
        check_unit("posterior_share", self.posterior_share)
        check_count("min_class_rows", self.min_class_rows, least=0)

    def targets(self, problem, pred_proba, posterior):
        rows = problem.rows
        quality = problem.detector.label_quality_
        others = pred_proba * (1 - problem.given)
        totals = others.sum(axis=1, keepdims=True)
        others = np.divide(others, totals, out=problem.given.copy(), where=totals > 0)
        soft = quality[:, None] * problem.given + (1 - quality)[:, None] * others
        shares = self._class_shares(problem, soft)
        kept = self._kept(problem, shares)
        soft = scale_to(soft, shares, rows.sample_weight)
        soft = (1 - self.posterior_share) * soft + self.posterior_share * posterior
        targets = (1 - self.drop_share) * soft + self.drop_share * kept
        targets = np.where(self._is_rare(rows)[:, None], problem.given, targets)
        # Trees split elsewhere for the last digit, which hangs on the order of sums.
        return np.round(np.where(targets < _LEAST_TARGET, 0, targets), 9)

    def _is_rare(self, rows):
        """Tell which rows are of classes with too few rows to doubt them."""
        counts = np.bincount(rows.codes, weights=row_counts(weights_of(rows)))
        return counts[rows.codes] < self.min_class_rows

    def _class_shares(self, problem, soft):
        balance = self.balance
        if balance is None:
            balance = _BALANCES[problem.optimize]
        own = _mean(soft, problem.rows.sample_weight)
        given = _mean(problem.given, problem.rows.sample_weight)
        shares = own ** (1 - balance) * given**balance
        return shares / shares.sum()

    def _kept(self, problem, shares):
        """Return the given labels of all but the suspects, in the same shares."""
        rows, detector = problem.rows, problem.detector
        suspects = limit_suspects(
            detector.suspect_mask_,
            detector.label_quality_,
            rows.codes,
            max_fraction=1.0,
            min_samples_per_class=1,
            sample_weight=rows.sample_weight,
        )
        kept = problem.given * ~suspects[:, None]
        left = _mean(kept, rows.sample_weight)
        factors = np.divide(shares, left, out=np.ones_like(left), where=left > 0)
        return kept * (factors * left.sum())


def _mean(targets, sample_weight):
    return np.average(targets, axis=0, weights=sample_weight)


def scale_to(targets, shares, sample_weight):
    """Scale the classes until targets that sum to 1 a row have given shares."""
    factors = np.ones(len(shares))
    for _ in range(_MAX_SCALINGS):
        scaled = targets * factors
        totals = scaled.sum(axis=1, keepdims=True)
        # Rows without weight may be of classes without a share alone.
        scaled = np.divide(scaled, totals, out=targets.copy(), where=totals > 0)
        now = _mean(scaled, sample_weight)
        step = np.divide(shares, now, out=np.ones_like(now), where=now > 0)
        if np.abs(step - 1).max() < _TOLERANCE:
            break
        factors = factors * step
    return scaled


def check_unit(name, value):
    if not isinstance(value, Real) or not 0 <= value <= 1:
        raise ValueError(f"{name}={value!r} must be a number from 0 to 1.")
