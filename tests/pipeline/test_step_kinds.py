# SPDX-License-Identifier: BSD-3-Clause
"""Steps that cannot work are refused before any other is fitted."""

import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknoisy.pipeline import Pipeline, make_pipeline
from tests.pipeline.toys import DropEvery, Recorder, RecordingScaler, Reweight

X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]


class TransformsAndDrops(DropEvery):
    def transform(self, X):
        return X


class DropsAndReweights(DropEvery):
    def fit_reweight(self, X, y):
        return y


class OnlyTransforms(BaseEstimator):
    def transform(self, X):
        return X


def in_front(step):
    return Pipeline([("first", RecordingScaler()), ("step", step), ("clf", Recorder())])


@pytest.mark.parametrize(
    "pipe, error, message",
    [
        (Pipeline(None), TypeError, r"list of \(name, estimator\) tuples"),
        (Pipeline([DropEvery()]), TypeError, r"list of \(name, estimator\) tuples"),
        (Pipeline([]), ValueError, "empty"),
        (Pipeline([(0, Recorder())]), TypeError, "must be strings"),
        (Pipeline([("a", None), ("a", Recorder())]), ValueError, "unique"),
        (Pipeline([("memory", Recorder())]), ValueError, r"rename \['memory'\]"),
        (Pipeline([("a__b", Recorder())]), ValueError, r"'__'.*rename \['a__b'\]"),
        (in_front(DropEvery), TypeError, r"write DropEvery\(\)"),
        (in_front(LogisticRegression()), TypeError, "'step' .* is none of these"),
        (in_front(OnlyTransforms()), TypeError, "'step' .* is none of these"),
        (in_front("drop"), TypeError, r"'step' \(str\) is none of these"),
        (in_front(TransformsAndDrops()), TypeError, "transform and fit_resample"),
        (in_front(DropsAndReweights()), TypeError, "fit_resample and fit_reweight"),
        (in_front(make_pipeline(Recorder())), TypeError, "is none of these"),
        (in_front(make_pipeline(object(), None)), TypeError, r"\(object\) is none"),
        (make_pipeline(RecordingScaler(), object()), TypeError, "last step must have"),
    ],
)
def test_wrong_steps_are_refused(pipe, error, message):
    with pytest.raises(error, match=message):
        pipe.fit(X, y)


def test_nothing_is_fitted_before_a_wrong_step_is_refused():
    pipe = in_front(make_pipeline(DropEvery(), make_pipeline(Recorder(), None)))
    with pytest.raises(TypeError, match=r"\(Recorder\) is none"):
        pipe.fit(X, y)
    assert not hasattr(pipe["first"], "X_")


@pytest.mark.parametrize("steps", [None, [], [1], [("a",)]])
@pytest.mark.parametrize(
    "name", ["predict", "transform", "fit_transform", "fit_resample"]
)
def test_wrong_steps_have_no_methods(steps, name):
    assert not hasattr(Pipeline(steps), name)


@pytest.mark.parametrize("row_step", [DropEvery(), Reweight()])
def test_row_steps_are_not_hidden_in_other_pipelines(row_step):
    hidden = sklearn_make_pipeline(FunctionTransformer(), row_step)
    for step in (hidden, sklearn_make_pipeline(hidden, FunctionTransformer())):
        with pytest.raises(TypeError, match=r"make it a sknoisy\.pipeline\.Pipeline"):
            in_front(step).fit(X, y)


def test_plain_pipelines_are_transformers():
    plain = sklearn_make_pipeline(StandardScaler(), FunctionTransformer())
    assert in_front(plain).fit(X, y)["clf"].X_.shape == (4, 1)


@pytest.mark.parametrize("row_step", [DropEvery(), Reweight()])
def test_scikit_learns_pipeline_refuses_row_steps(row_step):
    with pytest.raises(TypeError, match="should be transformers"):
        sklearn_make_pipeline(row_step, Recorder()).fit(X, y)


def test_transformers_must_keep_the_rows():
    shorter = FunctionTransformer(lambda X: X[1:])
    with pytest.raises(ValueError, match=r"returned 3 rows for 4.*fit_resample"):
        in_front(shorter).fit(X, y)


def test_reweighters_must_give_one_weight_per_row():
    class Wrong(Reweight):
        def fit_reweight(self, X, y):
            return [1.0]

    with pytest.raises(ValueError, match=r"shape \(4,\); got shape \(1,\)"):
        make_pipeline(Wrong(), Recorder()).fit(X, y)


def test_make_pipeline_names_steps_as_scikit_learn_does():
    steps = (DropEvery(), StandardScaler(), DropEvery(), "passthrough")
    ours = make_pipeline(*steps, memory="here", verbose=True, transform_input=["v"])
    theirs = sklearn_make_pipeline(
        *steps, memory="here", verbose=True, transform_input=["v"]
    )
    assert ours.get_params(deep=False) == theirs.get_params(deep=False)
