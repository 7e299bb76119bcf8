# SPDX-License-Identifier: BSD-3-Clause
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy import CoTeachingClassifier
from sknoisy.estimators._cross_selection import cross_select, least_confident
from sknoisy.exceptions import RareClassWarning
from sknoisy.noise import inject_pair_noise, inject_symmetric_noise
from sknoisy.utils._labelled_rows import LabelledRows
from sknoisy.utils._weights import fit_weighted
from tests._data import blobs


def rows_of(X, y, **metadata):
    classes, codes = np.unique(y, return_inverse=True)
    return LabelledRows(X=X, y=y, codes=codes, classes=classes, **metadata)


class Biased(GaussianNB):
    """Believe the first class everywhere, whatever it has learned."""

    def predict_proba(self, X):
        pred_proba = np.full((len(X), len(self.classes_)), 0.01)
        pred_proba[:, 0] = 0.98
        return pred_proba


def test_finds_wrong_labels_and_learns_from_the_others():
    X, y, truth = blobs(300, 3, noise=0.3)
    clf = CoTeachingClassifier(LogisticRegression(), GaussianNB()).fit(X, y)
    assert clf.score(X, truth) > 0.97
    assert roc_auc_score(y == truth, clf.label_quality_) > 0.95
    assert clf.noise_rate_ == pytest.approx(0.3, abs=0.06)
    for chosen in clf.selected_.T:
        assert np.mean((y == truth)[chosen]) > 0.9
    np.testing.assert_array_equal(clf.suspect_mask_, clf.sample_weight_ == 0)
    first, second = clf.estimators_
    assert isinstance(first, LogisticRegression)
    assert isinstance(second, GaussianNB)
    mean = (first.predict_proba(X) + second.predict_proba(X)) / 2
    np.testing.assert_allclose(clf.predict_proba(X), mean)


def test_without_noise_it_is_the_plain_ensemble():
    X, y, _ = blobs(90, 3, spread=3.0)
    peers = [LogisticRegression(), GaussianNB()]
    clf = CoTeachingClassifier(*peers, noise_rate=0.0).fit(X, y)
    assert clf.selected_.all()
    assert not clf.suspect_mask_.any()
    plain = sum(clone(each).fit(X, y).predict_proba(X) for each in peers) / 2
    np.testing.assert_allclose(clf.predict_proba(X), plain)


def test_each_is_fitted_on_what_the_other_chooses():
    X, y, _ = blobs(120, 3, noise=0.2)
    rows, peers = rows_of(X, y), [LogisticRegression(), Biased()]
    found = cross_select(peers, rows, noise_rate=0.2, n_rounds=1, ramp=1)
    for chosen, fit in zip(found.selected.T, reversed(found.fits), strict=True):
        confidence = fit.pred_proba[np.arange(120), y].round(9)
        expected = ~least_confident(confidence, 0.2, rows)
        np.testing.assert_array_equal(chosen, expected)
    models, _ = found.fit_peers(peers, rows)
    expected = fit_weighted(peers[0], X, y, found.selected[:, 0].astype(float))
    np.testing.assert_allclose(models[0].coef_, expected.coef_)


def test_a_poor_peer_does_not_estimate_the_noise_rate():
    X, y, _ = blobs(300, 3, noise=0.2)
    alone = CoTeachingClassifier(LogisticRegression()).fit(X, y).noise_rate_
    for peers in (
        (LogisticRegression(), Biased()),
        (Biased(), LogisticRegression()),
    ):
        found = CoTeachingClassifier(*peers, n_rounds=1).fit(X, y).noise_rate_
        assert found == pytest.approx(alone, abs=0.03)


def test_share_of_each_class_or_of_all():
    confidence = np.r_[np.linspace(0.5, 0.9, 10), np.linspace(0.1, 0.3, 5)]
    rows = rows_of(np.zeros((15, 1)), np.r_[np.zeros(10, int), np.ones(5, int)])
    mask = least_confident(confidence, 0.4, rows)
    assert np.bincount(rows.codes[mask]).tolist() == [4, 2]
    mask = least_confident(confidence, 0.4, rows, per_class=False)
    # One row of the class stays.
    assert np.bincount(rows.codes[mask]).tolist() == [1, 4]


