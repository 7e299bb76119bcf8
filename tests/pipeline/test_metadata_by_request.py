# SPDX-License-Identifier: BSD-3-Clause
"""With metadata routing enabled, steps get what they requested."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.metadata_routing import MetadataRouter, get_routing_for_object

from sknoisy.pipeline import make_pipeline
from tests.pipeline.toys import (
    DropEvery,
    Recorder,
    RecordingScaler,
    Repeat,
    Reweight,
)

N = 30
X = np.arange(2.0 * N).reshape(N, 2)
y = np.arange(N) % 2
WEIGHT = np.arange(N) / 10 + 1
TRUSTED = np.arange(N) < 5
KEPT = np.flatnonzero(np.arange(N) % 3 != 0)


@pytest.fixture(autouse=True)
def _routing():
    with config_context(enable_metadata_routing=True):
        yield


def weighted(step):
    return step.set_fit_request(sample_weight=True)


def unweighted(step):
    return step.set_fit_request(sample_weight=False)


class TransformerWithNote(BaseEstimator):
    """Its transform takes metadata."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def fit_transform(self, X, y=None, note=None):
        return self.fit(X, y).transform(X, note)

    def transform(self, X, note=None):
        self.note_ = note
        return X


def test_requested_metadata_follows_the_rows():
    pipe = make_pipeline(
        weighted(RecordingScaler()),
        weighted(DropEvery()).set_fit_request(trusted=True, groups="blocks"),
        weighted(RecordingScaler()),
        weighted(Recorder()),
    )
    pipe.fit(X, y, sample_weight=WEIGHT, trusted=TRUSTED, blocks=y)
    rows = np.flatnonzero((np.arange(N) % 3 != 0) | TRUSTED)
    assert_array_equal(pipe[0].seen_["sample_weight"], WEIGHT)
    assert_array_equal(pipe[1].seen_["sample_weight"], WEIGHT)
    assert_array_equal(pipe[1].seen_["groups"], y)
    assert_array_equal(pipe[2].seen_["sample_weight"], WEIGHT[rows])
    assert_array_equal(pipe[3].seen_["sample_weight"], WEIGHT[rows])
    assert_array_equal(pipe.sample_indices_, rows)


def test_metadata_that_is_not_requested_is_kept_from_a_step():
    pipe = make_pipeline(unweighted(DropEvery()), weighted(Recorder()))
    pipe.fit(X, y, sample_weight=WEIGHT)
    assert pipe[0].seen_ == {}
    assert_array_equal(pipe[1].seen_["sample_weight"], WEIGHT[KEPT])


def test_alias_of_the_last_step_follows_the_rows():
    last = Recorder().set_fit_request(sample_weight="final_weight")
    pipe = make_pipeline(weighted(DropEvery()), last)
    pipe.fit(X, y, sample_weight=WEIGHT, final_weight=-WEIGHT)
    assert_array_equal(pipe[0].seen_["sample_weight"], WEIGHT)
    assert_array_equal(pipe[1].seen_["sample_weight"], -WEIGHT[KEPT])


@pytest.mark.parametrize("step", [0, 1])
def test_metadata_that_a_step_has_not_decided_on_is_refused(step):
    steps = [RecordingScaler(), DropEvery(), Recorder()]
    for i, one in enumerate(steps):
        if i != step:
            weighted(one)
    pipe = make_pipeline(*steps)
    with pytest.raises(UnsetMetadataPassedError, match=type(steps[step]).__name__):
        pipe.fit(X, y, sample_weight=WEIGHT)
    assert not hasattr(pipe[0], "seen_")


def test_metadata_that_no_step_requests_is_refused():
    pipe = make_pipeline(unweighted(DropEvery()), PCA())
    with pytest.raises(TypeError, match="sample_weight"):
        pipe.fit(X, y, sample_weight=WEIGHT)
    with pytest.raises(TypeError, match="nonsense"):
        pipe.fit(X, y, nonsense=1)


