# SPDX-License-Identifier: BSD-3-Clause
"""Stratified folds that depend on what rows hold, not on where they stand."""

from numbers import Integral

import numpy as np
from sklearn.model_selection import check_cv

from sknoisy.utils._distinct_rows import is_coarse
from sknoisy.utils._row_hash import fingerprint_rows, mix
from sknoisy.utils._rows import num_rows


def make_folds(cv, X, codes, *, groups=None, sample_weight=None, seed=0):
    """List the train and test rows of each fold.

    An integer `cv` deals the rows of each class over the folds in the order of
    fingerprints of their content. So exact duplicates share a fold and cannot
    leak their label, permuting the rows permutes the folds with them, and a row
    of weight two falls where its two copies would. Where rows repeat more than
    five times on average, as in a table of few categories, duplicates are dealt
    one by one instead, for a model must have seen a combination to judge it.

    Parameters
    ----------
    cv : int, splitter or iterable
        Number of folds, any scikit-learn splitter, or (train, test) pairs.
    X : any container of n_samples rows
        The rows to split.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    groups : array-like of shape (n_samples,), default=None
        Rows of one group share a fold.
    sample_weight : ndarray of shape (n_samples,), default=None
        Settles the class of duplicates that carry different labels.
    seed : int, default=0
        Different seeds give different folds for an integer `cv`.

    Returns
    -------
    folds : list of (train, test) index arrays
        As a scikit-learn splitter yields them.
    """
    if not isinstance(cv, Integral) or isinstance(cv, bool):
        splitter = check_cv(cv, codes, classifier=True)
        return list(splitter.split(np.zeros(len(codes)), codes, groups))
    if cv < 2:
        raise ValueError(
            f"cv={cv} leaves no row out: out-of-sample evidence needs cv >= 2."
        )
    if groups is not None:
        return _group_folds(cv, codes, np.asarray(groups), seed)
    fold_of = content_folds(X, codes, cv, sample_weight, seed)
    return [
        (np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold))
        for fold in range(fold_of.max() + 1)
    ]


def content_folds(X, codes, n_folds, sample_weight=None, seed=0):
    """Deal rows over folds by their content, class by class.

    Parameters
    ----------
    X : any container of n_samples rows
        The rows to split.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    n_folds : int
        Number of folds wanted; fewer come if there are fewer distinct rows.
    sample_weight : ndarray of shape (n_samples,), default=None
        Settles the class of duplicates that carry different labels.
    seed : int, default=0
        Different seeds give different folds.

    Returns
    -------
    fold_of : ndarray of shape (n_samples,), dtype=int
        Fold of each row, from 0.
    """
    n_rows = num_rows(X)
    if n_rows < 2:
        raise ValueError(
            f"Found array with {n_rows} sample(s); out-of-sample evidence needs at "
            "least 2 rows."
        )
    units, unit_of = content_units(X, codes, seed)
    unit_class = _majority_class(unit_of, codes, sample_weight, len(units))
    n_folds = min(n_folds, len(units))
    fold_of_unit = _deal(units, unit_class, n_folds)
    _, fold_of_unit = np.unique(fold_of_unit, return_inverse=True)
    return fold_of_unit[unit_of]


def content_units(X, codes, seed=0):
    """Gather the rows of the same content, which no fold may part.

    Where rows repeat so often that copies are samples of their own, each is a unit.

    Parameters
    ----------
    X : any container of n_samples rows
        Rows.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    seed : int, default=0
        Different seeds give unrelated orders of the units.

    Returns
    -------
    units : ndarray of shape (n_units,), dtype=uint64
        Sorted fingerprints.
    unit_of : ndarray of shape (n_samples,), dtype=int
        Which of them each row belongs to.
    """
    hashes = fingerprint_rows(X, seed)
    units, unit_of = np.unique(hashes, return_inverse=True)
    if is_coarse(unit_of) or len(units) < 2:
        hashes = tell_copies_apart(hashes, codes)
        units, unit_of = np.unique(hashes, return_inverse=True)
    return units, unit_of


