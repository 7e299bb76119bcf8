# SPDX-License-Identifier: BSD-3-Clause
"""Multi-label noise touches the entries it should, as often as asked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from sknoisy.noise import (
    hide_multilabels,
    inject_multilabel_noise,
    inject_multilabel_swaps,
    keep_single_positive,
)

TABLES = arrays(
    np.int64,
    st.tuples(st.integers(1, 25), st.integers(1, 5)),
    elements=st.integers(0, 1),
)
RATES = st.floats(0, 1)
SEEDS = st.integers(0, 99)
LARGE = (np.random.default_rng(0).random((3000, 4)) < [0.1, 0.3, 0.5, 0.7]).astype(int)


@given(TABLES, RATES, RATES, st.booleans(), SEEDS)
def test_flips_are_reported(Y, missing_rate, added_rate, keep_one, seed):
    before = Y.copy()
    noisy = inject_multilabel_noise(
        Y,
        missing_rate=missing_rate,
        added_rate=added_rate,
        keep_one=keep_one,
        random_state=seed,
    )
    np.testing.assert_array_equal(Y, before)
    np.testing.assert_array_equal(noisy.flipped, noisy.Y != Y)
    assert noisy.noise_rate == noisy.flipped.mean()
    assert noisy.observed.all()
    if keep_one:
        had = Y.any(axis=1)
        assert ((noisy.Y == 1) & (Y == 1)).any(axis=1)[had].all()


@given(TABLES, RATES, SEEDS)
def test_missing_positives_add_nothing_and_the_other_way_round(Y, rate, seed):
    fewer = inject_multilabel_noise(Y, missing_rate=rate, random_state=seed)
    assert np.all(fewer.Y <= Y)
    assert not fewer.added_rate.any()
    more = inject_multilabel_noise(Y, added_rate=rate, random_state=seed)
    assert np.all(more.Y >= Y)
    assert not more.missing_rate.any()


def test_rates_of_each_label():
    missing, added = np.array([0.5, 0.1, 0.0, 0.3]), np.array([0.0, 0.2, 0.1, 0.4])
    noisy = inject_multilabel_noise(
        LARGE, missing_rate=missing, added_rate=added, random_state=0
    )
    np.testing.assert_allclose(noisy.missing_rate, missing, atol=0.08)
    np.testing.assert_allclose(noisy.added_rate, added, atol=0.05)


@given(TABLES, RATES, SEEDS)
def test_swaps_go_to_labels_that_stand_beside(Y, rate, seed):
    noisy = inject_multilabel_swaps(Y, rate, random_state=seed)
    np.testing.assert_array_equal(noisy.flipped, noisy.Y != Y)
    assert np.all(noisy.Y.sum(axis=1) <= Y.sum(axis=1))
    np.testing.assert_array_equal(noisy.Y.any(axis=1), Y.any(axis=1))
    together = Y.T @ Y
    for row in np.flatnonzero(noisy.flipped.any(axis=1)):
        for label in np.flatnonzero(noisy.Y[row] > Y[row]):
            assert together[label, Y[row] == 1].any()


def test_swap_rate():
    noisy = inject_multilabel_swaps(LARGE, 0.2, random_state=0)
    movable = LARGE.sum(axis=1) < 4
    lost = (LARGE == 1) & (noisy.Y == 0)
    share = lost[movable].sum() / LARGE[movable].sum()
    assert share == pytest.approx(0.2, abs=0.03)


@given(TABLES, RATES, st.sampled_from(["nan", "zero"]), SEEDS)
def test_hidden_entries_are_marked_and_known_ones_true(Y, rate, unknown, seed):
    hidden = hide_multilabels(Y, rate, unknown=unknown, random_state=seed)
    np.testing.assert_array_equal(hidden.Y[hidden.observed], Y[hidden.observed])
    blank = hidden.Y[~hidden.observed]
    assert np.isnan(blank).all() if unknown == "nan" else not blank.any()
    assert hidden.noise_rate == 0


def test_hidden_share():
    rate = np.array([0.0, 0.2, 0.5, 1.0])
    hidden = hide_multilabels(LARGE, rate, random_state=0)
    np.testing.assert_allclose((~hidden.observed).mean(axis=0), rate, atol=0.04)


@given(TABLES, st.sampled_from(["nan", "zero"]), SEEDS)
def test_one_positive_of_each_row_stays(Y, unknown, seed):
    single = keep_single_positive(Y, unknown=unknown, random_state=seed)
    np.testing.assert_array_equal(single.observed.sum(axis=1), Y.any(axis=1))
    assert np.all(Y[single.observed] == 1)
    assert np.all(single.Y[single.observed] == 1)


def test_each_positive_is_kept_as_often():
    Y = np.ones((6000, 3), dtype=int)
    share = keep_single_positive(Y, random_state=0).observed.mean(axis=0)
    np.testing.assert_allclose(share, 1 / 3, atol=0.025)


@pytest.mark.parametrize(
    "container", [sparse.csr_matrix, lambda Y: pd.DataFrame(Y, columns=list("abcd"))]
)
def test_containers(container):
    Y = container(LARGE[:50])
    noisy = inject_multilabel_noise(Y, missing_rate=0.5, random_state=0)
    assert type(noisy.Y) is type(Y)
    plain = inject_multilabel_noise(LARGE[:50], missing_rate=0.5, random_state=0)
    dense = noisy.Y.toarray() if sparse.issparse(noisy.Y) else noisy.Y
    np.testing.assert_array_equal(dense, plain.Y)


@pytest.mark.parametrize(
    "plant",
    [
        lambda seed: (
            inject_multilabel_noise(
                LARGE,
                missing_rate=0.3,
                added_rate=0.1,
                keep_one=True,
                random_state=seed,
            ).Y
        ),
        lambda seed: inject_multilabel_swaps(LARGE, 0.3, random_state=seed).Y,
        lambda seed: hide_multilabels(LARGE, 0.3, random_state=seed).observed,
        lambda seed: keep_single_positive(LARGE, random_state=seed).observed,
    ],
)
def test_same_seed_same_noise(plant):
    np.testing.assert_array_equal(plant(0), plant(0))
    assert np.any(plant(0) != plant(1))


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (lambda: inject_multilabel_noise([0, 1]), "must be a table of 0 and 1"),
        (
            lambda: inject_multilabel_noise(LARGE, missing_rate=1.2),
            r"missing_rate must be a number in \[0, 1\]",
        ),
        (
            lambda: inject_multilabel_noise(LARGE, added_rate=[0.1, 0.2]),
            "one for each of the 4 labels",
        ),
        (lambda: inject_multilabel_swaps(LARGE, -0.1), "noise_rate must be"),
        (lambda: hide_multilabels(LARGE, 0.1, unknown="none"), "must be one of"),
    ],
)
def test_bad_input_is_refused_with_the_fix(plant, message):
    with pytest.raises(ValueError, match=message):
        plant()
