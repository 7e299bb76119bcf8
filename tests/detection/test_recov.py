# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from sknoisy.base import with_default_estimator
from sknoisy.detection import ReCoV, StandardizedLossAggregation
from sknoisy.detection._recov import _false_discovery_cutoff, count_extremity
from sknoisy.exceptions import RareClassWarning
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts

BOTH = [ReCoV, StandardizedLossAggregation]


def test_two_standard_deviations_of_a_thousand_runs():
    counts = np.array([225.29, 225.3, 200.0])
    extremity = count_extremity(counts, 1000, 0.2)
    np.testing.assert_array_equal(extremity.deviation > 2, [False, True, False])
    assert extremity.deviation[2] == 0


def test_p_values_include_the_count_itself():
    p_values = count_extremity(np.array([0.0, 3.0, 3.5]), 10, 0.2).p_values
    expected = [1.0, 1 - binom.cdf(2, 10, 0.2), 1 - binom.cdf(2, 10, 0.2)]
    np.testing.assert_allclose(p_values, expected)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from([0.01, 0.05])
)
def test_false_discovery_cutoff_is_that_of_benjamini_and_hochberg(values, alpha):
    p_values = np.array(values)
    cutoff = _false_discovery_cutoff(p_values, alpha)
    adjusted = false_discovery_control(p_values)
    clear = np.abs(adjusted - alpha) > 1e-12
    np.testing.assert_array_equal(
        (p_values <= cutoff)[clear], (adjusted <= alpha)[clear]
    )


def test_false_discovery_cutoff_counts_weights_as_rows():
    p_values = np.array([0.001, 0.02, 0.2, 0.5])
    weight = np.array([2, 1, 3, 0])
    repeated = _false_discovery_cutoff(np.repeat(p_values, weight), 0.05)
    assert _false_discovery_cutoff(p_values, 0.05, weight) == repeated


def test_chance_alone_gives_few_discoveries():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(200):
        counts = rng.binomial(200, 0.2, size=300)
        p_values = count_extremity(counts, 200, 0.2).p_values
        found.append((p_values <= _false_discovery_cutoff(p_values, 0.05)).any())
    # Without a wrong label, each discovery is false: alpha bounds how often.
    assert np.mean(found) <= 0.07


@pytest.mark.parametrize("kind", BOTH)
def test_labels_without_meaning_give_few_discoveries(kind):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 3)), rng.integers(0, 2, 300)
    assert kind(n_repeats=50).fit(X, y).suspect_mask_.mean() <= 0.02


def test_folds_that_tie_share_the_blame():
    X, y, _ = blobs(100, 2)
    detector = ReCoV(loss="error", n_repeats=10).fit(X, y)
    np.testing.assert_allclose(detector.worst_fold_counts_, 2.0)
    np.testing.assert_allclose(detector.label_quality_, 0.8)
    assert not detector.suspect_mask_.any()
    level = StandardizedLossAggregation(loss="error", n_repeats=10).fit(X, y)
    np.testing.assert_array_equal(level.standardized_loss_, 0.0)


def test_counts_add_up_to_the_rows_of_the_worst_folds():
    X, y, _ = planted()
    detector = ReCoV(n_repeats=30).fit(X, y)
    assert detector.worst_fold_counts_.sum() == pytest.approx(30 * len(y) / 5, rel=0.03)
    np.testing.assert_allclose(
        detector.label_quality_, 1 - detector.worst_fold_counts_ / 30
    )


def test_standardized_losses_average_to_nothing():
    X, y, _ = planted()
    detector = StandardizedLossAggregation(n_repeats=30).fit(X, y)
    assert abs(detector.standardized_loss_.mean()) < 0.02
    assert np.abs(detector.standardized_loss_).max() <= 2.0


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"loss": "error"},
        {"loss": "log_loss", "estimator": LogisticRegression(C=0.1), "n_repeats": 100},
    ],
)
def test_planted_errors_are_found(kind, params):
    X, y, wrong = planted()
    detector = kind(**params).fit(X, y)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.97
    assert detector.suspect_mask_[wrong].mean() > 0.8
    assert detector.suspect_mask_[~wrong].mean() < 0.05
    assert (detector.suggested_labels_[wrong] != y[wrong]).all()


