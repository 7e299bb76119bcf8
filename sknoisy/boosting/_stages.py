# SPDX-License-Identifier: BSD-3-Clause
"""Boosting rounds of LightGBM as stages."""

import numpy as np

from sknoisy.detection._stages import Stage, take_wanted, two_columns
from sknoisy.utils import fit_weighted


def lightgbm_stages(estimator, X, y, *, sample_weight=None, judged=None, n_epochs=None):
    """Fit a LightGBM classifier once, and add up the raw scores of its rounds.

    Each tree predicts each row once, so that all rounds together cost about what
    a few predictions by the whole model do, in memory for one round.

    Parameters
    ----------
    estimator : LGBMClassifier
        Cloned, never changed.
    X : any container of n_samples rows
        Training rows.
    y : ndarray of shape (n_samples,)
        Their labels.
    sample_weight : ndarray of shape (n_samples,), default=None
        Positive weights.
    judged : any container of n_judged rows, default=None
        Rows to predict; None for X.
    n_epochs : int, default=None
        Not used: rounds are no epochs.

    Yields
    ------
    stage : Stage
        Raw scores after the next round.

    Raises
    ------
    ValueError
        If the rounds are a random forest.

    Notes
    -----
    Under "dart", later rounds rescale the trees of earlier ones. The stages then
    are sums over the trees as they are in the end.
    """
    if estimator.boosting_type == "rf":
        raise ValueError(
            'boosting_type="rf" grows trees side by side and has no stages; use '
            '"gbdt", or judge the labels by OutOfFold.'
        )
    model = fit_weighted(estimator, X, y, sample_weight)
    judged = X if judged is None else judged
    total = 0.0
    for i in range(model.booster_.current_iteration()):
        total = total + two_columns(
            model.predict_proba(
                judged, raw_score=True, start_iteration=i, num_iteration=1
            )
        )
        yield Stage(model, logits=total)


def watch_lightgbm(estimator, X, y, take, *, wanted, sample_weight=None, n_epochs=None):
    """Fit a LightGBM classifier, and look at its training rows as it goes.

    LightGBM keeps the scores of the rows that it trains on, so that no tree
    predicts them again.

    Parameters
    ----------
    estimator : LGBMClassifier
        Cloned, never changed.
    X : any container of n_samples rows
        Training rows.
    y : ndarray of shape (n_samples,)
        Their labels.
    take : callable
        Called with each wanted stage.
    wanted : callable
        Called with the number of a round, from 0 on; whether to take it.
    sample_weight : ndarray of shape (n_samples,), default=None
        Positive weights.
    n_epochs : int, default=None
        Not used: rounds are no epochs.

    Returns
    -------
    model : LGBMClassifier
        The trained classifier.
    """
    if estimator.boosting_type == "rf" or not _gives_softmax(estimator):
        course = lightgbm_stages(estimator, X, y, sample_weight=sample_weight)
        return take_wanted(course, take, wanted)

    def judge(pred_proba, _):
        if pred_proba.ndim == 1:
            pred_proba = np.column_stack([1.0 - pred_proba, pred_proba])
        take(Stage(None, pred_proba=pred_proba))
        # LightGBM expects the result of a metric.
        return "judged", 0.0, True

    def look(env):
        if wanted(env.iteration - env.begin_iteration):
            env.model.eval_train(judge)

    return fit_weighted(
        estimator, X, y, sample_weight, fit_params={"callbacks": [look]}
    )


def _gives_softmax(estimator):
    params = estimator.get_params()
    aliases = {"application", "app", "loss", "objective_type", "sigmoid"}
    known = (None, "binary", "multiclass", "softmax")
    return params["objective"] in known and not aliases & set(params)


lightgbm_stages.watch = watch_lightgbm
lightgbm_stages.rounds = "n_estimators"
