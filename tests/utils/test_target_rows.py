# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.linear_model import Ridge

from sknoisy.utils._target_rows import check_target_rows

X = np.arange(8.0).reshape(4, 2)


def test_targets_become_floats_in_one_class():
    est = Ridge()
    rows = check_target_rows(est, X, [1, 2, 3, 4], trusted=[True, False, True, False])
    assert rows.y.dtype == np.float64
    assert rows.codes.tolist() == [0, 0, 0, 0]
    assert rows.trusted.tolist() == [True, False, True, False]
    assert rows.sample_weight is None
    assert rows.groups is None
    assert est.n_features_in_ == 2


def test_words_are_refused_by_name():
    with pytest.raises(ValueError, match="Ridge judges numbers.*ConfidentLearning"):
        check_target_rows(Ridge(), X, ["a", "b", "a", "b"])


def test_weights_must_fit():
    with pytest.raises(ValueError, match="sample_weight has 2 entries.*4 rows"):
        check_target_rows(Ridge(), X, np.ones(4), sample_weight=[1.0, 1.0])