@pytest.mark.parametrize("kind", BOTH)
def test_more_runs_tell_more(kind):
    X, given, truth = blobs(400, 3, noise=0.1)
    few, many = (
        roc_auc_score(
            given != truth, -kind(n_repeats=runs).fit(X, given).label_quality_
        )
        for runs in (10, 300)
    )
    assert few + 0.1 < many
    assert many > 0.95


def test_standardized_losses_need_fewer_runs_than_counts():
    X, given, truth = blobs(400, 3, noise=0.1)
    counted, standardized = (
        roc_auc_score(given != truth, -kind(n_repeats=50).fit(X, given).label_quality_)
        for kind in BOTH
    )
    assert counted + 0.02 < standardized


@pytest.mark.parametrize("kind", BOTH)
def test_rules_agree_on_clear_errors(kind):
    X, y, wrong = planted()
    for rule in ("sigma", "fdr", "gmm"):
        mask = kind(rule=rule).fit(X, y).suspect_mask_
        assert mask[wrong].mean() > 0.8
        assert mask[~wrong].mean() < 0.1


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("estimator", [GaussianNB(), LinearSVC()])
def test_any_classifier_will_do(kind, estimator):
    X, y, wrong = planted(90)
    detector = kind(estimator, n_repeats=25).fit(X, y)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.8
    assert (detector.score_samples(X[:4], y[:4]) <= 1).all()


@pytest.mark.parametrize("kind", BOTH)
def test_containers_and_labels(kind):
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        given = np.array(["no", "yes"])[y]
        detector = kind(n_repeats=100).fit(X, given)
        wrong = np.arange(len(y)) < 2
        assert roc_auc_score(wrong, -detector.label_quality_) > 0.9
        assert set(detector.suggested_labels_) == {"no", "yes"}


@pytest.mark.parametrize("kind", BOTH)
def test_rare_classes(kind):
    X, y, _ = blobs(60, 2)
    y[0] = 2
    with pytest.warns(RareClassWarning, match=r"\[2\]"):
        detector = kind(n_repeats=5).fit(X, y)
    assert detector.label_quality_[0] == 1
    assert not detector.suspect_mask_[0]
    y[1] = 2
    assert np.isfinite(kind(n_repeats=5).fit(X, y).label_quality_).all()


@pytest.mark.parametrize("kind", BOTH)
def test_groups_share_a_fold(kind):
    X, y, _ = planted(90)
    groups = np.arange(90) // 3
    quality = kind(n_repeats=10).fit(X, y, groups=groups).label_quality_
    np.testing.assert_allclose(quality, np.repeat(quality[::3], 3))


def test_trusted_rows_are_never_suspect():
    X, y, wrong = planted()
    detector = ReCoV(n_repeats=50).fit(X, y, trusted=wrong)
    assert (detector.label_quality_[wrong] == 1).all()
    assert not detector.suspect_mask_[wrong].any()


def test_wrappers_do_not_lend_a_classifier_that_is_not_cheap():
    assert with_default_estimator(ReCoV(), DummyClassifier()).estimator is None


def test_random_state_chooses_the_folds():
    X, y, _ = planted()
    first, again, other = (
        ReCoV(n_repeats=5, random_state=seed).fit(X, y).label_quality_
        for seed in (None, None, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"loss": "briar"}, "Did you mean 'brier'"),
        ({"rule": "two"}, "rule='two' is not known"),
        ({"n_repeats": 0}, "n_repeats=0 must be at least 1"),
        ({"alpha": 1.0}, "alpha=1.0 must lie between 0 and 1"),
        ({"n_folds": 1}, "leaves no row out"),
    ],
)
def test_wrong_parameters_name_the_fix(params, message):
    X, y, _ = planted()
    with pytest.raises(ValueError, match=message):
        ReCoV(**params).fit(X, y)
