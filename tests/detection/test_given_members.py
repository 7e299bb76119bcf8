# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.detection._given_members import GivenMembers, list_members
from tests.detection._evidence import rows_of

PROBA = np.array([[0.9, 0.1], [0.2, 0.8]])


@pytest.mark.parametrize(
    ("pred_proba", "n_members"),
    [
        (PROBA, 1),
        (PROBA.tolist(), 1),
        ([PROBA, PROBA], 2),
        ((PROBA.tolist(),), 1),
        (np.stack([PROBA] * 3), 3),
    ],
)
def test_members_are_told_from_the_rows_of_one(pred_proba, n_members):
    members = list_members(pred_proba)
    assert len(members) == n_members
    for member in members:
        np.testing.assert_array_equal(member, PROBA)


@pytest.mark.parametrize("pred_proba", [[], np.empty((0, 2))])
def test_nothing_is_refused(pred_proba):
    with pytest.raises(ValueError, match="pred_proba is empty"):
        list_members(pred_proba)


def test_members_come_as_they_were_given():
    rows = rows_of(None, np.array([0, 1]))
    members = GivenMembers([PROBA, PROBA[:, ::-1]]).members(rows)
    first, second = (member.pred_proba for member in members)
    np.testing.assert_array_equal(first, PROBA)
    np.testing.assert_array_equal(second, PROBA[:, ::-1])


def test_probabilities_that_are_none_are_refused():
    rows = rows_of(None, np.array([0, 1]))
    with pytest.raises(ValueError, match="pred_proba"):
        list(GivenMembers([PROBA, PROBA + 1]).members(rows))
