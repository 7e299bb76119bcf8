# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.exceptions import NoiseModelWarning
from sknoisy.noise import BinaryRates

METHODS = ["rank_pruning", "quantile", "roc_slope"]


def two_classes(n_samples=20_000, rates=(0.2, 0.3), share=0.4, steepness=8.0, seed=0):
    """Draw two classes with noise; return given and true labels, and posteriors."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n_samples) < share).astype(int)
    x = rng.normal(size=n_samples) + steepness * (truth - 0.5)
    odds = np.exp(steepness * x) * share / (1 - share)
    clean = odds / (1 + odds)
    wrong = rng.random(n_samples) < np.array(rates)[truth]
    one = clean * (1 - rates[1]) + (1 - clean) * rates[0]
    return np.where(wrong, 1 - truth, truth), truth, np.column_stack([1 - one, one])


@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.2, 0.3), (0.4, 0.1), (0.0, 0.45)])
@pytest.mark.parametrize("method", METHODS[:2])
def test_rates_of_classes_that_do_not_overlap(method, rates):
    y, _, pred_proba = two_classes(rates=rates)
    model = BinaryRates(method=method).fit(y, pred_proba)
    np.testing.assert_allclose(model.rates_, rates, atol=0.02)
    np.testing.assert_allclose(model.class_prior_, [0.6, 0.4], atol=0.03)
    expected = [[1 - rates[0], rates[0]], [rates[1], 1 - rates[1]]]
    np.testing.assert_allclose(model.transition_matrix_, expected, atol=0.02)


def test_slopes_need_the_order_of_the_rows_alone():
    # Ten bins of scores, so that the ends of the curve are not down to chance.
    y, _, pred_proba = two_classes(100_000, steepness=4.0)
    order = np.argsort(np.argsort(pred_proba[:, 1], kind="stable")) // 10_000
    one = order / 10 + 0.05
    model = BinaryRates(method="roc_slope").fit(y, np.column_stack([1 - one, one]))
    np.testing.assert_allclose(model.rates_, (0.2, 0.3), atol=0.02)


def test_contamination_is_the_share_of_wrong_labels_in_a_label():
    y, truth, pred_proba = two_classes()
    model = BinaryRates().fit(y, pred_proba)
    expected = [(truth[y == k] != k).mean() for k in (0, 1)]
    np.testing.assert_allclose(model.contamination_, expected, atol=0.03)
    assert model.noise_rate_ == pytest.approx((truth != y).mean(), abs=0.02)


def test_formulas_of_rank_pruning():
    y = np.array([0] * 6 + [1] * 6)
    one = np.array([0.1, 0.2, 0.1, 0.3, 0.9, 0.2, 0.9, 0.8, 0.7, 0.9, 0.1, 0.8])
    with pytest.warns(UserWarning, match="fewer than 10 rows"):
        model = BinaryRates().fit(y, np.column_stack([1 - one, one]))
    # Means: 0.3 of label 0 and 0.7 of label 1; 6 rows reach each.
    np.testing.assert_allclose(model.rates_, [1 / 6, 1 / 6])
    np.testing.assert_allclose(model.class_prior_, [0.5, 0.5])
    np.testing.assert_allclose(model.contamination_, [1 / 6, 1 / 6])


@pytest.mark.parametrize("method", METHODS)
def test_weights_repeat_rows(method):
    y, _, pred_proba = two_classes(400)
    weight = np.random.default_rng(1).integers(0, 4, size=400)
    repeat = np.repeat(np.arange(400), weight)
    model = BinaryRates(method=method, quantile=0.05)
    weighted = model.fit(y, pred_proba, weight.astype(float)).rates_
    np.testing.assert_allclose(
        weighted, model.fit(y[repeat], pred_proba[repeat]).rates_, atol=1e-9
    )


def test_labels_that_say_nothing_are_warned_of():
    y = np.tile([0, 1], 50)
    one = np.repeat([0.6, 0.4], 50)
    with pytest.warns(NoiseModelWarning) as caught:
        model = BinaryRates().fit(y, np.column_stack([1 - one, one]))
    assert "say nothing of the classes" in str(caught[0].message)
    assert model.rates_.sum() < 1
    assert np.isfinite(model.class_prior_).all()


def test_two_classes_both_with_rows():
    thirds = np.full((30, 3), 1 / 3)
    with pytest.raises(ValueError, match="two classes, got 3; use ConfidentJoint"):
        BinaryRates().fit(np.arange(30) % 3, thirds)
    with pytest.raises(ValueError, match="all are labelled 'a'"):
        BinaryRates(classes=["a", "b"]).fit(["a"] * 30, np.full((30, 2), 0.5))
    with pytest.raises(ValueError, match="must be a share"):
        BinaryRates(quantile=2).fit(np.arange(30) % 2, np.full((30, 2), 0.5))
