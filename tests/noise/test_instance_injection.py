# SPDX-License-Identifier: BSD-3-Clause
"""Instance-dependent noise has the rate asked for and falls where it should."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from sknoisy.noise import inject_instance_noise
from sknoisy.noise._draw import spread_rate


def blobs(n_samples=3000, n_classes=3, seed=0):
    return make_classification(
        n_samples,
        n_features=6,
        n_informative=4,
        n_classes=n_classes,
        n_clusters_per_class=1,
        random_state=seed,
    )


@given(
    st.lists(st.floats(-2000, 0), min_size=1, max_size=40),
    st.floats(0, 0.95),
    st.floats(0, 1),
)
def test_spread_rate_has_the_mean_and_the_shape_wanted(log_weight, rate, room):
    cap = rate + room * (1 - rate)
    log_weight = np.array(log_weight)
    proba = spread_rate(log_weight, rate, cap)
    assert proba.mean() == pytest.approx(rate, rel=1e-6, abs=1e-12)
    assert proba.min() >= 0
    assert proba.max() <= cap * (1 + 1e-6)
    assert np.all(np.diff(proba[np.argsort(log_weight)]) >= -1e-12)
    free = (proba < cap * (1 - 1e-6)) & (proba > 1e-300)
    ratio = np.log(proba[free]) - log_weight[free]
    if 0 < rate < cap and free.any():
        assert np.ptp(ratio) < 1e-6


@pytest.mark.parametrize("kind", ["boundary", "confident", "part"])
@pytest.mark.parametrize("rate", [0.05, 0.2, 0.45])
def test_rate_and_report(kind, rate):
    X, y = blobs()
    noisy = inject_instance_noise(X, y, rate, kind=kind, random_state=0)
    np.testing.assert_array_equal(noisy.flipped, noisy.y != y)
    assert abs(noisy.noise_rate - rate) < 4 * np.sqrt(rate * (1 - rate) / len(y))
    counts = np.bincount(y)
    wrong = counts @ (1 - np.diag(noisy.transition_matrix)) / len(y)
    assert wrong == pytest.approx(rate)
    for matrix in (noisy.transition_matrix, noisy.realized_matrix):
        np.testing.assert_allclose(matrix.sum(axis=1), 1)
    error = np.abs(noisy.realized_matrix - noisy.transition_matrix)
    assert error.max() < 4 * 0.5 / np.sqrt(counts.min())


def test_boundary_noise_lies_at_the_boundary():
    rng = np.random.default_rng(0)
    X = rng.uniform(-3, 3, size=(4000, 1))
    y = (X[:, 0] > 0).astype(int)
    noisy = inject_instance_noise(X, y, 0.1, random_state=0)
    near = np.abs(X[:, 0]) < 0.5
    assert noisy.flipped[near].mean() > 4 * noisy.flipped[~near].mean()


def test_confident_noise_lies_where_the_model_is_surest():
    rng = np.random.default_rng(0)
    right = rng.permutation(np.linspace(0.3, 1, 500))
    pred_proba = np.column_stack([right, 1 - right])
    noisy = inject_instance_noise(
        np.zeros((500, 1)),
        np.zeros(500, dtype=int),
        0.1,
        kind="confident",
        pred_proba=pred_proba,
        classes=[0, 1],
        bandwidth=1e-2,
        max_flip_proba=1.0,
        random_state=0,
    )
    np.testing.assert_array_equal(noisy.flipped, right >= np.sort(right)[-50])


def test_boundary_noise_goes_to_the_runner_up():
    pred_proba = np.array([[0.5, 0.1, 0.4], [0.2, 0.45, 0.35], [0.6, 0.1, 0.3]])
    y = np.array(["a", "b", "c"])
    noisy = inject_instance_noise(
        np.zeros((3, 1)),
        y,
        0.99,
        pred_proba=pred_proba,
        max_flip_proba=1.0,
        random_state=0,
    )
    assert noisy.y.tolist() == ["c", "c", "a"]


def test_smaller_bandwidth_is_more_concentrated():
    gap = np.linspace(0, 1, 500)
    pred_proba = np.column_stack([0.5 + gap / 2, 0.5 - gap / 2])
    X, y = np.zeros((500, 1)), np.zeros(500, dtype=int)

    def mean_gap(bandwidth):
        flipped = [
            inject_instance_noise(
                X,
                y,
                0.1,
                pred_proba=pred_proba,
                bandwidth=bandwidth,
                classes=[0, 1],
                random_state=seed,
            ).flipped
            for seed in range(20)
        ]
        return gap[np.nonzero(flipped)[1]].mean()

    assert mean_gap(0.05) < mean_gap(0.5) < mean_gap(5.0)


@pytest.mark.parametrize(
    "estimator", [None, make_pipeline(TfidfVectorizer(), MultinomialNB())]
)
def test_boundary_takes_texts(estimator):
    texts = ["good film", "fine film", "great cast", "bad plot", "poor plot"] * 8
    y = pd.Series(["pos", "pos", "pos", "neg", "neg"] * 8, index=range(40, 80))
    noisy = inject_instance_noise(
        texts,
        y,
        0.2,
        estimator=estimator,
        cv=2,
        random_state=0,
    )
    assert noisy.y.index.equals(y.index)
    assert noisy.flipped.any()


def test_boundary_takes_mixed_columns_with_gaps():
    X, y = blobs(200)
    frame = pd.DataFrame(X).add_prefix("x")
    frame.loc[::7, "x0"] = np.nan
    frame["kind"] = np.where(y == 1, "one", "other")
    noisy = inject_instance_noise(frame, y, 0.2, random_state=0)
    assert 0.05 < noisy.noise_rate < 0.4


@pytest.mark.parametrize("kind", ["boundary", "confident", "part"])
def test_same_seed_same_noise(kind):
    X, y = blobs(200)
    first, again, other = (
        inject_instance_noise(X, y, 0.2, kind=kind, random_state=seed).y
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize("kind", ["boundary", "confident", "part"])
@pytest.mark.parametrize(
    "container",
    [
        sparse.csr_matrix,
        sparse.coo_array,
        pd.DataFrame,
        pl.DataFrame,
        np.ndarray.tolist,
    ],
)
def test_numeric_containers(kind, container):
    X, y = blobs(200)
    noisy = inject_instance_noise(container(X), y, 0.2, kind=kind, random_state=0)
    assert 0.05 < noisy.noise_rate < 0.4


@pytest.mark.parametrize("kind", ["boundary", "confident", "part"])
def test_names_of_classes_do_not_matter(kind):
    X, y = blobs(300)
    names = np.array(["p", "q", "r"])
    by_number = inject_instance_noise(X, y, 0.3, kind=kind, random_state=0)
    by_name = inject_instance_noise(X, names[y], 0.3, kind=kind, random_state=0)
    np.testing.assert_array_equal(names[by_number.y], by_name.y)


def test_part_noise_depends_on_the_features():
    rng = np.random.default_rng(0)
    X = np.repeat([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]], 4000, axis=0)
    X += rng.normal(scale=1e-3, size=X.shape)
    noisy = inject_instance_noise(
        X, np.zeros(8000, dtype=int), 0.4, kind="part", classes=range(4), random_state=0
    )
    first, second = (
        np.bincount(part, minlength=4)[1:] / 4000
        for part in (noisy.y[:4000], noisy.y[4000:])
    )
    assert np.abs(first - second).max() > 0.05


def test_raw_projections_settle_the_wrong_class_of_a_row():
    rng = np.random.default_rng(0)
    X = np.tile(rng.normal(size=(1, 400)), (500, 1))
    X += rng.normal(scale=1e-3, size=X.shape)
    wrong = inject_instance_noise(
        X,
        np.zeros(500, dtype=int),
        0.5,
        kind="part",
        standardize=False,
        classes=range(5),
        random_state=0,
    )
    assert len(np.unique(wrong.y[wrong.flipped])) == 1


@pytest.mark.parametrize("kind", ["boundary", "confident", "part"])
def test_zero_rate_changes_nothing(kind):
    X, y = blobs(60)
    noisy = inject_instance_noise(X, y, 0, kind=kind, random_state=0)
    np.testing.assert_array_equal(noisy.y, y)
    np.testing.assert_array_equal(noisy.transition_matrix, np.eye(3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "margin"}, '"confident" or "part", got'),
        ({"noise_rate": 1.0}, r"noise_rate must be in \[0, 1\)"),
        ({"noise_rate": 0.95}, "raise it or lower the rate"),
        ({"bandwidth": 0}, "bandwidth must be positive"),
        ({"y": [0, 1, 0]}, "X has 60 rows but y has 3"),
        ({"y": [0] * 60}, "at least 2 classes"),
        ({"pred_proba": np.ones((60, 2))}, r"shape \(60, 3\)"),
        ({"pred_proba": np.full((60, 3), np.nan)}, r"probabilities in \[0, 1\]"),
        ({"X": np.full((60, 2), np.nan), "kind": "part"}, "impute and encode"),
        ({"X": ["some text"] * 60, "kind": "part"}, 'kind="part" needs a numeric'),
    ],
)
def test_bad_input_is_refused_with_the_fix(change, message):
    X, y = blobs(60)
    arguments = {"X": X, "y": y, "noise_rate": 0.2} | change
    with pytest.raises(ValueError, match=message):
        inject_instance_noise(**arguments)
