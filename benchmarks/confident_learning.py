# SPDX-License-Identifier: BSD-3-Clause
"""Time and memory of confident learning from given probabilities, beside cleanlab.

Both libraries get the same arrays in the same process, turn by turn. Time is the
median over the turns. Memory is the peak of what is allocated during one further,
untimed call (tracemalloc), as a share of the size of the probability matrix.

    python benchmarks/confident_learning.py --out benchmarks/results
"""

import argparse
import os
import platform
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
from _markdown import table
from cleanlab import __version__ as cleanlab_version
from cleanlab.filter import find_label_issues as cleanlab_issues
from cleanlab.rank import get_label_quality_scores as cleanlab_quality

from sknoisy import __version__
from sknoisy.detection import find_label_issues, label_quality

SHAPES = [(1_000_000, 2), (1_000_000, 10), (50_000, 1_000)]
SCORES = ["self_confidence", "normalized_margin", "confidence_weighted_entropy"]


def make_problem(n_samples, n_classes, noise=0.2, seed=0):
    """Labels of which a share is drawn anew, and softmax probabilities."""
    rng = np.random.default_rng(seed)
    true = rng.integers(n_classes, size=n_samples)
    wrong = rng.random(n_samples) < noise
    y = np.where(wrong, rng.integers(n_classes, size=n_samples), true)
    pred_proba = rng.standard_normal((n_samples, n_classes))
    pred_proba[np.arange(n_samples), true] += np.log(n_classes) + 2
    np.exp(pred_proba, out=pred_proba)
    pred_proba /= pred_proba.sum(axis=1, keepdims=True)
    return y, pred_proba


def time_in_turns(calls, repeats):
    """Return, for each call, its median seconds and its last result."""
    seconds, results = {name: [] for name in calls}, {}
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            results[name] = call()
            seconds[name].append(time.perf_counter() - start)
    return {name: float(np.median(taken)) for name, taken in seconds.items()}, results


def peak_allocation(call):
    """Bytes allocated at the peak of one call, beyond what was there before."""
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def issue_row(y, proba, mapped, repeats):
    """Compare the default filter on one problem."""
    calls = {
        "alone": lambda: cleanlab_issues(y, proba, n_jobs=1),
        "default": lambda: cleanlab_issues(y, proba),
        "ours": lambda: find_label_issues(y, proba),
        "mapped": lambda: find_label_issues(y, mapped),
    }
    seconds, masks = time_in_turns(calls, repeats)
    memory = {
        name: peak_allocation(call) / proba.nbytes for name, call in calls.items()
    }
    same = all(np.array_equal(mask, masks["alone"]) for mask in masks.values())
    best = min(seconds["alone"], seconds["default"])
    return [
        shape_of(proba),
        f"{seconds['alone']:.3f}",
        f"{seconds['default']:.3f}",
        f"{seconds['ours']:.3f}",
        f"{seconds['mapped']:.3f}",
        f"{best / seconds['ours']:.1f}",
        f"{masks['ours'].sum():,}",
        "yes" if same else "no",
        f"{memory['alone']:.2f}",
        f"{memory['ours']:.2f}",
        f"{memory['mapped']:.2f}",
    ]


def score_row(y, proba, score, repeats):
    """Compare one label score on one problem."""
    calls = {
        "theirs": lambda: cleanlab_quality(y, proba, method=score),
        "ours": lambda: label_quality(y, proba, score=score),
    }
    seconds, scores = time_in_turns(calls, repeats)
    memory = {
        name: peak_allocation(call) / proba.nbytes for name, call in calls.items()
    }
    return [
        shape_of(proba),
        score,
        f"{seconds['theirs']:.3f}",
        f"{seconds['ours']:.3f}",
        f"{seconds['theirs'] / seconds['ours']:.1f}",
        f"{np.abs(scores['theirs'] - scores['ours']).max():.0e}",
        f"{memory['theirs']:.2f}",
        f"{memory['ours']:.2f}",
    ]


def shape_of(proba):
    return f"{proba.shape[0]:,} x {proba.shape[1]:,}"


def report(shapes, repeats):
    issues, scores = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n_samples, n_classes in shapes:
            y, proba = make_problem(n_samples, n_classes)
            path = Path(folder) / "proba.npy"
            np.save(path, proba)
            mapped = np.load(path, mmap_mode="r")
            issues.append(issue_row(y, proba, mapped, repeats))
            scores += [score_row(y, proba, score, repeats) for score in SCORES]
    versions = (
        f"sknoisy {__version__}, cleanlab {cleanlab_version}, numpy {np.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"{platform.machine()} {platform.system()}"
    )
    return "\n\n".join(
        [
            "# Confident learning from given probabilities",
            "Made by `python benchmarks/confident_learning.py "
            f"--repeats {repeats} --out benchmarks/results`.\\\n{versions}.",
            "Seconds are medians of calls made in turns in one process; memory is the "
            "peak allocation during a call, as a share of the probability matrix "
            "(float64). cleanlab's default spreads over all cores, and its memory is "
            "given for `n_jobs=1`; sknoisy uses one core.",
            "## find_label_issues, default filter",
            table(
                [
                    "rows x classes",
                    "cleanlab, n_jobs=1 (s)",
                    "cleanlab, default (s)",
                    "sknoisy (s)",
                    "sknoisy, memory-mapped (s)",
                    "times as fast as the better",
                    "flagged",
                    "same rows",
                    "cleanlab memory",
                    "sknoisy memory",
                    "memory-mapped",
                ],
                issues,
            ),
            "## Label quality",
            table(
                [
                    "rows x classes",
                    "score",
                    "cleanlab (s)",
                    "sknoisy (s)",
                    "times as fast",
                    "largest difference",
                    "cleanlab memory",
                    "sknoisy memory",
                ],
                scores,
            ),
        ]
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, help="folder for the table")
    parser.add_argument(
        "--shapes",
        nargs="+",
        default=SHAPES,
        metavar="ROWSxCLASSES",
        type=lambda text: tuple(map(int, text.split("x"))),
    )
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    text = report(options.shapes, options.repeats)
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "confident_learning.md").write_text(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
