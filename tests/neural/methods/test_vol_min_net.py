# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.special import expit

from sknoisy.neural.methods import VolMinNet
from sknoisy.neural.methods._vol_min_net import start_for
from tests._data import blobs
from tests.neural.methods._noisy_blobs import SKEWED, fitted, net, skewed_blobs


def test_the_first_matrix_is_that_of_the_paper():
    assert start_for(10) == -2
    assert abs(start_for(100) + 4.5) < 0.1
    for n_classes in (10, 30, 100):
        assert (
            abs(1 / (1 + (n_classes - 1) * expit(start_for(n_classes))) - 0.48) < 0.01
        )


def test_the_matrix_is_learned():
    X, y, truth = skewed_blobs()
    clf = fitted(VolMinNet(0.1, lr=0.05), X, y, own=net(40))
    assert abs(clf.transition_matrix_ - SKEWED).max() < 0.15
    assert clf.predict_proba(X)[truth == 0, 0].mean() > 0.9
    assert clf.label_quality_[y != truth].mean() < 0.1


def test_the_regularizer_lessens_the_volume():
    X, y, _ = skewed_blobs(90)
    volume = [
        np.linalg.det(fitted(VolMinNet(weight), X, y, own=net(10)).transition_matrix_)
        for weight in (0.0, 1.0)
    ]
    assert volume[1] < volume[0]


def test_as_good_as_plain_training_without_noise():
    X, y, truth = blobs(150, 3)
    assert fitted(VolMinNet(), X, y).score(X, truth) > 0.98


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_two_classes_and_the_same_again(optimizer):
    X, y, truth = blobs(120, 2, noise=0.2)
    names = np.array(["no", "yes"])
    first, second = [
        fitted(VolMinNet(optimizer=optimizer), X, names[y]) for _ in range(2)
    ]
    assert first.score(X, names[truth]) > 0.95
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    np.testing.assert_array_equal(first.transition_matrix_, second.transition_matrix_)


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match="must not be negative"):
        fitted(VolMinNet(-1.0), X, y)
    with pytest.raises(ValueError, match="Did you mean 'adam'"):
        fitted(VolMinNet(optimizer="adamw"), X, y)
