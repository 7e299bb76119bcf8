# SPDX-License-Identifier: BSD-3-Clause
"""Out-of-bag evidence comes from members that saw neither a row nor its kin."""

import re

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import ComplementNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.detection import LabelDetector, OutOfBag, Variability, bagged_members
from sknoisy.detection._bags import BagRows, bag_rows, draw_bags, rows_out_of_bag
from sknoisy.detection._schemes import Member
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._row_hash import hash_rows
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import OnlyPredict, RowNumbers
from tests.detection._evidence import frame, mean_proba, planted, texts

FOREST = ExtraTreesClassifier(30, min_samples_leaf=3)
TREE = DecisionTreeClassifier()


def labelled(X, y, **metadata):
    return check_labelled_rows(LabelDetector(), X, y, **metadata)


@parametrize_with_checks(
    [
        LabelDetector(OutOfBag(n_estimators=40)),
        LabelDetector(OutOfBag(GaussianNB(), n_estimators=15)),
        LabelDetector(OutOfBag(BaggingClassifier(n_estimators=25))),
        LabelDetector(OutOfBag(LinearSVC(), n_estimators=10)),
    ]
)
def test_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "estimator",
    [
        None,
        FOREST,
        RandomForestClassifier(50),
        BaggingClassifier(n_estimators=50),
        BaggingClassifier(OnlyPredict(3), n_estimators=30),
        TREE,
        LogisticRegression(),
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        LinearSVC(),
        OnlyPredict(3),
    ],
)
def test_planted_errors_rank_lowest(estimator):
    X, y, wrong = planted()
    quality = LabelDetector(OutOfBag(estimator)).fit(X, y).label_quality_
    assert roc_auc_score(wrong, -quality) > 0.98


@pytest.mark.parametrize("forest", [RandomForestClassifier, ExtraTreesClassifier])
def test_forest_agrees_with_its_own_out_of_bag_decisions(forest):
    X, y, _ = planted(150)
    order = np.argsort(hash_rows(X))
    X, y = X[order], y[order]
    params = {"n_estimators": 80, "min_samples_leaf": 2, "random_state": 3}
    theirs = forest(bootstrap=True, oob_score=True, **params).fit(X, y)
    ours = mean_proba(OutOfBag(forest(**params)), X, y)
    np.testing.assert_allclose(ours, theirs.oob_decision_function_)


def test_bagging_classifier_agrees_with_its_own_out_of_bag_decisions():
    X, y = load_iris(return_X_y=True)
    X, first = np.unique(X, axis=0, return_index=True)
    order = np.argsort(hash_rows(X))
    X, y = X[order], y[first][order]
    params = {"n_estimators": 60, "max_features": 0.5, "random_state": 3}
    theirs = BaggingClassifier(TREE, oob_score=True, **params).fit(X, y)
    ours = mean_proba(OutOfBag(BaggingClassifier(TREE, **params)), X, y)
    np.testing.assert_allclose(ours, theirs.oob_decision_function_)


def test_new_rows_get_the_mean_over_all_members():
    X, y, _ = planted()
    forest = OutOfBag(RandomForestClassifier(20, random_state=0))
    detector = LabelDetector(forest).fit(X, y)
    assert len(detector.scheme_.estimators_) == 1
    expected = detector.scheme_.estimators_[0].predict_proba(X)
    np.testing.assert_array_equal(detector.scheme_.predict_proba(X), expected)
    bagged = LabelDetector(OutOfBag(GaussianNB(), n_estimators=25)).fit(X, y).scheme_
    expected = np.mean([m.predict_proba(X) for m in bagged.estimators_], axis=0)
    np.testing.assert_allclose(bagged.predict_proba(X), expected)


@pytest.mark.parametrize("in_groups", [False, True])
def test_no_row_is_judged_by_who_has_seen_it_or_its_kin(in_groups):
    # RowNumbers says 1 exactly for the rows it was fitted on; copies and groups
    # share that number.
    n_samples = 80
    number = np.arange(n_samples) // 2
    X = np.column_stack([number, np.arange(n_samples) if in_groups else number])
    y = np.arange(n_samples) // 4 % 2
    groups = number if in_groups else None
    proba = mean_proba(OutOfBag(RowNumbers()), X.astype(float), y, groups=groups)
    np.testing.assert_array_equal(proba, np.tile([1.0, 0.0], (n_samples, 1)))


