# SPDX-License-Identifier: BSD-3-Clause
"""Tables of labels come back in the kind they came in."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sknoisy.noise._label_tables import like_table, read_label_table

TABLE = np.array([[1, 0, 1], [0, 0, 0]], dtype=np.int8)


@pytest.mark.parametrize(
    "container",
    [
        np.array,
        np.ndarray.tolist,
        sparse.csr_matrix,
        sparse.coo_array,
        lambda Y: pd.DataFrame(Y, index=[4, 9], columns=list("abc")),
        lambda Y: pl.DataFrame(Y, schema=list("abc")),
        lambda Y: Y.astype(bool),
        lambda Y: Y.astype(np.float32),
    ],
)
def test_round_trip(container):
    Y = container(TABLE)
    np.testing.assert_array_equal(read_label_table(Y), TABLE.astype(bool))
    back = like_table(~TABLE.astype(bool), Y)
    assert type(back) is (np.ndarray if isinstance(Y, list) else type(Y))
    np.testing.assert_array_equal(read_label_table(back), TABLE == 0)
    if hasattr(Y, "dtype"):
        assert back.dtype == Y.dtype


def test_frames_keep_their_names():
    frame = pd.DataFrame(TABLE, index=[4, 9], columns=list("abc"))
    back = like_table(TABLE == 0, frame)
    assert back.index.equals(frame.index)
    assert back.columns.equals(frame.columns)
    assert (back.dtypes == np.int8).all()
    table = pl.DataFrame(TABLE, schema=list("abc"))
    assert like_table(TABLE == 0, table).columns == ["a", "b", "c"]


def test_unknown_entries_make_floats():
    values = np.where(TABLE, 1.0, np.nan)
    assert like_table(values, TABLE).dtype == np.float64
    assert like_table(values, TABLE.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        ([0, 1], r"shape \(2,\)"),
        (np.zeros((0, 3)), r"shape \(0, 3\)"),
        ([["a", "b"]], "MultiLabelBinarizer"),
        ([[0, 2]], r"the values \[0, 2\]"),
        ([[0.0, np.nan]], "must be a table of 0 and 1"),
    ],
)
def test_other_tables_are_refused_with_the_fix(Y, message):
    with pytest.raises(ValueError, match=message):
        read_label_table(Y)
