# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils import get_tags

from sknoisy.base import with_default_estimator
from sknoisy.detection import ResidualDetector
from sknoisy.utils._cross_fit import cross_fit_predict


def line(n_samples=80, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 2))
    y = X @ [2.0, -1.0] + 0.1 * rng.normal(size=n_samples)
    y[:4] += [5, -5, 8, -8]
    return X, y


X, Y = line()


def test_planted_errors_are_found():
    detector = ResidualDetector().fit(X, Y)
    np.testing.assert_array_equal(np.flatnonzero(detector.suspect_mask_), range(4))
    assert set(detector.label_quality_.argsort()[:4]) == set(range(4))
    assert detector.noise_rate_ == 0.05
    assert not hasattr(detector, "suggested_labels_")


def test_quality_is_the_residual_in_robust_deviations():
    detector = ResidualDetector(LinearRegression(), cv=4, random_state=1).fit(X, Y)
    predictions, _ = cross_fit_predict(LinearRegression(), X, Y, cv=4, random_state=1)
    deviation = np.abs(Y - predictions)
    np.testing.assert_array_equal(detector.predictions_, predictions)
    assert detector.scale_ == pytest.approx(np.sort(deviation)[39] / 0.67449, rel=1e-4)
    np.testing.assert_allclose(
        detector.label_quality_, np.exp(-deviation / detector.scale_)
    )
    np.testing.assert_array_equal(
        detector.suspect_mask_, deviation > 3.5 * detector.scale_
    )


def test_the_scale_is_the_deviation_of_gaussian_errors():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 1))
    y = X[:, 0] + 0.3 * rng.normal(size=2000)
    assert ResidualDetector().fit(X, y).scale_ == pytest.approx(0.3, rel=0.1)


def test_a_memorising_regressor_does_not_confirm_wrong_targets():
    detector = ResidualDetector(KNeighborsRegressor(1)).fit(X, Y)
    assert detector.suspect_mask_[:4].all()
    assert (detector.predictions_ != Y).all()


def test_groups_never_judge_each_other():
    twins = np.r_[X, X + 1e-9]
    groups = np.tile(np.arange(80), 2)
    knn = ResidualDetector(KNeighborsRegressor(1))
    leaking = clone(knn).fit(twins, np.r_[Y, Y])
    grouped = clone(knn).fit(twins, np.r_[Y, Y], groups=groups)
    assert not leaking.suspect_mask_[:4].all()
    assert grouped.suspect_mask_[:4].all()


@pytest.mark.parametrize(
    ("params", "n_suspects"),
    [({"max_deviation": 1e9}, 0), ({"threshold": "quantile"}, 8)],
)
def test_where_the_line_is(params, n_suspects):
    assert ResidualDetector(**params).fit(X, Y).suspect_mask_.sum() == n_suspects


def test_trusted_rows_are_right():
    trusted = np.arange(80) < 2
    detector = ResidualDetector().fit(X, Y, trusted=trusted)
    np.testing.assert_array_equal(np.flatnonzero(detector.suspect_mask_), [2, 3])
    assert (detector.label_quality_[:2] == 1).all()
    assert detector.noise_rate_ == 2 / 80


def test_whole_weights_equal_repeated_rows():
    counts = np.random.default_rng(0).integers(0, 4, size=80)
    rows = np.repeat(np.arange(80), counts)
    weighted = ResidualDetector().fit(X, Y, sample_weight=counts)
    repeated = ResidualDetector().fit(X[rows], Y[rows])
    np.testing.assert_allclose(weighted.label_quality_[rows], repeated.label_quality_)
    np.testing.assert_array_equal(weighted.suspect_mask_[rows], repeated.suspect_mask_)
    assert weighted.noise_rate_ == pytest.approx(repeated.noise_rate_)
    assert weighted.label_quality_.shape == (80,)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_permuting_rows_permutes_the_findings(random):
    order = list(range(80))
    random.shuffle(order)
    expected = ResidualDetector().fit(X, Y)
    shuffled = ResidualDetector().fit(X[order], Y[order])
    np.testing.assert_allclose(shuffled.label_quality_, expected.label_quality_[order])
    np.testing.assert_array_equal(shuffled.suspect_mask_, expected.suspect_mask_[order])


def test_an_exact_fit_makes_no_scale_of_nothing():
    X = np.repeat(np.arange(4.0), 10)[:, None] + np.linspace(0, 0.1, 40)[:, None]
    y = np.round(X[:, 0])
    y[0] += 5
    detector = ResidualDetector(DecisionTreeRegressor(min_samples_leaf=5)).fit(X, y)
    assert np.isfinite(detector.label_quality_).all()
    assert detector.label_quality_.argmin() == 0
    right = ResidualDetector(DecisionTreeRegressor()).fit(X, np.zeros(40))
    assert (right.label_quality_ == 1).all()
    assert not right.suspect_mask_.any()


def test_new_targets_are_scored():
    detector = ResidualDetector().fit(X, Y)
    new, y = line(20, seed=1)
    quality = detector.score_samples(new, y)
    assert quality[:4].max() < quality[4:].min()
    np.testing.assert_array_equal(detector.score_samples(new), np.ones(20))
    with pytest.raises(ValueError, match="y has 3 labels, but X has 20 rows"):
        detector.score_samples(new, y[:3])


def test_two_processes_find_what_one_finds():
    alone = ResidualDetector(cv=2).fit(X, Y)
    both = ResidualDetector(cv=2, n_jobs=2).fit(X, Y)
    np.testing.assert_array_equal(both.label_quality_, alone.label_quality_)


@pytest.mark.parametrize("kind", [int, np.float32, object])
def test_numbers_of_any_kind(kind):
    detector = ResidualDetector().fit(X, np.round(Y * 100).astype(kind))
    assert detector.suspect_mask_[:4].all()


def test_class_labels_are_refused():
    with pytest.raises(ValueError, match="judges numbers.*ConfidentLearning"):
        ResidualDetector().fit(X, np.where(Y > 0, "a", "b"))


def test_the_estimator_of_the_caller_stays_unfitted():
    estimator = Ridge()
    ResidualDetector(estimator).fit(X, Y)
    assert not hasattr(estimator, "coef_")


def test_a_default_estimator_fills_only_an_empty_place():
    filled = with_default_estimator(ResidualDetector(), LinearRegression())
    assert isinstance(filled.estimator, LinearRegression)
    own = with_default_estimator(ResidualDetector(Ridge()), LinearRegression())
    assert isinstance(own.estimator, Ridge)


def test_tags_are_those_of_the_regressor():
    assert not get_tags(ResidualDetector()).input_tags.allow_nan
    boosting = get_tags(ResidualDetector(HistGradientBoostingRegressor()))
    assert boosting.input_tags.allow_nan
