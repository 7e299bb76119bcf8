# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, RepeatedStratifiedKFold

from sknoisy.utils._folds import content_folds, make_folds


def sample(n_samples=60, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_samples, 2)), rng.integers(n_classes, size=n_samples)


def fold_of(folds, n_samples):
    number = np.full(n_samples, -1)
    for k, (_, test) in enumerate(folds):
        assert (number[test] == -1).all()
        number[test] = k
    return number


@pytest.mark.parametrize("n_folds", [2, 5, np.int64(3)])
def test_folds_partition_the_rows(n_folds):
    X, codes = sample()
    folds = make_folds(n_folds, X, codes)
    assert len(folds) == n_folds
    assert (fold_of(folds, 60) >= 0).all()
    for train, test in folds:
        np.testing.assert_array_equal(np.sort(np.r_[train, test]), np.arange(60))


def test_each_class_is_spread_evenly():
    X, codes = sample()
    for k in range(3):
        sizes = np.bincount(content_folds(X, codes, 5)[codes == k], minlength=5)
        assert np.ptp(sizes) <= 1


def test_the_folds_of_many_small_classes_are_of_similar_size():
    X, _ = sample(300)
    sizes = np.bincount(content_folds(X, np.arange(300) % 100, 5))
    assert sizes.max() < 2 * sizes.min()


@given(st.permutations(range(30)), st.integers(2, 6))
def test_permuting_rows_permutes_the_folds(order, n_folds):
    X, codes = sample(30)
    expected = content_folds(X, codes, n_folds)
    np.testing.assert_array_equal(
        content_folds(X[order], codes[order], n_folds), expected[order]
    )


@given(st.lists(st.integers(1, 3), min_size=20, max_size=20))
def test_a_row_of_weight_two_falls_where_its_copies_would(counts):
    X, codes = sample(20)
    repeats = np.repeat(np.arange(20), counts)
    weighted = content_folds(X, codes, 4, np.array(counts, dtype=float))
    np.testing.assert_array_equal(
        content_folds(X[repeats], codes[repeats], 4), weighted[repeats]
    )


def test_exact_duplicates_share_a_fold_even_under_other_labels():
    X, codes = sample(40)
    twins = np.r_[X, X[:10]]
    folds = content_folds(twins, np.r_[codes, 2 - codes[:10]], 5)
    np.testing.assert_array_equal(folds[:10], folds[40:])


def test_the_weight_decides_the_class_of_contradicting_duplicates():
    X = np.repeat(np.arange(12.0), 2)[:, None]
    codes = np.tile([0, 1], 12)
    heavy_first = np.tile([2.0, 1.0], 12)
    all_first = content_folds(X, np.zeros(24, dtype=int), 4)
    np.testing.assert_array_equal(content_folds(X, codes, 4, heavy_first), all_first)


def test_tables_of_few_distinct_rows_are_dealt_row_by_row():
    X, codes = np.zeros((40, 1)), np.arange(40) % 2
    sizes = np.bincount(content_folds(X, codes, 4))
    np.testing.assert_array_equal(sizes, [10, 10, 10, 10])
    order = np.random.default_rng(0).permutation(40)
    shuffled = content_folds(X[order], codes[order], 4)
    counts = np.histogram2d(shuffled, codes[order], bins=(4, 2))[0]
    np.testing.assert_array_equal(counts, np.full((4, 2), 5))


def test_seeds_deal_differently_and_repeatably():
    X, codes = sample()
    first = content_folds(X, codes, 5, seed=1)
    np.testing.assert_array_equal(content_folds(X, codes, 5, seed=1), first)
    assert (content_folds(X, codes, 5, seed=2) != first).any()


@pytest.mark.parametrize("n_rows", [2, 3, 4])
def test_fewer_rows_than_folds_give_fewer_folds(n_rows):
    X, codes = np.arange(float(n_rows))[:, None], np.arange(n_rows) % 2
    folds = make_folds(10, X, codes)
    assert 2 <= len(folds) <= n_rows
    assert (fold_of(folds, n_rows) >= 0).all()
    assert all(len(train) and len(test) for train, test in folds)


