# SPDX-License-Identifier: BSD-3-Clause
"""AutoDetector: finds planted errors in any X, and says how sure it is."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from sknoisy import CleanThenFit, DropSuspects
from sknoisy.base import with_default_estimator
from sknoisy.detection import AutoDetector
from tests._data import blobs
from tests.detection._evidence import found, frame, planted, texts

LOW = AutoDetector(budget="low")


def fitted(detector, X, y, **metadata):
    return clone(detector).fit(X, y, **metadata)


def symmetric(n_samples, rate, spread, seed=0):
    """Blobs whose labels are replaced by any other alike; return X, y and which."""
    X, _, truth = blobs(n_samples, seed=seed, spread=spread)
    rng = np.random.default_rng(seed)
    wrong = rng.random(n_samples) < rate
    return X, np.where(wrong, (truth + rng.integers(1, 3, n_samples)) % 3, truth), wrong


def assert_finds(detector, wrong):
    assert found(detector, wrong) > 0.99
    assert (detector.suspect_mask_ == wrong).mean() > 0.95
    assert (detector.suspect_mask_ & wrong).sum() > wrong.sum() / 2


def lowest_two(detector):
    return set(detector.label_quality_.argsort()[:2].tolist())


@pytest.fixture(scope="module")
def medium():
    X, y, wrong = planted()
    return AutoDetector().fit(X, y), X, y, wrong


@pytest.mark.parametrize(("budget", "n_samples"), [("low", 120), ("high", 60)])
def test_planted_errors_are_found(budget, n_samples):
    X, y, wrong = planted(n_samples)
    detector = AutoDetector(budget=budget).fit(X, y)
    assert_finds(detector, wrong)
    np.testing.assert_array_equal(detector.suggested_labels_, np.arange(n_samples) % 3)


def test_planted_errors_are_found_by_default(medium):
    detector, _, y, wrong = medium
    assert_finds(detector, wrong)
    np.testing.assert_array_equal(detector.suggested_labels_, np.arange(len(y)) % 3)
    assert set(detector.judge_weights_) == {judge.name for judge in detector.judges_}
    assert sum(detector.judge_weights_.values()) == pytest.approx(1)


@pytest.mark.parametrize("budget", ["low", "medium"])
def test_planted_errors_are_found_in_texts(budget):
    X, y = texts()
    assert lowest_two(AutoDetector(budget=budget).fit(X, y)) == {0, 1}


@pytest.mark.parametrize("library", [pd, pl])
@pytest.mark.parametrize("with_text", [True, False])
def test_planted_errors_are_found_in_mixed_frames(library, with_text):
    X, y = frame(library, with_text=with_text)
    assert lowest_two(fitted(LOW, X, y)) == {0, 1}


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.WeakEvidenceWarning")
@pytest.mark.parametrize("budget", ["low", "medium"])
def test_planted_errors_are_found_in_sparse_counts(budget):
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    rates = np.where((np.arange(20) < 10) == y[:, np.newaxis], 1.0, 0.1)
    X = sparse.csr_matrix(rng.poisson(rates).astype(float))
    y[[0, 1]] = y[[1, 0]]
    assert lowest_two(AutoDetector(budget=budget).fit(X, y)) == {0, 1}


def test_rows_that_none_can_read_are_judged_by_the_estimator():
    table, y, wrong = planted()
    X = [{"left": left, "up": up} for left, up in table]
    model = make_pipeline(DictVectorizer(), LogisticRegression())
    detector = AutoDetector(model).fit(X, y)
    assert list(detector.judge_weights_) == ["estimator"]
    assert_finds(detector, wrong)
    assert detector.score_samples(X[:3], y[:3]).shape == (3,)


def test_rows_that_none_can_read_need_an_estimator():
    X = [{"size": i} for i in range(10)]
    with pytest.raises(ValueError, match=r"X is a list.*AutoDetector\(estimator\)"):
        AutoDetector().fit(X, [0, 1] * 5)


def test_an_estimator_joins_the_others():
    X, y, wrong = planted(60)
    detector = AutoDetector(GaussianNB()).fit(X, y)
    assert 0 < detector.judge_weights_["estimator"] < 1
    assert_finds(detector, wrong)


def calibration_error(probability, happened, n_bins=10):
    """Mean distance between what was foretold and what happened, bin by bin."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    error = np.bincount(bins, probability - happened, minlength=n_bins)
    return np.abs(error).sum() / len(bins)


@pytest.mark.parametrize(
    ("budget", "spread", "seed"), [("low", 1, 1), ("low", 2, 0), ("medium", 2, 0)]
)
def test_quality_is_a_probability(budget, spread, seed):
    X, y, wrong = symmetric(500, 0.2, spread, seed)
    detector = AutoDetector(budget=budget).fit(X, y)
    quality = detector.label_quality_
    assert calibration_error(quality, ~wrong) < 0.08
    # Neither the noise rate for all nor a sure verdict for each does as well.
    assert ((quality - ~wrong) ** 2).mean() < 0.03
    assert roc_auc_score(wrong, -quality) > 0.99


