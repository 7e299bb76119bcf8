# SPDX-License-Identifier: BSD-3-Clause
"""The generalized cross-entropy by refits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from sknoisy.estimators.methods import GeneralizedCrossEntropy
from tests.estimators.methods.toys import problem, targets_of


def loss(task, weights, q, C=1.0):
    """Penalised generalized cross-entropy of the fit with these weights."""
    model = LogisticRegression(C=C, tol=1e-8, max_iter=1000)
    model.fit(task.rows.X, task.rows.y, weights)
    believed = task.of_given(model.predict_proba(task.rows.X))
    penalty = (model.coef_**2).sum() / (2 * C)
    return ((1 - believed**q) / q).sum() + penalty


def test_no_refit_raises_the_loss():
    task, _ = problem(estimator=LogisticRegression(tol=1e-8, max_iter=1000))
    losses = [loss(task, np.ones(len(task.rows)), 0.7)]
    for n_refits in (1, 2, 4, 8):
        method = GeneralizedCrossEntropy(max_refits=n_refits, proba="in_sample")
        losses.append(loss(task, task.of_given(targets_of(method, task)), 0.7))
    assert (np.diff(losses) < 1e-6).all()
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("proba", ["in_sample", "out_of_fold"])
def test_wrong_labels_lose_their_weight(proba):
    task, truth = problem()
    weights = task.of_given(targets_of(GeneralizedCrossEntropy(proba=proba), task))
    wrong = task.rows.codes != truth
    assert weights[wrong].max() < np.median(weights[~wrong])
    mild = task.of_given(targets_of(GeneralizedCrossEntropy(1e-6, proba=proba), task))
    # Towards q = 0 it is cross-entropy.
    assert_allclose(mild, 1, atol=1e-4)


def test_in_sample_is_for_rigid_models():
    for estimator, rule in ((LogisticRegression(), "in_sample"), (GaussianNB(), None)):
        task, _ = problem(estimator=estimator)
        auto = targets_of(GeneralizedCrossEntropy(), task)
        other = GeneralizedCrossEntropy(proba=rule or "out_of_fold")
        assert_allclose(auto, targets_of(other, task))
    with pytest.raises(TypeError, match='write proba="out_of_fold"'):
        GeneralizedCrossEntropy(proba="in_sample").check(LinearSVC())
