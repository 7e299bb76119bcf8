# SPDX-License-Identifier: BSD-3-Clause
"""Label sets follow the posterior, class by class, and keep every class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.estimators._plausible_labels import PlausibleLabels
from sknoisy.utils._labelled_rows import LabelledRows

X = np.random.default_rng(0).normal(size=(3000, 2))
CODES = np.arange(3000) % 3
POSTERIOR = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.3, 0.3, 0.4]])


def make_rows(X=X, codes=CODES, sample_weight=None):
    classes = np.arange(3)
    return LabelledRows(X, classes[codes], codes, classes, sample_weight)


def test_labels_are_drawn_from_the_posterior():
    labels = PlausibleLabels(make_rows(), POSTERIOR[CODES], 0.25).draw(0, 8)
    for given_label in range(3):
        drawn = labels[:, given_label == CODES].ravel()
        shares = np.bincount(drawn, minlength=3) / len(drawn)
        np.testing.assert_allclose(shares, POSTERIOR[given_label], atol=0.025)
    assert np.any(labels[0] != labels[1])


@given(st.integers(0, 1000), st.floats(0, 0.5))
def test_every_set_is_typical(seed, typicality):
    posterior = POSTERIOR[CODES[:60]]
    rows = make_rows(X[:60], CODES[:60])
    labels = PlausibleLabels(rows, posterior, typicality).draw(seed, 3)
    expected = 20 * (1 - np.diag(POSTERIOR))
    for drawn in labels:
        wrong = np.bincount(CODES[:60], drawn != CODES[:60], minlength=3)
        assert np.all(
            np.abs(wrong - expected) <= np.maximum(typicality * expected, 1) + 1e-9
        )


@given(st.integers(0, 1000))
def test_no_class_loses_its_last_row(seed):
    codes = np.array([0] * 20 + [1] * 20 + [2])
    posterior = np.tile([0.5, 0.49, 0.01], (41, 1))
    labels = PlausibleLabels(make_rows(X[:41], codes), posterior, 0.25).draw(seed, 4)
    for drawn in labels:
        assert len(np.unique(drawn)) == 3


def test_sure_labels_stay():
    labels = PlausibleLabels(make_rows(), np.eye(3)[CODES], 0.25).draw(5, 3)
    assert np.all(labels == CODES)


def test_sets_follow_the_rows():
    order = np.random.default_rng(1).permutation(3000)
    there = PlausibleLabels(make_rows(), POSTERIOR[CODES], 0.1).draw(2, 3)
    rows = make_rows(X[order], CODES[order])
    here = PlausibleLabels(rows, POSTERIOR[CODES[order]], 0.1).draw(2, 3)
    np.testing.assert_array_equal(there[:, order], here)


@pytest.mark.parametrize("typicality", [0.0, 0.25])
def test_a_weight_of_two_is_a_copy(typicality):
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)
    rows = make_rows(X[:300], CODES[:300], weight)
    weighted = PlausibleLabels(rows, POSTERIOR[CODES[:300]], typicality)
    places = np.repeat(np.arange(300), weight.astype(int))
    copied = PlausibleLabels(
        make_rows(X[places], CODES[places]), POSTERIOR[CODES[places]], typicality
    )
    np.testing.assert_array_equal(weighted.draw(0, 3)[:, places], copied.draw(0, 3))
