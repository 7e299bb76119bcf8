# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sknoisy.utils import num_rows, take_rows
from sknoisy.utils._rows import is_per_row

NUMBERS = np.arange(8.0).reshape(4, 2)
CONTAINERS = {
    "array": NUMBERS,
    "cube": NUMBERS.reshape(4, 2, 1),
    "csr": sparse.csr_matrix(NUMBERS),
    "csc": sparse.csc_array(NUMBERS),
    "coo": sparse.coo_array(NUMBERS),
    "pandas": pd.DataFrame(NUMBERS, columns=["a", "b"], index=[7, 7, 8, 9]),
    "polars": pl.DataFrame(NUMBERS, schema=["a", "b"]),
    "pyarrow": pa.table({"a": NUMBERS[:, 0], "b": NUMBERS[:, 1]}),
    "list": NUMBERS.tolist(),
}


def as_array(X):
    return X.toarray() if sparse.issparse(X) else np.asarray(X).reshape(-1, 2)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_takes_rows_of_any_container_in_order_with_repeats(kind):
    X = CONTAINERS[kind]
    rows = [2, 0, 0, 3]
    taken = take_rows(X, rows)
    assert num_rows(X) == num_rows(taken) == 4
    np.testing.assert_array_equal(as_array(taken), NUMBERS[rows])
    if not sparse.issparse(X):
        assert type(taken) is type(X)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_mask_takes_the_rows_that_are_true(kind):
    taken = take_rows(CONTAINERS[kind], [False, True, False, True])
    np.testing.assert_array_equal(as_array(taken), NUMBERS[[1, 3]])


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
def test_sparse_rows_come_back_as_csr(kind):
    assert take_rows(CONTAINERS[kind], [0]).format == "csr"


@pytest.mark.parametrize(
    "series", [pd.Series([5, 6, 7], index=[2, 1, 0]), pl.Series([5, 6, 7])]
)
def test_series_are_taken_by_position(series):
    assert list(take_rows(series, [2, 0])) == [7, 5]


@pytest.mark.parametrize("texts", [["a", "b", "c"], ("a", "b", "c")])
def test_sequences_of_texts_become_lists(texts):
    assert take_rows(texts, np.array([2, 0])) == ["c", "a"]


def test_a_range_is_a_sequence_of_rows():
    assert take_rows(range(10, 20), [3, 1]) == [13, 11]


class OnlyArray:
    def __array__(self, dtype=None, copy=None):
        return NUMBERS.astype(dtype or float)


def test_what_numpy_can_read_is_read():
    assert num_rows(OnlyArray()) == 4
    np.testing.assert_array_equal(take_rows(OnlyArray(), [1]), NUMBERS[[1]])


@pytest.mark.parametrize("X", [3.0, "text", np.float64(1), LogisticRegression(), None])
def test_what_holds_no_rows_is_refused(X):
    with pytest.raises(TypeError, match="X must hold rows .* got"):
        num_rows(X)


def test_a_lazy_frame_is_to_be_collected():
    with pytest.raises(TypeError, match=r"got LazyFrame\. Write X\.collect\(\)\."):
        num_rows(pl.LazyFrame({"a": [1, 2]}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros(3), True),
        (["a", "b", "c"], True),
        (pd.Series([1, 2, 3]), True),
        (np.zeros(2), False),
        ("abc", False),
        ({1: 1, 2: 2, 3: 3}, False),
        (None, False),
        (3, False),
    ],
)
def test_a_fit_parameter_is_per_row_if_it_is_as_long(value, expected):
    assert is_per_row(value, 3) is expected
