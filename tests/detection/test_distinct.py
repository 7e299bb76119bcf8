# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.base import Judgement
from sknoisy.detection import LabelDetector
from sknoisy.detection._distinct import distinct_rows
from sknoisy.utils._labelled_rows import check_labelled_rows


def labelled(X, y, **metadata):
    return check_labelled_rows(LabelDetector(), X, y, **metadata)


def test_copies_with_the_same_label_are_one_row_of_their_joint_weight():
    X = np.array([[1.0], [2.0], [1.0], [1.0]])
    rows = labelled(X, ["a", "b", "a", "b"], sample_weight=[1.0, 1.0, 2.0, 1.0])
    distinct = distinct_rows(rows)
    assert len(distinct.rows) == 3
    assert distinct.number_of[0] == distinct.number_of[2]
    np.testing.assert_array_equal(distinct.rows.X[distinct.number_of], X)
    np.testing.assert_array_equal(distinct.rows.y[distinct.number_of], rows.y)
    np.testing.assert_array_equal(
        distinct.rows.sample_weight[distinct.number_of], [3, 1, 3, 1]
    )


def test_rows_without_weights_count_once():
    rows = labelled(np.arange(4.0)[:, None], [0, 1, 0, 1])
    np.testing.assert_array_equal(distinct_rows(rows).rows.sample_weight, np.ones(4))


def test_groups_keep_copies_apart():
    rows = labelled(np.ones((4, 1)), [0, 0, 0, 1], groups=[1, 1, 2, 3])
    distinct = distinct_rows(rows)
    assert len(distinct.rows) == 3
    np.testing.assert_array_equal(distinct.rows.groups[distinct.number_of], rows.groups)


def test_copies_stay_apart_in_a_table_of_few_categories():
    X = np.repeat([["x"], ["y"]], 8, axis=0)
    rows = labelled(X, np.arange(16) % 2)
    assert len(distinct_rows(rows).rows) == 16


def test_one_trusted_copy_is_enough():
    rows = labelled([[1.0], [1.0], [2.0]], [0, 0, 1], trusted=[True, False, False])
    distinct = distinct_rows(rows)
    np.testing.assert_array_equal(
        distinct.rows.trusted[distinct.number_of], [True, True, False]
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), min_size=4))
def test_the_order_of_rows_does_not_matter(pairs):
    values, codes = np.array(pairs).T
    if len(np.unique(codes)) < 2:
        return
    order = np.random.default_rng(0).permutation(len(codes))
    one = distinct_rows(labelled(values[:, None], codes)).rows
    two = distinct_rows(labelled(values[order, None], codes[order])).rows
    np.testing.assert_array_equal(one.X, two.X)
    np.testing.assert_array_equal(one.codes, two.codes)
    np.testing.assert_array_equal(one.sample_weight, two.sample_weight)


def test_a_judgement_goes_to_all_copies():
    rows = labelled([[1.0], [2.0], [1.0]], [0, 1, 0])
    distinct = distinct_rows(rows)
    first = distinct.number_of[0]
    quality = np.where(np.arange(2) == first, 0.2, 0.7)
    judged = Judgement(quality, quality < 0.5, distinct.rows.codes, 0.5)
    expanded = distinct.expand(judged)
    np.testing.assert_array_equal(expanded.label_quality, [0.2, 0.7, 0.2])
    np.testing.assert_array_equal(expanded.suspect_mask, [True, False, True])
    assert expanded.pred_proba is None
