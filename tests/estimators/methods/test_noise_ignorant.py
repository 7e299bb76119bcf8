# SPDX-License-Identifier: BSD-3-Clause
"""Regularisation chosen by noisy cross-validation."""

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.estimators.methods import NoiseIgnorant, Rounds, regularization_grid
from tests.estimators.methods.toys import problem


def test_a_rigid_tree_is_chosen_under_noise():
    tree = DecisionTreeClassifier(random_state=0)
    task, _ = problem(200, estimator=tree)
    found = NoiseIgnorant({"min_samples_leaf": [20, 1]}).search(task, Rounds())
    assert found.estimator.min_samples_leaf == 20
    assert (found.targets == task.given).all()
    assert len(found.log_likelihoods) == 2


def test_what_gains_nothing_is_left():
    task, _ = problem(noise=0.0)
    found = NoiseIgnorant().search(task, Rounds())
    assert found.targets is None


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        LinearSVC(),
        SGDClassifier(),
        RidgeClassifier(),
        RandomForestClassifier(),
        HistGradientBoostingClassifier(),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_known_grids_hold_parameters_of_the_estimator(estimator):
    grid = regularization_grid(estimator)
    assert grid.keys() <= estimator.get_params().keys()


def test_lightgbm_is_known():
    lightgbm = pytest.importorskip("lightgbm")
    grid = regularization_grid(lightgbm.LGBMClassifier())
    assert set(grid) == {"num_leaves", "min_child_samples"}


def test_an_unknown_estimator_is_refused():
    with pytest.raises(TypeError, match=r"write NoiseIgnorant\(grid="):
        NoiseIgnorant().check(GaussianNB())
    NoiseIgnorant({"var_smoothing": [1.0, 1e-9]}).check(GaussianNB())
