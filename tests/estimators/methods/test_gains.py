# SPDX-License-Identifier: BSD-3-Clause
"""What fits gain, by given and by trusted labels."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sknoisy.estimators.methods._gains import score_gains
from tests.estimators.methods.toys import PAIR, problem

N_ROWS = 120
TRUSTED = np.arange(N_ROWS) % 4 == 0


def predict(codes):
    return 0.8 * np.eye(3)[codes] + 0.1


def judged(right, *, before=None, matrix=None, **metadata):
    """Gains of predictions that are right on some rows over a fit of the others."""
    matrix = np.eye(3) if matrix is None else matrix
    task, _ = problem(N_ROWS, matrix=matrix, noise=0, **metadata)
    codes = task.rows.codes
    before = np.zeros(N_ROWS, dtype=bool) if before is None else before
    task = replace(task, own_proba=predict(np.where(before, codes, (codes + 1) % 3)))
    return score_gains(task, predict(np.where(right, codes, (codes + 1) % 3)))


def test_gains_are_means_over_the_given_labels():
    right = np.arange(N_ROWS) % 3 == 0
    (accuracy, error, told), (balanced, *_) = judged(right)
    assert_allclose([accuracy, balanced], right.mean(), atol=1e-12)
    assert_allclose(error, right.std() / np.sqrt(N_ROWS))
    assert told is None


def test_few_trusted_rows_count_as_the_others():
    right = np.arange(N_ROWS) % 3 == 0
    assert judged(right, trusted=np.arange(N_ROWS) < 9) == judged(right)


def test_trusted_rows_outweigh_labels_that_contradict_them():
    # Half of the rows change: right where labels are verified, else for the worse.
    changed = np.arange(N_ROWS) < N_ROWS // 2
    for gain, error, told in judged(
        changed & TRUSTED, before=changed & ~TRUSTED, trusted=TRUSTED
    ):
        assert_allclose(told, 0.5, atol=0.05)
        assert 0.1 < gain < told
        assert 0 < error < 0.1


def test_given_labels_show_a_part_of_the_gain():
    right = np.arange(N_ROWS) % 4 == 1
    plain, noisy = (
        judged(right, matrix=matrix, trusted=TRUSTED)[0] for matrix in (np.eye(3), PAIR)
    )
    assert plain[2] == noisy[2] == 0
    assert 0 < plain[0] < noisy[0]


@pytest.mark.parametrize("changes", [False, True])
def test_all_rows_may_be_trusted(changes):
    everybody = np.ones(N_ROWS, dtype=bool)
    gain, error, told = judged(everybody & changes, trusted=everybody)[0]
    assert gain == told == changes
    # Not even the same on all rows is sure.
    assert 0 < error < 0.02


def test_a_weight_of_two_is_two_rows():
    twice = np.repeat(np.arange(N_ROWS), 2)
    task, _ = problem(N_ROWS, noise=0.2, trusted=TRUSTED)
    weighted, repeated = (
        replace(
            task,
            rows=replace(
                task.rows,
                codes=task.rows.codes[rows],
                y=task.rows.y[rows],
                trusted=TRUSTED[rows],
                sample_weight=weight,
            ),
            own_proba=task.pred_proba[rows],
        )
        for rows, weight in ((np.arange(N_ROWS), np.full(N_ROWS, 2.0)), (twice, None))
    )
    moved = np.roll(task.pred_proba, 1, axis=1)
    assert_allclose(
        score_gains(weighted, moved), score_gains(repeated, moved[twice]), atol=1e-12
    )
