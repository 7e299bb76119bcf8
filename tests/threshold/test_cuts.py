# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.base import BaseThreshold
from sknoisy.noise import ConfidentJoint
from sknoisy.threshold import (
    ConfidentCounts,
    ContaminationThreshold,
    FixedThreshold,
    MixtureThreshold,
    QuantileThreshold,
    check_threshold,
)
from tests._data import golden_b

QUALITY = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
Y = np.array(["a", "a", "a", "a", "b", "b", "b", "b"])

WITHOUT_PROBABILITIES = [
    FixedThreshold(0.35),
    FixedThreshold({"a": 0.25}),
    QuantileThreshold(0.3),
    QuantileThreshold(0.3, per_class=True),
    ContaminationThreshold(0.3),
    ContaminationThreshold(0.3, per_class=True),
    MixtureThreshold(),
    MixtureThreshold(per_class=True),
]
WITH_PROBABILITIES = [
    ConfidentCounts(),
    ContaminationThreshold(),
    ContaminationThreshold(per_class=True),
]
ALL = WITHOUT_PROBABILITIES + WITH_PROBABILITIES


def suspects(threshold, quality=QUALITY, y=Y, pred_proba=None, sample_weight=None):
    threshold = threshold.fit(quality, y, pred_proba, sample_weight)
    return threshold.suspects(quality, y, pred_proba, sample_weight)


def flagged(threshold, **kwargs):
    return np.flatnonzero(suspects(threshold, **kwargs)).tolist()


@pytest.mark.parametrize(
    ("threshold", "rows"),
    [
        (FixedThreshold(0.3), [0, 1]),
        (FixedThreshold(0.0), []),
        (FixedThreshold({"a": 0.25, "b": 0.75}), [0, 1, 4, 5, 6]),
        (FixedThreshold({"b": 0.65}), [4, 5]),
        (QuantileThreshold(0.25), [0, 1]),
        (QuantileThreshold(0), []),
        (QuantileThreshold(0.25, per_class=True), [0, 4]),
        (ContaminationThreshold(0.5), [0, 1, 2]),
        (ContaminationThreshold(0.25), [0, 1]),
        (ContaminationThreshold(0.5, per_class=True), [0, 1, 4, 5]),
        (ContaminationThreshold(0), []),
    ],
    ids=repr,
)
def test_flags_the_lowest_quality(threshold, rows):
    assert flagged(threshold) == rows


@pytest.mark.parametrize("threshold", ALL, ids=repr)
@given(data=st.data())
def test_no_class_is_emptied(threshold, data):
    n_samples = data.draw(st.integers(4, 12))
    quality = data.draw(
        st.lists(st.floats(0, 1), min_size=n_samples, max_size=n_samples)
    )
    y = np.array(["a", "b"])[np.arange(n_samples) % 2]
    own = np.array(quality)
    pred_proba = np.where(
        (y == "a")[:, None],
        np.column_stack([own, 1 - own]),
        np.column_stack([1 - own, own]),
    )
    mask = suspects(threshold, own, y, pred_proba)
    assert set(y[~mask]) == {"a", "b"}


@pytest.mark.parametrize("threshold", ALL, ids=repr)
def test_a_weight_of_two_equals_two_rows(threshold):
    y, pred_proba = golden_b()
    y = np.array(["a", "b", "c", "d"])[y]
    quality = pred_proba[np.arange(60), np.arange(60) % 4]
    counts = np.random.default_rng(0).integers(1, 4, size=60)
    rows = np.repeat(np.arange(60), counts)
    weighted = suspects(threshold, quality, y, pred_proba, counts.tolist())
    repeated = suspects(threshold, quality[rows], y[rows], pred_proba[rows])
    np.testing.assert_array_equal(weighted[rows], repeated)


@pytest.mark.parametrize("threshold", ALL, ids=repr)
def test_the_scale_of_weights_does_not_matter(threshold):
    y, pred_proba = golden_b()
    y = np.array(["a", "b", "c", "d"])[y]
    quality = pred_proba[np.arange(60), np.arange(60) % 4]
    plain = suspects(threshold, quality, y, pred_proba)
    scaled = suspects(threshold, quality, y, pred_proba, np.full(60, 1 / 64))
    # Counts are rounded to whole rows only where the weights are whole.
    slack = 1 if threshold in WITH_PROBABILITIES else 0
    for k in np.unique(y):
        assert 0 <= scaled[y == k].sum() - plain[y == k].sum() <= slack
    assert not (plain & ~scaled).any()


@pytest.mark.parametrize("threshold", ALL, ids=repr)
def test_a_row_of_weight_zero_moves_nothing(threshold):
    y, pred_proba = golden_b()
    y = np.array(["a", "b", "c", "d"])[y]
    quality = pred_proba[np.arange(60), np.arange(60) % 4]
    weight = np.where(np.arange(60) % 5 == 0, 0.0, 1.0)
    present = weight > 0
    mask = suspects(threshold, quality, y, pred_proba, weight)
    np.testing.assert_array_equal(
        mask[present],
        suspects(threshold, quality[present], y[present], pred_proba[present]),
    )


