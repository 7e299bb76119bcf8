# SPDX-License-Identifier: BSD-3-Clause
"""Intervals of corrected metrics hold the true value as often as they say."""

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import log_loss, roc_auc_score

from sknoisy.metrics import (
    noise_corrected_accuracy,
    noise_corrected_interval,
    noise_corrected_log_loss,
    noise_corrected_roc_auc,
)
from tests.metrics._noisy_tables import (
    CONFUSION,
    JOINT,
    TRANSITION,
    noisy_scores,
    noisy_task,
)

HITS = np.diag(JOINT)
TRUE_VALUES = {
    "accuracy": HITS.sum(),
    "balanced_accuracy": np.diag(CONFUSION).mean(),
    "recall": np.diag(CONFUSION).mean(),
    "precision": (HITS / JOINT.sum(axis=0)).mean(),
    "f1": (2 * HITS / (JOINT.sum(axis=0) + JOINT.sum(axis=1))).mean(),
}


def gold_counts(per_class, seed):
    rng = np.random.default_rng([seed, 1])
    return np.array([rng.multinomial(per_class, row) for row in TRANSITION])


def coverage(metric, expected, repeats, make, gold=None, **params):
    held = 0
    for seed in range(repeats):
        _, y_given, outputs = make(600, seed)
        if gold is None:
            model = {"transition_matrix": TRANSITION}
        else:
            model = {"gold_counts": gold_counts(gold, seed), "n_draws": 100}
        found = noise_corrected_interval(
            metric, y_given, outputs, classes=[0, 1, 2], **model, **params
        )
        held += found.low <= expected <= found.high
    return held / repeats


@pytest.mark.parametrize("metric", TRUE_VALUES)
def test_coverage_under_a_known_matrix(metric):
    share = coverage(metric, TRUE_VALUES[metric], 300, noisy_task)
    # Three standard errors around the nominal 95 %.
    assert 0.91 <= share <= 0.99


def test_coverage_with_gold_counts():
    expected = TRUE_VALUES["accuracy"]
    assert 0.9 <= coverage("accuracy", expected, 100, noisy_task, gold=50) <= 1
    # A matrix taken for known where it was estimated would claim too much.
    held = 0
    for seed in range(100):
        _, y_given, y_pred = noisy_task(600, seed)
        counts = gold_counts(50, seed)
        found = noise_corrected_interval(
            "accuracy", y_given, y_pred, counts / counts.sum(axis=1, keepdims=True)
        )
        held += found.low <= expected <= found.high
    assert held < 85


@pytest.mark.slow
@pytest.mark.parametrize("metric", TRUE_VALUES)
@pytest.mark.parametrize("gold", [None, 50, 100])
def test_coverage_is_within_three_points(metric, gold):
    share = coverage(metric, TRUE_VALUES[metric], 1200, noisy_task, gold=gold)
    assert 0.92 <= share <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("gold", [None, 50])
@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_coverage_of_scores_is_within_three_points(metric, gold):
    y_true, _, pred_proba = noisy_scores(400_000, seed=10**6)
    if metric == "roc_auc":
        expected = roc_auc_score(y_true, pred_proba, multi_class="ovr")
    else:
        expected = log_loss(y_true, pred_proba)
    share = coverage(metric, expected, 500, noisy_scores, gold=gold)
    assert 0.92 <= share <= 0.98


@pytest.mark.parametrize("confidence", [0.5, 0.8])
def test_coverage_at_other_levels(confidence):
    share = coverage(
        "accuracy", TRUE_VALUES["accuracy"], 300, noisy_task, confidence=confidence
    )
    assert share == pytest.approx(confidence, abs=0.09)


@pytest.mark.parametrize("metric", ["accuracy", "f1", "roc_auc", "log_loss"])
def test_the_standard_error_is_that_of_the_bootstrap(metric):
    make = noisy_task if metric in TRUE_VALUES else noisy_scores
    _, y_given, outputs = make(400, 0)
    weight = np.random.default_rng(0).integers(0, 3, 400).astype(float)
    found = noise_corrected_interval(
        metric, y_given, outputs, TRANSITION, sample_weight=weight
    )
    rng = np.random.default_rng(1)
    drawn = []
    for rows in rng.integers(400, size=(300, 400)):
        again = noise_corrected_interval(
            metric,
            y_given[rows],
            outputs[rows],
            TRANSITION,
            classes=[0, 1, 2],
            sample_weight=weight[rows],
        )
        drawn.append(again.estimate)
    assert found.standard_error == pytest.approx(np.std(drawn), rel=0.15)


def test_the_estimate_is_the_metric():
    _, y_given, y_pred = noisy_task(300, 0)
    _, y_scored, proba = noisy_scores(300, 0)
    for metric, function, labels, outputs in (
        ("accuracy", noise_corrected_accuracy, y_given, y_pred),
        ("roc_auc", noise_corrected_roc_auc, y_scored, proba),
        ("log_loss", noise_corrected_log_loss, y_scored, proba),
    ):
        found = noise_corrected_interval(metric, labels, outputs, TRANSITION)
        assert found.estimate == function(labels, outputs, TRANSITION)
        assert found.low < found.estimate < found.high


def test_the_interval_widens_with_noise_and_narrows_with_gold_rows():
    _, y_given, y_pred = noisy_task(600, 0)

    def width(**model):
        found = noise_corrected_interval("accuracy", y_given, y_pred, **model)
        return found.high - found.low

    known = width(transition_matrix=TRANSITION)
    assert width(transition_matrix=np.eye(3)) < known
    few, many, all_but_known = (
        width(gold_counts=TRANSITION * n) for n in (30, 300, 10**6)
    )
    assert few > many > all_but_known
    assert all_but_known == pytest.approx(known, rel=0.02)


def test_one_class_and_repeated_draws():
    _, y_given, y_pred = noisy_task(600, 0)
    counts = gold_counts(40, 0)
    first, again, other = (
        noise_corrected_interval(
            "recall",
            y_given,
            y_pred,
            gold_counts=counts,
            pos_label=2,
            random_state=seed,
        )
        for seed in (None, None, 1)
    )
    assert first == again
    assert first.low != other.low
    assert first.estimate == other.estimate


def test_what_is_not_defined_is_nan_all_over():
    y_given, y_pred = np.repeat([0, 1], [95, 5]), np.repeat([0, 1], [90, 10])
    with pytest.warns(UndefinedMetricWarning, match="no true rows"):
        found = noise_corrected_interval(
            "recall", y_given, y_pred, [[0.9, 0.1], [0.1, 0.9]], pos_label=1
        )
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "verify some labels"),
        (
            {"transition_matrix": np.eye(2), "gold_counts": np.eye(2)},
            "give either transition_matrix",
        ),
        ({"gold_counts": [[1, 2, 3]]}, "confusion_matrix"),
        ({"gold_counts": [[1, 2], [0, 0]]}, "no verified row"),
        ({"gold_counts": [[1, -2], [0, 1]]}, "must hold counts"),
        ({"transition_matrix": [[0.5, 0.5], [0.5, 0.5]]}, "cannot be undone"),
        ({"transition_matrix": np.eye(2), "confidence": 95}, "write 0.95"),
    ],
)
def test_bad_parameters_are_refused_with_the_fix(params, message):
    with pytest.raises(ValueError, match=message):
        noise_corrected_interval("accuracy", [0, 1, 1], [0, 1, 0], **params)
    with pytest.raises(ValueError, match="Did you mean 'accuracy'"):
        noise_corrected_interval("acuracy", [0, 1], [0, 1], np.eye(2))
