# SPDX-License-Identifier: BSD-3-Clause
"""Boosting rounds of LightGBM as stages."""

from sknoisy.detection._stages import Stage, two_columns
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
