# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark of robust fits, on small data sets made here."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_blobs

pd = pytest.importorskip("pandas")

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
CONTENDERS = ["plain", "oracle"]
NOISES = {"none", "symmetric 0.2", "symmetric 0.4", "pair 0.3", "boundary 0.2"}


@pytest.fixture(autouse=True)
def _scripts(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


@pytest.fixture
def data(tmp_path):
    """Make a folder with a clean table, noisy texts, and tokens to pass over."""
    folder = tmp_path / "data"
    X, y = make_blobs(120, centers=2, random_state=0)
    save(pd.DataFrame(X, columns=["a", "b"]).assign(y_true=y), folder / "clean_blobs")
    n = np.arange(120)
    texts = pd.DataFrame({"text": np.where(n % 2, "good film", "bad film")})
    texts = texts.assign(y_true=n % 2, y_noisy=(n + (n % 10 == 0)) % 2)
    save(texts, folder / "real_films")
    tokens = pd.DataFrame({"sentence": n // 3, "token": "Abuja"})
    save(tokens.assign(y_true="O", y_noisy="O"), folder / "small_ner")
    return folder


def save(frame, folder):
    folder.mkdir(parents=True)
    split = np.where(np.arange(len(frame)) % 6 == 5, "test", "train")
    frame.assign(split=split).to_csv(folder / "train.csv.gz", index=False)


def run(data, out, *more):
    """Run the script, and read what it writes."""
    from robustness import main

    main(
        ["--data", str(data), "--out", str(out), "--models", "logistic", "tfidf"]
        + ["--contenders", "oracle", *more]
    )
    return pd.read_csv(out / "robustness.csv"), (out / "robustness.md").read_text()


def test_every_contender_is_fitted_to_every_problem(data, tmp_path):
    results, page = run(data, tmp_path)
    assert len(results) == len(CONTENDERS) * (len(NOISES) + 1)
    assert results["failure"].isna().all()
    table = results[results["task"] == "clean_blobs"]
    assert set(table["noise"]) == NOISES
    assert set(table["model"]) == {"logistic"}
    assert set(results[results["task"] == "real_films"]["model"]) == {"tfidf"}
    assert set(results["task"]) == {"clean_blobs", "real_films"}
    oracle = results[results["contender"] == "oracle"]
    assert oracle["accuracy"].min() > 80
    assert all(f"## {kind}" in page for kind in ("Real", "Injected", "Clean"))


def test_resuming_fits_only_what_is_missing(data, tmp_path):
    first, _ = run(data, tmp_path)
    half = first.drop(index=[1, 7])
    half.assign(seconds=-1.0).to_csv(tmp_path / "robustness.csv", index=False)
    resumed, _ = run(data, tmp_path, "--resume")
    assert len(resumed) == len(first)
    assert (resumed["seconds"] >= 0).sum() == 2


def test_kinds_of_noise_can_be_picked(data, tmp_path):
    results, page = run(data, tmp_path, "--kinds", "real", "clean")
    assert set(results["noise"]) == {"real", "none"}
    assert "--kinds real clean" in page
    assert "## Injected" not in page


def test_failures_are_listed_and_stop_nobody(data, tmp_path):
    results, page = run(
        data, tmp_path, "CleanThenFit", "nonsense", "--only", "real_films"
    )
    failure = results.set_index("contender")["failure"]
    assert "nonsense" in failure.pop("NoiseRobustClassifier, nonsense")
    assert "CleanThenFit" in failure
    assert failure.isna().all()
    assert "NoiseRobustClassifier, nonsense, tfidf:" in page


def make_results(scores):
    """Lay out results of one model from (contender, task, accuracy, balanced)."""
    columns = ["contender", "task", "accuracy", "balanced"]
    facts = {"noise": "real", "model": "logistic", "seed": 0, "failure": ""}
    return pd.DataFrame(scores, columns=columns).assign(seconds=1.0, **facts)


def test_gains_harm_and_the_recovered_gap():
    from _robust_report import against_plain, gain_table

    results = make_results(
        [
            ("plain", "a", 80.0, 70.0),
            ("robust", "a", 85.0, 69.0),
            ("oracle", "a", 90.0, 70.5),
            ("plain", "b", 80.0, 70.0),
            ("robust", "b", 80.0, 72.0),
            ("oracle", "b", 80.5, 80.0),
        ]
    )
    robust = gain_table(against_plain(results), ["plain", "robust"]).loc["robust"]
    assert robust["accuracy"] == 2.5
    assert robust["balanced"] == 0.5
    assert robust["gap"] == 50
    assert robust["gap, b."] == 20
    assert robust["harm"] == 0
    assert robust["harm, b."] == robust["harm, either"] == 50