@pytest.mark.parametrize("estimator", [FOREST, TREE, BaggingClassifier(TREE, 40)])
@pytest.mark.parametrize("in_groups", [False, True])
def test_trees_do_not_recall_the_labels_of_kin(estimator, in_groups):
    # Labels are a coin toss shared by kin: only a leak can predict them.
    rng = np.random.default_rng(0)
    kin = np.arange(240) // 2
    X = rng.normal(size=(120, 4))[kin]
    if in_groups:
        X += 1e-6 * rng.normal(size=X.shape)
    y = rng.integers(2, size=120)[kin]
    groups = kin if in_groups else None
    quality = LabelDetector(OutOfBag(estimator)).fit(X, y, groups=groups).label_quality_
    assert quality.mean() < 0.6


def test_copies_of_a_coarse_table_judge_each_other():
    cells = np.arange(4).repeat(50)
    X = np.eye(4)[cells]
    y = cells % 2
    y[[0, 60]] = 1 - y[[0, 60]]
    quality = LabelDetector(OutOfBag(FOREST)).fit(X, y).label_quality_
    assert set(np.argsort(quality)[:2]) == {0, 60}


def test_rows_that_stand_elsewhere_get_the_same_quality():
    X, y, _ = planted()
    X, y = np.r_[X, X[:20]], np.r_[y, y[:10], y[10:20][::-1]]
    order = np.random.default_rng(1).permutation(len(y))
    for estimator in (FOREST, TREE):
        here = mean_proba(OutOfBag(estimator), X, y)
        there = mean_proba(OutOfBag(estimator), X[order], y[order])
        np.testing.assert_allclose(there, here[order], atol=1e-12)


@pytest.mark.parametrize("estimator", [FOREST, GaussianNB(), KNeighborsClassifier()])
def test_weight_two_equals_two_rows(estimator):
    X, y, _ = planted()
    weight = np.arange(len(y)) % 3 + 1
    repeat = np.repeat(np.arange(len(y)), weight)
    weighted = mean_proba(OutOfBag(estimator), X, y, sample_weight=weight)
    repeated = mean_proba(OutOfBag(estimator), X[repeat], y[repeat])
    np.testing.assert_allclose(repeated, weighted[repeat], atol=1e-9)


@pytest.mark.parametrize("estimator", [FOREST, GaussianNB(), KNeighborsClassifier()])
def test_rows_of_weight_zero_are_judged_and_judge_nobody(estimator):
    X, y, wrong = planted()
    weight = np.where(wrong, 0.0, 1.0)
    proba = mean_proba(OutOfBag(estimator), X, y, sample_weight=weight)
    expected = mean_proba(OutOfBag(estimator), X[~wrong], y[~wrong])
    np.testing.assert_allclose(proba[~wrong], expected, atol=1e-12)
    assert (proba[wrong].argmax(axis=1) != y[wrong]).all()


@pytest.mark.parametrize("weight", [np.ones(120), np.arange(1.0, 121.0)])
def test_the_scale_of_weights_says_nothing_to_a_forest(weight):
    X, y, _ = planted()
    scheme = OutOfBag(RandomForestClassifier(50, max_samples=0.7))
    plain = mean_proba(scheme, X, y, sample_weight=weight)
    scaled = mean_proba(scheme, X, y, sample_weight=weight / 128)
    np.testing.assert_array_equal(scaled, plain)


def test_absent_rows_are_judged_by_every_member_that_saw_no_copy():
    X, y, _ = planted()
    X, y = np.r_[X, X[:1]], np.r_[y, y[:1]]
    weight = np.r_[np.ones(len(y) - 1), 0.0]
    proba = mean_proba(OutOfBag(FOREST), X, y, sample_weight=weight)
    np.testing.assert_array_equal(proba[-1], proba[0])


def test_heavy_rows_stay_out_of_some_bags(recwarn):
    """A forest that draws by weight would have them in nearly every bag."""
    X, y, _ = planted()
    weight = np.random.RandomState(0).exponential(size=len(y))
    weight[:5] = 20.0
    LabelDetector(OutOfBag(n_estimators=40)).fit(X, y, sample_weight=weight)
    many_copies = [*range(len(y)), *[3] * 25]
    LabelDetector(OutOfBag(n_estimators=40)).fit(X[many_copies], y[many_copies])
    assert not recwarn.list


def test_rows_in_every_bag_count_as_right():
    X, y, _ = planted()
    detector = LabelDetector(OutOfBag(RandomForestClassifier(1)))
    with pytest.warns(WeakEvidenceWarning, match="No member can judge .* of 120 rows"):
        detector.fit(X, y)
    forest = detector.scheme_.estimators_[0]
    in_bag = np.argsort(hash_rows(X))[forest.estimators_samples_[0]]
    np.testing.assert_array_equal(detector.label_quality_[in_bag], 1.0)
    np.testing.assert_array_equal(detector.suggested_labels_[in_bag], y[in_bag])
    np.testing.assert_allclose(detector.pred_proba_.sum(axis=1), 1.0)


