# SPDX-License-Identifier: BSD-3-Clause
"""What judges say of labels, gathered: their mean, their ranking, their dissent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.detection._opinions import Opinions, estimate_noise_rate
from sknoisy.utils._labelled_rows import LabelledRows

SEEDS = st.integers(0, 10**6)

# Of four labels, both judges doubt the second, one the third; the last is a tie.
CODES = np.array([0, 0, 1, 1])
FIRST = np.array([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1], [0.5, 0.5]])
SECOND = np.array([[0.6, 0.4], [0.4, 0.6], [0.3, 0.7], [0.5, 0.5]])


def hear(codes, pred_probas, sample_weight=None, trusted=None):
    classes = np.arange(pred_probas[0].shape[1])
    rows = LabelledRows(None, codes, codes, classes, sample_weight, None, trusted)
    opinions = Opinions(rows)
    for pred_proba in pred_probas:
        opinions.add(pred_proba)
    return opinions


def drawn(seed, n_judges=3, n_samples=30, n_classes=3):
    rng = np.random.default_rng(seed)
    odds = np.ones(n_classes)
    probas = [rng.dirichlet(odds, n_samples) for _ in range(n_judges)]
    return rng.integers(n_classes, size=n_samples), probas, rng


def test_probabilities_are_averaged():
    opinions = hear(CODES, [FIRST, SECOND])
    np.testing.assert_allclose(opinions.mean_proba(), (FIRST + SECOND) / 2)


def test_trust_is_the_support_of_the_mean():
    trust = hear(CODES, [FIRST, SECOND]).trust()
    np.testing.assert_allclose(trust, [1.0, 0.6 / 1.4, 0.8 / 1.2, 1.0])


def test_no_label_is_left_without_weight():
    proba = np.array([[1.0, 0.0], [0.0, 1.0]])
    trust = hear(np.array([1, 1]), [proba]).trust()
    assert 0 < trust[0] < 0.1
    assert trust[1] == 1


def test_dissent_runs_from_all_judges_to_their_mean():
    assert hear(CODES, [FIRST, SECOND]).dissent() == (0.25, 0.5)
    weight = np.array([1.0, 1.0, 6.0, 2.0])
    assert hear(CODES, [FIRST, SECOND], weight).dissent() == (0.1, 0.7)


def test_a_tie_is_no_dissent():
    even = np.full((4, 2), 0.5)
    assert hear(CODES, [even]).dissent() == (0.0, 0.0)
    assert hear(CODES, [even, even]).dissent() == (0.0, 0.0)


def test_the_mean_favours_a_class_or_the_given_one_where_it_ties():
    favoured = hear(CODES, [FIRST, SECOND]).favoured()
    np.testing.assert_array_equal(favoured, [0, 1, 0, 1])
    trusted = np.array([False, True, False, False])
    verified = hear(CODES, [FIRST, SECOND], trusted=trusted).favoured()
    np.testing.assert_array_equal(verified, [0, 0, 0, 1])


def test_judges_that_favour_different_classes_do_not_dissent_with_one_voice():
    first, second = np.array([[0.1, 0.5, 0.4]]), np.array([[0.1, 0.4, 0.5]])
    assert hear(np.array([0]), [first, second]).dissent() == (0.0, 1.0)


def test_verified_labels_are_beyond_doubt():
    trusted = np.array([False, True, False, False])
    opinions = hear(CODES, [FIRST, SECOND], trusted=trusted)
    assert opinions.trust()[1] == 1
    assert opinions.dissent() == (0.0, 0.25)


@given(seed=SEEDS, n_judges=st.integers(1, 5), n_classes=st.integers(2, 4))
def test_all_judges_dissent_no_more_often_than_their_mean(seed, n_judges, n_classes):
    codes, probas, rng = drawn(seed, n_judges, n_classes=n_classes)
    coarse = [np.round(4 * proba) + 0.1 for proba in probas]
    for pred_probas in (probas, coarse):
        low, high = hear(codes, pred_probas, rng.random(30) + 0.1).dissent()
        assert 0 <= low <= high <= 1


def test_a_single_judge_dissents_with_one_voice():
    low, high = hear(CODES, [FIRST]).dissent()
    assert low == high == 0.5


def test_the_ranking_goes_by_margin():
    ranking = hear(CODES, [FIRST]).joint_ranking()
    np.testing.assert_array_equal(ranking.weights, [1.0])
    # Margins of 0.8, -0.6, -0.8 and 0.
    np.testing.assert_allclose(ranking.rank(), [0.875, 0.375, 0.125, 0.625])


def test_two_judges_count_alike():
    ranking = hear(CODES, [FIRST, SECOND]).joint_ranking()
    by_hand = np.mean([[7, 3, 1, 5], [5, 1, 7, 3]], axis=0) / 8
    np.testing.assert_allclose(ranking.rank(), by_hand)


def test_a_judge_that_none_supports_counts_least():
    codes, probas, rng = drawn(0, n_judges=1, n_samples=200)
    near = [0.8 * probas[0] + 0.2 * rng.dirichlet(np.ones(3), 200) for _ in range(3)]
    alone = rng.dirichlet(np.ones(3), 200)
    weights = hear(codes, [*near, alone]).joint_ranking().weights
    assert weights[3] < 0.05
    assert weights.sum() == pytest.approx(1)


@given(seed=SEEDS)
def test_known_labels_rank_among_new_ones_where_they_did(seed):
    codes, probas, _ = drawn(seed)
    ranking = hear(codes, probas).joint_ranking()
    new = ranking.rank_new(codes[5:9], [proba[5:9] for proba in probas])
    np.testing.assert_allclose(new, ranking.rank()[5:9], atol=1e-6)


@given(seed=SEEDS)
def test_a_weight_repeats_its_row(seed):
    codes, probas, rng = drawn(seed)
    weight = rng.integers(1, 4, size=30)
    again = np.repeat(np.arange(30), weight)
    weighted = hear(codes, probas, weight)
    repeated = hear(codes[again], [proba[again] for proba in probas])
    np.testing.assert_allclose(weighted.dissent(), repeated.dissent())
    np.testing.assert_allclose(
        weighted.joint_ranking().rank()[again], repeated.joint_ranking().rank()
    )


@given(
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
    n_samples=st.integers(1, 10**5),
)
def test_the_noise_rate_is_in_its_interval(shares, n_samples):
    rate, (low, high) = estimate_noise_rate(*shares, n_samples)
    assert 0 <= low <= rate <= high <= 1
    assert low <= shares[0] + 1e-9
    assert high >= shares[1] - 1e-9


def test_where_judges_agree_the_rate_is_what_they_say():
    rate, (low, high) = estimate_noise_rate(0.4, 0.4, 10**5)
    assert rate == pytest.approx(0.4, abs=0.01)
    assert high - low < 0.01


def test_few_rows_tell_less():
    few, many = (estimate_noise_rate(0.1, 0.2, n)[1] for n in (30, 3000))
    assert few[0] < many[0] < 0.1
    assert few[1] > many[1] > 0.2


def test_the_more_is_contradicted_the_higher_the_rate():
    pairs = [(0.0, 0.0), (0.0, 0.1), (0.1, 0.2), (0.1, 0.5), (0.4, 0.6)]
    rates = [estimate_noise_rate(*pair, 500)[0] for pair in pairs]
    assert (np.diff(rates) > 0).all()


def with_boosting(seed, out_of_fold=None):
    codes, probas, rng = drawn(seed, n_samples=60)
    opinions = hear(codes, probas)
    before = opinions.mean_proba(), opinions.dissent(), opinions.joint_ranking()
    in_sample = rng.dirichlet(np.ones(3), 60)
    if out_of_fold is None:
        out_of_fold = np.roll(np.eye(3)[codes], 1, axis=1)
    else:
        out_of_fold = np.eye(3)[codes]
    opinions.add_boosting(in_sample, out_of_fold)
    return opinions, before


@given(SEEDS)
def test_boosting_only_ranks(seed):
    opinions, (mean, dissent, _) = with_boosting(seed)
    np.testing.assert_array_equal(opinions.mean_proba(), mean)
    assert opinions.dissent() == dissent


@given(SEEDS)
def test_boosting_counts_beside_others(seed):
    opinions, (_, _, ranking) = with_boosting(seed)
    weights = opinions.joint_ranking().weights
    assert weights.sum() == pytest.approx(1)
    assert 0 < weights[-1] < 1
    # Between two of the others, agreement with it may shift the weights.
    assert len(weights) == len(ranking.weights) + 1


def test_boosting_that_predicts_far_better_ranks_alone():
    opinions, _ = with_boosting(0, out_of_fold="right")
    np.testing.assert_allclose(opinions.joint_ranking().weights, [0, 0, 0, 1])


def test_the_lead_of_boosting_is_measured_in_standard_errors():
    opinions = hear(CODES, [FIRST, SECOND])
    # The others predict the first label and, by the tie, the last one wrongly.
    opinions.add_boosting(FIRST, np.eye(2)[[0, 1, 1, 1]])
    gain = np.array([0.0, 0.0, 1.0, 1.0])
    error = gain.std() / 2
    assert opinions._lead == pytest.approx(gain.mean() / error)
