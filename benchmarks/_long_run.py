# SPDX-License-Identifier: BSD-3-Clause
"""What benchmarks over all data sets share: options, and a file that can be resumed."""

import argparse
import shlex
import tempfile
from contextlib import contextmanager
from pathlib import Path

from _measures import read_results, start_file


def common_parser(doc, *, seeds, limit, contenders):
    """Make a parser of the options that both benchmarks have.

    `seeds`, `limit` and `contenders` say what these options are of; the first two come
    with their default.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write tables into")
    default, of_seeds = seeds
    parser.add_argument("--seeds", type=int, default=default, help=of_seeds)
    parser.add_argument("--max-rows", type=int, default=4000, help="training rows")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="data sets to take")
    parser.add_argument(
        "--contenders",
        "--methods",
        nargs="+",
        default=["core"],
        metavar="NAME",
        help=contenders,
    )
    default, of_limit = limit
    parser.add_argument("--limit", type=float, default=default, help=of_limit)
    parser.add_argument("--jobs", type=int, default=1, help="problems at a time")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the file of results in --out"
    )
    return parser


def parse(parser, argv):
    """Read the command line."""
    options = parser.parse_args(argv)
    if options.resume and options.out is None:
        parser.error("--resume needs the --out of the run to go on with")
    return options


def command_of(script, options):
    """Write the command that makes the same page."""
    command = f"python benchmarks/{script} --data DIR --out benchmarks/results"
    command += f" --seeds {options.seeds} --max-rows {options.max_rows}"
    command += f" --limit {options.limit:g}"
    for name in ("models", "contenders", "kinds", "only"):
        if getattr(options, name, None):
            command += f" --{name} {shlex.join(getattr(options, name))}"
    return command


@contextmanager
def results_folder(options):
    """Give the folder to write into, one that vanishes if none is asked for."""
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch) if options.out is None else options.out


def open_file(parser, options, path, columns, keys):
    """Begin the file of results, or see that it can be resumed."""
    if not (options.resume and path.exists()):
        start_file(path, columns)
    elif (read_results(path, keys)["max_rows"] != options.max_rows).any():
        parser.error(f"{path} was made with another --max-rows")


def results_of(found, path, keys):
    """Read the results of some plans; the file may hold more."""
    results = read_results(path, keys)
    wanted = {plan.key for plan in found}
    of_plan = results[["task", "noise", "seed"]].itertuples(index=False, name=None)
    return results[[key in wanted for key in of_plan]]
