# SPDX-License-Identifier: BSD-3-Clause
"""Planted errors: as many as wanted, of the kind wanted, wherever rows stand."""

import numpy as np
import pytest

from sknoisy.detection._planted_errors import plant_errors
from sknoisy.utils._labelled_rows import LabelledRows

NOISE = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]])


def labelled(X, codes):
    return LabelledRows(X=X, y=codes, codes=codes, classes=np.arange(3))


def plant(X, codes, noise=NOISE, rate=0.4, seed=0):
    return plant_errors(labelled(X, codes), noise, sample_rate=rate, seed=seed)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.normal(size=(30_000, 2)), rng.integers(3, size=30_000)


def test_errors_follow_the_noise(rows):
    X, codes = rows
    planted = plant(X, codes)
    shares = np.array([np.bincount(planted[codes == k], minlength=3) for k in range(3)])
    shares = shares / shares.sum(axis=1, keepdims=True)
    expected = [[0.6, 0.4 * 2 / 3, 0.4 / 3], [0, 1, 0], [0, 0.4, 0.6]]
    np.testing.assert_allclose(shares, expected, atol=0.015)


def test_without_noise_all_other_labels_are_drawn_alike(rows):
    X, codes = rows
    planted = plant(X, codes, noise=np.eye(3), rate=0.5)
    counts = np.zeros((3, 3))
    np.add.at(counts, (codes, planted), 1)
    np.testing.assert_allclose(counts / 10_000, 0.25 + 0.25 * np.eye(3), atol=0.02)


def test_the_draw_goes_by_content_and_label(rows):
    X, codes = rows[0][:500], rows[1][:500]
    planted = plant(X, codes)
    order = np.random.default_rng(1).permutation(500)
    np.testing.assert_array_equal(plant(X[order], codes[order]), planted[order])
    twice = plant(np.repeat(X, 2, axis=0), np.repeat(codes, 2))
    np.testing.assert_array_equal(twice, np.repeat(planted, 2))
    assert (plant(X, codes, seed=1) != planted).mean() > 0.1


def test_rows_without_readable_content_are_drawn_by_position():
    X, codes = np.zeros(300, dtype=complex), np.zeros(300, dtype=int)
    assert 0.25 < (plant(X, codes) != codes).mean() < 0.55
