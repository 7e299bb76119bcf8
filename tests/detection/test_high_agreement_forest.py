# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from sknoisy.detection import HighAgreementForestFilter
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


@pytest.fixture
def forest_filter():
    return HighAgreementForestFilter(n_estimators=20)


def test_planted_errors_are_found(forest_filter):
    X, y, wrong = planted()
    fitted = forest_filter.fit(X, y)
    assert roc_auc_score(wrong, -fitted.label_quality_) > 0.97
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)


def test_quality_is_the_share_of_trees_that_vote_for_the_label(forest_filter):
    X, y, _ = blobs(90, spread=4.0)
    quality = forest_filter.fit(X, y).label_quality_
    np.testing.assert_allclose(quality * 20, np.round(quality * 20), atol=1e-9)
    assert len(np.unique(quality)) > 5


@pytest.mark.parametrize("agreement", [0.6, 0.7, 1.0])
def test_labels_are_suspect_from_the_agreement_on(forest_filter, agreement):
    X, y, _ = blobs(90, noise=0.1, spread=4.0)
    fitted = forest_filter.set_params(agreement=agreement).fit(X, y)
    expected = np.round(20 * (1 - fitted.label_quality_)) >= 20 * agreement
    np.testing.assert_array_equal(fitted.suspect_mask_, expected)
    assert 0 < fitted.suspect_mask_.sum() < 45


def test_the_default_agreement_suspects_at_three_tenths():
    y = np.array([0, 0, 0, 1])
    votes = np.array([[0.3, 0.7], [0.31, 0.69], [0.9, 0.1], [0.2, 0.8]])
    fitted = HighAgreementForestFilter.from_predictions(y, votes)
    np.testing.assert_array_equal(fitted.suspect_mask_, [True, False, False, False])
    np.testing.assert_allclose(fitted.label_quality_, [0.3, 0.31, 0.9, 0.8])


def test_a_threshold_takes_the_place_of_the_agreement(forest_filter):
    X, y, _ = planted()
    fitted = forest_filter.set_params(threshold=0.8).fit(X, y)
    np.testing.assert_array_equal(fitted.suspect_mask_, fitted.label_quality_ < 0.8)


def test_new_labels_are_judged_by_all_forests(forest_filter):
    X, y, _ = blobs(90)
    fitted = forest_filter.fit(X, y)
    forests = fitted.scheme_.cross_fits_[0].estimators
    assert len(forests) == 5
    assert all(isinstance(forest, RandomForestClassifier) for forest in forests)
    assert fitted.score_samples(X, y).min() > 0.8
    assert fitted.score_samples(X, (y + 1) % 3).max() < 0.2


@pytest.mark.parametrize("data", [texts(), frame(pd)])
def test_any_container_is_judged(forest_filter, data):
    X, y = data
    quality = forest_filter.fit(X, y).label_quality_
    assert roc_auc_score(np.arange(len(y)) < 2, -quality) > 0.9


def test_the_agreement_is_a_share():
    X, y, _ = blobs(30)
    with pytest.raises(ValueError, match="agreement=70 must be a share"):
        HighAgreementForestFilter(agreement=70).fit(X, y)
