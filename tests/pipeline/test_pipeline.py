# SPDX-License-Identifier: BSD-3-Clause
"""Row steps act in fit; everything else is scikit-learn's pipeline."""

import inspect
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.neighbors import KernelDensity, KNeighborsClassifier
from sklearn.pipeline import Pipeline as SklearnPipeline
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from sknoisy.pipeline import Pipeline, make_pipeline
from tests.pipeline.toys import (
    DropEvery,
    DropWeightless,
    FitThenTransform,
    Recorder,
    RecordingScaler,
    RelabelAll,
    Repeat,
    Reweight,
    ShiftInFit,
)

X, y = make_classification(60, 4, n_informative=3, n_redundant=0, random_state=0)
KEPT = np.arange(60) % 3 != 0


@pytest.fixture
def pipe():
    return Pipeline(
        [
            ("scale", StandardScaler()),
            ("clean", DropEvery()),
            ("clf", LogisticRegression()),
        ]
    )


# Row steps act in fit ...


def test_cleaner_acts_on_the_rows_of_the_steps_after_it(pipe):
    scaler = StandardScaler().fit(X)
    expected = LogisticRegression().fit(scaler.transform(X)[KEPT], y[KEPT])
    pipe.fit(X, y)
    assert_array_equal(pipe["scale"].mean_, scaler.mean_)
    assert_array_equal(pipe["clf"].coef_, expected.coef_)
    assert_array_equal(pipe.sample_indices_, np.flatnonzero(KEPT))


def test_cleaner_in_front_acts_on_the_transformers_too():
    pipe = make_pipeline(DropEvery(), StandardScaler(), LogisticRegression()).fit(X, y)
    assert_array_equal(pipe[1].mean_, StandardScaler().fit(X[KEPT]).mean_)


def test_relabelled_y_reaches_later_transformers_and_the_last_step():
    pipe = make_pipeline(RecordingScaler(), RelabelAll(), RecordingScaler(), Recorder())
    pipe.fit(X, y)
    expected = np.r_[np.repeat(y[0], 59), y[-1]]
    assert_array_equal(pipe[0].y_, y)
    assert_array_equal(pipe[2].y_, expected)
    assert_array_equal(pipe[-1].y_, expected)


def test_several_cleaners_compose_their_rows():
    pipe = make_pipeline(DropEvery(2), Repeat(is_traced=True), DropEvery(3), Recorder())
    pipe.fit(X, y)
    rows = np.tile(np.arange(1, 60, 2), 2)
    rows = rows[np.arange(60) % 3 != 0]
    assert_array_equal(pipe.sample_indices_, rows)
    assert_array_equal(pipe[-1].X_, X[rows])
    assert_array_equal(pipe[-1].y_, y[rows])


def test_sampler_that_does_not_trace_its_rows_works_without_metadata():
    pipe = make_pipeline(DropEvery(), Recorder()).fit(X, y)
    pipe.set_params(dropevery=Repeat()).fit(X, y)
    assert_array_equal(pipe[-1].y_, np.tile(y, 2))
    assert not hasattr(pipe, "sample_indices_")


def test_rows_may_be_kept_for_later_steps_when_there_is_no_row_step():
    assert_array_equal(
        make_pipeline(Recorder()).fit(X, y).sample_indices_, np.arange(60)
    )


def test_weights_from_a_reweighter_reach_the_last_step():
    pipe = make_pipeline(Reweight(), StandardScaler(), LogisticRegression()).fit(X, y)
    Xt = StandardScaler().fit_transform(X)
    expected = LogisticRegression().fit(Xt, y, sample_weight=np.arange(1.0, 61))
    assert_array_equal(pipe[-1].coef_, expected.coef_)


@pytest.mark.parametrize("nothing", [None, "passthrough"])
def test_passthrough_steps_do_nothing(pipe, nothing):
    expected = make_pipeline(DropEvery(), LogisticRegression()).fit(X, y)
    pipe.set_params(scale=nothing).fit(X, y)
    assert_array_equal(pipe.predict_proba(X), expected.predict_proba(X))
    pipe.set_params(clean=nothing).fit(X, y)
    assert_array_equal(pipe["clf"].coef_, LogisticRegression().fit(X, y).coef_)


def test_empty_line_of_passthroughs_is_the_identity():
    pipe = make_pipeline(None, DropEvery(), "passthrough")
    assert_array_equal(pipe.fit_transform(X, y), X)


# ... and vanish everywhere else.


