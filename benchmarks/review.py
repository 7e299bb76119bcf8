# SPDX-License-Identifier: BSD-3-Clause
"""How many wrong labels a reviewer finds, and when the review may stop.

    python benchmarks/review.py --data DIR --out benchmarks/results

Folders named `defects_*`, `hausa_newsclass` and `wrench_*` have real noise. The
reviewer answers with the true labels. A detector is fitted once for each sample of a
data set; sessions that never fit again start from its probabilities.
"""

import argparse
import sys
import time
import warnings
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from _datasets import load_task
from _markdown import block

import sknoisy
from sknoisy import LabelDetector, ReviewQueue
from sknoisy.detection import Precomputed
from sknoisy.review._confidence import plan_looks, share_upper_bound

REAL = ("defects_*", "hausa_newsclass", "wrench_*")
SHARES = (0.05, 0.1, 0.2)
PRECISIONS = (0.05, 0.1, 0.2)
CONFIDENCE = 0.95
N_BATCHES = 12
BATCH_SIZE = 20
AUDIT_FRACTION = 0.25


def tasks(data, max_rows):
    """Yield the data sets with real noise."""
    for folder in sorted(Path(data).iterdir()):
        if any(fnmatch(folder.name, pattern) for pattern in REAL):
            yield load_task(folder, max_rows=max_rows)


def review(queue, X, y, y_true, groups=None):
    """Check rows until the queue stops; return it and which answers were finds."""
    queue.set_params(classes=np.concatenate([y, y_true]))
    queue.fit(X, y, groups=groups)
    found = []
    while not queue.should_stop_:
        rows = queue.batch_.indices
        found.append(queue.y_[rows] != y_true[rows])
        queue.update(rows, y_true[rows])
    return queue, np.concatenate(found)


def from_probabilities(detector, **params):
    """Make a queue that starts from a fitted detector and never fits again."""
    judge = LabelDetector(Precomputed(detector.classes_))
    return ReviewQueue(judge, refit=False, stop_precision=None, **params)


