# SPDX-License-Identifier: BSD-3-Clause
"""Detectors of wrong labels and their peers, side by side, where truth is known.

    python benchmarks/detection.py --data DIR --out benchmarks/results

Some folders have real noise, into `clean_*` it is injected, and of `audit_imdb` only
the audited rows are ranked; the page says which folders are left out, and why. Each
contender sees the given training labels alone. The true ones are for the scores.

Each score is written to `detection.csv` at once. `--resume` keeps what the file holds
and adds what it lacks: what an interrupted run left, or new contenders.
"""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from _contenders import select
from _detection_report import report
from _figure import draw
from _measures import read_results, run, start_file
from _problems import plans
from _tables import complete, like_chance, split_audited


def read_options(argv):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write tables into")
    parser.add_argument("--seeds", type=int, default=3, help="runs with injected noise")
    parser.add_argument("--max-rows", type=int, default=4000, help="training rows")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="data sets to take")
    parser.add_argument(
        "--contenders",
        nargs="+",
        default=["core"],
        metavar="NAME",
        help="core, peers, all (also each public detector by default), or names",
    )
    parser.add_argument(
        "--limit", type=float, default=120, help="processor seconds for a task"
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
    command = "python benchmarks/detection.py --data DIR --out benchmarks/results"
    command += f" --seeds {options.seeds} --max-rows {options.max_rows}"
    command += f" --limit {options.limit:g}"
    command += f" --contenders {shlex.join(options.contenders)}"
    if options.only:
        command += f" --only {shlex.join(options.only)}"
    return command


def judge(parser, options, path):
    """Fill the file of results, and return those asked for."""
    try:
        names = list(select(options.contenders))
    except ValueError as error:
        parser.error(str(error))
    found = plans(options.data, options.seeds, options.only)
    if not (options.resume and path.exists()):
        start_file(path)
    elif (read_results(path)["max_rows"] != options.max_rows).any():
        parser.error(f"{path} was made with another --max-rows")
    run(
        found,
        names,
        path,
        max_rows=options.max_rows,
        limit=options.limit,
        n_jobs=options.jobs,
    )
    results = read_results(path)
    keys = {plan.key for plan in found}
    of_plan = results[["task", "noise", "seed"]].itertuples(index=False, name=None)
    results = results[[key in keys for key in of_plan]]
    return results[results["contender"].isin(names)].reset_index(drop=True)


def main(argv=None):
    """Run from the command line."""
    parser, options = read_options(argv)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if options.out is None else options.out
        results = judge(parser, options, folder / "detection.csv")
    if results.empty:
        parser.error(f"no data set with wrong labels in {options.data}")
    text = report(
        results, command_of(options), max_rows=options.max_rows, limit=options.limit
    )
    print(text)
    if options.out is not None:
        (options.out / "detection.md").write_text(text)
        ranked, _ = split_audited(like_chance(complete(results)[0]))
        if not ranked.empty and not draw(ranked, options.out / "detection.png"):
            sys.stderr.write("matplotlib is not installed, so there is no figure\n")


if __name__ == "__main__":
    main()