def test_made_weights_reach_the_steps_that_request_weights():
    pipe = make_pipeline(
        weighted(RecordingScaler()),
        Reweight(),
        RecordingScaler(),
        weighted(RecordingScaler()),
        DropEvery(),
        weighted(DropEvery(2)),
        weighted(Recorder()),
    ).fit(X, y)
    made = np.arange(1.0, N + 1)
    assert pipe[0].seen_ == pipe[2].seen_ == pipe[4].seen_ == {}
    assert_array_equal(pipe[3].seen_["sample_weight"], made)
    assert_array_equal(pipe[5].seen_["sample_weight"], made[KEPT])
    assert_array_equal(pipe[6].seen_["sample_weight"], made[pipe.sample_indices_])


def test_made_weights_build_on_those_given():
    pipe = make_pipeline(weighted(Reweight()), DropEvery(), weighted(Recorder()))
    unweighted(pipe[1])
    pipe.fit(X, y, sample_weight=WEIGHT)
    expected = (WEIGHT * np.arange(1.0, N + 1))[KEPT]
    assert_array_equal(pipe[-1].seen_["sample_weight"], expected)


@pytest.mark.parametrize(
    "last", [lambda: Recorder(), lambda: unweighted(Recorder()), KNeighborsClassifier]
)
def test_last_step_must_request_the_weights_that_are_made(last):
    pipe = make_pipeline(RecordingScaler(), make_pipeline(Reweight()), last())
    with pytest.raises(TypeError, match=r"set_fit_request\(sample_weight=True\)"):
        pipe.fit(X, y)
    assert not hasattr(pipe[0], "seen_")


def test_reweighter_must_request_the_weights_that_the_last_step_gets():
    pipe = make_pipeline(unweighted(Reweight()), weighted(Recorder()))
    with pytest.raises(TypeError, match="without having seen it"):
        pipe.fit(X, y, sample_weight=WEIGHT)


def test_made_weights_pass_through_routers():
    last = weighted(Recorder()).set_score_request(sample_weight=False)
    search = GridSearchCV(last, {}, cv=2)
    make_pipeline(Reweight(), DropEvery(), search).fit(X, y)
    expected = np.arange(1.0, N + 1)[KEPT]
    assert_array_equal(search.best_estimator_.seen_["sample_weight"], expected)


def test_nested_pipelines_route_to_their_own_steps():
    nested = make_pipeline(
        weighted(RecordingScaler()), DropEvery().set_fit_request(trusted=True)
    )
    unweighted(nested[1])
    pipe = make_pipeline(unweighted(DropEvery(2)), nested, weighted(Recorder()))
    pipe[0].set_fit_request(trusted=False)
    pipe.fit(X, y, sample_weight=WEIGHT, trusted=TRUSTED)
    rows = np.arange(1, N, 2)
    assert_array_equal(nested[0].seen_["sample_weight"], WEIGHT[rows])
    assert_array_equal(nested[1].seen_["trusted"], TRUSTED[rows])
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[pipe.sample_indices_])


def test_metadata_cannot_follow_rows_that_are_not_traced():
    pipe = make_pipeline(weighted(RecordingScaler()), Repeat(), weighted(Recorder()))
    with pytest.raises(ValueError, match="step 'repeat'"):
        pipe.fit(X, y, sample_weight=WEIGHT)
    unweighted(pipe[-1])
    assert_array_equal(pipe.fit(X, y, sample_weight=WEIGHT)[-1].y_, np.tile(y, 2))


