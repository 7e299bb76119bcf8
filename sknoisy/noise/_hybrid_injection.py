# SPDX-License-Identifier: BSD-3-Clause
"""Plant several kinds of noise, one after the other."""

import numpy as np

from sknoisy.noise._injection import NoisyLabels, report_noise
from sknoisy.utils._encoding import encode, encode_labels


def inject_hybrid_noise(y, steps, *, classes=None):
    """Plant one kind of noise on the labels that another has left.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels of any kind: strings, integers with gaps, booleans.
    steps : list of callables
        Each takes labels and returns what an injector returns, for instance
        ``lambda y: inject_symmetric_noise(y, 0.2, random_state=0)``. The first
        gets `y`, each other one the labels that the one before it has left.
    classes : array-like of shape (n_classes,), default=None
        All labels there are, if some do not occur in `y`; pass them to each step
        as well. None takes the sorted labels of `y`.

    Returns
    -------
    noisy : NoisyLabels
        The labels (`y`), where they differ from the true ones (`flipped`), the
        expected and the realised matrix, the realised `noise_rate`, and
        `classes`. A later step may undo what an earlier one did, so the rates of
        the steps do not add up.

    Raises
    ------
    TypeError
        If a step returns something else than an injector does.
    ValueError
        If there are no steps, or a step has other classes than `y`.

    See Also
    --------
    inject_margin_diminishing_noise : The first step of the paper's hybrid noise.

    Notes
    -----
    The expected matrix is the product of the steps' matrices, which is exact
    where each step after the first looks at the label alone.

    References
    ----------
    Yikai Zhang, Songzhu Zheng, Pengxiang Wu, Mayank Goswami and Chao Chen,
    "Learning with feature-dependent label noise: a progressive approach", ICLR
    2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import inject_hybrid_noise, inject_symmetric_noise
    >>> from sknoisy.noise import inject_margin_diminishing_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_hybrid_noise(
    ...     y,
    ...     [
    ...         lambda y: inject_margin_diminishing_noise(X, y, 0.2, random_state=0),
    ...         lambda y: inject_symmetric_noise(y, 0.1, random_state=1),
    ...     ],
    ... )
    >>> bool(0.15 < noisy.noise_rate < 0.4)
    True
    """
    steps = list(steps)
    if not steps:
        raise ValueError("steps is empty; give at least one injector to call.")
    codes, classes = encode_labels(y, classes)
    matrix, given = np.eye(len(classes)), y
    for position, step in enumerate(steps):
        noisy = step(given)
        _check_step(noisy, classes, position)
        matrix, given = matrix @ noisy.transition_matrix, noisy.y
    return report_noise(y, codes, encode(np.asarray(given), classes), classes, matrix)


def _check_step(noisy, classes, position):
    if not isinstance(noisy, NoisyLabels):
        raise TypeError(
            f"steps[{position}] must return NoisyLabels, as inject_symmetric_noise "
            f"does, got {type(noisy).__name__}."
        )
    if not np.array_equal(noisy.classes, classes):
        raise ValueError(
            f"steps[{position}] knows the classes {noisy.classes[:10].tolist()} but y "
            f"has {classes[:10].tolist()}; pass the same classes to every step."
        )
