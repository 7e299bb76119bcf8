# SPDX-License-Identifier: BSD-3-Clause
"""DetectorEnsemble: means of ranks and qualities, and what each member counts."""

import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from scipy import sparse
from scipy.stats import rankdata
from sklearn.base import clone
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from sknoisy import CleanThenFit, DropSuspects
from sknoisy.base import BaseLabelDetector, Judgement, with_default_estimator
from sknoisy.detection import (
    ConfidentLearning,
    DetectorEnsemble,
    KDisagreeingNeighbors,
    LabelDetector,
    SmallLoss,
)
from tests._data import blobs
from tests.detection._evidence import found, frame, planted, texts

MEMBERS = [SmallLoss(GaussianNB()), KDisagreeingNeighbors(), ConfidentLearning()]


class Claims(BaseLabelDetector):
    """Say of each label what column of X says; without probabilities."""

    def __init__(self, column=0, suggested=0, noise_rate=0.1):
        self.column = column
        self.suggested = suggested
        self.noise_rate = noise_rate

    def _judge(self, rows):
        quality = rows.X[:, self.column]
        return Judgement(
            label_quality=quality,
            suspect_mask=quality < 0.5,
            suggested_codes=np.full(len(rows), self.suggested),
            noise_rate=self.noise_rate,
        )

    def _score_new(self, X, codes):
        return X[:, self.column]


@pytest.fixture
def claims():
    X = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.2], [0.7, 0.9], [0.2, 0.7]])
    return X, np.array([0, 1, 0, 1, 2])


def shares(quality):
    return (rankdata(quality) - 0.5) / len(quality)


@pytest.mark.parametrize("weights", [None, [3, 1], (0.0, 2.0), np.array([0.5, 0.5])])
def test_ranks_are_averaged(weights, claims):
    X, y = claims
    ensemble = DetectorEnsemble([Claims(0), Claims(1)], weights=weights).fit(X, y)
    by_hand = np.average([shares(q) for q in X.T], axis=0, weights=weights)
    np.testing.assert_allclose(ensemble.label_quality_, by_hand)
    np.testing.assert_allclose(ensemble.weights_.sum(), 1)


@pytest.mark.parametrize("weights", [None, [3, 1]])
def test_qualities_are_averaged(weights, claims):
    X, y = claims
    members = [Claims(0, noise_rate=0.2), Claims(1, noise_rate=0.4)]
    ensemble = DetectorEnsemble(members, combine="proba_mean", weights=weights)
    ensemble.fit(X, y)
    np.testing.assert_allclose(
        ensemble.label_quality_, np.average(X, axis=1, weights=weights)
    )
    rate = np.average([0.2, 0.4], weights=weights)
    assert ensemble.noise_rate_ == pytest.approx(rate)


def test_agreement_trusts_those_that_others_support():
    rng = np.random.default_rng(0)
    truth = rng.random(200)
    X = np.column_stack([truth, truth**2, rng.random(200)])
    members = [Claims(0), Claims(1), Claims(2)]
    ensemble = DetectorEnsemble(members, combine="agreement").fit(
        X, rng.integers(2, size=200)
    )
    first, second, odd = ensemble.weights_
    assert first == pytest.approx(second)
    assert odd < 0.01
    by_hand = ensemble.weights_ @ [shares(q) for q in X.T]
    np.testing.assert_allclose(ensemble.label_quality_, by_hand)


def test_without_probabilities_most_suggest_the_label(claims):
    X, y = claims
    members = [Claims(suggested=2), Claims(suggested=1), Claims(suggested=1)]
    ensemble = DetectorEnsemble(members).fit(X, y)
    assert not hasattr(ensemble, "pred_proba_")
    np.testing.assert_array_equal(ensemble.suggested_labels_, np.ones(5))
    ensemble.set_params(weights=[3, 1, 1]).fit(X, y)
    np.testing.assert_array_equal(ensemble.suggested_labels_, np.full(5, 2))


def test_probabilities_are_averaged_where_there_are_any():
    X, y, _ = planted()
    members = [SmallLoss(GaussianNB()), Claims(), KDisagreeingNeighbors()]
    ensemble = DetectorEnsemble(members).fit(np.abs(X) / 100, y)
    first, _, last = ensemble.detectors_
    mean = (first.pred_proba_ + last.pred_proba_) / 2
    np.testing.assert_allclose(ensemble.pred_proba_, mean)
    sure = np.sort(mean, axis=1)[:, -1] > 0.51
    np.testing.assert_array_equal(
        ensemble.suggested_labels_[sure], mean.argmax(axis=1)[sure]
    )


