# SPDX-License-Identifier: BSD-3-Clause
"""Probabilities of being right: Bayes' rule, a given mean, and the order of ranks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit, softmax

from sknoisy.detection._calibration import (
    QualityScale,
    contradiction_matrix,
    fit_temperature,
    probability_right,
    sharpen,
)

SEEDS = st.integers(0, 10**6)


def with_every_label(proba):
    """Repeat each row with each label, weighted by the label's probability."""
    n_samples, n_classes = proba.shape
    codes = np.tile(np.arange(n_classes), n_samples)
    return codes, np.repeat(proba, n_classes, axis=0), proba.ravel()


def drawn_proba(seed, n_samples=40, n_classes=3):
    return np.random.default_rng(seed).dirichlet(np.ones(n_classes), n_samples)


@pytest.mark.parametrize("power", [0.3, 1.0, 4.0])
def test_the_temperature_of_labels_is_found(power):
    logits = np.random.default_rng(0).uniform(-1, 1, size=(50, 3))
    codes, _, weight = with_every_label(softmax(power * logits, axis=1))
    flat = np.repeat(softmax(logits, axis=1), 3, axis=0)
    assert fit_temperature(codes, flat, weight) == pytest.approx(power, rel=1e-3)


def test_the_temperature_of_drawn_labels_is_found():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5000, 3))
    odds = softmax(2 * logits, axis=1).cumsum(axis=1)
    codes = (rng.random((5000, 1)) > odds).sum(axis=1)
    found = fit_temperature(codes, softmax(logits, axis=1))
    assert found == pytest.approx(2, rel=0.05)


def test_sure_labels_have_a_finite_temperature():
    proba = np.array([[0.9, 0.1], [0.2, 0.8], [1.0, 0.0]])
    right, wrong = (fit_temperature(c, proba) for c in ([0, 1, 0], [1, 0, 1]))
    assert 0 < wrong < 1 < right < np.inf
    assert np.isfinite(sharpen(proba, right)).all()


def test_sharpening_is_a_power():
    proba = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
    squares = proba**2
    np.testing.assert_allclose(
        sharpen(proba, 2.0), squares / squares.sum(axis=1, keepdims=True)
    )
    np.testing.assert_allclose(sharpen(proba, 1.0), proba)


def symmetric(rate, n_classes):
    """Replace a share of the labels by any other class alike."""
    even = np.full((n_classes, n_classes), rate / (n_classes - 1))
    return even + (1 - rate - even[0, 0]) * np.eye(n_classes)


@pytest.mark.parametrize(
    "noise",
    [symmetric(0.1, 3), symmetric(0.4, 3), [[0.7, 0.2, 0.1], [0, 1, 0], [0, 0.4, 0.6]]],
    ids=["little", "much", "class by class"],
)
def test_odds_follow_the_rule_of_bayes(noise):
    clean = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.05, 0.9, 0.05]])
    noisy = clean @ noise
    codes, flat, weight = with_every_label(noisy)
    by_hand = (clean * np.diag(noise) / noisy).ravel()
    rate = 1 - np.average(by_hand, weights=weight)
    right = probability_right(codes, flat, np.asarray(noise), rate, weight)
    doubtful = by_hand < 0.999
    # All may be sharpened alike and shifted alike.
    (slope, shift), residual, *_ = np.polyfit(
        logit(by_hand[doubtful]), logit(right[doubtful]), 1, full=True
    )
    assert slope >= 0.999
    assert abs(shift) < 1
    assert residual.sum() < 1e-9


@given(seed=SEEDS, rate=st.floats(0.001, 0.999), n_classes=st.integers(2, 5))
def test_the_share_of_wrong_labels_is_as_asked_for(seed, rate, n_classes):
    proba = drawn_proba(seed, n_classes=n_classes)
    rng = np.random.default_rng(seed)
    codes, weight = rng.integers(n_classes, size=40), rng.uniform(0.1, 3, size=40)
    noise = contradiction_matrix(codes, proba.argmax(axis=1), rate, n_classes, weight)
    right = probability_right(codes, proba, noise, rate, weight)
    assert ((right >= 0) & (right <= 1)).all()
    np.testing.assert_allclose(np.average(right, weights=weight), 1 - rate)


@given(seed=SEEDS, rate=st.floats(0.01, 0.4))
def test_more_probable_labels_are_more_likely_right(seed, rate):
    proba = drawn_proba(seed, n_classes=2)
    codes = np.random.default_rng(seed).integers(2, size=40)
    order = np.argsort(proba[np.arange(40), codes])
    right = probability_right(codes, proba, symmetric(rate, 2), rate)
    assert (np.diff(right[order]) >= -1e-12).all()


