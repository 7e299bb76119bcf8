# SPDX-License-Identifier: BSD-3-Clause
"""Neighbour evidence: the votes of the nearest other rows, and of no kin."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    parametrize_with_checks as parametrize_with_sklearn_checks,
)

from sknoisy.detection import KDisagreeingNeighbors, LabelDetector, Neighbors
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, mean_proba, planted, texts


def brute_votes(X, y, k, metric="euclidean", weigh=np.ones_like, may_judge=None):
    """Share of each class among the k nearest other rows, the slow way."""
    distances = pairwise_distances(X, metric=metric)
    shares = np.zeros((len(y), y.max() + 1))
    for i in range(len(y)):
        order = np.argsort(distances[i], kind="stable")
        allowed = [j for j in order if j != i and (not may_judge or may_judge(i, j))]
        others = allowed[:k]
        weight = weigh(distances[i, others])
        shares[i] = np.bincount(y[others], weights=weight, minlength=shares.shape[1])
    return shares / shares.sum(axis=1, keepdims=True)


@parametrize_with_checks(
    [
        LabelDetector(Neighbors()),
        LabelDetector(Neighbors(n_neighbors=7, weights="distance")),
        LabelDetector(Neighbors(KNeighborsTransformer(n_neighbors=12), n_neighbors=9)),
    ]
)
def test_contract(estimator, check):
    check(estimator)


# The check of weights has a class of which all rows are copies.
@pytest.mark.filterwarnings("ignore:No neighbour can judge")
@parametrize_with_sklearn_checks([KDisagreeingNeighbors()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_planted_errors_rank_lowest():
    X, y, wrong = planted()
    for detector in (KDisagreeingNeighbors(), LabelDetector("neighbors")):
        quality = detector.fit(X, y).label_quality_
        assert quality[wrong].max() < quality[~wrong].min()


@pytest.mark.parametrize(
    ("weights", "weigh"),
    [
        ("uniform", np.ones_like),
        ("distance", np.reciprocal),
        (lambda d: np.exp(-d), lambda d: np.exp(-d)),
    ],
)
@pytest.mark.parametrize("k", [1, 5, 20])
def test_agrees_with_brute_force(weights, weigh, k):
    X, y, _ = blobs(100, noise=0.2, spread=4.0)
    expected = brute_votes(StandardScaler().fit_transform(X), y, k, weigh=weigh)
    scheme = Neighbors(n_neighbors=k, weights=weights, smoothing=0)
    np.testing.assert_allclose(mean_proba(scheme, X, y), expected)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_rows_are_compared_by_angle(kind):
    rng = np.random.default_rng(0)
    X = rng.random((80, 6)) * (rng.random((80, 6)) < 0.7) + 0.1 * rng.random((80, 1))
    y = X[:, :3].argmax(axis=1)
    expected = brute_votes(X / X.max(axis=0), y, 5, metric="cosine")
    scheme = Neighbors(n_neighbors=5, smoothing=0)
    np.testing.assert_allclose(mean_proba(scheme, kind(X), y), expected)


def test_metric_is_passed_on():
    X, y, _ = blobs(60, noise=0.2, spread=4.0)
    scaled = StandardScaler().fit_transform(X)
    expected = brute_votes(scaled, y, 5, metric="manhattan")
    scheme = Neighbors(n_neighbors=5, metric="manhattan", smoothing=0)
    np.testing.assert_allclose(mean_proba(scheme, X, y), expected)


def test_smoothing_adds_even_votes():
    X, y, _ = blobs(60, noise=0.2, spread=4.0)
    raw = mean_proba(Neighbors(n_neighbors=8, smoothing=0), X, y)
    smooth = mean_proba(Neighbors(n_neighbors=8, smoothing=2.0), X, y)
    np.testing.assert_allclose(smooth, (8 * raw + 2 / 3) / 10)
    default = mean_proba(Neighbors(n_neighbors=8), X, y)
    assert 0 < default.min() and default.max() < 1


def test_kdn_is_the_share_of_neighbours_that_agree():
    X, y, _ = blobs(90, noise=0.2, spread=4.0)
    votes = brute_votes(StandardScaler().fit_transform(X), y, 5)
    detector = KDisagreeingNeighbors().fit(X, y)
    expected = votes[np.arange(len(y)), y]
    np.testing.assert_allclose(detector.label_quality_, expected)
    np.testing.assert_array_equal(detector.suspect_mask_, expected < 0.5)


def test_one_neighbour_and_two_classes_is_disagreement_with_the_nearest():
    X = np.array([[0.0], [1.0], [2.5], [10.0], [11.0]])
    y = np.array([0, 0, 1, 1, 0])
    quality = KDisagreeingNeighbors(n_neighbors=1).fit(X, y).label_quality_
    np.testing.assert_array_equal(quality, [1, 1, 0, 0, 0])


@pytest.mark.parametrize("transformer", [None, KNeighborsTransformer(n_neighbors=10)])
def test_copies_are_one_neighbour_and_do_not_judge_each_other(transformer):
    X, y, _ = planted(60, n_wrong=3)
    scheme = Neighbors(transformer, n_neighbors=5, smoothing=0)
    weight = np.r_[np.full(20, 3.0), np.ones(40)]
    once = mean_proba(scheme, X, y, sample_weight=weight)
    thrice = np.r_[0:60, 0:20, 0:20]
    np.testing.assert_allclose(mean_proba(scheme, X[thrice], y[thrice]), once[thrice])


def test_wrong_copies_do_not_hide_each_other():
    X, y, _ = blobs(60)
    y[0] = 1
    X, y = np.r_[X, np.repeat(X[:1], 9, axis=0)], np.r_[y, np.ones(9, dtype=int)]
    quality = KDisagreeingNeighbors().fit(X, y).label_quality_
    assert quality[[0, *range(60, 69)]].max() == 0


def test_distinct_rows_at_distance_zero_judge_each_other():
    # The metric sees the first column alone, so self is not the only one at zero.
    X = np.column_stack([[0, 0, 0, 5, 5, 5], np.arange(6)]).astype(float)
    y = np.array([0, 0, 1, 1, 1, 1])
    first = KNeighborsTransformer(
        n_neighbors=3, metric=lambda a, b: abs(a[0] - b[0]), algorithm="brute"
    )
    for weights in ("uniform", "distance"):
        scheme = Neighbors(first, n_neighbors=2, weights=weights, smoothing=0)
        proba = mean_proba(scheme, X, y)
        expected = [[0.5, 0.5], [0.5, 0.5], [1, 0], [0, 1], [0, 1], [0, 1]]
        np.testing.assert_array_equal(proba, expected)


def test_copies_of_a_coarse_table_are_the_nearest_neighbours():
    cells = np.arange(3).repeat(30)
    X, y = np.eye(3)[cells], cells % 2
    y[[0, 40]] = 1 - y[[0, 40]]
    proba = mean_proba(Neighbors(n_neighbors=10, smoothing=0), X, y)
    quality = proba[np.arange(90), y]
    np.testing.assert_allclose(quality[[0, 1, 40, 60]], [0, 28 / 29, 0, 1])
    wide = mean_proba(Neighbors(n_neighbors=30, smoothing=0), X, y)
    # One neighbour is still missing, and the other two cells are as near.
    assert wide[1, 0] < 28 / 29


def test_coarse_table_of_a_single_cell_a_class():
    y = np.arange(2).repeat(30)
    y[0] = 1
    X = np.r_[np.zeros(30), np.ones(30)][:, None]
    quality = KDisagreeingNeighbors().fit(X, y).label_quality_
    assert quality.argmin() == 0 and quality[1:].min() > 0.9
    weight = np.r_[0.0, np.ones(59)]
    weighted = KDisagreeingNeighbors().fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(weighted.label_quality_, np.r_[0.0, np.ones(59)])


def test_rows_of_a_group_do_not_judge_each_other():
    X, y, _ = blobs(90, noise=0.2, spread=4.0)
    groups = np.random.default_rng(0).integers(4, size=90)
    expected = brute_votes(
        StandardScaler().fit_transform(X),
        y,
        6,
        may_judge=lambda i, j: groups[i] != groups[j],
    )
    scheme = Neighbors(n_neighbors=6, smoothing=0)
    np.testing.assert_allclose(mean_proba(scheme, X, y, groups=groups), expected)


def test_a_transformer_leaves_groups_fewer_neighbours():
    X, y, _ = planted(60, n_wrong=3)
    groups = np.arange(60) // 3
    transformer = KNeighborsTransformer(n_neighbors=8)
    proba = mean_proba(Neighbors(transformer, n_neighbors=8), X, y, groups=groups)
    assert (proba.argmax(axis=1) == y).mean() > 0.9


def test_copies_in_other_groups_do_not_judge_either():
    X, y, _ = blobs(60)
    y[0] = 1
    X, y = np.r_[X, X[:1], X[:1]], np.r_[y, 1, 1]
    quality = KDisagreeingNeighbors().fit(X, y, groups=np.arange(62)).label_quality_
    assert quality[[0, 60, 61]].max() == 0


def test_rows_without_a_judge_count_as_right():
    X, y, _ = blobs(60)
    y[5] = 7
    detector = KDisagreeingNeighbors()
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 1 of 60"):
        detector.fit(X, y)
    assert detector.label_quality_[5] == 1.0 and detector.suggested_labels_[5] == 7
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 60 of 60"):
        detector.fit(X, y, groups=np.zeros(60))
    np.testing.assert_array_equal(detector.label_quality_, 1.0)


def test_rows_that_stand_elsewhere_get_the_same_quality():
    X, y, _ = planted()
    X, y = np.r_[X, X[:20]], np.r_[y, y[:10], y[10:20][::-1]]
    order = np.random.default_rng(1).permutation(len(y))
    for scheme in (Neighbors(), Neighbors(KNeighborsTransformer(n_neighbors=30))):
        here = mean_proba(scheme, X, y)
        there = mean_proba(scheme, X[order], y[order])
        np.testing.assert_allclose(there, here[order])


@pytest.mark.parametrize("transformer", [None, KNeighborsTransformer(n_neighbors=12)])
def test_weights_multiply_votes(transformer):
    X, y, _ = planted()
    weight = np.arange(len(y)) % 3 + 1.0
    scheme = Neighbors(transformer, n_neighbors=10)
    repeat = np.repeat(np.arange(len(y)), weight.astype(int))
    weighted = mean_proba(scheme, X, y, sample_weight=weight)
    repeated = mean_proba(scheme, X[repeat], y[repeat])
    np.testing.assert_allclose(repeated, weighted[repeat])
    scaled = mean_proba(scheme, X, y, sample_weight=0.1 * weight)
    np.testing.assert_allclose(scaled, weighted)


@pytest.mark.parametrize("transformer", [None, KNeighborsTransformer(n_neighbors=12)])
def test_rows_of_weight_zero_are_judged_and_do_not_vote(transformer):
    X, y, wrong = planted()
    scheme = Neighbors(transformer, n_neighbors=10)
    proba = mean_proba(scheme, X, y, sample_weight=np.where(wrong, 0.0, 1.0))
    expected = mean_proba(scheme, X[~wrong], y[~wrong])
    np.testing.assert_allclose(proba[~wrong], expected)
    assert (proba[wrong].argmax(axis=1) != y[wrong]).all()


@pytest.mark.parametrize("transformer", [None, KNeighborsTransformer(n_neighbors=12)])
def test_new_rows_are_judged_by_all(transformer):
    X, y, _ = blobs(60)
    detector = LabelDetector(Neighbors(transformer, n_neighbors=1, smoothing=0))
    detector.fit(X[:40], y[:40])
    np.testing.assert_array_equal(
        detector.scheme_.predict_proba(X[:40]), np.eye(3)[y[:40]]
    )
    assert (detector.score_samples(X[40:], y[40:]) == 1).all()


class ArrayGraph(TransformerMixin, BaseEstimator):
    """Hands out sparse arrays in no order, as approximate searches do."""

    def __init__(self, kind=sparse.csr_array, with_self=True):
        self.kind = kind
        self.with_self = with_self

    def fit(self, X, y=None):
        self.X_ = X
        return self

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X, skip=not self.with_self)

    def transform(self, X, skip=False):
        distances = pairwise_distances(X, self.X_)
        nearest = np.argsort(distances, axis=1)[:, int(skip) : 13][:, ::-1]
        rows = np.repeat(np.arange(len(X)), nearest.shape[1])
        data = distances[rows, nearest.ravel()]
        return self.kind((data, (rows, nearest.ravel())), shape=distances.shape)


@pytest.mark.parametrize(
    "kind", [sparse.csr_array, sparse.csr_matrix, sparse.coo_array]
)
@pytest.mark.parametrize("with_self", [True, False])
def test_any_graph_of_distances_will_do(kind, with_self):
    X, y, _ = blobs(80, noise=0.2, spread=4.0)
    scheme = Neighbors(ArrayGraph(kind, with_self), n_neighbors=10, smoothing=0)
    expected = brute_votes(X, y, 10)
    np.testing.assert_allclose(mean_proba(scheme, X, y), expected)


class WrongShape(ArrayGraph):
    def transform(self, X, skip=False):
        return super().transform(X)[:, :-1]


@pytest.mark.parametrize("transformer", [WrongShape(), StandardScaler()])
def test_what_is_no_graph_is_refused(transformer):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="sparse matrix of distances with a column"):
        LabelDetector(Neighbors(transformer)).fit(X, y)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_neighbors": 0}, "n_neighbors=0 must be a whole number"),
        ({"n_neighbors": 2.5}, "n_neighbors=2.5 must be a whole number"),
        ({"smoothing": -1}, "smoothing=-1 must be a finite number"),
        ({"weights": "distances"}, "Did you mean 'distance'"),
    ],
)
def test_parameters_out_of_range(params, message):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match=message):
        LabelDetector(Neighbors(**params)).fit(X, y)


def assert_finds_the_first_two(X, y, scheme):
    detector = LabelDetector(scheme).fit(X, y)
    assert set(np.argsort(detector.label_quality_)[:2]) == {0, 1}
    assert np.isfinite(detector.score_samples(X, y)).all()


def test_texts():
    X, y = texts()
    assert_finds_the_first_two(X, y, Neighbors(n_neighbors=5))
    search = make_pipeline(TfidfVectorizer(), KNeighborsTransformer(metric="cosine"))
    assert_finds_the_first_two(X, y, Neighbors(search, n_neighbors=5))


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("with_text", [False, True])
def test_frames_of_mixed_types(library, with_text):
    X, y = frame(pytest.importorskip(library), with_text=with_text)
    assert_finds_the_first_two(X, y, Neighbors(n_neighbors=5))


def test_missing_values_and_names():
    X, y, _ = planted()
    X[::7, 0] = np.nan
    names = np.array(["ant", "bee", "cat"])
    detector = LabelDetector("neighbors").fit(X.tolist(), names[y].tolist())
    assert set(detector.suggested_labels_) == set(names)
    np.testing.assert_array_equal(detector.pred_proba_, mean_proba(Neighbors(), X, y))


def test_n_jobs_changes_nothing():
    X, y, _ = planted()
    for n_jobs in (2, -1):
        np.testing.assert_array_equal(
            mean_proba(Neighbors(n_jobs=n_jobs), X, y), mean_proba(Neighbors(), X, y)
        )


@pytest.mark.parametrize("groups", [None, np.arange(20_000) // 4])
def test_memory_does_not_grow_with_the_square(groups):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20_000, 50)), rng.integers(2, size=20_000)
    detector = LabelDetector(Neighbors(n_neighbors=10))
    tracemalloc.start()
    try:
        detector.fit(X[:200], y[:200])
        tracemalloc.reset_peak()
        detector.fit(X, y, groups=groups)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # X has 8 MB and all pairs would have 3200 MB.
    assert peak < 100e6