@pytest.mark.parametrize("combine", ["rank_mean", "proba_mean", "agreement"])
def test_planted_errors_are_found(combine):
    X, y, wrong = planted()
    ensemble = DetectorEnsemble(MEMBERS, combine=combine).fit(X, y)
    assert found(ensemble, wrong) > 0.99
    assert ensemble.suspect_mask_[wrong].all()
    assert ensemble.suspect_mask_[~wrong].mean() < 0.02
    np.testing.assert_array_equal(ensemble.suggested_labels_, np.arange(120) % 3)
    new, labels, wrong = planted(seed=1)
    quality = ensemble.score_samples(new, labels)
    assert quality[wrong].max() < quality[~wrong].min()
    assert ensemble.score_samples(new).min() > quality[wrong].max()


def test_the_default_members_take_any_x():
    for X, y in (texts(), frame(pd), frame(pd, with_text=True)):
        ensemble = DetectorEnsemble().fit(X, y)
        assert set(ensemble.label_quality_.argsort()[:2].tolist()) == {0, 1}
        assert len(ensemble.detectors_) == 3
    X, y, wrong = planted()
    assert found(DetectorEnsemble().fit(sparse.csr_matrix(X), y), wrong) > 0.9


def test_rows_of_any_kind_are_for_the_members():
    table, y, wrong = planted()
    X = [{"left": left, "up": up} for left, up in table]
    model = make_pipeline(DictVectorizer(), LogisticRegression())
    ensemble = DetectorEnsemble([SmallLoss(model), ConfidentLearning(model)])
    assert found(ensemble.fit(X, y), wrong) > 0.99


def test_as_many_are_suspect_as_are_thought_wrong(claims):
    X, y = claims
    mask = DetectorEnsemble([Claims(noise_rate=0.4)]).fit(X, y).suspect_mask_
    np.testing.assert_array_equal(mask, [False, True, False, False, False])
    by_number = DetectorEnsemble([Claims(1)], combine="proba_mean", threshold=0.15)
    np.testing.assert_array_equal(
        by_number.fit(X, y).suspect_mask_, [True, False, False, False, False]
    )


def test_clean_labels_are_left_alone():
    X, y, _ = blobs(90)
    ensemble = DetectorEnsemble([KDisagreeingNeighbors()]).fit(X, y)
    assert ensemble.noise_rate_ == 0
    assert not ensemble.suspect_mask_.any()


def test_metadata_reaches_the_members():
    X, y, wrong = planted()
    rng = np.random.default_rng(0)
    X = np.repeat(X, 6, axis=0) + 0.01 * rng.normal(size=(720, 2))
    y, wrong, groups = (np.repeat(v, 6) for v in (y, wrong, np.arange(120)))
    ensemble = DetectorEnsemble([KDisagreeingNeighbors(), SmallLoss()])
    assert found(ensemble.fit(X, y, groups=groups), wrong) > 0.99
    by_hand = KDisagreeingNeighbors().fit(X, y, groups=groups)
    np.testing.assert_array_equal(
        ensemble.detectors_[0].label_quality_, by_hand.label_quality_
    )
    ensemble.fit(X, y, trusted=wrong)
    np.testing.assert_array_equal(ensemble.label_quality_[wrong], 1)
    assert not ensemble.suspect_mask_[wrong].any()


@pytest.mark.parametrize("combine", ["rank_mean", "proba_mean", "agreement"])
def test_a_weight_repeats_its_row(combine):
    X, y, _ = planted(60)
    weight = np.random.default_rng(0).integers(1, 3, 60)
    again = np.repeat(np.arange(60), weight)
    ensemble = DetectorEnsemble(MEMBERS, combine=combine)
    weighted = clone(ensemble).fit(X, y, sample_weight=weight)
    repeated = clone(ensemble).fit(X[again], y[again])
    np.testing.assert_allclose(
        weighted.label_quality_[again], repeated.label_quality_, atol=1e-6
    )


@pytest.mark.parametrize("combine", ["rank_mean", "proba_mean", "agreement"])
def test_the_order_of_rows_does_not_matter(combine):
    X, y, _ = planted(60)
    order = np.random.default_rng(0).permutation(60)
    ensemble = DetectorEnsemble(MEMBERS, combine=combine)
    seen = clone(ensemble).fit(X, y)
    moved = clone(ensemble).fit(X[order], y[order])
    np.testing.assert_allclose(
        seen.label_quality_[order], moved.label_quality_, atol=1e-9
    )
    np.testing.assert_array_equal(seen.suspect_mask_[order], moved.suspect_mask_)


