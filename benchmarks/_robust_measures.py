# SPDX-License-Identifier: BSD-3-Clause
"""Fit contenders to problems and score them, a line of a file at a time."""

import sys
import time
import warnings

from _measures import TOO_SLOW, TooSlow, append, read_results, time_limit
from _measures import too_slow_before as slow_before
from _robust_contenders import models, select, suits
from joblib import Parallel, delayed
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

KEYS = ["task", "noise", "seed", "model", "contender"]
COLUMNS = [
    "task",
    "noise",
    "seed",
    "kind",
    "max_rows",
    "rows",
    "classes",
    "noise_rate",
    "model",
    "contender",
    "accuracy",
    "balanced",
    "seconds",
    "method",
    "failure",
]

# Seconds of a fit beside which the loading of code counts.
_SHORT_FIT = 1


def measure(make, model, problem, limit):
    """Score a contender on the clean test rows; say so if it fails or is too slow."""
    try:
        with time_limit(limit):
            contender = make(model, problem)
            seconds = seconds_of_fit(contender, problem)
            # The first fit of a process loads code, which shows beside a short one.
            if seconds < _SHORT_FIT:
                seconds = seconds_of_fit(contender, problem)
            predicted = contender.predict(problem.task.X_test)
    except TooSlow:
        return {"seconds": limit, "failure": f"{TOO_SLOW}: stopped at {limit:g} s"}
    except Exception as error:
        # A failure of any kind is a result, and the other contenders go on.
        return {"failure": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
    truth = problem.task.y_test
    return {
        "accuracy": 100 * accuracy_score(truth, predicted),
        "balanced": 100 * balanced_accuracy_score(truth, predicted),
        "seconds": seconds,
        "method": getattr(contender, "method_", ""),
        "failure": "",
    }


def seconds_of_fit(contender, problem):
    """Fit a contender, and return the processor time."""
    start = time.process_time()
    contender.fit(problem.task.X_train, problem.y)
    return time.process_time() - start


def run_problem(plan, pairs, path, max_rows, limit):
    """Fit what is asked for on one problem, and write a line for each fit."""
    problem = plan.make(max_rows)
    facts = problem.facts | {"max_rows": max_rows}
    # Rare classes and early stops are part of the tasks, and alike for all.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for name, contender in pairs:
            if not suits(name, problem.task.is_text):
                continue
            held = read_results(path, KEYS)
            slow = slow_before(held[held["model"] == name], contender, facts)
            if slow is None:
                make = select([contender])[contender]
                result = measure(make, models()[name](problem.seed), problem, limit)
            else:
                result = {"failure": f"{TOO_SLOW}: passed over after {slow}"}
            line = facts | {"model": name, "contender": contender} | result
            append(path, line, COLUMNS)
    sys.stderr.write(f"{plan.key}: done\n")


def run(found, names, contenders, path, *, max_rows, limit, n_jobs):
    """Fit what the file of results does not hold yet."""
    held = read_results(path, KEYS)
    # A failure may have been mended since.
    held = held[(held["failure"] == "") | held["failure"].str.startswith(TOO_SLOW)]
    held = set(held[KEYS].itertuples(index=False, name=None))
    wanted = [(name, contender) for name in names for contender in contenders]
    todo = []
    for plan in found:
        missing = [pair for pair in wanted if (*plan.key, *pair) not in held]
        if missing:
            todo.append((plan, missing))
    Parallel(n_jobs=n_jobs, batch_size=1, pre_dispatch="n_jobs")(
        delayed(run_problem)(plan, missing, path, max_rows, limit)
        for plan, missing in todo
    )
