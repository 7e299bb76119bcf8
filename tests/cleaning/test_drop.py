# SPDX-License-Identifier: BSD-3-Clause
"""DropSuspects: which rows stay, and in which container."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sknoisy.cleaning import DropSuspects
from sknoisy.detection import ConfidentLearning
from tests._data import blobs
from tests.cleaning.toys import Verdict

SUSPECT = Verdict([0.9, 0.1, 0.9, 0.9, 0.9], [0, 1, 0, 0, 0])
KEPT = [0, 2, 3, 4]
LABELS = ["a", "a", "a", "b", "b"]


def test_suspects_go_and_the_rest_keep_their_order():
    cleaner = DropSuspects(SUSPECT)
    X, y = np.arange(10).reshape(5, 2), np.array(LABELS)
    X_clean, y_clean = cleaner.fit_resample(X, y)
    assert_array_equal(cleaner.sample_indices_, KEPT)
    assert_array_equal(cleaner.acted_mask_, [False, True, False, False, False])
    assert_array_equal(X_clean, X[KEPT])
    assert_array_equal(y_clean, y[KEPT])


def test_fit_alone_says_which_rows_would_stay():
    cleaner = DropSuspects(SUSPECT).fit(np.zeros((5, 1)), LABELS)
    assert_array_equal(cleaner.sample_indices_, KEPT)


def test_lists_stay_lists():
    texts = ["one", "two", "three", "four", "five"]
    X, y = DropSuspects(SUSPECT).fit_resample(texts, LABELS)
    assert X == ["one", "three", "four", "five"]
    assert y == ["a", "a", "b", "b"]


def test_frames_keep_index_names_and_dtypes():
    index = ["r9", "r1", "r5", "r5", "r2"]
    X = pd.DataFrame({"n": range(5), "c": pd.Categorical(LABELS)}, index=index)
    y = pd.Series(pd.Categorical(LABELS, categories=["b", "a", "z"]), index, name="y")
    X_clean, y_clean = DropSuspects(SUSPECT).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_clean, X.iloc[KEPT])
    pd.testing.assert_series_equal(y_clean, y.iloc[KEPT])


def test_polars_stays_polars():
    pl = pytest.importorskip("polars")
    X = pl.DataFrame({"n": range(5), "t": list("vwxyz")})
    y = pl.Series("y", LABELS, dtype=pl.Enum(["b", "a"]))
    X_clean, y_clean = DropSuspects(SUSPECT).fit_resample(X, y)
    assert X_clean.equals(X[KEPT])
    assert y_clean.equals(y[KEPT])
    assert y_clean.dtype == y.dtype


@pytest.mark.parametrize(
    "kind", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array]
)
def test_sparse_rows_stay_sparse(kind):
    X = kind(np.eye(5))
    X_clean, _ = DropSuspects(SUSPECT).fit_resample(X, LABELS)
    assert sparse.issparse(X_clean)
    assert isinstance(X_clean, sparse.sparray) == isinstance(X, sparse.sparray)
    assert_array_equal(X_clean.toarray(), np.eye(5)[KEPT])


def test_the_input_is_not_changed():
    X, y, _ = blobs(noise=0.1)
    X_before, y_before = X.copy(), y.copy()
    DropSuspects(ConfidentLearning(LogisticRegression())).fit_resample(X, y)
    assert_array_equal(X, X_before)
    assert_array_equal(y, y_before)


@pytest.mark.parametrize("labels", [["no", "yes", "so"], [0, 2, 7], [False, True]])
def test_labels_of_any_kind(labels):
    X, y, truth = blobs(n_classes=len(labels), noise=0.1)
    labels = np.array(labels)
    cleaner = DropSuspects(ConfidentLearning(LogisticRegression()))
    X_clean, y_clean = cleaner.fit_resample(X, labels[y])
    assert y_clean.dtype == labels.dtype
    assert_array_equal(np.unique(y_clean), np.sort(labels))
    right = y_clean == labels[truth][cleaner.sample_indices_]
    assert right.mean() > (y == truth).mean() + 0.04


def test_a_class_thought_all_wrong_keeps_half_of_its_rows():
    verdict = Verdict([0.4, 0.3, 0.2, 0.1, 0.9], [1, 1, 1, 1, 0])
    cleaner = DropSuspects(verdict).fit(np.zeros((5, 1)), ["a"] * 4 + ["b"])
    assert_array_equal(cleaner.sample_indices_, [0, 1, 4])
    cleaner.set_params(max_fraction=1.0).fit(np.zeros((5, 1)), ["a"] * 4 + ["b"])
    assert_array_equal(cleaner.sample_indices_, [0, 4])


def test_trusted_rows_stay():
    X, y, truth = blobs(noise=0.2)
    trusted = np.arange(len(y)) % 2 == 0
    cleaner = DropSuspects(ConfidentLearning(LogisticRegression()))
    cleaner.fit(X, y, trusted=trusted)
    assert cleaner.acted_mask_.any()
    assert not (cleaner.acted_mask_ & trusted).any()
    assert (cleaner.label_quality_[trusted] == 1).all()


def test_rows_of_weight_zero_change_nothing_for_the_others():
    X, y, _ = blobs(noise=0.1)
    weight = (np.arange(len(y)) % 3 > 0).astype(float)
    present = weight > 0
    cleaner = DropSuspects(ConfidentLearning(LogisticRegression()))
    weighted = cleaner.fit(X, y, sample_weight=weight).acted_mask_[present]
    absent = cleaner.fit(X[present], y[present]).acted_mask_
    assert_array_equal(weighted, absent)