def test_labels_of_any_kind():
    X, y, _ = planted(60)
    names = np.array(["ant", "bee", "cat"])
    coded = DetectorEnsemble(MEMBERS).fit(X, y)
    named = DetectorEnsemble(MEMBERS).fit(X, names[y])
    np.testing.assert_array_equal(named.label_quality_, coded.label_quality_)
    np.testing.assert_array_equal(
        named.suggested_labels_, names[coded.suggested_labels_]
    )
    new = named.score_samples(X[:9], names[y[:9]])
    np.testing.assert_array_equal(new, coded.score_samples(X[:9], y[:9]))


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.SknoisyWarning")
def test_a_class_of_one_row_survives():
    X, y, _ = planted()
    ensemble = DetectorEnsemble().fit(np.vstack([X, [0.0, 20.0]]), np.append(y, 3))
    assert not ensemble.suspect_mask_[-1]


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"detectors": []}, ValueError, "empty; give at least one"),
        ({"detectors": [SmallLoss]}, TypeError, r"label detectors.*Write it with \(\)"),
        ({"detectors": [GaussianNB()]}, TypeError, "label detectors; got GaussianNB"),
        ({"combine": "mean"}, ValueError, "combine='mean'.*'rank_mean'"),
        ({"weights": [1.0]}, ValueError, "each of the 3 detectors"),
        ({"weights": 2.0}, ValueError, "each of the 3 detectors"),
        ({"weights": [1, 1, -1]}, ValueError, "at least 0"),
        ({"weights": [1, 1, np.nan]}, ValueError, "finite"),
        ({"weights": [1, 1, np.inf]}, ValueError, "finite"),
        ({"weights": [0, 0, 0]}, ValueError, "at least one detector must count"),
        (
            {"weights": [1, 1, 1], "combine": "agreement"},
            ValueError,
            'leave out weights, or write combine="rank_mean"',
        ),
    ],
)
def test_errors_name_the_fix(params, error, message):
    X, y, _ = planted(30, 3)
    with pytest.raises(error, match=message):
        DetectorEnsemble().set_params(**params).fit(X, y)


def test_members_are_cloned():
    X, y, _ = planted(60)
    ensemble = DetectorEnsemble(MEMBERS).fit(X, y)
    assert not any(hasattr(member, "label_quality_") for member in MEMBERS)
    copy = clone(ensemble)
    assert not hasattr(copy, "detectors_")
    assert copy.detectors[0] is not MEMBERS[0]
    stored = pickle.loads(pickle.dumps(ensemble))
    np.testing.assert_array_equal(
        stored.score_samples(X, y), ensemble.score_samples(X, y)
    )


def test_members_may_be_fitted_at_the_same_time():
    X, y, _ = planted(60)
    with parallel_config(backend="threading"):
        one, two = (DetectorEnsemble(MEMBERS, n_jobs=n).fit(X, y) for n in (None, 2))
    np.testing.assert_array_equal(one.label_quality_, two.label_quality_)


def test_wrappers_lend_their_estimator_to_each_member():
    members = [ConfidentLearning(), SmallLoss(LogisticRegression()), LabelDetector()]
    lent = with_default_estimator(DetectorEnsemble(members), GaussianNB()).detectors
    kinds = [GaussianNB, LogisticRegression, GaussianNB]
    estimators = [lent[0].estimator, lent[1].estimator, lent[2].scheme.estimator]
    assert list(map(type, estimators)) == kinds
    assert members[0].estimator is None
    default = with_default_estimator(DetectorEnsemble(), GaussianNB())
    assert isinstance(default.detectors[0].estimator, GaussianNB)


def test_it_works_in_a_wrapper():
    X, y, wrong = planted(60)
    members = [ConfidentLearning(), KDisagreeingNeighbors()]
    clf = CleanThenFit(GaussianNB(), DropSuspects(DetectorEnsemble(members)))
    clf.fit(X, y)
    first = clf.cleaner_.detector_.detectors_[0]
    assert isinstance(first.estimator, GaussianNB)
    assert clf.cleaner_.suspect_mask_[wrong].all()
    assert clf.score(X, np.arange(60) % 3) == 1


def test_it_claims_what_all_members_can_take():
    tags = DetectorEnsemble().__sklearn_tags__().input_tags
    assert tags.sparse
    assert tags.allow_nan
    members = [ConfidentLearning(), SmallLoss(GaussianNB())]
    tags = DetectorEnsemble(members).__sklearn_tags__().input_tags
    assert not tags.sparse
    assert not tags.allow_nan