def test_no_label_may_be_wrong():
    proba, codes = drawn_proba(0), np.zeros(40, dtype=int)
    right = probability_right(codes, proba, np.eye(3), 0.0)
    np.testing.assert_array_equal(right, np.ones(40))


def test_without_contradictions_noise_is_symmetric():
    codes = np.arange(30) % 3
    noise = contradiction_matrix(codes, codes, 0.2, 3)
    off_diagonal = noise[~np.eye(3, dtype=bool)]
    np.testing.assert_allclose(off_diagonal, off_diagonal[0])
    assert 0 < off_diagonal[0] <= 0.1
    np.testing.assert_array_equal(contradiction_matrix(codes, codes, 0.0, 3), np.eye(3))


def test_noise_goes_where_labels_are_contradicted():
    favoured = np.repeat([0, 1, 2], 20)
    codes = favoured.copy()
    codes[:5] = 1
    noise = contradiction_matrix(codes, favoured, 0.08, 3)
    assert noise[0, 1] > 2 * noise[0, 2]
    assert noise[1, 0] == pytest.approx(noise[1, 2])
    assert noise[0, 0] < noise[1, 1] == pytest.approx(noise[2, 2])


@given(seed=SEEDS, share=st.floats(0, 1))
def test_the_noise_has_the_rate_that_is_known(seed, share):
    rng = np.random.default_rng(seed)
    favoured = rng.integers(3, size=60)
    codes = np.where(rng.random(60) < 0.4, rng.integers(3, size=60), favoured)
    weight = rng.random(60) + 0.1
    rate = share * np.average(codes != favoured, weights=weight)
    noise = contradiction_matrix(codes, favoured, rate, 3, weight)
    np.testing.assert_allclose(noise.sum(axis=1), 1)
    assert (noise >= 0).all()
    stays = np.average(np.diag(noise)[favoured], weights=weight)
    assert 1 - stays == pytest.approx(rate)


@given(seed=SEEDS)
def test_weights_repeat_rows(seed):
    rng, proba = np.random.default_rng(seed), drawn_proba(seed)
    codes, weight = rng.integers(3, size=40), rng.integers(1, 4, size=40)
    again = np.repeat(np.arange(40), weight)
    np.testing.assert_allclose(
        fit_temperature(codes, proba, weight),
        fit_temperature(codes[again], proba[again]),
        rtol=1e-4,
    )
    favoured = proba.argmax(axis=1)
    noise = contradiction_matrix(codes, favoured, 0.3, 3, weight)
    np.testing.assert_allclose(
        noise, contradiction_matrix(codes[again], favoured[again], 0.3, 3)
    )
    right = probability_right(codes, proba, noise, 0.3, weight)
    repeated = probability_right(codes[again], proba[again], noise, 0.3)
    np.testing.assert_allclose(right[again], repeated, atol=1e-9)
    ranks = rng.random(40)
    np.testing.assert_allclose(
        QualityScale(ranks, right, weight).quality(ranks),
        QualityScale(ranks[again], right[again]).quality(ranks),
        atol=1e-9,
    )


@given(seed=SEEDS)
def test_quality_keeps_the_order_of_ranks(seed):
    rng = np.random.default_rng(seed)
    ranks, right = rng.integers(0, 30, 40) / 30, rng.random(40).round(1)
    quality = QualityScale(ranks, right).quality(ranks)
    order = np.argsort(ranks, kind="stable")
    np.testing.assert_array_equal(
        np.sign(np.diff(quality[order])), np.sign(np.diff(ranks[order]))
    )
    assert ((quality >= 0) & (quality <= 1)).all()


@given(seed=SEEDS)
def test_quality_has_the_values_of_the_probabilities(seed):
    rng = np.random.default_rng(seed)
    ranks, right = rng.permutation(60) / 60, rng.random(60) ** 3
    quality = QualityScale(ranks, right).quality(ranks)
    np.testing.assert_allclose(np.sort(quality), np.sort(right), atol=0.02)
    assert quality.mean() == pytest.approx(right.mean(), abs=0.01)


def test_new_ranks_lie_between_known_ones():
    ranks, right = np.array([0.1, 0.5, 0.9]), np.array([0.9, 0.2, 0.6])
    scale = QualityScale(ranks, right)
    low, middle, high = scale.quality(ranks)
    new = scale.quality(np.array([0.0, 0.3, 0.7, 1.0]))
    assert new[0] == low < new[1] < middle < new[2] < high == new[3]
