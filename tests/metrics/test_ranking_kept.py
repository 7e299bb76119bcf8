# SPDX-License-Identifier: BSD-3-Clause
"""Which noise keeps the ranking of models by which metric."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sknoisy.metrics import RankingVerdict, ranking_is_preserved
from sknoisy.noise import pair_matrix, symmetric_matrix

rates = st.floats(0.0, 0.45)


def random_joint(prior, rng):
    """Make the table of true and predicted labels of a random model."""
    return prior[:, None] * rng.dirichlet(np.ones(len(prior)), size=len(prior))


def accuracy(joint):
    return np.trace(joint)


def balanced_accuracy(joint):
    return np.mean(np.diag(joint) / joint.sum(axis=1))


def peer_agreement(joint):
    return np.trace(joint) - joint.sum(axis=1) @ joint.sum(axis=0)


METRICS = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "peer_agreement": peer_agreement,
}


def differences(metric, matrix, prior, seed, n_pairs=50):
    """Compare random models by true and by given labels."""
    rng = np.random.default_rng(seed)
    function = METRICS[metric]
    pairs = [[random_joint(prior, rng) for _ in range(2)] for _ in range(n_pairs)]
    true = np.array([function(a) - function(b) for a, b in pairs])
    noisy = np.array(
        [function(matrix.T @ a) - function(matrix.T @ b) for a, b in pairs]
    )
    return true, noisy


@pytest.mark.parametrize("metric", METRICS)
@given(first=rates, second=rates, seed=st.integers(0, 20))
def test_verdicts_about_two_classes_hold_for_random_models(metric, first, second, seed):
    matrix = np.array([[1 - first, first], [second, 1 - second]])
    prior = np.array([0.3, 0.7])
    # What a test by numbers cannot tell from symmetric noise is no case.
    assume(first == second or abs(first - second) > 1e-3)
    verdict = ranking_is_preserved(matrix, metric, class_prior=prior)
    assert verdict.preserved == (metric != "accuracy" or first == second)
    true, noisy = differences(metric, matrix, prior, seed)
    if verdict:
        assert np.allclose(noisy, verdict.shrinkage * true, atol=1e-9)
        assert verdict.rows_factor == pytest.approx(verdict.shrinkage**-2)


COLUMNS = np.array([0.05, 0.1, 0.2])
EQUAL_COLUMNS = COLUMNS + (1 - COLUMNS.sum()) * np.eye(3)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("matrix", "kept_by"),
    [
        (np.eye(3), set(METRICS)),
        (symmetric_matrix(3, 0.4), {"accuracy", "peer_agreement"}),
        (EQUAL_COLUMNS, {"peer_agreement"}),
        (pair_matrix(3, 0.3), set()),
    ],
    ids=["none", "symmetric", "equal columns", "pair"],
)
def test_verdicts_about_three_classes_hold_for_random_models(metric, matrix, kept_by):
    prior = np.array([0.2, 0.3, 0.5])
    verdict = ranking_is_preserved(matrix, metric, class_prior=prior)
    assert bool(verdict) == (metric in kept_by)
    true, noisy = differences(metric, matrix, prior, seed=0)
    if verdict:
        assert np.allclose(noisy, verdict.shrinkage * true, atol=1e-9)
    else:
        assert np.any(np.sign(true) != np.sign(noisy))


def test_balance_decides_for_three_classes():
    matrix = symmetric_matrix(3, 0.4)
    assert ranking_is_preserved(matrix, "balanced_accuracy")
    assert ranking_is_preserved(matrix, "roc_auc")
    uneven = [0.2, 0.3, 0.5]
    assert not ranking_is_preserved(matrix, "roc_auc", class_prior=uneven)


def test_two_classes_keep_the_order_of_areas():
    verdict = ranking_is_preserved(
        [[0.9, 0.1], [0.3, 0.7]], "roc_auc", class_prior=[0.6, 0.4]
    )
    # By hand: 0.66 of the rows are given class 0, 0.12 / 0.66 of them wrongly.
    assert verdict.shrinkage == pytest.approx(1 - 0.12 / 0.66 - 0.06 / 0.34)
    assert verdict


def test_symmetric_noise_shrinks_by_the_known_factor():
    verdict = ranking_is_preserved(symmetric_matrix(4, 0.3))
    assert verdict.shrinkage == pytest.approx(1 - 0.3 - 0.1)
    assert verdict.rows_factor == pytest.approx(1 / 0.36)


@pytest.mark.parametrize("metric", ["f1", "log_loss", "precision", "recall"])
def test_metrics_that_only_survive_without_noise(metric):
    assert ranking_is_preserved(np.eye(2), metric)
    verdict = ranking_is_preserved([[0.9, 0.1], [0.1, 0.9]], metric)
    assert not verdict
    assert verdict.shrinkage == pytest.approx(0.8)
    assert "noise_corrected_" in verdict.reason


def test_labels_worse_than_chance_or_no_better():
    reversed_ = ranking_is_preserved([[0.2, 0.8], [0.7, 0.3]], "peer_agreement")
    assert not reversed_
    assert "reversed" in reversed_.reason
    assert reversed_.shrinkage == pytest.approx(-0.5)
    void = ranking_is_preserved([[0.4, 0.6], [0.4, 0.6]], "balanced_accuracy")
    assert not void
    assert void.rows_factor == np.inf
    singular = ranking_is_preserved([[0.4, 0.6], [0.4, 0.6]], "f1")
    assert "get other labels" in singular.reason
    assert isinstance(singular, RankingVerdict)


def test_bad_input_is_refused_with_the_fix():
    with pytest.raises(ValueError, match="Did you mean 'accuracy'"):
        ranking_is_preserved(np.eye(2), "acuracy")
    with pytest.raises(ValueError, match="positive shares that sum to 1"):
        ranking_is_preserved(np.eye(2), class_prior=[0.5, 0.2])
