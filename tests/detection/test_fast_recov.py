# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB

from sknoisy.detection import FastReCoV
from sknoisy.detection._fast_recov import _Units
from sknoisy.exceptions import RareClassWarning
from sknoisy.utils._labelled_rows import LabelledRows
from tests._data import RowNumbers, blobs
from tests.detection._evidence import frame, planted, texts


def units_of(X, weight=None, groups=None):
    codes = np.zeros(len(X), dtype=int)
    rows = LabelledRows(X, codes, codes, np.arange(1), weight, groups)
    return _Units.of(rows, 0)


def test_one_run_is_three_tenths_of_the_confidence():
    X, y, _ = planted()
    detector = FastReCoV(GaussianNB(), n_repeats=1).fit(X, y)
    own = detector.pred_proba_[np.arange(len(y)), y]
    expected = 0.3 * (1 - (own.max() - own))
    np.testing.assert_allclose(detector.label_quality_, expected)


def test_memory_of_folds_that_stay():
    # With a model that does not depend on the folds, each run says the same.
    X, y, _ = blobs(60, 2)

    class Fixed(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            return super().fit([[-6.0, 0], [-5, 1], [6, 0], [5, -1]], [1, 1, 0, 0])

    detector = FastReCoV(Fixed(), n_repeats=4).fit(X, y)
    own = Fixed().fit(X, y).predict_proba(X)[np.arange(60), y]
    expected = (1 - 0.7**4) * (1 - (own.max() - own))
    np.testing.assert_allclose(detector.label_quality_, expected)


@pytest.mark.parametrize("estimator", [None, GaussianNB()])
@pytest.mark.parametrize("drop_share", [0.0, 0.8])
def test_planted_errors_are_found(estimator, drop_share):
    X, y, wrong = planted()
    detector = FastReCoV(estimator, drop_share=drop_share).fit(X, y)
    assert roc_auc_score(wrong, -detector.label_quality_) > 0.98
    assert detector.suspect_mask_[wrong].mean() > 0.8
    assert detector.suspect_mask_[~wrong].mean() < 0.05
    assert (detector.suggested_labels_[wrong] != y[wrong]).all()


def test_cold_folds_are_sorted():
    X = np.arange(20.0)[:, None]
    memory = np.random.default_rng(0).permutation(20) / 20
    fold_of = units_of(X).sorted_folds(memory, 5, 0.0, seed=1)
    expected = np.empty(20, dtype=int)
    expected[np.argsort(-memory)] = np.repeat(np.arange(5), 4)
    np.testing.assert_array_equal(fold_of, expected)


def test_hot_folds_do_not_depend_on_the_memory():
    X = np.arange(40.0)[:, None]
    units, memory = units_of(X), np.linspace(0, 1, 40)
    hot = units.sorted_folds(memory, 5, 1e5, seed=1)
    np.testing.assert_array_equal(hot, units.sorted_folds(memory[::-1], 5, 1e5, 1))
    assert not np.array_equal(hot, units.sorted_folds(memory, 5, 1e5, seed=2))
    np.testing.assert_array_equal(np.bincount(hot), np.full(5, 8))


def test_draws_are_in_proportion_to_the_exponential_of_the_memory():
    X, memory = np.arange(3.0)[:, None], np.array([0.0, 0.1, 0.2])
    units = units_of(X)
    first = [units.sorted_folds(memory, 3, 0.1, seed).argmin() for seed in range(4000)]
    share = np.exp(memory / 0.1) / np.exp(memory / 0.1).sum()
    np.testing.assert_allclose(np.bincount(first) / 4000, share, atol=0.03)


def test_copies_and_groups_share_a_fold():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(20, 2)), 2, axis=0)
    fold_of = units_of(X).sorted_folds(rng.random(40), 5, 0.1, seed=0)
    np.testing.assert_array_equal(fold_of[::2], fold_of[1::2])
    groups = np.arange(40) % 10
    grouped = units_of(rng.normal(size=(40, 2)), groups=groups)
    fold_of = grouped.sorted_folds(rng.random(40), 5, 0.1, seed=0)
    assert all(np.ptp(fold_of[groups == group]) == 0 for group in range(10))


def test_weights_cut_folds_as_copies_do():
    rng = np.random.default_rng(0)
    X, memory = rng.normal(size=(30, 2)), rng.random(30)
    weight = rng.integers(1, 4, 30)
    weighted = units_of(X, weight.astype(float)).sorted_folds(memory, 5, 0.1, 0)
    repeated = units_of(np.repeat(X, weight, axis=0)).sorted_folds(
        np.repeat(memory, weight), 5, 0.1, 0
    )
    np.testing.assert_array_equal(np.repeat(weighted, weight), repeated)


@pytest.mark.parametrize("drop_share", [0.0, 0.8])
def test_no_model_sees_the_rows_that_it_judges(drop_share):
    X = np.column_stack([np.arange(60.0), np.zeros(60)])
    y = np.arange(60) % 2
    detector = FastReCoV(RowNumbers(), n_repeats=4, drop_share=drop_share).fit(X, y)
    # The second column is the probability of having been in the fit.
    np.testing.assert_array_equal(detector.pred_proba_[:, 1], 0.0)


def test_containers_and_labels():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        detector = FastReCoV().fit(X, np.array(["no", "yes"])[y])
        wrong = np.arange(len(y)) < 2
        assert roc_auc_score(wrong, -detector.label_quality_) > 0.9
        assert set(detector.suggested_labels_) == {"no", "yes"}


def test_rare_classes_count_as_right():
    X, y, _ = blobs(60, 2)
    y[0] = 2
    with pytest.warns(RareClassWarning, match=r"\[2\]"):
        detector = FastReCoV().fit(X, y)
    assert detector.label_quality_[0] == 1
    assert not detector.suspect_mask_[0]


def test_new_rows_are_judged_by_the_probability_of_their_label():
    X, y, _ = planted()
    detector = FastReCoV(GaussianNB(), n_repeats=2).fit(X, y)
    proba = detector.model_.predict_proba(X[:5])
    np.testing.assert_allclose(
        detector.score_samples(X[:5], y[:5]), proba[np.arange(5), y[:5]]
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_repeats": 0}, "n_repeats=0 must be at least 1"),
        ({"temperature": -1.0}, "must not be negative"),
        ({"drop_share": 1.0}, "must be at least 0 and below 1"),
        ({"n_folds": 1}, "leaves no row out"),
    ],
)
def test_wrong_parameters_name_the_fix(params, message):
    X, y, _ = planted()
    with pytest.raises(ValueError, match=message):
        FastReCoV(**params).fit(X, y)
