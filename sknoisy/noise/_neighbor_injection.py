# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong labels among rows that resemble rows of other classes."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

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


def inject_neighbor_noise(
    X,
    y,
    noise_rate,
    *,
    n_neighbors=10,
    max_flip_proba=0.9,
    classes=None,
    n_jobs=None,
    random_state=None,
):
    """Mistake rows for the classes of their nearest rows.

    A row is mislabelled in proportion to the share of its nearest rows that have
    another label, and is given the label of one of these, drawn at random. A row
    whose nearest rows all share its label keeps it.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows: numbers, dense or sparse, a frame of mixed columns, or texts.
        Distances are Euclidean, on scaled numbers, one-hot categories and TF-IDF
        of texts.
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    noise_rate : float
        Expected share of wrong labels, in [0, 1).
    n_neighbors : int, default=10
        Number of nearest rows, the row itself left out.
    max_flip_proba : float, default=0.9
        Largest probability of a row to be mislabelled.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`. None takes the sorted
        labels of `y`.
    n_jobs : int, default=None
        Searches at the same time, through joblib.
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
        If `noise_rate` is outside [0, 1), too few rows have a near row of
        another class, `n_neighbors` is not below the number of rows, `X` and `y`
        differ in length, or there are fewer than two classes.

    See Also
    --------
    inject_instance_noise : Noise at the boundary of a model.

    Notes
    -----
    The shape of this noise is this library's own.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import inject_neighbor_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_neighbor_noise(X, y, 0.05, random_state=0)

    Hardly a row of another class is near a setosa:

    >>> (noisy.transition_matrix.diagonal() > 0.99).tolist()
    [True, False, False]
    """
    noise_rate = check_noise_rate(noise_rate)
    check_max_flip_proba(max_flip_proba, noise_rate)
    codes, classes = encode_rows(X, y, classes)
    if not 1 <= n_neighbors < len(codes):
        raise ValueError(
            f"n_neighbors must be from 1 to {len(codes) - 1}, the number of other "
            f"rows, got {n_neighbors}."
        )
    votes = _foreign_votes(features_of(X), codes, len(classes), n_neighbors, n_jobs)
    foreign = votes.sum(axis=1)
    proba = _share_rate(foreign, noise_rate, max_flip_proba)
    targets = votes / np.maximum(foreign, 1)[:, None]
    move = targets * proba[:, None]
    move[np.arange(len(codes)), codes] = 1 - move.sum(axis=1)
    noisy = draw_from_rows(move, as_generator(random_state))
    return report_noise(y, codes, noisy, classes, mean_move(codes, move))


def _foreign_votes(features, codes, n_classes, n_neighbors, n_jobs):
    """Count the nearest rows of each class, the own class left out."""
    search = NearestNeighbors(n_neighbors=n_neighbors, n_jobs=n_jobs).fit(features)
    # Without an argument a row is not its own neighbour, duplicates or not.
    nearest = search.kneighbors(return_distance=False)
    votes = np.zeros((len(codes), n_classes))
    rows = np.repeat(np.arange(len(codes)), n_neighbors)
    np.add.at(votes, (rows, codes[nearest].ravel()), 1)
    votes[np.arange(len(codes)), codes] = 0
    return votes


def _share_rate(foreign, noise_rate, max_flip_proba):
    """Spread the rate over the rows that have a near row of another class."""
    reachable = foreign > 0
    proba = np.zeros(len(foreign))
    if noise_rate == 0:
        return proba
    share = reachable.mean()
    if noise_rate > max_flip_proba * share:
        raise ValueError(
            f"only {share:.3g} of the rows have a near row of another class, each "
            f"mislabelled with a probability of at most {max_flip_proba}, so that "
            f"noise_rate={noise_rate} cannot be had; lower it or raise n_neighbors."
        )
    log_weight = np.log(foreign[reachable])
    proba[reachable] = spread_rate(log_weight, noise_rate / share, max_flip_proba)
    return proba
