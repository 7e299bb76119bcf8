# SPDX-License-Identifier: BSD-3-Clause
import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sknoisy.utils._column_values import (
    NO_CATEGORY,
    NO_TEXT,
    is_missing,
    to_categories,
    to_documents,
    to_numbers,
    to_seconds,
)

DAY = datetime.datetime(1970, 1, 2)
TOKYO = datetime.timezone(datetime.timedelta(hours=9))


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT, float("nan")])
def test_missing(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", ["", 0, False, "nan", [1], np.array([1, 2])])
def test_not_missing(value):
    assert not is_missing(value)


def test_numbers_of_any_type():
    cells = [1, 2.5, "3", True, decimal.Decimal("4.5"), None, pd.NA, "?"]
    expected = [1, 2.5, 3, 1, 4.5, np.nan, np.nan, np.nan]
    X = np.array(cells, dtype=object)[:, None]
    np.testing.assert_array_equal(to_numbers(X).ravel(), expected)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([DAY, pd.NaT]),
        pd.Series([DAY, pd.NaT]).dt.tz_localize("UTC"),
        pd.Series([DAY.date(), None], dtype=object),
        pl.Series([DAY, None]),
        pl.Series([DAY.date(), None]),
        pl.Series([DAY, None]).dt.replace_time_zone("UTC"),
        pl.Series([datetime.timedelta(days=1), None]),
        pd.Series([datetime.timedelta(days=1), pd.NaT]),
        np.array([np.datetime64("1970-01-02"), None], dtype=object),
        np.array([DAY.replace(hour=9, tzinfo=TOKYO), None], dtype=object),
    ],
)
def test_dates_and_durations_of_any_type(column):
    frames = {pd.Series: pd.DataFrame, pl.Series: pl.DataFrame}
    container = frames.get(type(column))
    X = column[:, None] if container is None else container({"x": column})
    np.testing.assert_array_equal(to_seconds(X).ravel(), [86400.0, np.nan])


def test_times_of_day():
    X = pl.DataFrame({"at": [datetime.time(1, 2, 3), None]})
    np.testing.assert_array_equal(to_seconds(X).ravel(), [3723.0, np.nan])


def test_categories_of_mixed_types():
    X = np.array([[1], ["1"], [True], [None], [np.nan]], dtype=object)
    assert to_categories(X).ravel().tolist() == [
        "1",
        "1",
        "True",
        NO_CATEGORY,
        NO_CATEGORY,
    ]


def test_documents():
    assert to_documents(["a b", "", " ", None]) == ["a b", NO_TEXT, NO_TEXT, NO_TEXT]
