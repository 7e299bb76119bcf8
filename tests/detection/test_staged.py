# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, Perceptron, SGDClassifier

from sknoisy import CleanThenFit, DropSuspects
from sknoisy.base import with_default_estimator
from sknoisy.detection import LabelDetector, Staged, Variability, stages
from sknoisy.exceptions import RareClassWarning
from tests._data import blobs
from tests.detection._evidence import found, rows_of

BOOSTING = GradientBoostingClassifier(n_estimators=8, max_depth=2, random_state=0)


def test_members_are_the_stages():
    X, y, _ = blobs(60, 3, noise=0.1)
    y = np.array(["ant", "bee", "cat"])[y]
    members = list(Staged(BOOSTING).members(rows_of(X, y)))
    fitted = clone(BOOSTING).fit(X, y)
    expected = list(fitted.staged_predict_proba(X))
    raw = list(fitted.staged_decision_function(X))
    assert len(members) == 8
    for i, member in enumerate(members):
        assert member.rows is None
        np.testing.assert_allclose(member.pred_proba, expected[i], atol=1e-12)
        np.testing.assert_allclose(member.logits, raw[i])


@pytest.mark.parametrize(
    "estimator", [BOOSTING, HistGradientBoostingClassifier(max_iter=9), SGDClassifier()]
)
@pytest.mark.parametrize("params", [{}, {"max_stages": 5, "stride": 2}, {"cv": 3}])
def test_feeding_equals_yielding(estimator, params):
    X, y, _ = blobs(60, 3, noise=0.1)
    scheme, fed = Staged(estimator, **params), []
    scheme.feed(rows_of(X, y), lambda member: fed.append(member.pred_proba.copy()))
    members = list(Staged(estimator, **params).members(rows_of(X, y)))
    assert len(fed) == len(members)
    for seen, member in zip(fed, members, strict=True):
        np.testing.assert_allclose(seen, member.pred_proba, atol=1e-12)
    assert len(scheme.models_) == params.get("cv", 1)


def test_stride_picks_the_stages():
    X, y, _ = blobs(60, 3)
    every = list(Staged(BOOSTING).members(rows_of(X, y)))
    some = list(Staged(BOOSTING, stride=3).members(rows_of(X, y)))
    assert len(some) == 3
    for member, index in zip(some, (0, 3, 6), strict=True):
        np.testing.assert_array_equal(member.pred_proba, every[index].pred_proba)


def test_auto_stride_judges_by_few_stages_where_there_are_many():
    X, y, _ = blobs(60, 2)
    for n_stages, n_judges in ((32, 32), (33, 17), (100, 25)):
        estimator = clone(BOOSTING).set_params(n_estimators=n_stages)
        assert len(list(Staged(estimator).members(rows_of(X, y)))) == n_judges
    scheme = Staged(estimator, max_stages=20)
    assert len(list(scheme.members(rows_of(X, y)))) == 20


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("label_score", ["self_confidence", "logit_margin"])
def test_few_stages_rank_as_all_do(label_score, n_classes):
    X, y, _ = blobs(400, n_classes, noise=0.2, spread=3.0)
    boosting = HistGradientBoostingClassifier(max_leaf_nodes=6, early_stopping=False)
    few, every = (
        LabelDetector(Staged(boosting, stride=stride), label_score=label_score)
        .fit(X, y)
        .label_quality_
        for stride in ("auto", 1)
    )
    assert spearmanr(few, every).statistic > 0.99


def test_max_stages_takes_the_first():
    X, y, _ = blobs(60, 3)
    scheme = Staged(BOOSTING, max_stages=3)
    assert len(list(scheme.members(rows_of(X, y)))) == 3
    scheme = Staged(SGDClassifier(), max_stages=4, n_epochs=9)
    members = list(scheme.members(rows_of(X, y)))
    assert len(members) == 4
    # The training stops there.
    assert scheme.models_[0].t_ == 4 * 60 + 1


