# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.exceptions import RareClassWarning
from sknoisy.noise import GoldLossCorrection

T = np.array([[0.7, 0.2, 0.1], [0.0, 0.9, 0.1], [0.3, 0.1, 0.6]])


def verified(n_samples=3000, n_gold=600, seed=0):
    """Labels of which some are verified, the given ones, and sharp predictions."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, p=[0.5, 0.3, 0.2], size=n_samples)
    steps = np.cumsum(T, axis=1)[truth]
    given = (rng.random(n_samples)[:, None] > steps).sum(axis=1).clip(max=2)
    trusted = np.arange(n_samples) < n_gold
    return np.where(trusted, truth, given), given, T[truth], trusted


def test_mean_prediction_of_trusted_rows():
    y, _, pred_proba, trusted = verified()
    model = GoldLossCorrection().fit(y, pred_proba, trusted=trusted)
    np.testing.assert_allclose(model.transition_matrix_, T)
    np.testing.assert_allclose(model.class_prior_, [0.5, 0.3, 0.2], atol=0.05)
    np.testing.assert_allclose(model.counts_.sum(axis=1), np.bincount(y[trusted]))


def test_labels_that_were_given_are_counted():
    y, given, _, trusted = verified()
    model = GoldLossCorrection().fit(y, trusted=trusted, given_labels=given)
    expected = np.zeros((3, 3))
    np.add.at(expected, (y[trusted], given[trusted]), 1)
    np.testing.assert_array_equal(model.counts_, expected)
    np.testing.assert_allclose(
        model.transition_matrix_, expected / expected.sum(axis=1, keepdims=True)
    )
    assert model.noise_rate_ == pytest.approx(
        1 - (T.diagonal() @ [0.5, 0.3, 0.2]), abs=0.05
    )


def test_given_labels_of_other_rows_are_not_looked_at():
    y, given, _, trusted = verified(100, 90)
    labels = np.array(["a", "b", "c"])
    shown = np.where(trusted, labels[given], "unknown")
    model = GoldLossCorrection(classes=labels)
    model.fit(labels[y], trusted=trusted, given_labels=shown)
    assert model.counts_.sum() == 90


def test_a_class_without_trusted_rows_has_the_noise_of_all():
    y, given, _, trusted = verified()
    trusted &= y != 2
    with pytest.warns(RareClassWarning, match=r"class\(es\) \[2\]"):
        model = GoldLossCorrection().fit(y, trusted=trusted, given_labels=given)
    rate = (given != y)[trusted].mean()
    np.testing.assert_allclose(
        model.transition_matrix_[2], [rate / 2, rate / 2, 1 - rate]
    )


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.SknoisyWarning")
def test_shrinking_lowers_the_error_of_few_rows():
    errors = {0.0: [], 3.0: []}
    for seed in range(40):
        y, given, _, trusted = verified(200, 30, seed)
        for shrinkage, found in errors.items():
            model = GoldLossCorrection(shrinkage=shrinkage)
            model.fit(y, trusted=trusted, given_labels=given)
            found.append(((model.transition_matrix_ - T) ** 2).sum())
    assert np.mean(errors[3.0]) < 0.9 * np.mean(errors[0.0])


def test_adjusted_matrix_makes_the_given_labels_of_the_true_ones():
    y, given, _, trusted = verified(20_000, 300)
    fits = [
        GoldLossCorrection(adjust=adjust).fit(y, trusted=trusted, given_labels=given)
        for adjust in (False, True)
    ]
    prior = np.bincount(y[trusted]) / trusted.sum()
    shares = np.bincount(given[~trusted]) / (~trusted).sum()
    misses = [np.abs(prior @ fit.transition_matrix_ - shares).max() for fit in fits]
    assert misses[1] < misses[0] / 5
    np.testing.assert_allclose(fits[1].transition_matrix_.sum(axis=1), 1)
    assert (fits[1].transition_matrix_ >= 0).all()
    change = fits[1].transition_matrix_ - fits[0].transition_matrix_
    assert np.abs(change).max() < 0.1


def test_weights_repeat_rows():
    y, given, pred_proba, trusted = verified(400, 200)
    weight = np.random.default_rng(0).integers(0, 3, size=400)
    repeat = np.repeat(np.arange(400), weight)
    model = GoldLossCorrection(shrinkage=3)
    weighted = model.fit(
        y, None, weight.astype(float), trusted=trusted, given_labels=given
    ).transition_matrix_
    model.fit(y[repeat], trusted=trusted[repeat], given_labels=given[repeat])
    np.testing.assert_allclose(weighted, model.transition_matrix_)


def test_all_rows_may_be_trusted():
    y, given, _, trusted = verified(300, 300)
    model = GoldLossCorrection().fit(y, trusted=trusted, given_labels=given)
    np.testing.assert_allclose(model.class_prior_, np.bincount(y) / 300)


def test_errors_name_the_fix():
    y, given, pred_proba, trusted = verified(60, 30)
    model = GoldLossCorrection()
    with pytest.raises(ValueError, match="cannot do without trusted"):
        model.fit(y, pred_proba)
    with pytest.raises(ValueError, match="pass pred_proba, or given_labels"):
        model.fit(y, trusted=trusted)
    with pytest.raises(ValueError, match="no row with weight is trusted"):
        model.fit(y, pred_proba, trusted=np.zeros(60, dtype=bool))
    with pytest.raises(ValueError, match="pass one a row"):
        model.fit(y, trusted=trusted, given_labels=given[:30])
    with pytest.raises(ValueError, match="shrinkage"):
        GoldLossCorrection(shrinkage=-1).fit(y, pred_proba, trusted=trusted)
    assert not vars(model).keys() & {"_given_labels", "counts_"}
