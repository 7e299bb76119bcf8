# SPDX-License-Identifier: BSD-3-Clause
"""Rounds of histogram gradient boosting as stages."""

import numpy as np
from sklearn.base import clone

from sknoisy._compat import watched_log_loss
from sknoisy.detection._stages import (
    Stage,
    predicted_stages,
    take_wanted,
    two_columns,
)
from sknoisy.utils._rows import num_rows
from sknoisy.utils._weights import fit_weighted


def hist_boosting_stages(
    estimator, X, y, *, sample_weight=None, judged=None, n_epochs=None
):
    """Fit histogram gradient boosting once, and predict rows by each round.

    Parameters
    ----------
    estimator, X, y, sample_weight, judged, n_epochs
        As `stages` takes them; rounds are no epochs.

    Yields
    ------
    stage : Stage
        Raw scores after the next round.
    """
    model = fit_weighted(estimator, X, y, sample_weight)
    yield from predicted_stages(model, X if judged is None else judged)


def watch_hist_boosting(
    estimator, X, y, take, *, wanted, sample_weight=None, n_epochs=None
):
    """Fit histogram gradient boosting, and look at its training rows as it goes.

    Parameters
    ----------
    estimator, X, y, take, wanted, sample_weight, n_epochs
        As `watch_stages` takes them; rounds are no epochs.

    Returns
    -------
    model : classifier
        The trained classifier.

    Notes
    -----
    Under early stopping it trains on a part of the rows only, so that all are
    predicted after the fit.
    """
    watch = _RawScores(num_rows(X), take, wanted)
    watched = estimator
    if estimator.loss == "log_loss":
        loss = watched_log_loss(len(np.unique(y)), watch.look)
        watched = clone(estimator).set_params(loss=loss)
    model = fit_weighted(watched, X, y, sample_weight)
    if watched is not estimator:
        # The model owns a copy of the loss; neither is to keep watching.
        model.loss.__dict__.pop("gradient_hessian", None)
        model.set_params(loss=estimator.loss)
    if not watch.finish():
        take_wanted(predicted_stages(model, X), take, wanted)
    return model


class _RawScores:
    """Look at the raw scores that a training keeps, before each of its rounds."""

    def __init__(self, n_samples, take, wanted):
        self.n_samples, self.take, self.wanted = n_samples, take, wanted
        self.n_looks, self.raw = 0, None

    def look(self, raw):
        # A part of the rows only, where the rest is kept for early stopping.
        if len(raw) != self.n_samples:
            return
        self.raw = raw
        if self.n_looks:
            self._pass_on()
        self.n_looks += 1

    def finish(self):
        """Pass on the last round, which no other follows; whether there was one."""
        if self.n_looks:
            self._pass_on()
        return self.n_looks > 0

    def _pass_on(self):
        if self.wanted(self.n_looks - 1):
            self.take(Stage(None, logits=two_columns(self.raw)))


hist_boosting_stages.watch = watch_hist_boosting
hist_boosting_stages.rounds = "max_iter"
