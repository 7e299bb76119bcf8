# SPDX-License-Identifier: BSD-3-Clause
"""Resampling by importance: draws that are right on average."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sknoisy.estimators.methods import (
    DirichletResampling,
    ImportanceReweighting,
    Rounds,
)
from tests._data import Recorder
from tests.estimators.methods.toys import problem

ONCE = Rounds(1, None)


@pytest.mark.parametrize("alpha", [None, 1.0])
def test_rows_are_drawn_as_often_as_they_weigh(alpha):
    task, _ = problem(40, estimator=Recorder())
    method = DirichletResampling(alpha, n_estimators=400)
    found = method.search(task, ONCE)
    ensemble = method.fit_estimator(task, found)
    total = np.zeros(3)
    for member in ensemble.estimators:
        weight = np.ones(len(member.y_))
        if member.sample_weight_ is not None:
            weight = member.sample_weight_
        total += np.bincount(member.y_, weights=weight, minlength=3)
    expected = found.targets.sum(axis=0)
    assert_allclose(total / 400, expected, rtol=0.08)


def test_a_great_concentration_is_reweighting():
    task, _ = problem()
    sharp = DirichletResampling(1e8, n_estimators=1)
    ensemble = sharp.fit_estimator(task, sharp.search(task, ONCE))
    plain = ImportanceReweighting()
    by_weight = plain.fit_estimator(task, plain.search(task, ONCE))
    X = task.rows.X
    assert_allclose(ensemble.predict_proba(X), by_weight.predict_proba(X), atol=1e-3)
