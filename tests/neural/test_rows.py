# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sknoisy.neural._rows import (
    concatenate_rows,
    mix_rows,
    replace_values,
    to_device,
)


def some_rows(n=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5)).astype(np.float32)
    X[rng.random(X.shape) < 0.6] = 0
    X[n // 2] = 0
    return X


@given(st.lists(st.integers(0, 11), max_size=30))
def test_sparse_rows_are_cut_as_dense_ones(positions):
    X = some_rows()
    index = torch.tensor(positions, dtype=torch.int64)
    dense = to_device(X, "cpu").take(index)
    rows = to_device(sparse.csr_array(X), "cpu")
    torch.testing.assert_close(rows.take(index).to_dense(), dense)


def test_values_of_all_batches_are_counted_at_once():
    X = some_rows()
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    rows = to_device(sparse.csr_array(X), "cpu")
    counts = rows.count_stored(order, [5, 5, 2])
    stored = np.count_nonzero(X, axis=1)[order.numpy()]
    assert counts == [stored[:5].sum(), stored[5:10].sum(), stored[10:].sum()]
    again = rows.take(order[:5], counts[0]).to_dense()
    torch.testing.assert_close(again, torch.from_numpy(X)[order[:5]])


@pytest.mark.parametrize("share", [0.3, torch.linspace(0, 1, 12)])
def test_rows_are_mixed(share):
    first, second = some_rows(), some_rows(seed=1)
    dense = mix_rows(torch.from_numpy(first), torch.from_numpy(second), share)
    column = share[:, None] if torch.is_tensor(share) else share
    torch.testing.assert_close(
        dense,
        torch.from_numpy(first) * column + torch.from_numpy(second) * (1 - column),
    )
    index = torch.arange(12)
    first, second = (
        to_device(sparse.csr_array(each), "cpu").take(index) for each in (first, second)
    )
    torch.testing.assert_close(mix_rows(first, second, share).to_dense(), dense)


def test_rows_below_each_other():
    X = torch.from_numpy(some_rows())
    rows = to_device(sparse.csr_array(X.numpy()), "cpu")
    parts = [rows.take(torch.tensor(each).long()) for each in ([0, 1], [7], [])]
    expected = concatenate_rows([X[:2], X[7:8]])
    torch.testing.assert_close(concatenate_rows(parts).to_dense(), expected)


def test_stored_values_are_replaced():
    X = torch.from_numpy(some_rows())
    rows = to_device(sparse.csr_array(X.numpy()), "cpu").take(torch.arange(12))
    doubled = replace_values(rows, lambda values: 2 * values)
    torch.testing.assert_close(doubled.to_dense(), replace_values(X, lambda x: 2 * x))


def test_moments_are_weighted():
    X = some_rows().astype(np.float64)
    X[:, 1] = 7.1
    weight = np.arange(12.0)
    mean, deviation = to_device(X.astype(np.float32), "cpu").moments(
        torch.from_numpy(weight)
    )
    expected = np.average(X, axis=0, weights=weight)
    np.testing.assert_allclose(mean, expected, rtol=1e-5, atol=1e-6)
    spread = np.average((X - expected) ** 2, axis=0, weights=weight) ** 0.5
    spread[1] = 1.0
    np.testing.assert_allclose(deviation, spread, rtol=1e-5)


def test_arrays_of_the_caller_are_read_only():
    X = some_rows()
    X.flags.writeable = False
    rows = to_device(X, "cpu")
    rows.values[:] = 0
    assert X.any()
