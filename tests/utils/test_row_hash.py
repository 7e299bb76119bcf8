# SPDX-License-Identifier: BSD-3-Clause
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import sparse

from sknoisy.utils._row_hash import fingerprint_rows, hash_rows

X = np.array([[0.0, 1.0], [2.0, 0.0], [0.0, 1.0], [0.0, 0.0]])


def is_same(hashes):
    return hashes[0] == hashes[2] and len(np.unique(hashes)) == 3


@pytest.mark.parametrize(
    "twin",
    [
        X.astype(np.float32),
        X.astype(np.int8),
        X.astype(object),
        X.tolist(),
        np.asfortranarray(X),
        X[::-1][::-1],
        sparse.csr_matrix(X),
        sparse.csc_array(X),
        sparse.coo_array(X),
        pd.DataFrame(X, index=[3, 3, 1, 0]),
        pd.DataFrame(X, columns=["twice", "twice"]),
        pd.DataFrame({"a": X[:, 0], "b": X[:, 1].astype(int)}),
        pl.DataFrame(X, schema=["a", "b"]),
    ],
    ids=lambda twin: type(twin).__name__,
)
def test_equal_content_hashes_alike_in_any_container(twin):
    expected = hash_rows(X)
    assert is_same(expected)
    np.testing.assert_array_equal(hash_rows(twin), expected)


def test_sparse_duplicates_and_stored_zeros_do_not_count():
    values, columns, row_starts = [0.0, 1.0, 1.0, 1.0], [0, 1, 0, 0], [0, 2, 4]
    stored = sparse.csr_array((values, columns, row_starts), shape=(2, 2))
    dense = np.array([[0.0, 1.0], [2.0, 0.0]])
    np.testing.assert_array_equal(hash_rows(stored), hash_rows(dense))
    assert stored.nnz == 4


def test_signs_of_zero_are_equal():
    assert hash_rows(np.array([[-0.0, 1.0]])) == hash_rows(np.array([[0.0, 1.0]]))


def test_missing_values_equal_themselves_and_nothing_else():
    hashes = hash_rows(np.array([[np.nan, 1.0], [0.0, 1.0], [np.nan, 1.0]]))
    assert hashes[0] == hashes[2] != hashes[1]


@given(
    arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6)),
    st.randoms(use_true_random=False),
)
def test_rows_hash_by_content_wherever_they_stand(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    np.testing.assert_array_equal(hash_rows(rows[order]), hash_rows(rows)[order])


def test_columns_are_told_apart():
    assert hash_rows(np.array([[1.0, 2.0]])) != hash_rows(np.array([[2.0, 1.0]]))


def test_seeds_give_unrelated_orders():
    first, second = (hash_rows(np.arange(200.0), seed).argsort() for seed in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.3


def test_blocks_of_rows_leave_no_trace():
    wide = np.random.default_rng(0).normal(size=(70_000, 4))
    np.testing.assert_array_equal(hash_rows(wide)[-3:], hash_rows(wide[-3:]))


def test_texts_mixed_frames_and_ragged_lists():
    texts = ["one", "two", "one", "three"]
    assert is_same(hash_rows(texts))
    frame = pd.DataFrame(
        {
            "text": texts,
            "kind": pd.Categorical(["a", "b", "a", "b"]),
            "number": [1.0, np.nan, 1.0, 2.0],
            "when": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-01", None]),
            "maybe": pd.array([1, None, 1, 2], dtype="Int64"),
        }
    )
    assert is_same(hash_rows(frame))
    assert is_same(hash_rows([[1], [2, 3], [1], []]))
    assert is_same(hash_rows([{"a": 1}, {"a": 2}, {"a": 1}, {}]))


def test_images_hash_by_all_their_cells():
    images = np.zeros((3, 2, 2))
    images[1, 1, 1] = 1
    hashes = hash_rows(images)
    assert hashes[0] == hashes[2] != hashes[1]


@pytest.mark.parametrize(
    "unreadable", [np.ones((2, 1), dtype=complex), sparse.csr_array(np.eye(2) * 1j)]
)
def test_what_cannot_be_read_has_no_hash(unreadable):
    assert hash_rows(unreadable) is None


def test_hashes_of_texts_are_the_same_in_every_process():
    code = "from sknoisy.utils._row_hash import hash_rows; print(hash_rows(['a'])[0])"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert int(printed) == hash_rows(["a"])[0]


def test_rows_that_cannot_be_read_are_told_apart_by_their_place():
    unreadable = np.full(200, 1j)
    assert hash_rows(unreadable) is None
    first, again, other = (fingerprint_rows(unreadable, seed) for seed in (0, 0, 1))
    assert len(np.unique(first)) == 200
    assert (first == again).all()
    assert abs(np.corrcoef(first.argsort(), other.argsort())[0, 1]) < 0.3
    assert (fingerprint_rows(X, 3) == hash_rows(X, 3)).all()