@pytest.mark.parametrize(
    "method", ["predict", "predict_proba", "predict_log_proba", "decision_function"]
)
def test_prediction_gives_every_row_its_answer(pipe, method):
    pipe.fit(X, y)
    without = SklearnPipeline([("scale", pipe["scale"]), ("clf", pipe["clf"])])
    result = getattr(pipe, method)(X)
    assert len(result) == len(X)
    assert_array_equal(result, getattr(without, method)(X))


def test_score_uses_every_row(pipe):
    pipe.fit(X, y)
    weight = np.linspace(0, 1, 60)
    hits = pipe.predict(X) == y
    assert pipe.score(X, y) == hits.mean()
    assert pipe.score(X, y, sample_weight=weight) == pytest.approx(
        np.average(hits, weights=weight)
    )


def test_transform_and_back_and_names_leave_the_cleaner_out():
    frame = pd.DataFrame(X, columns=list("abcd"))
    pipe = make_pipeline(DropEvery(), StandardScaler(), DropEvery(), PCA(2))
    pipe.fit(frame, y)
    Xt = pipe.transform(frame)
    assert len(Xt) == 60
    assert len(pipe.inverse_transform(Xt)) == 60
    assert_array_equal(pipe.get_feature_names_out(), ["pca0", "pca1"])
    assert_array_equal(pipe[:2].get_feature_names_out(), list("abcd"))


def test_score_samples_leaves_the_cleaner_out():
    pipe = make_pipeline(DropEvery(), StandardScaler(), KernelDensity()).fit(X, y)
    assert pipe.score_samples(X).shape == (60,)


def test_fit_transform_is_fit_then_transform_of_all_rows():
    pipe = make_pipeline(DropEvery(), StandardScaler(), PCA(2, random_state=0))
    fitted = clone(pipe).fit(X, y)
    assert_array_equal(pipe.fit_transform(X, y), fitted.transform(X))


def test_fit_predict_is_fit_then_predict_of_all_rows():
    pipe = make_pipeline(DropEvery(), KMeans(2, n_init=1, random_state=0))
    fitted = clone(pipe).fit(X, y)
    assert_array_equal(pipe.fit_predict(X, y), fitted.predict(X))


def test_methods_that_cannot_treat_dropped_rows_are_not_there():
    assert hasattr(make_pipeline(PCA(), DBSCAN()), "fit_predict")
    assert not hasattr(make_pipeline(DropEvery(), DBSCAN()), "fit_predict")
    assert hasattr(make_pipeline(PCA(), TSNE()), "fit_transform")
    assert not hasattr(make_pipeline(DropEvery(), TSNE()), "fit_transform")


@pytest.mark.parametrize(
    "last", [LogisticRegression(), SVC(), KMeans(), PCA(), "passthrough", DropEvery()]
)
def test_methods_are_there_exactly_if_the_last_step_has_them(last):
    names = (
        "predict predict_proba predict_log_proba decision_function score "
        "score_samples transform inverse_transform fit_transform fit_predict"
    ).split()
    pipe = make_pipeline(DropEvery(), StandardScaler(), last)
    plain = sklearn_make_pipeline(
        StandardScaler(), "passthrough" if isinstance(last, DropEvery) else last
    )
    assert [hasattr(pipe, name) for name in names] == [
        hasattr(plain, name) for name in names
    ]


# A row step at the end.


def test_fit_resample_returns_the_rows_that_are_left():
    pipe = make_pipeline(StandardScaler(), DropEvery())
    Xt, yt = pipe.fit_resample(X, y)
    assert_allclose(Xt, StandardScaler().fit_transform(X)[KEPT])
    assert_array_equal(yt, y[KEPT])
    assert_array_equal(pipe.sample_indices_, np.flatnonzero(KEPT))


def test_pipeline_that_ends_in_a_cleaner_fits_and_transforms_all_rows():
    pipe = make_pipeline(StandardScaler(), DropEvery()).fit(X, y)
    assert_array_equal(pipe[-1].sample_indices_, np.flatnonzero(KEPT))
    assert_array_equal(pipe.transform(X), pipe[0].transform(X))
    assert not hasattr(pipe, "predict")


def test_fit_resample_is_there_only_if_it_loses_nothing():
    assert hasattr(make_pipeline(DropEvery()), "fit_resample")
    assert not hasattr(make_pipeline(DropEvery(), PCA()), "fit_resample")
    assert not hasattr(make_pipeline(Reweight()), "fit_resample")
    with pytest.raises(AttributeError) as error:
        make_pipeline(Reweight(), DropEvery()).fit_resample(X, y)
    assert "would lose the weights" in str(error.value.__cause__)


