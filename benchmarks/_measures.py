# SPDX-License-Identifier: BSD-3-Clause
"""Score contenders on problems, within a time limit, a line of a file at a time."""

import csv
import io
import signal
import sys
import threading
import time
import warnings
from contextlib import contextmanager

import numpy as np
import pandas as pd
from _contenders import select
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from sknoisy.metrics import detection_report

KEYS = ["task", "noise", "seed", "contender"]
COLUMNS = [
    "task",
    "noise",
    "seed",
    "kind",
    "max_rows",
    "rows",
    "classes",
    "noise_rate",
    "contender",
    "average_precision",
    "roc_auc",
    "miss_rate_at_budget",
    "rate_error",
    "covered",
    "interval_width",
    "calibration_error",
    "suspect_precision",
    "suspect_recall",
    "seconds",
    "costs",
    "failure",
]
TOO_SLOW = "too slow"
_BINS = 10
# A signal that comes inside a callback of compiled code is lost, so it is repeated.
_REPEAT = 10


class TooSlow(BaseException):
    """Not an Exception, so that no detector takes it for a failed fit of its own."""


@contextmanager
def time_limit(seconds):
    """Stop what takes more processor time.

    Where no signal interrupts it, it is found too slow once it has ended.
    """
    start = time.process_time()
    with _interrupted_after(seconds):
        yield
    if time.process_time() - start > seconds:
        raise TooSlow


@contextmanager
def _interrupted_after(seconds):
    in_main = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "SIGPROF") or not in_main:
        yield
        return

    def stop(number, frame):
        raise TooSlow

    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _REPEAT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def measure(contender, problem, limit):
    """Score a contender on a problem; say so if it fails or is too slow."""
    try:
        seconds = problem.out_of_fold[1] if contender.shares_folds else 0.0
        start = time.process_time()
        with time_limit(limit):
            verdict = contender.judge(problem)
        seconds += time.process_time() - start
        scores = score(verdict, problem)
    except TooSlow:
        return {"seconds": limit, "failure": f"{TOO_SLOW}: stopped at {limit:g} s"}
    except Exception as error:
        # A failure of any kind is a result, and the other contenders go on.
        return {"failure": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
    costs = seconds / problem.seconds_of_one_fit
    return scores | {"seconds": seconds, "costs": costs, "failure": ""}


def score(verdict, problem):
    """Compare a verdict with the truth, where the truth is known."""
    is_error, scored = problem.is_error, problem.scored
    quality = np.asarray(verdict.quality)[scored]
    flagged = None if verdict.flagged is None else np.asarray(verdict.flagged)[scored]
    scores = detection_report(is_error, quality, flagged)
    if verdict.is_ours:
        scores["calibration_error"] = calibration_error(~is_error, quality)
    if scored.all():
        rate = is_error.mean()
        scores["rate_error"] = abs(verdict.noise_rate - rate)
        if verdict.interval is not None:
            low, high = verdict.interval
            scores |= {"covered": float(low <= rate <= high)}
            scores |= {"interval_width": high - low}
    return {name: scores[name] for name in COLUMNS if name in scores}


def calibration_error(is_right, probability):
    """Expected calibration error over bins of equal width."""
    of_bin = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    counts = np.bincount(of_bin, minlength=_BINS)
    gaps = np.bincount(of_bin, is_right - probability, minlength=_BINS)
    return float(np.abs(gaps).sum() / counts.sum())


def read_results(path, keys=KEYS):
    """Read the file of results; where a pair was judged twice, the last counts."""
    results = pd.read_csv(path, dtype={"failure": str})
    results["failure"] = results["failure"].fillna("")
    return results.drop_duplicates(keys, keep="last", ignore_index=True)


def start_file(path, columns=COLUMNS):
    """Begin a file of results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(",".join(columns) + "\n")


def append(path, result, columns=COLUMNS):
    """Add a line at once, so that several processes can share the file."""
    line = io.StringIO()
    rounded = {
        name: f"{value:.6g}" if isinstance(value, float) else value
        for name, value in result.items()
        if value is not None and value == value
    }
    csv.DictWriter(line, columns, lineterminator="\n").writerow(rounded)
    with path.open("a") as file:
        file.write(line.getvalue())


def too_slow_before(results, name, facts):
    """Name a task no larger than this one that took a contender too long, if any."""
    slow = results[
        (results["contender"] == name)
        & results["failure"].str.startswith(TOO_SLOW)
        & (results["kind"] == facts["kind"])
        & (results["rows"] <= facts["rows"])
        & (results["classes"] <= facts["classes"])
    ]
    return None if slow.empty else slow["task"].iloc[0]


def run_problem(plan, names, path, max_rows, limit):
    """Let contenders judge one problem, and write a line for each."""
    problem = plan.make(max_rows)
    facts = problem.facts | {"max_rows": max_rows}
    if not 0 < facts["noise_rate"] < 1:
        sys.stderr.write(f"{plan.key}: all labels are right or wrong, passed over\n")
        return
    contenders = select(names)
    with warnings.catch_warnings(), threadpool_limits(1):
        # Rare classes and early stops are part of the tasks, and alike for all.
        warnings.simplefilter("ignore")
        for name, contender in contenders.items():
            slow = too_slow_before(read_results(path), name, facts)
            if slow is None:
                result = measure(contender, problem, limit)
            else:
                result = {"failure": f"{TOO_SLOW}: passed over after {slow}"}
            append(path, facts | {"contender": name} | result)
    sys.stderr.write(f"{plan.key}: {len(contenders)} judged\n")


def run(found, names, path, *, max_rows, limit, n_jobs):
    """Let contenders judge what the file of results does not hold yet."""
    held = read_results(path)
    # A failure may have been mended since.
    held = held[(held["failure"] == "") | held["failure"].str.startswith(TOO_SLOW)]
    held = set(held[KEYS].itertuples(index=False, name=None))
    todo = []
    for plan in found:
        missing = [name for name in names if (*plan.key, name) not in held]
        if missing:
            todo.append((plan, missing))
    Parallel(n_jobs=n_jobs, batch_size=1, pre_dispatch="n_jobs")(
        delayed(run_problem)(plan, missing, path, max_rows, limit)
        for plan, missing in todo
    )