@pytest.mark.parametrize("threshold", WITHOUT_PROBABILITIES, ids=repr)
def test_a_class_without_weight_breaks_nothing(threshold):
    weight = np.where(Y == "a", 1.0, 0.0)
    assert suspects(threshold, sample_weight=weight).shape == (8,)


def test_a_value_found_once_is_used_on_other_rows():
    threshold = QuantileThreshold(0.25).fit(QUALITY, Y)
    np.testing.assert_array_equal(threshold.cutoffs_, [0.2, 0.2])
    np.testing.assert_array_equal(
        threshold.suspects([0.1, 0.15, 0.3], ["b", "b", "b"]), [True, True, False]
    )


def test_contamination_is_a_share_of_whatever_rows_come():
    threshold = ContaminationThreshold(0.5).fit(QUALITY, Y)
    np.testing.assert_array_equal(
        threshold.suspects([0.9, 0.95, 0.8, 0.99], ["a", "a", "b", "b"]),
        [True, False, True, False],
    )


def test_automatic_contamination_is_that_of_the_confident_joint():
    y, pred_proba = golden_b()
    quality = pred_proba[np.arange(60), y]
    joint = ConfidentJoint().fit(y, pred_proba)
    overall = ContaminationThreshold().fit(quality, y, pred_proba)
    np.testing.assert_allclose(overall.contamination_, joint.noise_rate_)
    assert overall.suspects(quality, y).sum() == 28
    each = ContaminationThreshold(per_class=True).fit(quality, y, pred_proba)
    np.testing.assert_allclose(each.contamination_, [7 / 15, 7 / 15, 8 / 15, 6 / 15])


def test_a_class_that_was_not_in_fit_has_no_suspects_of_its_own():
    threshold = ContaminationThreshold(per_class=True).fit(
        [0.9, 0.1, 0.9, 0.8],
        [0, 0, 1, 1],
        [[0.9, 0.1, 0], [0.1, 0.9, 0], [0.1, 0.9, 0], [0.2, 0.8, 0]],
        classes=[0, 1, 2],
    )
    assert threshold.contamination_[2] == 0


@pytest.mark.parametrize(
    ("alias", "kind"),
    [
        ("confident_counts", ConfidentCounts),
        ("contamination", ContaminationThreshold),
        ("fixed", FixedThreshold),
        ("mixture", MixtureThreshold),
        ("quantile", QuantileThreshold),
    ],
)
def test_aliases(alias, kind):
    assert type(check_threshold(alias)) is kind


def test_numbers_are_fixed_thresholds_and_objects_are_cloned():
    assert check_threshold(0.3).value == 0.3
    assert check_threshold(np.float32(0.25)).value == 0.25
    threshold = QuantileThreshold(0.2).fit(QUALITY, Y)
    own = check_threshold(threshold)
    assert own is not threshold
    assert own.quantile == 0.2
    assert not hasattr(own, "cutoffs_")


@pytest.mark.parametrize("wrong", [True, None, QuantileThreshold, [0.3]])
def test_what_is_no_threshold_is_refused(wrong):
    with pytest.raises(TypeError, match="threshold must be a threshold or one of"):
        check_threshold(wrong)


def test_an_alias_nearly_right_is_corrected():
    with pytest.raises(ValueError, match="Did you mean 'mixture'"):
        check_threshold("mixtures")


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (QuantileThreshold(1.5), "quantile=1.5 must be a share between 0 and 1"),
        (QuantileThreshold("half"), "quantile='half' must be a share"),
        (QuantileThreshold(None), "quantile=None must be a share"),
        (ContaminationThreshold(-0.1), "contamination=-0.1 must be a share"),
        (ContaminationThreshold("Auto"), "contamination='Auto' must be.*\"auto\""),
        (ContaminationThreshold(), "pred_proba, which is missing; pass it, or give"),
        (ConfidentCounts(), "pred_proba, which is missing.*MixtureThreshold"),
        (FixedThreshold("low"), "value='low' must be a number, as 0.5, or a dict"),
        (
            FixedThreshold({"c": 0.1}),
            r"does not hold: \['c'\]; classes are \['a', 'b'\]",
        ),
        (MixtureThreshold(1.0), "posterior=1.0 must lie between 0 and 1"),
    ],
    ids=repr,
)
def test_unusable_parameters_are_refused(threshold, message):
    with pytest.raises(ValueError, match=message):
        threshold.fit(QUALITY, Y)


@pytest.mark.parametrize("quality", [QUALITY[:3], QUALITY[:, None]])
def test_quality_must_match_the_labels(quality):
    with pytest.raises(ValueError, match="quality has shape .* y has shape"):
        FixedThreshold().fit(quality, Y)
    with pytest.raises(ValueError, match="quality has shape .* y has shape"):
        FixedThreshold().fit(QUALITY, Y).suspects(quality, Y)


def test_a_label_that_was_not_in_fit_is_refused():
    with pytest.raises(ValueError, match=r"classes lacks: \['c'\]"):
        FixedThreshold().fit(QUALITY, Y).suspects([0.3], ["c"])


def test_every_threshold_is_a_threshold():
    assert all(isinstance(threshold, BaseThreshold) for threshold in ALL)