def finds(task):
    """Share of the wrong labels that each way of reviewing finds, by budget."""
    n_rows, is_error = len(task.y_given), task.y_given != task.y_true
    budget = round(max(SHARES) * n_rows)
    params = {"budget": budget, "batch_size": -(-budget // N_BATCHES)}
    start = time.perf_counter()
    detector = LabelDetector("out_of_bag")
    detector.fit(task.X_train, task.y_given, groups=task.repeats)
    seconds = time.perf_counter() - start
    proba, given, true = detector.pred_proba_, task.y_given, task.y_true
    cleaning = from_probabilities(detector, order="active_label_cleaning", **params)
    answers = from_probabilities(detector, **params)
    refits = ReviewQueue(stop_precision=None, **params)
    curves = {
        "random order": np.full(n_rows, is_error.mean()),
        "lowest quality, once": is_error[np.argsort(detector.label_quality_)],
        "active label cleaning, once": review(cleaning, proba, given, true)[1],
        "expected errors, answers only": review(answers, proba, given, true)[1],
    }
    start = time.perf_counter()
    refits, curves["expected errors, refits"] = review(
        refits, task.X_train, given, true, task.repeats
    )
    refit_seconds = (time.perf_counter() - start) / (N_BATCHES + 1)
    best = np.arange(n_rows) < is_error.sum()
    for way, curve in [*curves.items(), ("all wrong ones first", best)]:
        shares = {s: curve[: round(s * n_rows)].sum() / is_error.sum() for s in SHARES}
        yield {"task": task.name, "way": way} | shares
    print(
        f"{task.name}: {n_rows} rows, {is_error.sum()} wrong, {seconds:.1f} s a fit, "
        f"{refit_seconds:.1f} s a batch with a refit, expected errors left "
        f"{refits.expected_errors_left_:.0f}, true {is_error.sum() - refits.n_found_}",
        file=sys.stderr,
    )


def sessions(task, seeds):
    """Run sessions on samples of four rows in five, to see which promises hold."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        rows = np.sort(rng.permutation(len(task.y_given))[: len(task.y_given) * 4 // 5])
        y, y_true = task.y_given[rows], task.y_true[rows]
        X = task.X_train
        X = [X[i] for i in rows] if task.is_text else X.iloc[rows]
        groups = None if task.repeats is None else task.repeats[rows]
        detector = LabelDetector("out_of_bag").fit(X, y, groups=groups)
        proba, where = detector.pred_proba_, {"task": task.name, "seed": seed}
        queue = from_probabilities(detector, batch_size=BATCH_SIZE)
        _, found = review(queue, proba, y, y_true)
        for precision in PRECISIONS:
            yield where | stop_of(found, precision)
        budget = len(y) // 5
        queue = from_probabilities(
            detector,
            batch_size=BATCH_SIZE,
            budget=budget,
            audit_fraction=AUDIT_FRACTION,
            random_state=seed,
        )
        queue, _ = review(queue, proba, y, y_true)
        low, high = queue.errors_left_interval_
        left = int((queue.y_ != y_true).sum())
        yield where | {
            "errors left": left,
            "expected": queue.expected_errors_left_,
            "low": low,
            "high": high,
            "held": low <= left <= high,
        }


def stop_of(found, precision):
    """Say where the rule would have stopped, and whether it was right to."""
    window, confidence = plan_looks(precision, CONFIDENCE, len(found))
    for n_checked in range(BATCH_SIZE, len(found), BATCH_SIZE):
        last = found[max(n_checked - window, 0) : n_checked]
        bound = share_upper_bound(last.sum(), len(last), confidence)
        if len(last) == window and bound < precision:
            coming = found[n_checked : n_checked + window]
            return {
                "stop at": precision,
                "checked": n_checked / len(found),
                "found": found[:n_checked].sum() / max(found.sum(), 1),
                "coming": coming.mean(),
                "held": coming.mean() < precision,
            }
    return {"stop at": precision}


def find_tables(table):
    """Share of wrong labels found, in percent, on the mean and by data set."""
    percent = table.set_index(["task", "way"]).mul(100).round(1)
    percent.columns = [f"{share:.0%} checked" for share in percent.columns]
    order = list(dict.fromkeys(table["way"]))
    means = percent.groupby(level="way").mean().round(1).loc[order]
    by_task = percent["20% checked"].unstack("way")[order]
    return means, by_task.set_axis(range(1, len(order) + 1), axis=1), order


def stop_table(table):
    """How well the stopping rule keeps its word."""
    stops = table.dropna(subset=["stop at"])
    grouped = stops.groupby("stop at")
    return (
        pd.DataFrame(
            {
                "sessions": grouped.size(),
                "stopped": grouped["held"].count(),
                "held %": grouped["held"].apply(
                    lambda held: 100 * held.dropna().mean()
                ),
                "checked %": 100 * grouped["checked"].mean(),
                "found %": 100 * grouped["found"].mean(),
                "wrong among the next %": 100 * grouped["coming"].mean(),
            }
        )
        .astype({"held %": float})
        .round(1)
    )


def interval_table(table):
    """How well the interval of the errors left keeps its word, by data set."""
    audits = table.dropna(subset=["low"])
    grouped = audits.groupby("task")
    rows = grouped[["errors left", "expected", "low", "high"]].mean()
    rows["held %"] = 100 * grouped["held"].mean().astype(float)
    rows.loc["all"] = rows.mean()
    return rows.round(1)


def report(found, promised, options):
    """Write the tables as text."""
    means, by_task, order = find_tables(found)
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("scikit-learn", "numpy")
    )
    parts = [
        "# Review queues with a reviewer who knows the truth",
        f"Made by `python benchmarks/review.py --data DIR --out benchmarks/results "
        f"--seeds {options.seeds} --max-rows {options.max_rows}` with {packages}, "
        f"sknoisy {sknoisy.__version__}.\n{found['task'].nunique()} data sets with "
        f"real noise, at most {options.max_rows} training rows each.",
        "## Wrong labels found",
        "Share (%) of all wrong labels that are found by checking 5, 10 and 20 % of "
        "the rows, mean over the data sets. *Once*: the order of one fit. *Answers "
        f"only*: the probabilities learn from the answers after each of {N_BATCHES} "
        "batches. *Refits*: the detector is fitted again as well. The last line is as "
        "much as can be found.",
        block(means),
        "By data set, 20 % checked: "
        + "; ".join(f"{i} {way}" for i, way in enumerate(order, 1))
        + ".",
        block(by_task),
        "## The stopping rule",
        f"{options.seeds} sessions for each data set, each on four rows in five drawn "
        f"at random, in batches of {BATCH_SIZE}, without refits. The rule says, with "
        f"{CONFIDENCE:.0%} confidence, that fewer than a given share of the labels are "
        "wrong at this point of the queue. *Held*: sessions, of those stopped, in "
        "which that is true of the next rows in line, as many as the rule looks back "
        "on. Sessions that never stop have checked every row.",
        block(stop_table(promised)),
        "## The interval of the errors left",
        f"The same samples, 20 % of the rows checked, a share of {AUDIT_FRACTION:g} of "
        f"them drawn at random. *Expected*: the sum of `error_proba_`. *Low*, *high*: "
        f"mean ends of the {CONFIDENCE:.0%} interval. *Held*: sessions in which it has "
        "the true number.",
        block(interval_table(promised)),
        "Samples of one data set overlap, so that sessions are not independent.",
    ]
    return "\n\n".join(parts) + "\n"


def main(argv=None):
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write the report into")
    parser.add_argument("--seeds", type=int, default=5, help="sessions a data set")
    parser.add_argument("--max-rows", type=int, default=1500, help="training rows")
    options = parser.parse_args(argv)
    # Rare classes are part of the tasks, and alike for all.
    warnings.simplefilter("ignore")
    found, promised = [], []
    for task in tasks(options.data, options.max_rows):
        found += finds(task)
        promised += sessions(task, options.seeds)
    if not found:
        parser.error(f"no data set with real noise in {options.data}")
    text = report(pd.DataFrame(found), pd.DataFrame(promised), options)
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "review.md").write_text(text)


if __name__ == "__main__":
    main()
