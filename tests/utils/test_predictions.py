# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.utils import _predictions
from sknoisy.utils._predictions import (
    check_predictions,
    checked_blocks,
    row_blocks,
    row_max,
    row_shares,
)

THIRDS = np.full((3, 3), 1 / 3)


def make_proba(n_samples, n_classes, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(n_classes), n_samples)


@pytest.mark.parametrize(
    "y",
    [
        np.array(["b", "a", "c"]),
        np.array(["b", "a", "c"], dtype=object),
        np.array([7, -2, 30]),
        np.array([7, 5, 255], dtype=np.uint8),
        np.array([2**62, -(2**62), 2**63 - 1]),
        np.array([2**63, 5, 2**64 - 1], dtype=np.uint64),
        np.array([0.5, 0.25, 9.0]),
        ["b", "a", "c"],
    ],
)
def test_codes_are_places_in_sorted_labels(y):
    codes, _, classes = check_predictions(y, THIRDS)
    np.testing.assert_array_equal(codes, [1, 0, 2])
    np.testing.assert_array_equal(classes, np.unique(y))
    assert classes.dtype == np.unique(y).dtype


def test_boolean_labels():
    codes, _, classes = check_predictions([True, False, True], THIRDS[:, :2] * 1.5)
    np.testing.assert_array_equal(codes, [1, 0, 1])
    assert classes.dtype == bool
    np.testing.assert_array_equal(classes, [False, True])


@pytest.mark.parametrize("labels", [["x", "y", "z"], [10, 20, 30], [0, 1, 2]])
def test_classes_name_the_columns(labels):
    first, second, third = labels
    y = [third, first, first]
    codes, _, classes = check_predictions(y, THIRDS, [third, second, first])
    np.testing.assert_array_equal(codes, [0, 2, 2])
    np.testing.assert_array_equal(classes, [third, second, first])


def test_labels_that_are_codes_are_not_copied():
    y = np.arange(3)
    assert check_predictions(y, THIRDS)[0] is y


def test_codes_of_other_integers_are_small():
    y = np.array([5, 9, 7])
    assert check_predictions(y, THIRDS)[0].dtype == np.uint8


def test_float_class_names_match_integer_labels():
    codes, _, _ = check_predictions(np.array([2, 0, 1]), THIRDS, [2.0, 1.0, 0.0])
    np.testing.assert_array_equal(codes, [0, 2, 1])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda p: p.__setitem__((3, 1), np.nan), "NaN, first in row 3"),
        (
            lambda p: p.__setitem__((2, slice(None)), [-0.5, 0.5, 1.0]),
            "negative.*row 2",
        ),
        (lambda p: p.__setitem__((4, 0), 5.0), "sum to 1, but row 4"),
        (lambda p: p.__setitem__((4, 0), np.inf), "sum to 1, but row 4 sums to inf"),
    ],
)
def test_rows_that_are_no_probabilities(monkeypatch, change, match):
    monkeypatch.setattr(_predictions, "_BLOCK_ROWS", 2)
    proba = make_proba(6, 3)
    change(proba)
    with pytest.raises(ValueError, match=match):
        check_predictions([0, 1, 2, 0, 1, 2], proba)
    check_predictions([0, 1, 2, 0, 1, 2], proba, check_rows=False)


def test_rounded_probabilities_pass():
    proba = make_proba(50, 5).round(3)
    check_predictions(np.arange(50) % 5, proba)


@pytest.mark.parametrize(
    ("y", "proba", "classes", "match"),
    [
        ([0, 1], THIRDS, None, "3 rows and y has 2 labels"),
        ([0, 1, 2], [0.1, 0.2, 0.7], None, r"np.column_stack\(\[1 - p, p\]\)"),
        ([0, 1, 2], np.ones((3, 1)), None, r"np.column_stack\(\[1 - p, p\]\)"),
        ([0, 1, 2], np.ones((3, 1, 1)), None, r"\(n_samples, n_classes\)"),
        ([0, 1, 1], THIRDS, None, r"2 distinct labels; .* classes=\["),
        ([0, 1, 2], THIRDS[:, :2] * 1.5, None, "2 columns, but there are 3 classes"),
        ([0, 1, 2], THIRDS, [0, 1], "3 columns, but there are 2 classes"),
        ([0, 1, 9], THIRDS, [0, 1, 2], "not among classes: 9; add"),
        (["a", "b", "zz"], THIRDS, ["a", "b", "c"], "not among classes: 'zz'"),
        ([0, 1, 2], THIRDS, [0, 1, 1], "names a class twice"),
        ([0, 1, 2], THIRDS, [[0, 1, 2]], "one label per column"),
        ([[0], [1], [2]], THIRDS, None, r"y.ravel\(\)"),
        ([], np.empty((0, 3)), None, "y is empty"),
        ([0.0, 1.0, np.nan], THIRDS, None, "missing labels"),
        (np.array(["a", None, "b"], dtype=object), THIRDS, None, "missing labels"),
    ],
)
def test_errors_name_the_fix(y, proba, classes, match):
    with pytest.raises(ValueError, match=match):
        check_predictions(y, proba, classes)


def test_labels_of_mixed_types():
    with pytest.raises(TypeError, match=r"y.astype\(str\)"):
        check_predictions(np.array(["a", 1, 2.5], dtype=object), THIRDS)


@pytest.mark.parametrize("blocks", [row_blocks, checked_blocks])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_blocks_cover_the_rows_as_float64(monkeypatch, blocks, dtype, order):
    monkeypatch.setattr(_predictions, "_BLOCK_ROWS", 4)
    proba = np.asarray(make_proba(11, 3), dtype=dtype, order=order)
    slices, parts = zip(*blocks(proba), strict=True)
    assert [(rows.start, rows.stop) for rows in slices] == [(0, 4), (4, 8), (8, 11)]
    assert all(part.dtype == np.float64 and part.flags.c_contiguous for part in parts)
    np.testing.assert_array_equal(np.concatenate(parts), proba)


def test_a_row_wider_than_a_block_is_one_block(monkeypatch):
    monkeypatch.setattr(_predictions, "_BLOCK_ELEMENTS", 4)
    assert len(list(row_blocks(make_proba(3, 8)))) == 3


@pytest.mark.parametrize("n_columns", [2, 31, 32, 100])
def test_row_max(n_columns):
    proba = make_proba(9, n_columns)
    np.testing.assert_array_equal(row_max(proba), proba.max(axis=1))


@pytest.mark.parametrize("n_columns", [2, 3, 40])
def test_shares_of_a_row_are_even_where_it_has_nothing(n_columns):
    values = np.random.default_rng(0).random((6, n_columns))
    values[[1, 4]] = 0.0
    shares = row_shares(values)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_allclose(shares[[1, 4]], 1 / n_columns)
    np.testing.assert_allclose(shares[0], values[0] / values[0].sum())
