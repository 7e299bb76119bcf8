# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.detection import AreaUnderMargin, stages
from sknoisy.detection._stages import can_be_staged, count_stages, watch_stages
from tests._data import blobs

lightgbm = pytest.importorskip("lightgbm")


def small(**params):
    return lightgbm.LGBMClassifier(
        n_estimators=6, min_child_samples=5, verbose=-1, n_jobs=1, **params
    )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_rounds_add_up_to_the_model(n_classes):
    X, y, _ = blobs(90, n_classes, noise=0.1)
    y = np.array(["ant", "bee", "cat"])[y]
    fitted = small().fit(X, y)
    course = list(stages(small(), X, y))
    assert len(course) == 6
    for i, stage in enumerate(course, start=1):
        expected = fitted.predict_proba(X, num_iteration=i)
        np.testing.assert_allclose(softmax(stage.logits, axis=1), expected, rtol=1e-9)


def test_each_tree_predicts_once(monkeypatch):
    X, y, _ = blobs(90, 2)
    calls = []
    predict = lightgbm.Booster.predict

    def counting(self, *args, **kwargs):
        calls.append((kwargs["start_iteration"], kwargs["num_iteration"]))
        return predict(self, *args, **kwargs)

    monkeypatch.setattr(lightgbm.Booster, "predict", counting)
    list(stages(small(), X, y))
    assert calls == [(i, 1) for i in range(6)]


def test_other_rows_weights_and_pipelines():
    X, y, _ = blobs(90, 3, noise=0.1)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 90)
    fitted = small().fit(X, y, sample_weight=weight)
    *_, last = stages(small(), X, y, sample_weight=weight, judged=X[:5])
    np.testing.assert_allclose(last.logits, fitted.predict(X[:5], raw_score=True))
    pipeline = make_pipeline(StandardScaler(), small())
    assert can_be_staged(pipeline)
    assert len(list(stages(pipeline, X, y))) == 6


def test_frames_with_categories_and_missing_values():
    X, y, _ = blobs(90, 2)
    X[::7, 0] = np.nan
    frame = pd.DataFrame(X, columns=["a", "b"])
    frame["kind"] = pd.Categorical(np.where(y == 1, "u", "v"))
    *_, last = stages(small(), frame, y)
    raw = last.model.predict(frame, raw_score=True)
    np.testing.assert_allclose(last.logits[:, 1] - last.logits[:, 0], raw)


def test_forests_are_refused():
    X, y, _ = blobs(60, 2)
    forest = small(boosting_type="rf", subsample=0.5, subsample_freq=1)
    with pytest.raises(ValueError, match="has no stages"):
        next(stages(forest, X, y))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("params", [{}, {"subsample": 0.5, "subsample_freq": 1}])
def test_training_shows_what_the_trees_predict(monkeypatch, n_classes, params):
    X, y, _ = blobs(90, n_classes, noise=0.1)
    y = np.array(["ant", "bee", "cat"])[y]
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 90)
    estimator = small(random_state=0, **params)
    expected = list(stages(estimator, X, y, sample_weight=weight))
    monkeypatch.delattr(lightgbm.Booster, "predict")
    seen, numbers = [], [0, 2, 5]
    model = watch_stages(
        estimator,
        X,
        y,
        lambda stage: seen.append(stage.pred_proba.copy()),
        wanted=lambda i: i in numbers,
        sample_weight=weight,
    )
    assert len(seen) == 3
    for pred_proba, i in zip(seen, numbers, strict=True):
        logits = expected[i].logits
        np.testing.assert_allclose(pred_proba, softmax(logits, axis=1), rtol=1e-9)
    monkeypatch.undo()
    final = expected[-1].model
    np.testing.assert_array_equal(model.predict_proba(X), final.predict_proba(X))
    assert model.get_params() == final.get_params()


def test_other_objectives_are_predicted():
    X, y, _ = blobs(90, 3)
    seen = []
    estimator = small(objective="multiclassova")
    watch_stages(estimator, X, y, seen.append, wanted=lambda i: True)
    *_, last = stages(estimator, X, y)
    np.testing.assert_array_equal(seen[-1].logits, last.logits)


def test_number_of_rounds_is_known():
    assert count_stages(make_pipeline(StandardScaler(), small()), n_epochs=30) == 6


def test_area_under_margin_finds_planted_errors():
    X, given, truth = blobs(300, 3, noise=0.1)
    detector = AreaUnderMargin(small(max_depth=2)).fit(X, given)
    wrong = given != truth
    assert wrong[np.argsort(detector.label_quality_)[: wrong.sum()]].mean() > 0.8
