# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.base import with_default_estimator
from sknoisy.detection import CookDistance, RepresenterValues, SelfInfluence
from sknoisy.detection._leaf_influence import MEASURES, LinearizedTrees
from sknoisy.detection._leaves import LeafEncoder
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts

FOREST = ExtraTreesClassifier(20, max_leaf_nodes=8, random_state=0)


def rings(n_samples=300, noise=0.15):
    """Two rings, which no line tells apart; return X, given and true labels."""
    rng = np.random.default_rng(0)
    truth = np.arange(n_samples) % 2
    angle = rng.uniform(0, 2 * np.pi, n_samples)
    radius = 1 + 2 * truth + 0.2 * rng.normal(size=n_samples)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    wrong = rng.random(n_samples) < noise
    return X, truth ^ wrong, truth


@pytest.mark.parametrize(
    ("measure", "kind"),
    [
        ("self_influence", SelfInfluence),
        ("cook_distance", CookDistance),
        ("representer", RepresenterValues),
    ],
)
def test_it_is_influence_on_a_model_of_the_leaves(measure, kind):
    X, y, _ = blobs(90, 3, noise=0.1, spread=2.0)
    # The forest sees the rows in another order, which matters little to it.
    detector = LinearizedTrees(FOREST, measure=measure, C=0.5).fit(X, y)
    encoder = LeafEncoder(FOREST).fit(X, y)
    encoder.ensemble_ = detector.ensemble_
    encoder.encoder_.fit(detector.ensemble_.apply(X))
    expected = kind(LogisticRegression(C=0.5)).fit(encoder.transform(X), y)
    np.testing.assert_allclose(
        detector.influence_, expected.influence_, rtol=0.01, atol=1e-4
    )


@pytest.mark.parametrize("measure", MEASURES)
def test_planted_errors_are_found_where_no_line_is(measure):
    X, y, wrong = planted()
    quality = LinearizedTrees(measure=measure).fit(X, y).label_quality_
    assert quality[wrong].max() < quality[~wrong].min()
    X, given, truth = rings()
    wrong = given != truth
    detector = LinearizedTrees(measure=measure).fit(X, given)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.97
    assert wrong[detector.suspect_mask_].mean() > 0.8
    linear = SelfInfluence().fit(X, given).label_quality_
    assert roc_auc_score(wrong, -linear) < 0.7


@pytest.mark.parametrize(
    "ensemble",
    [
        RandomForestClassifier(30, max_leaf_nodes=12, random_state=0),
        GradientBoostingClassifier(n_estimators=20, max_depth=2, random_state=0),
        make_pipeline(StandardScaler(), FOREST),
    ],
)
def test_any_ensemble_of_trees_will_do(ensemble):
    X, given, truth = rings()
    detector = LinearizedTrees(ensemble).fit(X, given)
    assert roc_auc_score(given != truth, -detector.label_quality_) > 0.9


def test_lightgbm_will_do():
    lightgbm = pytest.importorskip("lightgbm")
    X, given, truth = rings()
    model = lightgbm.LGBMClassifier(n_estimators=20, num_leaves=6, verbose=-1)
    detector = LinearizedTrees(model).fit(X, given)
    assert roc_auc_score(given != truth, -detector.label_quality_) > 0.9


def test_texts_and_frames():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        quality = LinearizedTrees().fit(X, y).label_quality_
        assert set(np.argsort(quality)[:4]) >= {0, 1}


def test_new_rows_are_scored_alike():
    X, y, _ = blobs(150, 3, noise=0.1)
    detector = LinearizedTrees().fit(X, y)
    np.testing.assert_allclose(detector.score_samples(X, y), detector.label_quality_)
    new, given, truth = blobs(60, 3, noise=0.2, seed=1)
    quality = detector.score_samples(new, given)
    assert roc_auc_score(given != truth, -quality) > 0.98


def test_random_state_grows_the_forest():
    X, y, _ = blobs(90, 3, noise=0.1, spread=2.0)
    qualities = [
        LinearizedTrees(random_state=seed).fit(X, y).label_quality_
        for seed in (None, None, 1)
    ]
    np.testing.assert_array_equal(qualities[0], qualities[1])
    assert np.abs(qualities[0] - qualities[2]).max() > 0.01


def test_a_wrapper_lends_nothing():
    lent = with_default_estimator(LinearizedTrees(), RandomForestClassifier())
    assert lent.estimator is None


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match="Use ExtraTreesClassifier"):
        LinearizedTrees(HistGradientBoostingClassifier()).fit(X, y)
    with pytest.raises(ValueError, match="Did you mean 'cook_distance'"):
        LinearizedTrees(measure="cook_distanse").fit(X, y)
