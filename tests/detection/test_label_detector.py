# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils import get_tags

from sknoisy.base import with_default_estimator
from sknoisy.detection import (
    ConfidentLearning,
    InSample,
    LabelDetector,
    OutOfFold,
    Precomputed,
    SelfConfidence,
    label_quality,
)
from sknoisy.exceptions import RareClassWarning
from sknoisy.threshold import QuantileThreshold
from sknoisy.utils import cross_fit_proba
from tests._data import RowNumbers, blobs, golden_a, golden_b

X, Y, TRUTH = blobs(noise=0.2)
WRONG = Y != TRUTH


def make(estimator=None):
    return LabelDetector(OutOfFold(GaussianNB() if estimator is None else estimator))


def findings(detector):
    return detector.label_quality_, detector.suspect_mask_, detector.suggested_labels_


def assert_same_findings(first, second, rows=slice(None)):
    for left, right in zip(findings(first), findings(second), strict=True):
        if left.dtype.kind == "f":
            np.testing.assert_allclose(left, right[rows], atol=1e-6)
        else:
            np.testing.assert_array_equal(left, right[rows])


def test_planted_errors_are_found_and_corrected():
    detector = make().fit(X, Y)
    assert detector.suspect_mask_[WRONG].mean() > 0.9
    assert detector.suspect_mask_[~WRONG].mean() < 0.05
    assert (detector.suggested_labels_ == TRUTH).mean() > 0.95
    assert abs(detector.noise_rate_ - 0.2) < 0.05
    assert detector.label_quality_[WRONG].mean() < 0.3
    assert detector.label_quality_[~WRONG].mean() > 0.7


def test_what_is_found_follows_from_the_parts():
    detector = LabelDetector(
        OutOfFold(GaussianNB()), label_score="normalized_margin", threshold=0.5
    ).fit(X, Y)
    pred_proba = cross_fit_proba(GaussianNB(), X, Y).pred_proba
    quality = label_quality(Y, pred_proba, score="normalized_margin")
    np.testing.assert_array_equal(detector.pred_proba_, pred_proba)
    np.testing.assert_array_equal(detector.label_quality_, quality)
    np.testing.assert_array_equal(detector.suspect_mask_, quality < 0.5)


@pytest.mark.parametrize(
    ("aggregate", "over"), [("mean", np.mean), ("minimum", np.min), ("maximum", np.max)]
)
def test_several_members_are_aggregated(aggregate, over):
    scheme = OutOfFold(KNeighborsClassifier(5), n_repeats=3)
    detector = LabelDetector(scheme, aggregate=aggregate).fit(X, Y)
    members = np.stack([fit.pred_proba for fit in detector.scheme_.cross_fits_])
    own = members[:, np.arange(90), Y]
    np.testing.assert_allclose(detector.label_quality_, over(own, axis=0))
    np.testing.assert_allclose(detector.pred_proba_, members.mean(axis=0))


def test_cross_entropies_average_geometrically():
    scheme = OutOfFold(GaussianNB(), n_repeats=2)
    detector = LabelDetector(scheme, label_score="cross_entropy").fit(X, Y)
    members = np.stack([fit.pred_proba for fit in detector.scheme_.cross_fits_])
    own = np.maximum(members[:, np.arange(90), Y], np.finfo(float).eps)
    expected = np.exp(np.log(own).mean(axis=0))
    np.testing.assert_allclose(detector.label_quality_, expected)


def test_steadiness_alone():
    scheme = OutOfFold(KNeighborsClassifier(5), n_repeats=4)
    detector = LabelDetector(scheme, aggregate="variability").fit(X, Y)
    members = np.stack([fit.pred_proba for fit in detector.scheme_.cross_fits_])
    expected = np.exp(-members[:, np.arange(90), Y].std(axis=0))
    np.testing.assert_allclose(detector.label_quality_, expected)


def test_a_memorising_classifier_sees_no_row_of_its_own():
    numbers, y = np.arange(40.0)[:, None], np.arange(40) % 2
    detector = make(RowNumbers()).fit(numbers, y)
    assert detector.pred_proba_[:, 1].max() == 0
    inside = LabelDetector(InSample(RowNumbers())).fit(numbers, y)
    assert inside.pred_proba_[:, 1].min() == 1


