# SPDX-License-Identifier: BSD-3-Clause
"""Detectors of wrong labels and their peers, side by side, where truth is known.

    python benchmarks/detection.py --data DIR --out benchmarks/results

Some folders have real noise, into `clean_*` it is injected, and of `audit_imdb` only
the audited rows are ranked; the page says which folders are left out, and why. Each
contender sees the given training labels alone. The true ones are for the scores.

Each score is written to `detection.csv` at once. `--resume` keeps what the file holds
and adds what it lacks: what an interrupted run left, or new contenders.
"""

import sys

from _contenders import select
from _detection_report import report
from _figure import draw
from _long_run import (
    command_of,
    common_parser,
    open_file,
    parse,
    results_folder,
    results_of,
)
from _measures import COLUMNS, KEYS, run
from _problems import plans
from _tables import complete, like_chance, split_audited


def make_parser():
    """Say what the command line takes."""
    return common_parser(
        __doc__,
        seeds=(3, "runs with injected noise"),
        limit=(120, "processor seconds for a task"),
        contenders="core, peers, all (also each public detector by default), or names",
    )


def judge(parser, options, path):
    """Fill the file of results, and return those asked for."""
    try:
        names = list(select(options.contenders))
    except ValueError as error:
        parser.error(str(error))
    found = plans(options.data, options.seeds, options.only)
    open_file(parser, options, path, COLUMNS, KEYS)
    run(
        found,
        names,
        path,
        max_rows=options.max_rows,
        limit=options.limit,
        n_jobs=options.jobs,
    )
    results = results_of(found, path, KEYS)
    return results[results["contender"].isin(names)].reset_index(drop=True)


def main(argv=None):
    """Run from the command line."""
    parser = make_parser()
    options = parse(parser, argv)
    with results_folder(options) as folder:
        results = judge(parser, options, folder / "detection.csv")
    if results.empty:
        parser.error(f"no data set with wrong labels in {options.data}")
    text = report(
        results,
        command_of("detection.py", options),
        max_rows=options.max_rows,
        limit=options.limit,
    )
    print(text)
    if options.out is not None:
        (options.out / "detection.md").write_text(text)
        ranked, _ = split_audited(like_chance(complete(results)[0]))
        if not ranked.empty and not draw(ranked, options.out / "detection.png"):
            sys.stderr.write("matplotlib is not installed, so there is no figure\n")


if __name__ == "__main__":
    main()
