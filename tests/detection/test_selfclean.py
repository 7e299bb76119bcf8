# SPDX-License-Identifier: BSD-3-Clause
"""SelfClean: the published score and cut, and who is compared with whom."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import logistic
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import StandardScaler

from sknoisy.detection import SelfClean
from sknoisy.detection._selfclean import fraction_cut
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


def embedding():
    """Six directions, of which the third is amid the other class."""
    points = [(1, 0), (0.98, 0.2), (0.2, 0.98), (0, 1), (0.1, 0.99), (0.9, 0.436)]
    points = np.array(points, dtype=float)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def brute_quality(X, y, n_neighbors=1, may_judge=None):
    """Score labels from the matrix of all distances."""
    distances = pairwise_distances(X)
    np.fill_diagonal(distances, np.inf)
    if may_judge is not None:
        distances[~may_judge] = np.inf
    quality = np.ones(len(y))
    for i, label in enumerate(y):
        own = np.sort(distances[i, y == label])[:n_neighbors]
        other = np.sort(distances[i, y != label])[:n_neighbors]
        own, other = own[np.isfinite(own)].mean(), other[np.isfinite(other)].mean()
        quality[i] = other**2 / (own**2 + other**2)
    return quality


@parametrize_with_checks(
    [
        SelfClean(metric="cosine", n_neighbors=3),
        SelfClean(StandardScaler(), threshold="mixture"),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def test_golden_scores():
    labels = np.repeat(["left", "right"], 3)
    detector = SelfClean("passthrough", metric="cosine").fit(embedding(), labels)
    expected = [0.9608, 0.7026, 0.0001, 0.9409, 0.4998, 0.0042]
    np.testing.assert_allclose(detector.label_quality_, expected, atol=5e-5)
    suggested = ["left", "left", "right", "right", "left", "left"]
    np.testing.assert_array_equal(detector.suggested_labels_, suggested)


@pytest.mark.parametrize("n_neighbors", [1, 4])
def test_agrees_with_the_matrix_of_all_distances(n_neighbors):
    X, y, _ = blobs(100, 4, noise=0.2, spread=4.0)
    expected = brute_quality(X, y, n_neighbors)
    detector = SelfClean("passthrough", n_neighbors=n_neighbors).fit(X, y)
    np.testing.assert_allclose(detector.label_quality_, expected)


def test_rows_of_a_group_are_not_compared():
    X, y, _ = blobs(90, noise=0.2, spread=4.0)
    groups = np.random.default_rng(0).integers(3, size=90)
    apart = groups[:, None] != groups
    expected = brute_quality(X, y, 2, may_judge=apart)
    detector = SelfClean("passthrough", n_neighbors=2).fit(X, y, groups=groups)
    np.testing.assert_allclose(detector.label_quality_, expected)


def test_a_row_alone_in_its_class_is_as_far_from_it_as_from_the_farthest():
    X = np.array([[0.0], [1.0], [3.0], [7.0]])
    quality = SelfClean("passthrough").fit(X, [0, 1, 0, 0]).label_quality_
    np.testing.assert_allclose(quality[1], 1 / (6**2 + 1))


def test_rows_that_only_kin_could_judge_count_as_right():
    X, y, _ = blobs(30)
    groups = np.zeros(30)
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 30 of 30"):
        detector = SelfClean().fit(X, y, groups=groups)
    np.testing.assert_array_equal(detector.label_quality_, 1.0)


def test_copies_do_not_vouch_for_each_other():
    X, y, wrong = planted(60, n_wrong=3)
    copies = np.r_[np.arange(60), np.flatnonzero(wrong)]
    once = SelfClean().fit(X, y, sample_weight=1.0 + wrong).label_quality_
    twice = SelfClean().fit(X[copies], y[copies]).label_quality_
    np.testing.assert_allclose(twice, once[copies])
    assert twice[60:].max() < 0.1


def test_points_in_one_place_leave_it_open():
    X = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0]])
    detector = SelfClean("passthrough", metric="cosine").fit(X, [0, 0, 1, 1])
    np.testing.assert_array_equal(detector.label_quality_, 0.5)


def test_several_neighbours_protect_the_rows_next_to_an_error():
    X, y, truth = blobs(200, noise=0.1)
    right = y == truth
    lowest = [
        SelfClean(n_neighbors=k).fit(X, y).label_quality_[right].min() for k in (1, 5)
    ]
    assert lowest[0] < 0.1 < 0.5 < lowest[1]


@pytest.mark.parametrize("n_neighbors", [1, 5])
def test_errors_in_other_containers_rank_low(n_neighbors):
    cases = [texts(), frame(pd, with_text=True), frame(pd)]
    X, y, wrong = planted()
    detector = SelfClean(n_neighbors=n_neighbors)
    quality = detector.fit(sparse.csr_matrix(X), y).label_quality_
    assert np.median(quality[wrong]) < 0.1 < 0.5 < np.median(quality[~wrong])
    for X, y in cases:
        quality = detector.fit(X, y).label_quality_
        assert quality[:2].max() < np.median(quality[2:])


def test_missing_values_are_imputed_by_the_default_and_refused_by_passthrough():
    X, y, wrong = planted()
    X[5, 0] = np.nan
    assert SelfClean().fit(X, y).label_quality_[wrong].max() < 0.3
    with pytest.raises(ValueError, match="features contains NaN"):
        SelfClean("passthrough").fit(X, y)


def test_a_preprocessor_of_the_users_makes_the_features():
    X, y, _ = blobs(60, noise=0.2, spread=3.0)
    features = PCA(1).fit_transform(X)
    expected = SelfClean("passthrough").fit(features, y).label_quality_
    np.testing.assert_allclose(SelfClean(PCA(1)).fit(X, y).label_quality_, expected)


def test_new_labels_are_scored_against_the_rows_of_fit():
    X, y, _ = planted()
    detector = SelfClean(n_neighbors=3).fit(X, y)
    new, truth, _ = blobs(40, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > 0.5 > wrong.max()
    np.testing.assert_allclose(detector.score_samples(new), np.fmax(right, 0))


def test_cut_is_a_quantile_of_the_logistic_tail():
    quality = logistic(loc=2.0, scale=0.7).ppf((np.arange(20_000) + 0.5) / 20_000)
    quality = 1 / (1 + np.exp(-quality))
    cut = fraction_cut(quality, 0.02, 0.1)
    expected = logistic(loc=2.0, scale=0.7).ppf(0.002)
    np.testing.assert_allclose(np.log(cut / (1 - cut)), expected, atol=1e-2)


def test_cut_flags_rare_errors_and_leaves_clean_labels_alone():
    rng = np.random.default_rng(0)
    truth = np.arange(1000) % 4
    X = 10.0 * np.eye(4)[truth] + rng.normal(size=(1000, 4))
    detector = SelfClean(n_neighbors=3, contamination=0.05)
    assert not detector.fit(X, truth).suspect_mask_.any()
    given = truth.copy()
    given[:4] = (truth[:4] + 1) % 4
    suspects = detector.fit(X, given).suspect_mask_
    np.testing.assert_array_equal(np.flatnonzero(suspects), [0, 1, 2, 3])
    assert detector.noise_rate_ == 0.004


@given(
    st.lists(st.floats(0.001, 0.999), min_size=3, max_size=30),
    st.integers(0, 1000),
)
def test_weights_count_rows_in_the_cut(values, seed):
    quality = np.array(values)
    weight = np.random.default_rng(seed).integers(0, 4, size=len(values))
    weight[0] = 1
    weighted = fraction_cut(quality, 0.05, 0.1, weight.astype(float))
    repeated = fraction_cut(np.repeat(quality, weight), 0.05, 0.1)
    np.testing.assert_allclose(weighted, repeated, atol=1e-6)


def test_scores_without_a_tail_have_no_cut():
    assert fraction_cut(np.ones(5)) == 0.0
    assert fraction_cut(np.full(5, 0.3)) == 0.0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"contamination": 0}, "contamination=0 must lie between 0 and 1"),
        ({"significance": 5}, "significance=5 must lie between 0 and 1"),
        ({"n_neighbors": 0}, "n_neighbors=0 must be a whole number above 0"),
        ({"preprocessor": "scale"}, "preprocessor='scale' is not known"),
    ],
)
def test_parameters_out_of_range_are_refused(params, message):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match=message):
        SelfClean(**params).fit(X, y)


def test_no_matrix_of_all_pairs_is_held():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12_000, 3)), rng.integers(3, size=12_000)
    tracemalloc.start()
    SelfClean().fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000**2 / 4
