# SPDX-License-Identifier: BSD-3-Clause
"""Reliability: the least neighbourhood in which the label is the most frequent."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import pairwise_distances, roc_auc_score
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.detection import KDisagreeingNeighbors, NeighborhoodReliability
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts

# The neighbours of the first row stand in line.
LINE = np.arange(9.0)[:, None]


def brute_reliability(X, y, least, greatest):
    """Grow neighbourhoods row by row."""
    distances = pairwise_distances(StandardScaler().fit_transform(X))
    np.fill_diagonal(distances, np.inf)
    reliability = np.full(len(y), least / greatest)
    for i in range(len(y)):
        near = y[np.argsort(distances[i], kind="stable")]
        for size in range(least, greatest, 2):
            counts = np.bincount(near[:size], minlength=y.max() + 1)
            if counts[y[i]] > np.delete(counts, y[i]).max():
                reliability[i] = least / size
                break
    return reliability


@parametrize_with_checks(
    [NeighborhoodReliability(min_neighbors=3, max_neighbors=9, threshold="mixture")]
)
def test_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("least", "greatest"), [(1, 2), (1, 20), (7, 31), (6, 30)])
def test_neighbourhoods_grow_until_the_label_leads(least, greatest):
    X, y, _ = blobs(100, 4, noise=0.2, spread=5.0)
    expected = brute_reliability(X, y, least, greatest)
    assert len(np.unique(expected)) > 3 or greatest == 2
    detector = NeighborhoodReliability(min_neighbors=least, max_neighbors=greatest)
    np.testing.assert_allclose(detector.fit(X, y).label_quality_, expected)


@pytest.mark.parametrize(
    ("labels", "reliability"),
    [([0, 0, 1, 1, 1], 1), ([0, 1, 0, 0, 1], 1 / 3), ([0, 1, 0, 2, 0], 1 / 5)],
)
def test_ties_are_no_agreement(labels, reliability):
    detector = NeighborhoodReliability(min_neighbors=1, max_neighbors=5)
    assert detector.fit(LINE, [*labels, 1, 2, 1, 2]).label_quality_[0] == reliability


def test_one_size_is_the_vote_of_the_neighbours():
    X, y, _ = blobs(90, 2, noise=0.2, spread=5.0)
    one_size = NeighborhoodReliability(min_neighbors=5, max_neighbors=6).fit(X, y)
    votes = KDisagreeingNeighbors(n_neighbors=5).fit(X, y)
    np.testing.assert_array_equal(one_size.suspect_mask_, votes.suspect_mask_)
    np.testing.assert_allclose(one_size.pred_proba_, votes.pred_proba_)


def test_planted_errors_are_found():
    X, y, truth = blobs(200, noise=0.1)
    detector = NeighborhoodReliability().fit(X, y)
    assert roc_auc_score(y != truth, -detector.label_quality_) > 0.99
    np.testing.assert_array_equal(detector.suspect_mask_, y != truth)
    np.testing.assert_array_equal(detector.suggested_labels_, truth)


def test_a_transformer_finds_the_neighbours():
    X, y, _ = blobs(100, noise=0.2, spread=4.0)
    search = make_pipeline(StandardScaler(), KNeighborsTransformer(n_neighbors=40))
    exact = NeighborhoodReliability(max_neighbors=30).fit(X, y)
    asked = NeighborhoodReliability(search, max_neighbors=30).fit(X, y)
    np.testing.assert_allclose(asked.label_quality_, exact.label_quality_)
    new, codes, _ = blobs(30, seed=1, spread=4.0)
    scores = [found.score_samples(new, codes) for found in (exact, asked)]
    np.testing.assert_allclose(*scores)


def test_weights_multiply_votes():
    X, y, _ = blobs(80, noise=0.2, spread=4.0)
    weight = np.arange(80) % 3 + 1.0
    detector = NeighborhoodReliability(min_neighbors=3, max_neighbors=15)
    weighted = detector.fit(X, y, sample_weight=weight).label_quality_
    repeat = np.repeat(np.arange(80), weight.astype(int))
    repeated = detector.fit(X[repeat], y[repeat]).label_quality_
    np.testing.assert_allclose(repeated, weighted[repeat])
    assert not np.allclose(detector.fit(X, y).label_quality_, weighted)


def test_rows_of_a_group_do_not_judge_each_other():
    X, y, wrong = planted(60, n_wrong=3)
    rows = np.r_[np.arange(60), np.repeat(np.flatnonzero(wrong), 15)]
    near = X[rows] + 1e-3 * np.random.default_rng(0).normal(size=(105, 2))
    detector = NeighborhoodReliability()
    strangers = detector.fit(near, y[rows]).label_quality_
    group = detector.fit(near, y[rows], groups=rows).label_quality_
    assert strangers[60:].min() == 1.0 and group[60:].max() < 0.5


def test_rows_without_a_judge_count_as_right():
    X, y, _ = blobs(60)
    y[5] = 7
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 1 of 60"):
        detector = NeighborhoodReliability().fit(X, y)
    assert detector.label_quality_[5] == 1.0 and detector.suggested_labels_[5] == 7


@pytest.mark.parametrize("X_y", [texts(), frame(pd), frame(pd, with_text=True)])
def test_errors_in_other_containers_rank_low(X_y):
    X, y = X_y
    quality = NeighborhoodReliability().fit(X, y).label_quality_
    assert quality[:2].max() < np.median(quality[2:])


def test_new_labels_are_scored_by_the_rows_of_fit():
    X, y, _ = planted()
    detector = NeighborhoodReliability().fit(X, y)
    new, truth, _ = blobs(40, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > wrong.max()
    np.testing.assert_array_equal(detector.score_samples(new), right)


@pytest.mark.parametrize("sizes", [(0, 5), (5, 5), (2.5, 5)])
def test_sizes_out_of_range_are_refused(sizes):
    X, y, _ = blobs(30)
    detector = NeighborhoodReliability(min_neighbors=sizes[0], max_neighbors=sizes[1])
    with pytest.raises(ValueError, match="must be whole numbers above 0"):
        detector.fit(X, y)
