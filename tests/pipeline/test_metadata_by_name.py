# SPDX-License-Identifier: BSD-3-Clause
"""Fit parameters follow the rows; what nobody takes is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknoisy.pipeline import Pipeline, make_pipeline
from tests.pipeline.toys import (
    DropEvery,
    DropWithoutMetadata,
    Recorder,
    RecordingScaler,
    RelabelAll,
    Repeat,
    Reweight,
)

N = 30
X = np.arange(2.0 * N).reshape(N, 2)
y = np.arange(N) % 2
WEIGHT = np.arange(N) / 10
GROUPS = [f"group {i // 3}" for i in range(N)]
TRUSTED = np.arange(N) < 5
KEPT = np.flatnonzero(np.arange(N) % 3 != 0)


def test_sample_weight_follows_the_rows():
    pipe = make_pipeline(DropEvery(), FunctionTransformer(), Recorder())
    pipe.fit(X, y, sample_weight=WEIGHT)
    assert_array_equal(pipe[0].seen_["sample_weight"], WEIGHT)
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[KEPT])


def test_row_steps_see_the_metadata_of_the_rows_that_reach_them():
    pipe = make_pipeline(DropEvery(2), DropWithoutMetadata(), DropEvery(3), Recorder())
    pipe.fit(X, y, sample_weight=WEIGHT, groups=GROUPS, trusted=TRUSTED)
    rows = np.flatnonzero((np.arange(N) % 2 != 0) | TRUSTED)[1:]
    seen = pipe[2].seen_
    assert_array_equal(seen["sample_weight"], WEIGHT[rows])
    assert_array_equal(seen["groups"], np.array(GROUPS)[rows])
    assert_array_equal(seen["trusted"], TRUSTED[rows])
    assert_array_equal(pipe[-1].seen_["groups"], np.array(GROUPS)[pipe.sample_indices_])


@pytest.mark.parametrize(
    "as_container", [list, tuple, np.array, pd.Series], ids=lambda kind: kind.__name__
)
def test_metadata_comes_in_any_container(as_container):
    pipe = make_pipeline(DropEvery(), Recorder())
    pipe.fit(X, y, sample_weight=as_container(WEIGHT))
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[KEPT])


def test_metadata_follows_relabelled_and_repeated_rows():
    pipe = make_pipeline(RelabelAll(), Repeat(is_traced=True), Recorder())
    pipe.fit(X, y, sample_weight=WEIGHT)
    assert_array_equal(pipe[-1].seen_["sample_weight"], np.tile(WEIGHT, 2))


def test_step_parameters_follow_the_rows():
    pipe = Pipeline(
        [
            ("before", RecordingScaler()),
            ("clean", DropEvery()),
            ("after", RecordingScaler()),
            ("clf", Recorder()),
        ]
    )
    pipe.fit(
        X,
        y,
        before__sample_weight=WEIGHT,
        after__sample_weight=WEIGHT,
        after__note="not one per row",
        clean__trusted=TRUSTED,
        clf__sample_weight=WEIGHT,
        clf__note=list(range(N)),
    )
    rows = np.flatnonzero((np.arange(N) % 3 != 0) | TRUSTED)
    assert_array_equal(pipe["before"].seen_["sample_weight"], WEIGHT)
    assert_array_equal(pipe["after"].seen_["sample_weight"], WEIGHT[rows])
    assert pipe["after"].seen_["note"] == "not one per row"
    assert_array_equal(pipe["clf"].seen_["sample_weight"], WEIGHT[rows])
    assert pipe["clf"].seen_["note"] == rows.tolist()
    assert_array_equal(pipe.sample_indices_, rows)


def test_parameters_of_another_length_are_passed_as_they_are():
    note = list(range(N + 1))
    pipe = make_pipeline(DropEvery(), Recorder()).fit(X, y, recorder__note=note)
    assert pipe[-1].seen_["note"] is note


def test_transformers_get_weights_only_by_name():
    pipe = make_pipeline(Reweight(), RecordingScaler(), Recorder())
    pipe.fit(X, y, sample_weight=WEIGHT)
    assert pipe[1].seen_ == {}


def test_parameter_of_a_step_goes_before_the_shared_one():
    pipe = make_pipeline(DropEvery(), Recorder())
    pipe.fit(
        X, y, sample_weight=WEIGHT, dropevery__sample_weight=-WEIGHT, groups=GROUPS
    )
    assert_array_equal(pipe[0].seen_["sample_weight"], -WEIGHT)
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[KEPT])
    pipe.fit(X, y, sample_weight=WEIGHT, recorder__sample_weight=-WEIGHT)
    assert_array_equal(pipe[-1].seen_["sample_weight"], -WEIGHT[KEPT])
    assert_array_equal(pipe[0].seen_["sample_weight"], WEIGHT)


def test_new_weights_build_on_the_old_and_follow_the_rows():
    pipe = make_pipeline(Reweight(), DropEvery(), Reweight(), Recorder())
    pipe.fit(X, y, sample_weight=WEIGHT)
    first = WEIGHT * np.arange(1.0, N + 1)
    assert_array_equal(pipe[1].seen_["sample_weight"], first)
    second = first[KEPT] * np.arange(1.0, len(KEPT) + 1)
    assert_array_equal(pipe[-1].seen_["sample_weight"], second)


def test_nested_pipelines_get_shared_metadata_and_their_own():
    nested = make_pipeline(RecordingScaler(), DropEvery())
    pipe = Pipeline([("drop", DropEvery(2)), ("prep", nested), ("clf", Recorder())])
    pipe.fit(
        X,
        y,
        sample_weight=WEIGHT,
        groups=GROUPS,
        prep__recordingscaler__sample_weight=WEIGHT,
        prep__dropevery__trusted=TRUSTED,
    )
    rows = np.arange(1, N, 2)
    assert_array_equal(nested[0].seen_["sample_weight"], WEIGHT[rows])
    assert_array_equal(nested[1].seen_["sample_weight"], WEIGHT[rows])
    assert_array_equal(nested[1].seen_["groups"], np.array(GROUPS)[rows])
    assert_array_equal(nested[1].seen_["trusted"], TRUSTED[rows])
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[pipe.sample_indices_])


def test_nested_last_step_gets_what_its_steps_take():
    inner = make_pipeline(StandardScaler(), Recorder())
    pipe = make_pipeline(DropEvery(), inner)
    pipe.fit(X, y, sample_weight=WEIGHT, trusted=TRUSTED)
    rows = pipe.sample_indices_
    assert TRUSTED[rows].sum() == TRUSTED.sum()
    assert_array_equal(inner[-1].seen_["sample_weight"], WEIGHT[rows])


@pytest.mark.parametrize(
    "last, learner",
    [
        (sklearn_make_pipeline(StandardScaler(), Recorder()), lambda last: last[-1]),
        (GridSearchCV(Recorder(), {}, cv=2), lambda last: last.best_estimator_),
    ],
)
def test_weights_reach_the_learner_inside_the_last_step(last, learner):
    pipe = make_pipeline(Reweight(), DropEvery(), last).fit(X, y)
    expected = np.arange(1.0, N + 1)[KEPT]
    assert_array_equal(learner(pipe[-1]).seen_["sample_weight"], expected)


@pytest.mark.parametrize("method", ["fit_transform", "fit_predict", "fit_resample"])
def test_every_way_to_fit_takes_metadata(method):
    last = {
        "fit_transform": RecordingScaler(),
        "fit_predict": KMeans(2, n_init=1),
        "fit_resample": DropEvery(),
    }[method]
    pipe = make_pipeline(DropEvery(), last)
    getattr(pipe, method)(X, y, sample_weight=WEIGHT)
    assert_array_equal(pipe[0].seen_["sample_weight"], WEIGHT)
    if hasattr(pipe[-1], "seen_"):
        assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[KEPT])


def test_metadata_reaches_the_folds_of_cross_validation():
    class Checked(Recorder):
        def score(self, X, y):
            return float((self.seen_["sample_weight"] == self.X_[:, 0] / 20).all())

    pipe = make_pipeline(DropEvery(), Checked())
    scores = cross_val_score(pipe, X, y, params={"sample_weight": WEIGHT}, cv=3)
    assert_array_equal(scores, 1.0)


# Refused, never ignored.


def is_untouched(pipe):
    return not any(hasattr(step, "seen_") for _, step in pipe.steps)


@pytest.mark.parametrize(
    "last", [KNeighborsClassifier(), PCA(), sklearn_make_pipeline(PCA())]
)
def test_last_step_that_cannot_take_weights_is_refused(last):
    name = type(last).__name__
    pipe = make_pipeline(RecordingScaler(), DropEvery(), last)
    with pytest.raises(TypeError, match=rf"{name}\) cannot take sample_weight"):
        pipe.fit(X, y, sample_weight=WEIGHT)
    assert is_untouched(pipe)
    pipe.fit(X, y, dropevery__sample_weight=WEIGHT)
    assert_array_equal(pipe[1].seen_["sample_weight"], WEIGHT)


@pytest.mark.parametrize("reweighter", [Reweight(), make_pipeline(Reweight())])
def test_weights_that_the_last_step_cannot_take_are_refused(reweighter):
    pipe = Pipeline(
        [
            ("scale", RecordingScaler()),
            ("weigh", reweighter),
            ("knn", KNeighborsClassifier()),
        ]
    )
    with pytest.raises(TypeError, match=r"'knn' .* cannot take .* 'weigh.* makes"):
        pipe.fit(X, y)
    assert is_untouched(pipe)


def test_weights_may_end_where_nothing_learns_from_them():
    pipe = make_pipeline(DropEvery(), Reweight()).fit(X, y)
    assert_array_equal(pipe[-1].weights_, np.arange(1.0, len(KEPT) + 1))
    assert_array_equal(make_pipeline(Reweight(), None).fit_transform(X, y), X)


def test_weights_given_past_a_reweighter_are_refused():
    pipe = make_pipeline(Reweight(), Recorder())
    with pytest.raises(ValueError, match=r"recorder__sample_weight would take"):
        pipe.fit(X, y, recorder__sample_weight=WEIGHT)
    assert is_untouched(pipe)


def test_reweighter_that_would_lose_weights_is_refused():
    class Blind(Reweight):
        def fit_reweight(self, X, y):
            return np.ones(len(X))

    pipe = make_pipeline(Blind(), Recorder())
    assert_array_equal(pipe.fit(X, y)[-1].seen_["sample_weight"], np.ones(N))
    with pytest.raises(TypeError, match="without having seen it"):
        pipe.fit(X, y, sample_weight=WEIGHT)


@pytest.mark.parametrize(
    "pipe",
    [
        make_pipeline(StandardScaler(), PCA()),
        make_pipeline(DropWithoutMetadata(), Reweight(), StandardScaler()),
        make_pipeline(make_pipeline(DropWithoutMetadata()), make_pipeline(PCA())),
        make_pipeline(DropWithoutMetadata(), None),
        make_pipeline(DropWithoutMetadata()),
    ],
)
def test_metadata_that_no_step_takes_is_refused(pipe):
    with pytest.raises(ValueError, match="groups was passed .* no step takes it"):
        pipe.fit(X, y, groups=GROUPS)


def test_parameters_that_go_nowhere_are_refused():
    pipe = make_pipeline(DropEvery(), Recorder())
    with pytest.raises(ValueError, match="`stepname__note=...`"):
        pipe.fit(X, y, note=1)
    with pytest.raises(ValueError, match="No step is named 'clf'"):
        pipe.fit(X, y, clf__note=1)


@pytest.mark.parametrize("name", ["sample_weight", "groups", "trusted"])
def test_metadata_of_the_wrong_length_is_refused(name):
    pipe = make_pipeline(DropEvery(), Recorder())
    with pytest.raises(ValueError, match=f"X has 30 rows, {name} has 20"):
        pipe.fit(X, y, **{name: np.ones(20)})
    assert is_untouched(pipe)


def test_metadata_cannot_follow_rows_that_are_not_traced():
    pipe = make_pipeline(Repeat(), Recorder())
    for metadata in ({"sample_weight": WEIGHT}, {"recorder__note": list(y)}):
        with pytest.raises(ValueError, match=r"step 'repeat' .* sample_indices_"):
            pipe.fit(X, y, **metadata)
    pipe = make_pipeline(RecordingScaler(), Repeat(), Recorder())
    pipe.fit(X, y, recordingscaler__sample_weight=WEIGHT)
    assert_array_equal(pipe[-1].y_, np.tile(y, 2))


def test_made_weights_cannot_follow_rows_that_are_not_traced():
    with pytest.raises(ValueError, match=r"sample_weight .* step 'repeat'"):
        make_pipeline(Reweight(), Repeat(), Recorder()).fit(X, y)
    pipe = make_pipeline(make_pipeline(Repeat()), Reweight(), Recorder()).fit(X, y)
    assert_array_equal(pipe[-1].seen_["sample_weight"], np.arange(1.0, 2 * N + 1))


def test_transform_input_needs_metadata_routing():
    pipe = make_pipeline(DropEvery(), Recorder(), transform_input=["note"])
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        pipe.fit(X, y)
