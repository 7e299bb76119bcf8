# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.base import with_default_estimator
from sknoisy.detection._leaf_influence_boosting import BoostIn
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts
from tests.detection.test_leaf_influence import rings

ROUND = GradientBoostingClassifier(n_estimators=1, min_samples_leaf=10, random_state=0)


def newton_leaf(g, h, weight):
    return -np.sum(weight * g) / np.sum(weight * h)


def test_one_round_moves_the_loss_by_the_weight_as_it_says():
    X, y, _ = blobs(80, 2, noise=0.1, spread=3.0)
    influence = BoostIn(ROUND).fit(X, y).influence_
    leaves = ROUND.fit(X, y).apply(X)[:, 0, 0]
    p = np.full(len(y), y.mean())
    start = np.log(y.mean() / (1 - y.mean()))
    for i in range(0, len(y), 9):
        own = leaves == leaves[i]
        losses = []
        for step in (-1e-4, 1e-4):
            weight = np.ones(len(y))
            weight[i] += step
            value = newton_leaf((p - y)[own], (p * (1 - p))[own], weight[own])
            # The loss is followed to first order, from where the round starts.
            losses.append((p[i] - y[i]) * (start + 0.1 * value))
        np.testing.assert_allclose(
            (losses[0] - losses[1]) / 2e-4, influence[i], rtol=1e-4
        )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_rounds_add_up(n_classes):
    X, y, _ = blobs(80, n_classes, noise=0.1, spread=3.0)
    model = GradientBoostingClassifier(
        n_estimators=4, min_samples_leaf=10, random_state=0
    )
    influence = BoostIn(model).fit(X, y).influence_
    model.fit(X, y)
    leaves = model.apply(X).astype(int)
    one_hot = np.eye(n_classes)[y]
    before = [np.tile(one_hot.mean(axis=0), (80, 1)), *model.staged_predict_proba(X)]
    expected = np.zeros(80)
    for t in range(4):
        for tree in range(leaves.shape[2]):
            column = 1 if n_classes == 2 else tree
            g = before[t][:, column] - one_hot[:, column]
            h = before[t][:, column] * (1 - before[t][:, column])
            for leaf in np.unique(leaves[:, t, tree]):
                own = leaves[:, t, tree] == leaf
                value = newton_leaf(g[own], h[own], np.ones(own.sum()))
                bend = h[own].sum()
                expected[own] += 0.1 * g[own] * (g[own] + h[own] * value) / bend
    np.testing.assert_allclose(influence, expected, rtol=1e-5, atol=1e-9)


def test_planted_errors_are_found():
    X, y, wrong = planted()
    quality = BoostIn().fit(X, y).label_quality_
    assert roc_auc_score(wrong, -quality) > 0.98
    X, given, truth = rings()
    wrong = given != truth
    detector = BoostIn().fit(X, given)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.95
    assert wrong[detector.suspect_mask_].mean() > 0.8


def test_lightgbm_and_pipelines_will_do():
    X, given, truth = rings()
    piped = BoostIn(make_pipeline(StandardScaler(), GradientBoostingClassifier()))
    assert roc_auc_score(given != truth, -piped.fit(X, given).label_quality_) > 0.8
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=20, num_leaves=6, verbose=-1)
    detector = BoostIn(model).fit(X, given)
    assert roc_auc_score(given != truth, -detector.label_quality_) > 0.9
    assert isinstance(detector.ensemble_, lightgbm.LGBMClassifier)


def test_texts_and_frames():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        quality = BoostIn().fit(X, y).label_quality_
        assert set(np.argsort(quality)[:4]) >= {0, 1}


def test_new_rows_are_watched_in_the_same_training():
    X, y, _ = blobs(120, 3, noise=0.1)
    detector = BoostIn().fit(X, y)
    np.testing.assert_allclose(detector.score_samples(X, y), detector.label_quality_)
    new, given, truth = blobs(60, 3, noise=0.2, seed=1)
    quality = detector.score_samples(new, given)
    assert roc_auc_score(given != truth, -quality) > 0.95
    assert detector.score_samples(new).mean() > quality.mean()


def test_a_wrapper_lends_nothing():
    lent = with_default_estimator(BoostIn(), RandomForestClassifier())
    assert lent.estimator is None


@pytest.mark.parametrize(
    "model",
    [ExtraTreesClassifier(), HistGradientBoostingClassifier(), AdaBoostClassifier()],
)
def test_errors_name_the_fix(model):
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match="GradientBoostingClassifier"):
        BoostIn(model).fit(X, y)
