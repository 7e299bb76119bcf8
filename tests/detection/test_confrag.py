# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from sknoisy.base import with_default_estimator
from sknoisy.detection import ConFrag
from tests.detection._targets import plane

X, Y, WRONG = plane()


@pytest.mark.parametrize("split", ["length", "quantile"])
def test_planted_errors_rank_lowest(split):
    detector = ConFrag(split=split).fit(X, Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.95
    assert detector.suspect_mask_[WRONG].mean() > 0.8
    assert detector.suspect_mask_[~WRONG].mean() < 0.2
    assert not hasattr(detector, "suggested_labels_")


def test_quality_is_the_mean_of_models_and_neighbours():
    detector = ConFrag().fit(X, Y)
    both = (detector.by_model_ + detector.by_neighbors_) / 2
    np.testing.assert_allclose(detector.label_quality_, both, atol=1e-8)
    for part in (detector.by_model_, detector.by_neighbors_):
        assert roc_auc_score(WRONG, -part) > 0.9


def test_the_experts_may_be_any_classifier():
    detector = ConFrag(DecisionTreeClassifier(max_depth=3, random_state=0)).fit(X, Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.9


def test_a_regressor_of_a_wrapper_is_no_expert():
    assert with_default_estimator(ConFrag(), Ridge()).estimator is None


@pytest.mark.parametrize("n_fragments", [4, 6, 8])
def test_numbers_of_fragments(n_fragments):
    detector = ConFrag(n_fragments=n_fragments, n_jitters=2).fit(X, Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.85
    assert [len(experts) for _, experts in detector.experts_] == [n_fragments // 2] * 2


def test_targets_of_two_values_are_cut_by_number():
    rng = np.random.default_rng(1)
    high = rng.random(100) < 0.5
    X = np.where(high, 3.0, -3.0)[:, None] + rng.normal(size=(100, 2))
    y = np.where(high, 10.0, 0.0) + 0.1 * rng.normal(size=100)
    y[:3] = 10 - y[:3]
    assert set(ConFrag().fit(X, y).label_quality_.argsort()[:3]) == {0, 1, 2}


def test_a_constant_target_is_judged_without_failing():
    detector = ConFrag().fit(X, np.ones(len(Y)))
    assert np.isfinite(detector.label_quality_).all()


def test_trusted_rows_are_right():
    detector = ConFrag(n_jitters=1).fit(X, Y, trusted=WRONG)
    assert (detector.label_quality_[WRONG] == 1).all()
    assert not detector.suspect_mask_[WRONG].any()


def test_groups_share_a_fold():
    groups = np.arange(len(Y)) // 3
    detector = ConFrag(n_jitters=1).fit(X, Y, groups=groups)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.9


@pytest.mark.parametrize(
    "kind", [sparse.csr_array, pd.DataFrame, lambda X: np.where(X > 2, np.nan, X)]
)
def test_any_container(kind):
    detector = ConFrag(n_jitters=2).fit(kind(X), Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.85


def test_texts():
    words = np.array(["awful", "poor", "fine", "great"])
    level = np.random.default_rng(0).integers(0, 4, size=160)
    texts = [f"a {words[k]} day" for k in level]
    y = level + 0.1 * np.random.default_rng(1).normal(size=160)
    wrong = np.arange(160) < 8
    y[wrong] += np.where(level[wrong] < 2, 2, -2)
    quality = ConFrag(n_jitters=2).fit(texts, y).label_quality_
    assert roc_auc_score(wrong, -quality) > 0.9


def test_new_targets_are_scored():
    detector = ConFrag().fit(X, Y)
    new, y, wrong = plane(60, 8, seed=1)
    assert roc_auc_score(wrong, -detector.score_samples(new, y)) > 0.9
    np.testing.assert_array_equal(detector.score_samples(new), np.ones(60))


def test_seeds_draw_other_borders():
    first, again, other = (
        ConFrag(random_state=seed, n_jitters=2).fit(X, Y).label_quality_
        for seed in (None, None, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_fragments": 5}, "n_fragments=5.*even number"),
        ({"n_fragments": 2}, "n_fragments=2"),
        ({"split": "rank"}, "split"),
        ({"coverage": 0.0}, r"coverage=0.0.*share of the range in \(0, 1\]"),
        ({"n_jitters": 0}, "n_jitters=0"),
    ],
)
def test_parameters_out_of_range_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        ConFrag(LogisticRegression(), **params).fit(X, Y)
