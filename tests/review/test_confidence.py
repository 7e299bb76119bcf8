# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sknoisy.review._confidence import (
    Draw,
    errors_left_interval,
    plan_looks,
    share_upper_bound,
)


@given(st.integers(1, 300), st.data())
def test_bound_is_the_upper_end_of_a_two_sided_wilson_interval(n, data):
    k = data.draw(st.integers(0, n))
    ours = share_upper_bound(k, n, 0.95)
    theirs = binomtest(k, n).proportion_ci(0.90, method="wilson").high
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_nothing_checked_says_nothing():
    assert share_upper_bound(0, 0, 0.95) == 1.0


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("n_rows", [1, 1000, 10**6])
def test_a_look_forgives_a_find_but_not_the_share_itself(share, n_rows):
    n_back, confidence = plan_looks(share, 0.95, n_rows)
    assert share_upper_bound(1, n_back, confidence) < share
    assert share_upper_bound(round(share * n_back), n_back, confidence) > share


def test_one_look_needs_no_correction_and_more_looks_do():
    looks = [plan_looks(0.05, 0.95, n_rows) for n_rows in (50, 100, 1000, 10**5)]
    assert looks[0] == looks[1] == (103, 0.95)
    assert looks[1] < looks[2] < looks[3]
    n_back, confidence = looks[3]
    np.testing.assert_allclose((1 - confidence) * 10**5 / n_back, 0.05, rtol=0.05)


def test_looking_all_along_a_hopeless_queue_seldom_stops():
    # A tenth of the labels is wrong all along, and the rule is to stop below a tenth.
    rng, stopped, n_sessions = np.random.default_rng(0), 0, 300
    n_back, confidence = plan_looks(0.1, 0.95, 1000)
    for _ in range(n_sessions):
        total = np.cumsum(np.r_[0, rng.random(1000) < 0.1])
        ends = np.arange(n_back, 1001, 20)
        counts = (total[ends] - total[ends - n_back]).astype(int)
        stopped += share_upper_bound(counts.min(), n_back, confidence) < 0.1
    assert stopped / n_sessions < 0.1


def test_without_draws_anything_is_possible():
    assert errors_left_interval([], 5, 40, 0.95) == (0, 40)


def test_one_draw_gives_the_score_interval_of_a_finite_population():
    low, high = errors_left_interval([Draw(1000, 0, 100, 10)], 10, 900, 0.95)
    # The binomial interval is wider: it takes the rows for a sample of more rows.
    ends = binomtest(10, 100).proportion_ci(0.95, method="wilson")
    assert 1000 * ends.low - 10 <= low < 90 < high <= 1000 * ends.high - 10


def test_all_drawn_leaves_no_doubt():
    draws = [Draw(50, 0, 50, 7)]
    assert errors_left_interval(draws, 7, 0, 0.95) == (0, 0)


def test_errors_found_since_a_draw_are_not_left():
    draw = Draw(1000, 0, 200, 20)
    before = errors_left_interval([draw], 20, 800, 0.95)
    after = errors_left_interval([draw], 60, 700, 0.95)
    assert after == (before[0] - 40, before[1] - 40)


def test_interval_holds_while_the_easy_errors_are_taken_out():
    rng, held, n_sessions = np.random.default_rng(0), 0, 400
    for _ in range(n_sessions):
        is_error = rng.random(600) < np.linspace(0.6, 0.02, 600)
        left, draws, found = np.arange(600), [], 0
        for _ in range(8):
            drawn = rng.choice(left, 10, replace=False)
            ranked = np.setdiff1d(left, drawn)[:20]
            n_met = int(is_error[drawn].sum())
            draws.append(Draw(len(left), found, 10, n_met))
            found += n_met + int(is_error[ranked].sum())
            left = np.setdiff1d(left, np.r_[drawn, ranked])
        low, high = errors_left_interval(draws, found, len(left), 0.9)
        held += low <= is_error[left].sum() <= high
    assert 0.86 < held / n_sessions < 0.95