def test_cleaner_of_a_cut_pipeline_still_vanishes(pipe):
    pipe.fit(X, y)
    assert_array_equal(pipe[:-1].transform(X), pipe["scale"].transform(X))
    assert isinstance(pipe[:2], Pipeline)
    assert pipe["clean"] is pipe[1] is pipe.named_steps.clean


# Pipelines inside pipelines.


def test_cleaner_of_a_nested_pipeline_acts_on_the_rows_around_it():
    nested = make_pipeline(StandardScaler(), DropEvery())
    pipe = make_pipeline(nested, PCA(2, random_state=0), LogisticRegression())
    flat = make_pipeline(
        StandardScaler(), DropEvery(), PCA(2, random_state=0), LogisticRegression()
    )
    pipe.fit(X, y), flat.fit(X, y)
    assert_array_equal(pipe.sample_indices_, flat.sample_indices_)
    assert_array_equal(nested.sample_indices_, flat.sample_indices_)
    assert_array_equal(pipe.predict_proba(X), flat.predict_proba(X))
    assert_array_equal(clone(pipe[:2]).fit_transform(X, y), flat[:3].transform(X))


def test_rows_and_weights_compose_through_nested_pipelines():
    nested = make_pipeline(DropEvery(2), make_pipeline(Reweight(), DropEvery(5)))
    pipe = make_pipeline(Reweight(), DropEvery(), nested, Recorder()).fit(X, y)
    rows, weights = np.arange(60), np.arange(1.0, 61)
    for step in (3, 2, 5):
        if step == 5:
            weights = weights * np.arange(1.0, len(rows) + 1)
        keep = np.arange(len(rows)) % step != 0
        rows, weights = rows[keep], weights[keep]
    assert_array_equal(pipe.sample_indices_, rows)
    assert_array_equal(pipe[-1].X_, X[rows])
    assert_array_equal(pipe[-1].seen_["sample_weight"], weights)


def test_nested_pipeline_may_be_the_last_step():
    pipe = make_pipeline(
        StandardScaler(), make_pipeline(DropEvery(), LogisticRegression())
    )
    flat = make_pipeline(StandardScaler(), DropEvery(), LogisticRegression())
    assert_array_equal(pipe.fit(X, y).predict(X), flat.fit(X, y).predict(X))
    assert_array_equal(pipe[-1].sample_indices_, flat.sample_indices_)
    inner = make_pipeline(StandardScaler(), DropEvery())
    assert len(make_pipeline(PCA(), inner).fit_resample(X, y)[0]) == KEPT.sum()


def test_pipeline_may_be_a_step_of_scikit_learns(pipe):
    outer = sklearn_make_pipeline(PCA(random_state=0), pipe).fit(X, y)
    assert len(outer.predict(X)) == 60
    assert_array_equal(pipe.sample_indices_, np.flatnonzero(KEPT))


# Without row steps: scikit-learn's pipeline, to the last bit.


@pytest.mark.parametrize(
    "steps",
    [
        [StandardScaler(), LogisticRegression()],
        [StandardScaler(), "passthrough", PCA(2, random_state=0)],
        [ShiftInFit(), StandardScaler()],
        [StandardScaler(), ShiftInFit()],
        [ShiftInFit(), "passthrough"],
        [ShiftInFit(), FitThenTransform()],
        [FitThenTransform(), LogisticRegression()],
        [SimpleImputer(), KMeans(2, n_init=1, random_state=0)],
        [StandardScaler(), LinearRegression()],
    ],
    ids=lambda steps: "-".join(type(s).__name__ for s in steps),
)
def test_without_row_steps_all_results_are_scikit_learns(steps):
    ours, theirs = make_pipeline(*map(clone_step, steps)), sklearn_make_pipeline(*steps)
    assert_array_equal(ours.fit(X, y).sample_indices_, np.arange(60))
    theirs.fit(X, y)
    for name in ("predict", "predict_proba", "decision_function", "transform"):
        assert hasattr(ours, name) == hasattr(theirs, name)
        if hasattr(ours, name):
            assert_array_equal(getattr(ours, name)(X), getattr(theirs, name)(X))
    for name in ("fit_transform", "fit_predict", "score"):
        assert hasattr(ours, name) == hasattr(theirs, name)
        if hasattr(ours, name):
            assert_array_equal(getattr(ours, name)(X, y), getattr(theirs, name)(X, y))


