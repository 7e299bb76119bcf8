# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsTransformer

from sknoisy.detection import NeighborResidual
from sknoisy.exceptions import WeakEvidenceWarning
from tests.detection._targets import plane

X, Y, WRONG = plane()


def test_planted_errors_rank_lowest():
    detector = NeighborResidual().fit(X, Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.95
    assert detector.suspect_mask_[WRONG].mean() > 0.5
    assert not hasattr(detector, "suggested_labels_")


def test_the_median_and_the_spread_of_the_nearest_others():
    X = np.arange(6.0)[:, None]
    y = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 50.0])
    detector = NeighborResidual(n_neighbors=3).fit(X, y)
    # The neighbours of row 2 are 1, 3 and one of 0 and 4.
    assert detector.predictions_[2] in (1.0, 3.0)
    # Those of row 5 are 4, 3 and 2.
    assert detector.predictions_[5] == 3.0
    assert detector.scale_[5] == pytest.approx(1 / 0.67449, rel=1e-4)
    assert detector.label_quality_[5] == pytest.approx(np.exp(-47 * 0.67449), rel=1e-3)
    np.testing.assert_array_equal(np.flatnonzero(detector.suspect_mask_), [5])


def test_where_targets_are_widely_spread_more_is_allowed():
    rng = np.random.default_rng(0)
    X = np.linspace(0, 2, 400)[:, None]
    y = np.where(X[:, 0] > 1, 5.0, 0.5) * rng.normal(size=400)
    detector = NeighborResidual().fit(X, y)
    suspects = detector.suspect_mask_
    assert abs(suspects[:200].mean() - suspects[200:].mean()) < 0.05
    assert suspects.mean() < 0.1


def test_copies_do_not_confirm_each_other():
    twins, y = np.r_[X, X], np.r_[Y, Y]
    detector = NeighborResidual().fit(twins, y)
    assert roc_auc_score(np.r_[WRONG, WRONG], -detector.label_quality_) > 0.95


def test_groups_never_judge_each_other():
    twins, y = np.r_[X, X + 1e-6], np.r_[Y, Y]
    groups = np.tile(np.arange(len(Y)), 2)
    grouped = NeighborResidual(n_neighbors=1).fit(twins, y, groups=groups)
    leaking = NeighborResidual(n_neighbors=1).fit(twins, y)
    both = np.r_[WRONG, WRONG]
    assert grouped.label_quality_[both].mean() < leaking.label_quality_[both].mean()


def test_a_transformer_finds_the_same_neighbours():
    transformer = KNeighborsTransformer(n_neighbors=30)
    detector = NeighborResidual(transformer, n_neighbors=10).fit(X, Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.95
    assert detector.score_samples(X[:3], Y[:3]).shape == (3,)


def test_rows_without_neighbours_are_right():
    X = np.array([[0.0], [0.0], [1.0]])
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 3 of 3"):
        detector = NeighborResidual().fit(X, [1.0, 9.0, 5.0], groups=[0, 0, 0])
    assert detector.label_quality_.tolist() == [1, 1, 1]


@pytest.mark.parametrize("kind", [sparse.csr_array, pd.DataFrame])
def test_any_container(kind):
    detector = NeighborResidual(n_neighbors=10).fit(kind(X), Y)
    assert roc_auc_score(WRONG, -detector.label_quality_) > 0.9


def test_texts():
    high = X[:, 0] > 0
    texts = [f"{'good' if g else 'bad'} day number {i}" for i, g in enumerate(high)]
    y = np.where(high, 5.0, 1.0) + 0.1 * X[:, 1]
    y[:2] = 6 - y[:2]
    detector = NeighborResidual().fit(texts, y)
    assert set(detector.label_quality_.argsort()[:2]) == {0, 1}


def test_new_targets_are_scored():
    detector = NeighborResidual().fit(X, Y)
    new, y, wrong = plane(40, 5, seed=1)
    assert roc_auc_score(wrong, -detector.score_samples(new, y)) > 0.9
    np.testing.assert_array_equal(detector.score_samples(new), np.ones(40))


def test_trusted_rows_are_right():
    detector = NeighborResidual().fit(X, Y, trusted=WRONG)
    assert (detector.label_quality_[WRONG] == 1).all()
    assert not detector.suspect_mask_[WRONG].any()


def test_whole_weights_equal_repeated_rows():
    counts = np.random.default_rng(0).integers(1, 4, size=len(Y))
    rows = np.repeat(np.arange(len(Y)), counts)
    weighted = NeighborResidual().fit(X, Y, sample_weight=counts)
    repeated = NeighborResidual().fit(X[rows], Y[rows])
    np.testing.assert_allclose(weighted.label_quality_[rows], repeated.label_quality_)


@pytest.mark.parametrize("n_neighbors", [0, 2.5])
def test_neighbours_must_be_a_number(n_neighbors):
    with pytest.raises(ValueError, match="n_neighbors="):
        NeighborResidual(n_neighbors=n_neighbors).fit(X, Y)
