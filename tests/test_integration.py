# SPDX-License-Identifier: BSD-3-Clause
"""The meta-estimators among scikit-learn's, on every kind of input."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    BaggingClassifier,
    HistGradientBoostingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer, recall_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknoisy import CleanThenFit, NoiseRobustClassifier
from sknoisy.cleaning import DropSuspects, RelabelSuspects, ReweightSuspects
from sknoisy.detection import ConfidentLearning, InSample, LabelDetector, OutOfFold
from tests._data import blobs
from tests._parts import LIGHT

X, Y, TRUTH = blobs(120, noise=0.15, spread=2.0)
WRONG = Y != TRUTH
X_TEST, _, Y_TEST = blobs(300, seed=1, spread=2.0)
META = [
    CleanThenFit(GaussianNB(), DropSuspects(LIGHT)),
    CleanThenFit(GaussianNB(), ReweightSuspects(LIGHT)),
    NoiseRobustClassifier(GaussianNB(), detector=LIGHT),
    NoiseRobustClassifier(
        GaussianNB(), method="reweight", min_gain=None, detector=LIGHT
    ),
]
BOTH = [META[0], META[2]]
KNN = KNeighborsClassifier()

meta = pytest.mark.parametrize("clf", META, ids=["drop", "weigh", "soft", "reweight"])
both = pytest.mark.parametrize("clf", BOTH, ids=["clean", "robust"])


def reviews(n=80, seed=0):
    """Texts of two kinds with their labels, one in ten of them wrong."""
    rng = np.random.default_rng(seed)
    words = np.array(
        [["good", "great", "lovely", "fine"], ["bad", "poor", "sad", "ill"]]
    )
    truth = np.arange(n) % 2
    texts = [
        " ".join([*rng.choice(words[k], 3), *rng.choice(["a", "the", "of", "it"], 3)])
        for k in truth
    ]
    given = np.where(np.arange(n) % 10 == 4, 1 - truth, truth)
    names = np.array(["pos", "neg"])
    return texts, names[given], names[truth]


def mixed_frame():
    """A frame of numbers with gaps, categories and words, and labels in strings."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 150)
    number = truth * 2.0 + rng.normal(size=150)
    number[::25] = np.nan
    frame = pd.DataFrame(
        {
            "number": number,
            "city": np.where(rng.random(150) < 0.8, truth, 1 - truth),
            "kind": pd.Categorical(np.array(["x", "y", "z"])[rng.integers(0, 3, 150)]),
        },
        index=rng.permutation(150) * 7,
    )
    frame["city"] = frame["city"].map({0: "Oslo", 1: "Rome"})
    given = np.where(np.arange(150) % 12 == 0, 1 - truth, truth)
    names = np.array(["no", "yes"])
    return frame, pd.Series(names[given], frame.index, name="bought"), names[truth]


def columns():
    return ColumnTransformer(
        [
            ("categories", OneHotEncoder(handle_unknown="ignore"), ["city", "kind"]),
            ("numbers", "passthrough", ["number"]),
        ],
        sparse_threshold=0,
    )


def boosting():
    return HistGradientBoostingClassifier(max_iter=10, early_stopping=False)


@meta
def test_it_ends_a_pipeline(clf):
    pipe = make_pipeline(StandardScaler(), clone(clf)).fit(X, Y)
    assert pipe.score(X_TEST, Y_TEST) > 0.9
    assert_array_equal(pipe.classes_, [0, 1, 2])
    assert_allclose(pipe.predict_proba(X_TEST).sum(axis=1), 1)
    assert len(pipe[-1].label_quality_) == len(Y)


def test_a_search_over_a_text_pipeline():
    texts, labels, truth = reviews()
    pipe = make_pipeline(
        TfidfVectorizer(), CleanThenFit(LogisticRegression(), DropSuspects())
    )
    at = "cleanthenfit__"
    grid = [
        {
            f"{at}cleaner": [
                DropSuspects(ConfidentLearning(cv=3)),
                RelabelSuspects(ConfidentLearning(cv=3)),
                ReweightSuspects(ConfidentLearning(cv=3)),
            ],
            f"{at}cleaner__detector__filter_by": ["prune_by_noise_rate", "both"],
            f"{at}estimator__C": [10.0],
        },
        {
            f"{at}cleaner": [DropSuspects(ConfidentLearning(cv=3))],
            f"{at}estimator__C": [0.01, 1.0],
        },
        {
            f"{at}cleaner": [DropSuspects(LabelDetector())],
            f"{at}cleaner__detector__scheme": [
                "in_sample",
                OutOfFold(cv=3),
                InSample(),
            ],
            f"{at}cleaner__detector__label_score": ["normalized_margin"],
            f"{at}estimator__C": [10.0],
        },
    ]
    search = GridSearchCV(pipe, grid, cv=3).fit(texts, labels)
    results = search.cv_results_
    assert len(results["params"]) == 11
    assert np.isfinite(results["mean_test_score"]).all()
    assert np.ptp(results["mean_test_score"]) > 0
    assert np.mean(search.predict(texts) == truth) > 0.95
    cleaners = {type(params[f"{at}cleaner"]) for params in results["params"]}
    assert cleaners == {DropSuspects, RelabelSuspects, ReweightSuspects}


