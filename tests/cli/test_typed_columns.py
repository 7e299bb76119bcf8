# SPDX-License-Identifier: BSD-3-Clause
import pandas as pd
import pytest

from sknoisy.cli._typed_columns import type_columns


def typed(*cells):
    return type_columns(pd.DataFrame({"x": cells}, dtype=object))["x"]


def test_numbers_with_gaps():
    column = typed("1", " 2.50", "NA", "?", "", "-3e2", "inf")
    assert column.dtype == float
    assert column.isna().tolist() == [False, False, True, True, True, False, True]
    assert column.dropna().tolist() == [1.0, 2.5, -300.0]


@pytest.mark.parametrize("cells", [("1", "two"), ("None", "none"), ("True", "no")])
def test_words_stay_words(cells):
    assert typed(*cells).tolist() == list(cells)


def test_dates():
    column = typed("2024-02-29", "2024-03-01 12:30", "")
    assert column.dtype.kind == "M"
    assert column.isna().tolist() == [False, False, True]
    assert column[1] == pd.Timestamp("2024-03-01 12:30")


def test_dates_of_several_time_zones():
    column = typed("2024-03-01T12:30Z", "2024-03-01T12:30+02:00")
    assert column.tolist() == [
        pd.Timestamp("2024-03-01 12:30"),
        pd.Timestamp("2024-03-01 10:30"),
    ]


def test_what_only_looks_like_a_date_is_a_word():
    assert typed("2024-02-29", "2023-02-29").tolist() == ["2024-02-29", "2023-02-29"]


def test_a_column_of_gaps():
    assert typed("", "NA").isna().all()


def test_columns_of_one_name():
    frame = pd.DataFrame([["1", "a"]], columns=["x", "x"], dtype=object)
    assert type_columns(frame).iloc[0].tolist() == [1, "a"]