@pytest.mark.parametrize("aggregate", ["mean", "minimum", "maximum", Variability()])
def test_streaming_equals_stacking(aggregate):
    X, y, _ = blobs(90, 3, noise=0.2, spread=3.0)
    scheme = Staged(BOOSTING)
    detector = LabelDetector(
        scheme, label_score="logit_margin", aggregate=aggregate
    ).fit(X, y)
    raw = np.stack(list(clone(BOOSTING).fit(X, y).staged_decision_function(X)))
    own = raw[:, np.arange(90), y]
    raw[:, np.arange(90), y] = -np.inf
    margins = own - raw.max(axis=2)
    if isinstance(aggregate, Variability):
        expected = np.exp(-margins.std(axis=0))
    else:
        how = {"mean": np.mean, "minimum": np.min, "maximum": np.max}[aggregate]
        expected = 1 / (1 + np.exp(-how(margins, axis=0)))
    np.testing.assert_allclose(detector.label_quality_, expected, rtol=1e-9)


def test_pred_proba_is_the_mean_and_new_rows_get_the_last():
    X, y, _ = blobs(60, 2, noise=0.1)
    detector = LabelDetector(Staged(BOOSTING)).fit(X, y)
    fitted = clone(BOOSTING).fit(X, y)
    expected = np.mean(list(fitted.staged_predict_proba(X)), axis=0)
    np.testing.assert_allclose(detector.pred_proba_, expected)
    last = fitted.predict_proba(X[:5])
    np.testing.assert_allclose(detector.scheme_.predict_proba(X[:5]), last)
    quality = detector.score_samples(X[:5], y[:5])
    np.testing.assert_allclose(quality, last[np.arange(5), y[:5]])


@pytest.mark.parametrize("estimator", [BOOSTING, SGDClassifier(), None])
def test_zero_weight_rows_are_judged_but_not_trained_on(estimator):
    X, y, _ = blobs(90, 3, noise=0.1)
    weight = np.ones(90)
    weight[::4] = 0.0
    stays = weight > 0
    scheme = Staged(estimator)
    detector = LabelDetector(scheme).fit(X, y, sample_weight=weight)
    without = LabelDetector(scheme).fit(X[stays], y[stays])
    np.testing.assert_allclose(
        detector.label_quality_[stays], without.label_quality_, atol=1e-9
    )
    assert np.isfinite(detector.label_quality_[~stays]).all()


def test_weights_reach_the_fit():
    X, y, _ = blobs(60, 2, noise=0.2)
    weight = np.random.default_rng(0).uniform(0.1, 3.0, 60)
    *_, last = Staged(BOOSTING).members(rows_of(X, y, weight))
    expected = clone(BOOSTING).fit(X, y, sample_weight=weight).predict_proba(X)
    np.testing.assert_allclose(last.pred_proba, expected)


def test_cross_validated_stages_never_see_the_row():
    X, y, _ = blobs(90, 3, noise=0.1)
    groups = np.arange(90) // 3
    scheme = Staged(BOOSTING, cv=3)
    members = list(scheme.members(rows_of(X, y, groups=groups)))
    assert len(members) == 3 * 8
    assert len(scheme.models_) == 3
    judged = np.concatenate([member.rows for member in members])
    np.testing.assert_array_equal(np.bincount(judged), np.full(90, 8))
    for member in members:
        assert not set(groups[member.rows]) & set(np.delete(groups, member.rows))
    first = members[0].rows
    train = np.setdiff1d(np.arange(90), first)
    fitted = clone(BOOSTING).fit(X[train], y[train])
    expected = next(fitted.staged_predict_proba(X[first]))
    np.testing.assert_allclose(members[0].pred_proba, expected)


@pytest.mark.parametrize("cv", [None, 3])
@pytest.mark.parametrize("estimator", [None, BOOSTING, SGDClassifier()])
def test_planted_errors_are_found(estimator, cv):
    X, given, truth = blobs(200, 3, noise=0.1)
    detector = LabelDetector(Staged(estimator, cv=cv), label_score="logit_margin")
    assert found(detector.fit(X, given), given != truth) > 0.95


