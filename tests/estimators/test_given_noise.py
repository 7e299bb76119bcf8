# SPDX-License-Identifier: BSD-3-Clause
"""Which rows the noise model of a robust fit is counted over."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from sknoisy.estimators._given_noise import find_noise_model
from sknoisy.noise import ConfidentJoint
from sknoisy.utils import cross_fit_proba
from sknoisy.utils._labelled_rows import check_labelled_rows
from tests._data import blobs

X, NOISY, TRUTH = blobs(240, noise=0.3, spread=1.5)


def rows_of(trusted=None, sample_weight=None):
    y = NOISY if trusted is None else np.where(trusted, TRUTH, NOISY)
    inner = LogisticRegression()
    rows = check_labelled_rows(inner, X, y, sample_weight, None, trusted)
    return rows, cross_fit_proba(inner, X, y, sample_weight=sample_weight).pred_proba


def mixed(rows, pred_proba, **metadata):
    joint = ConfidentJoint(classes=rows.classes).fit(rows.y, pred_proba, **metadata)
    return 0.9 * joint.transition_matrix_ + 0.1 * np.eye(3)


def test_all_rows_count_where_none_is_trusted():
    for trusted in (None, np.zeros(240, dtype=bool)):
        rows, pred_proba = rows_of(trusted)
        found = find_noise_model(rows, pred_proba=pred_proba).transition_matrix
        assert_allclose(found, mixed(rows, pred_proba))


@pytest.mark.parametrize("weight", [None, np.linspace(0.5, 2, 240)])
def test_verified_labels_are_not_counted_as_noise_or_as_none(weight):
    trusted = np.arange(240) % 2 == 0
    rows, pred_proba = rows_of(trusted, weight)
    found = find_noise_model(rows, pred_proba=pred_proba).transition_matrix
    others = {"sample_weight": (np.ones(240) if weight is None else weight) * ~trusted}
    assert_allclose(found, mixed(rows, pred_proba, **others))
    of_all = mixed(rows, pred_proba, sample_weight=weight)
    realised = np.zeros((3, 3))
    np.add.at(realised, (TRUTH[~trusted], NOISY[~trusted]), 1)
    realised /= realised.sum(axis=1, keepdims=True)
    assert np.abs(found - realised).sum() < np.abs(of_all - realised).sum()


def test_where_all_labels_are_verified_there_is_no_noise():
    rows, pred_proba = rows_of(np.ones(240, dtype=bool))
    model = find_noise_model(rows, pred_proba=pred_proba)
    assert_array_equal(model.transition_matrix, np.eye(3))
    weight = (np.arange(240) % 2).astype(float)
    rows, pred_proba = rows_of(weight > 0, weight)
    model = find_noise_model(rows, pred_proba=pred_proba)
    assert_array_equal(model.transition_matrix, np.eye(3))


def test_a_class_of_verified_rows_alone_keeps_its_label():
    rows, pred_proba = rows_of((TRUTH == 0) | (NOISY == 0))
    model = find_noise_model(rows, pred_proba=pred_proba)
    assert np.isfinite(model.transition_matrix).all()
    assert_allclose(model.transition_matrix.sum(axis=1), 1)
    assert model.transition_matrix[0].argmax() == 0
