# SPDX-License-Identifier: BSD-3-Clause
import copy
import pickle

import numpy as np
import pytest
from scipy.special import expit, softmax

from sknoisy.boosting import (
    EarlyLearningRegularization,
    RobustLGBMClassifier,
    SoftmaxCrossEntropy,
)
from sknoisy.boosting._early_learning import HeldToAverages
from tests._data import blobs

lightgbm = pytest.importorskip("lightgbm")


def trees(n_estimators):
    return lightgbm.LGBMClassifier(n_estimators=n_estimators, verbose=-1, n_jobs=1)


def test_averages_move_by_hand():
    course = EarlyLearningRegularization(beta=0.8, strength=2.0).start()
    rounds = np.random.default_rng(0).normal(size=(3, 6, 4))
    y, expected = np.arange(6) % 4, np.zeros((6, 4))
    for scores in rounds:
        course(y, scores)
        expected = 0.8 * expected + 0.2 * softmax(scores, axis=1)
        np.testing.assert_allclose(course.averages, expected, rtol=1e-10)
    np.testing.assert_allclose(course.averages.sum(axis=1), 1 - 0.8**3)


def test_gradient_is_that_of_two_cross_entropies():
    rng = np.random.default_rng(0)
    averages, scores = 0.7 * rng.dirichlet(np.ones(3), 5), rng.normal(size=(5, 3))
    y, p = np.array([0, 1, 2, 0, 1]), softmax(scores, axis=1)
    agreement = (averages * p).sum(axis=1, keepdims=True)
    pull = 3.0 * agreement / (1 - agreement)
    expected = p - np.eye(3)[y] + pull * (p - averages * p / agreement)
    gradient, curvature = HeldToAverages(averages, 3.0)(y, scores)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10)
    _, plain = SoftmaxCrossEntropy()(y, scores)
    np.testing.assert_allclose(curvature, (1 + pull) * plain, rtol=1e-10)


def test_weights_and_two_classes():
    y, scores = np.array([0, 1, 1]), np.array([0.3, -1.0, 2.0])
    weight = np.array([1.0, 0.0, 2.0])
    plain = EarlyLearningRegularization().start()
    weighted = EarlyLearningRegularization().start()
    for _ in range(2):
        without, with_weight = plain(y, scores), weighted(y, scores, weight)
    for unweighted, each in zip(without, with_weight, strict=True):
        np.testing.assert_allclose(each, weight * unweighted)
    share = (1 - 0.7**2) * expit(scores)
    np.testing.assert_allclose(plain.averages[:, 1], share, rtol=1e-10)


def test_certainty_stays_finite():
    course = EarlyLearningRegularization(beta=0.0, strength=7.0).start()
    scores = np.array([[500.0, 0.0], [-500.0, 0.0]])
    for _ in range(50):
        values = course(np.array([0, 0]), scores)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_without_strength_it_is_cross_entropy(n_classes):
    X, y, _ = blobs(120, n_classes, noise=0.2)
    none = EarlyLearningRegularization(strength=0.0)
    held = RobustLGBMClassifier(trees(10), objective=none).fit(X, y)
    plain = RobustLGBMClassifier(trees(10), objective="cross_entropy").fit(X, y)
    np.testing.assert_allclose(held.predict_proba(X), plain.predict_proba(X))


def test_it_memorises_less():
    X, y, truth = blobs(240, 3, noise=0.2)
    X_test, _, truth_test = blobs(240, 3, seed=1)
    plain, held = (
        RobustLGBMClassifier(trees(60), objective=objective).fit(X, y)
        for objective in ("cross_entropy", EarlyLearningRegularization())
    )
    assert held.score(X, y) < plain.score(X, y) - 0.05
    assert held.score(X, truth) > plain.score(X, truth) + 0.05
    assert held.score(X_test, truth_test) > plain.score(X_test, truth_test) + 0.02


def test_fits_do_not_share_averages():
    X, y, _ = blobs(90, 3, noise=0.2)
    objective = EarlyLearningRegularization()
    clf = RobustLGBMClassifier(trees(10), objective=objective)
    first = clf.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(clf.fit(X, y).predict_proba(X), first)
    assert vars(objective) == {"beta": 0.7, "strength": 3.0}
    assert clf.estimator_.objective == clf.objective_ == objective


def test_it_is_a_value():
    objective = EarlyLearningRegularization(beta=0.9)
    assert copy.deepcopy(objective) == objective
    assert pickle.loads(pickle.dumps(objective)) == objective
    assert objective != EarlyLearningRegularization()


def test_it_cannot_be_used_alone():
    X, y, _ = blobs(60, 2)
    alone = lightgbm.LGBMClassifier(objective=EarlyLearningRegularization())
    with pytest.raises(TypeError, match="use RobustLGBMClassifier"):
        alone.fit(X, y)


@pytest.mark.parametrize("params", [{"beta": 1.0}, {"beta": -0.1}, {"strength": -1}])
def test_parameters_out_of_range(params):
    with pytest.raises(ValueError, match="must be a number in"):
        EarlyLearningRegularization(**params)
