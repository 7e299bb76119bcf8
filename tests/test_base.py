# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.utils import get_tags

from sknoisy.base import (
    BaseCleaner,
    BaseLabelDetector,
    BaseReweighter,
    BaseRowCleaner,
    BaseThreshold,
    BaseTransitionEstimator,
    Judgement,
    copy_common_input_tags,
    copy_input_tags,
    with_default_estimator,
)


class Suspicious(BaseLabelDetector):
    """Suspect every label, and suggest the first class instead."""

    def __init__(self, estimator=None, fail=False):
        self.estimator = estimator
        self.fail = fail

    def _judge(self, rows):
        self.rows_ = rows
        if self.fail:
            raise RuntimeError("no judgement")
        n_samples = len(rows)
        return Judgement(
            label_quality=np.zeros(n_samples),
            suspect_mask=np.ones(n_samples, dtype=bool),
            suggested_codes=np.zeros(n_samples, dtype=int),
            noise_rate=np.float32(0.5),
        )

    def _score_new(self, X, codes):
        return np.zeros(len(X)) if codes is None else codes / 10


class FlagAll(BaseThreshold):
    """Flag every row, and remember what it was given."""

    def _fit(self, quality, codes, pred_proba, sample_weight):
        self.given_ = quality, codes, pred_proba, sample_weight

    def _suspects(self, quality, codes, pred_proba, sample_weight):
        return np.ones(len(quality), dtype=bool)


X = np.arange(8.0).reshape(4, 2)
Y = np.array(["b", "a", "b", "c"])


def test_a_detector_records_its_judgement():
    detector = Suspicious()
    assert detector.fit(X, Y) is detector
    np.testing.assert_array_equal(detector.label_quality_, np.zeros(4))
    np.testing.assert_array_equal(detector.suspect_mask_, np.ones(4, dtype=bool))
    np.testing.assert_array_equal(detector.suggested_labels_, ["a"] * 4)
    np.testing.assert_array_equal(detector.classes_, ["a", "b", "c"])
    assert type(detector.noise_rate_) is float
    assert not hasattr(detector, "pred_proba_")


def test_a_detector_is_given_all_that_belongs_to_a_row():
    detector = Suspicious().fit(
        X,
        Y,
        sample_weight=[1, 2, 3, 4],
        groups=["u", "v", "u", "w"],
        trusted=[1, 0, 0, 0],
    )
    rows = detector.rows_
    np.testing.assert_array_equal(rows.codes, [1, 0, 1, 2])
    np.testing.assert_array_equal(rows.sample_weight, [1, 2, 3, 4])
    np.testing.assert_array_equal(rows.groups, ["u", "v", "u", "w"])
    np.testing.assert_array_equal(rows.trusted, [True, False, False, False])


def test_a_detector_takes_trusted_labels_for_right():
    detector = Suspicious().fit(X, Y, trusted=[True, False, False, True])
    np.testing.assert_array_equal(detector.label_quality_, [1, 0, 0, 1])
    np.testing.assert_array_equal(detector.suspect_mask_, [False, True, True, False])
    np.testing.assert_array_equal(detector.suggested_labels_, ["b", "a", "a", "c"])


def test_new_labels_are_numbered_by_the_classes_of_fit():
    detector = Suspicious().fit(X, Y)
    np.testing.assert_array_equal(detector.score_samples(X[:2], ["c", "a"]), [0.2, 0])
    np.testing.assert_array_equal(detector.score_samples(X[:2]), [0, 0])
    with pytest.raises(ValueError, match=r"classes lacks: \['z'\]"):
        detector.score_samples(X[:1], ["z"])
    with pytest.raises(ValueError, match="y has 1 labels, but X has 2 rows"):
        detector.score_samples(X[:2], ["a"])


def test_features_of_new_rows_are_checked():
    detector = Suspicious().fit(pd.DataFrame(X, columns=["u", "v"]), Y)
    np.testing.assert_array_equal(detector.feature_names_in_, ["u", "v"])
    with pytest.raises(ValueError, match="feature names should match"):
        detector.score_samples(pd.DataFrame(X, columns=["u", "w"]))
    with pytest.raises(NotFittedError):
        Suspicious().score_samples(X)


