# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeRegressor

from sknoisy.base import with_default_estimator
from sknoisy.detection import ResidualDetector, VeracityScore
from tests.detection._targets import plane

X, Y, WRONG = plane()
TREE = DecisionTreeRegressor(min_samples_leaf=3, random_state=0)


def test_planted_errors_rank_lowest():
    detector = VeracityScore().fit(X, Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.98
    assert not hasattr(detector, "suggested_labels_")


def test_the_share_is_searched_among_the_largest_residuals():
    detector = VeracityScore(TREE).fit(X, Y)
    assert 0 < detector.suspect_share_ <= 0.2
    n_suspects = int(np.ceil(np.round(detector.suspect_share_ * len(Y), 9)))
    assert detector.suspect_mask_.sum() == n_suspects
    assert detector.noise_rate_ == pytest.approx(n_suspects / len(Y))
    assert detector.suspect_mask_[WRONG].mean() > 0.6


def test_right_targets_have_no_suspects():
    X, y, _ = plane(n_wrong=0)
    detector = VeracityScore(LinearRegression(), min_gain=3).fit(X, y)
    assert detector.suspect_share_ == 0
    assert not detector.suspect_mask_.any()


def test_rows_that_are_hard_to_predict_are_not_suspected_for_that():
    rng = np.random.default_rng(0)
    X = np.sort(rng.uniform(0, 2, 400))[:, None]
    spread = np.where(X[:, 0] > 1, 3.0, 0.1)
    y = 5 * X[:, 0] + spread * rng.normal(size=400)
    noisy = X[:, 0] > 1
    scaled = VeracityScore(TREE, aleatoric=False, threshold=0.1).fit(X, y)
    plain = ResidualDetector(TREE, threshold=0.1).fit(X, y)
    gap = [
        np.log(d.label_quality_[~noisy]).mean() - np.log(d.label_quality_[noisy]).mean()
        for d in (scaled, plain)
    ]
    assert gap[0] < gap[1] / 2


def test_the_median_quality_is_one_over_e():
    quality = VeracityScore().fit(X, Y).label_quality_
    assert np.median(quality) == pytest.approx(np.exp(-1), rel=0.05)


def test_quality_falls_with_a_planted_offset():
    X, y, _ = plane(n_wrong=0)
    found = []
    for offset in (0, 1, 2, 4):
        moved = y.copy()
        moved[7] += offset
        found.append(VeracityScore(Ridge()).fit(X, moved).label_quality_[7])
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.01


def test_agrees_with_cleanlab():
    learn = pytest.importorskip("cleanlab.regression.learn")
    peer = learn.CleanLearning(Ridge(), seed=0, n_boot=0)
    peer.find_label_issues(X, Y)
    theirs = peer.get_label_issues()["label_quality"].to_numpy()
    ours = VeracityScore(Ridge(), n_repeats=0).fit(X, Y)
    assert ours.suspect_share_ == peer.k
    ours = ours.label_quality_
    # Folds are drawn otherwise there, so that scores agree in rank alone.
    assert pd.Series(ours).corr(pd.Series(theirs), method="spearman") > 0.9


@pytest.mark.parametrize(
    "params", [{"n_repeats": 0}, {"aleatoric": False}, {"n_repeats": 0, "cv": 3}]
)
def test_parts_of_the_uncertainty_can_be_left_out(params):
    detector = VeracityScore(TREE, **params).fit(X, Y)
    assert (detector.uncertainty_ > 0).all()
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.9


def test_no_uncertainty_leaves_the_residual():
    detector = VeracityScore(TREE, n_repeats=0, aleatoric=False).fit(X, Y)
    order = np.abs(Y - detector.predictions_).argsort()
    np.testing.assert_array_equal(detector.label_quality_[order[::-1]].argsort()[0], 0)
    assert (np.diff(detector.label_quality_[order]) <= 0).all()


def test_trusted_rows_stay_in_training_and_are_right():
    trusted = WRONG & (np.arange(len(Y)) < 75)
    detector = VeracityScore(TREE).fit(X, Y, trusted=trusted)
    assert (detector.label_quality_[trusted] == 1).all()
    assert not detector.suspect_mask_[trusted].any()


@pytest.mark.parametrize(
    "kind", [sparse.csr_array, pd.DataFrame, lambda X: np.where(X > 2, np.nan, X)]
)
def test_any_container_by_default(kind):
    detector = VeracityScore().fit(kind(X), Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.9


def test_texts():
    words = np.where(X[:, :1] > 0, "good", "bad")
    texts = [f"a {word[0]} day" for word in words]
    y = np.where(X[:, 0] > 0, 5.0, 1.0)
    y[:2] = 6 - y[:2]
    assert set(VeracityScore().fit(texts, y).label_quality_.argsort()[:2]) == {0, 1}


def test_new_targets_are_scored():
    detector = VeracityScore().fit(X, Y)
    new, y, wrong = plane(40, 5, seed=1)
    assert roc_auc_score(wrong, -detector.score_samples(new, y)) > 0.95
    np.testing.assert_array_equal(detector.score_samples(new), np.ones(40))


def test_groups_and_weights_of_zero():
    groups = np.arange(len(Y)) // 2
    detector = VeracityScore().fit(X, Y, groups=groups)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.95
    weight = np.where(WRONG, 0.0, 1.0)
    weighted = VeracityScore(min_gain=3).fit(X, Y, sample_weight=weight)
    assert weighted.noise_rate_ == 0
    assert weighted.label_quality_[WRONG].max() < 1e-3


def test_a_constant_target_is_right():
    assert (VeracityScore().fit(X, np.ones(len(Y))).label_quality_ > 0.3).all()


def test_a_default_estimator_fills_only_an_empty_place():
    assert isinstance(
        with_default_estimator(VeracityScore(), TREE).estimator, type(TREE)
    )
    own = with_default_estimator(VeracityScore(Ridge()), TREE)
    assert isinstance(own.estimator, Ridge)


def test_repeats_must_be_a_number():
    with pytest.raises(ValueError, match="n_repeats=-1"):
        VeracityScore(n_repeats=-1).fit(X, Y)


def test_targets_that_most_rows_meet_exactly():
    X = np.arange(40.0)[:, None]
    y = np.zeros(40)
    y[7] = 1.0
    detector = VeracityScore(DummyRegressor(strategy="median"), n_repeats=0).fit(X, y)
    assert np.isfinite(detector.median_deviation_)
    assert detector.label_quality_.argmin() == 7
    assert np.isfinite(detector.score_samples(X, y)).all()
