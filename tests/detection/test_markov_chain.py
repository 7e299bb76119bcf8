# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB

from sknoisy.detection import MarkovChainSampling
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import Recorder, blobs
from tests.detection._evidence import frame, planted, texts


@parametrize_with_checks(
    [
        MarkovChainSampling(GaussianNB(), n_steps=8),
    ]
)
def test_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", [None, GaussianNB()])
def test_planted_errors_are_found(estimator):
    X, y, wrong = planted()
    fitted = MarkovChainSampling(estimator).fit(X, y)
    assert roc_auc_score(wrong, -fitted.label_quality_) > 0.99
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)


def test_the_first_step_sees_all_rows():
    X, y, _ = blobs(90, noise=0.1)
    quality = MarkovChainSampling(GaussianNB(), n_steps=1).fit(X, y).label_quality_
    expected = GaussianNB().fit(X, y).predict_proba(X)[np.arange(90), y]
    np.testing.assert_allclose(quality, expected)


def test_later_steps_see_fewer_wrong_labels():
    X, given, truth = blobs(300, noise=0.2)
    fitted = MarkovChainSampling(GaussianNB()).fit(X, given)
    sizes = [model.class_count_.sum() for model in fitted.scheme_.estimators_]
    assert sizes[0] == 300
    assert np.all(np.less(sizes[3:], 270))
    early = MarkovChainSampling(GaussianNB(), n_steps=1).fit(X, given)
    wrong = given != truth
    late, early = fitted.label_quality_[wrong], early.label_quality_[wrong]
    assert late.mean() < early.mean()


def test_rows_are_drawn_as_often_as_they_are_believed():
    X, y = np.arange(400.0)[:, None], np.arange(400) % 4 // 3
    fitted = MarkovChainSampling(Recorder(), n_steps=30).fit(X, y)
    models = fitted.scheme_.estimators_
    believed, drawn = models[0].shares_, np.bincount(models[1].y_)
    np.testing.assert_allclose(drawn / [300, 100], believed, atol=0.1)


def test_no_class_is_left_out():
    X, y = np.arange(60.0)[:, None], (np.arange(60) == 0).astype(int)
    fitted = MarkovChainSampling(Recorder()).fit(X, y)
    assert all(len(model.classes_) == 2 for model in fitted.scheme_.estimators_)


def test_trusted_rows_are_always_drawn():
    X, y, wrong = planted()
    fitted = MarkovChainSampling(Recorder()).fit(X, y, trusted=wrong)
    trusted = {tuple(row) for row in X[wrong]}
    for model in fitted.scheme_.estimators_:
        assert trusted <= {tuple(row) for row in model.X_}


def test_seeds_draw_other_samples():
    X, y, _ = blobs(90, noise=0.2, spread=3.0)
    first, again, other = (
        MarkovChainSampling(random_state=seed).fit(X, y).label_quality_
        for seed in (None, None, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize("data", [texts(), frame(pd), frame(pd, with_text=True)])
def test_any_container_is_judged(data):
    X, y = data
    quality = MarkovChainSampling().fit(X, y).label_quality_
    assert roc_auc_score(np.arange(len(y)) < 2, -quality) > 0.9


@pytest.mark.parametrize("n_rare", [1, 2])
def test_a_rare_class_is_not_emptied(n_rare):
    X, y, _ = blobs(60, 2)
    y[:n_rare] = 2
    assert not MarkovChainSampling().fit(X, y).suspect_mask_[:n_rare].all()


def test_new_labels_are_judged():
    X, y, _ = blobs(90)
    fitted = MarkovChainSampling(LogisticRegression()).fit(X, y)
    right, wrong = fitted.score_samples(X, y), fitted.score_samples(X, (y + 1) % 3)
    assert right.min() > wrong.max()


@pytest.mark.parametrize("n_steps", [0, 2.5])
def test_the_number_of_steps_is_checked(n_steps):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="n_steps"):
        MarkovChainSampling(n_steps=n_steps).fit(X, y)
