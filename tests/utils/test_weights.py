# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknoisy.utils import fit_weighted, supports_sample_weight
from sknoisy.utils._weights import (
    effective_rows,
    mean_and_error,
    rows_for_weights,
    take_param_rows,
)
from tests._data import Recorder, blobs

X, Y, _ = blobs(60, n_classes=2, noise=0.1, spread=3.0)
COUNTS = np.random.default_rng(0).integers(0, 4, size=60)
WEIGHTS = COUNTS.astype(float)
REPEATS = np.repeat(np.arange(60), COUNTS)


def logistic(**params):
    return LogisticRegression(tol=1e-9, max_iter=1000, **params)


WEIGHTED = {
    "logistic": logistic(),
    "pipeline": make_pipeline(StandardScaler(), logistic()),
    "nested pipeline": Pipeline([("outer", Pipeline([("inner", logistic())]))]),
    "nested scaler": make_pipeline(make_pipeline(StandardScaler()), logistic()),
    "search": GridSearchCV(logistic(), {"C": [1.0]}, cv=3),
    "search over a pipeline": GridSearchCV(
        make_pipeline(StandardScaler(), logistic()),
        {"logisticregression__C": [1.0]},
        cv=3,
    ),
    "random search": RandomizedSearchCV(logistic(), {"C": [1.0]}, n_iter=1, cv=3),
    "pipeline of a search": make_pipeline(
        StandardScaler(), GridSearchCV(logistic(), {"C": [1.0]}, cv=3)
    ),
    "naive Bayes": GaussianNB(),
}
UNWEIGHTED = {
    "neighbours": KNeighborsClassifier(3),
    "pipeline": make_pipeline(StandardScaler(), KNeighborsClassifier(3)),
    "search": GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [3]}, cv=3),
    "pipeline without a learner": make_pipeline(StandardScaler(), "passthrough"),
}


@pytest.mark.parametrize("name", WEIGHTED)
@pytest.mark.parametrize("routing", [False, True])
def test_weights_equal_repeats_where_the_learner_takes_them(name, routing):
    assert supports_sample_weight(WEIGHTED[name])
    with config_context(enable_metadata_routing=routing):
        weighted = fit_weighted(WEIGHTED[name], X, Y, WEIGHTS)
    repeated = clone(WEIGHTED[name]).fit(X[REPEATS], Y[REPEATS])
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-5
    )


@pytest.mark.parametrize("name", ["neighbours", "pipeline", "search"])
@pytest.mark.parametrize("routing", [False, True])
def test_whole_weights_repeat_rows_where_the_learner_takes_none(name, routing):
    assert not supports_sample_weight(UNWEIGHTED[name])
    with config_context(enable_metadata_routing=routing):
        weighted = fit_weighted(UNWEIGHTED[name], X, Y, WEIGHTS)
    repeated = clone(UNWEIGHTED[name]).fit(X[REPEATS], Y[REPEATS])
    np.testing.assert_array_equal(weighted.predict_proba(X), repeated.predict_proba(X))


def test_a_pipeline_that_only_transforms_takes_no_weights():
    assert not supports_sample_weight(UNWEIGHTED["pipeline without a learner"])


@pytest.mark.parametrize(
    "estimator",
    [
        CalibratedClassifierCV(make_pipeline(StandardScaler(), logistic()), cv=3),
        CalibratedClassifierCV(KNeighborsClassifier(), cv=3),
        TunedThresholdClassifierCV(logistic(), cv=3),
    ],
    ids=["calibrated pipeline", "calibrated neighbours", "tuned threshold"],
)
def test_wrappers_that_would_lose_the_weights_get_repeats(estimator):
    assert not supports_sample_weight(estimator)
    weighted = fit_weighted(estimator, X, Y, WEIGHTS)
    repeated = clone(estimator).fit(X[REPEATS], Y[REPEATS])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X))


def test_a_calibrated_learner_that_takes_weights_gets_them():
    assert supports_sample_weight(CalibratedClassifierCV(logistic()))
    assert supports_sample_weight(CalibratedClassifierCV())


