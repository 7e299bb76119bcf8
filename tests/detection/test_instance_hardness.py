# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score

from sknoisy.detection import InstanceHardness, instance_hardness
from sknoisy.detection._hardness import MEASURES
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


@parametrize_with_checks(
    [
        InstanceHardness(MEASURES),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def test_all_measures_are_there():
    X, y, _ = planted()
    measured = instance_hardness(X, y)
    assert tuple(measured) == MEASURES
    assert len(MEASURES) == 19
    for values in measured.values():
        assert values.shape == (120,)
        assert ((values >= 0) & (values <= 1)).all()


@pytest.mark.parametrize(
    "name", ["kdn", "n1", "n2", "lsc", "u", "h", "ds", "dcp", "cl", "cld", "f3"]
)
def test_planted_flips_are_hard(name):
    X, y, wrong = planted()
    values = instance_hardness(X, y, measures=name)[name]
    assert roc_auc_score(wrong, values) >= 0.9


def test_planted_flips_have_a_low_quality():
    X, y, wrong = planted()
    fitted = InstanceHardness().fit(X, y)
    assert roc_auc_score(wrong, -fitted.label_quality_) == 1
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)
    truth = np.where(wrong, (y + 2) % 3, y)
    np.testing.assert_array_equal(fitted.suggested_labels_, truth)
    assert fitted.noise_rate_ == pytest.approx(wrong.mean())


def test_quality_is_one_minus_the_mean_of_the_measures():
    X, y, _ = blobs(90, noise=0.1, spread=3.0)
    fitted = InstanceHardness(measures=("n2", "cl")).fit(X, y)
    measured = instance_hardness(X, y, measures=("n2", "cl"))
    mean = (measured["n2"] + measured["cl"]) / 2
    np.testing.assert_allclose(fitted.label_quality_, 1 - mean)
    np.testing.assert_allclose(fitted.hardness_["n2"], measured["n2"])


def test_measures_without_probabilities_borrow_those_of_a_tree():
    X, y, wrong = planted()
    fitted = InstanceHardness("n1").fit(X, y)
    assert fitted.pred_proba_.shape == (120, 3)
    assert roc_auc_score(wrong, -fitted.label_quality_) > 0.9


def test_constant_features_divide_nothing():
    X, y, wrong = planted()
    X = np.column_stack([X, np.ones(120), np.zeros(120)])
    measured = instance_hardness(X, y)
    assert all(np.isfinite(values).all() for values in measured.values())
    assert roc_auc_score(wrong, measured["kdn"]) >= 0.9
    alike = instance_hardness(np.ones((10, 2)), np.arange(10) % 2)
    assert all(np.isfinite(values).all() for values in alike.values())


@pytest.mark.parametrize(
    "data",
    [
        texts(),
        (CountVectorizer().fit_transform(texts()[0]), texts()[1]),
        frame(pd),
        frame(pl),
        frame(pd, with_text=True),
    ],
    ids=["texts", "sparse", "pandas", "polars", "pandas with texts"],
)
def test_any_container_is_measured(data):
    X, y = data
    measured = instance_hardness(X, y)
    assert all(np.isfinite(values).all() for values in measured.values())
    quality = InstanceHardness().fit(X, y).label_quality_
    assert roc_auc_score(np.arange(len(y)) < 2, -quality) > 0.9


def test_labels_may_be_strings():
    X, y, _ = planted()
    names = np.array(["ant", "bee", "cat"])
    fitted = InstanceHardness().fit(X, names[y])
    plain = InstanceHardness().fit(X, y)
    np.testing.assert_array_equal(fitted.label_quality_, plain.label_quality_)
    np.testing.assert_array_equal(
        fitted.suggested_labels_, names[plain.suggested_labels_]
    )


def test_a_class_of_one_row_counts_as_right():
    X, y, _ = blobs(60, 2)
    y[7] = 2
    with pytest.warns(WeakEvidenceWarning, match=r"class\(es\) \[2\]"):
        fitted = InstanceHardness().fit(X, y)
    assert fitted.label_quality_[7] == 1
    assert fitted.suggested_labels_[7] == 2
    assert not fitted.suspect_mask_[7]


def test_a_class_of_two_rows_is_not_emptied():
    X, y, _ = blobs(60, 2)
    y[:2] = 2
    assert not InstanceHardness().fit(X, y).suspect_mask_[:2].all()


def test_new_labels_are_judged():
    X, y, _ = blobs(90)
    fitted = InstanceHardness(MEASURES).fit(X, y)
    right, wrong = fitted.score_samples(X, y), fitted.score_samples(X, (y + 1) % 3)
    assert (right > wrong).all()
    fitted = InstanceHardness().fit(X, y)
    np.testing.assert_allclose(fitted.score_samples(X), fitted.score_samples(X, y))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), n_classes=st.integers(2, 4))
def test_neither_the_order_of_rows_nor_copies_matter(seed, n_classes):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % n_classes
    weight = rng.integers(1, 3, 40)
    order = rng.permutation(np.repeat(np.arange(40), weight))
    weighted = instance_hardness(X, y, sample_weight=weight)
    repeated = instance_hardness(X[order], y[order])
    for name in MEASURES:
        np.testing.assert_allclose(
            repeated[name], weighted[name][order], atol=1e-6, err_msg=name
        )


@pytest.mark.parametrize("measures", ["kdm", ("kdn", "kdm")])
def test_unknown_measures_are_refused(measures):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="Did you mean 'kdn'"):
        instance_hardness(X, y, measures=measures)


def test_something_must_be_measured():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="measures is empty"):
        InstanceHardness(()).fit(X, y)


def test_the_number_of_neighbors_is_checked():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="n_neighbors=0"):
        InstanceHardness(n_neighbors=0).fit(X, y)