def test_a_search_over_the_method():
    grid = {
        "method": ["soft", "reweight"],
        "label_share": [0.0, 0.5],
        "detector": [LIGHT, ConfidentLearning(GaussianNB(), cv=3)],
        "estimator__var_smoothing": [1e-9, 0.1],
    }
    clf = NoiseRobustClassifier(GaussianNB(), min_gain=None, cv=3)
    search = GridSearchCV(clf, grid, cv=2).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.score(X_TEST, Y_TEST) > 0.9


@meta
def test_cross_validation_is_stratified(clf):
    order = np.argsort(Y, kind="stable")
    every_class = make_scorer(
        lambda y, y_pred: float(
            len(np.unique(y)) == 3 and recall_score(y, y_pred, average="macro") > 0.5
        )
    )
    scores = cross_val_score(clf, X[order], Y[order], cv=3, scoring=every_class)
    assert_array_equal(scores, 1)
    by_hand = cross_val_score(clf, X, Y, cv=StratifiedKFold(4))
    assert_array_equal(cross_val_score(clf, X, Y, cv=4), by_hand)


@meta
@pytest.mark.parametrize(
    "wrap",
    [
        lambda clf: CalibratedClassifierCV(clf, cv=3),
        lambda clf: VotingClassifier([("a", clf), ("b", KNN)], voting="soft"),
        lambda clf: OneVsRestClassifier(clf),
        lambda clf: StackingClassifier([("a", clf), ("b", KNN)], cv=3),
        lambda clf: BaggingClassifier(clf, 3, random_state=0),
        lambda clf: CleanThenFit(clf, DropSuspects(ConfidentLearning(KNN))),
        lambda clf: NoiseRobustClassifier(clf, cv=2, detector=LIGHT),
    ],
    ids=[
        "calibrated",
        "voting",
        "one_vs_rest",
        "stacking",
        "bagging",
        "clean",
        "robust",
    ],
)
def test_it_sits_in_other_meta_estimators(clf, wrap):
    whole = wrap(clone(clf)).fit(X, Y)
    assert_array_equal(whole.classes_, [0, 1, 2])
    assert_allclose(whole.predict_proba(X_TEST).sum(axis=1), 1)
    assert whole.score(X_TEST, Y_TEST) > 0.9


@both
def test_predictions_out_of_fold(clf):
    pred_proba = cross_val_predict(clf, X, Y, cv=3, method="predict_proba")
    assert np.mean(pred_proba.argmax(axis=1) == TRUTH) > 0.9


@both
def test_a_mixed_frame_with_its_columns_inside_or_outside(clf):
    frame, labels, truth = mixed_frame()
    inside = clone(clf).set_params(estimator=make_pipeline(columns(), boosting()))
    outside = make_pipeline(columns(), clone(clf).set_params(estimator=boosting()))
    for model in (inside, outside):
        model.fit(frame, labels)
        assert_array_equal(model.classes_, ["no", "yes"])
        assert np.mean(model.predict(frame) == truth) > 0.8
    assert_array_equal(inside.feature_names_in_, frame.columns)
    assert inside.n_features_in_ == 3
    assert (
        clone(clf).set_params(estimator=None).fit(frame, labels).score(frame, truth)
        > 0.8
    )


@both
def test_polars_frames(clf):
    pl = pytest.importorskip("polars")
    frame, labels, truth = mixed_frame()
    theirs = pl.DataFrame(
        {
            "number": frame["number"].to_numpy(),
            "city": frame["city"].tolist(),
            "kind": frame["kind"].tolist(),
        }
    )
    model = clone(clf).set_params(estimator=make_pipeline(columns(), boosting()))
    model.fit(theirs, pl.Series("bought", labels.tolist()))
    assert_array_equal(model.feature_names_in_, frame.columns)
    assert np.mean(model.predict(theirs) == truth) > 0.8


@both
@pytest.mark.parametrize(
    "kind", [sparse.csr_matrix, sparse.csr_array, sparse.csc_array]
)
def test_sparse_rows(clf, kind):
    clf = clone(clf).set_params(estimator=LogisticRegression())
    model = clone(clf).fit(kind(X), Y)
    dense = clone(clf).fit(X, Y)
    assert_allclose(model.label_quality_, dense.label_quality_, atol=0.05)
    assert model.score(kind(X_TEST), Y_TEST) > 0.9


