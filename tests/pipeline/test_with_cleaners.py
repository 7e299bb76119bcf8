# SPDX-License-Identifier: BSD-3-Clause
"""The library's cleaners, and imbalanced-learn's samplers, in pipelines."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.cleaning import DropSuspects, RelabelSuspects, ReweightSuspects
from sknoisy.detection import ConfidentLearning
from sknoisy.pipeline import make_pipeline
from sknoisy.utils import fit_weighted
from tests.pipeline.toys import Recorder

X, y_true = make_blobs(200, 2, centers=[[-3, 0], [3, 0]], random_state=0)
WRONG = np.arange(200) % 10 == 0
Y = np.where(WRONG, 1 - y_true, y_true)
WEIGHT = np.linspace(1, 2, 200)


def cleaner(kind):
    return kind(ConfidentLearning(LogisticRegression()))


def test_suspects_are_dropped_in_fit_alone():
    pipe = make_pipeline(StandardScaler(), cleaner(DropSuspects), Recorder())
    pipe.fit(X, Y, sample_weight=WEIGHT, trusted=~WRONG)
    found = pipe[1].acted_mask_
    assert found[WRONG].mean() > 0.7
    assert not found[~WRONG].any()
    assert_array_equal(pipe.sample_indices_, np.flatnonzero(~found))
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[~found])
    assert len(pipe.predict(X)) == 200


def test_suspects_are_relabelled_in_fit_alone():
    pipe = make_pipeline(cleaner(RelabelSuspects), StandardScaler(), Recorder())
    pipe.fit(X, Y, sample_weight=WEIGHT)
    assert (pipe[-1].y_ == y_true).mean() > 0.95
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT)


def test_suspects_are_weighed_down():
    pipe = make_pipeline(StandardScaler(), cleaner(ReweightSuspects), Recorder())
    pipe.fit(X, Y)
    weights = pipe[-1].seen_["sample_weight"]
    assert weights[WRONG].mean() < 0.7 * weights[~WRONG].mean()
    with pytest.raises(TypeError, match="cannot take the sample weights"):
        clone(pipe).set_params(recorder=KNeighborsClassifier()).fit(X, Y)


@pytest.mark.parametrize("kind", [DropSuspects, RelabelSuspects, ReweightSuspects])
def test_requests_of_the_cleaners_are_honoured(kind):
    with config_context(enable_metadata_routing=True):
        step = cleaner(kind).set_fit_request(sample_weight=True, trusted=True)
        last = Recorder().set_fit_request(sample_weight=True)
        pipe = make_pipeline(step, last)
        pipe.fit(X, Y, sample_weight=WEIGHT, trusted=WRONG)
    assert not step.suspect_mask_[WRONG].any()
    assert len(last.seen_["sample_weight"]) == len(pipe.sample_indices_)


def test_search_over_the_parts_of_a_cleaner():
    pipe = make_pipeline(cleaner(DropSuspects), LogisticRegression())
    grid = {
        "dropsuspects": ["passthrough", cleaner(DropSuspects)],
        "logisticregression__C": [1.0],
    }
    search = GridSearchCV(pipe, grid, cv=3).fit(X, Y)
    assert search.score(X, y_true) > 0.85


def test_text_is_cleaned_as_it_is():
    texts = ["good day" if label else "bad night" for label in y_true]
    labels = pd.Series(np.where(Y, "pos", "neg"))
    pipe = make_pipeline(TfidfVectorizer(), cleaner(DropSuspects), LogisticRegression())
    pipe.fit(texts, labels)
    assert set(pipe.sample_indices_) == set(np.flatnonzero(~WRONG))


@pytest.mark.parametrize("kind", [DropSuspects, RelabelSuspects, ReweightSuspects])
def test_scikit_learns_pipeline_refuses_cleaners(kind):
    with pytest.raises(TypeError, match="should be transformers"):
        sklearn_make_pipeline(cleaner(kind), LogisticRegression()).fit(X, Y)


# imbalanced-learn.


@pytest.mark.parametrize("kind", [DropSuspects, RelabelSuspects])
def test_cleaners_work_in_imbalanced_learns_pipeline(kind):
    imblearn = pytest.importorskip("imblearn.pipeline")
    theirs = imblearn.make_pipeline(StandardScaler(), cleaner(kind), Recorder())
    ours = make_pipeline(StandardScaler(), cleaner(kind), Recorder())
    theirs.fit(X, Y), ours.fit(X, Y)
    assert_array_equal(theirs[-1].y_, ours[-1].y_)
    assert_array_equal(theirs.predict(X), ours.predict(X))


def test_imbalanced_learns_pipeline_refuses_weights_it_would_lose():
    imblearn = pytest.importorskip("imblearn.pipeline")
    with pytest.raises(TypeError, match="fit_resample"):
        imblearn.make_pipeline(cleaner(ReweightSuspects), Recorder()).fit(X, Y)


def test_samplers_of_imbalanced_learn_work_here():
    samplers = pytest.importorskip("imblearn.under_sampling")
    pipe = make_pipeline(
        cleaner(DropSuspects),
        samplers.EditedNearestNeighbours(),
        samplers.RandomUnderSampler(random_state=0),
        Recorder(),
    )
    pipe.fit(X, Y, sample_weight=WEIGHT)
    rows = pipe.sample_indices_
    assert 0 < len(rows) < 200
    assert_array_equal(pipe[-1].X_, X[rows])
    assert_array_equal(pipe[-1].seen_["sample_weight"], WEIGHT[rows])


def test_oversamplers_of_imbalanced_learn_work_while_nothing_must_follow():
    samplers = pytest.importorskip("imblearn.over_sampling")
    few = np.r_[np.flatnonzero(Y == 0)[:20], np.flatnonzero(Y == 1)]
    pipe = make_pipeline(samplers.SMOTE(random_state=0), Recorder()).fit(X[few], Y[few])
    assert_array_equal(*np.unique(pipe[-1].y_, return_counts=True)[1:] * 2)
    with pytest.raises(ValueError, match="step 'smote'"):
        pipe.fit(X[few], Y[few], sample_weight=WEIGHT[few])
    traced = make_pipeline(samplers.RandomOverSampler(random_state=0), Recorder())
    traced.fit(X[few], Y[few], sample_weight=WEIGHT[few])
    rows = few[traced.sample_indices_]
    assert_array_equal(traced[-1].seen_["sample_weight"], WEIGHT[rows])


def test_sampler_that_requests_metadata_for_fit_resample_alone():
    base = pytest.importorskip("imblearn.base")

    class Weighted(base.BaseSampler):
        _sampling_type = "bypass"

        def fit_resample(self, X, y, sample_weight=None):
            self.seen_ = sample_weight
            self.sample_indices_ = np.flatnonzero(sample_weight > 1.5)
            return X[self.sample_indices_], y[self.sample_indices_]

        def _fit_resample(self, X, y):
            raise NotImplementedError

    with config_context(enable_metadata_routing=True):
        step = Weighted().set_fit_resample_request(sample_weight=True)
        pipe = make_pipeline(step, Recorder().set_fit_request(sample_weight=True))
        pipe.fit(X, Y, sample_weight=WEIGHT)
    assert_array_equal(step.seen_, WEIGHT)
    assert (pipe[-1].seen_["sample_weight"] > 1.5).all()


def test_pipelines_of_imbalanced_learn_are_not_hidden_in_ours():
    imblearn = pytest.importorskip("imblearn.pipeline")
    for steps in (
        [StandardScaler(), cleaner(DropSuspects)],
        [cleaner(RelabelSuspects), StandardScaler()],
    ):
        pipe = make_pipeline(imblearn.make_pipeline(*steps), Recorder())
        with pytest.raises(TypeError, match=r"is a imblearn pipeline"):
            pipe.fit(X, Y)


class Noting(LogisticRegression):
    """Note what reaches fit beside the rows."""

    def fit(self, X, y, sample_weight=None, note=None):
        self.weight_, self.note_ = sample_weight, note
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("note", [None, "seen"])
def test_weights_reach_the_cleaners_of_a_pipeline_that_is_wrapped(routing, note):
    with config_context(enable_metadata_routing=routing):
        last = Noting()
        if routing:
            last.set_fit_request(sample_weight=True, note=True)
        pipe = make_pipeline(StandardScaler(), cleaner(ReweightSuspects), last)
        name = "note" if routing else "noting__note"
        params = {} if note is None else {name: note}
        fitted = fit_weighted(pipe, X, Y, WEIGHT, fit_params=params)
    trusted_by_all = ~fitted[1].acted_mask_
    assert_array_equal(fitted[-1].weight_, fitted[1].weights_)
    assert_array_equal(fitted[-1].weight_[trusted_by_all], WEIGHT[trusted_by_all])
    assert fitted[-1].note_ == note
