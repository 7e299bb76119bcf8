# SPDX-License-Identifier: BSD-3-Clause
"""Injected noise is the noise asked for, in the caller's own containers."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise import (
    inject_asymmetric_noise,
    inject_noise_from_matrix,
    inject_pair_noise,
    inject_symmetric_noise,
)

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=60)
MATRIX = np.array(
    [
        [0.55, 0.15, 0.10, 0.10, 0.10],
        [0.00, 1.00, 0.00, 0.00, 0.00],
        [0.21, 0.09, 0.70, 0.00, 0.00],
        [0.02, 0.02, 0.02, 0.92, 0.02],
        [0.00, 0.00, 0.00, 0.40, 0.60],
    ]
)


@given(LABELS, st.booleans(), st.integers(0, 99))
def test_what_is_reported_is_what_was_done(y, exact, seed):
    y = np.array(y)
    before = y.copy()
    noisy = inject_noise_from_matrix(
        y, MATRIX, exact=exact, classes=range(5), random_state=seed
    )
    np.testing.assert_array_equal(y, before)
    np.testing.assert_array_equal(noisy.flipped, noisy.y != y)
    assert noisy.noise_rate == noisy.flipped.mean()
    np.testing.assert_allclose(noisy.realized_matrix.sum(axis=1), 1)
    for label in range(5):
        given_labels = noisy.y[y == label]
        shares = (
            np.bincount(given_labels, minlength=5) / len(given_labels)
            if len(given_labels)
            else np.eye(5)[label]
        )
        np.testing.assert_allclose(noisy.realized_matrix[label], shares, atol=1e-12)
        assert not (noisy.realized_matrix[label] > 1e-12)[MATRIX[label] == 0].any()
    np.testing.assert_allclose(noisy.transition_matrix, MATRIX)


@given(LABELS, st.integers(0, 99))
def test_exact_counts_are_the_expected_ones_rounded(y, seed):
    y = np.array(y)
    noisy = inject_noise_from_matrix(
        y, MATRIX, exact=True, classes=range(5), random_state=seed
    )
    drawn = np.zeros((5, 5))
    np.add.at(drawn, (y, noisy.y), 1)
    expected = np.bincount(y, minlength=5)[:, None] * MATRIX
    assert np.abs(drawn - expected).max() < 1
    flips = expected.sum() - np.trace(expected)
    assert abs(noisy.flipped.sum() - flips) <= 0.5 + 1e-9


def test_exact_counts_where_nothing_needs_rounding():
    y = np.repeat(np.arange(5), 100)
    noisy = inject_noise_from_matrix(y, MATRIX, exact=True, random_state=3)
    np.testing.assert_allclose(noisy.realized_matrix, MATRIX, atol=1e-12)


def test_exact_total_survives_many_small_classes():
    y = np.repeat(np.arange(100), 10)
    noisy = inject_symmetric_noise(y, 0.04, exact=True, random_state=0)
    assert noisy.flipped.sum() == 40
    # Flips spread over the classes instead of piling up on the first ones.
    assert len(np.unique(noisy.y[noisy.flipped])) > 20


def test_exact_mode_flips_every_row_equally_often():
    y = np.repeat([0, 1, 2], 10)
    times = sum(
        inject_symmetric_noise(y, 0.25, exact=True, random_state=seed).flipped
        for seed in range(400)
    )
    # Standard deviation of a count is about 8.7.
    assert np.abs(times - 100).max() < 4.5 * 8.7


@pytest.mark.parametrize("inject", [inject_symmetric_noise, inject_pair_noise])
@pytest.mark.parametrize("rate", [0.1, 0.45])
def test_random_counts_are_those_of_the_matrix(inject, rate):
    y = np.random.default_rng(0).permutation(np.repeat([0, 1, 2, 3], 5000))
    noisy = inject(y, rate, random_state=1)
    matrix = noisy.transition_matrix
    error = np.abs(noisy.realized_matrix - matrix)
    assert np.all(error <= 4 * np.sqrt(matrix * (1 - matrix) / 5000) + 1e-12)
    assert abs(noisy.noise_rate - rate) < 4 * np.sqrt(rate * (1 - rate) / 20000)


def test_inclusive_counts_fewer_wrong_labels():
    y = [0, 1, 2, 3] * 100
    noisy = inject_symmetric_noise(y, 0.4, inclusive=True, exact=True, random_state=0)
    assert noisy.noise_rate == pytest.approx(0.3)


def test_pair_flips_along_the_order_of_classes():
    y = ["low", "mid", "high"] * 20
    noisy = inject_pair_noise(
        y, 0.25, classes=["low", "mid", "high"], exact=True, random_state=0
    )
    moves = {(y[i], noisy.y[i]) for i in np.flatnonzero(noisy.flipped)}
    assert moves == {("low", "mid"), ("mid", "high"), ("high", "low")}
    assert noisy.classes.tolist() == ["low", "mid", "high"]


def test_asymmetric_flips_named_classes_only():
    y = [1, 5, 9] * 20
    noisy = inject_asymmetric_noise(y, {5: 9}, 0.3, exact=True, random_state=0)
    moves = {(y[i], noisy.y[i]) for i in np.flatnonzero(noisy.flipped)}
    assert moves == {(5, 9)}
    assert noisy.flipped.sum() == 6


def test_zero_rate_changes_nothing():
    y = np.array(["a", "b", "c"])
    noisy = inject_symmetric_noise(y, 0, random_state=0)
    np.testing.assert_array_equal(noisy.y, y)
    assert noisy.noise_rate == 0


@given(LABELS, st.booleans(), st.integers(0, 99))
def test_names_of_classes_do_not_matter(y, exact, seed):
    # Neither does it whether all classes occur, or how their labels sort.
    names = ["e", "d", "c", "b", "a"]
    by_number = inject_symmetric_noise(
        y, 0.4, exact=exact, classes=range(5), random_state=seed
    )
    by_name = inject_symmetric_noise(
        [names[label] for label in y],
        0.4,
        exact=exact,
        classes=names,
        random_state=seed,
    )
    assert by_name.y == [names[label] for label in by_number.y]


@pytest.mark.parametrize(
    "y",
    [
        np.array([3, 7, 7, 3], dtype=np.int8),
        np.array([True, False, False, True]),
        np.array(["no", "maybe", "no", "yes"]),
        np.array(["no", "maybe", "no", "yes"], dtype=object),
        np.array([1.0, 2.0, 5.0, 1.0]),
    ],
    ids=lambda y: y.dtype.name,
)
def test_arrays_keep_their_dtype(y):
    noisy = inject_symmetric_noise(y, 0.4, random_state=0)
    assert type(noisy.y) is np.ndarray
    assert noisy.y.dtype == y.dtype
    assert set(noisy.y) <= set(y)


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("labels", [[True, False] * 3, ["a", "b"] * 3, [4, 2] * 3])
def test_sequences_keep_their_kind_and_the_type_of_labels(kind, labels):
    noisy = inject_symmetric_noise(kind(labels), 0.4, random_state=0)
    assert type(noisy.y) is kind
    assert {type(label) for label in noisy.y} == {type(labels[0])}


@pytest.mark.parametrize("dtype", ["object", "str", "category", "int64", "Int64"])
def test_pandas_series_keep_index_name_and_dtype(dtype):
    labels = [1, 2, 3, 1] if "nt" in dtype else ["x", "y", "z", "x"]
    y = pd.Series(labels, index=[10, 10, 5, 2], name="target", dtype=dtype)
    noisy = inject_symmetric_noise(y, 0.5, random_state=1)
    assert noisy.flipped.any()
    pd.testing.assert_index_equal(noisy.y.index, y.index)
    assert noisy.y.name == "target"
    assert noisy.y.dtype == y.dtype
    np.testing.assert_array_equal(noisy.flipped, noisy.y.to_numpy() != y.to_numpy())


@pytest.mark.parametrize(
    ("labels", "dtype"),
    [
        ([1, 2, 3, 1], pl.Int16),
        ([True, False, True, True], pl.Boolean),
        (["x", "y", "z", "x"], pl.String),
        (["x", "y", "z", "x"], pl.Categorical),
        (["x", "y", "z", "x"], pl.Enum(["z", "y", "x"])),
    ],
)
def test_polars_series_keep_name_and_dtype(labels, dtype):
    y = pl.Series("target", labels, dtype=dtype)
    noisy = inject_symmetric_noise(y, 0.4, random_state=1)
    assert isinstance(noisy.y, pl.Series)
    assert (noisy.y.name, noisy.y.dtype) == ("target", y.dtype)
    changed = [a != b for a, b in zip(y.to_list(), noisy.y.to_list(), strict=True)]
    assert noisy.flipped.any()
    assert noisy.flipped.tolist() == changed


def test_a_class_without_rows_can_be_given():
    y = np.array(["a", "b"] * 20)
    classes = ["a", "b", "something longer"]
    noisy = inject_symmetric_noise(y, 0.5, classes=classes, random_state=0)
    assert set(noisy.y) == set(classes)
    np.testing.assert_array_equal(noisy.realized_matrix[2], [0, 0, 1])


def test_random_state_of_any_kind():
    y = np.arange(200) % 4

    def draw(random_state):
        return inject_symmetric_noise(y, 0.3, random_state=random_state).y.tolist()

    assert draw(0) == draw(0) == draw(np.random.RandomState(0))
    assert draw(0) != draw(1)
    for shared in (np.random.RandomState(0), np.random.default_rng(0)):
        assert draw(shared) != draw(shared)
    assert draw(np.random.default_rng(5)) == draw(np.random.default_rng(5))


def test_an_int_leaves_the_global_seed_alone():
    before = np.random.get_state()[1].copy()
    inject_symmetric_noise([0, 1, 2], 0.3, random_state=0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([], "empty"),
        ([[0, 1], [1, 0]], "one label per row"),
        ([0.5, 1.2, 3.0], "continuous"),
        ([0.0, np.nan, 1.0], "missing"),
        (["a", None, "b"], "missing"),
        (pd.Series(["a", None, "b"]), "missing"),
        (pl.Series(["a", None, "b"]), "missing"),
        (["a", 1], "convert them to one type"),
        (np.array(["a", 1], dtype=object), "convert them to one type"),
        (["a", "a"], "at least 2 classes"),
    ],
)
def test_bad_labels_are_refused_with_the_fix(y, message):
    with pytest.raises(ValueError, match=message):
        inject_symmetric_noise(y, 0.2)


def test_bad_classes_are_refused_with_the_fix():
    with pytest.raises(ValueError, match=r"classes lacks: \['c'\]"):
        inject_symmetric_noise(["a", "c"], 0.2, classes=["a", "b"])
    with pytest.raises(ValueError, match="names a label twice"):
        inject_symmetric_noise(["a", "b"], 0.2, classes=["a", "b", "a"])
    with pytest.raises(ValueError, match="name all of them in classes"):
        inject_noise_from_matrix([0, 1], np.eye(3))


def test_warns_once_where_the_true_class_does_not_lead():
    for inject in (inject_symmetric_noise, inject_pair_noise):
        with pytest.warns(NoiseModelWarning) as caught:
            inject([0, 1], 0.6, random_state=0)
        assert len(caught) == 1
    with pytest.warns(NoiseModelWarning, match="class index 1"):
        inject_noise_from_matrix([0, 1], [[0.9, 0.1], [0.5, 0.5]])
