# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong labels on rows that are unlike the others."""

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import IsolationForest

from sknoisy.noise._draw import (
    as_generator,
    check_max_flip_proba,
    draw_from_rows,
    spread_rate,
)
from sknoisy.noise._injection import mean_move, report_noise
from sknoisy.noise._matrices import check_noise_rate
from sknoisy.noise._row_features import features_of
from sknoisy.noise._row_predictions import encode_rows


def inject_outlier_noise(
    X,
    y,
    noise_rate,
    *,
    bandwidth=0.3,
    max_flip_proba=0.9,
    classes=None,
    n_jobs=None,
    random_state=None,
):
    """Mislabel rows that stand apart from the others.

    An isolation forest ranks the rows. The probability of a wrong label falls
    with the share `q` of rows that stand further apart, as
    ``exp(-(q / bandwidth) ** 2)``, and each other class is as likely.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows: numbers, dense or sparse, a frame of mixed columns, or texts.
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    noise_rate : float
        Expected share of wrong labels, in [0, 1).
    bandwidth : float, default=0.3
        Share of rows over which the noise fades; smaller is more concentrated.
    max_flip_proba : float, default=0.9
        Largest probability of a row to be mislabelled.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    n_jobs : int, default=None
        Trees grown at the same time, through joblib.
    random_state : int, RandomState instance, Generator or None, default=None
        Source of the random numbers; an int for the same result on each call.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they are wrong (`flipped`), the expected and the
        realised matrix per class, the realised `noise_rate`, and `classes`.

    Raises
    ------
    ValueError
        If `noise_rate` is outside [0, 1) or above `max_flip_proba`, `bandwidth`
        is not positive, `X` and `y` differ in length, or there are fewer than two
        classes.

    See Also
    --------
    inject_instance_noise : Noise that a model of the classes decides.

    Notes
    -----
    The shape of this noise is this library's own.

    References
    ----------
    Fei Tony Liu, Kai Ming Ting and Zhi-Hua Zhou, "Isolation forest", ICDM 2008
    (for what stands apart).

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import inject_outlier_noise
    >>> X = np.random.default_rng(0).normal(size=(400, 2))
    >>> y = np.tile(["a", "b"], 200)
    >>> noisy = inject_outlier_noise(X, y, 0.1, random_state=0)
    >>> distance = np.linalg.norm(X, axis=1)
    >>> bool(distance[noisy.flipped].mean() > distance[~noisy.flipped].mean() + 0.5)
    True
    """
    noise_rate = check_noise_rate(noise_rate)
    check_max_flip_proba(max_flip_proba, noise_rate)
    if not bandwidth > 0:
        raise ValueError(f"bandwidth must be positive, got {bandwidth}.")
    codes, classes = encode_rows(X, y, classes)
    rng = as_generator(random_state)
    further = _share_further_apart(features_of(X), n_jobs, rng)
    proba = spread_rate(-((further / bandwidth) ** 2), noise_rate, max_flip_proba)
    move = np.repeat(proba[:, None] / (len(classes) - 1), len(classes), axis=1)
    move[np.arange(len(codes)), codes] = 1 - proba
    noisy = draw_from_rows(move, rng)
    return report_noise(y, codes, noisy, classes, mean_move(codes, move))


def _share_further_apart(features, n_jobs, rng):
    seed = int(rng.integers(np.iinfo(np.int32).max))
    forest = IsolationForest(n_jobs=n_jobs, random_state=seed).fit(features)
    # Low scores stand apart; the row with the lowest has nobody further.
    ranks = rankdata(forest.score_samples(features))
    return (ranks - 1) / len(ranks)
