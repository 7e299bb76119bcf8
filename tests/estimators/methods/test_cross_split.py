# SPDX-License-Identifier: BSD-3-Clause
"""CrossSplit: two halves that correct each other."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.estimators.methods import CrossSplit
from sknoisy.estimators.methods._cross_split import _halves, _jensen_shannon, _rank
from tests.estimators.methods.toys import problem, targets_of


def test_the_halves_share_no_row():
    task, _ = problem()
    (first, second), (_, again) = _halves(task)
    assert not set(first) & set(second)
    assert_array_equal(first, again)
    assert len(first) + len(second) == len(task.rows)


def test_divergence_by_hand():
    given = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    peer = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    half = (np.log(4 / 3) + 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(2)) / 2
    assert_allclose(_jensen_shannon(given, peer), [0, half, np.log(2)], atol=1e-9)


def test_the_further_the_prediction_the_more_it_counts():
    task, _ = problem()
    place = _rank(task, task.pred_proba)
    for k in range(3):
        members = task.rows.codes == k
        order = np.argsort(task.of_given(task.pred_proba)[members])
        assert place[members][order[0]] == 1
        assert place[members][order[-1]] == 0
    assert (_rank(task, np.full((len(place), 3), 1 / 3)) == 0.5).all()


def test_labels_are_corrected():
    task, truth = problem()
    targets = targets_of(CrossSplit(), task)
    assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    assert np.mean(targets.argmax(axis=1) == truth) > 0.95
