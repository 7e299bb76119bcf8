# SPDX-License-Identifier: BSD-3-Clause
"""How far a cleaner may go, and whom it asks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge

from sknoisy.base import with_default_estimator
from sknoisy.cleaning import DropSuspects, RelabelSuspects, ReweightSuspects
from sknoisy.cleaning._base import limit_suspects
from sknoisy.detection import (
    AutoDetector,
    ConfidentLearning,
    LabelDetector,
    OutOfFold,
    ResidualDetector,
)
from tests._data import blobs
from tests.cleaning.toys import Verdict

CLEANERS = [DropSuspects, RelabelSuspects, ReweightSuspects]
X, Y, TRUTH = blobs(noise=0.1)
DETECTOR = ConfidentLearning(LogisticRegression(), cv=3)


def limit(suspects, quality, codes, fraction=0.5, least=1, weight=None):
    mask = limit_suspects(
        np.asarray(suspects, dtype=bool),
        np.asarray(quality, dtype=float),
        np.asarray(codes),
        max_fraction=fraction,
        min_samples_per_class=least,
        sample_weight=None if weight is None else np.asarray(weight, dtype=float),
    )
    return mask.astype(int).tolist()


def test_the_worst_suspects_of_each_class_go_first():
    suspects = [1, 1, 1, 0, 1, 0]
    quality = [0.3, 0.1, 0.2, 0.9, 0.1, 0.8]
    codes = [0, 0, 0, 0, 1, 1]
    assert limit(suspects, quality, codes) == [0, 1, 1, 0, 1, 0]
    assert limit(suspects, quality, codes, fraction=0.25) == [0, 1, 0, 0, 0, 0]


def test_the_share_is_one_of_weight():
    suspects, quality = [1, 1, 0, 0], [0.1, 0.2, 0.9, 0.9]
    assert limit(suspects, quality, [0] * 4, weight=[3, 1, 1, 1]) == [1, 0, 0, 0]
    assert limit(suspects, quality, [0] * 4, weight=[4, 1, 1, 1]) == [0, 0, 0, 0]


def test_ties_share_a_fate_and_never_go_beyond_the_share():
    quality = [0.1, 0.1, 0.1, 0.9, 0.9]
    assert limit([1, 1, 1, 0, 0], quality, [0] * 5) == [0] * 5
    assert limit([1, 1, 1, 0, 0], quality, [0] * 5, fraction=0.6) == [1, 1, 1, 0, 0]


def test_rows_are_left_to_each_class():
    suspects, quality = [1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4]
    assert limit(suspects, quality, [0] * 4, fraction=1, least=3) == [1, 0, 0, 0]
    assert limit(suspects, quality, [0, 0, 1, 1], fraction=1) == [1, 0, 1, 0]
    assert limit(suspects, quality, [0, 0, 1, 1], fraction=1, least=9) == [0] * 4


def test_a_row_without_weight_cannot_stand_in_for_its_class():
    suspects, quality = [1, 0, 0, 0], [0.1, 0.9, 0.5, 0.5]
    assert limit(suspects, quality, [0, 0, 1, 1], fraction=1) == [1, 0, 0, 0]
    weight = [1, 0, 1, 1]
    assert limit(suspects, quality, [0, 0, 1, 1], 1, weight=weight) == [0, 0, 0, 0]


@given(st.data())
def test_limits_hold_for_any_verdict(data):
    n = data.draw(st.integers(1, 12))

    def draw(values):
        return np.array(data.draw(st.lists(values, min_size=n, max_size=n)))

    suspects, codes = draw(st.booleans()), draw(st.integers(0, 2))
    quality = draw(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]))
    weight = draw(st.sampled_from([0.5, 1.0, 3.0]))
    fraction = data.draw(st.sampled_from([0.1, 0.5, 1.0]))
    acted = limit_suspects(
        suspects,
        quality,
        codes,
        max_fraction=fraction,
        min_samples_per_class=1,
        sample_weight=weight,
    )
    assert not (acted & ~suspects).any()
    for k in np.unique(codes):
        members = codes == k
        assert (members & ~acted).any()
        assert weight[members & acted].sum() <= fraction * weight[members].sum() + 1e-9
        spared = members & suspects & ~acted
        if spared.any() and (members & acted).any():
            assert quality[members & acted].max() < quality[spared].min()


@pytest.mark.parametrize("kind", CLEANERS)
def test_fit_tells_what_it_found(kind):
    cleaner = kind(DETECTOR).fit(X, Y)
    assert_array_equal(cleaner.classes_, [0, 1, 2])
    assert cleaner.n_features_in_ == 2
    assert_array_equal(cleaner.label_quality_, cleaner.detector_.label_quality_)
    assert_array_equal(cleaner.suspect_mask_, cleaner.detector_.suspect_mask_)
    assert cleaner.noise_rate_ == cleaner.detector_.noise_rate_
    assert cleaner.suspect_mask_[Y != TRUTH].mean() > 0.8
    assert not (cleaner.acted_mask_ & ~cleaner.suspect_mask_).any()


@pytest.mark.parametrize("kind", CLEANERS)
def test_metadata_reaches_the_detector(kind):
    verdict = Verdict([0.1, 0.9, 0.9, 0.9], [1, 0, 0, 0], [1, 0, 1, 1])
    cleaner = kind(verdict).fit(
        np.zeros((4, 1)),
        ["a", "a", "b", "b"],
        sample_weight=[1, 2, 3, 4],
        groups=[5, 5, 6, 6],
        trusted=[True, False, False, False],
    )
    rows = cleaner.detector_.rows_
    assert_array_equal(rows.sample_weight, [1, 2, 3, 4])
    assert_array_equal(rows.groups, [5, 5, 6, 6])
    assert_array_equal(rows.trusted, [True, False, False, False])
    assert not cleaner.acted_mask_[0]


class Mute(Verdict):
    """A detector that suggests no labels."""

    def _judge(self, rows):
        return replace(super()._judge(rows), suggested_codes=None)


@pytest.mark.parametrize("kind", [DropSuspects, ReweightSuspects])
def test_a_detector_without_suggestions_empties_no_class(kind):
    mute = Mute([0.1, 0.2, 0.3, 0.4, 0.5], [0, 0, 0, 1, 1])
    cleaner = kind(mute, max_fraction=1.0).fit(np.zeros((5, 1)), list("aaabb"))
    assert_array_equal(cleaner.acted_mask_, [False, False, False, True, False])
    with pytest.raises(TypeError, match="suggests no labels"):
        RelabelSuspects(mute).fit(np.zeros((5, 1)), list("aaabb"))


@pytest.mark.parametrize("kind", CLEANERS)
def test_the_callers_detector_and_parameters_are_left_alone(kind):
    detector = clone(DETECTOR)
    cleaner = kind(detector)
    before = repr(cleaner.get_params())
    cleaner.fit(X, Y)
    assert cleaner.detector is detector
    assert not hasattr(detector, "classes_")
    assert repr(cleaner.get_params()) == before


@pytest.mark.parametrize("kind", CLEANERS)
def test_a_cleaner_alone_needs_no_detector(kind):
    cleaner = kind().fit(X, Y)
    assert isinstance(cleaner.detector_, AutoDetector)
    assert cleaner.detector is None


@pytest.mark.parametrize(
    "detector",
    [None, ConfidentLearning(), LabelDetector(), LabelDetector(OutOfFold())],
    ids=repr,
)
def test_a_default_estimator_fills_what_was_left_open(detector):
    own = LogisticRegression(C=7)
    cleaner = DropSuspects(detector)
    filled = with_default_estimator(cleaner, own)
    seen = [v for v in filled.get_params().values() if getattr(v, "C", None) == 7]
    assert len(seen) == 1
    assert cleaner.detector is detector


def test_an_estimator_that_was_given_stays():
    cleaner = DropSuspects(ConfidentLearning(LogisticRegression(C=3)))
    filled = with_default_estimator(cleaner, LogisticRegression(C=7))
    assert filled.detector.estimator.C == 3


@pytest.mark.parametrize("kind", CLEANERS)
def test_a_regressor_is_judged_by_residuals(kind):
    filled = with_default_estimator(kind(), Ridge(alpha=7))
    assert isinstance(filled.detector, ResidualDetector)
    assert filled.detector.estimator.alpha == 7


@pytest.mark.parametrize("kind", CLEANERS)
@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ({"max_fraction": 0}, ValueError, "max_fraction=0 must be a share above 0"),
        ({"max_fraction": 1.1}, ValueError, "at most 1"),
        ({"max_fraction": "half"}, ValueError, "max_fraction='half'"),
        ({"min_samples_per_class": 0}, ValueError, "at least 1, so that no class"),
        ({"min_samples_per_class": 1.5}, ValueError, "whole number"),
        ({"detector": ConfidentLearning}, TypeError, r"Write ConfidentLearning\(\)"),
        ({"detector": Ridge()}, TypeError, r"Write ConfidentLearning\(estimator\)"),
        (
            {"detector": "confident"},
            TypeError,
            r"label detector.*Write AutoDetector\(\)",
        ),
        ({"detector": DropSuspects()}, TypeError, "label detector.*CleanThenFit"),
    ],
)
def test_errors_name_the_fix(kind, params, error, words):
    cleaner = kind().set_params(**params)
    with pytest.raises(error, match=words):
        cleaner.fit(X, Y)
    assert not [name for name in vars(cleaner) if name.endswith("_")]


@pytest.mark.parametrize("kind", CLEANERS)
def test_a_second_fit_forgets_the_first(kind):
    cleaner = kind(Verdict([0.1, 0.9, 0.9], [1, 0, 0], [1, 0, 1]))
    cleaner.fit(np.zeros((3, 2)), [0, 0, 1])
    cleaner.set_params(detector__quality=[0.9] * 4, detector__suspects=[0] * 4)
    cleaner.set_params(detector__suggested=[0, 0, 1, 1])
    cleaner.fit([["x"]] * 4, ["a", "a", "b", "b"])
    assert_array_equal(cleaner.classes_, ["a", "b"])
    assert len(cleaner.acted_mask_) == len(cleaner.suspect_mask_) == 4
    assert not cleaner.acted_mask_.any()