def test_without_row_steps_frames_and_names_are_scikit_learns():
    frame = pd.DataFrame(X, columns=list("abcd"))
    steps = [StandardScaler(), PCA(2, random_state=0)]
    ours, theirs = make_pipeline(*map(clone, steps)), sklearn_make_pipeline(*steps)
    ours.set_output(transform="pandas"), theirs.set_output(transform="pandas")
    pd.testing.assert_frame_equal(
        ours.fit_transform(frame, y), theirs.fit_transform(frame, y)
    )
    assert_array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())
    assert_array_equal(ours.feature_names_in_, theirs.feature_names_in_)


def clone_step(step):
    return step if isinstance(step, str) else clone(step)


def test_prediction_parameters_go_to_the_last_step():
    class Noisy(Recorder):
        def predict(self, X, shift=0):
            return super().predict(X) + shift

    pipe = make_pipeline(DropEvery(), Noisy()).fit(X, y)
    assert_array_equal(pipe.predict(X, shift=2), pipe.predict(X) + 2)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output_reaches_the_transformers(library):
    pipe = make_pipeline(StandardScaler(), DropEvery(), PCA(2)).set_output(
        transform=library
    )
    frame = {"pandas": pd, "polars": pl}[library].DataFrame(
        {name: X[:, i] for i, name in enumerate("abcd")}
    )
    Xt = pipe.fit_transform(frame, y)
    assert type(Xt) is type(frame)
    assert list(Xt.columns) == ["pca0", "pca1"]
    assert Xt.shape == (60, 2)


# The scikit-learn ecosystem around it.


def test_cross_validation_cleans_training_folds_and_no_others():
    class CountingRecorder(Recorder):
        def score(self, X, y):
            return len(X) + len(self.y_) / 1000

    pipe = make_pipeline(DropEvery(2), CountingRecorder())
    scores = cross_val_score(pipe, X, y, cv=KFold(3))
    assert_allclose(scores, 20.020)


def test_grid_search_reaches_the_parameters_of_the_cleaner(pipe):
    grid = {"clean__step": [2, 3], "clf__C": [0.1, 1.0], "scale": [None]}
    search = GridSearchCV(pipe, grid, cv=3).fit(X, y)
    assert search.best_estimator_["scale"] is None
    assert search.best_params_["clean__step"] in (2, 3)
    assert len(search.predict(X)) == 60
    grid = {"clean": ["passthrough", DropEvery(4)]}
    assert GridSearchCV(pipe, grid, cv=3).fit(X, y).best_params_.keys() == {"clean"}


def test_get_and_set_params_and_clone(pipe):
    pipe.set_params(clean__step=4, verbose=True)
    assert pipe.get_params()["clean__step"] == 4
    copy = clone(pipe.set_params(verbose=False).fit(X, y))
    assert not hasattr(copy, "sample_indices_")
    assert copy.get_params()["clean__step"] == 4


def test_pickle_round_trip(pipe):
    copy = pickle.loads(pickle.dumps(pipe.fit(X, y)))
    assert_array_equal(copy.predict_proba(X), pipe.predict_proba(X))
    assert_array_equal(copy.sample_indices_, pipe.sample_indices_)


def test_kind_of_estimator_is_that_of_the_last_step(pipe):
    assert is_classifier(pipe)
    assert is_regressor(make_pipeline(DropEvery(), LinearRegression()))
    assert not is_classifier(pipe[:-1])
    assert_array_equal(pipe.fit(X, y).classes_, [0, 1])


def test_tags_look_past_the_row_steps():
    assert get_tags(make_pipeline(DropEvery(), SVC())).input_tags.sparse
    assert get_tags(
        make_pipeline(DropEvery(), SVC(kernel="precomputed"))
    ).input_tags.pairwise
    assert not get_tags(make_pipeline(DropEvery(), SVC())).target_tags.required

    class NeedsLabels(DropEvery):
        def __sklearn_tags__(self):
            tags = super().__sklearn_tags__()
            tags.target_tags.required = True
            return tags

    assert get_tags(make_pipeline(NeedsLabels(), SVC())).target_tags.required
    assert get_tags(Pipeline(None)).estimator_type is None


