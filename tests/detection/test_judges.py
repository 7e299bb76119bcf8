# SPDX-License-Identifier: BSD-3-Clause
"""Which judges suit X, by what they see and how much may be spent."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from sknoisy.detection import AutoDetector, InSample, Neighbors, OutOfBag, OutOfFold
from sknoisy.detection._judges import BUDGETS, Committee
from sknoisy.detection._label_detector import stream_members
from sknoisy.utils._labelled_rows import check_labelled_rows
from tests.detection._evidence import frame, planted, texts


def committee(X, y, budget="medium", estimator=None, **metadata):
    rows = check_labelled_rows(BaseEstimator(), X, y, **metadata)
    return Committee(rows, budget, estimator, 5, None, 0), rows


def kinds(X, y, budget="medium", estimator=None):
    """Map the names of judges to the classifiers that they use, if any."""
    judges = committee(X, y, budget, estimator)[0].judges()
    return {judge.name: getattr(judge.scheme, "estimator", None) for judge in judges}


def counts(n_samples=80):
    """Draw sparse counts of words of two classes."""
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 2
    rates = np.where((np.arange(20) < 10) == y[:, np.newaxis], 1.0, 0.1)
    return sparse.csr_matrix(rng.poisson(rates).astype(float)), y


@pytest.mark.parametrize(
    "X",
    [
        planted(60)[0],
        planted(60)[0].tolist(),
        frame(pd, 60)[0],
        frame(pl, 60)[0],
    ],
    ids=["array", "lists", "pandas", "polars"],
)
def test_tables_are_judged_by_trees_and_more(X):
    y = np.arange(60) % 2
    low, medium, high = (kinds(X, y, budget) for budget in BUDGETS)
    assert "trees" in low
    assert set(low) < set(medium) < set(high)
    assert isinstance(medium["linear"], LogisticRegression)


def test_counts_are_judged_by_bayes():
    X, y = counts()
    low, medium = (kinds(X, y, budget) for budget in ("low", "medium"))
    assert isinstance(low["bayes"], ComplementNB)
    assert set(low) < set(medium) == {"neighbours", "bayes", "linear"}


@pytest.mark.parametrize("budget", BUDGETS)
def test_bayes_never_sees_negative_numbers(budget):
    X, y = counts()
    X.data[0] = -1.0
    assert "linear" in set(kinds(X, y, budget)) <= {"neighbours", "linear"}


def test_texts_are_judged_by_words_phrases_and_characters():
    X, y = texts()
    judges = committee(X, y)[0].judges()
    assert [judge.name for judge in judges] == ["words", "phrases", "characters"]
    terms = [set(judge.transformer[-1].vocabulary_) for judge in judges]
    words, phrases, characters = terms
    assert words < phrases
    assert "a day" in phrases - words
    assert "day" in characters
    assert max(map(len, characters)) == 4
    assert [judge.name for judge in committee(X, y, "low")[0].judges()] == ["words"]


def test_frames_with_texts_are_judged_by_their_terms():
    names = set(kinds(*frame(pd, with_text=True)))
    assert "neighbours" in names
    assert not any("trees" in name for name in names)


def test_copies_of_a_text_are_read_once():
    X, y = texts()
    alone = committee(X, y)[0].judges()
    twice = committee(X * 2, np.tile(y, 2))[0].judges()
    for one, two in zip(alone, twice, strict=True):
        np.testing.assert_array_equal(
            one.features.toarray(), two.features[:80].toarray()
        )


def test_texts_without_weight_teach_no_words():
    X, y = texts()
    X[5] = "unheard"
    weight = np.ones(80)
    weight[5] = 0
    judge = committee(X, y, sample_weight=weight)[0].judges()[0]
    assert "unheard" not in judge.transformer[-1].vocabulary_


def test_words_of_one_text_are_kept_where_distinct_texts_are_few():
    X = ["good"] * 600 + ["bad"] * 600
    judge = committee(X, [0] * 600 + [1] * 600)[0].judges()[0]
    assert set(judge.transformer[-1].vocabulary_) == {"good", "bad"}


def test_scripts_without_spaces_are_read():
    X = ["今日は雨が降った", "今日は晴れていた"] * 10
    for judge in committee(X, [0, 1] * 10)[0].judges():
        assert (judge.features.getnnz(axis=1) > 0).all()


def test_an_estimator_sees_x_as_it_is():
    X, y, _ = planted(60)
    model = LogisticRegression()
    own = committee(X, y, estimator=model)[0].judges()[-1]
    assert own.name == "estimator"
    assert own.features is X
    assert own.scheme.estimator is model
    assert "estimator" in kinds(X, y, "high", model)
    assert "estimator" not in kinds(X, y, "low", model)


@pytest.mark.parametrize("budget", BUDGETS)
def test_an_estimator_judges_alone_what_none_can_read(budget):
    X = [{"size": i} for i in range(20)]
    model = LogisticRegression()
    assert kinds(X, [0, 1] * 10, budget, model) == {"estimator": model}
    with pytest.raises(ValueError, match=r"X is a list.*AutoDetector\(estimator\)"):
        kinds(X, [0, 1] * 10, budget)


def test_some_look_again_with_other_chances():
    X, y, _ = planted(60)
    bench, _ = committee(X, y)
    first = bench.judges()
    again = bench.second_looks(first)
    looking = [judge for judge in first if judge.looks_again]
    assert 0 < len(looking) < len(first)
    for old, new in zip(looking, again, strict=True):
        assert new.name == f"{old.name}, again"
        assert new.features is old.features
        assert new.scheme.random_state != old.scheme.random_state
        assert new.scheme is not old.scheme
    low, _ = committee(X, y, "low")
    assert low.second_looks(low.judges()) == []


def test_judges_of_tables_differ_in_kind():
    X, y, _ = planted(60)
    schemes = {type(judge.scheme) for judge in committee(X, y)[0].judges()}
    assert schemes == {OutOfBag, OutOfFold, Neighbors}


def test_a_judge_keeps_what_new_rows_need_and_forgets_the_others():
    X, y = frame(pd)
    bench, rows = committee(X, y)
    for judge in bench.judges():
        stream_members(judge.scheme, [], judge.see(rows))
        judge = judge.without_rows()
        assert judge.features is None
        assert judge.predict_proba(X[:5]).shape == (5, 2)


@pytest.mark.parametrize("with_text", [True, False])
def test_features_do_not_depend_on_the_order_of_rows(with_text):
    X, y = frame(pd, with_text=with_text)
    order = np.random.default_rng(0).permutation(len(y))
    seen = committee(X, y)[0].judges()[0].features[order]
    moved = committee(X.iloc[order], y[order])[0].judges()[0].features
    if with_text:
        assert seen.nnz == moved.nnz
        seen, moved = seen.toarray(), moved.toarray()
    np.testing.assert_array_equal(seen, moved)


def test_unknown_budgets_are_refused():
    X, y, _ = planted(60)
    with pytest.raises(ValueError, match="budget='cheap'.*'high', 'low', 'medium'"):
        AutoDetector(budget="cheap").fit(X, y)
    with pytest.raises(ValueError, match="Did you mean 'medium'"):
        AutoDetector(budget="medum").fit(X, y)


def test_boosting_judges_tables_from_medium_on():
    X, y, _ = planted(60)
    assert committee(X, y, "low")[0].boosting() == (None, None)
    judge, test = committee(X, y)[0].boosting()
    assert isinstance(judge.scheme, InSample)
    assert isinstance(test.scheme, OutOfFold)
    assert test.scheme.estimator.max_iter < judge.scheme.estimator.max_iter


def test_boosting_knows_categories():
    X, y = frame(pd, 60)[:2]
    judge, _ = committee(X, y)[0].boosting()
    assert len(judge.scheme.estimator.categorical_features) > 0
    assert judge.features.shape[0] == 60


@pytest.mark.parametrize("data", [texts, counts])
def test_boosting_leaves_terms_to_others(data):
    X, y = data()[:2]
    assert committee(X, y)[0].boosting() == (None, None)


def test_boosting_leaves_many_classes_to_others():
    X = np.arange(200.0).reshape(-1, 1)
    assert committee(X, np.arange(200) % 51)[0].boosting() == (None, None)
    assert committee(X, np.arange(200) % 50)[0].boosting()[0] is not None