@pytest.mark.parametrize("case", [golden_a, golden_b])
@pytest.mark.parametrize("how", ["from_predictions", "fit"])
def test_known_cases(case, how):
    y, pred_proba = case()
    if how == "fit":
        detector = LabelDetector(Precomputed()).fit(pred_proba, y)
    else:
        detector = LabelDetector.from_predictions(y, pred_proba)
    n_suspects = {golden_a: [1, 1, 1], golden_b: [7, 7, 8, 6]}[case]
    np.testing.assert_array_equal(np.bincount(y[detector.suspect_mask_]), n_suspects)
    own = pred_proba[np.arange(len(y)), y]
    np.testing.assert_array_equal(detector.label_quality_, own)
    assert detector.noise_rate_ == pytest.approx(
        {golden_a: 0.25, golden_b: 28 / 60}[case]
    )
    # The given label of row 11 of the first case ties for the most probable.
    suggested = np.where(own == pred_proba.max(axis=1), y, pred_proba.argmax(axis=1))
    np.testing.assert_array_equal(detector.suggested_labels_, suggested)


@pytest.mark.parametrize("how", ["from_predictions", "fit"])
def test_classes_name_the_columns(how):
    y, pred_proba = golden_a()
    expected = LabelDetector.from_predictions(y, pred_proba)
    labels = np.array(["pear", "apple", "fig"])
    classes = ["apple", "quince", "fig", "pear"]
    columns = np.column_stack(
        [pred_proba[:, 1], np.zeros(12), pred_proba[:, 2], pred_proba[:, 0]]
    )
    if how == "fit":
        detector = LabelDetector(Precomputed(classes)).fit(columns, labels[y])
    else:
        detector = LabelDetector.from_predictions(labels[y], columns, classes=classes)
    np.testing.assert_array_equal(detector.classes_, classes)
    np.testing.assert_array_equal(detector.label_quality_, expected.label_quality_)
    np.testing.assert_array_equal(detector.suspect_mask_, expected.suspect_mask_)
    np.testing.assert_array_equal(
        detector.suggested_labels_, labels[expected.suggested_labels_]
    )


def test_predictions_are_judged_by_the_parts_asked_for():
    y, pred_proba = golden_b()
    detector = LabelDetector.from_predictions(
        y, pred_proba, label_score="normalized_margin", threshold=QuantileThreshold(0.1)
    )
    expected = label_quality(y, pred_proba, score="normalized_margin")
    np.testing.assert_array_equal(detector.label_quality_, expected)
    assert detector.suspect_mask_.sum() == 6


def test_predictions_may_be_mapped_from_a_file(tmp_path):
    y, pred_proba = golden_b()
    np.save(tmp_path / "proba.npy", pred_proba)
    mapped = np.load(tmp_path / "proba.npy", mmap_mode="r")
    assert_same_findings(
        LabelDetector.from_predictions(y, mapped),
        LabelDetector.from_predictions(y, pred_proba),
    )


def test_trusted_rows_are_right():
    trusted = WRONG & (np.arange(90) % 2 == 0)
    detector = make().fit(X, Y, trusted=trusted)
    assert (detector.label_quality_[trusted] == 1).all()
    assert not detector.suspect_mask_[trusted].any()
    np.testing.assert_array_equal(detector.suggested_labels_[trusted], Y[trusted])
    assert detector.suspect_mask_[WRONG & ~trusted].any()
    y, pred_proba = golden_a()
    verified = LabelDetector.from_predictions(y, pred_proba, trusted=np.arange(12) == 2)
    assert np.flatnonzero(verified.suspect_mask_).tolist() == [6, 10]


def test_groups_never_judge_each_other():
    group = np.repeat(np.arange(15), 4)
    detector = make(RowNumbers())
    detector.fit(group[:, None] * 1.0, np.arange(60) % 2, groups=group)
    assert detector.pred_proba_[:, 1].max() == 0


def test_a_class_of_one_row_is_not_suspect():
    X, y = np.r_[blobs(60, 2)[0], [[0.0, 20.0]]], np.r_[np.arange(60) % 2, 7]
    for score in ("self_confidence", "confidence_weighted_entropy"):
        detector = LabelDetector(
            OutOfFold(GaussianNB()), label_score=score, threshold=0.9
        )
        with pytest.warns(RareClassWarning):
            detector.fit(X, y)
        assert detector.label_quality_[60] == 1
        assert not detector.suspect_mask_[60]
        assert detector.suggested_labels_[60] == 7


