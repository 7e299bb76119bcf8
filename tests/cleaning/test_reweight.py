# SPDX-License-Identifier: BSD-3-Clause
"""ReweightSuspects: weights in place of fewer rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from sknoisy.base import BaseReweighter
from sknoisy.cleaning import ReweightSuspects
from sknoisy.detection import ConfidentLearning
from tests._data import blobs
from tests.cleaning.toys import Verdict

VERDICT = Verdict([0.1, 0.8, 1.0, 0.3, 0.9], [1, 0, 0, 1, 0])
X, Y = np.zeros((5, 1)), list("aaabb")


def test_suspects_weigh_as_much_as_their_label_is_worth():
    cleaner = ReweightSuspects(VERDICT)
    assert_allclose(cleaner.fit_reweight(X, Y), [0.1, 1, 1, 0.3, 1])
    assert_array_equal(cleaner.acted_mask_, cleaner.suspect_mask_)


def test_all_rows_can_be_weighed():
    cleaner = ReweightSuspects(VERDICT, scope="all", max_fraction=0.1)
    assert_allclose(cleaner.fit_reweight(X, Y), VERDICT.quality)
    assert_array_equal(cleaner.acted_mask_, [True, True, False, True, True])


def test_no_weight_falls_below_the_least():
    weights = ReweightSuspects(VERDICT, min_weight=0.25).fit_reweight(X, Y)
    assert_allclose(weights, [0.25, 1, 1, 0.3, 1])


def test_weights_multiply_those_that_were_given():
    cleaner = ReweightSuspects(VERDICT)
    weights = cleaner.fit_reweight(X, Y, sample_weight=[2, 2, 0, 10, 1])
    # The suspect of class b holds 10 of its 11 units: more than max_fraction.
    assert_allclose(weights, [0.2, 2, 0, 10, 1])
    assert_array_equal(cleaner.weights_, weights)


def test_the_weights_returned_are_the_callers():
    cleaner = ReweightSuspects(VERDICT)
    cleaner.fit_reweight(X, Y)[:] = -1
    assert (cleaner.weights_ > 0).all()


def test_limits_hold_for_weights():
    verdict = Verdict([0.1, 0.2, 0.3, 0.9], [1, 1, 1, 0])
    weights = ReweightSuspects(verdict).fit_reweight(np.zeros((4, 1)), [0, 0, 0, 1])
    assert_allclose(weights, [0.1, 1, 1, 1])


def test_trusted_rows_keep_their_weight():
    data, y, truth = blobs(noise=0.2)
    trusted, weight = y != truth, np.linspace(1, 2, len(y))
    for scope in ("suspects", "all"):
        cleaner = ReweightSuspects(ConfidentLearning(LogisticRegression()), scope=scope)
        weights = cleaner.fit_reweight(data, y, sample_weight=weight, trusted=trusted)
        assert_array_equal(weights[trusted], weight[trusted])
        assert not (cleaner.acted_mask_ & trusted).any()


def test_it_returns_no_rows_so_that_no_pipeline_can_lose_the_weights():
    assert isinstance(ReweightSuspects(), BaseReweighter)
    assert not hasattr(ReweightSuspects(), "fit_resample")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"scope": "al"}, "Did you mean 'all'"),
        ({"min_weight": -0.1}, "min_weight=-0.1 must be a share"),
        ({"min_weight": "low"}, "min_weight='low' must be a share"),
    ],
)
def test_bad_options_are_told_before_anything_is_fitted(params, words):
    cleaner = ReweightSuspects(VERDICT, **params)
    with pytest.raises(ValueError, match=words):
        cleaner.fit_reweight(X, Y)
    assert not hasattr(cleaner, "detector_")
