# SPDX-License-Identifier: BSD-3-Clause
"""What robust fits gain over plain ones, and where they harm, on every data set.

    python benchmarks/robustness.py --data DIR --out benchmarks/results

Some folders have real noise; `clean_*` is fitted with injected noise and as it is.
All is scored on clean test labels, beside a plain fit on the given labels and an
oracle fit without the wrong rows.

Each score is written to `robustness.csv` at once. `--resume` keeps what the file
holds and adds what it lacks: what an interrupted run left, or new contenders.
"""

from fnmatch import fnmatch

from _long_run import (
    command_of,
    common_parser,
    open_file,
    parse,
    results_folder,
    results_of,
)
from _problems import NOISES, Plan, plans
from _robust_contenders import models, select
from _robust_measures import COLUMNS, KEYS, run
from _robust_report import KINDS, NOT_TAKEN, kind_of, report


def make_parser():
    """Say what the command line takes."""
    parser = common_parser(
        __doc__,
        seeds=(1, "runs of clean sets"),
        limit=(600, "processor seconds for a fit"),
        contenders="core, names of it, or names of methods of NoiseRobustClassifier",
    )
    parser.add_argument(
        "--models",
        nargs="+",
        choices=models(),
        default=list(models()),
        metavar="NAME",
        help=f"base models, of {', '.join(models())}",
    )
    parser.add_argument(
        "--kinds",
        nargs="+",
        choices=KINDS,
        default=list(KINDS),
        help="kinds of noise",
    )
    return parser


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
    found = [
        plan
        for plan in all_plans(options.data, options.seeds, options.only)
        if kind_of(plan.noise) in options.kinds
    ]
    open_file(parser, options, path, COLUMNS, KEYS)
    run(
        found,
        options.models,
        contenders,
        path,
        max_rows=options.max_rows,
        limit=options.limit,
        n_jobs=options.jobs,
    )
    results = results_of(found, path, KEYS)
    asked = results["contender"].isin(contenders)
    asked &= results["model"].isin(options.models)
    # In the order asked for: several processes write as they finish.
    rank = results["contender"].map({name: i for i, name in enumerate(contenders)})
    return results.assign(rank=rank)[asked].sort_values("rank", kind="stable")


def main(argv=None):
    """Run from the command line."""
    parser = make_parser()
    options = parse(parser, argv)
    with results_folder(options) as folder:
        results = fit_all(parser, options, folder / "robustness.csv")
    if results.empty:
        parser.error(f"no data set for these models in {options.data}")
    text = report(
        results,
        command_of("robustness.py", options),
        max_rows=options.max_rows,
        limit=options.limit,
    )
    print(text)
    if options.out is not None:
        (options.out / "robustness.md").write_text(text)


if __name__ == "__main__":
    main()
