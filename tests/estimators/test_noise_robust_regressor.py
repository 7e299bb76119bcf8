# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import is_regressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeRegressor

from sknoisy import CleanThenFit, NoiseRobustRegressor
from sknoisy.detection import NeighborResidual, ResidualDetector
from sknoisy.utils._cross_fit import cross_fit_predict

METHODS = ["tukey", "huber", "trim", "relabel", "drop"]
TREE = DecisionTreeRegressor(min_samples_leaf=5, random_state=0)


def one_sided(n_samples=200, share=0.2, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 3))
    true = X @ [2.0, -1.0, 0.5] + 0.3 * rng.normal(size=n_samples)
    wrong = rng.random(n_samples) < share
    return X, true + np.where(wrong, rng.uniform(5, 15, n_samples), 0.0), true, wrong


X, Y, TRUE, WRONG = one_sided()


def error(model):
    X_new, _, true, _ = one_sided(seed=1)
    return np.abs(model.predict(X_new) - true).mean()


@pytest.mark.parametrize("method", ["auto", *METHODS])
@pytest.mark.parametrize("inner", [Ridge(), TREE], ids=["ridge", "tree"])
def test_every_method_gains_on_wrong_targets(method, inner):
    robust = NoiseRobustRegressor(inner, method=method).fit(X, Y)
    assert robust.method_ in METHODS
    assert error(robust) < 0.8 * error(CleanThenFit(inner, drop_nothing()).fit(X, Y))


def drop_nothing():
    from sknoisy import DropSuspects

    return DropSuspects(ResidualDetector(max_deviation=1e9))


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_right_targets_get_the_plain_fit(method):
    robust = NoiseRobustRegressor(Ridge(), method=method).fit(X, TRUE)
    assert robust.method_ == "none"
    np.testing.assert_array_equal(robust.targets_, TRUE)
    np.testing.assert_array_equal(robust.sample_weight_, np.ones(200))
    np.testing.assert_array_equal(robust.predict(X), Ridge().fit(X, TRUE).predict(X))


def test_counts_that_spread_with_their_level_are_left_alone():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    y = rng.poisson(np.exp(X[:, 0] - 1)).astype(float)
    robust = NoiseRobustRegressor(TREE).fit(X, y)
    assert robust.method_ == "none"
    careless = NoiseRobustRegressor(TREE, min_gain=None).fit(X, y)
    assert careless.method_ != "none"
    assert careless.predict(X).mean() < robust.predict(X).mean()


def test_what_became_of_each_row():
    robust = NoiseRobustRegressor(Ridge()).fit(X, Y)
    assert robust.method_ == "tukey"
    assert robust.sample_weight_[WRONG].mean() < 0.1
    assert robust.sample_weight_[~WRONG].mean() > 0.7
    np.testing.assert_array_equal(robust.suspect_mask_, WRONG)
    assert robust.label_quality_[WRONG].max() < robust.label_quality_[~WRONG].min()
    assert robust.noise_rate_ == pytest.approx(WRONG.mean())
    assert 0.3 < robust.scale_ < 0.5
    assert robust.losses_["tukey"] < robust.losses_["huber"] < robust.losses_["none"]
    assert 2 <= robust.n_iter_ <= 4
    # The last fit is that of the weights that are told.
    refitted = Ridge().fit(X, Y, sample_weight=robust.sample_weight_)
    np.testing.assert_allclose(robust.predict(X), refitted.predict(X))


def test_relabelled_targets_are_near_the_predictions_and_others_stay():
    robust = NoiseRobustRegressor(Ridge(), method="relabel", max_iter=1).fit(X, Y)
    plain, _ = cross_fit_predict(Ridge(), X, Y)
    scale = np.median(np.abs(Y - plain)) / 0.67449
    near = np.abs(Y - plain) <= 2 * scale
    np.testing.assert_array_equal(robust.targets_[near], Y[near])
    far = np.abs(robust.targets_ - plain)[~near]
    np.testing.assert_allclose(far, 2 * scale, rtol=0.02)


def test_losses_are_of_errors_capped_alike():
    robust = NoiseRobustRegressor(Ridge()).fit(X, Y)
    plain, _ = cross_fit_predict(Ridge(), X, Y)
    cap = 3 * np.median(np.abs(Y - plain)) / 0.67449
    expected = np.minimum(np.abs(Y - plain), cap).mean()
    assert robust.losses_["none"] == pytest.approx(expected, rel=0.02)
    reached = np.minimum(np.abs(Y - robust.predictions_), cap).mean()
    assert min(robust.losses_.values()) == pytest.approx(reached, rel=0.02)


def test_a_regressor_without_weights_is_fitted_on_fewer_rows():
    robust = NoiseRobustRegressor(KNeighborsRegressor()).fit(X, Y)
    assert robust.method_ == "trim"
    assert set(robust.sample_weight_) == {0.0, 1.0}
    assert robust.estimator_.n_samples_fit_ == robust.sample_weight_.sum()


def test_a_detector_says_what_to_drop():
    detector = NeighborResidual()
    robust = NoiseRobustRegressor(Ridge(), method="drop", detector=detector).fit(X, Y)
    np.testing.assert_array_equal(
        robust.sample_weight_ == 0, robust.detector_.suspect_mask_
    )
    np.testing.assert_array_equal(
        robust.label_quality_, robust.detector_.label_quality_
    )
    assert "drop" in NoiseRobustRegressor(detector=detector).fit(X, Y).losses_


