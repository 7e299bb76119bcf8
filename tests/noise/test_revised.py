# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sknoisy.noise import KnownMatrix, RevisedMatrix, inject_noise_from_matrix
from tests._data import blobs

T = np.array([[0.7, 0.3, 0.0], [0.0, 0.8, 0.2], [0.1, 0.0, 0.9]])


def noisy_blobs(n_samples=600, seed=0):
    X, _, truth = blobs(n_samples, seed=seed)
    return X, inject_noise_from_matrix(truth, T, random_state=seed).y


def error(model):
    return np.abs(model.transition_matrix_ - T).sum(axis=1).mean()


def test_a_wrong_matrix_is_put_right():
    X, y = noisy_blobs()
    wrong = KnownMatrix(0.5 * np.eye(3) + 0.5 / 3)
    model = RevisedMatrix(LogisticRegression(), transition_estimator=wrong)
    model.fit(y, X=X)
    first = np.abs(wrong.transition_matrix - T).sum(axis=1).mean()
    assert error(model) < 0.4 * first
    assert model.n_iter_ == len(model.log_likelihoods_)
    np.testing.assert_allclose(model.pred_proba_.sum(axis=1), 1)


def test_the_best_round_is_kept():
    X, y = noisy_blobs(200)
    one = RevisedMatrix(LogisticRegression(), max_iter=1).fit(y, X=X)
    first = one.transition_estimator_.transition_matrix_
    np.testing.assert_array_equal(one.transition_matrix_, first)
    more = RevisedMatrix(LogisticRegression()).fit(y, X=X)
    assert more.log_likelihoods_.max() >= one.log_likelihoods_[0]
    best = more.log_likelihoods_.argmax()
    assert best >= more.n_iter_ - 2


def test_predictions_of_the_caller_start_it():
    X, y = noisy_blobs(200)
    flat = np.full((200, 3), 1 / 3) + 0.01 * np.eye(3)[y]
    flat /= flat.sum(axis=1, keepdims=True)
    given = RevisedMatrix(LogisticRegression(), max_iter=1).fit(y, flat, X=X)
    made = RevisedMatrix(LogisticRegression(), max_iter=1).fit(y, X=X)
    assert np.abs(given.transition_matrix_ - made.transition_matrix_).max() > 0.01


def test_labels_and_classes():
    X, y = noisy_blobs(200)
    names = np.array(["a", "b", "c"])
    by_name = RevisedMatrix(LogisticRegression(), max_iter=3).fit(names[y], X=X)
    by_code = RevisedMatrix(LogisticRegression(), max_iter=3).fit(y, X=X)
    np.testing.assert_allclose(by_name.transition_matrix_, by_code.transition_matrix_)
    np.testing.assert_array_equal(by_name.classes_, names)


def test_errors_name_the_fix():
    X, y = noisy_blobs(60)
    with pytest.raises(ValueError, match="cannot do without X"):
        RevisedMatrix().fit(y)
    with pytest.raises(ValueError, match="max_iter=0 must be 1 or more"):
        RevisedMatrix(max_iter=0).fit(y, X=X)