@pytest.mark.parametrize(
    "threshold",
    ["confident_counts", "contamination", "mixture", 0.3, QuantileThreshold(0.2)],
    ids=repr,
)
def test_whole_weights_equal_repeated_rows(threshold):
    counts = np.random.default_rng(0).integers(0, 4, size=90)
    rows = np.repeat(np.arange(90), counts)
    detector = LabelDetector(OutOfFold(GaussianNB()), threshold=threshold)
    weighted = clone(detector).fit(X, Y, sample_weight=counts)
    repeated = clone(detector).fit(X[rows], Y[rows])
    assert_same_findings(repeated, weighted, rows)
    np.testing.assert_allclose(weighted.noise_rate_, repeated.noise_rate_)
    assert weighted.suggested_labels_.shape == (90,)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_permuting_rows_permutes_the_findings(random):
    order = list(range(90))
    random.shuffle(order)
    assert_same_findings(make().fit(X[order], Y[order]), make().fit(X, Y), order)


@pytest.mark.parametrize(
    "labels",
    [np.array(["no", "yes", "zero"]), np.array([0, 2, 7]), np.array([-1.0, 0.0, 1.0])],
    ids=["strings", "gaps", "floats"],
)
def test_labels_of_any_kind_equal_integers(labels):
    plain, named = make().fit(X, Y), make().fit(X, labels[Y])
    np.testing.assert_array_equal(named.label_quality_, plain.label_quality_)
    np.testing.assert_array_equal(named.suspect_mask_, plain.suspect_mask_)
    np.testing.assert_array_equal(
        named.suggested_labels_, labels[plain.suggested_labels_]
    )
    assert named.suggested_labels_.dtype == labels.dtype


def test_booleans_equal_integers():
    X, y, _ = blobs(60, 2, noise=0.1)
    plain, named = make().fit(X, y), make().fit(X, y == 1)
    np.testing.assert_array_equal(named.label_quality_, plain.label_quality_)
    np.testing.assert_array_equal(named.suggested_labels_, plain.suggested_labels_ == 1)


def test_texts_and_mixed_frames_pass_through():
    texts = [f"{w} {i}" for i, w in enumerate(["red apple", "fast car"] * 20)]
    y = np.array([0, 1] * 20)
    y[0] = 1
    colour = np.array(["red", "blue"])[np.arange(40) % 2].tolist()
    size = np.linspace(0, 1, 40).tolist()
    frames = [lib.DataFrame({"colour": colour, "size": size}) for lib in (pd, pl)]
    for rows in (texts, *frames):
        detector = LabelDetector().fit(rows, y)
        assert np.flatnonzero(detector.suspect_mask_).tolist() == [0]
    assert detector.n_features_in_ == 2
    np.testing.assert_array_equal(detector.feature_names_in_, ["colour", "size"])


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
def test_sparse_matrices_equal_dense_ones(kind):
    dense = np.where(np.abs(X) < 1, 0, X)
    detector = make(LogisticRegression(tol=1e-8))
    expected = clone(detector).fit(dense, Y)
    assert_same_findings(
        detector.fit(sparse.coo_array(dense).asformat(kind), Y), expected
    )


def test_missing_values_reach_an_estimator_that_takes_them():
    holes = np.column_stack([X, X])
    holes[::7, 0] = np.nan
    boosting = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=2)
    detector = make(boosting).fit(holes, Y)
    assert detector.label_quality_[WRONG].mean() < detector.label_quality_.mean()


def test_two_processes_find_what_one_finds():
    forest = RandomForestClassifier(n_estimators=3, random_state=0)
    alone = LabelDetector(OutOfFold(forest, cv=2)).fit(X, Y)
    assert_same_findings(
        LabelDetector(OutOfFold(forest, cv=2, n_jobs=2)).fit(X, Y), alone
    )


def test_nothing_of_the_caller_changes():
    detector = make(RandomForestClassifier(n_estimators=2))
    before = str(detector.get_params())
    state = np.random.get_state()[1].copy()
    X_before, y_before = X.copy(), Y.copy()
    detector.fit(X, Y, sample_weight=np.ones(90))
    assert str(detector.get_params()) == before
    assert not hasattr(detector.scheme.estimator, "classes_")
    assert not hasattr(detector.scheme, "cross_fits_")
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(Y, y_before)


