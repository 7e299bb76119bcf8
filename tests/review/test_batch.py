# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.review._batch import ReviewBatch, spread_in, take_affordable


def test_rows_that_cost_too_much_are_passed_over():
    ranked, cost = np.array([2, 0, 3, 1]), np.array([5.0, 1.0, 3.0, 2.0])
    assert take_affordable(ranked, cost, 6, 9).tolist() == [2, 3, 1]
    assert take_affordable(ranked, cost, 6, 2).tolist() == [2, 3]
    assert take_affordable(ranked, cost, np.inf, 3).tolist() == [2, 0, 3]
    assert take_affordable(ranked, cost, 0.5, 3).tolist() == []


def test_rounding_takes_no_row_away():
    cost = np.full(10, 0.1)
    assert len(take_affordable(np.arange(10), cost, 1.0, 10)) == 10


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(1, 60))
def test_never_more_than_allowed_and_never_less_than_fits(costs, allowance):
    cost = np.array(costs, dtype=float)
    taken = take_affordable(np.arange(len(cost)), cost, allowance, len(cost))
    assert cost[taken].sum() <= allowance + 1e-6
    passed = np.delete(cost, taken)
    assert not len(passed) or passed.min() > allowance - cost[taken].sum() - 1e-6


def test_both_keep_their_order():
    rng = np.random.default_rng(0)
    mixed, is_added = spread_in(np.arange(10), np.arange(90, 95), rng)
    assert mixed[is_added].tolist() == [90, 91, 92, 93, 94]
    assert mixed[~is_added].tolist() == list(range(10))


def test_frame_shows_no_audits():
    batch = ReviewBatch(
        indices=np.array([7, 3]),
        given_labels=np.array(["a", "b"]),
        suggested_labels=np.array(["b", None], dtype=object),
        error_proba=np.array([0.9, 0.2]),
        is_audit=np.array([False, True]),
    )
    frame = batch.to_frame()
    assert frame.index.tolist() == [7, 3] and frame.index.name == "row"
    assert frame.columns.tolist() == ["given", "suggested", "error_proba"]
    assert len(batch) == 2


def test_a_batch_does_not_change():
    batch = ReviewBatch(*[np.zeros(1)] * 5)
    with pytest.raises(AttributeError):
        batch.indices = np.ones(1)