def test_content_that_cannot_be_read_is_dealt_by_position():
    X = np.arange(20)[:, None] * 1j
    assert len(make_folds(5, X, np.arange(20) % 2)) == 5


def test_groups_share_a_fold():
    X, codes = sample()
    groups = np.array(["a", "b", "c", "d", "e", "f"])[np.arange(60) % 6]
    folds = make_folds(3, X, codes, groups=groups)
    number = fold_of(folds, 60)
    assert len(folds) == 3
    for group in np.unique(groups):
        assert len(np.unique(number[groups == group])) == 1


def test_groups_limit_the_number_of_folds():
    X, codes = sample()
    assert len(make_folds(5, X, codes, groups=np.arange(60) % 2)) == 2


def test_one_group_leaves_no_row_out():
    X, codes = sample()
    with pytest.raises(ValueError, match="every row in one group.*at least 2 groups"):
        make_folds(5, X, codes, groups=np.zeros(60))


def test_splitters_and_pairs_are_used_as_they_are():
    X, codes = sample()
    pairs = list(KFold(3).split(X))
    for cv in (KFold(3), pairs, iter(pairs)):
        for (train, test), (right_train, right_test) in zip(
            make_folds(cv, X, codes), pairs, strict=True
        ):
            np.testing.assert_array_equal(train, right_train)
            np.testing.assert_array_equal(test, right_test)
    repeated = RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)
    assert len(make_folds(repeated, X, codes)) == 6


@pytest.mark.parametrize("cv", [1, 0, -3])
def test_a_single_fold_is_refused(cv):
    X, codes = sample()
    with pytest.raises(ValueError, match="leaves no row out.*cv >= 2"):
        make_folds(cv, X, codes)


def test_a_single_row_is_refused():
    with pytest.raises(ValueError, match="at least 2 rows"):
        content_folds(np.zeros((1, 1)), np.zeros(1, dtype=int), 5)


@pytest.mark.parametrize("n_shared", [0, 1, 200])
@pytest.mark.parametrize("seed", [0, 1])
def test_groups_of_any_size_are_dealt_evenly(n_shared, seed):
    X, codes = sample(3000)
    groups = np.r_[np.repeat(np.arange(n_shared), 5), 200 + np.arange(3000)][:3000]
    folds = make_folds(5, X, codes, groups=groups, seed=seed)
    number = fold_of(folds, 3000)
    for group in range(n_shared):
        assert len(np.unique(number[groups == group])) == 1
    for k in range(3):
        assert np.ptp(np.bincount(number[codes == k])) <= 1
    other = make_folds(5, X, codes, groups=groups, seed=seed + 2)
    assert (fold_of(other, 3000) != number).any()


def test_groups_without_single_rows_are_dealt_evenly():
    codes = np.random.default_rng(0).integers(3, size=900)
    groups = np.arange(900) // 3
    number = fold_of(make_folds(5, codes, codes, groups=groups), 900)
    for k in range(3):
        assert np.ptp(np.bincount(number[codes == k])) <= 6


def test_every_group_may_have_a_class_of_its_own():
    folds = make_folds(5, np.zeros(3), np.arange(3), groups=np.arange(3))
    assert len(folds) == 2
    assert (fold_of(folds, 3) >= 0).all()


def test_permuting_rows_permutes_the_folds_of_groups():
    X, codes = sample(600)
    groups = np.random.default_rng(1).integers(500, size=600)
    number = fold_of(make_folds(4, X, codes, groups=groups), 600)
    order = np.random.default_rng(2).permutation(600)
    permuted = make_folds(4, X[order], codes[order], groups=groups[order])
    np.testing.assert_array_equal(fold_of(permuted, 600), number[order])