def test_features_seen_are_those_of_the_first_step_that_knows():
    frame = pd.DataFrame(X, columns=list("abcd"))
    pipe = make_pipeline(RelabelAll(), StandardScaler(), Recorder()).fit(frame, y)
    assert pipe.n_features_in_ == 4
    assert_array_equal(pipe.feature_names_in_, list("abcd"))
    assert make_pipeline(DropEvery(), Recorder()).fit(X, y).n_features_in_ == 4
    nested = make_pipeline(make_pipeline(None, RelabelAll()), StandardScaler())
    assert nested.fit(X, y).n_features_in_ == 4
    pipe = make_pipeline(FunctionTransformer(), StandardScaler()).fit(X, y)
    assert not hasattr(pipe, "feature_names_in_")


def test_unfitted_pipeline_says_so(pipe):
    with pytest.raises(NotFittedError):
        check_is_fitted(pipe)
    with pytest.raises(NotFittedError):
        pipe.predict(X)
    check_is_fitted(pipe.fit(X, y))


def test_row_steps_have_no_part_in_being_fitted():
    pipe = make_pipeline(StandardScaler(), Repeat())
    with pytest.raises(NotFittedError):
        pipe.transform(X)
    assert_array_equal(pipe.fit(X, y).transform(X), pipe[0].transform(X))
    fitted_before = make_pipeline(DropEvery(), StandardScaler().fit(X))
    assert_array_equal(fitted_before.transform(X), pipe.transform(X))


def test_html_shows_the_cleaner(pipe):
    html = pipe._repr_html_()
    assert "DropEvery" in html
    assert "StandardScaler" in html


def test_verbose_writes_a_line_for_each_step(pipe, capsys):
    pipe.set_params(verbose=True).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    SklearnPipeline(
        [("scale", StandardScaler()), ("clean", None), ("clf", LogisticRegression())],
        verbose=True,
    ).fit(X, y)
    expected = capsys.readouterr().out.splitlines()
    # All but the seconds, which may differ in their last digit.
    assert [line[:-4] for line in lines] == [line[:-4] for line in expected]
    assert "(step 2 of 3) Processing clean, total=" in lines[1]


def test_quiet_by_default(pipe, capsys):
    pipe.fit(X, y)
    assert capsys.readouterr().out == ""


# Caching.


class CountingCleaner(DropEvery):
    calls = []

    def fit_resample(self, X, y, sample_weight=None, groups=None, trusted=None):
        self.calls.append(len(X))
        return super().fit_resample(X, y, sample_weight, groups, trusted)


class CountingScaler(StandardScaler):
    calls = []

    def fit(self, X, y=None, sample_weight=None):
        self.calls.append(len(X))
        return super().fit(X, y, sample_weight)


class CountingReweighter(Reweight):
    calls = []

    def fit_reweight(self, X, y, sample_weight=None, trusted=None):
        self.calls.append(len(X))
        return super().fit_reweight(X, y, sample_weight, trusted)


@pytest.fixture
def counts():
    kinds = (CountingCleaner, CountingScaler, CountingReweighter)
    for kind in kinds:
        kind.calls.clear()
    return lambda: [len(kind.calls) for kind in kinds]


def test_memory_caches_transformers_and_row_steps(tmp_path, counts):
    def build(C):
        return Pipeline(
            [
                ("clean", CountingCleaner()),
                ("prep", make_pipeline(CountingScaler(), CountingReweighter())),
                ("clf", LogisticRegression(C=C)),
            ],
            memory=str(tmp_path),
        )

    weight = np.linspace(1, 2, 60)
    first = build(1.0).fit(X, y, sample_weight=weight)
    second = build(0.1).fit(X, y, sample_weight=weight)
    assert counts() == [1, 1, 1]
    assert_array_equal(second.sample_indices_, first.sample_indices_)
    assert_array_equal(second["clean"].sample_indices_, first.sample_indices_)
    assert_array_equal(second["prep"][0].mean_, first["prep"][0].mean_)
    again = build(1.0).fit(X, y, sample_weight=weight)
    assert_array_equal(again["clf"].coef_, first["clf"].coef_)
    build(1.0).fit(X, y, sample_weight=weight[::-1])
    # The scaler is cached with the nested pipeline around it, as one step.
    assert counts() == [2, 2, 2]


def test_memory_clones_all_steps_but_the_last(tmp_path):
    cleaner, clf = DropEvery(), LogisticRegression()
    steps = [("clean", cleaner), ("clf", clf)]
    pipe = Pipeline(steps, memory=str(tmp_path)).fit(X, y)
    assert not hasattr(cleaner, "sample_indices_")
    assert hasattr(pipe["clean"], "sample_indices_")
    assert pipe["clf"] is clf
    assert steps[0][1] is cleaner