def test_a_detector_without_estimator_judges_with_that_of_the_whole():
    robust = NoiseRobustRegressor(TREE, detector=ResidualDetector()).fit(X, Y)
    assert isinstance(robust.detector_.estimator, DecisionTreeRegressor)


def test_trusted_rows_keep_target_and_weight():
    trusted = WRONG & (np.arange(200) < 60)
    for method in METHODS:
        robust = NoiseRobustRegressor(Ridge(), method=method, min_gain=None)
        robust.fit(X, Y, trusted=trusted)
        assert (robust.sample_weight_[trusted] == 1).all()
        np.testing.assert_array_equal(robust.targets_[trusted], Y[trusted])
        assert not robust.suspect_mask_[trusted].any()
        assert (robust.label_quality_[trusted] == 1).all()


@pytest.mark.parametrize("method", METHODS)
def test_whole_weights_equal_repeated_rows(method):
    counts = np.random.default_rng(0).integers(1, 4, size=200)
    rows = np.repeat(np.arange(200), counts)
    model = NoiseRobustRegressor(Ridge(), method=method, min_gain=None)
    weighted = model.fit(X, Y, sample_weight=counts).predict(X)
    repeated = model.fit(X[rows], Y[rows]).predict(X)
    np.testing.assert_allclose(weighted, repeated, atol=1e-6)


def test_groups_never_judge_each_other():
    twins, y = np.r_[X, X + 1e-9], np.r_[Y, Y]
    groups = np.tile(np.arange(200), 2)
    nearest = KNeighborsRegressor(1)
    leaking = NoiseRobustRegressor(nearest).fit(twins, y)
    grouped = NoiseRobustRegressor(nearest).fit(twins, y, groups=groups)
    wrong = np.r_[WRONG, WRONG]
    assert leaking.label_quality_[wrong].mean() > 0.5
    assert grouped.label_quality_[wrong].mean() < 0.1


@pytest.mark.parametrize(
    "kind",
    [
        sparse.csr_array,
        pd.DataFrame,
        lambda X: np.where(X > 2, np.nan, X),
        lambda X: pd.DataFrame(
            {"a": X[:, 0], "b": X[:, 1], "kind": np.where(X[:, 2] > 0, "x", "y")}
        ),
    ],
    ids=["sparse", "frame", "missing", "mixed"],
)
def test_any_container_by_default(kind):
    robust = NoiseRobustRegressor().fit(kind(X), Y)
    assert robust.method_ == "tukey"
    assert robust.suspect_mask_[WRONG].mean() > 0.8
    assert robust.predict(kind(X)).shape == (200,)


@pytest.mark.parametrize("inner", [None, make_pipeline(TfidfVectorizer(), Ridge())])
def test_texts(inner):
    level = X[:, 0] > 0
    texts = [
        f"a {'good' if good else 'bad'} day of {i % 7}" for i, good in enumerate(level)
    ]
    y = np.where(level, 5.0, 1.0) + 0.1 * X[:, 1] + 10 * WRONG
    robust = NoiseRobustRegressor(inner).fit(texts, y)
    assert robust.method_ == "tukey"
    assert robust.suspect_mask_[WRONG].all()


def test_it_is_a_regressor_in_a_grid_search_over_methods():
    robust = NoiseRobustRegressor(Ridge(), cv=3)
    assert is_regressor(robust)
    grid = {"method": ["huber", "trim"], "estimator__alpha": [0.1, 1.0]}
    search = GridSearchCV(robust, grid, cv=3).fit(X, Y)
    assert search.best_estimator_.method_ in ("huber", "trim")
    assert cross_val_score(robust, X, Y, cv=3).shape == (3,)


def test_fit_params_follow():
    class Recording(Ridge):
        def fit(self, X, y, sample_weight=None, source=None):
            self.source_ = source
            return super().fit(X, y, sample_weight)

    source = np.arange(200)
    robust = NoiseRobustRegressor(Recording(), method="trim").fit(X, Y, source=source)
    np.testing.assert_array_equal(
        robust.estimator_.source_, source[robust.sample_weight_ > 0]
    )


def test_metadata_routing():
    with config_context(enable_metadata_routing=True):
        robust = NoiseRobustRegressor(Ridge().set_fit_request(sample_weight=True))
        robust.set_fit_request(sample_weight=True, trusted=True)
        robust.set_score_request(sample_weight=True)
        weight = np.where(np.arange(200) % 4 == 0, 0.0, 1.0)
        search = GridSearchCV(robust, {"method": ["tukey"]}, cv=2)
        search.fit(X, Y, sample_weight=weight, trusted=~WRONG)
        assert (search.best_estimator_.sample_weight_[::4] == 0).all()


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"method": "mean"}, ValueError, "method"),
        ({"max_iter": 0}, ValueError, "max_iter=0"),
        ({"min_gain": "1"}, ValueError, "number of standard errors"),
        ({"estimator": LogisticRegression()}, TypeError, "NoiseRobustClassifier"),
        ({"estimator": Ridge}, TypeError, r"Write Ridge\(\)"),
        ({"detector": Ridge()}, TypeError, "detector"),
    ],
)
def test_what_cannot_be_used_is_refused(params, error, message):
    with pytest.raises(error, match=message):
        NoiseRobustRegressor(**params).fit(X, Y)


def test_words_are_refused():
    with pytest.raises(ValueError, match="NoiseRobustRegressor judges numbers"):
        NoiseRobustRegressor().fit(X, np.where(Y > 0, "a", "b"))


def test_the_estimator_of_the_caller_stays_unfitted():
    inner = Ridge()
    NoiseRobustRegressor(inner).fit(X, Y)
    assert not hasattr(inner, "coef_")
