# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV

from sknoisy import CleanThenFit, DropSuspects
from sknoisy.detection import simple_efficient_detector
from tests._data import blobs
from tests.detection._evidence import found, texts

BOOSTING = GradientBoostingClassifier(n_estimators=8, max_depth=2, random_state=0)


def test_quality_is_exp_of_minus_the_mean_loss():
    X, y, _ = blobs(60, 3, noise=0.1)
    detector = simple_efficient_detector(BOOSTING, max_stages=5).fit(X, y)
    stages = list(clone(BOOSTING).fit(X, y).staged_predict_proba(X))[:5]
    loss = -np.mean([np.log(proba[np.arange(60), y]) for proba in stages], axis=0)
    np.testing.assert_allclose(-np.log(detector.label_quality_), loss)


@pytest.mark.parametrize("estimator", [None, SGDClassifier(loss="log_loss")])
def test_planted_errors_are_found(estimator):
    X, given, truth = blobs(200, 3, noise=0.1)
    wrong = given != truth
    detector = simple_efficient_detector(estimator, fraction=0.1).fit(X, given)
    assert found(detector, wrong) > 0.95
    assert detector.suspect_mask_.sum() == 20
    assert wrong[detector.suspect_mask_].mean() > 0.85


def test_removal_overall_and_per_class():
    X, y, _ = blobs(300, 3)
    y[:60:3] = 1
    overall = simple_efficient_detector(fraction=0.1).fit(X, y).suspect_mask_
    by_class = simple_efficient_detector(fraction=0.1, removal="per_class").fit(X, y)
    counts = np.bincount(y[by_class.suspect_mask_], minlength=3)
    np.testing.assert_allclose(counts, np.bincount(y) / 10, atol=1)
    assert np.bincount(y[overall], minlength=3)[1] >= 20


def test_share_can_be_searched():
    X, given, _ = blobs(150, 3, noise=0.2)
    model = CleanThenFit(
        SGDClassifier(loss="log_loss", random_state=0),
        DropSuspects(simple_efficient_detector(BOOSTING)),
    )
    grid = {"cleaner__detector__threshold__contamination": [0.01, 0.2]}
    search = GridSearchCV(model, grid, cv=2).fit(X, given)
    assert search.best_params_.keys() == grid.keys()


def test_texts_and_repeatability():
    X, y = texts()
    detector = simple_efficient_detector(random_state=3)
    again = clone(detector).fit(X, y)
    np.testing.assert_array_equal(
        detector.fit(X, y).label_quality_, again.label_quality_
    )
    assert detector.label_quality_[:2].mean() < np.median(detector.label_quality_)


def test_removal_is_checked():
    with pytest.raises(ValueError, match="removal"):
        simple_efficient_detector(removal="global")