@pytest.mark.parametrize("estimator", [Recorder(), KNeighborsClassifier(1)])
def test_rows_of_weight_zero_are_absent(estimator):
    weight = np.where(np.arange(60) % 3 == 0, 0.0, 0.5)
    fitted = fit_weighted(estimator, X, Y, weight)
    if isinstance(estimator, Recorder):
        np.testing.assert_array_equal(fitted.X_, X[weight > 0])
        np.testing.assert_array_equal(fitted.sample_weight_, weight[weight > 0])
    else:
        assert fitted.n_samples_fit_ == 40


def test_no_weights_are_made_up():
    assert fit_weighted(Recorder(), X, Y).sample_weight_ is None


def test_fractional_weights_draw_rows_in_proportion():
    weight = np.where(Y == 0, 0.01, 1.3)
    drawn = rows_for_weights(weight)
    assert len(drawn) == 60
    assert Y[drawn].mean() > 0.9
    np.testing.assert_array_equal(rows_for_weights(weight), drawn)
    np.testing.assert_array_equal(
        rows_for_weights(weight, 3), rows_for_weights(weight, 3)
    )
    assert (rows_for_weights(weight, 3) != drawn).any()


def test_equal_fractions_take_each_row_once():
    weight = np.array([0.3, 0.0, 0.3, 0.3])
    np.testing.assert_array_equal(rows_for_weights(weight), [0, 2, 3])


def test_what_weighted_rows_are_worth():
    assert effective_rows(7, None) == 7
    assert effective_rows(3, np.array([1.0, 0.0, 4.0])) == 5
    assert effective_rows(4, np.full(4, 0.3)) == pytest.approx(4)
    assert 1 < effective_rows(4, np.array([0.1, 0.1, 0.1, 9.5])) < 1.1


def test_the_estimator_of_the_caller_stays_unfitted():
    estimator = RandomForestClassifier(n_estimators=2)
    before = vars(estimator).copy()
    fit_weighted(estimator, X, Y, WEIGHTS)
    assert vars(estimator) == before


def test_the_global_random_state_is_left_alone():
    state = np.random.get_state()[1].copy()
    fit_weighted(KNeighborsClassifier(), X, Y, np.linspace(0.1, 1, 60))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_per_row_parameters_follow_their_rows():
    params = {"offset": np.arange(3), "name": "abc", "limit": 5, "other": [1, 2]}
    taken = take_param_rows(params, np.array([2, 0]), 3)
    np.testing.assert_array_equal(taken.pop("offset"), [2, 0])
    assert taken == {"name": "abc", "limit": 5, "other": [1, 2]}


SCALERS = {
    "none": [],
    "scaler": [StandardScaler()],
    "nested scaler": [make_pipeline(StandardScaler())],
    "column transformer": [make_column_transformer((StandardScaler(), [0, 1]))],
    "function": [FunctionTransformer()],
}


@pytest.mark.parametrize("name", SCALERS)
@pytest.mark.parametrize("searched", [False, True])
def test_with_routing_weights_and_requested_parameters_arrive_together(name, searched):
    with config_context(enable_metadata_routing=True):
        learner = SGDClassifier(max_iter=1, tol=None, random_state=0)
        estimator = make_pipeline(
            *SCALERS[name], learner.set_fit_request(coef_init=True)
        )
        if searched:
            params = {"sgdclassifier__alpha": [1e-3]}
            estimator = GridSearchCV(estimator, params, cv=2)
        fit_params = {"coef_init": np.array([[1.0, -1.0]])}
        weighted = fit_weighted(estimator, X, Y, WEIGHTS, fit_params=fit_params)
        flat = fit_weighted(estimator, X, Y, fit_params=fit_params)
    assert (weighted.decision_function(X) != flat.decision_function(X)).any()


def test_regressors_are_weighted_too():
    weighted = fit_weighted(Ridge(), X, X[:, 0] + Y, WEIGHTS)
    repeated = Ridge().fit(X[REPEATS], X[REPEATS, 0] + Y[REPEATS])
    np.testing.assert_allclose(weighted.coef_, repeated.coef_)


def test_the_error_of_a_mean_counts_rows_by_their_weight():
    values = np.array([0.0, 1.0, 4.0])
    weight = np.array([1.0, 2.0, 1.0])
    mean, error = mean_and_error(values, weight)
    assert mean == pytest.approx(1.5)
    repeated = mean_and_error(np.repeat(values, [1, 2, 1]))
    assert (mean, error) == pytest.approx(repeated)
    assert error == pytest.approx(np.std([0.0, 1.0, 1.0, 4.0]) / 2)