def test_share_counts_weights_and_spares_trusted_rows():
    confidence = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    weight = np.array([2.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    rows = rows_of(np.zeros((6, 1)), np.zeros(6, int), sample_weight=weight)
    mask = least_confident(confidence, 0.5, rows)
    assert mask.tolist() == [True, True, True, False, False, False]
    trusted = np.array([True, False, False, False, False, False])
    rows = rows_of(
        np.zeros((6, 1)), np.zeros(6, int), sample_weight=weight, trusted=trusted
    )
    mask = least_confident(confidence, 0.5, rows)
    assert mask.tolist() == [False, True, True, True, False, False]


def test_rounds_end_when_the_choice_settles():
    X, y, _ = blobs(150, 3, noise=0.2)
    clf = CoTeachingClassifier(LogisticRegression(), noise_rate=0.0, ramp=4, n_rounds=9)
    assert clf.fit(X, y).n_rounds_ == 5
    clf.set_params(noise_rate=0.2, ramp=1, n_rounds=3)
    assert clf.fit(X, y).n_rounds_ in (2, 3)
    assert clf.set_params(n_rounds=1).fit(X, y).n_rounds_ == 1


def test_trusted_rows_are_always_learned_from():
    X, y, truth = blobs(120, 3, noise=0.3)
    trusted = y != truth
    clf = CoTeachingClassifier(LogisticRegression(), noise_rate=0.3)
    clf.fit(X, y, trusted=trusted)
    assert clf.selected_[trusted].all()
    assert (clf.label_quality_[trusted] == 1).all()
    clf.set_params(noise_rate="auto").fit(X, truth, trusted=np.full(120, True))
    assert clf.noise_rate_ == 0
    assert clf.selected_.all()


def test_peers_without_probabilities_are_calibrated():
    X, y, truth = blobs(150, 3, noise=0.2)
    for peers in (
        (LinearSVC(dual=False), None),
        (LinearSVC(dual=False), KNeighborsClassifier()),
    ):
        clf = CoTeachingClassifier(*peers).fit(X, y)
        assert clf.score(X, truth) > 0.95
        np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1)
        assert isinstance(clf.estimators_[0], LinearSVC)


def test_groups_keep_rows_apart():
    X, y, truth = blobs(60, 2, noise=0.3)
    X, y = np.tile(X, (2, 1)), np.tile(y, 2)
    X += 1e-3 * np.random.default_rng(0).normal(size=X.shape)
    tree = DecisionTreeClassifier(random_state=0)
    clf = CoTeachingClassifier(tree, noise_rate=0.3)
    leaked = clf.fit(X, y).suspect_mask_[y != np.tile(truth, 2)].mean()
    groups = np.tile(np.arange(60), 2)
    found = clf.fit(X, y, groups=groups).suspect_mask_[y != np.tile(truth, 2)].mean()
    assert found > leaked + 0.2


def test_texts_frames_and_sparse_rows():
    texts = ["good film", "bad film", "very good", "very bad", "good"] * 12
    labels = np.array(["bad" if "bad" in text else "good" for text in texts])
    noisy = labels.copy()
    noisy[[1, 2]] = ["good", "bad"]
    clf = CoTeachingClassifier().fit(texts, noisy)
    assert clf.score(texts, labels) == 1.0
    assert clf.suspect_mask_[[1, 2]].all()
    size = np.where(labels == "good", 5.0, -5.0) + np.arange(60) % 7 / 7
    size[3] = np.nan
    frame = pd.DataFrame({"size": size, "kind": ["a", "b", "c"] * 20})
    assert CoTeachingClassifier().fit(frame, noisy).score(frame, labels) > 0.95
    X = sparse.csr_matrix(np.nan_to_num(size)[:, None])
    clf = CoTeachingClassifier(LogisticRegression()).fit(X, noisy)
    assert clf.score(X, labels) > 0.95


def test_a_class_of_two_rows_survives():
    X, y, _ = blobs(90, 2)
    y[[0, 1]] = 7
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        clf = CoTeachingClassifier(LogisticRegression(), noise_rate=0.4).fit(X, y)
    assert clf.predict_proba(X).shape == (90, 3)
    assert (clf.selected_[:2].sum(axis=0) > 0).all()
    # Later rounds have nothing new to say of it.
    assert sum(issubclass(each.category, RareClassWarning) for each in heard) <= 2


def test_search_over_both_peers():
    X, y, _ = blobs(90, 3, noise=0.1)
    clf = CoTeachingClassifier(LogisticRegression(), KNeighborsClassifier())
    grid = {"estimator__C": [0.1, 1.0], "peer__n_neighbors": [3, 5]}
    search = GridSearchCV(clf, grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    for params, words in (
        ({"noise_rate": 1}, r"must be a number in \[0, 1\)"),
        ({"n_rounds": 0}, "n_rounds=0 must be a whole number above 0"),
        ({"ramp": 0}, "ramp=0 must be a whole number above 0"),
    ):
        with pytest.raises(ValueError, match=words):
            CoTeachingClassifier(**params).fit(X, y)
    for params in ({"estimator": Ridge()}, {"peer": Ridge()}):
        with pytest.raises(TypeError, match="must be a classifier; got Ridge"):
            CoTeachingClassifier(**params).fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["symmetric", "pair"])
def test_withstands_heavy_noise_on_digits(kind):
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(
        X / 16, y, test_size=0.3, stratify=y, random_state=0
    )
    inject, rate = {
        "symmetric": (inject_symmetric_noise, 0.4),
        "pair": (inject_pair_noise, 0.3),
    }[kind]
    noisy = inject(y, rate, random_state=0).y
    clf = CoTeachingClassifier(
        LogisticRegression(max_iter=1000),
        RandomForestClassifier(50, min_samples_leaf=2, random_state=0),
        noise_rate=rate,
    ).fit(X, noisy)
    assert clf.score(X_test, y_test) > 0.925
    for chosen in clf.selected_.T:
        assert np.mean((noisy == y)[chosen]) > 0.94