@both
def test_missing_values(clf):
    gaps = X.copy()
    gaps[::9, 0] = np.nan
    model = clone(clf).set_params(estimator=boosting()).fit(gaps, Y)
    assert model.score(gaps, TRUTH) > 0.8


@both
@pytest.mark.parametrize(
    "kind", [list, np.array, pd.Series, lambda t: pd.Series(t, dtype="object")]
)
def test_raw_texts(clf, kind):
    texts, labels, truth = reviews()
    inner = make_pipeline(TfidfVectorizer(), LogisticRegression())
    for model in (
        clone(clf).set_params(estimator=inner),
        clone(clf).set_params(estimator=None),
    ):
        model.fit(kind(texts), labels)
        assert np.mean(model.predict(kind(texts)) == truth) > 0.95
        assert not hasattr(model, "n_features_in_")


@meta
@pytest.mark.parametrize(
    "names", [["no", "so", "yes"], [0, 2, 7], [False, True], ["b", "a"]], ids=str
)
def test_labels_of_any_kind(clf, names):
    names = np.array(names)
    given, truth = names[Y % len(names)], names[Y_TEST % len(names)]
    model = clone(clf).fit(X, given)
    assert model.classes_.dtype == names.dtype
    assert_array_equal(model.classes_, np.unique(names))
    assert model.predict(X).dtype == names.dtype
    assert np.mean(model.predict(X_TEST) == truth) > 0.55
    listed = clone(clf).fit(X.tolist(), given.tolist())
    assert_array_equal(listed.predict(X), model.predict(X))


@both
def test_it_shows_itself(clf):
    assert type(clf).__name__ in repr(clf)
    for model in (clf, clone(clf).fit(X, Y), make_pipeline(StandardScaler(), clf)):
        html = model._repr_html_()
        assert type(clf).__name__ in html
        assert "GaussianNB" in html


@both
def test_set_output_is_not_in_the_way(clf):
    frame = pd.DataFrame(X, columns=["a", "b"])
    pipe = make_pipeline(StandardScaler(), clone(clf)).set_output(transform="pandas")
    pipe.fit(frame, Y)
    assert_array_equal(pipe[-1].feature_names_in_, ["a", "b"])
    assert isinstance(pipe.predict(frame), np.ndarray)
    assert isinstance(pipe[:-1].transform(frame), pd.DataFrame)


@both
def test_a_frozen_estimator_stays_as_it_is(clf):
    frozen = LogisticRegression().fit(X, TRUTH)
    model = clone(clf).set_params(estimator=FrozenEstimator(frozen)).fit(X, Y)
    assert_array_equal(model.predict_proba(X_TEST), frozen.predict_proba(X_TEST))
    assert model.suspect_mask_[WRONG].mean() > 0.7


@both
def test_jobs_change_nothing(clf):
    alone = clone(clf).fit(X, Y)
    if isinstance(clf, CleanThenFit):
        jobs = {"cleaner": DropSuspects(ConfidentLearning(n_jobs=2))}
    else:
        jobs = {"n_jobs": 2}
    together = clone(clf).set_params(**jobs).fit(X, Y)
    assert_array_equal(together.label_quality_, alone.label_quality_)
    assert_array_equal(together.predict_proba(X_TEST), alone.predict_proba(X_TEST))


@both
def test_the_global_random_state_is_not_touched(clf):
    before = np.random.get_state()[1].copy()
    clone(clf).fit(X, Y).predict(X)
    assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("kind", [DropSuspects, RelabelSuspects, ReweightSuspects])
def test_a_cleaner_amid_a_plain_pipeline_is_refused(kind):
    pipe = make_pipeline(StandardScaler(), kind(), LogisticRegression())
    with pytest.raises(TypeError, match="should be transformers"):
        pipe.fit(X, Y)


@pytest.mark.parametrize("kind", [DropSuspects, RelabelSuspects])
def test_cleaners_amid_a_pipeline_of_imbalanced_learn(kind):
    imblearn = pytest.importorskip("imblearn.pipeline")
    cleaner = kind(ConfidentLearning(GaussianNB()))
    pipe = imblearn.make_pipeline(StandardScaler(), cleaner, LogisticRegression())
    search = GridSearchCV(
        pipe,
        {
            f"{kind.__name__.lower()}__max_fraction": [0.1, 0.5],
            "logisticregression__C": [1.0, 10.0],
        },
        cv=3,
    ).fit(X, Y)
    best = search.best_estimator_
    assert search.score(X_TEST, Y_TEST) > 0.9
    assert len(best.predict(X)) == len(Y)


@both
def test_clean_labels_cost_next_to_nothing(clf):
    data, labels = make_classification(
        300, 10, n_informative=5, class_sep=1.5, random_state=0
    )
    plain = cross_val_score(clf.estimator, data, labels, cv=5).mean()
    assert cross_val_score(clf, data, labels, cv=5).mean() > plain - 0.015