@pytest.mark.parametrize("estimator", [FOREST, TREE, LinearSVC()])
def test_the_only_row_of_a_class_counts_as_right(estimator):
    X, y, _ = planted()
    y[7] = 9
    detector = LabelDetector(OutOfBag(estimator))
    with pytest.warns(WeakEvidenceWarning, match="No member can judge 1 of 120"):
        detector.fit(X, y)
    assert detector.label_quality_[7] == 1.0
    assert detector.suggested_labels_[7] == 9


def test_bags_are_bootstrap_samples_of_each_class():
    y = np.repeat([0, 1, 2], [50, 30, 2])
    bag = BagRows(np.arange(82), None, np.arange(82))
    bags = list(draw_bags(bag, y, 400, np.random.RandomState(0)))
    for times in bags:
        assert np.bincount(y, weights=times).tolist() == [50, 30, 2]
    out = np.mean([times == 0 for times in bags], axis=0)
    assert abs(out[:50].mean() - (1 - 1 / 50) ** 50) < 0.01
    assert abs(out[80:].mean() - 0.25) < 0.05


def test_bags_of_one_class_are_left_out():
    y = np.array([0, 0, 0, 0, 1])
    bag = BagRows(np.arange(5), None, np.array([0, 0, 1, 1, 1]))
    bags = list(draw_bags(bag, y, 100, np.random.RandomState(0)))
    assert 0 < len(bags) < 100
    assert all(times[4] > 0 for times in bags)