def _deal(units, unit_class, n_folds):
    # np.unique sorted the units by fingerprint, which is a random order. Each
    # class starts at a fold of its own, else the first fold would get the
    # remainder of every class.
    fold_of_unit = np.empty(len(units), dtype=np.intp)
    for k in np.unique(unit_class):
        members = np.flatnonzero(unit_class == k)
        start = int(units[members[0]] % np.uint64(n_folds))
        fold_of_unit[members] = (start + np.arange(len(members))) % n_folds
    if len(np.unique(fold_of_unit)) < 2:
        fold_of_unit = np.arange(len(units)) % n_folds
    return fold_of_unit


def tell_copies_apart(hashes, codes):
    """Give rows of the same content fingerprints of their own.

    Parameters
    ----------
    hashes : ndarray of shape (n_samples,), dtype=uint64
        Fingerprints of the content.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.

    Returns
    -------
    hashes : ndarray of shape (n_samples,), dtype=uint64
        A new array in which no two rows are meant to be equal.
    """
    # Copies with the same label are exchangeable, so numbering them by position
    # keeps the folds independent of the order of the rows.
    order = np.lexsort((codes, hashes))
    new = np.r_[
        True,
        (hashes[order][1:] != hashes[order][:-1])
        | (codes[order][1:] != codes[order][:-1]),
    ]
    starts = np.flatnonzero(new)
    number = np.arange(len(order)) - starts[np.cumsum(new) - 1]
    copy_number = np.empty(len(order), dtype=np.uint64)
    copy_number[order] = number + 1
    label = codes.astype(np.uint64) << np.uint64(40)
    return hashes + mix(copy_number + label)


def _majority_class(unit_of, codes, sample_weight, n_units):
    n_classes = codes.max() + 1
    pairs, pair_of = np.unique(unit_of * n_classes + codes, return_inverse=True)
    totals = np.bincount(pair_of, weights=sample_weight)
    units, classes = pairs // n_classes, pairs % n_classes
    # The last entry written for a unit stays: sort so that it is the majority.
    order = np.lexsort((-classes, totals))
    majority = np.empty(n_units, dtype=codes.dtype)
    majority[units[order]] = classes[order]
    return majority


def _group_folds(cv, codes, groups, seed):
    group_of = number_groups(groups)
    n_groups = group_of.max() + 1
    n_folds = min(cv, n_groups, max(2, np.bincount(codes).max()))
    fold_of_group = _deal_groups(group_of, codes, n_folds, seed)
    if len(np.unique(fold_of_group)) < 2:
        fold_of_group = np.arange(n_groups) % n_folds
    fold_of = fold_of_group[group_of]
    return [
        (np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold))
        for fold in np.unique(fold_of)
    ]


def _deal_groups(group_of, codes, n_folds, seed):
    """Deal groups of several rows one by one, then level out with the single rows."""
    rng = np.random.RandomState(seed)
    sizes = np.bincount(group_of)
    counts = np.zeros((len(sizes), codes.max() + 1))
    np.add.at(counts, (group_of, codes), 1)
    share = counts / np.maximum(counts.sum(axis=0), 1) ** 2
    filled = np.zeros((n_folds, counts.shape[1]))
    fold_of_group = np.empty(len(sizes), dtype=np.intp)
    shuffled = rng.permutation(len(sizes))
    largest_first = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    for group in largest_first[: np.count_nonzero(sizes > 1)]:
        # The fold that has least of its classes, or else of all.
        fold = np.lexsort((filled.sum(axis=1), filled @ share[group]))[0]
        filled[fold] += counts[group]
        fold_of_group[group] = fold
    single = np.flatnonzero(sizes == 1)
    class_of_single = counts[single].argmax(axis=1)
    for k in np.unique(class_of_single):
        members = rng.permutation(single[class_of_single == k])
        fold_of_group[members] = _lowest_places(filled[:, k], len(members), rng)
    return fold_of_group


def _lowest_places(heights, n_places, rng):
    """Stack items on folds so that the heights come out as even as they can."""
    folds = rng.permutation(len(heights))
    places = heights[folds, np.newaxis] + np.arange(n_places)
    lowest = np.argsort(places, axis=None, kind="stable")[:n_places]
    return folds[lowest // n_places]


def number_groups(groups):
    """Number the groups, and refuse a single one.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,)
        Names of any kind.

    Returns
    -------
    group_of : ndarray of shape (n_samples,), dtype=int
        From 0 without gaps.
    """
    names, group_of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError(
            "groups puts every row in one group, so no row can be left out; give at "
            "least 2 groups, or leave groups out."
        )
    return group_of
