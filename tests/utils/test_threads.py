# SPDX-License-Identifier: BSD-3-Clause
"""Small fits run in one thread, large ones in all."""

import numpy as np
import pytest

# Imported for the pool of threads that it brings.
from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: F401
from threadpoolctl import threadpool_info, threadpool_limits

from sknoisy.utils._threads import one_thread, threads_for


def numbers_of_threads():
    return [pool["num_threads"] for pool in threadpool_info()]


@pytest.fixture(autouse=True)
def two_threads():
    # So that one thread differs from what there is, on any machine.
    with threadpool_limits(limits=2):
        yield


def test_one_thread_is_asked_of_all_pools():
    before = numbers_of_threads()
    assert 2 in before
    with one_thread():
        assert set(numbers_of_threads()) == {1}
    assert numbers_of_threads() == before


@pytest.mark.parametrize(("n_rows", "is_small"), [(100, True), (100_000, False)])
def test_large_tables_keep_their_threads(n_rows, is_small):
    with threads_for(np.zeros((n_rows, 3))):
        assert (set(numbers_of_threads()) == {1}) == is_small
