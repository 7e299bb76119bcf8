# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknoisy.detection._off_topic import OffTopic

METHODS = ["neighbors", "local_outlier_factor", "isolation_forest"]


def planted(n_samples=300, n_features=6, n_strays=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    is_stray = np.zeros(n_samples, dtype=bool)
    is_stray[rng.permutation(n_samples)[:n_strays]] = True
    X[is_stray] = rng.choice([-1, 1], size=(n_strays, n_features)) * rng.uniform(
        6, 12, size=(n_strays, n_features)
    )
    return X, is_stray


def wants_outliers(estimator):
    reason = "the blobs of the check have no row far from the others to be flagged"
    names = ("check_outliers_train", "check_outliers_fit_predict")
    return dict.fromkeys(names, reason) if estimator.contamination == "auto" else {}


@parametrize_with_checks(
    [OffTopic(), *(OffTopic(method, contamination=0.1) for method in METHODS)],
    expected_failed_checks=wants_outliers,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("method", METHODS)
def test_strays_are_found(method):
    X, is_stray = planted()
    found = OffTopic(method).fit(X)
    assert roc_auc_score(is_stray, found.outlier_score_) == 1
    assert found.outlier_mask_[is_stray].all()
    assert found.outlier_mask_[~is_stray].mean() < 0.05
    assert ((found.typicality_ >= 0) & (found.typicality_ <= 1)).all()
    order = np.argsort(found.outlier_score_)
    assert (np.diff(found.typicality_[order]) <= 0).all()


def test_score_is_the_mean_distance_to_the_neighbours():
    X, _ = planted(80)
    features = StandardScaler().fit_transform(X)
    distances = NearestNeighbors(n_neighbors=5).fit(features).kneighbors()[0]
    expected = distances.mean(axis=1) / np.median(distances.mean(axis=1))
    found = OffTopic(n_neighbors=5).fit(X)
    np.testing.assert_allclose(found.outlier_score_, expected)
    np.testing.assert_allclose(found.typicality_, np.exp(-expected))


def test_the_automatic_line_is_robust_to_many_strays():
    X, is_stray = planted(n_strays=30)
    assert OffTopic().fit(X).outlier_mask_[is_stray].mean() > 0.9


def test_nothing_need_be_off_topic():
    X = np.random.default_rng(0).uniform(size=(300, 10))
    assert not OffTopic().fit(X).outlier_mask_.any()


def test_contamination_is_a_share():
    X, is_stray = planted(300)
    found = OffTopic(contamination=0.1).fit(X)
    assert found.outlier_mask_.sum() == 30
    assert found.outlier_mask_[is_stray].all()


@pytest.mark.parametrize("method", METHODS)
def test_copies_of_a_stray_do_not_hide_it(method):
    X, is_stray = planted(n_strays=1)
    stray = np.flatnonzero(is_stray)[0]
    copies = np.vstack([X, np.tile(X[stray], (15, 1))])
    once, often = OffTopic(method).fit(X), OffTopic(method).fit(copies)
    np.testing.assert_array_equal(
        often.outlier_score_[300:], often.outlier_score_[stray]
    )
    if method != "isolation_forest":
        np.testing.assert_allclose(
            often.typicality_[stray], once.typicality_[stray], atol=0.02
        )
    assert often.outlier_mask_[300:].all()


@pytest.mark.parametrize("method", METHODS)
def test_rows_of_fit_keep_their_score(method):
    X, is_stray = planted(100)
    found = OffTopic(method).fit(X)
    np.testing.assert_array_equal(found.score_samples(X[::-1]), found.typicality_[::-1])
    np.testing.assert_array_equal(found.predict(X) == -1, found.outlier_mask_)
    new = found.score_samples(X + 1e-9)
    assert found.score_samples(X + 1000).max() < np.median(new)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(METHODS))
def test_permuting_rows_permutes_scores(seed, method):
    X, _ = planted(60, 3, seed=seed)
    X[50:] = X[:10]
    order = np.random.default_rng(seed).permutation(60)
    found, permuted = OffTopic(method).fit(X), OffTopic(method).fit(X[order])
    np.testing.assert_allclose(permuted.outlier_score_, found.outlier_score_[order])
    np.testing.assert_array_equal(permuted.outlier_mask_, found.outlier_mask_[order])


@pytest.mark.parametrize("method", METHODS)
def test_texts(method):
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(30)]
    texts = [" ".join(rng.choice(words, size=12)) for _ in range(100)]
    texts[17] = "quite another language is spoken here"
    found = OffTopic(method, contamination=0.01).fit(texts)
    if method != "isolation_forest":
        np.testing.assert_array_equal(np.flatnonzero(found.outlier_mask_), [17])
    assert found.score_samples(pd.Series(texts[:3])).shape == (3,)


def test_a_text_without_a_word_in_common_is_flagged():
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(30)]
    texts = [" ".join(rng.choice(words, size=12)) for _ in range(100)]
    texts[17] = "quite another language is spoken here"
    assert OffTopic().fit(texts).outlier_mask_[17]


@pytest.mark.parametrize(
    "container", [sparse.csr_matrix, pd.DataFrame, pl.DataFrame, np.ndarray.tolist]
)
def test_containers(container):
    X, is_stray = planted()
    X[np.abs(X) < 0.2] = 0
    found = OffTopic().fit(container(X))
    assert roc_auc_score(is_stray, found.outlier_score_) > 0.99
    assert found.score_samples(container(X)).shape == (300,)


def test_mixed_frame_with_missing_values():
    X, is_stray = planted()
    frame = pd.DataFrame(X, columns=[*"abcdef"])
    frame["kind"] = np.random.default_rng(0).choice(["u", "v"], size=300)
    frame["same"] = 1
    frame.loc[::50, "a"] = np.nan
    assert roc_auc_score(is_stray, OffTopic().fit(frame).outlier_score_) > 0.99


def test_transformer():
    X, is_stray = planted()
    found = OffTopic(transformer=PCA(3)).fit(X)
    assert roc_auc_score(is_stray, found.outlier_score_) > 0.95


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("X", [np.zeros((1, 2)), np.zeros((5, 2)), np.eye(2)])
def test_few_rows_and_no_spread(method, X):
    found = OffTopic(method).fit(X)
    assert not found.outlier_mask_.any()
    assert np.isfinite(found.score_samples(X + 1)).all()


def test_random_state():
    X, _ = planted()
    scores = [
        OffTopic("isolation_forest", random_state=seed).fit(X).outlier_score_
        for seed in (None, None, 1)
    ]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"method": "neighbours"}, "Did you mean 'neighbors'"),
        ({"contamination": 0.0}, "share of the rows"),
        ({"contamination": "some"}, "share of the rows"),
        ({"n_neighbors": 0}, "whole number above 0"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        OffTopic(**params).fit(np.eye(5))
