# SPDX-License-Identifier: BSD-3-Clause
"""Small fits do not wait for their own threads."""

# Imported for the pool of threads that it brings.
from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: F401
from threadpoolctl import threadpool_info

from sknoisy.cli._threads import one_thread


def test_every_pool_is_held_to_one_thread_and_restored():
    before = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
    with one_thread():
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
    after = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
    assert after == before