def test_a_fit_that_fails_leaves_no_trace():
    detector = Suspicious(fail=True)
    with pytest.raises(RuntimeError):
        detector.fit(X, Y)
    assert not hasattr(detector, "rows_")
    detector.set_params(fail=False).fit(X, Y)
    with pytest.raises(RuntimeError):
        detector.set_params(fail=True).fit(X[:2], Y[:2])
    assert len(detector.suspect_mask_) == 4


def test_a_threshold_is_given_numbers_and_codes():
    threshold = FlagAll()
    pred_proba = [[0.5, 0.5, 0.0]] * 4
    assert threshold.fit([1, 0, 1, 0], Y, pred_proba, [1, 2, 3, 4]) is threshold
    quality, codes, proba, weight = threshold.given_
    np.testing.assert_array_equal(quality, [1.0, 0.0, 1.0, 0.0])
    np.testing.assert_array_equal(codes, [1, 0, 1, 2])
    assert proba.shape == (4, 3)
    np.testing.assert_array_equal(weight, [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(threshold.classes_, ["a", "b", "c"])


def test_a_threshold_may_know_more_classes():
    threshold = FlagAll().fit([1, 0, 1, 0], Y, classes=["c", "b", "a", "z"])
    np.testing.assert_array_equal(threshold.given_[1], [1, 2, 1, 0])


def test_no_threshold_empties_a_class():
    mask = FlagAll().fit(np.ones(4), Y).suspects([0.2, 0.9, 0.7, 0.1], Y)
    np.testing.assert_array_equal(mask, [True, False, False, False])


def test_a_threshold_must_be_fitted():
    with pytest.raises(NotFittedError):
        FlagAll().suspects(np.ones(4), Y)


@pytest.mark.parametrize(
    "base",
    [
        BaseCleaner,
        BaseLabelDetector,
        BaseReweighter,
        BaseRowCleaner,
        BaseThreshold,
        BaseTransitionEstimator,
    ],
)
def test_bases_are_abstract(base):
    with pytest.raises(TypeError, match="abstract"):
        base()


def test_a_reweighter_returns_no_rows():
    assert not hasattr(BaseReweighter, "fit_resample")
    assert not hasattr(BaseRowCleaner, "fit_reweight")


@pytest.mark.parametrize(
    ("estimator", "claims"),
    [
        (None, {"sparse", "allow_nan"}),
        (LogisticRegression(), {"sparse"}),
        (GaussianNB(), set()),
        (HistGradientBoostingClassifier(), {"allow_nan"}),
        (MultinomialNB(), {"sparse", "positive_only"}),
        (CountVectorizer(), {"string"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_wrapper_claims_what_its_estimator_can_take(estimator, claims):
    tags = get_tags(GaussianNB())
    copy_input_tags(tags, estimator)
    names = ("sparse", "allow_nan", "string", "categorical", "positive_only")
    assert {name for name in names if getattr(tags.input_tags, name)} == claims
    assert tags.classifier_tags is not None


@pytest.mark.parametrize(
    ("estimators", "sparse", "allow_nan"),
    [
        ([], True, True),
        ([HistGradientBoostingClassifier()], False, True),
        ([HistGradientBoostingClassifier(), LogisticRegression()], False, False),
    ],
)
def test_a_wrapper_of_several_claims_what_all_can_take(estimators, sparse, allow_nan):
    tags = get_tags(GaussianNB())
    copy_common_input_tags(tags, estimators)
    assert tags.input_tags.sparse is sparse
    assert tags.input_tags.allow_nan is allow_nan


def test_a_detector_has_the_tags_of_its_estimator_and_needs_labels():
    tags = get_tags(Suspicious(HistGradientBoostingClassifier()))
    assert tags.input_tags.allow_nan and not tags.input_tags.sparse
    assert tags.target_tags.required


def test_a_part_that_wants_no_default_is_cloned():
    detector = Suspicious().fit(X, Y)
    own = with_default_estimator(detector, GaussianNB())
    assert own is not detector
    assert not hasattr(own, "suspect_mask_")
