# SPDX-License-Identifier: BSD-3-Clause
"""What robust fits gain over plain ones, and where they harm, on every data set.

    python benchmarks/robustness.py --data DIR --out benchmarks/results

Some folders have real noise; `clean_*` is fitted with injected noise and as it is.
All is scored on clean test labels, beside a plain fit on the given labels and an
oracle fit without the wrong rows.

Each score is written to `robustness.csv` at once. `--resume` keeps what the file
holds and adds what it lacks: what an interrupted run left, or new contenders.
"""

import argparse
import shlex
import tempfile
from fnmatch import fnmatch
from pathlib import Path

from _measures import read_results, start_file
from _problems import NOISES, Plan, plans
from _robust_contenders import models, select
from _robust_measures import COLUMNS, KEYS, run
from _robust_report import NOT_TAKEN, report


def read_options(argv):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write tables into")
    parser.add_argument("--seeds", type=int, default=1, help="runs of clean sets")
    parser.add_argument("--max-rows", type=int, default=4000, help="training rows")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="data sets to take")
    parser.add_argument(
        "--models",
        nargs="+",
        choices=models(),
        default=list(models()),
        metavar="NAME",
        help=f"base models, of {', '.join(models())}",
    )
    parser.add_argument(
        "--contenders",
        nargs="+",
        default=["core"],
        metavar="NAME",
        help="core, names of it, or names of methods of NoiseRobustClassifier",
    )
    parser.add_argument(
        "--limit", type=float, default=600, help="processor seconds for a fit"
    )
    parser.add_argument("--jobs", type=int, default=1, help="problems at a time")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the file of results in --out"
    )
    options = parser.parse_args(argv)
    if options.resume and options.out is None:
        parser.error("--resume needs the --out of the run to go on with")
    return parser, options


def command_of(options):
    """Write the command that makes the same page."""
    command = "python benchmarks/robustness.py --data DIR --out benchmarks/results"
    command += f" --seeds {options.seeds} --max-rows {options.max_rows}"
    command += f" --limit {options.limit:g} --models {shlex.join(options.models)}"
    command += f" --contenders {shlex.join(options.contenders)}"
    if options.only:
        command += f" --only {shlex.join(options.only)}"
    return command


def all_plans(data, seeds, only):
    """List the problems: those of the detectors, and the clean sets as they are."""
    found = []
    first_noise = next(iter(NOISES))
    for plan in plans(data, seeds, only):
        name = plan.folder.name
        if not only and any(fnmatch(name, pattern) for pattern in NOT_TAKEN):
            continue
        if plan.noise == first_noise:
            found.append(Plan(plan.folder, "none", plan.seed))
        found.append(plan)
    return found


def fit_all(parser, options, path):
    """Fill the file of results, and return those asked for."""
    contenders = list(select(options.contenders))
    found = all_plans(options.data, options.seeds, options.only)
    if not (options.resume and path.exists()):
        start_file(path, COLUMNS)
    elif (read_results(path, KEYS)["max_rows"] != options.max_rows).any():
        parser.error(f"{path} was made with another --max-rows")
    run(
        found,
        options.models,
        contenders,
        path,
        max_rows=options.max_rows,
        limit=options.limit,
        n_jobs=options.jobs,
    )
    results = read_results(path, KEYS)
    keys = {plan.key for plan in found}
    of_plan = results[["task", "noise", "seed"]].itertuples(index=False, name=None)
    results = results[[key in keys for key in of_plan]]
    asked = results["contender"].isin(contenders)
    asked &= results["model"].isin(options.models)
    # In the order asked for: several processes write as they finish.
    rank = results["contender"].map({name: i for i, name in enumerate(contenders)})
    return results.assign(rank=rank)[asked].sort_values("rank", kind="stable")


def main(argv=None):
    """Run from the command line."""
    parser, options = read_options(argv)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if options.out is None else options.out
        results = fit_all(parser, options, folder / "robustness.csv")
    if results.empty:
        parser.error(f"no data set for these models in {options.data}")
    text = report(
        results, command_of(options), max_rows=options.max_rows, limit=options.limit
    )
    print(text)
    if options.out is not None:
        (options.out / "robustness.md").write_text(text)


if __name__ == "__main__":
    main()
