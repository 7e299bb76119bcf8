# SPDX-License-Identifier: BSD-3-Clause
"""What judging labels costs beside the fits that it is made of.

Each measurement runs in a process of its own, on one thread, after a small one that
imports all there is to import. The best of several runs counts, those of the two
sides taken in turns. CPU seconds are those of the call; the peak is the largest
resident memory of the whole process, data and libraries with it.

    python benchmarks/cost.py --out benchmarks/results
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

from _markdown import table

from sknoisy import __version__

# Nothing large is imported here: on Linux a child starts with its parent's peak.

N_FOLDS = 5
N_NEIGHBORS = 20
N_WARM = 300
ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"
)
MEGABYTE = 1 << 20


def make_rows(n_samples, n_features, n_classes=2, noise=0.1):
    """Draw rows of classes that overlap, and change the labels of a share of them."""
    import numpy as np

    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_samples, n_features))
    axes = rng.standard_normal((n_features, n_classes)) / np.sqrt(n_features)
    y = (X @ axes + 0.3 * rng.standard_normal((n_samples, n_classes))).argmax(axis=1)
    wrong = rng.random(n_samples) < noise
    y[wrong] = rng.integers(n_classes, size=wrong.sum())
    return X, y


def make_estimator(name):
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        HistGradientBoostingClassifier,
        RandomForestClassifier,
    )
    from sklearn.linear_model import LogisticRegression

    if name == "lightgbm":
        from lightgbm import LGBMClassifier

        return LGBMClassifier(n_jobs=1, verbose=-1)
    return {
        "logistic": LogisticRegression(),
        "forest": RandomForestClassifier(10, random_state=0),
        "gradient": GradientBoostingClassifier(random_state=0),
        "histogram": HistGradientBoostingClassifier(early_stopping=False),
        # As the detectors of training dynamics have it by default.
        "small histogram": HistGradientBoostingClassifier(
            max_leaf_nodes=6, learning_rate=0.05, early_stopping=False
        ),
    }[name]


def fit(X, y, name):
    make_estimator(name).fit(X, y)


def fit_folds(X, y, name):
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    for train, _ in folds.split(X, y):
        make_estimator(name).fit(X[train], y[train])


def predict_folds(X, y, name):
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(X, y):
        make_estimator(name).fit(X[train], y[train]).predict_proba(X[test])


def confident_learning(X, y, name):
    from sknoisy.detection import ConfidentLearning

    ConfidentLearning(make_estimator(name), cv=N_FOLDS).fit(X, y)


def small_loss(X, y, name):
    from sknoisy.detection import SmallLoss

    SmallLoss(make_estimator(name), cv=N_FOLDS).fit(X, y)


def area_under_margin(X, y, name):
    from sknoisy.detection import AreaUnderMargin

    AreaUnderMargin(make_estimator(name)).fit(X, y)


def staged(X, y, name):
    from sknoisy.detection import LabelDetector, Staged

    LabelDetector(Staged(make_estimator(name))).fit(X, y)


def neighbors(X, y, name):
    from sknoisy.detection import LabelDetector, Neighbors

    LabelDetector(Neighbors(n_neighbors=N_NEIGHBORS)).fit(X, y)


def detector(X, y, name):
    from sknoisy import AutoDetector

    AutoDetector(estimator=make_estimator(name)).fit(X, y)


def robust(X, y, name):
    from sknoisy import NoiseRobustClassifier

    NoiseRobustClassifier(make_estimator(name)).fit(X, y)


def predict_like(X, y):
    """Make probabilities of the labels, as a classifier would."""
    import numpy as np

    proba = np.exp(X)
    proba[np.arange(len(y)), y] *= 10
    return np.divide(proba, proba.sum(axis=1, keepdims=True), out=proba)


def their_issues(X, y, name):
    from cleanlab.filter import find_label_issues

    find_label_issues(y, predict_like(X, y), n_jobs=1)


def our_issues(X, y, name):
    from sknoisy.detection import find_label_issues

    find_label_issues(y, predict_like(X, y))


def probabilities_alone(X, y, name):
    predict_like(X, y)


CALLS = {
    call.__name__: call
    for call in (
        fit,
        fit_folds,
        predict_folds,
        confident_learning,
        small_loss,
        area_under_margin,
        staged,
        neighbors,
        detector,
        robust,
        their_issues,
        our_issues,
        probabilities_alone,
    )
}


def peak_memory():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measure(call, name, n_samples, n_features, n_classes):
    """Run one call in this process, and print what it took as JSON."""
    warnings.simplefilter("ignore")
    run = CALLS[call]
    run(*make_rows(N_WARM, n_features, n_classes), name)
    X, y = make_rows(n_samples, n_features, n_classes)
    before = peak_memory()
    cpu, wall = time.process_time(), time.perf_counter()
    run(X, y, name)
    seconds = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    print(json.dumps({**seconds, "peak": peak_memory(), "before": before}))


def best_of(calls, name, shape, repeats):
    """Measure some calls in turns; return the least of each figure of each."""
    runs = {call: [] for call in calls}
    for _ in range(repeats):
        for call in calls:
            command = [sys.executable, __file__, "--measure", call, name]
            command += [str(number) for number in shape]
            done = subprocess.run(
                command,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, **ONE_THREAD},
            )
            runs[call].append(json.loads(done.stdout))
    return {
        call: {key: min(run[key] for run in seen) for key in seen[0]}
        for call, seen in runs.items()
    }


def shape_of(shape):
    return f"{shape[0]:,} x {shape[1]:,}"


def ratio_row(plain, judged, name, shape, repeats, beside=None):
    """Compare a judgement with what it is made of, and with what that entails."""
    print(f"{judged} of {name}, {shape_of(shape)}", file=sys.stderr)
    calls = [plain, judged] if beside is None else [plain, judged, beside]
    best = best_of(calls, name, shape, repeats)
    base, cost = best[plain], best[judged]
    entailed = []
    if beside is not None:
        seconds = best[beside]["cpu"]
        entailed = [f"{seconds:.2f}", f"{cost['cpu'] / seconds:.2f}"]
    return [
        judged.replace("_", " "),
        name,
        shape_of(shape),
        f"{shape[2]}",
        f"{base['cpu']:.2f}",
        f"{cost['cpu']:.2f}",
        f"{cost['cpu'] / base['cpu']:.2f}",
        f"{cost['wall'] / base['wall']:.2f}",
        f"{base['peak'] / MEGABYTE:.0f}",
        f"{cost['peak'] / MEGABYTE:.0f}",
        f"{cost['peak'] / base['peak']:.2f}",
        *entailed,
    ]


FOLD_DETECTORS = {
    "confident_learning": ("logistic", "forest", "histogram"),
    "small_loss": ("histogram",),
}


def fold_rows(options):
    return [
        ratio_row(
            "fit_folds", judged, name, (n, 20, 2), options.repeats, "predict_folds"
        )
        for judged, names in FOLD_DETECTORS.items()
        for name in names
        for n in options.fold_rows
    ]


# The number of classes beside each.
MARGIN_MODELS = [
    ("small histogram", 2),
    ("small histogram", 4),
    ("histogram", 2),
    ("lightgbm", 2),
    ("lightgbm", 4),
]


def stage_rows(options):
    rows = [
        ratio_row("fit", "area_under_margin", name, (n, 20, k), options.repeats)
        for name, k in MARGIN_MODELS
        for n in options.margin_rows
    ]
    small = min(options.margin_rows)
    rows.append(
        ratio_row(
            "fit", "area_under_margin", "gradient", (small, 20, 2), options.repeats
        )
    )
    large = (options.large_rows, 20, 2)
    repeats = max(1, options.repeats // 2)
    return [*rows, ratio_row("fit", "staged", "lightgbm", large, repeats)]


def neighbor_row(options):
    """Compare the memory that neighbours take with that of their graph."""
    shape = (options.neighbor_rows, 50, 2)
    print(f"neighbors, {shape_of(shape)}", file=sys.stderr)
    cost = best_of(["neighbors"], "none", shape, max(1, options.repeats // 2))
    cost = cost["neighbors"]
    graph = shape[0] * N_NEIGHBORS * 16
    taken = cost["peak"] - cost["before"]
    return [
        shape_of(shape),
        f"{N_NEIGHBORS}",
        f"{cost['cpu']:.1f}",
        f"{taken / MEGABYTE:.0f}",
        f"{graph / MEGABYTE:.0f}",
        f"{taken / graph:.2f}",
    ]


def cleanlab_row(options, n_classes):
    """Compare the default filter with that of cleanlab, from given probabilities."""
    shape = (options.probability_rows, n_classes, n_classes)
    print(f"find_label_issues, {shape_of(shape)}", file=sys.stderr)
    calls = ["probabilities_alone", "their_issues", "our_issues"]
    best = best_of(calls, "none", shape, options.repeats)
    alone = best["probabilities_alone"]["cpu"]
    theirs, ours = (best[call]["cpu"] - alone for call in calls[1:])
    return [
        shape_of(shape),
        f"{theirs:.2f}",
        f"{ours:.2f}",
        f"{theirs / ours:.1f}",
        f"{best['their_issues']['peak'] / MEGABYTE:.0f}",
        f"{best['our_issues']['peak'] / MEGABYTE:.0f}",
    ]


RATIOS = [
    "judgement",
    "of",
    "rows x columns",
    "classes",
    "fits (CPU s)",
    "judgement (CPU s)",
    "CPU ratio",
    "wall ratio",
    "peak of the fits (MB)",
    "peak (MB)",
    "peak ratio",
]

WITH_PREDICTIONS = ["fits and predictions (CPU s)", "CPU ratio to both"]


def report(options, command):
    packages = ["scikit-learn", "lightgbm", "cleanlab", "numpy"]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return "\n\n".join(
        [
            "# What judging labels costs",
            f"Made by `{command}`.\\\nsknoisy {__version__}, {versions}, "
            f"Python {platform.python_version()}, {os.cpu_count()} cores, "
            f"{platform.machine()} {platform.system()}.",
            f"One thread, the best of {options.repeats} runs (half as many of the "
            "largest), each in a process of its own. CPU time is user and system "
            "time of the call; the machine had other work, so go by it and not by "
            "wall time. The peak is the resident memory of the whole process. Below "
            "a few tenths of a second, ratios wander by a tenth from run to run.",
            f"## Detectors that cross-validate, beside {N_FOLDS} fits",
            "The fits on the training parts of a stratified split, without any "
            "prediction, and in the last columns with those for the test parts, "
            "which any judgement needs.",
            table([*RATIOS, *WITH_PREDICTIONS], fold_rows(options)),
            "## Detectors that watch a training, beside one fit",
            table(RATIOS, stage_rows(options)),
            "## Neighbors",
            "Memory beyond that of the data, and that of a graph of 16 bytes for "
            "each neighbour of each row.",
            table(
                [
                    "rows x columns",
                    "neighbours",
                    "CPU s",
                    "memory (MB)",
                    "graph (MB)",
                    "ratio",
                ],
                [neighbor_row(options)],
            ),
            "## find_label_issues, beside cleanlab",
            "From given probabilities, whose making is taken off.",
            table(
                [
                    "rows x classes",
                    "cleanlab, n_jobs=1 (CPU s)",
                    "sknoisy (CPU s)",
                    "times as fast",
                    "peak of cleanlab (MB)",
                    "peak (MB)",
                ],
                [cleanlab_row(options, k) for k in options.classes],
            ),
        ]
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--fold-rows", type=int, nargs="+", default=[20_000])
    parser.add_argument(
        "--margin-rows", type=int, nargs="+", default=[1_500, 20_000, 100_000]
    )
    parser.add_argument("--large-rows", type=int, default=1_000_000)
    parser.add_argument("--neighbor-rows", type=int, default=100_000)
    parser.add_argument("--probability-rows", type=int, default=1_000_000)
    parser.add_argument("--classes", type=int, nargs="+", default=[2, 10])
    parser.add_argument("--out", type=Path, help="folder for the table")
    parser.add_argument("--measure", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        call, name, *shape = options.measure
        measure(call, name, *map(int, shape))
        return
    given = sys.argv[1:] if arguments is None else arguments
    text = report(options, " ".join(["python benchmarks/cost.py", *given]))
    print(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "cost.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
