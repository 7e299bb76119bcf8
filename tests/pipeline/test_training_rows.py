# SPDX-License-Identifier: BSD-3-Clause
"""Rows keep their metadata whatever is done to them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator

from sknoisy.pipeline import make_pipeline
from tests.pipeline.toys import Recorder, RecordingScaler, Reweight


class Pick(BaseEstimator):
    """Keep, drop, repeat and reorder rows at will."""

    def __init__(self, seed):
        self.seed = seed

    def fit_resample(self, X, y):
        rng = np.random.default_rng(self.seed)
        self.sample_indices_ = rng.integers(len(X), size=rng.integers(1, 2 * len(X)))
        return X[self.sample_indices_], y[self.sample_indices_]


class Stamp(Reweight):
    """Weigh every row by a number of its own, which X tells."""

    def fit_reweight(self, X, y, sample_weight=None):
        return X[:, 0] * (1 if sample_weight is None else sample_weight)


steps = st.recursive(
    st.builds(Pick, seed=st.integers(0, 99))
    | st.builds(Stamp)
    | st.just("passthrough")
    | st.builds(RecordingScaler),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda some: make_pipeline(*some)
    ),
    max_leaves=8,
)


@given(steps=st.lists(steps, max_size=4), n_rows=st.integers(2, 9))
def test_every_row_keeps_its_label_and_its_metadata(steps, n_rows):
    y = np.arange(n_rows)
    X = np.ones((n_rows, 1))
    weight, note = np.sqrt(np.arange(n_rows)) + 1, y * 10
    pipe = make_pipeline(*steps, Recorder())
    pipe.fit(X, y, sample_weight=weight, recorder__note=note)
    last = pipe[-1]
    assert_array_equal(last.y_, y[pipe.sample_indices_])
    assert_array_equal(last.seen_["note"], last.y_ * 10)
    # X is 1 everywhere, so that weights that are made equal those given.
    assert_array_equal(last.seen_["sample_weight"], np.sqrt(last.y_) + 1)
    assert len(pipe.predict(X)) == n_rows
