# SPDX-License-Identifier: BSD-3-Clause
"""Cross-validation in folds that are sorted by what earlier runs remember."""

from dataclasses import dataclass

import numpy as np

from sknoisy.base import Judgement
from sknoisy.detection._fold_ridge import FoldModelDetector, fold_model
from sknoisy.detection._label_detector import flag_suspects, most_probable
from sknoisy.utils._cross_fit import (
    class_was_seen,
    seed_from,
    training_folds,
    warn_class_unseen,
)
from sknoisy.utils._folds import content_units
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._predictions import own_proba
from sknoisy.utils._row_hash import fingerprint_rows, mix

# Share of a new run in the memory, and the memory up to which labels are dropped.
_NEW = 0.3
_DROP_UP_TO = 0.3

# Beyond these temperatures the order is fixed, or no longer depends on the memory.
_COLDEST, _HOTTEST = 1e-4, 1e4


class FastReCoV(FoldModelDetector):
    """Suspect labels of low confidence in cross-validation over sorted folds.

    The first run cross-validates over random folds. Each row remembers a moving
    average of the confidence in its label, and the folds of the next run are drawn
    by it: rows of high memory tend to come into the first fold, those of low memory
    into the last. So wrong labels gather in one fold, and are judged by a model that
    was trained on the better rows. It is made for models that cannot be fitted the
    thousands of times that `ReCoV` needs.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier; it is fitted `n_repeats` times `n_folds` times. None fits a
        ridge regression of the labels in closed form, on features that suit the
        columns of X.
    n_repeats : int, default=10
        Runs.
    n_folds : int, default=5
        Folds of each run.
    temperature : float, default=0.1
        How random the order of the rows is. Each next row is drawn with a
        probability in proportion to ``exp(memory / temperature)``; below 1e-4 rows
        are sorted, above 1e4 the order is random.
    drop_share : float, default=0.0
        Share of the rows of memory up to 0.3 that each model is trained without,
        drawn anew in each run from the second on; no class loses all its rows. The
        authors drop none of simple
        tables, and 0.8 of images.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.3
        Where the line is. A number is the quality below which labels are suspect.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        The memory: at most ``1 - 0.7 ** n_repeats``.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row by `pred_proba_`.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Out-of-fold probabilities, in the moving average of the runs.
    noise_rate_ : float
        Share of suspects.
    threshold_ : threshold
        The fitted threshold.
    model_ : object
        Predicts new rows.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    ReCoV : Folds at random, and a test against chance.

    Notes
    -----
    The confidence of a run is ``1 - (max(c) - c)``, where c is the probability of
    the given label out of fold and the maximum is over all rows. The memory starts
    at zero and takes 0.3 of each run, so that with few runs all qualities are low,
    and `drop_share` drops right labels as well in the first of them.

    A fixed threshold of 0.3 is the authors' for a network on ten classes; a model
    whose probabilities are less sharp is better off with another. The authors'
    other experiments flag a number of rows that is known.

    Exact duplicates, and rows of one group, share a fold and a draw, so that the
    order of rows does not matter. Folds are cut to equal weight; from the second
    run on they are not stratified, and a label whose class no model of the other
    folds has seen counts as right in that run. New rows are judged by the
    probability of their label.

    References
    ----------
    Chen, Ramanathan, Xu and Martel. Detecting noisy labels with repeated
    cross-validations. MICCAI, 2024.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import FastReCoV
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = FastReCoV().fit(X, y)
    >>> int(detector.label_quality_.argmin()), bool(detector.suspect_mask_[0])
    (0, True)
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_repeats=10,
        n_folds=5,
        temperature=0.1,
        drop_share=0.0,
        threshold=0.3,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.n_repeats = n_repeats
        self.n_folds = n_folds
        self.temperature = temperature
        self.drop_share = drop_share
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        model = fold_model(self.estimator, rows, self.n_jobs)
        memory, judged = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
        pred_proba = np.zeros((len(rows), len(rows.classes)))
        for folds in self._runs_of_folds(rows, memory):
            proba = model.out_of_fold(folds)
            known = class_was_seen(folds, rows.codes)
            judged |= known
            confidence = np.where(known, own_proba(proba, rows.codes), 1.0)
            highest = confidence.max()
            # In place: the next folds are drawn by it.
            memory *= 1 - _NEW
            memory += _NEW * (1 - (highest - confidence))
            pred_proba = (1 - _NEW) * pred_proba + _NEW * proba
        pred_proba /= 1 - (1 - _NEW) ** self.n_repeats
        self.model_ = model.finish()
        warn_class_unseen(rows.classes, rows.codes, judged, stacklevel=4)
        quality = np.where(judged, memory, 1.0)
        suspects = flag_suspects(self, rows, quality, pred_proba)
        return Judgement(
            label_quality=quality,
            suspect_mask=suspects,
            suggested_codes=most_probable(rows.codes, pred_proba),
            noise_rate=np.average(suspects, weights=rows.sample_weight),
            pred_proba=pred_proba,
        )

    def _check_params(self):
        if self.n_repeats < 1:
            raise ValueError(f"n_repeats={self.n_repeats} must be at least 1.")
        if self.temperature < 0:
            raise ValueError(f"temperature={self.temperature} must not be negative.")
        if not 0 <= self.drop_share < 1:
            raise ValueError(
                f"drop_share={self.drop_share} must be at least 0 and below 1, or "
                "nothing would be left to train on."
            )

    def _runs_of_folds(self, rows, memory):
        seeds = np.random.RandomState(seed_from(self.random_state))
        seed = seeds.randint(np.iinfo(np.int32).max)
        yield training_folds(
            self.n_folds, rows.X, rows.codes, rows.groups, rows.sample_weight, seed
        )
        units = _Units.of(rows, seed)
        for _ in range(1, self.n_repeats):
            seed = seeds.randint(np.iinfo(np.int32).max)
            fold_of = units.sorted_folds(memory, self.n_folds, self.temperature, seed)
            dropped = (memory <= _DROP_UP_TO) & (
                units.draws(seed + 1) < self.drop_share
            )
            yield _as_pairs(rows, fold_of, dropped)


def _as_pairs(rows, fold_of, dropped):
    weight, pairs = rows.sample_weight, []
    for fold in np.unique(fold_of):
        tested = fold_of == fold
        others = ~tested if weight is None else ~tested & (weight > 0)
        train = others & ~dropped
        # No class is to lose all its rows.
        lost = np.setdiff1d(rows.codes[others], rows.codes[train])
        train |= others & np.isin(rows.codes, lost)
        pairs.append((np.flatnonzero(train), np.flatnonzero(tested)))
    return pairs


@dataclass
class _Units:
    """What is dealt over folds as one: the copies of a row, or the rows of a group.

    Attributes
    ----------
    unit_of : ndarray of shape (n_samples,), dtype=int
        Unit of each row.
    names : ndarray of shape (n_units,), dtype=uint64
        Fingerprint of each unit.
    weight : ndarray of shape (n_samples,)
        Weight of each row.
    """

    unit_of: np.ndarray
    names: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, rows, seed):
        weight = weights_of(rows)
        if rows.groups is None:
            names, unit_of = content_units(rows.X, rows.codes, seed)
            return cls(unit_of, names, weight)
        _, unit_of = np.unique(rows.groups, return_inverse=True)
        names = np.full(unit_of.max() + 1, np.iinfo(np.uint64).max)
        np.minimum.at(names, unit_of, fingerprint_rows(rows.X, seed))
        return cls(unit_of, names, weight)

    def draws(self, seed):
        """Draw a number between 0 and 1 for each row, alike for those of a unit."""
        return self._uniform(seed)[self.unit_of]

    def sorted_folds(self, memory, n_folds, temperature, seed):
        """Order the units by a draw from their memory, and cut them into folds."""
        mass = np.bincount(self.unit_of, weights=self.weight)
        total = np.bincount(self.unit_of, weights=self.weight * memory)
        plain = np.bincount(self.unit_of, weights=memory) / np.bincount(self.unit_of)
        mean = np.divide(total, mass, out=plain, where=mass > 0)
        # The highest of memory / temperature + Gumbel noise comes first: that is to
        # draw one after another with probabilities in proportion to the exponential.
        noise = -np.log(-np.log(self._uniform(seed)))
        if temperature < _COLDEST:
            keys = mean
        elif temperature > _HOTTEST:
            keys = noise
        else:
            keys = mean / temperature + noise
        order = np.lexsort((self.names, -keys))
        middle = np.cumsum(mass[order]) - mass[order] / 2
        fold_of_unit = np.empty(len(order), dtype=np.intp)
        fold_of_unit[order] = np.minimum(n_folds * middle / mass.sum(), n_folds - 1)
        if np.ptp(fold_of_unit) == 0:
            fold_of_unit[order] = np.arange(len(order)) % 2
        return fold_of_unit[self.unit_of]

    def _uniform(self, seed):
        bits = mix(self.names + np.uint64(seed))
        return ((bits >> np.uint64(11)) + 0.5) * 2.0**-53
