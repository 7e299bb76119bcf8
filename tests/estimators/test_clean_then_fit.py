# SPDX-License-Identifier: BSD-3-Clause
"""CleanThenFit: any cleaner before any estimator."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import make_regression
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import CleanThenFit
from sknoisy.cleaning import DropSuspects, RelabelSuspects, ReweightSuspects
from sknoisy.detection import (
    AutoDetector,
    ConfidentLearning,
    InSample,
    LabelDetector,
    OutOfFold,
    Precomputed,
    ResidualDetector,
)
from tests._parts import LIGHT
from tests.cleaning.toys import Doubled, HalveAll, Verdict, WithoutFirst
from tests.estimators.toys import (
    TRUTH,
    WEIGHT,
    WRONG,
    X_TEST,
    Y_TEST,
    Failing,
    Noting,
    X,
    Y,
    learned,
)

CLEANERS = [DropSuspects, RelabelSuspects, ReweightSuspects]
DROP = DropSuspects(LIGHT)


def test_the_estimator_is_fitted_on_the_rows_that_stay():
    clf = CleanThenFit(Noting(), DROP).fit(X, Y, sample_weight=WEIGHT)
    kept = np.flatnonzero(~clf.cleaner_.acted_mask_)
    assert 0 < len(kept) < len(Y)
    assert_array_equal(clf.estimator_.X_, X[kept])
    assert_array_equal(clf.estimator_.y_, Y[kept])
    assert_array_equal(clf.estimator_.sample_weight_, WEIGHT[kept])
    by_hand = LogisticRegression().fit(X[kept], Y[kept], WEIGHT[kept])
    assert_allclose(clf.predict_proba(X_TEST), by_hand.predict_proba(X_TEST))


def test_the_estimator_is_fitted_on_the_new_labels():
    clf = CleanThenFit(Noting(), RelabelSuspects(LIGHT)).fit(X, Y)
    assert clf.estimator_.X_ is X
    assert clf.estimator_.sample_weight_ is None
    assert (clf.estimator_.y_ == TRUTH).mean() > (Y == TRUTH).mean() + 0.05


def test_the_estimator_is_fitted_with_the_new_weights():
    clf = CleanThenFit(Noting(), ReweightSuspects(LIGHT))
    clf.fit(X, Y, sample_weight=WEIGHT)
    assert_array_equal(clf.estimator_.y_, Y)
    assert_array_equal(clf.estimator_.sample_weight_, clf.cleaner_.weights_)
    assert_array_equal(clf.sample_weight_, clf.cleaner_.weights_)
    share = clf.sample_weight_ / WEIGHT
    assert share[WRONG].mean() < 0.3 < 0.9 < share[~WRONG].mean()


@pytest.mark.parametrize("kind", CLEANERS)
def test_it_learns_better_than_from_the_given_labels(kind):
    knn = KNeighborsClassifier(1)
    clf = CleanThenFit(knn, kind(ConfidentLearning(GaussianNB()))).fit(X, Y)
    plain = clone(knn).fit(X, Y).score(X_TEST, Y_TEST)
    assert clf.score(X_TEST, Y_TEST) > plain + 0.01


@pytest.mark.parametrize("kind", CLEANERS)
def test_it_says_what_became_of_each_row(kind):
    clf = CleanThenFit(LogisticRegression(), kind(LIGHT)).fit(X, Y)
    cleaner = clf.cleaner_
    assert_array_equal(clf.label_quality_, cleaner.label_quality_)
    assert_array_equal(clf.suspect_mask_, cleaner.suspect_mask_)
    assert clf.noise_rate_ == cleaner.noise_rate_
    assert_array_equal(clf.classes_, [0, 1, 2])
    assert clf.n_features_in_ == 2
    assert clf.suspect_mask_[WRONG].mean() > 0.7


def test_the_weight_of_a_row_that_was_dropped_is_zero():
    clf = CleanThenFit(LogisticRegression(), DROP).fit(X, Y)
    assert_array_equal(clf.sample_weight_, ~clf.cleaner_.acted_mask_)
    clf.fit(X, Y, sample_weight=WEIGHT)
    expected = np.where(clf.cleaner_.acted_mask_, 0, WEIGHT)
    assert_array_equal(clf.sample_weight_, expected)


def test_nothing_is_dropped_from_what_is_predicted_or_scored():
    clf = CleanThenFit(LogisticRegression()).fit(X, Y)
    assert len(clf.predict(X)) == len(Y)
    assert clf.score(X, Y) == np.mean(clf.predict(X) == Y)


@pytest.mark.parametrize(
    "cleaner",
    [
        None,
        DropSuspects(),
        RelabelSuspects(ConfidentLearning(cv=3)),
        ReweightSuspects(LabelDetector()),
        DropSuspects(LabelDetector(OutOfFold(cv=3))),
        DropSuspects(LabelDetector("in_sample")),
        DropSuspects(LabelDetector(InSample())),
    ],
    ids=repr,
)
def test_a_detector_without_an_estimator_judges_with_the_wrappers(cleaner):
    clf = CleanThenFit(GaussianNB(var_smoothing=0.1), cleaner).fit(X, Y)
    models = [
        model
        for model in clf.cleaner_.get_params().values()
        if isinstance(model, GaussianNB)
    ]
    assert {model.var_smoothing for model in models} == {0.1}
    assert clf.cleaner is cleaner
    if cleaner is None:
        by_hand = AutoDetector(GaussianNB(var_smoothing=0.1)).fit(X, Y)
        assert_array_equal(clf.suspect_mask_, by_hand.suspect_mask_)


def test_a_detector_with_an_estimator_of_its_own_keeps_it():
    cleaner = DropSuspects(ConfidentLearning(GaussianNB()))
    clf = CleanThenFit(KNeighborsClassifier(), cleaner).fit(X, Y)
    by_hand = ConfidentLearning(GaussianNB()).fit(X, Y)
    assert_array_equal(clf.label_quality_, by_hand.label_quality_)


def test_texts_reach_the_pipeline_inside_as_they_are():
    texts = ["good day" if label else "bad night" for label in TRUTH > 0]
    labels = np.where((TRUTH > 0) ^ WRONG, "pos", "neg")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    clf = CleanThenFit(model).fit(texts, labels)
    assert_array_equal(clf.suspect_mask_, WRONG)
    assert clf.predict(["a good one", "bad"]).tolist() == ["pos", "neg"]
    default = CleanThenFit().fit(texts, labels)
    assert default.predict(["a good one", "bad"]).tolist() == ["pos", "neg"]


def test_what_is_held_per_row_follows_its_row():
    note = np.arange(len(Y))
    clf = CleanThenFit(Noting(), DROP).fit(X, Y, note=note)
    assert_array_equal(clf.estimator_.note_, note[clf.cleaner_.sample_indices_])
    clf.fit(X, Y, note=note.tolist())
    assert clf.estimator_.note_ == clf.cleaner_.sample_indices_.tolist()
    series = pd.Series(note, index=note[::-1])
    clf.fit(X, Y, note=series)
    assert_array_equal(clf.estimator_.note_, clf.cleaner_.sample_indices_)


def test_what_is_not_held_per_row_is_passed_on():
    for note in ("a word", {"a": 1}, None, 3, np.arange(5)):
        clf = CleanThenFit(Noting(), DROP).fit(X, Y, note=note)
        assert clf.estimator_.note_ is note


def test_zero_weights_equal_absent_rows():
    weight = (np.arange(len(Y)) % 3 > 0).astype(float)
    present = weight > 0
    for kind in CLEANERS:
        clf = CleanThenFit(LogisticRegression(), kind(LIGHT))
        weighted = clf.fit(X, Y, sample_weight=weight).predict_proba(X_TEST)
        absent = clf.fit(X[present], Y[present]).predict_proba(X_TEST)
        assert_allclose(weighted, absent, atol=1e-3)


@pytest.mark.parametrize("kind", CLEANERS)
def test_trusted_rows_are_left_as_they_are(kind):
    clf = CleanThenFit(Noting(), kind(LIGHT))
    clf.fit(X, Y, trusted=WRONG, note=np.arange(120))
    assert not clf.suspect_mask_[WRONG].any()
    assert (clf.label_quality_[WRONG] == 1).all()
    assert (clf.sample_weight_[WRONG] == 1).all()
    rows = clf.estimator_.note_
    kept = np.isin(rows, np.flatnonzero(WRONG))
    assert_array_equal(clf.estimator_.y_[kept], Y[rows][kept])


def test_groups_reach_the_detector():
    # Every row twice: only groups keep a twin from vouching for its copy.
    twins = np.repeat(np.arange(60), 2)
    shift = np.tile([0, 1e-9], 60)[:, None]
    knn, cleaner = KNeighborsClassifier(1), DropSuspects(ConfidentLearning(cv=3))
    apart = CleanThenFit(knn, cleaner).fit(X[twins] + shift, Y[twins])
    together = CleanThenFit(knn, cleaner).fit(X[twins] + shift, Y[twins], groups=twins)
    assert apart.label_quality_.mean() > together.label_quality_.mean() + 0.1
    with pytest.raises(ValueError, match="one group"):
        CleanThenFit(knn).fit(X, Y, groups=np.zeros(len(Y)))


@pytest.mark.parametrize("name", ["sample_weight", "groups", "trusted"])
def test_metadata_of_the_wrong_length_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} has 3 entries, but X has 120 rows"):
        CleanThenFit(LogisticRegression()).fit(X, Y, **{name: [1, 0, 1]})


def test_samplers_that_say_which_rows_they_return():
    clf = CleanThenFit(Noting(), WithoutFirst())
    clf.fit(X, Y, sample_weight=WEIGHT, note=np.arange(len(Y)))
    assert_array_equal(clf.estimator_.note_, np.arange(1, len(Y)))
    assert_array_equal(clf.sample_weight_, np.r_[0, WEIGHT[1:]])
    assert_array_equal(clf.suspect_mask_, np.arange(len(Y)) == 0)
    assert not hasattr(clf, "label_quality_")


def test_samplers_that_do_not_say():
    clf = CleanThenFit(Noting(), Doubled()).fit(X, Y, note="a word")
    assert len(clf.estimator_.y_) == 2 * len(Y)
    assert_array_equal(clf.sample_weight_, np.ones(len(Y)))
    assert not clf.suspect_mask_.any()
    with pytest.raises(ValueError, match="Doubled does not say.*note cannot follow"):
        clf.fit(X, Y, note=np.arange(len(Y)))
    with pytest.raises(ValueError, match="Doubled does not say.*sample_weight"):
        clf.fit(X, Y, sample_weight=WEIGHT)


def test_reweighters_of_other_libraries():
    clf = CleanThenFit(Noting(), HalveAll()).fit(X, Y, sample_weight=WEIGHT)
    assert_array_equal(clf.estimator_.sample_weight_, WEIGHT / 2)


@pytest.mark.parametrize(
    ("module", "name", "params"),
    [
        ("under_sampling", "EditedNearestNeighbours", {}),
        ("under_sampling", "RandomUnderSampler", {"random_state": 0}),
        ("over_sampling", "RandomOverSampler", {"random_state": 0}),
    ],
)
def test_samplers_of_imbalanced_learn(module, name, params):
    module = pytest.importorskip(f"imblearn.{module}")
    sampler = getattr(module, name)(**params)
    rows = np.r_[np.flatnonzero(Y == 0)[:20], np.flatnonzero(Y > 0)]
    clf = CleanThenFit(Noting(), sampler)
    clf.fit(X[rows], Y[rows], sample_weight=WEIGHT[rows])
    by_hand = clone(sampler).fit_resample(X[rows], Y[rows])
    assert_array_equal(clf.estimator_.X_, by_hand[0])
    assert_array_equal(clf.estimator_.y_, by_hand[1])
    kept = rows[clf.cleaner_.sample_indices_]
    assert_array_equal(clf.estimator_.sample_weight_, WEIGHT[kept])
    assert clf.sample_weight_.sum() == pytest.approx(WEIGHT[kept].sum())
    with pytest.raises(TypeError, match="takes no trusted"):
        clf.fit(X, Y, trusted=WRONG)


def test_rows_made_up_by_smote_carry_no_weight():
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    rows = np.r_[np.flatnonzero(Y == 0)[:20], np.flatnonzero(Y > 0)]
    clf = CleanThenFit(Noting(), over_sampling.SMOTE(random_state=0))
    clf.fit(X[rows], Y[rows])
    assert len(np.unique(np.unique(clf.estimator_.y_, return_counts=True)[1])) == 1
    assert not clf.suspect_mask_.any()
    with pytest.raises(ValueError, match="SMOTE does not say.*fit without sample_w"):
        clf.fit(X[rows], Y[rows], sample_weight=WEIGHT[rows])


def test_a_function_as_a_sampler():
    imblearn = pytest.importorskip("imblearn")
    sampler = imblearn.FunctionSampler(
        func=lambda X, y: (X[y < 2], y[y < 2]), validate=False
    )
    clf = CleanThenFit(Noting(), sampler).fit(X, Y)
    assert_array_equal(clf.classes_, [0, 1])
    assert_array_equal(clf.estimator_.X_, X[Y < 2])


def test_regressors_are_cleaned_by_residuals():
    data, target = make_regression(150, 5, noise=5, random_state=0)
    given = target.copy()
    given[::15] += 500
    for cleaner in (None, DropSuspects(), ReweightSuspects()):
        reg = CleanThenFit(Ridge(), cleaner).fit(data, given)
        assert is_regressor(reg) and not is_classifier(reg)
        assert isinstance(reg.cleaner_.detector_, ResidualDetector)
        assert_array_equal(reg.suspect_mask_[::15], True)
        assert reg.score(data, target) > Ridge().fit(data, given).score(data, target)
        assert not hasattr(reg, "predict_proba")
        assert not hasattr(reg, "classes_")
    trusted = np.arange(150) % 15 == 0
    reg.fit(data, given, sample_weight=np.ones(150), trusted=trusted)
    assert not reg.suspect_mask_[trusted].any()


def test_regressors_with_other_cleaners():
    data, target = make_regression(150, 5, noise=5, random_state=0)
    forest = RandomForestRegressor(5, random_state=0)
    detector = ResidualDetector(Ridge(), max_deviation=2)
    reg = CleanThenFit(forest, DropSuspects(detector, max_fraction=0.02))
    assert 0 < (reg.fit(data, target).sample_weight_ == 0).sum() <= 3
    traced = CleanThenFit(Ridge(), WithoutFirst()).fit(data, target)
    assert_array_equal(traced.sample_weight_, np.arange(150) > 0)
    with pytest.raises(TypeError, match="suggests no labels"):
        CleanThenFit(Ridge(), RelabelSuspects()).fit(data, target)


def test_the_callers_parts_are_left_alone():
    estimator, cleaner = Noting(), DropSuspects(ConfidentLearning())
    clf = CleanThenFit(estimator, cleaner)
    before = {name: repr(value) for name, value in clf.get_params().items()}
    clf.fit(X, Y, sample_weight=WEIGHT)
    assert clf.estimator is estimator and clf.cleaner is cleaner
    assert {name: repr(value) for name, value in clf.get_params().items()} == before
    assert learned(estimator) == learned(cleaner) == set()
    assert cleaner.detector.estimator is None


def test_copies_predict_alike_and_clones_are_unfitted(tmp_path):
    clf = CleanThenFit(LogisticRegression(), DROP).fit(X, Y)
    joblib.dump(clf, tmp_path / "clf.joblib")
    for copy in (
        pickle.loads(pickle.dumps(clf)),
        joblib.load(tmp_path / "clf.joblib"),
        clone(clf).fit(X, Y),
    ):
        assert_array_equal(copy.predict_proba(X_TEST), clf.predict_proba(X_TEST))
        assert_array_equal(copy.suspect_mask_, clf.suspect_mask_)
    assert learned(clone(clf)) == set()


def test_a_second_fit_forgets_the_first():
    clf = CleanThenFit(LogisticRegression(), DROP)
    clf.fit(pd.DataFrame(X, columns=["a", "b"]), Y)
    assert {"label_quality_", "noise_rate_", "feature_names_in_"} <= learned(clf)
    clf.set_params(cleaner=WithoutFirst()).fit(X[:, :1], Y == 0)
    assert not {"label_quality_", "noise_rate_", "feature_names_in_"} & learned(clf)
    assert clf.n_features_in_ == 1
    assert_array_equal(clf.classes_, [False, True])


def test_a_fit_that_fails_leaves_what_was():
    clf = CleanThenFit(Failing(), DROP)
    with pytest.raises(RuntimeError, match="told to fail"):
        clf.fit(X, Y, note="fail")
    assert learned(clf) == set()
    before = clf.fit(X, Y).predict_proba(X_TEST)
    with pytest.raises(RuntimeError, match="told to fail"):
        clf.fit(X[:50, :1], Y[:50], note="fail")
    assert_array_equal(clf.predict_proba(X_TEST), before)
    assert clf.n_features_in_ == 2
    assert len(clf.suspect_mask_) == len(Y)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"cleaner": DropSuspects}, r"cleaner must have.*Write DropSuspects\(\)"),
        ({"cleaner": StandardScaler()}, "cleaner must have fit_resample or fit_rew"),
        ({"cleaner": "drop"}, "got 'drop'"),
        ({"estimator": LogisticRegression}, r"Write LogisticRegression\(\)"),
        ({"estimator": "logistic"}, "estimator must have fit and predict"),
        ({"estimator": StandardScaler()}, "estimator must have fit and predict"),
        ({"cleaner": DropSuspects(GaussianNB())}, r"Write ConfidentLearning\(estim"),
    ],
)
def test_errors_name_the_fix(params, words):
    clf = CleanThenFit(LogisticRegression()).set_params(**params)
    with pytest.raises(TypeError, match=words):
        clf.fit(X, Y)
    assert learned(clf) == set()


def test_a_rare_class_survives():
    labels = Y.copy()
    labels[[0, 60]] = 9
    clf = CleanThenFit(LogisticRegression(), DropSuspects(max_fraction=1.0))
    assert_array_equal(clf.fit(X, labels).classes_, [0, 1, 2, 9])


def test_a_cleaner_that_acts_on_nothing_leaves_the_plain_fit():
    verdict = Verdict(np.full(len(Y), 0.9), np.zeros(len(Y)))
    for kind in CLEANERS:
        clf = CleanThenFit(DummyClassifier(strategy="prior"), kind(verdict)).fit(X, Y)
        plain = DummyClassifier(strategy="prior").fit(X, Y)
        assert_array_equal(clf.predict_proba(X), plain.predict_proba(X))


def test_probabilities_can_take_the_place_of_the_rows():
    pred_proba = GaussianNB().fit(X, Y).predict_proba(X)
    cleaner = DropSuspects(LabelDetector(Precomputed()))
    clf = CleanThenFit(LogisticRegression(), cleaner).fit(pred_proba, Y)
    by_hand = LabelDetector.from_predictions(Y, pred_proba)
    assert_array_equal(clf.suspect_mask_, by_hand.suspect_mask_)
