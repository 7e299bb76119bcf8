# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest

from sknoisy.utils._containers import like_container, like_container_of_floats

VALUES = np.array(["a", "b", "a"])


def test_lists_and_tuples():
    assert like_container(VALUES, ["b", "b", "b"]) == ["a", "b", "a"]
    assert like_container(VALUES, ("b", "b", "b")) == ("a", "b", "a")
    assert type(like_container(np.array([1, 2]), [0, 0])[0]) is int


@pytest.mark.parametrize("dtype", ["object", "category", "str"])
def test_pandas_series_keep_index_name_and_dtype(dtype):
    y = pd.Series(["b", "a", "b"], index=[3, 3, 1], name="label", dtype=dtype)
    pd.testing.assert_series_equal(
        like_container(VALUES, y),
        pd.Series(["a", "b", "a"], index=[3, 3, 1], name="label", dtype=y.dtype),
    )


def test_nullable_integers_stay_nullable():
    y = pd.Series([1, 2], dtype="Int8")
    pd.testing.assert_series_equal(
        like_container(np.array([2, 2]), y), pd.Series([2, 2], dtype="Int8")
    )


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["a", "b"])])
def test_polars_series_keep_name_and_dtype(dtype):
    y = pl.Series("label", ["b", "a", "b"], dtype=dtype)
    given = like_container(VALUES, y)
    assert given.name == "label"
    assert given.dtype == y.dtype
    assert given.to_list() == ["a", "b", "a"]


@pytest.mark.parametrize("dtype", [np.int8, np.float32, bool, object])
def test_arrays_keep_their_dtype(dtype):
    given = like_container(np.array([1, 0, 1]), np.zeros(3, dtype=dtype))
    assert given.dtype == dtype
    np.testing.assert_array_equal(given, np.array([1, 0, 1], dtype=dtype))


def test_longer_labels_are_not_cut():
    given = like_container(np.array(["long label", "b"]), np.array(["a", "b"]))
    np.testing.assert_array_equal(given, ["long label", "b"])


@pytest.mark.parametrize(
    ("y", "dtype"),
    [
        (np.array([1, 2]), np.float64),
        (np.array([1, 2], dtype=np.float32), np.float32),
        (pd.Series([1, 2], index=[5, 9], name="size"), np.float64),
        (pd.Series([1, 2], dtype=np.float32), np.float32),
        (pl.Series("size", [1, 2]), pl.Float64),
    ],
)
def test_fractions_are_not_cut(y, dtype):
    given = like_container_of_floats(np.array([0.5, 1.5]), y)
    assert type(given) is type(y)
    assert given.dtype == dtype
    assert given[given.index[0] if hasattr(given, "index") else 0] == 0.5
    assert like_container_of_floats(np.array([0.5, 1.5]), [1, 2]) == [0.5, 1.5]
