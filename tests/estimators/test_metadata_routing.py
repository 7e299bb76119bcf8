# SPDX-License-Identifier: BSD-3-Clause
"""Weights, groups and trusted rows arrive, with metadata routing and without."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.metadata_routing import get_routing_for_object

from sknoisy import CleanThenFit, ConfidentLearning, NoiseRobustClassifier
from sknoisy.cleaning import DropSuspects, ReweightSuspects
from tests.estimators.toys import WEIGHT, WRONG, Noting, X, Y, learned

META = [CleanThenFit, NoiseRobustClassifier]
LIGHT = {
    CleanThenFit: {"cleaner": DropSuspects(ConfidentLearning())},
    NoiseRobustClassifier: {"detector": ConfidentLearning()},
}
GROUPS = np.arange(len(Y)) // 4
METADATA = {"sample_weight": WEIGHT, "groups": GROUPS, "trusted": WRONG}


@pytest.fixture
def routing():
    with config_context(enable_metadata_routing=True):
        yield


def light(meta):
    """Wrap a classifier, with a detector that is quickly fitted."""
    return meta(LogisticRegression(), **LIGHT[meta])


def asking(clf):
    return clf.set_fit_request(sample_weight=True, groups=True, trusted=True)


def assert_was_given_all(clf, X):
    with config_context(enable_metadata_routing=False):
        direct = clone(clf).fit(X, Y, **METADATA)
    assert_array_equal(clf.label_quality_, direct.label_quality_)
    assert_array_equal(clf.sample_weight_, direct.sample_weight_)
    assert (clf.label_quality_[WRONG] == 1).all()


@pytest.mark.parametrize("meta", META)
def test_fit_takes_metadata_without_a_request(meta, routing):
    assert_was_given_all(light(meta).fit(X, Y, **METADATA), X)


@pytest.mark.parametrize("meta", META)
def test_a_pipeline_brings_what_its_last_step_asks_for(meta, routing):
    clf = asking(light(meta))
    pipe = make_pipeline(StandardScaler(), clf)
    pipe[0].set_fit_request(sample_weight=False)
    pipe.fit(X, Y, **METADATA)
    assert_was_given_all(clf, pipe[0].transform(X))


@pytest.mark.parametrize("meta", META)
def test_without_routing_steps_are_named(meta):
    pipe = make_pipeline(StandardScaler(), light(meta))
    name = meta.__name__.lower()
    pipe.fit(X, Y, **{f"{name}__{key}": value for key, value in METADATA.items()})
    assert_was_given_all(pipe[-1], pipe[0].transform(X))


@pytest.mark.parametrize("meta", META)
def test_what_was_not_asked_for_is_refused(meta, routing):
    pipe = make_pipeline(StandardScaler(), light(meta))
    with pytest.raises(UnsetMetadataPassedError, match="trusted"):
        pipe.fit(X, Y, trusted=WRONG)
    pipe[-1].set_fit_request(trusted=False)
    with pytest.raises(TypeError, match="trusted"):
        pipe.fit(X, Y, trusted=WRONG)


@pytest.mark.parametrize("meta", META)
def test_a_search_brings_each_split_its_part(meta, routing):
    clf = asking(light(meta)).set_score_request(sample_weight=True)
    grid = {"estimator__C": [0.1, 10.0]}
    search = GridSearchCV(clf, grid, cv=GroupKFold(3)).fit(X, Y, **METADATA)
    assert_was_given_all(search.best_estimator_, X)
    train, test = next(GroupKFold(3).split(X, Y, GROUPS))
    part = {key: value[train] for key, value in METADATA.items()}
    by_hand = clone(clf).set_params(**search.cv_results_["params"][0])
    by_hand.fit(X[train], Y[train], **part)
    expected = accuracy_score(
        Y[test], by_hand.predict(X[test]), sample_weight=WEIGHT[test]
    )
    assert search.cv_results_["split0_test_score"][0] == pytest.approx(expected)


@pytest.mark.parametrize("meta", META)
def test_cross_validation_brings_each_split_its_part(meta, routing):
    clf = asking(light(meta)).set_score_request(sample_weight=True)
    found = cross_validate(
        make_pipeline(clf),
        X,
        Y,
        cv=3,
        params=METADATA,
        return_estimator=True,
        return_indices=True,
    )
    for pipe, train in zip(found["estimator"], found["indices"]["train"], strict=True):
        part = {key: value[train] for key, value in METADATA.items()}
        direct = clone(clf).fit(X[train], Y[train], **part)
        assert_array_equal(pipe[-1].label_quality_, direct.label_quality_)
        assert_array_equal(pipe[-1].sample_weight_, direct.sample_weight_)


@pytest.mark.parametrize("meta", META)
def test_without_routing_a_search_brings_weights(meta):
    search = GridSearchCV(light(meta), {"estimator__C": [1.0]}, cv=3)
    search.fit(X, Y, sample_weight=WEIGHT, trusted=WRONG)
    assert (search.best_estimator_.label_quality_[WRONG] == 1).all()
    direct = light(meta).fit(X, Y, WEIGHT, trusted=WRONG)
    assert_array_equal(search.best_estimator_.sample_weight_, direct.sample_weight_)


@pytest.mark.parametrize("meta", META)
def test_other_parameters_go_to_an_estimator_that_asks(meta, routing):
    note = np.arange(len(Y))
    clf = meta(Noting().set_fit_request(note=True, sample_weight=True))
    clf.fit(X, Y, sample_weight=WEIGHT, note=note)
    inner = clf.estimator_
    assert_array_equal(inner.X_, X[inner.note_])
    assert inner.sample_weight_ is not None
    with pytest.raises(UnsetMetadataPassedError, match="note"):
        meta(Noting()).fit(X, Y, note=note)
    with pytest.raises(TypeError, match="nota"):
        clf.fit(X, Y, nota=note)


@pytest.mark.parametrize("meta", META)
def test_weights_need_no_request_further_inside(meta, routing):
    inner = make_pipeline(StandardScaler(), Noting())
    clf = meta(inner).fit(X, Y, sample_weight=WEIGHT)
    last = getattr(clf.estimator_, "estimators", [clf.estimator_])[-1]
    assert last[-1].sample_weight_ is not None
    y_pred = clf.predict(X)
    expected = accuracy_score(Y, y_pred, sample_weight=WEIGHT)
    assert clf.score(X, Y, sample_weight=WEIGHT) == pytest.approx(expected)
    requests = get_routing_for_object(inner[-1]).fit.requests
    assert requests["sample_weight"] is None


def test_weights_that_the_cleaner_makes_need_no_request(routing):
    clf = CleanThenFit(make_pipeline(StandardScaler(), Noting()), ReweightSuspects())
    clf.fit(X, Y)
    assert_array_equal(clf.estimator_[-1].sample_weight_, clf.sample_weight_)


def test_a_score_that_takes_weights_by_request_alone_gets_them(routing):
    scored = GridSearchCV(
        LogisticRegression()
        .set_score_request(sample_weight=True)
        .set_fit_request(sample_weight=True),
        {"C": [1.0]},
        cv=3,
    )
    clf = CleanThenFit(scored, DropSuspects()).fit(X, Y)
    expected = accuracy_score(Y, clf.predict(X), sample_weight=WEIGHT)
    assert clf.score(X, Y, sample_weight=WEIGHT) == pytest.approx(expected)


@pytest.mark.parametrize("meta", META)
def test_the_routing_is_told(meta):
    with config_context(enable_metadata_routing=True):
        clf = asking(meta(Noting().set_fit_request(note=True)))
        routed = get_routing_for_object(clf)
        assert routed.consumes("fit", {"sample_weight", "groups", "trusted", "note"})
    assert learned(clf) == set()
