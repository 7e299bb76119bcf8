# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone

from sknoisy.detection import CrossEntropy, Maximum, Mean, Minimum, Variability
from sknoisy.detection._aggregates import check_aggregate

PLAIN = {
    "mean": (Mean(), np.nanmean),
    "minimum": (Minimum(), np.nanmin),
    "maximum": (Maximum(), np.nanmax),
    "variability": (Variability(), lambda scores, axis: -np.nanstd(scores, axis=axis)),
}


def aggregate(part, members):
    """Stream members; NaN stands for a row that a member does not judge."""
    state = part.start(members.shape[1])
    for scores in members:
        rows = np.flatnonzero(~np.isnan(scores))
        part.update(state, scores[rows], rows)
    return part.finish(state)


@pytest.mark.parametrize("name", PLAIN)
@given(arrays(float, (4, 3), elements=st.floats(0, 1)))
def test_the_stream_equals_the_whole(name, members):
    part, whole = PLAIN[name]
    np.testing.assert_allclose(
        aggregate(part, members), whole(members, axis=0), atol=1e-9
    )


@pytest.mark.parametrize("name", PLAIN)
def test_members_may_judge_some_rows_only(name):
    part, whole = PLAIN[name]
    members = np.array([[0.2, np.nan, 0.5], [0.6, 0.3, np.nan], [np.nan, 0.1, 0.7]])
    np.testing.assert_allclose(aggregate(part, members), whole(members, axis=0))


@pytest.mark.parametrize("name", PLAIN)
def test_a_row_that_no_member_judges_has_no_score(name):
    members = np.array([[0.2, np.nan], [0.6, np.nan]])
    np.testing.assert_array_equal(
        np.isnan(aggregate(PLAIN[name][0], members)), [False, True]
    )


@pytest.mark.parametrize("name", PLAIN)
def test_all_rows_may_be_given_as_a_slice(name):
    part, whole = PLAIN[name]
    members = np.random.default_rng(0).random((3, 5))
    state = part.start(5)
    for scores in members:
        part.update(state, scores, slice(None))
    np.testing.assert_allclose(part.finish(state), whole(members, axis=0))


@pytest.mark.parametrize("name", PLAIN)
def test_memory_does_not_grow_with_the_members(name):
    part, _ = PLAIN[name]
    state = part.start(7)
    for _ in range(20):
        part.update(state, np.ones(7), slice(None))
    arrays_held = state.values() if isinstance(state, dict) else [state]
    assert sum(held.size for held in arrays_held) <= 21


def test_quality_is_that_of_the_label_score_but_for_variability():
    raw = np.log([0.25, 0.5])
    np.testing.assert_allclose(Mean().to_quality(raw, CrossEntropy()), [0.25, 0.5])
    steadiness = Variability().to_quality(np.array([0.0, -0.5]), CrossEntropy())
    np.testing.assert_allclose(steadiness, [1, np.exp(-0.5)])


@pytest.mark.parametrize("name", PLAIN)
def test_aliases(name):
    part = check_aggregate(name)
    assert type(part) is type(PLAIN[name][0])
    assert check_aggregate(part) is part
    assert type(clone(part)) is type(part)


def test_unknown_aggregates_name_the_fix():
    with pytest.raises(ValueError, match="Did you mean 'minimum'"):
        check_aggregate("minimun")
    with pytest.raises(TypeError, match=r"Write Mean\(\)"):
        check_aggregate(Mean)
