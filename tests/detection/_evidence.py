# SPDX-License-Identifier: BSD-3-Clause
"""Rows with planted errors, in several containers, and what a scheme says of them."""

import numpy as np
from sklearn.metrics import roc_auc_score

from sknoisy.detection import LabelDetector
from sknoisy.utils._labelled_rows import LabelledRows
from tests._data import blobs

WORDS = (("good", "fine", "glad", "nice"), ("bad", "poor", "grim", "sad"))


def rows_of(X, y, sample_weight=None, groups=None):
    """Return rows as a detector or a scheme gets them."""
    classes, codes = np.unique(y, return_inverse=True)
    return LabelledRows(X, np.asarray(y), codes, classes, sample_weight, groups)


def found(detector, wrong):
    """Return how well a fitted detector ranks the wrong labels below the others."""
    return roc_auc_score(wrong, -detector.label_quality_)


def mean_proba(scheme, X, y, **metadata):
    """Return the mean probabilities of the members of a scheme."""
    return LabelDetector(scheme).fit(X, y, **metadata).pred_proba_


def planted(n_samples=120, n_wrong=6, seed=0):
    """Blobs in which a few labels are wrong; return X, y and which."""
    X, y, _ = blobs(n_samples, seed=seed)
    wrong = np.arange(n_wrong) * (n_samples // n_wrong)
    y[wrong] = (y[wrong] + 1) % 3
    return X, y, np.isin(np.arange(n_samples), wrong)


def texts(n_samples=80):
    """Texts of two classes, of which the first two are swapped."""
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 2
    X = [" ".join(["a", "day", *rng.choice(WORDS[k], 4)]) for k in y]
    y[[0, 1]] = y[[1, 0]]
    return X, y


def frame(library, n_samples=80, with_text=False):
    """Mixed columns of two classes, of which the first two labels are swapped."""
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 2
    size = 5.0 * y + rng.normal(size=n_samples)
    size[5::20] = np.nan
    columns = {
        "size": size,
        "colour": [("red", "blue")[k] for k in y],
        "is_new": rng.random(n_samples) < 0.5,
    }
    if with_text:
        columns["note"] = [f"note number {i} {WORDS[k][0]}" for i, k in enumerate(y)]
    y[[0, 1]] = y[[1, 0]]
    return library.DataFrame(columns), y