@pytest.mark.parametrize("spread", [1, 2, 4])
def test_the_mean_of_quality_tells_the_noise_rate(spread):
    detector = fitted(LOW, *symmetric(300, 0.2, spread)[:2])
    expected = 1 - detector.noise_rate_
    assert detector.label_quality_.mean() == pytest.approx(expected, abs=0.01)


def test_the_interval_brackets_the_noise_rate():
    widths = []
    for spread in (1, 4):
        detector = fitted(LOW, *symmetric(300, 0.2, spread)[:2])
        low, high = detector.noise_rate_interval_
        assert 0 <= low <= detector.noise_rate_ <= high <= 1
        widths.append(high - low)
    assert widths[0] < widths[1]


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.3])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_interval_holds_the_rate_where_classes_are_apart(rate, seed):
    X, y, wrong = symmetric(400, rate, 1, seed)
    low, high = fitted(LOW, X, y).noise_rate_interval_
    assert low - 0.005 <= wrong.mean() <= high + 0.005


def test_clean_labels_are_left_alone():
    X, y, _ = blobs(90)
    detector = fitted(LOW, X, y)
    assert detector.noise_rate_interval_[0] == 0
    assert detector.noise_rate_ < 0.02
    assert not detector.suspect_mask_.any()
    np.testing.assert_array_equal(detector.suggested_labels_, y)


def test_the_line_may_be_drawn_elsewhere():
    X, y, _ = symmetric(200, 0.2, 4)
    base, strict = fitted(LOW, X, y), AutoDetector(budget="low", threshold=0.1)
    strict.fit(X, y)
    np.testing.assert_array_equal(strict.label_quality_, base.label_quality_)
    np.testing.assert_array_equal(base.suspect_mask_, base.label_quality_ < 0.5)
    np.testing.assert_array_equal(strict.suspect_mask_, base.label_quality_ < 0.1)
    assert 0 < strict.suspect_mask_.sum() < base.suspect_mask_.sum()


def test_probabilities_fit_the_given_labels():
    X, y, _ = symmetric(300, 0.3, 1)
    detector = fitted(LOW, X, y)
    proba = detector.pred_proba_
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    own, confidence = proba[np.arange(300), y], proba.max(axis=1)
    assert own.mean() == pytest.approx((proba**2).sum(axis=1).mean(), abs=0.05)
    assert confidence.mean() == pytest.approx(0.7, abs=0.1)


def test_copies_of_a_row_tie():
    X, y, _ = symmetric(60, 0.2, 3)
    quality = fitted(LOW, np.tile(X, (2, 1)), np.tile(y, 2)).label_quality_
    np.testing.assert_allclose(quality[:60], quality[60:], atol=1e-9)


def test_a_weight_repeats_its_row():
    X, y, _ = symmetric(90, 0.2, 3)
    weight = np.random.default_rng(0).integers(1, 3, 90)
    again = np.repeat(np.arange(90), weight)
    weighted = fitted(LOW, X, y, sample_weight=weight)
    repeated = fitted(LOW, X[again], y[again])
    np.testing.assert_allclose(
        weighted.label_quality_[again], repeated.label_quality_, atol=1e-6
    )
    np.testing.assert_allclose(
        weighted.noise_rate_interval_, repeated.noise_rate_interval_
    )


def test_a_row_without_weight_judges_none():
    X, y, _ = symmetric(90, 0.2, 3)
    weight = (np.arange(90) % 5 > 0).astype(float)
    weighted = fitted(LOW, X, y, sample_weight=weight)
    absent = fitted(LOW, X[weight > 0], y[weight > 0])
    np.testing.assert_allclose(
        weighted.label_quality_[weight > 0], absent.label_quality_, atol=1e-6
    )
    assert weighted.noise_rate_ == pytest.approx(absent.noise_rate_)


@pytest.mark.parametrize("budget", ["low", "medium"])
def test_the_order_of_rows_does_not_matter(budget):
    X, y = frame(pd)
    order = np.random.default_rng(0).permutation(len(y))
    seen = AutoDetector(budget=budget).fit(X, y)
    moved = AutoDetector(budget=budget).fit(X.iloc[order], y[order])
    np.testing.assert_allclose(
        seen.label_quality_[order], moved.label_quality_, atol=1e-9
    )
    np.testing.assert_array_equal(seen.suspect_mask_[order], moved.suspect_mask_)


def test_new_rows_are_scored(medium):
    detector = medium[0]
    X, y, wrong = planted(seed=1)
    quality = detector.score_samples(X, y)
    # Between the wrong labels of fit and the right ones, quality is interpolated.
    assert quality[wrong].max() + 0.2 < quality[~wrong].min()
    assert quality[~wrong].min() > 0.9
    favoured = detector.score_samples(X)
    np.testing.assert_array_equal(favoured[~wrong], quality[~wrong])
    assert (favoured[wrong] > quality[wrong]).all()