def test_no_bag_with_two_classes_is_an_error():
    # One group in two holds both classes, and one bag in four lacks it.
    X = np.arange(12.0)[:, None]
    rows = labelled(X, np.arange(12) // 11, groups=np.arange(12) // 6)
    scheme = OutOfBag(TREE, n_estimators=1, random_state=1)
    with pytest.raises(ValueError, match="give more groups, or raise n_estimators"):
        list(scheme.members(rows))


def test_copies_become_one_row_of_their_joint_weight():
    X = np.array([[1.0], [2.0], [1.0], [1.0], [3.0]])
    y = np.array([0, 1, 0, 1, 1])
    bag = bag_rows(labelled(X, y, sample_weight=[1.0, 2.0, 3.0, 4.0, 0.0]))
    content = [(X[i, 0], y[i]) for i in bag.positions]
    assert dict(zip(content, bag.weight, strict=True)) == {
        (1.0, 0): 4.0,
        (2.0, 1): 2.0,
        (1.0, 1): 4.0,
    }
    assert bag.kin[0] == bag.kin[2] == bag.kin[3] != bag.kin[1]
    assert bag_rows(labelled(X[[0, 1]], y[[0, 1]])).weight is None


def test_members_judge_only_classes_that_they_have_seen():
    bag = BagRows(np.arange(4), None, np.array([0, 1, 2, 0]))
    judged = rows_out_of_bag(bag, np.array([0]), np.array([0, 0, 1, 0]))
    np.testing.assert_array_equal(judged, [1])


def test_bags_stream_as_members_and_forests_as_one():
    X, y, _ = planted()
    rows = labelled(X, y)
    members = list(OutOfBag(GaussianNB(), n_estimators=12).members(rows))
    assert len(members) == 12
    for member in members:
        assert isinstance(member, Member)
        assert member.pred_proba.shape == (len(member.rows), 3)
        assert 0.25 < len(member.rows) / len(y) < 0.5
    (member,) = OutOfBag(FOREST).members(rows)
    assert member.rows is None
    detector = LabelDetector(OutOfBag(GaussianNB()), aggregate=Variability())
    assert detector.fit(X, y).label_quality_.std() > 0


def test_groups_keep_forests_whole():
    X, y, _ = planted()
    scheme = OutOfBag(FOREST, n_estimators=25)
    (member,) = scheme.members(labelled(X, y, groups=np.arange(120) // 3))
    assert member.rows is None
    assert len(scheme.estimators_) == 25
    # Trees of the same seed would differ less.
    seeds = {forest.random_state for forest in scheme.estimators_}
    assert len(seeds) == 25


def test_ensembles_keep_what_they_were_given():
    X, y, _ = planted()
    rows = labelled(X, y)
    kept = OutOfBag(RandomForestClassifier(24, random_state=5, n_jobs=1))
    list(kept.members(rows))
    assert (kept.estimators_[0].n_estimators, kept.estimators_[0].random_state) == (
        24,
        5,
    )
    changed = OutOfBag(ExtraTreesClassifier(12), n_estimators=29, n_jobs=2)
    list(changed.members(rows))
    fitted = changed.estimators_[0]
    assert (fitted.n_estimators, fitted.n_jobs, fitted.bootstrap) == (29, 2, True)
    assert changed.estimator.bootstrap is False


class TwoHalves(ClassifierMixin, BaseEstimator):
    """A toy ensemble of two members, each fitted on half of the rows."""

    def __init__(self, n_estimators=2, bootstrap=True, random_state=None):
        self.n_estimators = n_estimators
        self.bootstrap = bootstrap
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        halves = np.arange(len(y)) % 2
        self.bags_ = [np.flatnonzero(halves == k) for k in (0, 1)]
        self.models_ = [GaussianNB().fit(X[bag], y[bag]) for bag in self.bags_]
        return self

    def predict_proba(self, X):
        return np.mean([model.predict_proba(X) for model in self.models_], axis=0)


def test_other_ensembles_can_join():
    X, y, wrong = planted()
    bagged_members.register(
        TwoHalves,
        lambda ensemble, X: (
            (bag, lambda rows, model=model: model.predict_proba(X[rows]))
            for bag, model in zip(ensemble.bags_, ensemble.models_, strict=True)
        ),
    )
    scheme = OutOfBag(TwoHalves())
    (member,) = scheme.members(labelled(X, y))
    order = np.argsort(hash_rows(X))
    first, second = (model.predict_proba(X) for model in scheme.estimators_[0].models_)
    np.testing.assert_allclose(member.pred_proba[order[1::2]], first[order[1::2]])
    np.testing.assert_allclose(member.pred_proba[order[::2]], second[order[::2]])
    list(scheme.members(labelled(X, y, groups=np.arange(120) // 2)))
    assert [len(model.models_) for model in scheme.estimators_] == [2] * 30


def test_an_unknown_ensemble_is_refused_by_name():
    with pytest.raises(TypeError, match=re.escape("bagged_members.register")):
        bagged_members(GaussianNB(), None)


def test_n_estimators_must_be_positive():
    X, y, _ = planted()
    with pytest.raises(ValueError, match="n_estimators=0 must be at least 1"):
        LabelDetector(OutOfBag(n_estimators=0)).fit(X, y)


def assert_finds_the_first_two(X, y, scheme=None):
    detector = LabelDetector(OutOfBag() if scheme is None else scheme).fit(X, y)
    assert set(np.argsort(detector.label_quality_)[:2]) == {0, 1}
    quality = detector.score_samples(X, y)
    assert np.isfinite(quality).all()
    return detector.scheme_


def test_texts():
    scheme = assert_finds_the_first_two(*texts())
    assert {type(model) for model in scheme.estimators_} == {ComplementNB}
    assert len(scheme.estimators_) == 30


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("with_text", [False, True])
def test_frames_of_mixed_types(library, with_text):
    X, y = frame(pytest.importorskip(library), with_text=with_text)
    scheme = assert_finds_the_first_two(X, y)
    models = {type(model) for model in scheme.estimators_}
    assert models == {LogisticRegression if with_text else ExtraTreesClassifier}


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_matrices(kind):
    X, y, wrong = planted()
    X = kind(np.where(np.abs(X) < 1, 0, X))
    proba = mean_proba(OutOfBag(), X, y)
    np.testing.assert_allclose(proba, mean_proba(OutOfBag(), X.toarray(), y))


def test_missing_values_and_names():
    X, y, _ = planted()
    X[::7, 0] = np.nan
    names = np.array(["ant", "bee", "cat"])
    detector = LabelDetector(OutOfBag()).fit(X.tolist(), names[y].tolist())
    assert set(detector.suggested_labels_) == set(names)
    np.testing.assert_array_equal(detector.pred_proba_, mean_proba(OutOfBag(), X, y))


def test_n_jobs_changes_nothing():
    X, y, _ = planted(60)
    for estimator in (FOREST, TREE):
        one = mean_proba(OutOfBag(estimator, n_estimators=10), X, y)
        two = mean_proba(OutOfBag(estimator, n_estimators=10, n_jobs=2), X, y)
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("estimator", [None, TREE])
def test_only_the_random_state_matters(estimator):
    X, y, _ = planted()
    before = np.random.get_state()[1].copy()
    first = mean_proba(OutOfBag(estimator), X, y)
    np.testing.assert_array_equal(mean_proba(OutOfBag(estimator), X, y), first)
    other = mean_proba(OutOfBag(estimator, random_state=1), X, y)
    assert np.abs(other - first).max() > 0
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_a_wrapper_does_not_replace_the_forest():
    scheme = OutOfBag()
    scheme._use_default(LogisticRegression())
    assert scheme.estimator is None
