# SPDX-License-Identifier: BSD-3-Clause
"""Annotators of each kind behave as the kind says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.noise import annotator_matrices

KINDS = ["one_coin", "per_class", "hammer_spammer", "spammer", "biased", "adversary"]


@given(st.sampled_from(KINDS), st.integers(1, 8), st.integers(2, 6), st.integers(0, 99))
def test_rows_are_distributions_and_seeds_repeat(kind, n_annotators, n_classes, seed):
    matrices = annotator_matrices(n_annotators, n_classes, kind=kind, random_state=seed)
    assert matrices.shape == (n_annotators, n_classes, n_classes)
    assert matrices.min() >= 0
    np.testing.assert_allclose(matrices.sum(axis=2), 1)
    again = annotator_matrices(n_annotators, n_classes, kind=kind, random_state=seed)
    np.testing.assert_array_equal(matrices, again)


def diagonals(kind, **options):
    matrices = annotator_matrices(400, 4, kind=kind, random_state=0, **options)
    return matrices.diagonal(axis1=1, axis2=2)


def test_accuracies_of_the_kinds():
    one_coin = diagonals("one_coin")
    assert np.ptp(one_coin, axis=1).max() == 0
    assert one_coin.mean() == pytest.approx(0.8, abs=0.03)
    per_class = diagonals("per_class")
    assert np.ptp(per_class, axis=1).min() > 0
    assert per_class.mean() == pytest.approx(0.8, abs=0.03)
    np.testing.assert_array_equal(diagonals("one_coin", accuracy=0.7), 0.7)
    assert diagonals("adversary").max() < 0.25


def test_hammers_and_spammers():
    own = diagonals("hammer_spammer", spammer_share=0.4)[:, 0]
    assert set(own) == {1.0, 0.25}
    assert (own == 0.25).mean() == pytest.approx(0.4, abs=0.1)
    np.testing.assert_array_equal(diagonals("spammer"), 0.25)


def test_a_biased_annotator_has_one_favourite():
    matrices = annotator_matrices(50, 4, kind="biased", bias=0.6, random_state=0)
    favourite = matrices.min(axis=1)
    assert np.all((favourite >= 0.6).sum(axis=1) == 1)
    assert len(set(favourite.argmax(axis=1))) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "hammer"}, "Did you mean"),
        ({"n_annotators": 0}, "at least 1"),
        ({"n_classes": 1}, "at least 2 classes"),
        ({"accuracy": 1.5}, r"accuracy must be in \[0, 1\]"),
        ({"accuracy": (0, 1)}, "two positive parameters"),
        ({"spammer_share": -0.1}, r"spammer_share must be in \[0, 1\]"),
        ({"bias": 2}, r"bias must be in \[0, 1\]"),
    ],
)
def test_bad_input_is_refused_with_the_fix(options, message):
    with pytest.raises(ValueError, match=message):
        annotator_matrices(**{"n_annotators": 3, "n_classes": 3} | options)
