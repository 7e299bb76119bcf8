# SPDX-License-Identifier: BSD-3-Clause
"""RelabelSuspects: new labels where the evidence is sure."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression

from sknoisy.cleaning import RelabelSuspects
from sknoisy.detection import ConfidentLearning, ResidualDetector
from tests._data import blobs
from tests.cleaning.toys import Verdict

LABELS = ["a", "a", "a", "bb", "bb", "bb"]
# Row 0 is surely of class 1, row 1 hardly, and row 3 is a suspect whose own label
# is nonetheless the most probable one.
VERDICT = Verdict(
    quality=[0.1, 0.4, 0.9, 0.3, 0.9, 0.9],
    suspects=[1, 1, 0, 1, 0, 0],
    suggested=[1, 1, 0, 1, 1, 1],
    pred_proba=[[0.1, 0.9], [0.4, 0.6], [1, 0], [0.5, 0.5], [0, 1], [0, 1]],
)
X = np.arange(12.0).reshape(6, 2)


def relabel(y, **params):
    cleaner = RelabelSuspects(VERDICT, max_fraction=1.0, **params)
    return cleaner, *cleaner.fit_resample(X, y)


def test_suspects_get_the_suggested_label():
    cleaner, X_same, y = relabel(LABELS)
    assert X_same is X
    assert y == ["bb", "bb", "a", "bb", "bb", "bb"]
    assert_array_equal(np.flatnonzero(cleaner.relabelled_mask_), [0, 1])
    assert_array_equal(cleaner.acted_mask_, cleaner.relabelled_mask_)
    assert_array_equal(cleaner.sample_indices_, np.arange(6))


def test_unsure_suggestions_are_not_followed():
    cleaner, _, y = relabel(LABELS, min_confidence=0.7)
    assert y == ["bb", "a", "a", "bb", "bb", "bb"]
    assert_array_equal(np.flatnonzero(cleaner.acted_mask_), [0])


def test_unsure_suspects_can_be_dropped_instead():
    cleaner, X_clean, y = relabel(LABELS, min_confidence=0.7, otherwise="drop")
    assert y == ["bb", "a", "bb", "bb"]
    assert_array_equal(cleaner.sample_indices_, [0, 2, 4, 5])
    assert_array_equal(X_clean, X[[0, 2, 4, 5]])
    assert_array_equal(np.flatnonzero(cleaner.acted_mask_), [0, 1, 3])
    assert_array_equal(np.flatnonzero(cleaner.relabelled_mask_), [0])


def test_without_probabilities_every_suggestion_is_followed():
    verdict = Verdict(VERDICT.quality, VERDICT.suspects, VERDICT.suggested)
    cleaner = RelabelSuspects(verdict, min_confidence=1.0).fit(X, LABELS)
    assert_array_equal(np.flatnonzero(cleaner.relabelled_mask_), [0])


def test_one_row_of_each_class_keeps_its_label():
    verdict = Verdict([0.1, 0.2, 0.9], [1, 1, 0], [1, 1, 1])
    cleaner = RelabelSuspects(verdict, max_fraction=1.0)
    _, y = cleaner.fit_resample(np.zeros((3, 1)), [0, 0, 1])
    assert y == [1, 0, 1]


@pytest.mark.parametrize(
    "labels",
    [
        np.array(LABELS),
        np.array(LABELS, dtype=object),
        np.array([0, 0, 0, 7, 7, 7], dtype=np.int8),
        np.array([False, False, False, True, True, True]),
        np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_arrays_keep_their_dtype(labels):
    before = labels.copy()
    _, _, y = relabel(labels)
    assert y.dtype == labels.dtype
    assert_array_equal(y, np.where([1, 1, 0, 0, 0, 0], labels[-1], labels))
    assert_array_equal(labels, before)


@pytest.mark.parametrize(
    "dtype", ["category", "object", "string", pd.CategoricalDtype(["bb", "a", "z"])]
)
def test_series_keep_index_name_and_dtype(dtype):
    given = pd.Series(LABELS, index=list("ttuvwx"), name="label", dtype=dtype)
    _, _, y = relabel(given)
    expected = pd.Series(["bb", "bb", "a", "bb", "bb", "bb"], given.index, dtype)
    pd.testing.assert_series_equal(y, expected.rename("label"))
    _, _, y = relabel(given, min_confidence=0.7, otherwise="drop")
    assert y.index.tolist() == ["t", "u", "w", "x"]


def test_polars_series_keep_name_and_dtype():
    pl = pytest.importorskip("polars")
    for dtype in (pl.String, pl.Categorical, pl.Enum(["bb", "a", "z"])):
        given = pl.Series("label", LABELS).cast(dtype)
        _, _, y = relabel(given)
        assert (y.name, y.dtype) == ("label", given.dtype)
        assert y.to_list() == ["bb", "bb", "a", "bb", "bb", "bb"]


def test_planted_errors_are_set_right():
    X, y, truth = blobs(noise=0.1)
    cleaner = RelabelSuspects(ConfidentLearning(LogisticRegression()))
    _, y_clean = cleaner.fit_resample(X, y)
    assert (y_clean == truth).mean() > (y == truth).mean() + 0.05
    assert_array_equal(y_clean != y, cleaner.relabelled_mask_)


def test_trusted_rows_keep_their_label():
    X, y, truth = blobs(noise=0.2)
    trusted = y != truth
    cleaner = RelabelSuspects(ConfidentLearning(LogisticRegression()))
    _, y_clean = cleaner.fit_resample(X, y, trusted=trusted)
    assert_array_equal(y_clean[trusted], y[trusted])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"otherwise": "dorp"}, "Did you mean 'drop'"),
        ({"min_confidence": 1.5}, "min_confidence=1.5 must be a share"),
    ],
)
def test_bad_options_are_told_before_anything_is_fitted(params, words):
    with pytest.raises(ValueError, match=words):
        relabel(LABELS, **params)


def test_a_detector_without_suggestions_is_refused():
    cleaner = RelabelSuspects(ResidualDetector())
    with pytest.raises(TypeError, match="suggests no labels.*use DropSuspects"):
        cleaner.fit(X, np.arange(6.0))
    assert not hasattr(cleaner, "detector_")
