# SPDX-License-Identifier: BSD-3-Clause
"""Label propagation on a graph of neighbours."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.estimators.methods import LabelPropagation
from sknoisy.estimators.methods._propagation import _certainty
from tests.estimators.methods.toys import problem, targets_of


def test_neighbours_outvote_errors():
    task, truth = problem()
    targets = targets_of(LabelPropagation(), task)
    assert np.mean(targets.argmax(axis=1) == truth) > 0.97
    assert_array_equal(targets.sum(axis=1), 1)


def test_without_a_share_for_neighbours_labels_stay():
    task, _ = problem()
    assert_array_equal(targets_of(LabelPropagation(alpha=0), task), task.given)


def test_a_row_without_weight_tells_nobody():
    weight = np.arange(120) % 4 > 0
    task, _ = problem(sample_weight=weight.astype(float))
    targets = targets_of(LabelPropagation(), task)
    assert_array_equal(targets[~weight], task.given[~weight])


def test_certainty_weighs_rows():
    assert_allclose(_certainty(np.array([[1.0, 0.0], [0.5, 0.5]])), [1, 0], atol=1e-9)
    task, truth = problem()
    weights = targets_of(LabelPropagation(weights="certainty"), task).sum(axis=1)
    assert ((weights >= 0) & (weights <= 1)).all()
    wrong = task.rows.codes != truth
    assert weights[wrong].mean() < weights[~wrong].mean()
