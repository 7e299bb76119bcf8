# SPDX-License-Identifier: BSD-3-Clause
"""Group noise has each group's own rate, and leaves the others alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise import inject_group_noise, inject_noise_from_matrix


@given(
    st.lists(st.integers(0, 2), min_size=6, max_size=60),
    st.booleans(),
    st.integers(0, 99),
)
def test_groups_that_are_not_named_keep_their_labels(y, exact, seed):
    groups = np.resize(["a", "b", "c"], len(y))
    noisy = inject_group_noise(
        y,
        groups,
        {"b": 0.5, "c": 0.2},
        exact=exact,
        classes=range(3),
        random_state=seed,
    )
    assert not noisy.flipped[groups == "a"].any()
    np.testing.assert_array_equal(noisy.flipped, np.array(noisy.y) != np.array(y))
    np.testing.assert_allclose(noisy.transition_matrix.sum(axis=1), 1)
    np.testing.assert_allclose(noisy.realized_matrix.sum(axis=1), 1)


def test_rates_of_the_groups():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=30000)
    groups = pd.Series(rng.choice([10, 20, 30], size=30000))
    noisy = inject_group_noise(y, groups, {10: 0.1, 30: 0.4}, random_state=0)
    for group, rate in ((10, 0.1), (20, 0.0), (30, 0.4)):
        assert noisy.flipped[groups == group].mean() == pytest.approx(rate, abs=0.02)
    assert np.abs(noisy.realized_matrix - noisy.transition_matrix).max() < 0.02


def test_a_list_cuts_a_column_of_numbers():
    rng = np.random.default_rng(0)
    age = rng.permutation(np.arange(400) ** 2)
    y = rng.choice(["yes", "no"], size=400)
    noisy = inject_group_noise(y, age, [0.0, 0.1, 0.2, 0.4], exact=True, random_state=0)
    rank = np.sqrt(age).round() // 100
    rates = [noisy.flipped[rank == part].mean() for part in range(4)]
    np.testing.assert_allclose(rates, [0, 0.1, 0.2, 0.4], atol=0.02)


def test_ties_share_a_part():
    noisy = inject_group_noise(
        [0, 1] * 50, [1.0] * 90 + [2.0] * 10, [0.3, 0.0], random_state=0
    )
    assert noisy.flipped[:90].any()
    assert not noisy.flipped[90:].any()


def test_a_matrix_for_one_group():
    y = np.array([0, 1] * 100)
    groups = np.repeat(["a", "b"], 100)
    one_sided = [[1.0, 0.0], [0.4, 0.6]]
    noisy = inject_group_noise(y, groups, {"b": one_sided}, exact=True, random_state=0)
    assert not noisy.flipped[y == 0].any()
    assert noisy.flipped.sum() == 20
    np.testing.assert_allclose(noisy.transition_matrix, [[1, 0], [0.2, 0.8]])


def test_one_group_of_all_rows_is_plain_noise():
    y = np.arange(60) % 3
    matrix = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.1, 0.1, 0.8]])
    by_group = inject_group_noise(y, ["all"] * 60, {"all": matrix}, random_state=3)
    plain = inject_noise_from_matrix(y, matrix, random_state=3)
    np.testing.assert_array_equal(by_group.y, plain.y)
    np.testing.assert_allclose(by_group.transition_matrix, plain.transition_matrix)


def test_warns_where_the_true_class_does_not_lead():
    with pytest.warns(NoiseModelWarning):
        inject_group_noise([0, 1] * 5, ["a"] * 10, {"a": 0.6})


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"noise": {}}, ValueError, "name at least one group"),
        ({"noise": {"x": 0.1}}, ValueError, "names 'x', a group without rows"),
        ({"noise": {"a": 1.0}}, ValueError, r"noise_rate must be in \[0, 1\)"),
        ({"noise": {"a": np.eye(3)}}, ValueError, "for 3 classes but there are 2"),
        ({"noise": 0.2}, TypeError, "must be a dict"),
        ({"noise": []}, ValueError, "noise is empty"),
        ({"noise": [0.1, 0.2]}, ValueError, "write noise as a dict"),
        (
            {"noise": [0.1, 0.2], "groups": [np.nan] * 10},
            ValueError,
            "without missing values",
        ),
        ({"groups": ["a"]}, ValueError, "has 1 rows but y has 10"),
    ],
)
def test_bad_input_is_refused_with_the_fix(change, error, message):
    arguments = {"y": [0, 1] * 5, "groups": ["a", "b"] * 5, "noise": {"a": 0.1}}
    with pytest.raises(error, match=message):
        inject_group_noise(**arguments | change)
