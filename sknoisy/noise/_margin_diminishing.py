# SPDX-License-Identifier: BSD-3-Clause
"""Polynomial margin diminishing noise: mistakes that fade away from the boundary."""

import numpy as np

from sknoisy.noise._draw import as_generator
from sknoisy.noise._injection import mean_transition, report_noise
from sknoisy.noise._matrices import check_noise_rate
from sknoisy.noise._row_predictions import (
    encode_rows,
    likeliest_other,
    out_of_sample_proba,
)
from sknoisy.utils._options import check_option

# Probability of the likelier class, by the margin between the two.
_KEEP = {
    "I": lambda margin: (1 + margin**2) / 2,
    "II": lambda margin: margin**3,
    "III": lambda margin: (margin + margin**2 + margin**3) / 3,
}

_BASES = ("true", "predicted")
_LOG_FACTORS = (-60.0, 60.0)
_BISECTIONS = 200
_RATE_TOLERANCE = 1e-6


def inject_margin_diminishing_noise(
    X,
    y,
    noise_rate=None,
    *,
    kind="I",
    base="true",
    estimator=None,
    pred_proba=None,
    cv=5,
    classes=None,
    n_jobs=None,
    random_state=None,
):
    """Plant polynomial margin diminishing (PMD) noise.

    A row between two classes `u` and `s`, whose probabilities differ by the
    margin `d`, is given `u` with a probability that grows with `d`, and `s`
    otherwise: ``(1 + d ** 2) / 2`` for type I, ``d ** 3`` for type II and
    ``(d + d ** 2 + d ** 3) / 3`` for type III. For a requested noise rate these
    probabilities are divided by one factor, found by bisection, and cut to 1.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows, passed to `estimator` as they are.
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    noise_rate : float, default=None
        Expected share of wrong labels, in [0, 1). None leaves the probabilities
        as they are, whatever the rate.
    kind : {"I", "II", "III"}, default="I"
        The type of the noise. Types II and III mistake every row that is right on
        the boundary, type I every other one.
    base : {"true", "predicted"}, default="true"
        ``"true"``: `u` is the true label of the row, `s` the likeliest other
        class, `d` their distance. ``"predicted"``: `u` and `s` are the likeliest
        and second likeliest class, as in the authors' code; rows that the model
        gets wrong are then mislabelled at any rate.
    estimator : classifier, default=None
        Judges the rows. None is a logistic regression on features made to suit
        `X`.
    pred_proba : array-like of shape (n_samples, n_classes), default=None
        Out-of-sample probabilities, columns in the order of `classes`; given
        these, nothing is fitted and `X` is only counted.
    cv : int, splitter or iterable, default=5
        Folds that judge the rows.
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
        If `noise_rate` is outside [0, 1) or cannot be had, `X` and `y` differ in
        length, there are fewer than two classes, or `kind` or `base` is unknown.

    See Also
    --------
    inject_hybrid_noise : Plants one kind of noise after the other, as the paper
        does with this noise and a class-conditional one.
    inject_instance_noise : Other noise that depends on the row.

    Notes
    -----
    The authors' factors for CIFAR-10 at 35 % and 70 % noise were found by hand;
    the bisection replaces them. They draw the label from the predicted
    probabilities first, which has no effect as `u` or `s` then replaces it. Their
    code for two classes flips one of them only, by polynomials of its own; here
    two classes follow the general rule. ``base="true"`` is this library's own: it
    keeps `y` the truth where the model is wrong.

    References
    ----------
    Yikai Zhang, Songzhu Zheng, Pengxiang Wu, Mayank Goswami and Chao Chen,
    "Learning with feature-dependent label noise: a progressive approach", ICLR
    2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import inject_margin_diminishing_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_margin_diminishing_noise(
    ...     X, y, 0.2, kind="III", random_state=0
    ... )
    >>> bool(0.1 < noisy.noise_rate < 0.3)
    True

    Setosa is far from the boundary, so its labels stay nearly clean:

    >>> (noisy.transition_matrix.diagonal() > 0.9).tolist()
    [True, False, False]
    """
    keep = _KEEP[check_option("kind", kind, _KEEP)]
    check_option("base", base, _BASES)
    codes, classes = encode_rows(X, y, classes)
    pred_proba = out_of_sample_proba(
        X, codes, classes, estimator, pred_proba, cv, n_jobs
    )
    first = codes if base == "true" else np.argmax(pred_proba, axis=1)
    second, margin = likeliest_other(first, pred_proba)
    # Rounding of 1e-17 would otherwise pass for a margin.
    proba = keep(np.abs(margin).round(12))
    if noise_rate is not None:
        proba = _scale(proba, first == codes, second == codes, noise_rate)
    rng = as_generator(random_state)
    noisy = np.where(rng.random(len(codes)) < proba, first, second)
    matrix = _expected_matrix(codes, first, second, proba, len(classes))
    return report_noise(y, codes, noisy, classes, matrix)


def _scale(keep, first_is_true, second_is_true, noise_rate):
    """Divide the probabilities of `u` by the factor that gives the noise rate."""
    noise_rate = check_noise_rate(noise_rate)

    def scaled(log_factor):
        return np.minimum(keep * np.exp(-log_factor), 1.0)

    def rate(log_factor):
        proba = scaled(log_factor)
        return 1 - np.mean(proba * first_is_true + (1 - proba) * second_is_true)

    low, high = _LOG_FACTORS
    if not rate(low) - _RATE_TOLERANCE <= noise_rate <= rate(high) + _RATE_TOLERANCE:
        raise ValueError(
            f"noise_rate={noise_rate} cannot be had: these rows allow from "
            f"{rate(low):.3g} to {rate(high):.3g}. Rows on the boundary, and with "
            'base="predicted" rows that the model gets wrong, set the limits; use '
            'base="true", another estimator or kind="I".'
        )
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if rate(middle) < noise_rate:
            low = middle
        else:
            high = middle
    return scaled(high)


def _expected_matrix(codes, first, second, keep, n_classes):
    twice = np.concatenate([codes, codes])
    targets = np.concatenate([first, second])
    # Each row enters twice, so that its two moves weigh two halves.
    return mean_transition(
        twice, targets, 2 * np.concatenate([keep, 1 - keep]), n_classes
    )
