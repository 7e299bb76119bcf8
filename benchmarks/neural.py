# SPDX-License-Identifier: BSD-3-Clause
"""What methods and losses for wrong labels do for a network, side by side.

    python benchmarks/neural.py --data DIR --out benchmarks/results

On `cifar10n_features` the noise is that of people; other sets are trained on as they
are and with injected noise. All is scored on clean test labels, beside plain training
on the given labels and on the true ones.

Each score is written to `neural.csv` at once. `--resume` keeps what the file holds and
adds what it lacks: what an interrupted run left, or new contenders.
"""

import shlex
import sys
import time
import warnings
from dataclasses import replace

import torch
from _long_run import (
    command_of,
    common_parser,
    open_file,
    parse,
    results_folder,
    results_of,
)
from _measures import (
    TOO_SLOW,
    TooSlow,
    append,
    read_results,
    time_limit,
    too_slow_before,
)
from _neural_contenders import Rows, Training, select, train_plain
from _neural_report import report
from joblib import Parallel, delayed
from robustness import all_plans
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

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
    "model",
    "epochs",
    "trusted",
    "contender",
    "accuracy",
    "balanced",
    "seconds",
    "failure",
]
DATA_SETS = [
    "cifar10n_features",
    "clean_agnews_small",
    "clean_letter",
    "clean_optical",
    "clean_spambase",
    "wrench_trec",
]
NOISES = [
    "real, aggregate",
    "real, random 1",
    "real, worst",
    "real",
    "none",
    "symmetric 0.4",
    "pair 0.3",
]


def make_parser():
    """Say what the command line takes."""
    parser = common_parser(
        __doc__,
        seeds=(3, "runs of each problem"),
        limit=(600, "seconds for a fit"),
        contenders="methods, losses, or names of them",
    )
    parser.set_defaults(contenders=["methods", "losses"], only=DATA_SETS)
    parser.add_argument("--epochs", type=int, default=25, help="of each network")
    parser.add_argument("--device", default="cpu", help="such as cuda")
    parser.add_argument(
        "--trusted", type=float, default=0.05, help="share of rows that are verified"
    )
    parser.add_argument(
        "--noises",
        nargs="+",
        default=NOISES,
        metavar="NAME",
        help=f"of {', '.join(NOISES)} and other injected ones",
    )
    return parser


def problem_plans(options):
    """List the problems, each with all seeds."""
    return [
        replace(plan, seed=seed)
        for plan in all_plans(options.data, 1, options.only)
        if plan.noise in options.noises
        for seed in range(options.seeds)
    ]


def measure(train, rows, truth, options):
    """Score a contender on the clean test rows; say so if it fails or is too slow."""
    training = Training(options.epochs, options.device)
    # The processor does not see what another device does.
    clock = time.process_time if options.device == "cpu" else time.perf_counter
    try:
        with time_limit(options.limit):
            start = clock()
            network = train(training, rows)
            seconds = clock() - start
            predicted = network.predict(rows.X_test)
    except TooSlow:
        failure = f"{TOO_SLOW}: stopped at {options.limit:g} s"
        return {"seconds": options.limit, "failure": failure}
    except Exception as error:
        # A failure of any kind is a result, and the other contenders go on.
        return {"failure": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
    return {
        "accuracy": 100 * accuracy_score(truth, predicted),
        "balanced": 100 * balanced_accuracy_score(truth, predicted),
        "seconds": seconds,
        "failure": "",
    }


def run_problem(plan, names, path, options):
    """Train what is asked for on one problem, and write a line for each."""
    problem = plan.make(options.max_rows)
    rows, contenders = Rows(problem, options.trusted), select(names)
    facts = problem.facts | {
        "max_rows": options.max_rows,
        "model": "embedding bag" if problem.task.is_text else "perceptron",
        "epochs": options.epochs,
        "trusted": options.trusted,
    }
    torch.set_num_threads(1)
    # Rare classes and early stops are part of the tasks, and alike for all.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        # The first fit of a process loads code, which shows beside a short one.
        train_plain(Training(1, options.device), rows)
        for name in names:
            slow = too_slow_before(read_results(path, KEYS), name, facts)
            if slow is None:
                result = measure(contenders[name], rows, problem.task.y_test, options)
            else:
                result = {"failure": f"{TOO_SLOW}: passed over after {slow}"}
            append(path, facts | {"contender": name} | result, COLUMNS)
    sys.stderr.write(f"{plan.key}: done\n")


def run(found, names, path, options):
    """Train what the file of results does not hold yet."""
    held = read_results(path, KEYS)
    # A failure may have been mended since.
    held = held[(held["failure"] == "") | held["failure"].str.startswith(TOO_SLOW)]
    held = set(held[KEYS].itertuples(index=False, name=None))
    todo = []
    for plan in found:
        missing = [name for name in names if (*plan.key, name) not in held]
        if missing:
            todo.append((plan, missing))
    Parallel(n_jobs=options.jobs, batch_size=1, pre_dispatch="n_jobs")(
        delayed(run_problem)(plan, missing, path, options) for plan, missing in todo
    )


def refuse_other_settings(parser, options, path):
    """See that the networks of the file were trained as those to come will be."""
    held = read_results(path, KEYS)
    for name in ("epochs", "trusted"):
        if (held[name] != getattr(options, name)).any():
            parser.error(f"{path} was made with another --{name}")


def full_command(options):
    """Write the command that makes the same page."""
    command = command_of("neural.py", options)
    command += f" --noises {shlex.join(options.noises)} --epochs {options.epochs}"
    return command + f" --trusted {options.trusted:g} --device {options.device}"


def main(argv=None):
    """Run from the command line."""
    parser = make_parser()
    options = parse(parser, argv)
    try:
        names = list(select(options.contenders))
    except ValueError as error:
        parser.error(str(error))
    found = problem_plans(options)
    if not found:
        parser.error(f"no data set with this noise in {options.data}")
    with results_folder(options) as folder:
        path = folder / "neural.csv"
        open_file(parser, options, path, COLUMNS, KEYS)
        refuse_other_settings(parser, options, path)
        run(found, names, path, options)
        results = results_of(found, path, KEYS)
    results = results[results["contender"].isin(names)]
    text = report(results, full_command(options), options)
    print(text)
    if options.out is not None:
        (options.out / "neural.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
