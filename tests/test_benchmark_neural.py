# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark of networks, on small data sets made here."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import make_blobs

pd = pytest.importorskip("pandas")
pytest.importorskip("torch")
pytest.importorskip("skorch")

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
REFERENCES = [
    "plain",
    "plain, early stopping",
    "plain, early stopping, corrected accuracy",
    "plain, early stopping, corrected balanced",
    "plain, early stopping, corrected log-loss",
    "plain, right rows alone",
    "plain, true labels",
]
PUT_RIGHT = "plain, trusted rows put right"
OPTIONS = SimpleNamespace(
    epochs=2, device="cpu", trusted=0.05, max_rows=100, limit=60.0
)


@pytest.fixture(autouse=True)
def _scripts(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


@pytest.fixture
def data(tmp_path):
    """Make a folder with a clean table, noisy texts, and people's labels."""
    folder = tmp_path / "data"
    X, y = make_blobs(120, centers=2, random_state=0)
    save(pd.DataFrame(X, columns=["a", "b"]).assign(y_true=y), folder / "clean_blobs")
    n = np.arange(120)
    texts = pd.DataFrame({"text": np.where(n % 2, "good film", "bad film")})
    texts = texts.assign(y_true=n % 2, y_noisy=(n + (n % 10 == 0)) % 2)
    save(texts, folder / "real_films")
    (folder / "cifar10n_features").mkdir()
    labels = dict.fromkeys(["y_true", "y_aggre", "y_rand1", "y_worst"], y[:60])
    np.savez(
        folder / "cifar10n_features" / "data.npz",
        X_train=X[:60],
        X_test=X[60:],
        y_test=y[60:],
        **labels,
    )
    return folder


def save(frame, folder):
    folder.mkdir(parents=True)
    split = np.where(np.arange(len(frame)) % 6 == 5, "test", "train")
    frame.assign(split=split).to_csv(folder / "train.csv.gz", index=False)


def run(data, out, *more):
    """Run the script, and read what it writes."""
    from neural import main

    main(
        ["--data", str(data), "--out", str(out), "--seeds", "1", "--epochs", "2"]
        + ["--only", "clean_blobs", "real_films", "--noises", "symmetric 0.4", "real"]
        + ["--methods", "elr", *more]
    )
    return pd.read_csv(out / "neural.csv"), (out / "neural.md").read_text("utf-8")


def test_every_contender_is_trained_on_tables_and_texts(data, tmp_path):
    results, page = run(data, tmp_path, "MeanAbsoluteError")
    assert results["failure"].isna().all()
    by_problem = results.groupby(["task", "noise", "model"])["contender"].agg(list)
    assert list(by_problem.index) == [
        ("clean_blobs", "symmetric 0.4", "perceptron"),
        ("real_films", "real", "embedding bag"),
    ]
    for contenders in by_problem:
        assert contenders == [*REFERENCES, "elr", "MeanAbsoluteError"]
    for title in (
        "clean_blobs, symmetric 0.4",
        "real_films, real",
        "Who does not help",
    ):
        assert f"## {title}\n" in page


def test_resuming_trains_only_what_is_missing(data, tmp_path):
    first, _ = run(data, tmp_path)
    half = first.drop(index=[1, 10])
    half.assign(seconds=-1.0).to_csv(tmp_path / "neural.csv", index=False)
    resumed, _ = run(data, tmp_path, "--resume")
    assert len(resumed) == len(first)
    assert (resumed["seconds"] >= 0).sum() == 2


def test_a_file_of_other_networks_is_not_resumed(data, tmp_path, capsys):
    run(data, tmp_path)
    with pytest.raises(SystemExit):
        run(data, tmp_path, "--resume", "--epochs", "3")
    assert "made with another --epochs" in capsys.readouterr().err


def test_methods_that_need_trusted_rows_have_a_baseline_that_has_them(data, tmp_path):
    results, page = run(data, tmp_path, "l2rw", "--only", "clean_blobs")
    assert results["failure"].isna().all()
    assert list(results["contender"]) == [
        *REFERENCES[:5],
        PUT_RIGHT,
        *REFERENCES[5:],
        "elr",
        "l2rw",
    ]
    assert "| l2rw\\* |" in page


def test_unknown_names_and_absent_noise_are_refused(data, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(data, tmp_path, "nonsense")
    assert "'nonsense' is none of methods, losses" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(data, tmp_path, "--noises", "pink")
    assert "no data set with this noise" in capsys.readouterr().err


def test_peoples_labels_have_all_seeds(data):
    from neural import make_parser, problem_plans

    options = make_parser().parse_args(["--data", str(data), "--seeds", "2"])
    keys = [plan.key for plan in problem_plans(options)]
    assert keys == [
        ("cifar10n_features", f"real, {given}", seed)
        for given in ("aggregate", "random 1", "worst")
        for seed in (0, 1)
    ]


def test_all_methods_and_losses_can_be_chosen():
    from _neural_contenders import select

    from sknoisy.neural import methods

    chosen = set(select(["methods", "losses"]))
    assert {*REFERENCES, PUT_RIGHT, "elr", "l2rw", "co_teaching", "MaxSup"} < chosen
    aliases = {
        getattr(getattr(methods, name), "alias", None) for name in methods.__all__
    }
    assert aliases - chosen == {None, "custom", "ce"}
    assert "BackwardCorrection" not in chosen


def test_methods_that_need_trusted_rows_are_known():
    from _neural_contenders import Training, baseline_of, groups

    X, y = make_blobs(40, centers=2, random_state=0)
    rows = SimpleNamespace(X=X, y=y, verified=y, trusted=None, seed=0)
    for name, train in groups()["methods"].items():
        if baseline_of(name) == PUT_RIGHT:
            with pytest.raises(ValueError, match="verified"):
                train(Training(1, "cpu"), rows)


def make_results(scores):
    """Lay out results from (contender, seed, accuracy)."""
    results = pd.DataFrame(scores, columns=["contender", "seed", "accuracy"])
    facts = {"task": "a", "noise": "real", "noise_rate": 0.3, "model": "perceptron"}
    return results.assign(balanced=50.0, seconds=2.0, failure="", **facts)


SCORES = [
    ("plain", 0, 60.0),
    ("plain", 1, 62.0),
    ("plain, true labels", 0, 80.0),
    ("plain, true labels", 1, 82.0),
    (PUT_RIGHT, 0, 70.0),
    (PUT_RIGHT, 1, 72.0),
    ("elr", 0, 71.0),
    ("elr", 1, 73.0),
    ("sam", 0, 64.0),
    ("sam", 1, 61.0),
    ("l2rw", 0, 65.0),
    ("l2rw", 1, 69.0),
]


def test_changes_are_measured_against_the_baseline_of_each():
    from _neural_report import compare

    lines = compare(make_results(SCORES)).set_index("contender")
    assert lines.loc["elr", "change"] == 11
    assert lines.loc["elr", "recovered"] == pytest.approx(55)
    assert lines.loc["elr", "margin"] == 0
    # Half a width of 12.7 standard errors for two values.
    assert lines.loc["sam", "change"] == 1.5
    assert lines.loc["sam", "margin"] == pytest.approx(12.706 * 2.5, rel=1e-4)
    assert lines.loc["l2rw", "change"] == -4
    assert lines.loc["l2rw", "recovered"] == pytest.approx(-40)
    assert list(lines.index[lines["helps"]]) == [
        "plain, true labels",
        "elr",
    ]
    assert list(lines.index[lines["harms"]]) == ["l2rw"]


def test_a_seed_without_a_baseline_does_not_count():
    from _neural_report import compare

    results = make_results(SCORES)
    results.loc[1, "failure"] = "broken"
    lines = compare(results).set_index("contender")
    assert lines.loc["sam", "change"] == 4
    assert np.isnan(lines.loc["sam", "margin"])
    assert lines.loc["l2rw", "change"] == -4


def test_the_page_names_who_does_not_help():
    from _neural_report import report

    page = report(make_results(SCORES), "python neural.py", OPTIONS)
    assert "No help on any problem with noise: `l2rw`, `sam`." in page
    assert "  - does not help: `sam`\n  - harms: `l2rw`\n" in page
    assert "At least half of the gap is recovered by: `elr`." in page
    assert "| elr | 2 | 72.0 | 50.0 | +11.0 ± 0.0 | 55 | 2.0 | 1.0 | helps |" in page
    assert "no GPU" in page


def test_a_small_gap_has_no_share():
    from _neural_report import compare, half_recovered

    scores = [("plain", 0, 80.0), ("plain, true labels", 0, 80.5), ("elr", 0, 80.4)]
    lines = compare(make_results(scores))
    assert lines["recovered"].isna().all()
    assert "no more than 1 point" in half_recovered(lines)


def test_the_page_counts_whom_a_contender_helps():
    from _neural_report import compare, summary_table

    results = make_results(SCORES)
    harder = results.assign(noise="pair 0.3")
    harder.loc[harder["contender"] == "elr", "accuracy"] -= 20
    harder = harder[harder["contender"] != "sam"]
    clean = results.assign(noise="none", noise_rate=0.0)
    lines = compare(pd.concat([results, harder, clean], ignore_index=True))
    assert summary_table(lines).splitlines()[2:] == [
        "| elr | 2 | 1 | 0 | 1 | +1.0 | -9.0 | +11.0 |",
        "| l2rw | 2 | 0 | 0 | 2 | -4.0 | -4.0 | -4.0 |",
        "| sam | 1 | 0 | 1 | 0 | +1.5 | +1.5 | +1.5 |",
    ]


def test_defects_are_judged_by_balanced_accuracy():
    from _neural_report import compare

    results = make_results(SCORES)
    balanced = 100 - results["accuracy"]
    lines = compare(results.assign(task="defects_a", balanced=balanced))
    assert lines.set_index("contender").loc["elr", "change"] == -11


def test_the_page_names_who_was_not_trained():
    from _neural_report import not_trained

    results = make_results(SCORES)
    assert not_trained(results) == "Every contender was trained with every seed."
    page = not_trained(results.drop(index=[6, 10, 11]))
    assert page.splitlines()[2:] == ["- a, real: `elr`"]
