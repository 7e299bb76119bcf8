# SPDX-License-Identifier: BSD-3-Clause
"""How many wrong test labels turn a ranking."""

import numpy as np
import pytest

from sknoisy.model_selection import rank_change_curve


def task(seed=0, n_rows=300):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(3, size=n_rows)
    wrong = rng.random(n_rows) < 0.1
    y_given = np.where(wrong, (y_true + 1) % 3, y_true)
    large = np.where(rng.random(n_rows) < 0.05, (y_true + 2) % 3, y_given)
    small = np.where(rng.random(n_rows) < 0.2, (y_true + 2) % 3, y_true)
    return y_true, y_given, {"large": large, "small": small}


def test_the_test_set_as_it_is_lies_on_the_curve():
    y_true, y_given, predictions = task()
    base = np.mean(y_true != y_given)
    curve = rank_change_curve(predictions, y_given, y_true, prevalence=[base])
    assert curve.base_prevalence == base
    for j, labels in enumerate(predictions.values()):
        assert curve.corrected_accuracy[0, j] == pytest.approx(
            np.mean(labels == y_true)
        )
        assert curve.given_accuracy[0, j] == pytest.approx(np.mean(labels == y_given))


def test_the_curve_is_the_mean_over_removals():
    y_true, y_given, predictions = task()
    wrong = np.flatnonzero(y_true != y_given)
    right = np.flatnonzero(y_true == y_given)
    kept = len(right) // 3
    share = len(wrong) / (len(wrong) + kept)
    curve = rank_change_curve(predictions, y_given, y_true, prevalence=[share])
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(400):
        rows = np.r_[wrong, rng.choice(right, kept, replace=False)]
        drawn.append([np.mean(p[rows] == y_true[rows]) for p in predictions.values()])
    assert np.allclose(curve.corrected_accuracy[0], np.mean(drawn, axis=0), atol=5e-3)


def test_models_change_places_where_their_lines_meet():
    y_true, y_given, predictions = task()
    curve = rank_change_curve(predictions, y_given, y_true)
    assert len(curve.prevalence) == 51
    [((first, second), at)] = curve.crossings.items()
    assert (first, second) == ("large", "small")
    meet = rank_change_curve(predictions, y_given, y_true, prevalence=[at])
    assert np.ptp(meet.corrected_accuracy) < 1e-12
    before = curve.prevalence < at
    ahead = curve.corrected_accuracy[:, 0] > curve.corrected_accuracy[:, 1]
    assert np.array_equal(ahead, before)


def test_models_that_keep_their_places_do_not_cross():
    y_true, y_given, predictions = task()
    worse = {"small": predictions["small"], "worst": (y_true + 2) % 3}
    assert rank_change_curve(worse, y_given, y_true).crossings == {}


def test_names_of_classes():
    y_true, y_given, predictions = task()
    names = np.array(["x", "y", "z"])
    curve = rank_change_curve(predictions, y_given, y_true)
    named = rank_change_curve(
        {name: names[labels] for name, labels in predictions.items()},
        names[y_given],
        names[y_true].tolist(),
    )
    assert named.crossings == curve.crossings


def test_bad_input_is_refused_with_the_fix():
    y_true, y_given, predictions = task()
    with pytest.raises(ValueError, match="no given label differs"):
        rank_change_curve(predictions, y_true, y_true)
    with pytest.raises(ValueError, match="every given label differs"):
        rank_change_curve(predictions, (y_true + 1) % 3, y_true)
    with pytest.raises(ValueError, match="the reviewed label of every row"):
        rank_change_curve(predictions, y_given, y_true[:-1])
    with pytest.raises(ValueError, match="must be a list of shares"):
        rank_change_curve(predictions, y_given, y_true, prevalence=[5, 10])
