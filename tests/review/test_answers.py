# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest

from sknoisy.review._answers import AnswerLog, read_answers
from sknoisy.review._confidence import Draw

CLASSES = np.array(["cat", "dog"])


@pytest.mark.parametrize(
    ("indices", "labels"),
    [
        ([4, 1, 2], ["dog", None, "cat"]),
        ({4: "dog", 1: None, 2: "cat"}, None),
        (np.array([4, 1, 2]), np.array(["dog", np.nan, "cat"], dtype=object)),
        (pd.Series([4, 1, 2]), pd.Series(["dog", pd.NA, "cat"], dtype="string")),
        (pl.Series([4, 1, 2]), pl.Series(["dog", None, "cat"])),
    ],
)
def test_answers_in_any_container(indices, labels):
    rows, codes = read_answers(indices, labels, 5, CLASSES)
    assert rows.tolist() == [4, 1, 2]
    assert codes.tolist() == [1, -1, 0]


def test_numbers_with_a_gap_stay_numbers():
    _, codes = read_answers([0, 1], [7.0, np.nan], 5, np.array([0, 2, 7]))
    assert codes.tolist() == [2, -1]


def test_no_answers_are_no_error():
    rows, codes = read_answers([], [], 5, CLASSES)
    assert len(rows) == len(codes) == 0


@pytest.mark.parametrize(
    ("indices", "labels", "message"),
    [
        ([0], ["cow"], r"lacks: \['cow'\].*classes=\["),
        ([0, 1], ["cat"], "2 rows, but 1 labels"),
        ([0, 0], ["cat", "dog"], "answered twice"),
        ([5], ["cat"], r"lie in \[0, 5\)"),
        ([-1], ["cat"], r"lie in \[0, 5\)"),
        ([0.5], ["cat"], "row numbers"),
        ([True], ["cat"], "row numbers"),
        ([0], None, "needs the labels"),
        ({0: "cat"}, ["cat"], "not both"),
    ],
)
def test_errors_name_the_fix(indices, labels, message):
    with pytest.raises(ValueError, match=message):
        read_answers(indices, labels, 5, CLASSES)


def test_a_log_grows_by_copies():
    columns = (np.array([0.5]), np.array([0]), np.array([1]), np.array([True]))
    first = AnswerLog().extended(columns, [True], Draw(9, 0, 0, 0))
    second = first.extended(columns, [False], Draw(8, 1, 1, 0))
    assert first.by_rank == [True] and second.by_rank == [True, False]
    assert first.draws == [] and second.draws == [Draw(8, 1, 1, 0)]
    assert [len(column) for column in second.for_calibration()] == [2] * 4
    assert [len(column) for column in AnswerLog().for_calibration()] == [0] * 4
