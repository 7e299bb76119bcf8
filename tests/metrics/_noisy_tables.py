# SPDX-License-Identifier: BSD-3-Clause
"""True, given and predicted labels whose true metrics are known."""

import numpy as np

TRANSITION = np.array([[0.8, 0.15, 0.05], [0.1, 0.8, 0.1], [0.2, 0.05, 0.75]])
PRIOR = np.array([0.5, 0.3, 0.2])
CONFUSION = np.array([[0.8, 0.15, 0.05], [0.1, 0.75, 0.15], [0.2, 0.1, 0.7]])
JOINT = PRIOR[:, None] * CONFUSION


def draw_from_rows(matrix, codes, rng):
    """Draw one column for each code from its row of the matrix."""
    steps = np.cumsum(matrix, axis=1)[codes]
    return (rng.random(len(codes))[:, None] > steps).sum(axis=1)


def noisy_task(n_samples, seed, transition=TRANSITION):
    """Draw true, given and predicted labels of three classes."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(3, n_samples, p=PRIOR)
    y_given = draw_from_rows(transition, y_true, rng)
    return y_true, y_given, draw_from_rows(CONFUSION, y_true, rng)


def noisy_scores(n_samples, seed, transition=TRANSITION):
    """Draw true and given labels of three classes, and probabilities."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(3, n_samples, p=PRIOR)
    outputs = np.exp(1.2 * np.eye(3)[y_true] + rng.normal(size=(n_samples, 3)))
    pred_proba = outputs / outputs.sum(axis=1, keepdims=True)
    return y_true, draw_from_rows(transition, y_true, rng), pred_proba


def rows_of(joint, n_samples):
    """List rows whose table is the given joint exactly, up to rounding."""
    counts = np.rint(joint * n_samples).astype(int)
    first, second = np.indices(joint.shape)
    repeats = counts.ravel()
    return np.repeat(first.ravel(), repeats), np.repeat(second.ravel(), repeats)
