# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.special import expit

from sknoisy.review._calibration import error_probability

NONE = (np.zeros(0), *[np.zeros(0, dtype=int)] * 2, np.zeros(0, dtype=bool))


def doubtful(n_samples=400, seed=0):
    rng = np.random.default_rng(seed)
    given = rng.integers(3, size=n_samples)
    return rng.normal(size=n_samples), given, (given + 1) % 3, rng


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.9])
def test_before_any_answer_the_mean_is_the_noise_rate(rate):
    doubt, given, suggested, _ = doubtful()
    proba = error_probability(doubt, given, suggested, 3, rate, NONE)
    np.testing.assert_allclose(proba.mean(), rate, rtol=1e-6)
    assert (np.argsort(proba) == np.argsort(doubt)).all()


@pytest.mark.parametrize("rate", [0.0, 1.0, np.nan])
def test_no_rate_makes_a_label_certain(rate):
    doubt, given, suggested, _ = doubtful()
    proba = error_probability(doubt, given, suggested, 3, rate, NONE)
    assert (proba > 0).all() and (proba < 1).all()


def test_weights_equal_repeated_rows():
    doubt, given, suggested, rng = doubtful(50)
    weight = rng.integers(1, 4, size=50)
    weighted = error_probability(
        doubt, given, suggested, 3, 0.2, NONE, weight.astype(float)
    )
    rows = np.repeat(np.arange(50), weight)
    repeated = error_probability(
        doubt[rows], given[rows], suggested[rows], 3, 0.2, NONE
    )
    np.testing.assert_allclose(weighted[rows], repeated)


def test_answers_take_over_from_the_prior():
    doubt, given, suggested, rng = doubtful(4000)
    truth = expit(0.5 + 2 * doubt)
    is_wrong = rng.random(4000) < truth
    asked = (doubt, given, suggested, is_wrong)
    proba = error_probability(doubt, given, suggested, 3, 0.1, asked)
    np.testing.assert_allclose(proba, truth, atol=0.06)


def test_a_class_that_is_often_wrong_is_doubted_more():
    doubt, given, suggested, _ = doubtful()
    first = np.arange(60)
    asked = (doubt[first], given[first], suggested[first], given[first] == 1)
    proba = error_probability(0 * doubt, given, suggested, 3, 0.3, asked)
    assert proba[given == 1].min() > proba[given != 1].max()


def test_one_answer_moves_little():
    doubt, given, suggested, _ = doubtful()
    before = error_probability(doubt, given, suggested, 3, 0.3, NONE)
    asked = tuple(values[:1] for values in (doubt, given, suggested, given >= 0))
    after = error_probability(doubt, given, suggested, 3, 0.3, asked)
    assert 0.01 < np.abs(after - before).max() < 0.4


def test_suggestions_that_repeat_the_label_say_nothing_of_their_own():
    doubt, given, suggested, rng = doubtful()
    asked = (doubt[:50], given[:50], suggested[:50], rng.random(50) < 0.5)
    proba = error_probability(0 * doubt, 0 * given, 0 * given + 2, 3, 0.3, asked)
    same = error_probability(0 * doubt, 0 * given, 0 * given, 3, 0.3, asked)
    assert not np.allclose(proba, same)
    np.testing.assert_allclose(np.ptp(same), 0, atol=1e-12)
