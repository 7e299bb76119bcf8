# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier

from sknoisy.detection import DatasetCartography
from tests._data import blobs
from tests.detection._evidence import found


def test_map_by_hand():
    own = np.array([[0.9, 0.2, 0.4], [0.9, 0.1, 0.6], [0.9, 0.3, 0.8]])
    course = np.stack([own, 1 - own], axis=-1)
    y = np.array(["in", "in", "in"])
    detector = DatasetCartography.from_predictions(y, course, classes=["in", "out"])
    np.testing.assert_allclose(detector.confidence_, [0.9, 0.2, 0.6])
    spread = [0.0, np.sqrt(0.02 / 3), np.sqrt(0.08 / 3)]
    np.testing.assert_allclose(detector.variability_, spread, atol=1e-12)
    np.testing.assert_allclose(detector.correctness_, [1, 0, 2 / 3])
    np.testing.assert_allclose(detector.label_quality_, detector.confidence_)


def test_map_of_a_training():
    X, y, _ = blobs(90, 3, noise=0.2, spread=3.0)
    boosting = GradientBoostingClassifier(n_estimators=10, random_state=0)
    detector = DatasetCartography(boosting).fit(X, y)
    fitted = clone(boosting).fit(X, y)
    stack = np.stack(list(fitted.staged_predict_proba(X)))
    own = stack[:, np.arange(90), y]
    np.testing.assert_allclose(detector.confidence_, own.mean(axis=0))
    np.testing.assert_allclose(detector.variability_, own.std(axis=0))
    right = np.stack(list(fitted.staged_predict(X))) == y
    np.testing.assert_allclose(detector.correctness_, right.mean(axis=0))


@pytest.mark.parametrize("estimator", [None, SGDClassifier(loss="log_loss")])
def test_planted_errors_are_hard_to_learn(estimator):
    X, given, truth = blobs(200, 3, noise=0.1)
    detector = DatasetCartography(estimator).fit(X, given)
    wrong = given != truth
    assert found(detector, wrong) > 0.95
    assert detector.correctness_[wrong].mean() < detector.correctness_[~wrong].mean()


def test_trusted_rows_stay_on_the_map():
    X, given, truth = blobs(200, 3, noise=0.1)
    wrong = given != truth
    detector = DatasetCartography().fit(X, given, trusted=wrong)
    assert (detector.label_quality_[wrong] == 1).all()
    assert detector.confidence_[wrong].mean() < detector.confidence_[~wrong].mean()