def test_search_routes_weights_and_groups_through_the_pipeline():
    pipe = make_pipeline(
        DropEvery().set_fit_request(sample_weight=True, groups=True),
        weighted(LogisticRegression()).set_score_request(sample_weight=True),
    )
    # Up to 1.7, the scorer of a search asks the pipeline and not its last step.
    pipe.set_score_request(sample_weight=True)
    groups = np.arange(N) // 3
    search = GridSearchCV(pipe, {"dropevery__step": [3, 5]}, cv=GroupKFold(3))
    search.fit(X, y, sample_weight=WEIGHT, groups=groups)
    best = search.best_estimator_
    assert_array_equal(best[0].seen_["sample_weight"], WEIGHT)
    assert_array_equal(best[0].seen_["groups"], groups)


def test_fit_transform_and_predict_route_to_transform():
    transformer = TransformerWithNote().set_transform_request(note=True)
    pipe = make_pipeline(weighted(DropEvery()), transformer)
    assert_array_equal(pipe.fit_transform(X, y, sample_weight=WEIGHT, note="n"), X)
    assert transformer.note_ == "n"
    last = Recorder().set_fit_request(note=False)
    pipe = make_pipeline(transformer, DropEvery(), last)
    pipe.fit(X, y, note="in fit")
    assert transformer.note_ == "in fit"
    pipe.predict(X, note="in predict")
    assert transformer.note_ == "in predict"
    with pytest.raises(TypeError, match="nonsense"):
        pipe.predict(X, nonsense=1)


def test_transform_input_is_transformed_and_keeps_its_rows():
    class Validated(Recorder):
        def fit(self, X, y, X_val=None, sample_weight=None):
            self.X_val_ = X_val
            return super().fit(X, y, sample_weight)

    last = Validated().set_fit_request(X_val=True, sample_weight=True)
    pipe = make_pipeline(
        StandardScaler(),
        unweighted(DropEvery()),
        StandardScaler(),
        last,
        transform_input=["X_val"],
    )
    for step in (pipe[0], pipe[2]):
        unweighted(step)
    pipe.fit(X, y, X_val=X, sample_weight=WEIGHT)
    assert_array_equal(last.X_val_, pipe[:-1].transform(X))
    assert_array_equal(last.seen_["sample_weight"], WEIGHT[KEPT])
    pipe.fit(X, y, X_val=(X, X[:2]))
    assert isinstance(last.X_val_, tuple)
    assert_array_equal(last.X_val_[1], pipe[:-1].transform(X[:2]))


@pytest.mark.parametrize("caller", ["fit", "fit_transform"])
def test_without_row_steps_routing_is_scikit_learns(caller):
    steps = [
        weighted(StandardScaler()),
        TransformerWithNote().set_transform_request(note=True),
        SelectFromModel(weighted(LogisticRegression()), threshold=-np.inf),
    ]
    ours, theirs = make_pipeline(*steps), sklearn_make_pipeline(*steps)
    assert str(ours.get_metadata_routing()) == str(theirs.get_metadata_routing())
    results = [
        getattr(pipe, caller)(X, y, sample_weight=WEIGHT, note="n")
        for pipe in (ours, theirs)
    ]
    if caller == "fit_transform":
        assert_array_equal(*results)
    assert_array_equal(ours.transform(X), theirs.transform(X))


def test_row_steps_route_by_the_requests_of_their_fit():
    pipe = make_pipeline(weighted(DropEvery()), None, Reweight(), LogisticRegression())
    routing = get_routing_for_object(pipe)
    assert isinstance(routing, MetadataRouter)
    pairs = dict(routing)
    assert set(pairs) == {"dropevery", "reweight", "logisticregression"}
    assert {(route.caller, route.callee) for route in pairs["dropevery"].mapping} == {
        ("fit", "fit"),
        ("fit_transform", "fit"),
        ("fit_predict", "fit"),
    }
    assert routing.consumes("fit", ["sample_weight"]) == {"sample_weight"}
    assert routing.consumes("predict", ["sample_weight"]) == set()


def test_pipeline_itself_requests_nothing():
    assert not hasattr(make_pipeline(DropEvery(), Recorder()), "set_fit_request")
