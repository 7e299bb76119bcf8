# SPDX-License-Identifier: BSD-3-Clause
"""Two models on two halves correct the labels of each other's half (CrossSplit)."""

from numbers import Real

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from sknoisy.estimators.methods._average import AveragedClassifier
from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._cross_fit import seed_from, training_folds
from sknoisy.utils._options import check_count
from sknoisy.utils._rows import take_rows
from sknoisy.utils._soft_targets import fit_soft_targets
from sknoisy.utils._weights import take_param_rows

# How far labels are corrected in the first rounds, as in the paper.
_RELAXATION = (0.6, 0.8)


class CrossSplit(BaseMethod):
    """Let two models on two halves of the data correct each other's labels.

    The rows are split once. Each half has a model, and the label of a row is
    softened towards what the model of the other half predicts, which has never
    seen it and so cannot have memorised it: the more, the further the prediction
    is from the label, compared with the other rows of the same label. Both are
    refitted on the corrected labels, and so on. In the end they predict together.

    Parameters
    ----------
    n_rounds : int, default=8
        Times that the labels are corrected.
    temperature : float, default=0.5
        Corrected labels are sharpened by the power 1 / temperature.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    Distillation : Mixes labels with predictions to one share for all rows.

    Notes
    -----
    It needs neither a noise model nor a noise rate. This is the correction of
    labels by the peer, for any estimator. In the paper the networks also learn
    without labels from the half of the other, by a semi-supervised and a
    contrastive loss, and are warmed up on all rows; that needs training in steps.
    Here each model sees one half alone, so a small data set costs it something,
    which the mean of the two makes up for in part. The schedule of the correction,
    0.6, 0.8, then 1 of its full range, is the paper's, a round for each of its
    stages, which is inferred, as is the number of rounds.

    References
    ----------
    Kim, Baratin, Zhang and Lacoste-Julien. CrossSplit: mitigating label noise
    memorization through data splitting. ICML, 2023.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import CrossSplit
    >>> clf = NoiseRobustClassifier(method=CrossSplit(n_rounds=4))
    """

    alias = "cross_split"
    renews = False
    folds_predict = False

    def __init__(self, n_rounds=8, *, temperature=0.5):
        self.n_rounds = n_rounds
        self.temperature = temperature

    def check(self, estimator):
        check_count("n_rounds", self.n_rounds)
        if not isinstance(self.temperature, Real) or not 0 < self.temperature <= 1:
            raise ValueError(
                f"temperature={self.temperature!r} must be above 0 and at most 1."
            )

    def targets(self, problem, pred_proba, posterior):
        halves, targets = _halves(problem), None
        for i in range(self.n_rounds):
            peer = problem.cross_fit(targets, cv=halves).pred_proba
            relaxation = _RELAXATION[i] if i < len(_RELAXATION) else 1.0
            targets = self._correct(problem, peer, relaxation)
            trusted = problem.rows.trusted
            if trusted is not None:
                targets[trusted] = problem.given[trusted]
        return targets

    def _correct(self, problem, peer, relaxation):
        """Soften the given labels towards what the other model predicts."""
        share = relaxation * (_rank(problem, peer) - 0.5) + 0.5
        mixed = share[:, None] * peer + (1 - share[:, None]) * problem.given
        sharp = mixed ** (1 / self.temperature)
        return np.round(sharp / sharp.sum(axis=1, keepdims=True), 9)

    def fit_estimator(self, problem, found, fit_params=None):
        members = Parallel(n_jobs=problem.n_jobs)(
            delayed(_fit_half)(problem, found.targets, half, fit_params)
            for half, _ in _halves(problem)
        )
        return AveragedClassifier(members, problem.rows.classes)


def _halves(problem):
    """Split the rows in two; those of weight zero are only predicted."""
    rows = problem.rows
    seed = seed_from(problem.random_state)
    return training_folds(2, rows.X, rows.codes, rows.groups, rows.sample_weight, seed)


def _fit_half(problem, targets, half, fit_params):
    rows = problem.rows
    weight = rows.sample_weight
    return fit_soft_targets(
        problem.estimator,
        take_rows(rows.X, half),
        targets[half],
        rows.classes,
        sample_weight=None if weight is None else weight[half],
        fit_params=take_param_rows(fit_params or {}, half, len(rows)),
    )


def _rank(problem, peer):
    """Place the divergence of each row between the least and the most of its label."""
    divergence = np.round(_jensen_shannon(problem.given, peer), 9)
    place = np.full(len(divergence), 0.5)
    weight = problem.rows.sample_weight
    present = np.full(len(place), True) if weight is None else weight > 0
    for k in np.unique(problem.rows.codes):
        members = problem.rows.codes == k
        if not (members & present).any():
            continue
        known = divergence[members & present]
        least, spread = known.min(), np.ptp(known)
        if spread > 0:
            place[members] = np.clip((divergence[members] - least) / spread, 0, 1)
    return place


def _jensen_shannon(given, peer):
    """Divergence of each prediction from its label, in nats."""
    middle = (given + peer) / 2

    def relative(first):
        ratio = np.log(np.maximum(first, 1e-10) / np.maximum(middle, 1e-10))
        return (first * ratio).sum(axis=1)

    return (relative(given) + relative(peer)) / 2
