# SPDX-License-Identifier: BSD-3-Clause
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import DataConversionWarning

from sknoisy.utils._labelled_rows import (
    check_groups,
    check_labelled_rows,
    check_target,
    check_trusted,
    check_weights,
    weights_of,
)

X = np.arange(8.0).reshape(4, 2)


class NeedsTarget(BaseEstimator):
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["b", "a", "b", "a"], ["a", "b"]),
        ([7, 0, 7, 0], [0, 7]),
        ([True, False, True, False], [False, True]),
        ([1.0, -1.0, 1.0, -1.0], [-1.0, 1.0]),
        (pd.Series(["b", "a", "b", "a"], index=[5, 5, 6, 7]), ["a", "b"]),
        (pd.Series([2, 1, 2, 1], dtype="Int64"), [1, 2]),
        (pd.Series(["b", "a", "b", "a"], dtype="category"), ["a", "b"]),
        (pl.Series(["b", "a", "b", "a"]), ["a", "b"]),
        (np.array(["b", "a", "b", "a"], dtype=object), ["a", "b"]),
    ],
    ids=lambda value: getattr(value, "dtype", type(value)),
)
def test_labels_of_any_kind_are_numbered_in_sorted_order(y, classes):
    rows = check_labelled_rows(BaseEstimator(), X, y)
    np.testing.assert_array_equal(rows.codes, [1, 0, 1, 0])
    np.testing.assert_array_equal(rows.classes, classes)
    np.testing.assert_array_equal(rows.classes[rows.codes], np.asarray(y))
    assert len(rows) == 4
    assert rows.sample_weight is rows.groups is rows.trusted is None


def test_classes_may_be_more_and_in_any_order():
    rows = check_labelled_rows(
        BaseEstimator(), X, ["b", "a", "b", "a"], classes=["z", "b", "a"]
    )
    np.testing.assert_array_equal(rows.codes, [1, 2, 1, 2])


def test_x_is_handed_on_untouched():
    X = [object(), "text", None, 3]
    assert check_labelled_rows(BaseEstimator(), X, [0, 1, 0, 1]).X is X


def test_features_are_recorded_where_x_has_them():
    estimator = BaseEstimator()
    check_labelled_rows(estimator, pd.DataFrame(X, columns=["a", "b"]), [0, 1, 0, 1])
    assert estimator.n_features_in_ == 2
    np.testing.assert_array_equal(estimator.feature_names_in_, ["a", "b"])
    texts = BaseEstimator()
    check_labelled_rows(texts, ["one", "two", "three", "four"], [0, 1, 0, 1])
    assert not hasattr(texts, "n_features_in_")


def test_a_column_of_labels_is_warned_of():
    with pytest.warns(DataConversionWarning, match="column-vector"):
        rows = check_labelled_rows(BaseEstimator(), X, [[1], [0], [1], [0]])
    np.testing.assert_array_equal(rows.codes, [1, 0, 1, 0])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 0], "inconsistent numbers of samples"),
        ([0, 0, 0, 0], "NeedsTarget needs at least 2 classes.*got 1 class"),
        ([0.5, 1.5, 0.1, 0.2], "Unknown label type: continuous"),
        ([0, 1, np.nan, 1], "Input y contains NaN.*1 row.*position 2; leave out"),
        ([0, 1, np.inf, 1], "Input y contains infinity"),
        (
            np.array(["a", None, "b", None], dtype=object),
            "2 row.*position 1; leave out",
        ),
        (np.zeros((4, 2)), "1d array"),
        (None, "requires y to be passed"),
    ],
    ids=["length", "one class", "continuous", "NaN", "inf", "None", "matrix", "no y"],
)
def test_unusable_labels_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        check_labelled_rows(NeedsTarget(), X, y)


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="0 sample.*minimum of 1 is required"):
        check_target(BaseEstimator(), np.zeros((0, 2)), [])


@pytest.mark.parametrize(
    "weight",
    [
        [1, 2, 0, 1],
        (1.0, 2.0, 0.0, 1.0),
        pd.Series([1, 2, 0, 1]),
        pl.Series([1, 2, 0, 1]),
    ],
    ids=["list", "tuple", "pandas", "polars"],
)
def test_weights_become_numbers(weight):
    checked = check_weights(weight, 4)
    np.testing.assert_array_equal(checked, [1.0, 2.0, 0.0, 1.0])
    assert checked.dtype == np.float64


def test_one_weight_is_for_all():
    np.testing.assert_array_equal(check_weights(2, 3), [2.0, 2.0, 2.0])
    assert check_weights(None, 3) is None


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1, 1], "sample_weight has 2 entries, but X has 3 rows"),
        ([[1], [1], [1]], "must be 1D array or scalar"),
        ([1, np.nan, 1], "sample_weight contains NaN"),
        ([1, np.inf, 1], "sample_weight contains infinity"),
        ([1, -2, 1], "must not be negative; got -2 at row 1. Use 0"),
        ([0, 0, 0], "zero for every row"),
    ],
)
def test_unusable_weights_are_refused(weight, message):
    with pytest.raises(ValueError, match=message):
        check_weights(weight, 3)


def test_weights_must_leave_two_classes():
    with pytest.raises(ValueError, match="2 classes with positive.*only class 'a'"):
        check_labelled_rows(
            BaseEstimator(), X, ["a", "b", "a", "b"], sample_weight=[1, 0, 1, 0]
        )


def test_groups_of_any_kind():
    np.testing.assert_array_equal(check_groups(pd.Series(["u", "v"]), 2), ["u", "v"])
    assert check_groups(None, 2) is None
    with pytest.raises(ValueError, match="groups has 2 entries, but X has 3 rows"):
        check_groups([1, 2], 3)


@pytest.mark.parametrize(
    "trusted",
    [
        [True, False],
        [1, 0],
        np.array([1.0, 0.0]),
        pd.Series([True, False], dtype="boolean"),
        pl.Series([True, False]),
    ],
    ids=["list", "integers", "floats", "nullable", "polars"],
)
def test_trusted_is_a_mask(trusted):
    mask = check_trusted(trusted, 2)
    np.testing.assert_array_equal(mask, [True, False])
    assert mask.dtype == bool
    assert check_trusted(None, 2) is None


@pytest.mark.parametrize("trusted", [[3, 5], [7], ["yes", "no"], [0.5, 1.0]])
def test_row_numbers_are_no_mask(trusted):
    with pytest.raises(ValueError, match=r"mask of True and False.*np\.isin"):
        check_trusted(trusted, 2)


def test_a_mask_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="trusted has 2 entries, but X has 3 rows"):
        check_trusted([True, False], 3)


def test_weights_are_one_where_none_are_given():
    rows = check_labelled_rows(NeedsTarget(), X, ["a", "b", "a", "b"])
    assert weights_of(rows).tolist() == [1.0] * 4
    weight = np.arange(4.0)
    assert weights_of(replace(rows, sample_weight=weight)) is weight
