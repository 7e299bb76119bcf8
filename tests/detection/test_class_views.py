# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from sknoisy.detection._class_views import (
    confident_core,
    divergence_from_label,
    divergence_tells_more,
    fit_class_views,
    near_a_larger_class,
    unit_directions,
    weighted_divergence,
)
from sknoisy.detection._loss_crowds import gaussian_crowds
from tests.detection._evidence import rows_of


def test_golden_divergence():
    proba = np.array([[0.7, 0.2, 0.1]])
    np.testing.assert_allclose(divergence_from_label(proba, 1), 0.42281, atol=5e-6)


def test_divergence_is_that_of_jensen_and_shannon():
    proba = np.random.default_rng(0).dirichlet(np.ones(4), 20)
    proba[:2] = [[1, 0, 0, 0], [0, 1, 0, 0]]
    expected = jensenshannon(proba, np.tile([0, 1, 0, 0], (20, 1)), axis=1) ** 2
    np.testing.assert_allclose(divergence_from_label(proba, 1), expected, atol=1e-7)


def test_weights_of_divergences_are_capped():
    proba = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [1.0, 0.0, 0.0]])
    plain = divergence_from_label(proba, 1)
    weighted = weighted_divergence(proba, 1, 5.0)
    np.testing.assert_allclose(weighted, plain * [3.5, 1.0, 5.0])
    np.testing.assert_allclose(weighted_divergence(proba, 1, 2.0), plain * [2, 1, 2])


def test_core_is_what_rows_of_the_label_look_like():
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    # The mean of the lifted first column is 0.78, and two rows are beyond it.
    assert confident_core(proba, np.ones(4)).tolist() == [0, 1]
    even = np.full((3, 2), 0.5)
    assert confident_core(even, np.ones(3)).tolist() == [0, 1, 2]


def test_centroids_of_one_place_are_told():
    centroids = np.array([[2.0, 0.0], [1.98, 0.0], [0.0, 3.0]])
    near = near_a_larger_class(centroids, np.array([100.0, 5.0, 50.0]))
    assert near.tolist() == [False, True, False]
    assert not near_a_larger_class(centroids, np.array([5.0, 100.0, 1.0]))[1]


def test_directions_have_length_one():
    directions = unit_directions(np.array([[3.0, 4.0], [1.0, 1.0]]), np.ones(2))
    np.testing.assert_allclose(directions[0], np.array([2, 3]) / np.sqrt(13))
    assert (directions[1] == 0).all()


def crowds_of_divergence():
    values = np.r_[np.linspace(0, 0.1, 30), np.linspace(0.8, 1.0, 30)]
    return values, gaussian_crowds(values, np.ones(60))


def test_measure_that_finds_the_crowds_is_chosen():
    values, crowds = crowds_of_divergence()
    weight = np.ones(60)
    assert not divergence_tells_more(values, values < 0.5, weight, crowds)
    # Both crowds by similarity are in the middle of the upper one.
    upper = values[30:]
    mixed = np.arange(30) % 2 == 0
    assert divergence_tells_more(upper, mixed, weight[30:], crowds)


def test_narrow_upper_crowd_speaks_for_the_divergence():
    values = np.r_[np.linspace(0, 0.4, 30), np.linspace(0.9, 0.91, 30)]
    crowds = gaussian_crowds(values, np.ones(60))
    assert divergence_tells_more(values, values < 0.5, np.ones(60), crowds)


@pytest.mark.parametrize("constant", ["proba", "features", "both"])
def test_measures_without_spread_leave_labels_right(constant):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    proba, features = rng.dirichlet([1, 1], 60), rng.normal(size=(60, 2))
    if constant in ("proba", "both"):
        proba[:] = 0.5
    if constant in ("features", "both"):
        features[:] = 1.0
    rows = rows_of(features, y)
    right = fit_class_views(rows, proba, features).right(y, proba, features)
    assert np.isfinite(right).all()
    assert (right[y == 0] > 0.5).any()
    if constant == "both":
        assert (right == 1).all()
