# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.review import active_label_cleaning_score


def test_cross_entropy_less_entropy():
    p = np.array([[0.7, 0.2, 0.1]])
    cross_entropy = -(np.log(0.7) + 2 * np.log(0.2)) / 3
    entropy = -(p * np.log(p)).sum()
    score = active_label_cleaning_score([[1, 2, 0]], p)
    np.testing.assert_allclose(score, cross_entropy - entropy)


def test_noisy_before_ambiguous_before_right():
    p = [[0.95, 0.05], [0.5, 0.5], [0.95, 0.05]]
    noisy, ambiguous, right = active_label_cleaning_score([[0, 1], [0, 1], [1, 0]], p)
    assert noisy > ambiguous > right


def test_free_entropy_is_not_subtracted():
    p = [[0.95, 0.05], [0.5, 0.5]]
    score = active_label_cleaning_score(np.eye(2), p, free_entropy=0.3)
    np.testing.assert_allclose(score, [-np.log(0.95), 0.3])


@given(st.integers(0, 100), st.integers(2, 5))
def test_labels_that_agree_in_full_score_zero(seed, n_classes):
    p = np.random.default_rng(seed).dirichlet(np.ones(n_classes), size=4)
    np.testing.assert_allclose(active_label_cleaning_score(p, p), 0, atol=1e-9)
    np.testing.assert_allclose(active_label_cleaning_score(7 * p, p), 0, atol=1e-9)


@pytest.mark.parametrize("counts", [[[0, 0]], [[-1, 2]], [1, 0], [[np.nan, 1]]])
def test_bad_counts(counts):
    with pytest.raises(ValueError, match="label_counts must hold"):
        active_label_cleaning_score(counts, [[0.5, 0.5]])
