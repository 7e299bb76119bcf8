# SPDX-License-Identifier: BSD-3-Clause
"""Plant wrong labels whose distribution depends on the row."""

import numpy as np
from scipy import sparse
from scipy.stats import truncnorm
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array

from sknoisy.noise._draw import (
    as_generator,
    check_max_flip_proba,
    rows_by_class,
    spread_rate,
)
from sknoisy.noise._injection import mean_transition, report_noise
from sknoisy.noise._matrices import check_noise_rate
from sknoisy.noise._row_predictions import (
    encode_rows,
    likeliest_other,
    out_of_sample_proba,
)

# Spread of the rows' own noise rates in the paper on part-dependent noise.
_RATE_SPREAD = 0.1


def inject_instance_noise(
    X,
    y,
    noise_rate,
    *,
    kind="boundary",
    estimator=None,
    pred_proba=None,
    cv=5,
    bandwidth=0.5,
    max_flip_proba=0.9,
    standardize=True,
    classes=None,
    n_jobs=None,
    random_state=None,
):
    """Plant label noise that depends on the row, not only on its class.

    ``"boundary"``: rows that a cross-validated model finds hard are mistaken for
    their runner-up, the likeliest class other than their own. The probability
    falls with the distance `d` between the two out-of-fold probabilities as
    ``exp(-(d / bandwidth) ** 2)``.

    ``"confident"``: the opposite, and the hardest to detect by a model: rows that
    the model is surest of are mistaken for their runner-up. With a small
    `bandwidth` and `max_flip_proba` at 1, the surest rows are all mislabelled.

    ``"part"``: part-dependent noise. Each row has a noise rate of its own, from
    a normal distribution around `noise_rate` with standard deviation 0.1 cut to
    [0, 1], and a random linear map of its features per class decides what it is
    mistaken for.

    All are scaled so that the expected share of wrong labels is `noise_rate`.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows. ``"boundary"`` and ``"confident"`` pass them to `estimator` as
        they are; ``"part"`` needs a numeric table without missing values, dense
        or sparse.
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    noise_rate : float
        Expected share of wrong labels, in [0, 1).
    kind : {"boundary", "confident", "part"}, default="boundary"
        The model of the noise.
    estimator : classifier, default=None
        Judges the rows, for ``"boundary"`` and ``"confident"``. None is a logistic
        regression on features made to suit `X`: scaled numbers, one-hot
        categories, TF-IDF of texts.
    pred_proba : array-like of shape (n_samples, n_classes), default=None
        Out-of-sample probabilities, columns in the order of `classes`; given
        these, nothing is fitted and `X` is only counted.
    cv : int, splitter or iterable, default=5
        Folds that judge the rows.
    bandwidth : float, default=0.5
        Distance, in probability, over which the noise fades from the boundary
        or, if ``"confident"``, from certainty; smaller is more concentrated.
    max_flip_proba : float, default=0.9
        Largest probability of a row to be mislabelled, unless ``"part"``.
    standardize : bool, default=True
        Whether ``"part"`` standardises the features and divides their projection
        by the square root of their number. False projects raw features, as the
        authors' code does; with many features the wrong class of a row is then
        all but certain.
    classes : array-like of shape (n_classes,), default=None
        All labels, in the order of the columns of `pred_proba`. None takes the
        sorted labels of `y`.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
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
        If `noise_rate` is outside [0, 1) or above `max_flip_proba`, `X` and `y`
        differ in length, `X` is not what the kind can use, there are fewer than
        two classes, or `kind` is unknown.

    See Also
    --------
    inject_margin_diminishing_noise : Noise at the boundary, of published shapes.
    inject_neighbor_noise : Noise among near rows, without a model.

    Notes
    -----
    The shapes of ``"boundary"`` and ``"confident"`` are this library's own.

    References
    ----------
    Xiaobo Xia, Tongliang Liu, Bo Han, Nannan Wang, Mingming Gong, Haifeng Liu,
    Gang Niu, Dacheng Tao and Masashi Sugiyama, "Part-dependent label noise:
    towards instance-dependent label noise", NeurIPS 2020 (for ``"part"``).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import inject_instance_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_instance_noise(X, y, 0.1, random_state=0)

    Setosa is far from the boundary, so its labels stay nearly clean:

    >>> (noisy.transition_matrix.diagonal() > 0.9).tolist()
    [True, False, False]
    """
    noise_rate = check_noise_rate(noise_rate)
    codes, classes = encode_rows(X, y, classes)
    rng = as_generator(random_state)
    if kind in ("boundary", "confident"):
        pred_proba = out_of_sample_proba(
            X, codes, classes, estimator, pred_proba, cv, n_jobs
        )
        targets, margin = likeliest_other(codes, pred_proba)
        gap = np.abs(margin) if kind == "boundary" else 1 - margin
        proba = _fading_rate(gap, noise_rate, bandwidth, max_flip_proba)
        matrix = mean_transition(codes, targets, proba, len(classes))
    elif kind == "part":
        features = _numeric_features(X)
        targets, proba, matrix = _part_flips(
            features, codes, len(classes), noise_rate, standardize, rng
        )
    else:
        raise ValueError(
            f'kind must be "boundary", "confident" or "part", got {kind!r}.'
        )
    noisy = np.where(rng.random(len(codes)) < proba, targets, codes)
    return report_noise(y, codes, noisy, classes, matrix)


def _numeric_features(X):
    try:
        return check_array(X, accept_sparse="csr", dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(
            'kind="part" needs a numeric table without missing values; impute and '
            'encode X first, or use kind="boundary", which takes any X.'
        ) from error


def _fading_rate(gap, noise_rate, bandwidth, max_flip_proba):
    if not bandwidth > 0:
        raise ValueError(f"bandwidth must be positive, got {bandwidth}.")
    check_max_flip_proba(max_flip_proba, noise_rate)
    return spread_rate(-((gap / bandwidth) ** 2), noise_rate, max_flip_proba)


def _part_flips(features, codes, n_classes, noise_rate, standardize, rng):
    n_samples, n_features = features.shape
    own_rate = truncnorm.rvs(
        -noise_rate / _RATE_SPREAD,
        (1 - noise_rate) / _RATE_SPREAD,
        loc=noise_rate,
        scale=_RATE_SPREAD,
        size=n_samples,
        random_state=rng,
    )
    # Cutting to [0, 1] moves the mean of extreme rates, for which this makes up.
    proba = spread_rate(np.log(np.maximum(own_rate, 1e-300)), noise_rate, cap=1.0)
    if standardize:
        scaler = StandardScaler(with_mean=not sparse.issparse(features))
        features = scaler.fit_transform(features) / np.sqrt(n_features)
    targets = np.empty_like(codes)
    matrix = np.eye(n_classes)
    for label, members in enumerate(rows_by_class(codes, n_classes)):
        projection = rng.standard_normal((n_features, n_classes))
        if len(members) == 0:
            continue
        share = _softmax_over_others(features[members] @ projection, label)
        level = rng.random((len(members), 1))
        targets[members] = (level >= np.cumsum(share, axis=1)[:, :-1]).sum(axis=1)
        matrix[label] = proba[members] @ share / len(members)
        matrix[label, label] = 1 - matrix[label].sum()
    return targets, proba, matrix


def _softmax_over_others(outputs, label):
    outputs[:, label] = -np.inf
    outputs -= outputs.max(axis=1, keepdims=True)
    share = np.exp(outputs)
    return share / share.sum(axis=1, keepdims=True)