def test_text_sparse_missing_and_mixed():
    rng = np.random.default_rng(0)
    truth = np.arange(120) % 2
    given = truth.copy()
    given[:8] = 1 - given[:8]
    wrong = given != truth
    words = np.array([["good", "fine", "glad"], ["bad", "poor", "grim"]])
    texts = [" ".join(["a", "day", *rng.choice(words[k], 2)]) for k in truth]
    X = 3.0 * truth[:, None] + rng.normal(size=(120, 3))
    holes = np.where(rng.random(X.shape) < 0.1, np.nan, X)
    frame = pd.DataFrame({"size": holes[:, 0], "colour": np.array(["r", "b"])[truth]})
    for rows in (texts, sparse.csr_matrix(X), holes, frame):
        assert found(LabelDetector("staged").fit(rows, given), wrong) > 0.9
    boosting = HistGradientBoostingClassifier(max_iter=20, learning_rate=0.05)
    assert found(LabelDetector(Staged(boosting)).fit(holes, given), wrong) > 0.9


def test_decision_values_stand_in_for_probabilities():
    X, given, truth = blobs(90, 3, noise=0.1)
    detector = LabelDetector(Staged(Perceptron(max_iter=5))).fit(X, given)
    np.testing.assert_allclose(detector.pred_proba_.sum(axis=1), 1.0)
    new = detector.scheme_.predict_proba(X[:4])
    assert (new.argmax(axis=1) == truth[:4]).all()


def test_a_class_without_training_rows_counts_as_right():
    X, y, _ = blobs(60, 3)
    y[np.flatnonzero(y == 2)[1:]] = 0
    alone = np.flatnonzero(y == 2)
    for estimator in (BOOSTING, SGDClassifier(loss="log_loss")):
        with pytest.warns(RareClassWarning, match=r"\[2\]"):
            detector = LabelDetector(
                Staged(estimator, cv=3), label_score="logit_margin"
            ).fit(X, y)
        assert detector.label_quality_[alone] > 0.99
        np.testing.assert_allclose(detector.pred_proba_[alone], [[0, 0, 1]])
        assert detector.scheme_.predict_proba(X).shape == (60, 3)


def test_folds_of_one_class():
    X, y, _ = blobs(20, 2)
    folds = [(np.flatnonzero(y == 0), np.arange(20)), (np.arange(20), np.arange(20))]
    with pytest.warns(RareClassWarning):
        detector = LabelDetector(Staged(BOOSTING, cv=folds)).fit(X, y)
    assert np.isfinite(detector.label_quality_).all()


def test_wrappers_lend_their_estimator_if_it_has_stages():
    assert with_default_estimator(Staged(), BOOSTING).estimator is not None
    assert with_default_estimator(Staged(), RandomForestClassifier()).estimator is None
    X, y, _ = blobs(60, 2, noise=0.1)
    cleaner = DropSuspects(LabelDetector("staged"))
    clf = CleanThenFit(LogisticRegression(), cleaner).fit(X, y)
    assert len(clf.label_quality_) == 60


def test_wrong_parameters_name_the_fix():
    X, y, _ = blobs(30, 2)
    for params in ({"max_stages": 0}, {"n_epochs": 0}, {"stride": 0}):
        with pytest.raises(ValueError, match="must be at least 1"):
            LabelDetector(Staged(**params)).fit(X, y)
    with pytest.raises(TypeError, match="DummyClassifier is not known"):
        LabelDetector(Staged(DummyClassifier())).fit(X, y)


def test_default_classifier_is_seeded():
    X, y, _ = blobs(60, 2, noise=0.1)
    texts = [" ".join(map(str, row.round())) for row in X]
    state = np.random.get_state()[1].copy()
    first, again = (LabelDetector("staged").fit(texts, y) for _ in range(2))
    np.testing.assert_array_equal(first.label_quality_, again.label_quality_)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_stages_share_the_shapes_of_the_classes_of_the_model():
    X, y, _ = blobs(30, 3)
    assert {s.logits.shape for s in stages(BOOSTING, X, y)} == {(30, 3)}
