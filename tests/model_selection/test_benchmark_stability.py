# SPDX-License-Identifier: BSD-3-Clause
"""Rankings of models on test labels that may be wrong."""

import numpy as np
import pytest

from sknoisy.model_selection import benchmark_stability

N_ROWS = 400


@pytest.fixture(scope="module")
def benchmark():
    """One model that errs at random, and one that has learned the wrong labels."""
    rng = np.random.default_rng(0)
    y_true = rng.integers(3, size=N_ROWS)
    wrong = rng.random(N_ROWS) < 0.15
    y_given = np.where(wrong, (y_true + 1) % 3, y_true)
    honest = np.where(rng.random(N_ROWS) < 0.1, (y_true + 2) % 3, y_true)
    parrot = np.where(rng.random(N_ROWS) < 0.1, (y_true + 2) % 3, y_given)
    return y_true, y_given, {"honest": honest, "parrot": parrot}


def posterior_of(y_true, certainty):
    rest = (1 - certainty) / 2
    return np.full((len(y_true), 3), rest) + (certainty - rest) * np.eye(3)[y_true]


def test_good_evidence_turns_the_ranking_round(benchmark):
    y_true, y_given, predictions = benchmark
    found = benchmark_stability(
        predictions, y_given, posterior_of(y_true, 0.95), n_draws=200
    )
    assert found.names == ["honest", "parrot"]
    assert found.given_accuracy[1] > found.given_accuracy[0]
    assert found.win_probability[0, 1] > 0.99
    assert found.best_changes > 0.99
    assert found.rank_probability[0, 0] > 0.99
    assert found.noise_rate == pytest.approx(0.15 * 0.95 + 0.85 * 0.05, abs=0.03)


def test_certain_labels_leave_nothing_to_chance(benchmark):
    y_true, _, predictions = benchmark
    found = benchmark_stability(
        predictions, y_true, posterior_of(y_true, 1.0), n_draws=20
    )
    assert np.allclose(found.accuracies, found.given_accuracy)
    assert found.best_changes == found.noise_rate == 0
    bounds = found.interval()
    assert np.allclose(bounds[:, 0], bounds[:, 1])


def test_quality_with_suggestions_equals_the_posterior_that_it_means(benchmark):
    y_true, y_given, predictions = benchmark
    rng = np.random.default_rng(1)
    quality = rng.random(N_ROWS)
    suggested = np.where(rng.random(N_ROWS) < 0.5, (y_given + 1) % 3, y_given)
    posterior = np.eye(3)[y_given] * quality[:, None]
    posterior += np.eye(3)[suggested] * (1 - quality)[:, None]
    by_quality = benchmark_stability(
        predictions, y_given, label_quality=quality, suggested_labels=suggested
    )
    by_posterior = benchmark_stability(predictions, y_given, posterior)
    assert by_quality.noise_rate == pytest.approx(by_posterior.noise_rate, abs=0.01)
    assert np.allclose(
        by_quality.win_probability, by_posterior.win_probability, atol=0.03
    )
    expected = [
        (quality * (p == y_given) + (1 - quality) * (p == suggested)).mean()
        for p in predictions.values()
    ]
    assert np.allclose(by_quality.accuracies.mean(axis=0), expected, atol=5e-3)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.2])
def test_noise_rate_sets_how_many_labels_change(benchmark, rate):
    y_true, y_given, predictions = benchmark
    quality = np.random.default_rng(0).random(N_ROWS)
    found = benchmark_stability(
        predictions,
        y_given,
        label_quality=quality,
        suggested_labels=(y_given + 1) % 3,
        noise_rate=rate,
        n_draws=200,
    )
    assert found.noise_rate == pytest.approx(rate, abs=0.005)


def test_the_summary_is_consistent(benchmark):
    y_true, y_given, predictions = benchmark
    predictions = predictions | {"copy": predictions["honest"]}
    found = benchmark_stability(
        predictions, y_given, posterior_of(y_given, 0.8), n_draws=50
    )
    assert np.allclose(found.win_probability + found.win_probability.T, 1)
    assert found.win_probability[0, 2] == 0.5
    assert np.allclose(found.rank_probability.sum(axis=0), 1)
    assert np.allclose(found.rank_probability.sum(axis=1), 1)
    assert np.allclose(found.ranks.sum(axis=1), 6)
    assert np.array_equal(found.ranks[:, 0], found.ranks[:, 2])
    middle = np.quantile(found.accuracies, [0.25, 0.75], axis=0).T
    assert np.array_equal(found.interval(0.5), middle)


def test_resampling_adds_the_size_of_the_test_set(benchmark):
    y_true, _, predictions = benchmark
    found = benchmark_stability(
        predictions, y_true, posterior_of(y_true, 1.0), resample=True
    )
    accuracy = found.given_accuracy
    expected = np.sqrt(accuracy * (1 - accuracy) / N_ROWS)
    assert np.allclose(found.accuracies.std(axis=0), expected, rtol=0.15)


def test_names_of_classes_and_repeated_calls(benchmark):
    y_true, y_given, predictions = benchmark
    names = np.array(["x", "y", "z"])
    posterior = posterior_of(y_true, 0.9)
    first = benchmark_stability(predictions, y_given, posterior, n_draws=20)
    named = benchmark_stability(
        {name: names[labels].tolist() for name, labels in predictions.items()},
        names[y_given].tolist(),
        posterior,
        classes=names,
        n_draws=20,
    )
    other = benchmark_stability(
        predictions, y_given, posterior, n_draws=20, random_state=1
    )
    assert np.array_equal(first.accuracies, named.accuracies)
    assert not np.array_equal(first.accuracies, other.accuracies)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "pass label_posterior, or label_quality"),
        ({"label_quality": [0.5] * 3}, "label_quality and suggested_labels"),
        (
            {"label_posterior": np.eye(2)[[0, 1, 1]], "noise_rate": 0.1},
            "not both",
        ),
        (
            {"label_quality": [0.5, 0.5], "suggested_labels": [0, 1, 0]},
            "give one entry per row",
        ),
        (
            {"label_quality": [0.5, 2, 0.5], "suggested_labels": [0, 1, 0]},
            r"must lie in \[0, 1\]",
        ),
        (
            {
                "label_quality": [0.5] * 3,
                "suggested_labels": [0, 1, 0],
                "noise_rate": 0.5,
            },
            "below 0.333",
        ),
        ({"label_posterior": np.eye(2)[[0, 1, 1]], "n_draws": 0}, "at least 1"),
    ],
)
def test_bad_input_is_refused_with_the_fix(params, message):
    predictions = {"a": [0, 1, 1], "b": [0, 0, 0]}
    with pytest.raises(ValueError, match=message):
        benchmark_stability(predictions, [0, 1, 1], **params)


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([[0, 1, 1], [0, 0, 0]], "must be a dict"),
        ({"a": [0, 1, 1]}, "at least two models"),
        ({"a": [0, 1, 1], "b": [0, 1]}, "predictions of 'b' have shape"),
    ],
)
def test_bad_predictions_are_refused_with_the_fix(predictions, message):
    with pytest.raises(ValueError, match=message):
        benchmark_stability(predictions, [0, 1, 1], np.eye(2)[[0, 1, 1]])


def test_an_interval_needs_a_share(benchmark):
    y_true, y_given, predictions = benchmark
    found = benchmark_stability(
        predictions, y_given, posterior_of(y_given, 0.8), n_draws=5
    )
    with pytest.raises(ValueError, match="write 0.9"):
        found.interval(90)