def test_new_labels_are_graded_by_how_wrong_they_are():
    X, y, _ = symmetric(200, 0.1, 2)
    detector = fitted(LOW, X, y)
    first, second = (X[y == k].mean(axis=0) for k in (0, 1))
    path = first + np.linspace(0, 1, 9)[:, np.newaxis] * (second - first)
    quality = detector.score_samples(path, np.zeros(9, dtype=int))
    assert quality[0] > 0.7 > 0.3 > quality[-1]
    assert np.corrcoef(quality, np.arange(9))[0, 1] < -0.8


def test_verified_labels_are_right_and_teach_the_others():
    X, y, wrong = planted()
    detector = fitted(LOW, X, y, trusted=wrong)
    np.testing.assert_array_equal(detector.label_quality_[wrong], 1)
    np.testing.assert_array_equal(detector.suggested_labels_[wrong], y[wrong])
    assert not detector.suspect_mask_.any()
    assert detector.noise_rate_ < 0.02 < fitted(LOW, X, y).noise_rate_


def test_rows_of_a_group_do_not_judge_each_other():
    X, y, wrong = planted()
    rng = np.random.default_rng(0)
    X = np.repeat(X, 6, axis=0) + 0.01 * rng.normal(size=(720, 2))
    y, wrong, groups = (np.repeat(v, 6) for v in (y, wrong, np.arange(120)))
    apart, together = fitted(LOW, X, y, groups=groups), fitted(LOW, X, y)
    assert_finds(apart, wrong)
    # What is seen again in a copy is not contradicted by all.
    assert apart.noise_rate_interval_[0] > 2 * together.noise_rate_interval_[0]


def test_labels_of_any_kind():
    X, y, _ = planted(60)
    names = np.array(["ant", "bee", "cat"])
    coded, named = fitted(LOW, X, y), fitted(LOW, X, names[y])
    np.testing.assert_array_equal(named.label_quality_, coded.label_quality_)
    np.testing.assert_array_equal(
        named.suggested_labels_, names[coded.suggested_labels_]
    )
    np.testing.assert_array_equal(named.classes_, names)
    new = named.score_samples(X[:9], names[y[:9]])
    np.testing.assert_array_equal(new, coded.score_samples(X[:9], y[:9]))


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.SknoisyWarning")
@pytest.mark.parametrize("budget", ["low", "medium"])
@pytest.mark.parametrize("n_rare", [1, 2])
def test_a_rare_class_survives(budget, n_rare):
    X, y, _ = planted()
    X = np.vstack([X, [[0.0, 20.0 + i] for i in range(n_rare)]])
    detector = AutoDetector(budget=budget).fit(X, np.append(y, [3] * n_rare))
    assert not detector.suspect_mask_[-n_rare:].all()
    assert np.isfinite(detector.label_quality_).all()
    if n_rare == 1:
        assert detector.label_quality_[-1] > 0.9


def test_chance_comes_from_random_state():
    X, y, _ = symmetric(100, 0.2, 3)
    one, same, other = (
        AutoDetector(budget="low", random_state=seed).fit(X, y).label_quality_
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    default = fitted(LOW, X, y).label_quality_
    np.testing.assert_array_equal(default, fitted(LOW, X, y).label_quality_)


def test_it_can_be_stored_without_the_rows(medium):
    detector, X, y, _ = medium
    assert all(judge.features is None for judge in detector.judges_)
    stored = pickle.dumps(detector)
    new = X[:9] + 0.1
    np.testing.assert_array_equal(
        pickle.loads(stored).score_samples(new, y[:9]),
        detector.score_samples(new, y[:9]),
    )


def test_texts_are_not_stored():
    X, y = texts()
    long = [f"{text} {'and so on ' * 2000}" for text in X]
    stored = pickle.dumps(fitted(LOW, long, y))
    assert len(stored) < sum(map(len, long)) / 5


def test_a_clone_is_fresh(medium):
    copy = clone(medium[0])
    assert not hasattr(copy, "judges_")
    assert copy.get_params() == AutoDetector().get_params()


def test_wrappers_lend_their_estimator():
    lent = with_default_estimator(AutoDetector(), GaussianNB())
    assert isinstance(lent.estimator, GaussianNB)
    own = with_default_estimator(AutoDetector(GaussianNB()), LogisticRegression())
    assert isinstance(own.estimator, GaussianNB)


def test_it_joins_the_wrapper_that_it_is_used_in():
    X, y, wrong = planted(60)
    clf = CleanThenFit(GaussianNB(), DropSuspects(AutoDetector())).fit(X, y)
    detector = clf.cleaner_.detector_
    assert isinstance(detector.estimator, GaussianNB)
    assert "estimator" in detector.judge_weights_
    assert_finds(detector, wrong)
    assert clf.score(X, np.arange(60) % 3) == 1


def test_what_the_estimator_cannot_take_is_not_claimed():
    tags = AutoDetector().__sklearn_tags__().input_tags
    assert tags.sparse
    assert tags.allow_nan
    tags = AutoDetector(GaussianNB()).__sklearn_tags__().input_tags
    assert not tags.sparse
    assert not tags.allow_nan
