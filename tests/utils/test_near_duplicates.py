# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknoisy.utils._near_duplicates import NearDuplicates, plain_content, resolve_groups

TEXTS = [
    "Win a FREE prize now!!!",
    "the meeting is moved to noon on friday",
    "win a free  prize, now",
    "please bring the report of last week along",
    "the meeting is moved to noon on monday then",
    "the quick brown fox jumps over the lazy dog",
    "a poem about the sea and the wind of autumn",
    "the quick brown fox jumped over the lazy dog",
    "fresh bread is sold at the corner of our street",
    "this engine needs oil every thousand miles",
]


def planted(n_samples=200, n_features=6, n_copies=20, jitter=1e-3, seed=0):
    """Rows of which the last ones are jittered copies of the first ones."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    X[-n_copies:] = X[:n_copies] + jitter * rng.normal(size=(n_copies, n_features))
    partner = np.arange(n_samples)
    partner[-n_copies:] = np.arange(n_copies)
    return X, partner


def same_partition(first, second):
    pairs = np.unique(np.column_stack([first, second]), axis=0)
    return len(pairs) == len(np.unique(first)) == len(np.unique(second))


@parametrize_with_checks([NearDuplicates()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("jitter", [0.0, 1e-9, 1e-3, 1e-2])
def test_planted_copies_are_found_and_nothing_else(jitter):
    X, partner = planted(jitter=jitter)
    found = NearDuplicates().fit(X)
    assert same_partition(found.groups_, partner)
    np.testing.assert_array_equal(
        np.sort(found.pairs_, axis=0), np.c_[np.arange(20), np.arange(180, 200)]
    )
    assert (np.diff(found.distances_) >= 0).all()
    if jitter:
        assert len(np.unique(found.exact_groups_)) == 200
        assert 0 < found.distances_.max() <= found.threshold_
    else:
        assert same_partition(found.exact_groups_, partner)
        assert not found.distances_.any()


@pytest.mark.parametrize("n_features", [1, 2, 5, 20, 100])
@pytest.mark.parametrize("draw", ["normal", "uniform", "standard_t"])
def test_random_rows_have_no_duplicates(n_features, draw):
    rng = np.random.default_rng(n_features)
    args = {"standard_t": (3,)}.get(draw, ())
    X = getattr(rng, draw)(*args, size=(500, n_features))
    assert len(NearDuplicates().fit(X).pairs_) == 0


def test_clusters_of_unlike_spread_have_no_duplicates():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 5))
    X[:200] = 1e-3 * X[:200] + 10
    assert len(NearDuplicates().fit(X).pairs_) == 0


def test_grids_have_no_near_duplicates():
    rng = np.random.default_rng(0)
    found = NearDuplicates().fit(rng.integers(4, size=(300, 6)))
    assert same_partition(found.groups_, found.exact_groups_)


def test_units_and_constant_columns_do_not_matter():
    X, partner = planted()
    X = np.column_stack([1e6 * X[:, 0] + 1e6, 1e-6 * X[:, 1], X[:, 2:], np.ones(200)])
    assert same_partition(NearDuplicates().fit(X).groups_, partner)


def test_copies_of_a_copy_are_one_group():
    X, _ = planted()
    X[10:14] = X[9] + 1e-4 * np.arange(1, 5)[:, None]
    X[14] = X[9]
    found = NearDuplicates().fit(X)
    assert len(np.unique(found.groups_[9:15])) == 1
    # As many pairs as link them would do; all rows of one content are listed once.
    assert len(found.pairs_) < 200


def test_many_exact_copies_are_paired_with_the_first_one():
    X = np.vstack([np.zeros((300, 2)), np.eye(2)])
    found = NearDuplicates().fit(X)
    np.testing.assert_array_equal(found.pairs_[:, 0], 0)
    np.testing.assert_array_equal(found.pairs_[:, 1], np.arange(1, 300))
    np.testing.assert_array_equal(np.bincount(found.groups_).max(), 300)


def test_a_given_threshold_is_a_distance():
    X = np.array([[0.0], [1.0], [1.5], [9.0]])
    near = NearDuplicates(threshold=0.5 / X.std()).fit(X)
    np.testing.assert_array_equal(near.pairs_, [[1, 2]])
    np.testing.assert_allclose(near.distances_, 0.5 / X.std())
    assert near.threshold_ == 0.5 / X.std()
    wide = NearDuplicates(threshold=1.0 / X.std()).fit(X)
    assert len(np.unique(wide.groups_)) == 2
    assert len(NearDuplicates(threshold=0).fit(X).pairs_) == 0


def test_texts_that_say_the_same_are_near():
    found = NearDuplicates().fit(TEXTS)
    assert found.pairs_.tolist() == [[0, 2], [5, 7]]
    assert found.distances_[0] == 0 < found.distances_[1]
    assert len(np.unique(found.exact_groups_)) == len(TEXTS)


def test_texts_with_one_other_word_are_near_in_a_corpus():
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(500)])
    texts = [" ".join(rng.choice(words, size=30)) for _ in range(80)]
    texts += [text.replace("word", "other", 1) for text in texts[:5]]
    found = NearDuplicates().fit(texts)
    np.testing.assert_array_equal(
        np.sort(found.pairs_, axis=0), np.c_[np.arange(5), np.arange(80, 85)]
    )
    for twin in (np.array(texts), pd.Series(texts), pl.Series(texts)):
        np.testing.assert_array_equal(NearDuplicates().fit(twin).groups_, found.groups_)


def test_plain_content():
    texts = ["Ça  va?", "ça va", "?!", None, "", "ﬁne", "fine."]
    plain = plain_content(texts)
    assert plain == ["ça va", "ça va", "?!", "", "", "fine", "fine"]
    numbers = np.eye(3)
    assert plain_content(numbers) is numbers


@pytest.mark.parametrize(
    "container",
    [sparse.csr_matrix, sparse.coo_array, pd.DataFrame, pl.DataFrame, np.float32],
)
def test_containers_agree(container):
    X, partner = planted(jitter=0.0)
    X[np.abs(X) < 0.3] = 0
    X = X.astype(np.float32).astype(np.float64)
    found = NearDuplicates().fit(container(X))
    assert same_partition(found.groups_, partner)
    np.testing.assert_array_equal(found.groups_, NearDuplicates().fit(X).groups_)


def test_a_near_copy_in_a_sparse_matrix_is_found():
    rng = np.random.default_rng(0)
    X = rng.poisson(0.5, size=(200, 40)).astype(float)
    X[0] = X[1]
    X[0, X[0].argmax()] *= 1.001
    found = NearDuplicates().fit(sparse.csr_array(X))
    assert found.groups_[0] == found.groups_[1]


def mixed_frame(n_rows=100, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=n_rows),
            "weight": rng.normal(size=n_rows),
            "length": rng.normal(size=n_rows),
            "kind": rng.choice(["a", "b", "c"], size=n_rows),
            "constant": "same",
            "seen": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(1000, size=n_rows), unit="D"),
        }
    )
    frame.loc[0] = frame.loc[1]
    frame.loc[2] = frame.loc[3]
    frame.loc[2, "size"] += 1e-3
    frame.loc[4] = frame.loc[5]
    frame.loc[4, "kind"] = "b" if frame.loc[5, "kind"] != "b" else "c"
    return frame


def test_mixed_frames():
    frame = mixed_frame()
    for X in (frame, pl.from_pandas(frame)):
        found = NearDuplicates().fit(X)
        # Rows 4 and 5 are of different kinds.
        assert found.pairs_.tolist() == [[0, 1], [2, 3]]
    assert found.feature_names_in_[0] == "size"


def test_missing_values():
    X, partner = planted()
    X[7, 0] = X[187, 0] = np.nan
    assert same_partition(NearDuplicates().fit(X).groups_, partner)


def test_what_features_cannot_tell_apart_is_not_near():
    names = pd.DataFrame({"name": [f"name{i}" for i in range(100)]})
    assert len(NearDuplicates().fit(names).pairs_) == 0


def test_a_transformer_makes_the_features():
    X, _ = planted(n_features=3)
    X[:, 2] = np.random.default_rng(1).normal(size=200) * 1e-3
    plain = NearDuplicates().fit(X)
    reduced = NearDuplicates(PCA(2), threshold=1e-2).fit(X)
    assert len(reduced.pairs_) > len(plain.pairs_)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 1e-3, 0.3]))
def test_permuting_rows_permutes_groups(seed, jitter):
    X, _ = planted(60, 3, 10, jitter=jitter, seed=seed)
    found = NearDuplicates().fit(X)
    order = np.random.default_rng(seed).permutation(60)
    np.testing.assert_array_equal(
        NearDuplicates().fit(X[order]).groups_, found.groups_[order]
    )
    linked = found.groups_[found.pairs_]
    np.testing.assert_array_equal(linked[:, 0], linked[:, 1])


@pytest.mark.parametrize("n_rows", [1, 2, 3, 5])
def test_few_rows(n_rows):
    X = np.arange(3.0 * n_rows).reshape(n_rows, 3)
    found = NearDuplicates().fit(X)
    assert len(np.unique(found.groups_)) == n_rows
    assert found.pairs_.shape == (0, 2)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"threshold": -1}, "finite distance of at least 0"),
        ({"threshold": "automatic"}, "finite distance of at least 0"),
        ({"n_neighbors": 0}, "whole number above 0"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        NearDuplicates(**params).fit(np.eye(5))


def test_resolve_groups():
    X, partner = planted()
    assert resolve_groups(None, X) is None
    given = np.arange(200)
    assert resolve_groups(given, X) is given
    assert same_partition(resolve_groups("duplicates", X), partner)
    with pytest.raises(ValueError, match='groups="duplicates"'):
        resolve_groups("duplicate", X)


def test_tags_are_those_of_the_transformer():
    tags = get_tags(NearDuplicates()).input_tags
    assert (tags.sparse, tags.allow_nan) == (True, True)
    assert not get_tags(NearDuplicates(PCA())).input_tags.allow_nan
