# SPDX-License-Identifier: BSD-3-Clause
import datetime
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict

from sknoisy.utils._column_roles import column_roles
from sknoisy.utils._sound_model import is_readable, sound_classifier

N_ROWS = 60


@pytest.fixture
def y():
    return np.repeat(["no", "yes"], N_ROWS // 2)


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    shift = np.repeat([0.0, 3.0], N_ROWS // 2)
    return rng.normal(size=(N_ROWS, 3)) + shift[:, None]


def texts():
    rng = np.random.default_rng(1)
    common = rng.choice(["today", "we", "saw", "it"], size=(N_ROWS, 3))
    own = np.repeat(["rain", "sun"], N_ROWS // 2)
    return [" ".join([*words, word]) for words, word in zip(common, own, strict=True)]


def mixed_columns(numbers):
    rng = np.random.default_rng(2)
    own = np.repeat(["low", "high"], N_ROWS // 2).astype(object)
    own[::7] = None
    gappy = numbers[:, 0].copy()
    gappy[::5] = np.nan
    day = datetime.datetime(2024, 1, 1)
    return {
        "gappy": gappy,
        "count": rng.integers(0, 9, N_ROWS),
        "level": own,
        "flag": numbers[:, 1] > 1,
        "empty": [None] * N_ROWS,
        "same": ["x"] * N_ROWS,
        "when": [day + datetime.timedelta(hours=i) for i in range(N_ROWS)],
        "note": [f"{text} {i}" for i, text in enumerate(texts())],
    }


def to_pandas(columns):
    return pd.DataFrame(columns)


def to_polars(columns):
    return pl.DataFrame(columns, nan_to_null=True)


def to_objects(columns):
    return np.array(list(zip(*columns.values(), strict=True)), dtype=object)


def test_texts_in_any_sequence(y):
    corpus = texts()
    for X in (
        corpus,
        np.array(corpus),
        np.array(corpus, dtype=object),
        pd.Series(corpus),
        pl.Series(corpus),
    ):
        model = sound_classifier(X).fit(X, y)
        assert model.score(X, y) == 1.0


def test_missing_and_blank_texts_are_evidence_of_their_own(y):
    X = pd.Series(texts())
    X[:10] = [None, np.nan, "", "  ", "!"] * 2
    model = sound_classifier(X).fit(X, y)
    assert model.predict(["", None]).tolist() == ["no", "no"]


def test_texts_that_are_all_blank_still_fit(y):
    X = [""] * N_ROWS
    X[0] = "word"
    assert sound_classifier(X).fit(X, y).predict_proba(X).shape == (N_ROWS, 2)


def test_scripts_without_spaces_are_read_by_letter(y):
    X = ["今日は雨が降った" + "あいうえお"[i % 5] for i in range(N_ROWS // 2)]
    X += ["今日は晴れていた" + "あいうえお"[i % 5] for i in range(N_ROWS // 2)]
    model = sound_classifier(X).fit(X, y)
    assert model.predict(["雨", "晴れ"]).tolist() == ["no", "yes"]


def test_numbers_in_any_array(numbers, y):
    for X in (
        numbers,
        numbers.astype(np.float32),
        numbers.astype(object),
        numbers.tolist(),
        sparse.csr_matrix(numbers),
        sparse.csc_array(numbers),
        pd.DataFrame(numbers),
        pl.DataFrame(numbers),
    ):
        assert sound_classifier(X).fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize("kind", ["linear", "boosting"])
def test_nan_is_imputed_unless_refused(kind, numbers, y):
    numbers[::4, 0] = np.nan
    assert sound_classifier(numbers, kind=kind).fit(numbers, y).score(numbers, y) > 0.8
    with pytest.raises(ValueError, match="contains NaN"):
        sound_classifier(numbers, kind=kind, allow_nan=False).fit(numbers, y)


@pytest.mark.parametrize("kind", ["linear", "boosting"])
@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, pl.DataFrame])
def test_columns_of_nan_alone(container, kind, numbers, y):
    numbers[:, 2] = np.nan
    X = container(numbers)
    assert sound_classifier(X, kind=kind).fit(X, y).score(X, y) > 0.9


def test_nan_that_comes_with_predict_only(numbers, y):
    model = sound_classifier(numbers).fit(numbers, y)
    numbers[0, 0] = np.nan
    assert model.predict_proba(numbers).shape == (N_ROWS, 2)


@pytest.mark.parametrize(
    ("bad", "error", "match"),
    [
        (np.full((N_ROWS, 2), np.inf), ValueError, "infinity"),
        (np.ones((N_ROWS, 2), dtype=complex), ValueError, "Complex data"),
        (np.ones(N_ROWS), ValueError, "Expected 2D array"),
        (np.ones((N_ROWS, 2, 2)), ValueError, "dim 3"),
        (np.empty((N_ROWS, 0)), ValueError, "0 feature"),
        (np.array([[{"a": 1}]] * N_ROWS), TypeError, "number"),
        ([[1.0], [2.0, 3.0]] * (N_ROWS // 2), ValueError, "sequence|inhomogeneous"),
    ],
    ids=["inf", "complex", "1-D", "3-D", "no column", "dict", "ragged"],
)
def test_bad_input_is_refused_as_scikit_learn_refuses_it(bad, error, match, y):
    with pytest.raises(error, match=match):
        sound_classifier(bad).fit(bad, y)


@pytest.mark.parametrize("container", [to_pandas, to_polars, to_objects])
def test_roles_of_mixed_columns(container, numbers):
    roles = column_roles(container(mixed_columns(numbers)))
    assert roles == {
        "number": [0, 1, 3],
        "date": [6],
        "category": [2, 4, 5],
        "text": [7],
        "unknown": [],
    }


def test_numbers_written_as_strings(y):
    X = pd.DataFrame({"size": [str(i) for i in range(N_ROWS)], "code": ["1", "2"] * 30})
    X.loc[3, "size"] = "?"
    assert column_roles(X)["number"] == [0]
    assert column_roles(X)["category"] == [1]
    assert sound_classifier(X).fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize("kind", ["linear", "boosting"])
@pytest.mark.parametrize("container", [to_pandas, to_polars, to_objects])
@pytest.mark.parametrize("with_text", [True, False])
def test_mixed_columns(container, kind, with_text, numbers, y):
    columns = mixed_columns(numbers)
    if not with_text:
        del columns["note"]
    X = container(columns)
    model = sound_classifier(X, kind=kind, random_state=0)
    fitted = pickle.loads(pickle.dumps(clone(model).fit(X, y)))
    assert fitted.score(X, y) > 0.9


def test_pandas_dtypes_with_their_own_missing_value(y):
    X = pd.DataFrame(
        {
            "count": pd.array([None, *range(N_ROWS - 1)], dtype="Int64"),
            "flag": pd.array([None, True, False] * 20, dtype="boolean"),
            "word": pd.array([None, "a", "b"] * 20, dtype="string"),
            "kind": pd.Categorical([None, "a", "b"] * 20),
            "when": pd.date_range("2024-01-01", periods=N_ROWS, tz="Asia/Tokyo"),
            "lapse": pd.to_timedelta(np.arange(N_ROWS), unit="h"),
        }
    )
    X.loc[5, ["when", "lapse"]] = pd.NaT
    for kind in ("linear", "boosting"):
        assert sound_classifier(X, kind=kind).fit(X, y).score(X, y) > 0.9


def test_unknown_categories_and_missing_ones_at_predict(y):
    X = pd.DataFrame({"level": ["low"] * 30 + ["high"] * 29 + ["rare"]})
    for kind in ("linear", "boosting"):
        model = sound_classifier(X, kind=kind).fit(X, y)
        new = pd.DataFrame({"level": ["unseen", None, "low"]})
        assert model.predict(new)[2] == "no"


def test_the_roles_do_not_depend_on_the_order_of_rows(numbers):
    X = pd.DataFrame(mixed_columns(numbers))
    assert column_roles(X) == column_roles(X.sample(frac=1.0, random_state=0))


def test_a_large_table_is_judged_by_a_sample():
    X = np.empty((5000, 2), dtype=object)
    X[:, 0] = np.arange(5000)
    X[:, 1] = "a"
    X[1, 0] = "never looked at"
    assert column_roles(X)["number"] == [0]


def test_weights_reach_the_last_step(numbers, y):
    weights = np.repeat([1.0, 0.0], N_ROWS // 2)
    weights[-1] = 1e-9
    for X in (numbers, pd.DataFrame(numbers), texts()):
        model = sound_classifier(X)
        last, _ = model.steps[-1]
        model.fit(X, y, **{f"{last}__sample_weight": weights})
        assert set(model.predict(X)) == {"no"}


def test_it_sits_in_a_grid_search(numbers, y):
    X = pd.DataFrame(mixed_columns(numbers))
    grid = {"logisticregression__C": [0.1, 1.0]}
    search = GridSearchCV(sound_classifier(X), grid, cv=3).fit(X, y)
    assert search.best_score_ > 0.9
    proba = cross_val_predict(search.best_estimator_, X, y, method="predict_proba")
    assert proba.shape == (N_ROWS, 2)


def test_a_global_pandas_output_stays_outside(numbers, y):
    X = pd.DataFrame(mixed_columns(numbers))
    with config_context(transform_output="pandas"):
        for kind in ("linear", "boosting"):
            for table in (X, X.drop(columns="note")):
                model = sound_classifier(table, kind=kind)
                assert clone(model).fit(table, y).score(table, y) > 0.9


def test_boosting_handles_a_class_of_one_row(numbers):
    y = np.zeros(N_ROWS, dtype=int)
    y[0] = 1
    model = sound_classifier(numbers, kind="boosting").fit(numbers, y)
    assert model.predict_proba(numbers).shape == (N_ROWS, 2)


def test_unknown_kind_is_refused(numbers):
    with pytest.raises(ValueError, match='"linear" or "boosting"'):
        sound_classifier(numbers, kind="forest")


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (np.zeros((3, 2)), True),
        ([[1, 2], [3, 4]], True),
        (sparse.csr_matrix((3, 2)), True),
        (sparse.coo_array((3, 2)), True),
        (pd.DataFrame({"size": [1.0, 2.0]}), True),
        (pl.DataFrame({"colour": ["red", "blue"]}), True),
        (np.array([["red", 1.0], [None, 2.0]], dtype=object), True),
        (["one text", "another"], True),
        (np.array(["one text", "another"]), True),
        (pd.Series(["one text", None]), True),
        (pl.Series(["one text", "another"]), True),
        ([{"size": 1.0}, {"size": 2.0}], False),
        ([["a", "b"], ["c"]], False),
        ([object(), object()], False),
        (np.zeros(3), False),
        (np.zeros((3, 2, 2)), False),
    ],
    ids=[
        "numbers",
        "lists",
        "CSR",
        "COO",
        "pandas",
        "polars",
        "objects",
        "texts",
        "text array",
        "text series",
        "polars texts",
        "dicts",
        "ragged",
        "things",
        "1-D",
        "3-D",
    ],
)
def test_what_can_be_read(X, expected):
    assert is_readable(X) is expected
