# SPDX-License-Identifier: BSD-3-Clause
"""Both meta-estimators offer what the estimator inside offers, and no more."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from sknoisy import CleanThenFit, NoiseRobustClassifier
from tests._data import OnlyPredict
from tests.estimators.toys import WEIGHT, X_TEST, Y_TEST, X, Y

META = [CleanThenFit, NoiseRobustClassifier]
METHODS = ["predict_proba", "predict_log_proba", "decision_function"]
ESTIMATORS = [
    LogisticRegression(),
    GaussianNB(),
    LinearSVC(),
    OnlyPredict(),
    KNeighborsClassifier(),
    make_pipeline(StandardScaler(), LinearSVC()),
    SGDClassifier(loss="log_loss", random_state=0),
    SGDClassifier(random_state=0),
]


@pytest.mark.parametrize("meta", META)
@pytest.mark.parametrize("inner", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_methods_are_there_when_the_estimator_has_them(meta, inner):
    clf = meta(clone(inner))
    for fitted in (False, True):
        if fitted:
            clf.fit(X, Y)
        for method in METHODS:
            assert hasattr(clf, method) == hasattr(inner, method)
            if not hasattr(inner, method):
                with pytest.raises(AttributeError, match=method):
                    getattr(clf, method)
    for method in [m for m in [*METHODS, "predict"] if hasattr(inner, m)]:
        with np.errstate(divide="ignore"):
            expected = getattr(clf.estimator_, method)(X_TEST)
            assert_array_equal(getattr(clf, method)(X_TEST), expected)


@pytest.mark.parametrize("meta", META)
def test_the_fitted_estimator_decides_what_is_there(meta):
    clf = meta(LogisticRegression()).fit(X, Y)
    clf.set_params(estimator=LinearSVC())
    assert hasattr(clf, "predict_proba")
    clf.fit(X, Y)
    assert not hasattr(clf, "predict_proba")


@pytest.mark.parametrize("meta", META)
def test_the_default_predicts_probabilities(meta):
    assert hasattr(meta(), "predict_proba")
    assert_allclose(meta().fit(X, Y).predict_proba(X_TEST).sum(axis=1), 1)


@pytest.mark.parametrize("meta", META)
@pytest.mark.parametrize("method", [*METHODS, "predict", "score"])
def test_an_unfitted_object_says_so(meta, method):
    clf = meta(LogisticRegression())
    args = (X, Y) if method == "score" else (X,)
    with pytest.raises(NotFittedError):
        getattr(clf, method)(*args)
    with pytest.raises(NotFittedError):
        check_is_fitted(clf)
    assert not hasattr(clf, "classes_")
    check_is_fitted(clf.fit(X, Y))


@pytest.mark.parametrize("meta", META)
@pytest.mark.parametrize(
    "inner",
    [LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())],
    ids=["classifier", "pipeline"],
)
def test_score_takes_weights(meta, inner):
    clf = meta(inner).fit(X, Y)
    y_pred = clf.predict(X)
    assert clf.score(X, Y) == accuracy_score(Y, y_pred)
    weighted = accuracy_score(Y, y_pred, sample_weight=WEIGHT)
    assert clf.score(X, Y, sample_weight=WEIGHT) == pytest.approx(weighted)
    assert weighted != accuracy_score(Y, y_pred)


def test_score_is_that_of_the_estimator():
    search = GridSearchCV(
        LogisticRegression(), {"C": [0.1, 1.0]}, scoring="neg_log_loss", cv=3
    )
    clf = CleanThenFit(search).fit(X, Y)
    assert clf.score(X_TEST, Y_TEST) == clf.estimator_.score(X_TEST, Y_TEST) < 0
    reg = CleanThenFit(LinearRegression()).fit(X, X[:, 0] + 0.1 * X[:, 1] ** 2)
    assert reg.score(X, X[:, 0]) == reg.estimator_.score(X, X[:, 0])


@pytest.mark.parametrize("meta", META)
def test_tags_are_those_of_the_estimator(meta):
    assert is_classifier(meta()) and is_classifier(meta(LogisticRegression()))
    for inner in (
        LogisticRegression(),
        HistGradientBoostingClassifier(),
        MultinomialNB(),
        GaussianNB(),
        make_pipeline(FunctionTransformer(), LogisticRegression()),
    ):
        ours, theirs = get_tags(meta(inner)), get_tags(inner)
        assert ours.estimator_type == "classifier"
        for name in ("sparse", "allow_nan", "string", "positive_only"):
            expected = getattr(theirs.input_tags, name)
            assert getattr(ours.input_tags, name) == expected
        assert ours.classifier_tags.multi_class == theirs.classifier_tags.multi_class
        assert ours.non_deterministic == theirs.non_deterministic
        assert ours.target_tags.required
    assert not get_tags(meta(KNeighborsClassifier())).classifier_tags.multi_label


def test_a_regressor_inside_makes_a_regressor():
    reg = CleanThenFit(LinearRegression())
    assert is_regressor(reg) and not is_classifier(reg)
    assert get_tags(reg).regressor_tags is not None


@pytest.mark.parametrize("meta", META)
def test_parameters_can_be_reached_from_outside(meta):
    clf = meta(make_pipeline(StandardScaler(), OneVsRestClassifier(LinearSVC())))
    clf.set_params(estimator__onevsrestclassifier__estimator__C=7)
    assert clf.get_params()["estimator__onevsrestclassifier__estimator"].C == 7
    fitted = clf.fit(X, Y).estimator_
    for member in getattr(fitted, "estimators", [fitted]):
        assert member[-1].estimators_[0].C == 7


@pytest.mark.parametrize("meta", META)
def test_a_model_without_members_is_a_model(meta):
    class Empty(LogisticRegression):
        def __len__(self):
            return 0

    clf = meta(Empty()).fit(X, Y).set_params(estimator=LinearSVC())
    assert hasattr(clf, "predict_proba")
    assert np.isfinite(clf.predict_proba(X_TEST)).all()
