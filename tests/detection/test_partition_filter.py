# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.utils import check_random_state

from sknoisy.detection import IterativePartitioningFilter
from sknoisy.detection._partition_filter import hold_ballot
from sknoisy.detection._rounds_filter import Ballot
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


@parametrize_with_checks(
    [
        IterativePartitioningFilter(GaussianNB(), vote="consensus"),
        IterativePartitioningFilter(LogisticRegression(), n_partitions=3),
    ]
)
def test_contract(estimator, check):
    check(estimator)


class Oracle(ClassifierMixin, BaseEstimator):
    """Read the true class from the first column."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.asarray(X)[:, 0].astype(int)


def ballot(n_wrong, own_wrong, n_models=5):
    n_wrong = np.array(n_wrong)
    n_votes = np.full(len(n_wrong), n_models)
    proba = np.full((len(n_wrong), 2), 0.5)
    return Ballot(n_wrong, n_votes, n_models, np.array(own_wrong), proba)


@pytest.mark.parametrize("estimator", [None, GaussianNB(), LogisticRegression()])
def test_planted_errors_are_removed(estimator):
    X, y, wrong = planted()
    fitted = IterativePartitioningFilter(estimator).fit(X, y)
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)
    assert roc_auc_score(wrong, -fitted.label_quality_) > 0.98
    assert fitted.noise_rate_ == pytest.approx(wrong.mean())


def test_many_errors_are_removed():
    X, given, truth = blobs(400, noise=0.2)
    fitted = IterativePartitioningFilter().fit(X, given)
    found = fitted.suspect_mask_
    assert found[given != truth].mean() > 0.9
    assert found[given == truth].mean() < 0.05


def test_votes_are_counted_model_by_model():
    X, y, _ = blobs(30)
    models = [GaussianNB().fit(X, y), GaussianNB().fit(X, (y + 1) % 3)]
    models.append(GaussianNB().fit(X[y < 2], y[y < 2]))
    held = hold_ballot(models, X, y, np.arange(3), np.arange(30) % 2)
    np.testing.assert_array_equal(held.n_votes, np.where(y < 2, 3, 2))
    np.testing.assert_array_equal(held.n_wrong, 1)
    np.testing.assert_array_equal(held.is_confirmed, np.arange(30) % 2 == 1)
    np.testing.assert_allclose(held.quality, np.where(y < 2, 2 / 3, 1 / 2))


@pytest.mark.parametrize("vote, needed", [("majority", 3), ("consensus", 5)])
def test_the_model_of_the_own_part_must_err_too(vote, needed):
    X, y, _ = blobs(60, 2)
    fitted = IterativePartitioningFilter(vote=vote).fit(X, y)
    n_wrong = np.repeat(np.arange(6), 2)
    own = np.arange(12) % 2 == 1
    rows = type("Rows", (), {"trusted": None, "codes": np.arange(12) // 6 * 0})
    noisy = fitted._outvoted(ballot(n_wrong, own), rows, np.arange(12), 12)
    np.testing.assert_array_equal(noisy, (n_wrong >= needed) & own)


def test_rows_set_aside_are_undisputed_and_no_more_than_removed():
    codes = np.repeat([0, 1], 20)
    n_wrong = np.where(np.arange(40) % 4 == 0, 5, 0)
    noisy = n_wrong > 0
    votes = ballot(n_wrong, noisy)
    detector = IterativePartitioningFilter()
    rng = check_random_state(0)
    good = detector._set_aside(votes, noisy, codes, np.arange(40), rng)
    assert not (good & noisy).any()
    np.testing.assert_array_equal(np.bincount(codes[good]), [5, 5])
    few = IterativePartitioningFilter(keep_fraction=0.1)
    good = few._set_aside(votes, noisy, codes, np.arange(40), rng)
    np.testing.assert_array_equal(np.bincount(codes[good]), [1, 1])


def test_it_stops_after_quiet_rounds():
    X, y, _ = blobs(90)
    fitted = IterativePartitioningFilter(n_quiet=4).fit(X, y)
    assert fitted.n_iter_ == 4
    assert fitted.stopped_by_ == "quiet"
    np.testing.assert_array_equal(fitted.n_removed_, 0)


def test_rounds_are_counted():
    X, given, _ = blobs(300, noise=0.2, spread=3.0)
    once = IterativePartitioningFilter(max_iter=1).fit(X, given)
    assert (once.n_iter_, once.stopped_by_) == (1, "max_iter")
    more = IterativePartitioningFilter().fit(X, given)
    rounds = more.removed_at_[more.removed_at_ > 0]
    np.testing.assert_array_equal(
        np.bincount(rounds, minlength=more.n_iter_ + 1)[1:], more.n_removed_
    )
    np.testing.assert_array_equal(once.suspect_mask_, more.removed_at_ == 1)
    np.testing.assert_array_equal(more.suspect_mask_, more.removed_at_ > 0)


def test_it_stops_when_there_is_nothing_left_to_split():
    y = np.arange(30) % 2
    X = np.column_stack([np.where(np.arange(30) < 5, 1 - y, y), np.arange(30)])
    fitted = IterativePartitioningFilter(Oracle(), n_partitions=13).fit(X, y)
    assert (fitted.stopped_by_, fitted.n_iter_) == ("few_rows", 1)
    np.testing.assert_array_equal(fitted.suspect_mask_, np.arange(30) < 5)


def test_a_class_that_all_models_deny_stays():
    y = np.arange(30) % 2
    X = np.column_stack([np.zeros(30), np.arange(30)])
    fitted = IterativePartitioningFilter(Oracle()).fit(X, y)
    assert not fitted.suspect_mask_.any()
    np.testing.assert_array_equal(fitted.label_quality_, 1 - y)


@pytest.mark.parametrize("n_rare", [1, 2])
def test_a_rare_class_is_not_emptied(n_rare):
    X, y, _ = blobs(60, 2)
    y[:n_rare] = 2
    assert not IterativePartitioningFilter().fit(X, y).suspect_mask_[:n_rare].all()


def test_trusted_rows_are_never_removed():
    X, y, wrong = planted()
    fitted = IterativePartitioningFilter().fit(X, y, trusted=wrong)
    assert not fitted.suspect_mask_.any()
    assert (fitted.removed_at_ == 0).all()


def test_rows_of_weight_zero_are_removed_but_judge_none():
    X, y, wrong = planted()
    weight = np.where(wrong, 0.0, 1.0)
    fitted = IterativePartitioningFilter().fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)
    assert fitted.noise_rate_ == 0
    without = IterativePartitioningFilter().fit(X[~wrong], y[~wrong])
    np.testing.assert_allclose(
        fitted.label_quality_[~wrong], without.label_quality_, atol=1e-12
    )


@pytest.mark.parametrize("data", [texts(200), frame(pd, 200)], ids=["texts", "frame"])
def test_any_container_is_judged(data):
    X, y = data
    quality = IterativePartitioningFilter().fit(X, y).label_quality_
    assert quality[:2].mean() < quality[2:].mean()


def test_new_labels_are_judged():
    X, y, _ = blobs(90)
    fitted = IterativePartitioningFilter().fit(X, y)
    assert fitted.score_samples(X, y).mean() > 0.95
    assert fitted.score_samples(X, (y + 1) % 3).mean() < 0.05
    assert fitted.score_samples(X).mean() > 0.95


@pytest.mark.parametrize(
    "params", [{"n_partitions": 1}, {"n_quiet": 0}, {"max_iter": 2.5}]
)
def test_counts_are_checked(params):
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="whole number"):
        IterativePartitioningFilter(**params).fit(X, y)


def test_shares_are_checked():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="keep_fraction=2 must be a share"):
        IterativePartitioningFilter(keep_fraction=2).fit(X, y)
