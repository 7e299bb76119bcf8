# SPDX-License-Identifier: BSD-3-Clause
"""The detection benchmark, on small data sets made here."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_blobs

pd = pytest.importorskip("pandas")

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
CONTENDERS = ["ConfidentLearning", "Neighbors", "KDisagreeingNeighbors"]


@pytest.fixture(autouse=True)
def _scripts(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


@pytest.fixture
def data(tmp_path):
    """Make a folder with a clean table, tagged sentences and audited texts."""
    folder = tmp_path / "data"
    make_table(folder / "clean_blobs")
    make_sentences(folder / "small_ner")
    make_audit(folder / "audit_imdb")
    return folder


def make_table(folder):
    X, y = make_blobs(120, centers=2, random_state=0)
    frame = pd.DataFrame(X, columns=["a", "b"])
    save(frame.assign(y_true=y), folder)


def make_sentences(folder):
    token = ["Abuja", "na", "NA"] * 30
    frame = pd.DataFrame({"sentence": np.repeat(np.arange(30), 3), "token": token})
    frame["y_true"] = np.where(frame["token"] == "Abuja", "B-LOC", "O")
    frame["y_noisy"] = frame["y_true"].mask(frame.index % 10 == 0, "O")
    save(frame, folder)


def make_audit(folder):
    n = np.arange(60)
    frame = pd.DataFrame({"text": np.where(n % 2, "good film", "bad film")})
    verdict = np.array(["not_error", "correctable", "no_consensus"])[n % 3]
    audited = n < 30
    frame = frame.assign(y_noisy=n % 2, y_true=n % 2, audited=audited.astype(int))
    save(frame.assign(verdict=np.where(audited, verdict, "unaudited")), folder)


def save(frame, folder):
    folder.mkdir(parents=True)
    split = np.where(np.arange(len(frame)) % 6 == 5, "test", "train")
    frame.assign(split=split).to_csv(folder / "train.csv.gz", index=False)


def run(data, out, *more):
    """Run the script, and read what it writes."""
    from detection import main

    main(
        ["--data", str(data), "--out", str(out), "--seeds", "1", "--contenders"]
        + [*CONTENDERS, *more]
    )
    return pd.read_csv(out / "detection.csv"), (out / "detection.md").read_text()


def test_every_contender_judges_every_problem(data, tmp_path):
    results, page = run(data, tmp_path / "out")
    assert len(results) == len(CONTENDERS) * (4 + 1 + 1)
    assert results["failure"].isna().all()
    easy = results[results["noise"] == "symmetric 0.2"]
    assert easy["average_precision"].min() > 0.7
    assert "## Inside audited rows" in page
    assert (tmp_path / "out" / "detection.png").exists()


def test_resuming_judges_only_what_is_missing(data, tmp_path):
    first, _ = run(data, tmp_path)
    half = first.drop(index=[1, 7])
    half.assign(seconds=-1.0).to_csv(tmp_path / "detection.csv", index=False)
    resumed, _ = run(data, tmp_path, "--resume")
    assert len(resumed) == len(first)
    assert (resumed["seconds"] >= 0).sum() == 2


def test_a_slow_contender_is_stopped_and_then_passed_over(data, tmp_path):
    results, page = run(data, tmp_path, "--limit", "1e-6")
    slow = results[results["contender"] == "KDisagreeingNeighbors"]
    slow = slow[slow["task"] == "clean_blobs"]["failure"]
    assert slow.iloc[0].startswith("too slow: stopped")
    assert (slow.iloc[1:] == "too slow: passed over after clean_blobs").all()
    assert "KDisagreeingNeighbors: too slow" in page
    assert "No two contenders differ" in page


def test_work_that_no_signal_interrupts_is_too_slow_once_it_has_ended(monkeypatch):
    import _measures

    monkeypatch.delattr(_measures.signal, "SIGPROF")
    with pytest.raises(_measures.TooSlow), _measures.time_limit(1e-6):
        sum(range(100_000))
    with _measures.time_limit(60):
        pass


def test_tokens_keep_their_text_and_sentences_stay_whole(data):
    from _datasets import load_task

    task = load_task(data / "small_ner", max_rows=20)
    assert set(task.X_train["token"]) == {"abuja", "na"}
    everything = load_task(data / "small_ner")
    sizes = dict(zip(*np.unique(everything.groups, return_counts=True), strict=True))
    drawn = dict(zip(*np.unique(task.groups, return_counts=True), strict=True))
    assert len(task.y_given) <= 20
    assert all(sizes[sentence] == size for sentence, size in drawn.items())


def test_only_settled_audits_are_scored(data):
    from _datasets import load_task

    task = load_task(data / "audit_imdb")
    wrong = task.y_given != task.y_true
    assert 0 < wrong.sum() < task.scored.sum() < 30
    assert not wrong[~task.scored].any()


def test_calibration_error_of_constant_confidence():
    from _measures import calibration_error

    is_right = np.array([True, True, True, False])
    assert calibration_error(is_right, np.full(4, 1.0)) == pytest.approx(0.25)
    assert calibration_error(is_right, np.full(4, 0.75)) == pytest.approx(0)


def test_every_public_detector_of_classes_takes_part():
    from _contenders import select

    names = list(select(["all"]))
    assert {"ForgettingEvents", "SmallLoss", "AreaUnderMargin*"} <= set(names)
    assert "ResidualDetector" not in names
