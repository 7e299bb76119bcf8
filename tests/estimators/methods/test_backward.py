# SPDX-License-Identifier: BSD-3-Clause
"""Backward correction: the inverse of the matrix, signed or clipped."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.estimators.methods import BackwardTargets
from sknoisy.estimators.methods._backward import takes_signed_weights
from tests.estimators.methods.toys import PAIR, problem, targets_of


def test_the_loss_is_unbiased():
    task, _ = problem()
    targets = targets_of(BackwardTargets(), task)
    by_label = np.array([targets[task.rows.codes == k][0] for k in range(3)])
    # In expectation over the given label, the target is the true label.
    assert_allclose(PAIR @ by_label, np.eye(3), atol=1e-8)
    assert (targets < 0).any()


def test_clipped_targets_are_distributions():
    targets = targets_of(BackwardTargets("clip"), problem()[0])
    assert (targets >= 0).all()
    assert_allclose(targets.sum(axis=1), 1)


def test_without_noise_nothing_is_corrected():
    task, _ = problem(matrix=np.eye(3))
    assert_array_equal(targets_of(BackwardTargets(), task), task.given)


def test_a_matrix_without_a_sound_inverse_is_refused():
    task, _ = problem(matrix=np.full((3, 3), 1 / 3))
    with pytest.raises(ValueError, match='use method="soft"'):
        targets_of(BackwardTargets(), task)


@pytest.mark.parametrize(
    ("estimator", "takes"),
    [
        (LogisticRegression(), True),
        (make_pipeline(StandardScaler(), LogisticRegression()), True),
        (SGDClassifier(loss="log_loss"), True),
        (SGDClassifier(), False),
        (GaussianNB(), False),
    ],
)
def test_who_takes_negative_weights(estimator, takes):
    assert takes_signed_weights(estimator) is takes
    BackwardTargets().check(estimator)
    if not takes:
        with pytest.raises(ValueError, match='write negative="clip"'):
            BackwardTargets("signed").check(estimator)
