# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sknoisy.inspection._snippets import snippet

X = np.array([[0.5, 0.0], [1 / 3, 2.0]])


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (X, "0.3333, 2"),
        (X.tolist(), "0.3333, 2"),
        (X.astype(np.float32), "0.3333, 2"),
        (sparse.csr_array(X), "[0]=0.3333, [1]=2"),
        (sparse.coo_matrix(X), "[0]=0.3333, [1]=2"),
        (pd.DataFrame(X, columns=["a", "b"]), "a=0.3333, b=2"),
        (pl.DataFrame(X, schema=["a", "b"]), "a=0.3333, b=2"),
        (pd.DataFrame({"a": ["u", "v"], "b": [1, 2]}, index=[7, 7]), "a=v, b=2"),
        (["one  text", "two\nlines"], "two lines"),
        (pd.Series(["one", "two"]), "two"),
        (pl.Series(["one", "two"]), "two"),
        (np.arange(20).reshape(2, 10), "10, 11, 12, 13, 14, 15, 16, 17, ..."),
        (np.arange(8).reshape(2, 2, 2), "4, 5, 6, 7"),
        ([{"a": 1}, {"a": 2}], "{'a': 2}"),
        ([1, 2], "2"),
        ([[], []], ""),
    ],
)
def test_snippets(container, expected):
    assert snippet(container, 1) == expected


def test_long_rows_are_cut():
    assert len(snippet(["word " * 100], 0)) == 120
    assert snippet(sparse.csr_array(np.ones((1, 20))), 0).endswith("[7]=1, ...")
