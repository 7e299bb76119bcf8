# SPDX-License-Identifier: BSD-3-Clause
"""Two classifiers choose for each other, out of fold, the rows to learn from."""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from sknoisy.exceptions import RareClassWarning
from sknoisy.noise._untrusted_rate import untrusted_noise_rate
from sknoisy.utils._cross_fit import cross_fit_proba, seed_from, training_folds
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._ranking import keep_each_class, lowest_cutoff
from sknoisy.utils._weights import fit_weighted

# Choices of two rounds that share so much of their rows count as the same.
_SAME_CHOICE = 0.99


@dataclass(frozen=True)
class CrossSelection:
    """What two peers have chosen for each other.

    Attributes
    ----------
    selected : ndarray of shape (n_samples, 2), dtype=bool
        Rows that each is to learn from, chosen by the other.
    fits : list of CrossFit
        Out-of-fold predictions of each in the last round.
    noise_rate : float
        Share that was left out in the end.
    n_rounds : int
        Rounds that were run.
    """

    selected: np.ndarray
    fits: list
    noise_rate: float
    n_rounds: int

    @property
    def pred_proba(self):
        """Mean out-of-fold probabilities of both."""
        return (self.fits[0].pred_proba + self.fits[1].pred_proba) / 2

    def fit_peers(self, peers, rows):
        """Fit each peer on what the other has chosen for it.

        Parameters
        ----------
        peers : list of classifiers
            Cloned, never changed.
        rows : LabelledRows
            All rows.

        Returns
        -------
        models : list of classifiers
            Fitted.
        members : list
            The same, but what gives no probabilities is calibrated out of fold.
        """
        models = [
            fit_weighted(peer, rows.X, rows.y, weights_of(rows) * chosen)
            for peer, chosen in zip(peers, self.selected.T, strict=True)
        ]
        members = [
            model if fit.calibrator is None else replace(fit, estimators=[model])
            for model, fit in zip(models, self.fits, strict=True)
        ]
        return models, members


def cross_select(
    peers,
    rows,
    *,
    noise_rate="auto",
    n_rounds=5,
    ramp=2,
    per_class=True,
    cv=5,
    n_jobs=None,
    random_state=None,
):
    """Let two classifiers choose for each other which rows to learn from.

    Parameters
    ----------
    peers : list of classifiers
        Two; cloned, never changed.
    rows : LabelledRows
        Rows and what belongs to them.
    noise_rate : float or "auto", default="auto"
        Share of the rows that nobody has verified that is left out in the end.
    n_rounds, ramp : int
        Rounds at most, and those over which the share grows.
    per_class : bool, default=True
        Whether to leave out the same share of each class.
    cv, n_jobs, random_state
        As in `cross_fit_proba`.

    Returns
    -------
    selection : CrossSelection
        What each has chosen for the other.
    """
    weight = weights_of(rows)
    folds = _folds_of_both(rows, cv, seed_from(random_state))
    selected = np.ones((len(rows), 2), dtype=bool)
    for n_round in range(1, n_rounds + 1):
        with _hear_of_rare_classes_once(n_round):
            fits = [
                cross_fit_proba(
                    peer,
                    rows.X,
                    rows.y,
                    cv=fold,
                    classes=rows.classes,
                    sample_weight=weight * chosen,
                    n_jobs=n_jobs,
                )
                for peer, fold, chosen in zip(peers, folds, selected.T, strict=True)
            ]
        if noise_rate == "auto":
            noise_rate = untrusted_noise_rate(
                rows.codes, _best_proba(fits, rows), rows.sample_weight, rows.trusted
            )
        before, share = selected, noise_rate * min(n_round / ramp, 1)
        # Each learns from what its peer has chosen.
        selected = ~np.column_stack(
            [
                least_confident(_confidence(fit, rows), share, rows, per_class)
                for fit in reversed(fits)
            ]
        )
        if n_round > ramp and _overlap(before, selected) > _SAME_CHOICE:
            break
    return CrossSelection(selected, fits, float(noise_rate), n_round)


def _best_proba(fits, rows):
    """Return the predictions of both or of one, whichever meet most given labels."""
    first, second = (fit.pred_proba for fit in fits)
    proposed = [(first + second) / 2, first, second]
    right = [
        np.average(each.round(9).argmax(axis=1) == rows.codes, weights=weights_of(rows))
        for each in proposed
    ]
    return proposed[int(np.argmax(np.round(right, 9)))]


def _folds_of_both(rows, cv, seed):
    """Give each peer folds of its own, so that two alike do not think alike."""
    seeds = (seed, seed + 1) if isinstance(cv, Integral) else (seed,)
    folds = [
        training_folds(cv, rows.X, rows.codes, rows.groups, rows.sample_weight, each)
        for each in seeds
    ]
    return folds if len(folds) == 2 else folds * 2


def _confidence(fit, rows):
    """Return the probability of each given label, free of rounding."""
    return np.round(fit.pred_proba[np.arange(len(rows)), rows.codes], 9)


def least_confident(confidence, share, rows, per_class=True):
    """Mark the rows whose given labels are believed least.

    Parameters
    ----------
    confidence : ndarray of shape (n_samples,)
        Probability of each given label.
    share : float
        Of the weight of the rows that nobody has verified, how much is marked.
    rows : LabelledRows
        What the confidence is about.
    per_class : bool, default=True
        Whether to mark that share of each class.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        Trusted rows are never marked, nor are all rows of a class.
    """
    mask = np.zeros(len(rows), dtype=bool)
    weight, free = weights_of(rows), np.ones(len(rows), dtype=bool)
    if rows.trusted is not None:
        free &= ~rows.trusted
    parts = rows.codes if per_class else np.zeros(len(rows), dtype=np.intp)
    for part in np.unique(parts):
        members = np.flatnonzero(free & (parts == part))
        amount = share * weight[members].sum()
        cutoff = lowest_cutoff(confidence[members], amount, weight[members])
        mask[members] = confidence[members] <= cutoff
    heavy = weight > 0
    mask[heavy] = keep_each_class(mask[heavy], confidence[heavy], rows.codes[heavy])
    return mask


def _overlap(before, after):
    """Compare the choices of two rounds, for the peer whose choice changed more."""
    both = (before & after).sum(axis=0)
    return (both / (before | after).sum(axis=0)).min()


@contextmanager
def _hear_of_rare_classes_once(n_round):
    """Silence what later rounds would say again of classes of few rows."""
    with warnings.catch_warnings():
        if n_round > 1:
            warnings.simplefilter("ignore", RareClassWarning)
        yield