def test_new_labels_are_scored():
    detector = make().fit(X, Y)
    new, _, truth = blobs(30, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > wrong.max()
    pred_proba = detector.scheme_.predict_proba(new)
    np.testing.assert_array_equal(right, pred_proba[np.arange(30), truth])
    np.testing.assert_array_equal(detector.score_samples(new), pred_proba.max(axis=1))


def test_new_predictions_are_scored():
    y, pred_proba = golden_a()
    detector = LabelDetector.from_predictions(y, pred_proba)
    np.testing.assert_array_equal(
        detector.score_samples([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], [1, 2]), [0.3, 0.8]
    )


@pytest.mark.parametrize(
    ("new", "labels", "message"),
    [
        (X[:2], [0, 9], r"classes lacks: \[9\]"),
        (X[:2], [0], "y has 1 labels, but X has 2 rows"),
        (X[:2, :1], [0, 1], "X has 1 features, but LabelDetector is expecting 2"),
    ],
)
def test_unusable_new_rows_are_refused(new, labels, message):
    with pytest.raises(ValueError, match=message):
        make().fit(X, Y).score_samples(new, labels)


def test_nothing_is_scored_before_fit():
    with pytest.raises(NotFittedError):
        make().score_samples(X, Y)


def test_tags_are_those_of_the_estimator_inside():
    tags = get_tags(make(HistGradientBoostingClassifier()))
    assert tags.input_tags.allow_nan
    assert not tags.input_tags.sparse
    assert tags.target_tags.required


def test_a_default_estimator_fills_the_scheme():
    for detector in (LabelDetector(), LabelDetector(OutOfFold(cv=3))):
        filled = with_default_estimator(detector, GaussianNB())
        assert isinstance(filled.scheme.estimator, GaussianNB)
        assert detector.scheme == "out_of_fold" or detector.scheme.estimator is None
    own = make(KNeighborsClassifier())
    filled = with_default_estimator(own, GaussianNB())
    assert isinstance(filled.scheme.estimator, KNeighborsClassifier)


@pytest.mark.parametrize("routing", [False, True])
def test_metadata_arrive_with_and_without_routing(routing):
    weight = np.where(WRONG, 0.0, 1.0)
    expected = make().fit(X, Y, sample_weight=weight)
    with config_context(enable_metadata_routing=routing):
        assert_same_findings(make().fit(X, Y, sample_weight=weight), expected)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"scheme": "out_of_folds"}, ValueError, "mean 'out_of_fold'"),
        (
            {"scheme": GaussianNB()},
            TypeError,
            r"scheme must be.*OutOfFold\(estimator\)",
        ),
        ({"label_score": "margin"}, ValueError, "label_score='margin' is not known"),
        ({"label_score": SelfConfidence}, TypeError, r"Write SelfConfidence\(\)"),
        ({"aggregate": "average"}, ValueError, "aggregate='average' is not known"),
        ({"threshold": "mixtur"}, ValueError, "mean 'mixture'"),
        ({"threshold": None}, TypeError, "threshold must be a threshold or one of"),
    ],
)
def test_unknown_parts_name_the_fix(params, error, message):
    with pytest.raises(error, match=message):
        LabelDetector(**{"scheme": OutOfFold(GaussianNB()), **params}).fit(X, Y)


def test_from_predictions_checks_its_input():
    y, pred_proba = golden_a()
    with pytest.raises(ValueError, match="name the class of every column"):
        LabelDetector.from_predictions(y[:8], pred_proba[:8])
    with pytest.raises(ValueError, match="must sum to 1"):
        LabelDetector.from_predictions(y, 2 * pred_proba)


def test_a_second_fit_forgets_the_first():
    detector = make().fit(X, Y)
    detector.fit(X[:60], np.array(["a", "b", "c"])[Y[:60]])
    np.testing.assert_array_equal(detector.classes_, ["a", "b", "c"])
    assert len(detector.label_quality_) == len(detector.pred_proba_) == 60


def test_confident_learning_is_a_preset():
    preset = ConfidentLearning(GaussianNB(), filter_by="prune_by_class").fit(X, Y)
    assert_same_findings(make().fit(X, Y), preset)


def test_a_splitter_reaches_the_scheme():
    detector = LabelDetector(OutOfFold(GaussianNB(), cv=KFold(3))).fit(X, Y)
    expected = cross_fit_proba(GaussianNB(), X, Y, cv=KFold(3)).pred_proba
    np.testing.assert_array_equal(detector.pred_proba_, expected)
