# SPDX-License-Identifier: BSD-3-Clause
"""Errors of the noise models on the digits, against figures measured elsewhere."""

from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.neighbors import KNeighborsClassifier

from sknoisy.noise import (
    HOC,
    AnchorPoints,
    ArgmaxCounts,
    ConfidentJoint,
    DualT,
    inject_noise_from_matrix,
    pair_matrix,
    symmetric_matrix,
)

# Some methods are off by so much that they warn of it.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sknoisy.exceptions.SknoisyWarning"),
]

X, TRUTH = load_digits(return_X_y=True)
X = X / 16

MATRICES = {"symmetric": symmetric_matrix, "pair": pair_matrix}
ESTIMATORS = {
    "forest": RandomForestClassifier(100, min_samples_leaf=2, random_state=0),
    "neighbors": KNeighborsClassifier(30),
    "linear": LogisticRegression(max_iter=200),
}


@cache
def noisy_digits(kind, rate, seed, part=None):
    """Digits, their noisy labels and the transition matrix."""
    matrix = MATRICES[kind](10, rate)
    features, truth = X, TRUTH
    if part is not None:
        features, _, truth, _ = train_test_split(
            X, TRUTH, train_size=part, stratify=TRUTH, random_state=seed
        )
    return (
        features,
        inject_noise_from_matrix(truth, matrix, random_state=seed).y,
        matrix,
    )


@cache
def predict(name, *case):
    features, y, _ = noisy_digits(*case)
    model = ESTIMATORS[name]
    return cross_val_predict(model, features, y, method="predict_proba")


def mean_row_error(model, *case, proba=None):
    features, y, matrix = noisy_digits(*case)
    model.fit(y, proba, X=features)
    return np.abs(model.transition_matrix_ - matrix).sum(axis=1).mean()


@pytest.mark.parametrize(
    ("kind", "rate", "published", "slack"),
    [
        ("symmetric", 0.2, 0.142, 0.05),
        ("symmetric", 0.5, 0.313, 0.08),
        ("pair", 0.2, 0.076, 0.04),
        ("pair", 0.4, 0.149, 0.08),
    ],
)
def test_consensuses_of_pixels(kind, rate, published, slack):
    errors = [
        mean_row_error(HOC(preprocessor="passthrough"), kind, rate, seed)
        for seed in range(3)
    ]
    assert np.mean(errors) == pytest.approx(published, abs=slack)


@pytest.mark.parametrize(
    ("model", "name", "published"),
    [
        (ConfidentJoint(), "neighbors", (0.121, 0.201)),
        (ConfidentJoint(), "forest", (0.119, 0.263)),
        (ConfidentJoint(), "linear", (0.155, 0.442)),
        (AnchorPoints(), "forest", (0.150, 0.359)),
        (AnchorPoints(rule="percentile"), "forest", (0.374, 0.490)),
        (ArgmaxCounts(), "forest", (0.168, 0.374)),
        (DualT(), "forest", (0.637, 0.802)),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else None,
)
def test_predictions_of_digits(model, name, published):
    cases = ("symmetric", 0.2, 0), ("pair", 0.4, 0)
    errors = [
        mean_row_error(model, *case, proba=predict(name, *case)) for case in cases
    ]
    # A single row decides about some anchors.
    np.testing.assert_allclose(errors, published, rtol=0.3, atol=0.03)


@pytest.mark.parametrize(
    ("model", "published"),
    [
        (AnchorPoints(), (0.179, 0.305)),
        (DualT(rule="top"), (0.450, 0.482)),
        (ConfidentJoint(), (0.172, 0.127)),
    ],
    ids=["anchors", "dual", "confident_joint"],
)
def test_predictions_of_most_digits(model, published):
    cases = ("symmetric", 0.4, 0, 0.7), ("pair", 0.3, 0, 0.7)
    errors = [
        mean_row_error(model, *case, proba=predict("forest", *case)) for case in cases
    ]
    np.testing.assert_allclose(errors, published, rtol=0.2, atol=0.03)


def test_the_order_of_the_methods():
    case = "pair", 0.4, 0
    forest = predict("forest", *case)
    hoc = mean_row_error(HOC(preprocessor="passthrough"), *case)
    joint = mean_row_error(ConfidentJoint(), *case, proba=forest)
    counts = mean_row_error(ArgmaxCounts(), *case, proba=forest)
    dual = mean_row_error(DualT(), *case, proba=forest)
    assert hoc < joint < counts < dual