def test_without_memory_steps_are_fitted_in_place():
    cleaner = DropEvery()
    steps = [("clean", cleaner), ("clf", LogisticRegression())]
    pipe = Pipeline(steps).fit(X, y)
    assert pipe["clean"] is cleaner
    assert_array_equal(cleaner.sample_indices_, np.flatnonzero(KEPT))


def test_wrong_memory_is_refused():
    with pytest.raises(ValueError, match="memory"):
        Pipeline([("clf", Recorder())], memory=1).fit(X, y)


# Containers.


def test_data_frames_reach_the_steps_as_they_are():
    frame = pd.DataFrame(X, columns=list("abcd"), index=np.arange(60) * 7)
    labels = pd.Series(np.where(y, "yes", "no"), index=frame.index)
    pipe = make_pipeline(DropEvery(), Recorder()).fit(frame, labels)
    pd.testing.assert_frame_equal(pipe[-1].X_, frame[KEPT])
    pd.testing.assert_series_equal(pipe[-1].y_, labels[KEPT])


def test_polars_reaches_the_steps_as_it_is():
    frame = pl.DataFrame(X, schema=list("abcd"))
    weight = pl.Series(np.arange(60.0))
    pipe = make_pipeline(DropEvery(), Recorder())
    pipe.fit(frame, pl.Series(y), sample_weight=weight)
    assert pipe[-1].X_.equals(frame.filter(pl.Series(KEPT)))
    assert pipe[-1].seen_["sample_weight"].to_list() == list(np.flatnonzero(KEPT))


def test_sparse_text_and_missing_values_pass_through():
    pipe = make_pipeline(DropEvery(), LogisticRegression())
    dense = pipe.fit(X, y).predict_proba(X)
    assert_allclose(pipe.fit(sparse.csr_matrix(X), y).predict_proba(X), dense)

    texts = [f"good {i}" if label else f"bad {i}" for i, label in enumerate(y)]
    pipe = make_pipeline(DropEvery(), TfidfVectorizer(), LogisticRegression())
    assert pipe.fit(texts, list(y)).score(texts, y) == 1.0

    missing = np.where(X > 1, np.nan, X)
    pipe = make_pipeline(DropEvery(), HistGradientBoostingClassifier(max_iter=2))
    assert len(pipe.fit(missing, y).predict(missing)) == 60


def test_generator_of_texts_works_where_nothing_needs_its_length():
    pipe = make_pipeline(TfidfVectorizer(), LogisticRegression())
    pipe.fit((str(label) + " word" for label in y), y)
    assert not hasattr(pipe, "sample_indices_")
    assert len(pipe.predict(["1 word"])) == 1


def test_signature_names_sample_weight_only_if_it_can_be_used():
    assert has_fit_parameter(make_pipeline(DropEvery(), Recorder()), "sample_weight")
    knn = make_pipeline(DropEvery(), KNeighborsClassifier())
    assert not has_fit_parameter(knn, "sample_weight")
    assert has_fit_parameter(knn, "trusted")
    assert knn.fit(X, y) is knn
    assert "sample_weight" in inspect.signature(Pipeline.fit).parameters


@pytest.mark.parametrize("last", [KNeighborsClassifier(), LogisticRegression()])
def test_bagging_finds_a_way(last):
    bagging = BaggingClassifier(make_pipeline(DropEvery(), last), 3, random_state=0)
    assert bagging.fit(X, y).score(X, y) > 0.6


# scikit-learn's own checks.


def fails_as_scikit_learns_pipeline(estimator):
    reason = "steps are fitted in place, as those of scikit-learn's pipeline"
    failing = {
        "check_estimators_overwrite_params": reason,
        "check_dont_overwrite_parameters": reason,
    }
    if isinstance(estimator[-1], StandardScaler):
        reason = "NaN is allowed, and the tags of pipelines do not say so"
        failing["check_estimators_nan_inf"] = reason
    return failing


@parametrize_with_checks(
    [
        sklearn_make_pipeline(StandardScaler()),
        make_pipeline(StandardScaler()),
        make_pipeline(LogisticRegression()),
        make_pipeline(DropWeightless(), LogisticRegression()),
        make_pipeline(make_pipeline(DropWeightless()), LinearRegression()),
        make_pipeline(DropWeightless(), PCA(1)),
    ],
    expected_failed_checks=fails_as_scikit_learns_pipeline,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
