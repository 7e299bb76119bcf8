# SPDX-License-Identifier: BSD-3-Clause
"""Numeric targets with known errors, for the detectors of regression."""

import numpy as np


def plane(n_samples=150, n_wrong=12, seed=0, noise=0.2):
    """Make targets in a plane, of which some come from anywhere in their range."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 3))
    y = X @ [2.0, -1.0, 0.5] + noise * rng.normal(size=n_samples)
    wrong = np.zeros(n_samples, dtype=bool)
    wrong[rng.choice(n_samples, n_wrong, replace=False)] = True
    middle, half = (y.max() + y.min()) / 2, np.ptp(y) / 2
    # To the far side of the range, so that every error is one.
    y[wrong] = middle - np.sign(y[wrong] - middle) * half * rng.uniform(0.5, 1, n_wrong)
    return X, y, wrong
