# SPDX-License-Identifier: BSD-3-Clause
"""The models of plausible label sets tell whose prediction label noise puts at risk."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, make_blobs
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from sknoisy.estimators import PlausibleLabelsClassifier
from sknoisy.noise import (
    inject_noise_from_matrix,
    inject_symmetric_noise,
    symmetric_matrix,
)

TRUE_X, TRUE_Y = make_blobs(
    300, centers=[[0, 0], [3, 0], [0, 3]], cluster_std=1.0, random_state=0
)
NOISY = inject_symmetric_noise(TRUE_Y, 0.25, random_state=0).y
QUICK = {"n_estimators": 6, "cv": 3}


def test_posterior_of_the_paper():
    # 60 true zeros and 40 true ones leave 66 given zeros and 34 given ones.
    T = [[0.9, 0.1], [0.3, 0.7]]
    y = np.repeat([0, 1], [66, 34])
    X = np.random.default_rng(0).normal(size=(100, 2))
    clf = PlausibleLabelsClassifier(
        GaussianNB(), transition_matrix=T, use_features=False, n_estimators=1
    ).fit(X, y)
    np.testing.assert_allclose(clf.class_prior_, [0.6, 0.4])
    np.testing.assert_allclose(clf.label_posterior_[0], [0.8182, 0.1818], atol=1e-4)
    np.testing.assert_allclose(clf.label_posterior_[-1], [0.1765, 0.8235], atol=1e-4)
    np.testing.assert_allclose(clf.expected_regret_, 1 - clf.label_quality_)
    assert clf.noise_rate_ == pytest.approx(0.66 * 0.1818 + 0.34 * 0.1765, abs=1e-4)


@pytest.mark.parametrize("transition_matrix", [None, symmetric_matrix(10, 0.25)])
def test_risk_is_foreseen(transition_matrix):
    X, y = load_digits(return_X_y=True)
    X = X / 16
    y_noisy = inject_symmetric_noise(y[:700], 0.25, random_state=0).y
    clf = PlausibleLabelsClassifier(
        LogisticRegression(max_iter=500),
        transition_matrix=transition_matrix,
        n_estimators=10,
        cv=3,
    ).fit(X[:700], y_noisy)
    y_pred = clf.predict(X[700:])
    wrong = y_pred != y[700:]
    assert roc_auc_score(wrong, clf.ambiguity(X[700:])) > 0.8
    in_sample = clf.predict(X[:700])
    regret = (in_sample != y_noisy) != (in_sample != y[:700])
    assert roc_auc_score(regret, clf.expected_regret_) > 0.9
    assert roc_auc_score(y_noisy != y[:700], -clf.label_quality_) > 0.9


def test_abstains_where_models_disagree():
    clf = PlausibleLabelsClassifier(**QUICK).fit(TRUE_X, NOISY)
    ambiguity, plain = clf.ambiguity(TRUE_X), clf.predict(TRUE_X)
    assert 0 < ambiguity.max() < 1
    clf.set_params(abstain_above=0.1, abstain_label=-1)
    y_pred = clf.predict(TRUE_X)
    np.testing.assert_array_equal(y_pred == -1, ambiguity > 0.1)
    np.testing.assert_array_equal(y_pred[ambiguity <= 0.1], plain[ambiguity <= 0.1])
    assert clf.score(TRUE_X, TRUE_Y) == (y_pred == TRUE_Y).mean()


@pytest.mark.parametrize(
    ("names", "label", "dtype"),
    [
        (np.array(["a", "b", "c"]), "not sure", np.dtype("<U8")),
        (np.array(["a", "b", "c"]), -1, np.dtype(object)),
        (np.array([1, 2, 3]), "not sure", np.dtype(object)),
        (np.array([1, 2, 3]), -1, np.dtype(int)),
    ],
)
def test_labels_of_abstention(names, label, dtype):
    clf = PlausibleLabelsClassifier(
        GaussianNB(), abstain_above=0.0, abstain_label=label, **QUICK
    ).fit(TRUE_X, names[NOISY])
    y_pred = clf.predict(TRUE_X)
    assert y_pred.dtype == dtype
    assert {label} < set(y_pred.tolist()) <= {label, *names.tolist()}


def test_attributes_of_the_training_rows():
    clf = PlausibleLabelsClassifier(GaussianNB(), **QUICK).fit(TRUE_X, NOISY)
    own = np.arange(300), NOISY
    np.testing.assert_allclose(clf.label_posterior_.sum(axis=1), 1)
    np.testing.assert_array_equal(clf.label_quality_, clf.label_posterior_[own])
    y_pred = clf.predict(TRUE_X)
    expected = np.where(
        y_pred == NOISY,
        1 - clf.label_quality_,
        clf.label_posterior_[np.arange(300), y_pred],
    )
    np.testing.assert_allclose(clf.expected_regret_, expected)
    assert len(clf.estimators_) == 6
    assert clf.noise_rate_ == pytest.approx(0.25, abs=0.1)
    assert clf.ambiguity_.max() <= 1
    np.testing.assert_allclose(
        clf.predict_proba(TRUE_X),
        np.mean([each.predict_proba(TRUE_X) for each in clf.estimators_], axis=0),
    )


def test_trusted_labels_are_in_every_set():
    trusted = np.arange(300) % 2 == 0
    clf = PlausibleLabelsClassifier(GaussianNB(), **QUICK)
    clf.fit(TRUE_X, NOISY, trusted=trusted)
    np.testing.assert_array_equal(clf.label_quality_[trusted], 1)
    assert clf.label_quality_[~trusted].min() < 0.5
    # What is verified is no risk where the models follow it.
    followed = trusted & (clf.predict(TRUE_X) == NOISY)
    assert not clf.expected_regret_[followed].any()


def test_no_noise_no_ambiguity():
    clf = PlausibleLabelsClassifier(
        GaussianNB(), transition_matrix=np.eye(3), **QUICK
    ).fit(TRUE_X, TRUE_Y)
    plain = GaussianNB().fit(TRUE_X, TRUE_Y)
    assert not clf.ambiguity(TRUE_X).any()
    np.testing.assert_allclose(clf.predict_proba(TRUE_X), plain.predict_proba(TRUE_X))


def test_one_sided_noise_leaves_the_other_class_alone():
    T = [[1.0, 0.0], [0.4, 0.6]]
    y = inject_noise_from_matrix((TRUE_Y > 0).astype(int), T, random_state=0).y
    clf = PlausibleLabelsClassifier(GaussianNB(), transition_matrix=T, **QUICK)
    clf.fit(TRUE_X, y)
    # Nobody is given a one without being one.
    np.testing.assert_array_equal(clf.label_quality_[y == 1], 1)


def test_seeds():
    def fit(random_state):
        clf = PlausibleLabelsClassifier(
            GaussianNB(), random_state=random_state, **QUICK
        )
        return clf.fit(TRUE_X, NOISY).predict_proba(TRUE_X)

    np.testing.assert_array_equal(fit(None), fit(None))
    np.testing.assert_array_equal(fit(3), fit(3))
    assert np.any(fit(3) != fit(4))


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (sparse.csr_matrix(TRUE_X), NOISY),
        (
            pd.DataFrame({"a": TRUE_X[:, 0], "b": np.array(["x", "y", "z"])[TRUE_Y]}),
            NOISY,
        ),
        (
            ["good film", "fine cast", "bad plot", "poor end"] * 10,
            ["p", "p", "n", "n"] * 10,
        ),
        (TRUE_X, np.array(["a", "b", "c"])[NOISY]),
    ],
)
def test_rows_of_any_kind(X, y):
    clf = PlausibleLabelsClassifier(**QUICK).fit(X, y)
    assert set(clf.predict(X)) <= set(y)
    assert clf.ambiguity(X).shape == (len(y),)


def test_a_rare_class_is_in_every_model():
    X = np.vstack([TRUE_X, [[1.0, 1.0]]])
    y = np.append(NOISY, 3)
    with pytest.warns(UserWarning, match="3"):
        clf = PlausibleLabelsClassifier(GaussianNB(), **QUICK).fit(X, y)
    assert all(len(each.classes_) == 4 for each in clf.estimators_)


def test_estimators_without_probabilities():
    clf = PlausibleLabelsClassifier(LinearSVC(dual=False), **QUICK).fit(TRUE_X, NOISY)
    assert not hasattr(clf, "predict_proba")
    assert clf.score(TRUE_X, TRUE_Y) > 0.85


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"n_estimators": 0}, ValueError, "whole number above 0"),
        ({"typicality": -0.1}, ValueError, "at least 0"),
        ({"abstain_above": 1.5, "abstain_label": 0}, ValueError, r"in \[0, 1\)"),
        ({"abstain_above": 0.5}, ValueError, "needs abstain_label"),
        ({"estimator": Ridge()}, TypeError, "must be a classifier"),
        ({"transition_matrix": np.eye(2)}, ValueError, "classes"),
    ],
)
def test_bad_parameters_are_refused_with_the_fix(params, error, message):
    with pytest.raises(error, match=message):
        PlausibleLabelsClassifier(**params).fit(TRUE_X, NOISY)
